#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>

#include <ulam/quantile.h>

/* From so many values expected on either side on, the binomial distribution is normal to a fraction of a rank. */
static const double many = 10000;

/* Keeps a level that is no double, times the number of values, from being rounded beyond an integer. */
static const double nearly_one = 1 - 0x1p-50;

/* The greatest k for which at most k of n values fall below the quantile with no more than the chance `outside`; -1: there
 * is none, even 0 is likelier. */
static double greatest_unlikely(double outside, double p, unsigned n)
{
    if (gsl_cdf_binomial_P(0, p, n) > outside) return -1;
    unsigned low = 0, high = n;
    while (high - low > 1) {
        const unsigned middle = low + (high - low) / 2;
        if (gsl_cdf_binomial_P(middle, p, n) > outside)
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* How many values fall below the quantile but with the chance `outside`: the rank that bounds it from below; 0: none does.
 * By symmetry n + 1 less that of 1 - p bounds it from above. */
static double lower_rank(double outside, double p, uint64_t n)
{
    const double size = (double)n, expected = size * p;
    if (fmin(expected, size - expected) < many && n < UINT32_MAX) return greatest_unlikely(outside, p, (unsigned)n) + 1;
    if (fmin(expected, size - expected) < many) return 0; /* so rare, among so many, that nobody asks */
    const double rank = floor(expected - gsl_cdf_ugaussian_Qinv(outside) * sqrt(expected * (1 - p))) - 1;
    return rank < 0 ? 0 : rank;
}

ulam_quantile ulam_sketch_quantile(const ulam_sketch *self, const ulam_summary *extremes, double level,
                                   double confidence)
{
    ulam_quantile result = {NAN, NAN, NAN};
    const uint64_t n = ulam_sketch_total(self);
    if (n == 0) return result;
    const double size = (double)n, rank = fmin(fmax(ceil(level * size * nearly_one), 1), size);
    const double middle = ulam_sketch_find(self, (uint64_t)rank).middle;
    result.value = fmin(fmax(middle, extremes->min), extremes->max);

    const double outside = (1 - confidence) / 2;
    const double below = lower_rank(outside, level, n), above = size + 1 - lower_rank(outside, 1 - level, n);
    result.low = below < 1 ? -INFINITY : fmax(ulam_sketch_find(self, (uint64_t)below).low, extremes->min);
    result.high = above > size ? INFINITY : fmin(ulam_sketch_find(self, (uint64_t)above).high, extremes->max);
    return result;
}
