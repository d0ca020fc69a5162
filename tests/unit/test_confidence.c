#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ulam/confidence.h>

static void assert_near(double got, double expected, double relative)
{
    if (!(fabs(got - expected) <= relative * fabs(expected))) fail_msg("%.17g is not %.17g", got, expected);
}

static void assert_undefined(ulam_bounds bounds)
{
    assert_true(isnan(bounds.low));
    assert_true(isnan(bounds.high));
}

/* Reference quantiles to 17 digits, computed with mpmath from the incomplete beta function. */
static void students_quantiles_are_right(void **state)
{
    static const struct {
        double degrees, level, t;
    } known[] = {
        {1, 0.5, 1},
        {1, 0.95, 12.706204736174693},
        {1, 0.999999, 636619.77234875132},
        {2, 0.95, 4.3026527297494618},
        {5, 0.95, 2.5705818356363148},
        {30, 0.5, 0.68275569332129255},
        {30, 0.95, 2.0422724563012379},
        {30, 0.999999, 6.1190756203738998},
        {1000, 0.95, 1.9623390808264081},
        {1000, 0.999999, 4.9222895234238255},
        {1001, 0.95, 1.9623367052808795},
        {1001, 0.999999, 4.9222587364578593},
        {100000, 0.5, 0.67449220355329221},
        {100000, 0.95, 1.9599877075346093},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const uint64_t count = (uint64_t)known[i].degrees + 1;
        const ulam_bounds bounds = ulam_student_interval(count, 0, sqrt((double)count), known[i].level);
        assert_near(bounds.high, known[i].t, 1e-10);
        assert_true(bounds.low == -bounds.high);
    }
}

static void students_interval_has_a_hand_computed_value(void **state)
{
    (void)state; /* 5 values of mean 3 and variance 2.5: 3 +- 2.776445105 * sqrt(0.5) */
    const ulam_bounds bounds = ulam_student_interval(5, 3, sqrt(2.5), 0.95);
    assert_near(bounds.low, 3 - 2.7764451051977987 * sqrt(0.5), 1e-12);
    assert_near(bounds.high, 3 + 2.7764451051977987 * sqrt(0.5), 1e-12);
}

/* Clopper-Pearson ends, from mpmath's incomplete beta function and, from 9999 hits on, scipy; the last take the expansion. */
static void exact_intervals_are_right(void **state)
{
    static const struct {
        uint64_t hits, runs;
        double level, low, high, relative;
    } known[] = {
        {1, 10, 0.95, 0.0025285785444617868, 0.44501611702819536, 1e-12},
        {3, 10, 0.95, 0.06673951117773449, 0.65245285005999724, 1e-12},
        {9, 10, 0.99, 0.4557129431003132, 0.99949887142453537, 1e-12},
        {10, 1000, 0.95, 0.0048055106910493079, 0.01831324305511245, 1e-12},
        {1, UINT64_C(1000000000000), 0.95, 2.5317807984289578e-14, 5.5716433909261618e-12, 1e-10},
        {990, 1000000, 0.9, 0.00093884416899815162, 0.0010433146603341078, 1e-11},
        {1500, 100000, 0.95, 0.014255715699792885, 0.015772605041678912, 1e-11},
        {9999, UINT64_C(100000000000000), 0.95, 9.803962267419926e-11, 1.019694182498979e-10, 1e-7},
        {20000, 1000000, 0.95, 0.019726495903615516, 0.020276289339199706, 2e-8},
        {20000, 41000, 0.99, 0.4814357338561025, 0.4941768592627565, 2e-8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const ulam_bounds bounds = ulam_exact_binomial_interval(known[i].hits, known[i].runs, known[i].level);
        assert_near(bounds.low, known[i].low, known[i].relative);
        assert_near(bounds.high, known[i].high, known[i].relative);
        const ulam_bounds misses =
            ulam_exact_binomial_interval(known[i].runs - known[i].hits, known[i].runs, known[i].level);
        assert_near(1 - misses.high, known[i].low, fmax(known[i].relative, 1e-15 / known[i].low));
    }
}

/* Without a hit: (1 - p)^n = (1 - level) / 2, and one-sided 1 - level, which is the rule of three. */
static void no_hit_still_bounds_the_probability(void **state)
{
    (void)state;
    const ulam_bounds none = ulam_exact_binomial_interval(0, 100, 0.95);
    assert_true(none.low == 0);
    assert_near(pow(1 - none.high, 100), 0.025, 1e-12);
    const ulam_bounds all = ulam_exact_binomial_interval(100, 100, 0.95);
    assert_near(all.low, 1 - none.high, 1e-14);
    assert_true(all.high == 1);
    assert_near(ulam_no_hit_bound(1000000, 0.95), 2.9957e-6, 1e-4);
    assert_near(ulam_exact_binomial_interval(0, 1000000, 0.95).high, 3.6889e-6, 1e-4);
    assert_true(ulam_wilson_interval(0, 100, 0.95).low == 0);
    assert_true(ulam_wilson_interval(100, 100, 0.95).high == 1);
}

/* Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81/263 and 1/29 by the score method. */
static void wilsons_interval_gives_published_values(void **state)
{
    (void)state;
    const ulam_bounds first = ulam_wilson_interval(81, 263, 0.95), second = ulam_wilson_interval(1, 29, 0.95);
    assert_true(fabs(first.low - 0.2553) < 5e-5 && fabs(first.high - 0.3662) < 5e-5);
    assert_true(fabs(second.low - 0.0061) < 5e-5 && fabs(second.high - 0.1718) < 5e-5);
}

static double binomial(unsigned k, unsigned n, double p)
{
    return exp(lgamma(n + 1.) - lgamma(k + 1.) - lgamma(n - k + 1.) + k * log(p) + (n - k) * log1p(-p));
}

/* Summed over all outcomes of 40 runs. */
static void exact_intervals_never_cover_too_rarely(void **state)
{
    (void)state;
    for (double p = 0.005; p < 1; p += 0.0173) {
        double covered = 0;
        for (unsigned k = 0; k <= 40; k++) {
            const ulam_bounds bounds = ulam_exact_binomial_interval(k, 40, 0.9);
            if (bounds.low <= p && p <= bounds.high) covered += binomial(k, 40, p);
        }
        assert_true(covered >= 0.9);
    }
}

static void what_is_undefined_is_nan(void **state)
{
    (void)state;
    assert_undefined(ulam_student_interval(0, NAN, NAN, 0.95));
    assert_undefined(ulam_student_interval(1, 3, NAN, 0.95));
    assert_undefined(ulam_student_interval(10, NAN, 1, 0.95));
    assert_undefined(ulam_student_interval(10, 3, 1, 0));
    assert_undefined(ulam_student_interval(10, 3, 1, 1));
    assert_undefined(ulam_student_interval(10, 3, 1, NAN));
    assert_undefined(ulam_wilson_interval(0, 0, 0.95));
    assert_undefined(ulam_wilson_interval(2, 1, 0.95));
    assert_undefined(ulam_wilson_interval(1, 2, 1.5));
    assert_undefined(ulam_exact_binomial_interval(0, 0, 0.95));
    assert_undefined(ulam_exact_binomial_interval(2, 1, 0.95));
    assert_undefined(ulam_exact_binomial_interval(1, 2, NAN));
    assert_true(isnan(ulam_no_hit_bound(0, 0.95)));
    assert_true(isnan(ulam_no_hit_bound(10, 1)));
}

static void an_indicator_gets_the_exact_interval(void **state)
{
    const ulam_summary summary = {.count = 1000, .mean = 0.01, .sd = 0.0995485, .min = 0, .max = 1};
    (void)state;
    const ulam_bounds indicator = ulam_mean_interval(ULAM_INDICATOR, &summary, 0.95);
    const ulam_bounds number = ulam_mean_interval(ULAM_NUMBER, &summary, 0.95);
    assert_near(indicator.high, 0.01831324305511245, 1e-12);
    assert_near(number.high, 0.01 + 1.9623414611334487 * 0.0995485 / sqrt(1000), 1e-9);
    assert_undefined(ulam_mean_interval(ULAM_INDICATOR, &(ulam_summary){.mean = NAN, .sd = NAN}, 0.95));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(students_quantiles_are_right),
        cmocka_unit_test(students_interval_has_a_hand_computed_value),
        cmocka_unit_test(exact_intervals_are_right),
        cmocka_unit_test(no_hit_still_bounds_the_probability),
        cmocka_unit_test(wilsons_interval_gives_published_values),
        cmocka_unit_test(exact_intervals_never_cover_too_rarely),
        cmocka_unit_test(what_is_undefined_is_nan),
        cmocka_unit_test(an_indicator_gets_the_exact_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
