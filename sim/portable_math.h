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

/* 2^n for -1022 <= n <= 1023; of n, the low 12 bits count. */
PORTABLE double portable_power2(uint64_t n) { return portable_real((n + 1023) << 52); }

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

/* exp(x) / 2^n, where n + portable_rounder is x / log(2), rounded. */
PORTABLE double portable_exp_reduced(double x, double rounded)
{
    const double n = rounded - portable_rounder;
    const double near = portable_fma(-n, portable_ln2_high, x); /* exact */
    const double r = portable_fma(-n, portable_ln2_low, near);
    return portable_exp_small(r, portable_fma(-n, portable_ln2_low, near - r));
}

PORTABLE double portable_exp_rounded(double x) { return portable_fma(x, 0x1.71547652b82fep+0, portable_rounder); }

/* For |x| < 708, where neither the result nor its scale leaves the normal numbers. */
PORTABLE double portable_exp_ordinary(double x)
{
    const double rounded = portable_exp_rounded(x);
    return portable_exp_reduced(x, rounded) * portable_power2(portable_bits(rounded));
}

PORTABLE double portable_exp(double x)
{
    if (x != x) return x;
    if (x > 710) return INFINITY;
    if (x < -746) return 0;
    if (fabs(x) < 708) return portable_exp_ordinary(x);
    const double rounded = portable_exp_rounded(x);
    const int64_t n = (int64_t)(rounded - portable_rounder), half = n / 2; /* in two steps */
    return portable_exp_reduced(x, rounded) * portable_power2((uint64_t)half) * portable_power2((uint64_t)(n - half));
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

/* x = 2^k (1 + f), with 1 + f between sqrt(1/2) and sqrt(2), of a positive normal x. Integers below 2^52 become doubles
 * by way of their bits, which vectors can do where they cannot convert. */
PORTABLE void portable_split(double x, double *k, double *f)
{
    const uint64_t bits = portable_bits(x), raised = bits - 0x3fe6a09e667f3bcd + (UINT64_C(1024) << 52);
    const uint64_t exponent = raised >> 52; /* k + 1024 */
    *k = portable_real(exponent | 0x4330000000000000) - (0x1p52 + 1024);
    *f = portable_real(bits - (exponent << 52) + (UINT64_C(1024) << 52)) - 1;
}

/* For positive normal x. */
PORTABLE double portable_log_ordinary(double x)
{
    double k, f;
    portable_split(x, &k, &f);
    return portable_log_reduced(k, f, 0);
}

PORTABLE double portable_log(double x)
{
    if (x >= 0x1p-1022 && x < INFINITY) return portable_log_ordinary(x);
    if (x == 0) return -INFINITY;
    if (!(x > 0)) return x == x ? NAN : x;
    if (x == INFINITY) return x;
    double k, f;
    portable_split(x * 0x1p54, &k, &f);
    return portable_log_reduced(k - 54, f, 0);
}

/* For finite x > -1. */
PORTABLE double portable_log1p_ordinary(double x)
{
    const double y = 1 + x, above = 1 - (y - x), below = x - (y - 1);
    const double lost = x > 1 ? above : below; /* by rounding y */
    double k, f;
    portable_split(y, &k, &f);
    const double low = lost / y;
    const double value = portable_log_reduced(k, k == 0 ? x : f, k == 0 ? 0 : low);
    return fabs(x) < 0x1p-53 ? x : value;
}

PORTABLE double portable_log1p(double x)
{
    if (x > -1 && x < INFINITY) {
        double k, f;
        portable_split(1 + x, &k, &f);
        if (k == 0 && fabs(x) >= 0x1p-53) return portable_log_reduced(0, x, 0); /* saves a division */
        return portable_log1p_ordinary(x);
    }
    return x == -1 ? -INFINITY : x < -1 ? NAN : x;
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

/* x - n pi/2 as a sum of two doubles, and an integer equal to n modulo 4, for |x| <= 2^20. The first
 * difference is exact; pi/2 has 159 bits,
 * of which no double of that size comes near enough to a multiple to need more. */
PORTABLE uint64_t portable_reduce_angle(double x, double *high, double *low)
{
    const double rounded = portable_fma(x, 0x1.45f306dc9c883p-1, portable_rounder), n = rounded - portable_rounder;
    const double near = portable_fma(-n, 0x1.921fb54442d18p+0, x);
    const double next = -n * 0x1.1a62633145c07p-54;
    const double next_lost = portable_fma(-n, 0x1.1a62633145c07p-54, -next);
    const double sum = near + next, part = sum - near;
    const double sum_lost = (near - (sum - part)) + (next - part);
    const double rest = sum_lost + portable_fma(-n, -0x1.f1976b7ed8fbcp-110, next_lost);
    *high = sum + rest;
    *low = sum - *high + rest;
    return portable_bits(rounded);
}

PORTABLE double portable_quadrant(uint64_t quadrant, double x, double low)
{
    const uint64_t sine = portable_bits(portable_sin_small(x, low)), cosine = portable_bits(portable_cos_small(x, low));
    const uint64_t odd = 0 - (quadrant & 1); /* no branch: at random angles half of them would be guessed wrong */
    return portable_real(((sine & ~odd) | (cosine & odd)) ^ (quadrant & 2) << 62);
}

PORTABLE double portable_sin(double x)
{
    if (!(fabs(x) <= 0x1p20)) return sin(x);
    if (fabs(x) < 0x1p-27) return x;
    double high, low;
    const uint64_t quadrant = portable_reduce_angle(x, &high, &low);
    return portable_quadrant(quadrant, high, low);
}

PORTABLE double portable_cos(double x)
{
    if (!(fabs(x) <= 0x1p20)) return cos(x);
    double high, low;
    const uint64_t quadrant = portable_reduce_angle(x, &high, &low);
    return portable_quadrant(quadrant + 1, high, low);
}

/* A polynomial of degree n, c[0] its constant term, as its even part plus its odd part. */
PORTABLE double portable_polynomial(const double *c, int n, double x)
{
    const double x2 = x * x;
    double first = c[n], second = c[n - 1];
    for (int k = n - 2; k > 0; k -= 2) {
        first = portable_fma(first, x2, c[k]);
        second = portable_fma(second, x2, c[k - 1]);
    }
    return n % 2 ? portable_fma(first, x, second) : portable_fma(second, x, portable_fma(first, x2, c[0]));
}

/* sin(pi r) for |r| <= 1/2, as 2 r + r w h(w) with w = 1/4 - r^2: the second term vanishes where the sine is greatest. */
PORTABLE double portable_sinpi_small(double r)
{
    static const double h[8] = {0x1.fffffffffffffp+1,  0x1.10b0cd906e8cfp+1, 0x1.0b0cd906e54cep-1,
                                0x1.2c79afac4d174p-4,  0x1.b70780becc121p-8, 0x1.c22b87ee126e4p-12,
                                0x1.55a89502e71d3p-16, 0x1.9d01e1ec1f770p-21};
    const double w = portable_fma(-r, r, 0.25);
    return portable_fma(r, w * portable_polynomial(h, 7, w), r + r);
}

/* The other sign where an integer is odd that stands in the low bits of `rounded`. */
PORTABLE double portable_alternate(double x, double rounded)
{
    return portable_real(portable_bits(x) ^ portable_bits(rounded) << 63);
}

/* For |x| <= 2^51. The sine of a multiple of pi has the sign of x. */
PORTABLE double portable_sinpi_ordinary(double x)
{
    const double rounded = x + portable_rounder, r = x - (rounded - portable_rounder);
    const double sine = portable_alternate(portable_sinpi_small(r), rounded);
    return r == 0 ? copysign(0, x) : sine;
}

PORTABLE double portable_cospi_ordinary(double x)
{
    const double rounded = x + portable_rounder, r = x - (rounded - portable_rounder);
    return portable_alternate(portable_sinpi_small(0.5 - fabs(r)), rounded);
}

/* The rest of larger x by 2 is exact. */
PORTABLE double portable_sinpi(double x)
{
    if (fabs(x) <= 0x1p51) return portable_sinpi_ordinary(x);
    return fabs(x) < INFINITY ? portable_sinpi_ordinary(fmod(x, 2)) : x - x;
}

PORTABLE double portable_cospi(double x)
{
    if (fabs(x) <= 0x1p51) return portable_cospi_ordinary(x);
    return fabs(x) < INFINITY ? portable_cospi_ordinary(fmod(x, 2)) : x - x;
}

/* The quantile of the normal law: two minimax rational functions, relative errors 2^-56, found by tables/normal_quantile.py.
 * Each is written as C + (r - r0) N(r) / Q(r), of which only the second term, small near r0, suffers from rounding. */

static const double portable_far = 0x1.6a09e667f3bcdp-54; /* 2^-53.5 */
static const double portable_near = 0x1p-12;              /* the least p (1 - p) of the middle */

/* In the middle, with q = p - 1/2, the quantile over q is a function of depth = -log2(4 p (1 - p)), which is 0 at p = 1/2. Here
 * in the steps that lanes take one after the other, the first being p (1 - p) = 2^k (1 + s) / (1 - s). */
PORTABLE double portable_depth_split(double p, double *k)
{
    double f;
    portable_split(p * (1 - p), k, &f);
    return f / (2 + f);
}

/* log2((1 + s) / (1 - s)) as s times a polynomial in s^2, with an absolute error of 2^-54. */
PORTABLE double portable_depth(double k, double s)
{
    static const double c[7] = {0x1.71547652b82fep+1, 0x1.ec709dc39b65fp-1, 0x1.2776c51906c40p-1, 0x1.a61753c24c14ep-2,
                                0x1.485059aa4f9bap-2, 0x1.0ba3cea57471ep-2, 0x1.f33ceb87211e7p-3};
    return portable_fma(-s, portable_polynomial(c, 6, s * s), -2 - k);
}

PORTABLE double portable_middle_numerator(double q, double depth)
{
    static const double n[10] = {0x1.df89f29809429p-2,  0x1.6b57ffe5cbc15p-5,  0x1.5f8f7fe26ed72p-7,
                                 0x1.975d2de4bc529p-11, 0x1.309f6e1f3faddp-14, 0x1.d313554fef233p-19,
                                 0x1.156c429dd420cp-23, 0x1.24ab645e88817p-29, -0x1.69d7898beabe7p-36,
                                 0x1.5174168e61cfep-43};
    return q * (depth - 0x1.ffffffffff590p-1) * portable_polynomial(n, 9, depth);
}

PORTABLE double portable_middle_denominator(double depth)
{
    static const double d[8] = {1,
                                0x1.0e72420e0fa76p-4,
                                0x1.a773e81ba5390p-6,
                                0x1.66f13a6aeaa28p-10,
                                0x1.aab20b05a0912p-13,
                                0x1.034160c946a02p-17,
                                0x1.e3f0a0dcf176bp-22,
                                0x1.2c6cb9f04bb07p-27};
    return portable_polynomial(d, 7, depth);
}

PORTABLE double portable_middle_from(double q, double numerator, double denominator)
{
    return portable_fma(q, 0x1.7cca705263852p+1, numerator / denominator);
}

PORTABLE int portable_is_middle(double p) { return p * (1 - p) >= portable_near; }

PORTABLE double portable_normal_middle(double p)
{
    double k;
    const double s = portable_depth_split(p, &k), depth = portable_depth(k, s), q = p - 0.5;
    return portable_middle_from(q, portable_middle_numerator(q, depth), portable_middle_denominator(depth));
}

/* The quantile's distance from 0 where the nearer tail has probability 2^-53.5 < tail <= 1/32. */
PORTABLE double portable_normal_tail(double tail)
{
    static const double n[10] = {0x1.96d21c6638de5p-2,  0x1.6d8d5024e3964p-2,  0x1.040f5b77f523bp-3,
                                 0x1.77da172afef4dp-6,  0x1.278542f52f7e9p-9,  0x1.fa0048d4e23dep-14,
                                 0x1.c288bf9b83138p-19, 0x1.79f120940efb5p-25, 0x1.ecae2660cd60ep-33,
                                 0x1.3cb727a30874ap-42};
    static const double d[11] = {1.0,
                                 0x1.f4342575f2cbbp-1,
                                 0x1.89489b0f3a0f6p-2,
                                 0x1.40c1ac85c1eeep-4,
                                 0x1.2485ee8cc2982p-7,
                                 0x1.2d2e016987b20p-11,
                                 0x1.52fa4510b61e3p-16,
                                 0x1.8306e644e4b34p-22,
                                 0x1.85c8268ea6fdfp-29,
                                 0x1.043ddbc9f2e9cp-37,
                                 0x1.8201959c13534p-49};
    const double s = -portable_log_ordinary(32 * tail);
    const double numerator = (s - 0x1.7fffffffff89cp+0) * portable_polynomial(n, 9, s);
    return 0x1.3ab564c510134p+1 + numerator / portable_polynomial(d, 10, s);
}

/* Beyond, where no random number leads: the last range of AS 241 (Wichura 1988), split in the same way. */
PORTABLE double portable_normal_far_tail(double tail)
{
    static const double n[7] = {1.470159277814155,    0.87316044988775543,    0.19752183481639402, 0.021293289884494065,
                                0.001119734834392765, 2.6169126713786226e-05, 2.0103342631872e-07};
    static const double d[8] = {1,
                                0.59983220655588798,
                                0.13692988092273581,
                                0.014875361290850615,
                                0.00078686913114561329,
                                1.8463183175100548e-05,
                                1.4215117583164459e-07,
                                2.0442631033899397e-15};
    const double r = __builtin_sqrt(-portable_log(tail)) - 5;
    return 0x1.aa1b1c13ee526p+2 + r * portable_polynomial(n, 6, r) / portable_polynomial(d, 7, r);
}

PORTABLE double portable_normal_quantile(double p)
{
    if (portable_is_middle(p)) return portable_normal_middle(p);
    const double tail = p < 0.5 ? p : 1 - p;
    if (!(tail > 0)) return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    const double distance = tail > portable_far ? portable_normal_tail(tail) : portable_normal_far_tail(tail);
    return p < 0.5 ? -distance : distance;
}

#endif
