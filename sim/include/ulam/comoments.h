/* Co-moments: covariance and correlation of two numbers of a run, from exact sums over the runs in which both have a value,
 * so that they are the same bits whatever the order in which values and parts arrive. */

#ifndef ULAM_COMOMENTS_H
#define ULAM_COMOMENTS_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/exact.h>
#include <ulam/statistics.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t count;              /* runs in which neither is NaN */
    ulam_exact x, y, xx, yy, xy; /* the sums of x, y, x^2, y^2 and x y over these */
} ulam_comoments;

/* Undefined figures are NaN: below 2 values, the correlation also where one of the two does not vary. */
typedef struct {
    uint64_t count;
    double covariance;  /* sum (x - mean x) (y - mean y) / (count - 1) */
    double correlation; /* Pearson's */
} ulam_joint_summary;

/* All zero bytes are empty co-moments, which own no memory. */
void ulam_comoments_free(ulam_comoments *self);

/* Adds one block: the i-th values of both series belong to one run. Summed about centres of its own in a fixed order; what
 * is added is exact (docs/statistics.md). All values are finite or NaN. ULAM_ENOMEM. */
ulam_status ulam_comoments_add_block(ulam_comoments *self, ulam_series x, ulam_series y);

/* Adds other's sums. ULAM_ENOMEM. */
ulam_status ulam_comoments_merge(ulam_comoments *self, const ulam_comoments *other);

/* The figures, from the exact sums in integer arithmetic, each rounded once. */
void ulam_comoments_summarise(const ulam_comoments *self, ulam_joint_summary *summary);

#ifdef __cplusplus
}
#endif

#endif
