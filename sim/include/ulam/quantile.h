/* Quantiles of what a sketch has counted, with intervals from the order of the values alone, whatever their
 * distribution. docs/statistics.md gives the formulas. */

#ifndef ULAM_QUANTILE_H
#define ULAM_QUANTILE_H

#include <ulam/moments.h>
#include <ulam/sketch.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double value;
    double low, high; /* infinite: so few values do not bound it on that side */
} ulam_quantile;

/* The quantile of that level, between 0 and 1: the middle of the bucket that the ceil(level n)-th of n values is in, but not
 * beyond the extremes. The interval covers it with at least the confidence: it reaches from the lower edge of one value's
 * bucket to the upper edge of another's, the ranks being binomial quantiles. Without a value all are NaN. */
ulam_quantile ulam_sketch_quantile(const ulam_sketch *self, const ulam_summary *extremes, double level,
                                   double confidence);

#ifdef __cplusplus
}
#endif

#endif
