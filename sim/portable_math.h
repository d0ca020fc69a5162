/* Elementary functions from IEEE operations and fma alone, to be inlined. The functions of <ulam/math.h> and the
 * variates are made of these, each compiled twice by ULAM_TWO_BUILDS: with and without the FMA instructions. As fma
 * rounds once in either form, the two give the same bits.
 *
 * Polynomials are minimax fits of the lowest degree whose error is below 2^-57 of the function's value. */

#ifndef ULAM_SIM_PORTABLE_MATH_H
#define ULAM_SIM_PORTABLE_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define PORTABLE static inline __attribute__((always_inline))

/* Defines `result name parameters` as `kernel arguments`. An ifunc would save the test, but its resolver runs before
 * ThreadSanitizer is ready for it. */
#if defined(__x86_64__) && !defined(__FMA__)
#define ULAM_TWO_BUILDS(result, name, kernel, parameters, arguments)                                                   \
    __attribute__((target("fma"))) static result name##_fma parameters { return kernel arguments; }                    \
    result name parameters { return __builtin_cpu_supports("fma") ? name##_fma arguments : kernel arguments; }
#else
#define ULAM_TWO_BUILDS(result, name, kernel, parameters, arguments)                                                   \
    result name parameters { return kernel arguments; }
#endif

PORTABLE uint64_t portable_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

PORTABLE double portable_real(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

PORTABLE double portable_fma(double x, double y, double z) { return __builtin_fma(x, y, z); }

/* Added and subtracted again, it rounds to the nearest integer, which stands in the low bits in between. */
static const double portable_rounder = 0x1.8p52;

/* Of 38 bits, so that its product with an exponent is exact; and the rest of log(2). */
static const double portable_ln2_high = 0x1.62e42fefa0000p-1;
static const double portable_ln2_low = 0x1.cf79abc9e3b3ap-40;

/* 2^n for -1022 <= n <= 1023. */
PORTABLE double portable_power2(int64_t n) { return portable_real((uint64_t)(n + 1023) << 52); }

/* exp(r + low) for |r| <= log(2) / 2 and a low that does not change r. */
PORTABLE double portable_exp_small(double r, double low)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double c01 = portable_fma(0x1.1111111119469p-7, r, 0x1.55555555536cap-5);
    const double c23 = portable_fma(0x1.a01a015aa4732p-13, r, 0x1.6c16c17b6b13ap-10);
    const double c45 = portable_fma(0x1.71dee8c7dd749p-19, r, 0x1.a019af09025abp-16);
    const double c67 = portable_fma(0x1.ada7b8f816b0ap-26, r, 0x1.289bfbc16767bp-22);
    const double high = portable_fma(portable_fma(c67, r2, c45), r4, portable_fma(c23, r2, c01));
    const double curve = portable_fma(high, r2, portable_fma(1.0 / 6, r, 0.5));
    const double line = 1 + r, line_lost = r - (line - 1);
    return line + portable_fma(curve, r2, line_lost + low);
}

PORTABLE double portable_exp(double x)
{
    if (x != x) return x;
    if (x > 710) return INFINITY;
    if (x < -746) return 0;
    const double n = portable_fma(x, 0x1.71547652b82fep+0, portable_rounder) - portable_rounder;
    const double near = portable_fma(-n, portable_ln2_high, x); /* exact */
    const double r = portable_fma(-n, portable_ln2_low, near);
    const double y = portable_exp_small(r, portable_fma(-n, portable_ln2_low, near - r));
    if (fabs(x) < 708) return y * portable_power2((int64_t)n);
    /* In two steps where the result or its scale may leave the normal numbers. */
    const int64_t half = (int64_t)n / 2;
    return y * portable_power2(half) * portable_power2((int64_t)n - half);
}

/* k log(2) + log(1 + f) + low, for sqrt(1/2) <= 1 + f < sqrt(2) and a small low. With s = f / (2 + f),
 * log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 R(s^2)), where R(z) = 2/3 + 2/5 z + 2/7 z^2 + ... */
PORTABLE double portable_log_reduced(double k, double f, double low)
{
    const double s = f / (2 + f);
    const double z = s * s, z2 = z * z;
    const double c01 = portable_fma(0x1.999999997fb2dp-2, z, 0x1.5555555555593p-1);
    const double c23 = portable_fma(0x1.c71c51e7d7b03p-3, z, 0x1.2492494217d06p-2);
    const double c45 = portable_fma(0x1.39a0f476c2391p-3, z, 0x1.746646325465bp-3);
    const double c456 = portable_fma(0x1.2f0d93ed5e4f5p-3, z2, c45);
    const double series = portable_fma(portable_fma(c456, z2, c23), z2, c01);
    const double half = 0.5 * f * f;
    const double rest = portable_fma(s, portable_fma(z, series, half), portable_fma(k, portable_ln2_low, low));
    return portable_fma(k, portable_ln2_high, f - (half - rest));
}

/* The exponent k for which x / 2^k is between sqrt(1/2) and sqrt(2); x is given by its bits, positive and normal. */
PORTABLE int64_t portable_exponent(uint64_t bits) { return (int64_t)(bits - 0x3fe6a09e667f3bcd) >> 52; }

PORTABLE double portable_log(double x)
{
    double shift = 0;
    if (!(x >= 0x1p-1022 && x < INFINITY)) {
        if (x == 0) return -INFINITY;
        if (!(x > 0)) return x == x ? NAN : x;
        if (x == INFINITY) return x;
        x *= 0x1p54;
        shift = -54;
    }
    const uint64_t bits = portable_bits(x);
    const int64_t k = portable_exponent(bits);
    const double f = portable_real(bits - ((uint64_t)k << 52)) - 1;
    return portable_log_reduced((double)k + shift, f, 0);
}

PORTABLE double portable_log1p(double x)
{
    if (fabs(x) < 0x1p-53) return x;
    if (!(x > -1 && x < INFINITY)) return x == -1 ? -INFINITY : x < -1 ? NAN : x;
    const double y = 1 + x;
    const uint64_t bits = portable_bits(y);
    const int64_t k = portable_exponent(bits);
    if (k == 0) return portable_log_reduced(0, x, 0);
    /* What y has lost by rounding. */
    const double lost = x > 1 ? 1 - (y - x) : x - (y - 1);
    const double f = portable_real(bits - ((uint64_t)k << 52)) - 1;
    return portable_log_reduced((double)k, f, lost / y);
}

/* sin(x + low) and cos(x + low) for |x| <= pi/4 and a low that does not change x. */
PORTABLE double portable_sin_small(double x, double low)
{
    const double z = x * x, z2 = z * z;
    const double c12 = portable_fma(-0x1.a01a019d8d762p-13, z, 0x1.1111111110715p-7);
    const double c34 = portable_fma(-0x1.ae5f25ab3e2fap-26, z, 0x1.71de368f76115p-19);
    const double series = portable_fma(portable_fma(0x1.5dc481c51fb53p-33, z2, c34), z2, c12);
    const double cubic = portable_fma(z, series, -1.0 / 6);
    return x + portable_fma(z * x, cubic, portable_fma(-0.5 * z, low, low));
}

PORTABLE double portable_cos_small(double x, double low)
{
    const double z = x * x, z2 = z * z;
    const double c12 = portable_fma(0x1.a01a019e306a4p-16, z, -0x1.6c16c16c16322p-10);
    const double c34 = portable_fma(0x1.1eea823c8ab46p-29, z, -0x1.27e4f8ff324f6p-22);
    const double series = portable_fma(portable_fma(-0x1.8ff5ae661c1c6p-37, z2, c34), z2, c12);
    const double quartic = portable_fma(z, series, 1.0 / 24);
    const double half = 0.5 * z, leading = 1 - half;
    return leading + portable_fma(z2, quartic, portable_fma(-x, low, 1 - leading - half));
}

/* x - n pi/2 as a sum of two doubles, and n modulo 4, for |x| <= 2^20. The first difference is exact; pi/2 has 159 bits,
 * of which no double of that size comes near enough to a multiple to need more. */
PORTABLE int portable_reduce_angle(double x, double *high, double *low)
{
    const double n = portable_fma(x, 0x1.45f306dc9c883p-1, portable_rounder) - portable_rounder;
    const double near = portable_fma(-n, 0x1.921fb54442d18p+0, x);
    const double next = -n * 0x1.1a62633145c07p-54;
    const double next_lost = portable_fma(-n, 0x1.1a62633145c07p-54, -next);
    const double sum = near + next, part = sum - near;
    const double sum_lost = (near - (sum - part)) + (next - part);
    const double rest = sum_lost + portable_fma(-n, -0x1.f1976b7ed8fbcp-110, next_lost);
    *high = sum + rest;
    *low = sum - *high + rest;
    return (int)((int64_t)n & 3);
}

PORTABLE double portable_quadrant(int quadrant, double x, double low)
{
    const double value = quadrant & 1 ? portable_cos_small(x, low) : portable_sin_small(x, low);
    return quadrant & 2 ? -value : value;
}

PORTABLE double portable_sin(double x)
{
    if (!(fabs(x) <= 0x1p20)) return sin(x);
    if (fabs(x) < 0x1p-27) return x;
    double high, low;
    const int quadrant = portable_reduce_angle(x, &high, &low);
    return portable_quadrant(quadrant, high, low);
}

PORTABLE double portable_cos(double x)
{
    if (!(fabs(x) <= 0x1p20)) return cos(x);
    double high, low;
    const int quadrant = portable_reduce_angle(x, &high, &low);
    return portable_quadrant(quadrant + 1, high, low);
}

/* AS 241 gives each range's quantile as a quotient N(r) / D(r) of polynomials. Here it is N(0) + r (N(r) - N(0) D(r)) /
 * (r D(r)): the same function, of which only the second term suffers from rounding, so that neighbours keep their
 * order. The polynomials are given from the constant term on, D without its constant term 1. */
PORTABLE double portable_degree6(const double c[7], double r)
{
    const double r2 = r * r, r4 = r2 * r2;
    const double c01 = portable_fma(c[1], r, c[0]), c23 = portable_fma(c[3], r, c[2]);
    const double c45 = portable_fma(c[5], r, c[4]);
    return portable_fma(portable_fma(c[6], r2, c45), r4, portable_fma(c23, r2, c01));
}

PORTABLE double portable_rise(const double numerator[7], const double denominator[7], double factor, double r)
{
    return factor * portable_degree6(numerator, r) / portable_fma(portable_degree6(denominator, r), r, 1);
}

/* The quantile's distance from 0 where the nearer tail has probability 0 < tail < 0.075. */
PORTABLE double portable_normal_tail(double tail)
{
    static const double near_n[7] = {1.707748689319851,     3.3832688422792589,  2.6660079023625047,
                                     1.0596415561558969,    0.22014637915688859, 0.021944379640634191,
                                     0.00077454351860169527};
    static const double near_d[7] = {2.053191626637759,     1.6763848301838038,   0.68976733498510001,
                                     0.14810397642748008,   0.015198666563616457, 0.00054759380849953455,
                                     1.0507500716444169e-09};
    static const double far_n[7] = {1.470159277814155,    0.87316044988775543,  0.19752183481639402,
                                    0.021293289884494065, 0.001119734834392765, 2.6169126713786226e-05,
                                    2.0103342631872e-07};
    static const double far_d[7] = {0.59983220655588798,    0.13692988092273581,    0.014875361290850615,
                                    0.00078686913114561329, 1.8463183175100548e-05, 1.4215117583164459e-07,
                                    2.0442631033899397e-15};
    const double r = __builtin_sqrt(-portable_log(tail));
    if (r <= 5) return 0x1.6c665fde9526ap+0 + portable_rise(near_n, near_d, r - 1.6, r - 1.6);
    return 0x1.aa1b1c13ee526p+2 + portable_rise(far_n, far_d, r - 5, r - 5);
}

PORTABLE double portable_normal_quantile(double p)
{
    static const double numerator[7] = {-10.179205485111813, -356.00275252836093, -4539.1649009656867,
                                        -25931.986104094325, -65875.295097939554, -63878.655117260852,
                                        -15193.753039787394};
    static const double denominator[7] = {42.313330701600911, 687.18700749205789, 5394.1960214247511,
                                          21213.794301586597, 39307.895800092709, 28729.085735721943,
                                          5226.4952788528544};
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = portable_fma(-q, q, 0.180625);
        return portable_fma(q, 0x1.b18d91e9eef75p+1, portable_rise(numerator, denominator, q * r, r));
    }
    const double tail = q < 0 ? p : 1 - p;
    if (!(tail > 0)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    const double distance = portable_normal_tail(tail);
    return q < 0 ? -distance : distance;
}

#endif
