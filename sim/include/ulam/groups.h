/* Groups: the runs of a point dealt out to ULAM_GROUPS groups, run r to group r modulo ULAM_GROUPS, at every point alike,
 * and the exact sum of an element's values in each. The spread of the groups' means gives the error of any function of
 * means, and of differences between points that share their random numbers. */

#ifndef ULAM_GROUPS_H
#define ULAM_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/exact.h>
#include <ulam/statistics.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_GROUPS = 64
};

typedef struct {
    uint64_t count[ULAM_GROUPS]; /* values summed; NaN are left out */
    ulam_exact sum[ULAM_GROUPS];
} ulam_groups;

/* All zero bytes are empty groups, which own no memory. */
void ulam_groups_free(ulam_groups *self);

/* Adds one block of runs, the i-th value being that of run first + i; or of run[i], where not NULL. Sums of up to 64 values
 * and more are free of rounding but for a few 2^-100 of what they add up. All values are finite or NaN. ULAM_ENOMEM. */
ulam_status ulam_groups_add_block(ulam_groups *self, ulam_series values, uint64_t first, const uint64_t *run);

/* Adds other's sums. ULAM_ENOMEM. */
ulam_status ulam_groups_merge(ulam_groups *self, const ulam_groups *other);

/* The mean of all values, their exact sum divided and rounded once; NaN: there is none. */
double ulam_groups_mean(const ulam_groups *self);

/* The mean of each group, its exact sum divided and rounded once; NaN: it has no value. */
void ulam_groups_means(const ulam_groups *self, double mean[ULAM_GROUPS]);

/* The mean of all but each group, for the jackknife. */
void ulam_groups_means_without(const ulam_groups *self, double mean[ULAM_GROUPS]);

#ifdef __cplusplus
}
#endif

#endif
