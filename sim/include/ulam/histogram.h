/* Histogram: counts of values in bins of equal width over [low, high), and of those below and above. Counts add up, so that
 * a histogram is the same whatever the order of the runs. */

#ifndef ULAM_HISTOGRAM_H
#define ULAM_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/statistics.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ULAM_HISTOGRAM_MOST_BINS = 1 << 16
};

typedef struct {
    double low, high; /* NaN: not known yet, and nothing is counted */
    size_t bins;
    uint64_t *
        count; /* [bins + 3]: below, the bins, above; NaN, which nobody asks for. NULL: nothing is counted yet. Owned */
    double *edge; /* [bins + 1]; NULL as count is. Owned */
} ulam_histogram;

/* An empty histogram, which owns no memory. */
void ulam_histogram_init(ulam_histogram *self, const ulam_histogram_plan *plan);
void ulam_histogram_free(ulam_histogram *self);

/* The i-th edge, low + i (high - low) / bins; edge bins is high. Bin i takes edge i <= x < edge i + 1, exactly. */
double ulam_histogram_edge(double low, double high, size_t bins, size_t i);

/* Counts the values of a series; NaN are left out. The edges are known. ULAM_ENOMEM. */
ulam_status ulam_histogram_add(ulam_histogram *self, ulam_series values);

/* Adds other's counts, of as many bins. ULAM_EINVAL: over another range; ULAM_ENOMEM. */
ulam_status ulam_histogram_merge(ulam_histogram *self, const ulam_histogram *other);

/* How many values were counted. */
uint64_t ulam_histogram_total(const ulam_histogram *self);

#ifdef __cplusplus
}
#endif

#endif
