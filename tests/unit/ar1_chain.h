/* The autoregressive chain x' = a x + sqrt(1 - a^2) g, of mean 0 and variance 1, whose autocorrelation time is
 * (1 + a) / (1 - a). */

#ifndef AR1_CHAIN_H
#define AR1_CHAIN_H

#include <math.h>
#include <stddef.h>

#include <ulam/rng.h>

/* Fills value[n] from x on, which is no part of it. */
static inline void ar1_fill(ulam_rng *rng, double a, double x, double *value, size_t n)
{
    const double width = sqrt(1 - a * a);
    for (size_t i = 0; i < n; i++) value[i] = x = a * x + width * ulam_gaussian(rng);
}

#endif
