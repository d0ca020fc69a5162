/* Confidence intervals for what a number of runs has given, at any confidence level between 0 and 1. Where an interval is
 * undefined, both its ends are NaN. docs/statistics.md gives the formulas. */

#ifndef ULAM_CONFIDENCE_H
#define ULAM_CONFIDENCE_H

#include <stdint.h>

#include <ulam/model.h>
#include <ulam/moments.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double low, high;
} ulam_bounds;

/* Student's interval of a mean, mean +- t sd / sqrt(count), t being the (1 + level) / 2 quantile for count - 1 degrees of
 * freedom. Exact for normal values; for others the better the more there are. With sd 0 it has no width, and says nothing.
 * Undefined below 2 values. */
ulam_bounds ulam_student_interval(uint64_t count, double mean, double sd, double level);

/* Wilson's score interval of a probability (Wilson 1927): its coverage is near the level on average. Undefined where runs is
 * 0 or less than hits. */
ulam_bounds ulam_wilson_interval(uint64_t hits, uint64_t runs, double level);

/* The exact interval of a probability (Clopper and Pearson 1934), which covers it at least as often as the level says,
 * whatever it is. Without a hit it is [0, 1 - ((1 - level) / 2)^(1/runs)], which is 3.7 / runs at 0.95: each side has
 * half of what the level leaves. The "rule of three" is ulam_no_hit_bound(). Undefined as Wilson's. */
ulam_bounds ulam_exact_binomial_interval(uint64_t hits, uint64_t runs, double level);

/* The one-sided upper bound of a probability of which so many runs gave no hit, 1 - (1 - level)^(1/runs): at 0.95, 3 / runs.
 * NaN: undefined. */
double ulam_no_hit_bound(uint64_t runs, double level);

/* The interval that an observable's mean is given: the exact one for an indicator, else Student's. */
ulam_bounds ulam_mean_interval(ulam_kind kind, const ulam_summary *summary, double level);

#ifdef __cplusplus
}
#endif

#endif
