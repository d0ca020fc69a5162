/* Elementary functions whose bits do not depend on the machine: IEEE operations and fma alone, where libm may differ
 * between CPUs and C libraries. A model whose results must be equal everywhere uses these. */

#ifndef ULAM_MATH_H
#define ULAM_MATH_H

#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each is within 0.85 ulp, ulam_sqrt() within 0.5, ulam_sinpi() and ulam_cospi() within 2; zeros, infinities and NaN are
 * treated as C's annex F does. */
double ulam_exp(double x);
double ulam_log(double x);
double ulam_log1p(double x);
double ulam_sin(double x);   /* |x| <= 2^20; beyond it, libm's */
double ulam_cos(double x);   /* |x| <= 2^20; beyond it, libm's */
double ulam_sinpi(double x); /* sin(pi x) */
double ulam_cospi(double x); /* cos(pi x) */
double ulam_sqrt(double x);

/* Quantile of the standard normal law at p in (0, 1), within 2.5 ulp for 2^-9 <= p <= 1 - 2^-9 and within 5 ulp
 * elsewhere; -Inf at 0, Inf at 1, NaN elsewhere. It rises from each multiple of 2^-53, of which uniforms are made, to the
 * next (rounding may put closer neighbours, which there are near 0, out of order). Where 1 - p is exact its value is minus
 * that at p. */
double ulam_normal_quantile(double p);

#ifdef __cplusplus
}
#endif

#endif
