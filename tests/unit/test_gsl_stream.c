/* GSL's distributions drawing from a stream. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include <ulam/gsl.h>

static void test_gsl_draws_the_stream_s_words(void **state)
{
    (void)state;
    ulam_rng rng, twin;
    ulam_rng_start(&rng, 1, 2);
    twin = rng;
    const gsl_rng gsl = ulam_as_gsl(&rng);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(gsl_rng_get(&gsl), ulam_word32(&twin));
        assert_true(gsl_rng_uniform(&gsl) == ulam_uniform(&twin));
    }
    assert_int_equal(gsl_rng_min(&gsl), 0);
    assert_int_equal(gsl_rng_max(&gsl), 0xffffffff);
    assert_string_equal(gsl_rng_name(&gsl), "ulam");
    assert_int_equal(ulam_word32(&rng), ulam_word32(&twin)); /* a view: the run's own draws go on behind GSL's */
}

static void test_seeding_a_stream_fails_the_run(void **state)
{
    (void)state;
    ulam_error failure = {0};
    ulam_rng rng, twin;
    ulam_rng_start(&rng, 1, 2);
    rng.failure = &failure;
    twin = rng;
    const gsl_rng gsl = ulam_as_gsl(&rng);
    gsl_rng_set(&gsl, 42);
    assert_int_equal(failure.status, ULAM_ERUN);
    assert_non_null(strstr(failure.message, "gsl_rng_set(42)"));
    assert_int_equal(ulam_word32(&rng), ulam_word32(&twin));
}

typedef double law(const gsl_rng *gsl);

static double poisson_small(const gsl_rng *gsl) { return gsl_ran_poisson(gsl, 0.7); }
static double poisson_large(const gsl_rng *gsl) { return gsl_ran_poisson(gsl, 250); }
static double gamma_small(const gsl_rng *gsl) { return gsl_ran_gamma(gsl, 0.4, 3); }
static double gamma_large(const gsl_rng *gsl) { return gsl_ran_gamma(gsl, 9, 0.5); }
static double binomial(const gsl_rng *gsl) { return gsl_ran_binomial(gsl, 0.3, 100); }
static double ziggurat(const gsl_rng *gsl) { return gsl_ran_gaussian_ziggurat(gsl, 2); }
static double beta(const gsl_rng *gsl) { return gsl_ran_beta(gsl, 2, 3); }
static double die(const gsl_rng *gsl) { return (double)gsl_rng_uniform_int(gsl, 6); }

static void test_gsl_distributions_have_their_means_and_variances(void **state)
{
    (void)state;
    enum {
        N = 100000
    };
    /* the fourth central moment gives the error of the variance */
    static const struct {
        law *draw;
        double mean, variance, fourth;
    } laws[] = {
        {poisson_small, 0.7, 0.7, 0.7 + 3 * 0.7 * 0.7},     {poisson_large, 250, 250, 250 + 3 * 250. * 250},
        {gamma_small, 1.2, 3.6, (3 + 6 / 0.4) * 3.6 * 3.6}, {gamma_large, 4.5, 2.25, (3 + 6. / 9) * 2.25 * 2.25},
        {binomial, 30, 21, 21 * (1 + 3 * 98 * 0.21)},       {ziggurat, 0, 4, 48},
        {beta, 0.4, 0.04, 0.0016 * (3 - 9. / 14)},          {die, 2.5, 35. / 12, 707. / 48},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        ulam_rng rng;
        ulam_rng_start(&rng, 20261121, i);
        const gsl_rng gsl = ulam_as_gsl(&rng);
        double sum = 0, squares = 0;
        for (int n = 0; n < N; n++) {
            const double deviation = laws[i].draw(&gsl) - laws[i].mean;
            sum += deviation;
            squares += deviation * deviation;
        }
        const double variance = laws[i].variance;
        assert_true(fabs(sum / N) < 4 * sqrt(variance / N));
        assert_true(fabs(squares / N - variance) < 4 * sqrt((laws[i].fourth - variance * variance) / N));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gsl_draws_the_stream_s_words),
        cmocka_unit_test(test_seeding_a_stream_fails_the_run),
        cmocka_unit_test(test_gsl_distributions_have_their_means_and_variances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
