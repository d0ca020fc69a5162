/* The portable functions against 80-bit libm, at their special values, and bit for bit against a build without FMA. */

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/math.h>
#include <ulam/rng.h>

#include "portable_math.h"

typedef struct {
    const char *name;
    double (*function)(double);
    double (*without_fma)(double);
    long double (*reference)(long double);
    double low, high; /* arguments */
    bool logarithmic; /* spread evenly over the exponents, and of the sign of low */
} function_case;

static double plain_exp(double x) { return portable_exp(x); }
static double plain_log(double x) { return portable_log(x); }
static double plain_log1p(double x) { return portable_log1p(x); }
static double plain_sin(double x) { return portable_sin(x); }
static double plain_cos(double x) { return portable_cos(x); }
static double plain_sinpi(double x) { return portable_sinpi(x); }
static double plain_cospi(double x) { return portable_cospi(x); }
static double plain_quantile(double p) { return portable_normal_quantile(p); }

static const long double pi = 3.14159265358979323846264338327950288L;

static long double odd_sign(long double integer) { return fmodl(integer, 2) == 0 ? 1 : -1; }

static long double exact_sinpi(long double x)
{
    const long double nearest = rintl(x);
    return odd_sign(nearest) * sinl(pi * (x - nearest));
}

static long double exact_cospi(long double x)
{
    const long double nearest = rintl(x);
    return odd_sign(nearest) * sinl(pi * (0.5L - fabsl(x - nearest)));
}

static const function_case cases[] = {
    {"exp", ulam_exp, plain_exp, expl, -745, 709.7, false},
    {"exp", ulam_exp, plain_exp, expl, -2, 2, false},
    {"exp", ulam_exp, plain_exp, expl, 1e-18, 1, true},
    {"exp", ulam_exp, plain_exp, expl, -745.2, -707, false},
    {"log", ulam_log, plain_log, logl, 0x1p-1074, DBL_MAX, true},
    {"log", ulam_log, plain_log, logl, 0.25, 4, false},
    {"log", ulam_log, plain_log, logl, 0.99, 1.01, false},
    {"log1p", ulam_log1p, plain_log1p, log1pl, -1 + 0x1p-53, 3, false},
    {"log1p", ulam_log1p, plain_log1p, log1pl, 1e-300, DBL_MAX, true},
    {"log1p", ulam_log1p, plain_log1p, log1pl, -1e-300, -0.999, true},
    {"sin", ulam_sin, plain_sin, sinl, -10, 10, false},
    {"sin", ulam_sin, plain_sin, sinl, -0x1p20, 0x1p20, false},
    {"sin", ulam_sin, plain_sin, sinl, 1e-300, 0x1p20, true},
    {"cos", ulam_cos, plain_cos, cosl, -10, 10, false},
    {"cos", ulam_cos, plain_cos, cosl, -0x1p20, 0x1p20, false},
    {"cos", ulam_cos, plain_cos, cosl, 1e-300, 0x1p20, true},
    {"sinpi", ulam_sinpi, plain_sinpi, exact_sinpi, -4, 4, false},
    {"sinpi", ulam_sinpi, plain_sinpi, exact_sinpi, 0, 0.5, false},
    {"sinpi", ulam_sinpi, plain_sinpi, exact_sinpi, 1e-300, 0x1p50, true},
    {"cospi", ulam_cospi, plain_cospi, exact_cospi, -4, 4, false},
    {"cospi", ulam_cospi, plain_cospi, exact_cospi, 0, 0.5, false},
    {"cospi", ulam_cospi, plain_cospi, exact_cospi, 1e-300, 0x1p50, true},
};

static double argument(const function_case *self, ulam_rng *rng)
{
    const double u = ulam_uniform(rng);
    if (!self->logarithmic) return self->low + u * (self->high - self->low);
    const double low = log2(fabs(self->low)), high = log2(fabs(self->high));
    return copysign(exp2(low + u * (high - low)), self->low);
}

/* Not on every machine, and not under valgrind. */
static bool long_double_is_longer(void)
{
    volatile long double one = 1, sum = one + 0x1p-60L;
    return sum != one;
}

static double ulps(double value, long double exact)
{
    int exponent;
    frexpl(exact, &exponent);
    if (exponent < -1021) exponent = -1021;
    return (double)(fabsl(value - exact) / ldexpl(1, exponent - 53));
}

static bool same_bits(double a, double b) { return portable_bits(a) == portable_bits(b); }

/* The header promises 0.85 ulp, and 2 of the functions of pi x. */
static void test_errors_are_below_the_stated_bound(void **state)
{
    (void)state;
    if (!long_double_is_longer()) skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ulam_rng rng;
        ulam_rng_start(&rng, i, 0);
        double worst = 0, where = 0;
        for (int n = 0; n < 200000; n++) {
            const double x = argument(&cases[i], &rng), error = ulps(cases[i].function(x), cases[i].reference(x));
            if (error <= worst) continue;
            worst = error;
            where = x;
        }
        print_message("%-6s on [%g, %g]: %.3f ulp at %a\n", cases[i].name, cases[i].low, cases[i].high, worst, where);
        assert_true(worst < (strstr(cases[i].name, "pi") ? 2 : 0.85));
    }
}

static void test_sin_and_cos_near_their_zeros(void **state)
{
    (void)state;
    if (!long_double_is_longer()) skip();
    for (int n = 1; n < 600000; n += 7) {
        const double x = n * 1.5707963267948966;
        assert_true(ulps(ulam_sin(x), sinl(x)) < 0.85);
        assert_true(ulps(ulam_cos(x), cosl(x)) < 0.85);
    }
}

/* On a CPU with FMA the library uses its instructions, this program libm's fma; the golden hash says the same of other
 * compilers and machines. */
static void test_bits_do_not_depend_on_fma_instructions(void **state)
{
    (void)state;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ulam_rng rng;
        ulam_rng_start(&rng, i, 1);
        for (int n = 0; n < 20000; n++) {
            const double u = ulam_uniform(&rng), x = cases[i].low / 2 + u * (cases[i].high / 2 - cases[i].low / 2);
            const double y = cases[i].function(x), p = ulam_normal_quantile(u);
            assert_true(same_bits(y, cases[i].without_fma(x)));
            assert_true(same_bits(p, plain_quantile(u)));
            hash = (hash ^ portable_bits(y) ^ portable_bits(p) >> 7) * UINT64_C(0x100000001b3);
        }
    }
    assert_int_equal(hash, UINT64_C(0x42d7532d01c929cc));
}

static void test_special_values(void **state)
{
    (void)state;
    const double tiny = 0x1p-1074;
    double (*const functions[])(double) = {ulam_exp,   ulam_log,  ulam_log1p,          ulam_sin, ulam_cos, ulam_sinpi,
                                           ulam_cospi, ulam_sqrt, ulam_normal_quantile};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) assert_true(isnan(functions[i](NAN)));

    assert_true(same_bits(ulam_exp(0), 1) && same_bits(ulam_exp(-0.0), 1));
    assert_true(same_bits(ulam_exp(-INFINITY), 0) && same_bits(ulam_exp(INFINITY), INFINITY));
    assert_true(isfinite(ulam_exp(709.782712893384)) && isinf(ulam_exp(709.782712893385)) && isinf(ulam_exp(1e308)));
    assert_true(same_bits(ulam_exp(-745.13), tiny) && same_bits(ulam_exp(-745.14), 0) && same_bits(ulam_exp(-1e9), 0));

    assert_true(same_bits(ulam_log(1), 0));
    assert_true(same_bits(ulam_log(0), -INFINITY) && same_bits(ulam_log(-0.0), -INFINITY));
    assert_true(isnan(ulam_log(-tiny)) && isnan(ulam_log(-INFINITY)) && same_bits(ulam_log(INFINITY), INFINITY));
    assert_true(same_bits(ulam_log(tiny), -0x1.74385446d71c3p+9));

    assert_true(same_bits(ulam_log1p(0), 0) && same_bits(ulam_log1p(-0.0), -0.0));
    assert_true(same_bits(ulam_log1p(tiny), tiny) && same_bits(ulam_log1p(-tiny), -tiny));
    assert_true(same_bits(ulam_log1p(-1), -INFINITY) && isnan(ulam_log1p(-1.5)) && isnan(ulam_log1p(-INFINITY)));
    assert_true(same_bits(ulam_log1p(INFINITY), INFINITY));

    assert_true(same_bits(ulam_sin(0), 0) && same_bits(ulam_sin(-0.0), -0.0) && same_bits(ulam_sin(tiny), tiny));
    assert_true(same_bits(ulam_cos(0), 1) && same_bits(ulam_cos(-0.0), 1) && same_bits(ulam_cos(tiny), 1));
    assert_true(isnan(ulam_sin(INFINITY)) && isnan(ulam_cos(-INFINITY)));
    assert_true(same_bits(ulam_sin(0x1p40), sin(0x1p40)) && same_bits(ulam_cos(-0x1p40), cos(-0x1p40)));

    const double integers[] = {1, 2, 3, 0x1p51 - 1, 0x1p51 + 1, 0x1p52 + 1, 0x1p53 - 1, 0x1p53, 1e300};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        const double x = integers[i], sign = fmod(x, 2) == 0 ? 1 : -1;
        assert_true(same_bits(ulam_sinpi(x), 0) && same_bits(ulam_sinpi(-x), -0.0));
        assert_true(same_bits(ulam_cospi(x), sign) && same_bits(ulam_cospi(-x), sign));
    }
    assert_true(same_bits(ulam_sinpi(0), 0) && same_bits(ulam_sinpi(-0.0), -0.0) && same_bits(ulam_cospi(-0.0), 1));
    assert_true(same_bits(ulam_sinpi(0.5), 1) && same_bits(ulam_sinpi(-2.5), -1) &&
                same_bits(ulam_sinpi(0x1p51 + 0.5), 1));
    assert_true(same_bits(ulam_cospi(0.5), 0) && same_bits(ulam_cospi(-1.5), 0) &&
                same_bits(ulam_cospi(0x1p51 + 0.5), 0));
    assert_true(same_bits(ulam_sinpi(tiny), 3 * tiny) && same_bits(ulam_cospi(tiny), 1));
    assert_true(isnan(ulam_sinpi(INFINITY)) && isnan(ulam_cospi(-INFINITY)));

    assert_true(same_bits(ulam_sqrt(2), 0x1.6a09e667f3bcdp+0) && same_bits(ulam_sqrt(-0.0), -0.0));
    assert_true(isnan(ulam_sqrt(-1)) && same_bits(ulam_sqrt(INFINITY), INFINITY));

    assert_true(same_bits(ulam_normal_quantile(0.5), 0));
    assert_true(same_bits(ulam_normal_quantile(0), -INFINITY) && same_bits(ulam_normal_quantile(-0.0), -INFINITY));
    assert_true(same_bits(ulam_normal_quantile(1), INFINITY));
    assert_true(isnan(ulam_normal_quantile(-tiny)) && isnan(ulam_normal_quantile(1 + 0x1p-52)));
    assert_true(fabs(ulam_normal_quantile(tiny) + 38.467405617144344) < 1e-13);
}

/* By how many ulps of x the law's probability at x misses p: Newton's step. */
static double quantile_error(double p, double x)
{
    const long double root_half = 0.707106781186547524400844L, root_2_pi = 2.50662827463100050241577L;
    const long double q = p - 0.5L, density = expl(-0.5L * x * x) / root_2_pi;
    const long double tail = q < 0 ? (long double)p : 1 - (long double)p;
    const long double miss =
        fabsl(q) < 0.25L ? erfl(x * root_half) / 2 - q : copysignl(tail - erfcl(fabsl(x) * root_half) / 2, q);
    return ulps(x, x - miss / density);
}

/* The header promises 2.5 ulp between 2^-9 and 1 - 2^-9, 5 elsewhere. */
static void test_normal_quantile_is_within_its_error(void **state)
{
    (void)state;
    if (!long_double_is_longer()) skip();
    assert_true(fabs(ulam_normal_quantile(0.975) - 1.959963984540054) < 5e-16);
    double worst = 0, worst_tail = 0;
    ulam_rng rng;
    ulam_rng_start(&rng, 1, 1);
    for (int n = 0; n < 500000; n++) {
        const double u = ulam_uniform_open(&rng), small = exp2(-1 - 1000 * u), tail = exp2(-1 - 52 * u);
        const double seam = (n % 2 ? 0x1p-12 : 1 - 0x1p-12) + (u - 0.5) * 1e-6, far = 0x1.6a09e667f3bcdp-54 * (u + 0.5);
        const double p[] = {u, small, tail, seam, far};
        for (int i = 0; i < 5; i++) {
            const double error = quantile_error(p[i], ulam_normal_quantile(p[i]));
            if (fmin(p[i], 1 - p[i]) >= 0x1p-9)
                worst = fmax(worst, error);
            else
                worst_tail = fmax(worst_tail, error);
        }
    }
    print_message("normal quantile: %.2f ulp, in the tails %.2f\n", worst, worst_tail);
    assert_true(worst < 2.5 && worst_tail < 5);
}

static void rises_at(double p, double step)
{
    assert_true(ulam_normal_quantile(p) < ulam_normal_quantile(p + step));
    assert_true(ulam_normal_quantile(1 - p) == -ulam_normal_quantile(p));
}

/* Antithetic pairs need u and 1 - u to give opposite normals, common random numbers that more is never less. */
static void test_normal_quantile_rises_and_is_odd(void **state)
{
    (void)state;
    const double grid = 0x1p-53;
    ulam_rng rng;
    ulam_rng_start(&rng, 2, 1);
    for (int n = 0; n < 2000000; n++) {
        const double u = ulam_uniform(&rng);
        if (u > 0 && u < 1 - 2 * grid) rises_at(u, grid);
    }
    /* 1 is where an ulp doubles. */
    const double seams[] = {0x1p-12, 1 - 0x1p-12, 0.25, 0.5, 0.75, 0.15865525393145705, 0.84134474606854293,
                            1e-9,    1 - 1e-9};
    for (size_t i = 0; i < sizeof seams / sizeof *seams; i++)
        for (int n = -20000; n < 20000; n++) rises_at(rint(seams[i] / grid) * grid + n * grid, grid);
    for (int n = 1; n < 20000; n++) rises_at(n * grid, grid);
    for (int k = 2; k < 12;
         k++) { /* where p (1 - p) is 2^-(k + 1/2), and its logarithm is put together in another way */
        const double y = exp2(-k - 0.5), p = rint(y / (0.5 + sqrt(0.25 - y)) / grid) * grid;
        for (int n = -20000; n < 20000; n++) rises_at(p + n * grid, grid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_below_the_stated_bound),
        cmocka_unit_test(test_sin_and_cos_near_their_zeros),
        cmocka_unit_test(test_bits_do_not_depend_on_fma_instructions),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_normal_quantile_is_within_its_error),
        cmocka_unit_test(test_normal_quantile_rises_and_is_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
