/* Moments: count, mean, standard deviation, skewness, excess kurtosis, minimum and maximum of a number, from exact sums
 * of its first four powers, so that they are the same bits whatever the order in which values and parts arrive. */

#ifndef ULAM_MOMENTS_H
#define ULAM_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

#include <ulam/exact.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t count;      /* values summed; NaN are left out */
    ulam_exact power[4]; /* the sums of x, x^2, x^3, x^4 */
    double min, max;     /* NaN while count is 0 */
} ulam_moments;

/* Undefined figures are NaN: all of them without a value, stderr and sd below 2 values, skewness below 3 and
 * excess_kurtosis below 4, the last two also where sd is 0. */
typedef struct {
    uint64_t count;
    double mean;
    double std_error;       /* sd / sqrt(count) */
    double sd;              /* with n - 1 */
    double skewness;        /* adjusted Fisher-Pearson G1 (Joanes and Gill 1998) */
    double excess_kurtosis; /* G2 of the same paper */
    double min, max;
} ulam_summary;

/* Empty moments, which own no memory. */
void ulam_moments_init(ulam_moments *self);
void ulam_moments_free(ulam_moments *self);

/* Adds one block: values[0], values[stride], ... values[(n - 1) * stride]. The block is summed about a centre of its own
 * in a fixed order; its centred sums become raw moments through exact products (docs/statistics.md). NaN are left out.
 * ULAM_EINVAL: a value is infinite, and nothing was added; ULAM_ENOMEM: self is of no further use. */
ulam_status ulam_moments_add_block(ulam_moments *self, const double *values, size_t n, size_t stride);

/* Adds other's sums. ULAM_ENOMEM. */
ulam_status ulam_moments_merge(ulam_moments *self, const ulam_moments *other);

/* The figures, from the exact sums in integer arithmetic, each rounded once. ULAM_ENOMEM. */
ulam_status ulam_moments_summarise(const ulam_moments *self, ulam_summary *summary);

#ifdef __cplusplus
}
#endif

#endif
