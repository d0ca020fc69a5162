/* Antithetic pairs: two runs of which the second draws the first one's random words complemented (<ulam/rng.h>). Where an
 * observable is monotone in its uniforms the two tend to opposite sides, and their mean m varies less than that of two
 * independent runs (Hammersley and Morton 1956). The pair counts as one value, m, in all statistics; kept beside are sums
 * of h, half of the two runs' difference, which tell what the pairing gains. */

#ifndef ULAM_ANTITHETIC_H
#define ULAM_ANTITHETIC_H

#include <ulam/exact.h>
#include <ulam/moments.h>
#include <ulam/statistics.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over the pairs of an element. */
typedef struct {
    ulam_exact hh, hhhh;  /* of h^2 and h^4 */
    ulam_exact hhm, hhmm; /* of h^2 m and h^2 m^2 */
} ulam_antithetic;

/* By what factor the variance of the mean is less than that of as many independent runs: s^2 of a run over twice that of a
 * pair's mean, 1 / (1 + correlation of the two). */
typedef struct {
    double factor;    /* NaN: undefined; infinite: the runs of each pair cancel */
    double std_error; /* NaN: undefined, below 4 pairs too */
} ulam_reduction;

/* All zero bytes are empty sums, which own no memory. */
void ulam_antithetic_free(ulam_antithetic *self);

/* Adds one block of pairs: their means and half differences, all finite. Summed about a centre of its own in a fixed order;
 * what is added is exact. ULAM_ENOMEM. */
ulam_status ulam_antithetic_add_block(ulam_antithetic *self, ulam_series mean, ulam_series half);

/* Adds other's sums. ULAM_ENOMEM. */
ulam_status ulam_antithetic_merge(ulam_antithetic *self, const ulam_antithetic *other);

/* What the pairing gains, `means` being the moments of the same pairs' means. The error is the delta method's, from the
 * spread of h^2 and m^2 and how they vary together. ULAM_ENOMEM. */
ulam_status ulam_antithetic_reduce(const ulam_antithetic *self, const ulam_moments *means, ulam_reduction *reduction);

#ifdef __cplusplus
}
#endif

#endif
