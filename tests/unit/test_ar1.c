/* The autoregressive process: its moments, and how its values are correlated. */

#include <stdio.h>

#include "model_chains.h"

static void moments_are_those_of_a_standard_normal(void **state)
{
    (void)state;
    static const char *const points[] = {"", "coefficient=0", "coefficient=-0.7", "coefficient=0.99"};
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        model_point point;
        chains_mean means[2];
        double exact[2];
        assert_int_equal(model_point_open(&point, "ar1", points[k], NULL), ULAM_OK);
        model_point_exact(&point, exact);
        assert_true(exact[0] == 0 && exact[1] == 1);
        model_chains_means(&point, 10 + k, 0, 2000, means); /* it starts in equilibrium */
        assert_within_errors(&means[0], 0, points[k], "x");
        assert_within_errors(&means[1], 1, points[k], "x2");
        model_point_close(&point);
    }
}

/* x_t x_(t+1) has the mean a: that over many chains, each one pair. */
static void successive_values_have_the_coefficient_as_correlation(void **state)
{
    (void)state;
    static const double coefficients[] = {-0.9, 0, 0.5, 0.95, 0.999};
    enum {
        CHAINS = 20000
    };
    for (size_t k = 0; k < sizeof coefficients / sizeof *coefficients; k++) {
        char settings[64];
        model_point point;
        double sum = 0, squares = 0;
        snprintf(settings, sizeof settings, "coefficient=%g", coefficients[k]);
        assert_int_equal(model_point_open(&point, "ar1", settings, NULL), ULAM_OK);
        for (uint64_t c = 0; c < CHAINS; c++) {
            model_chain chain;
            model_chain_begin(&chain, &point, 77, c, false);
            const double before = *(double *)chain.state;
            model_chain_sweep(&chain, &point);
            const double product = before * *(double *)chain.state;
            sum += product;
            squares += product * product;
            model_chain_end(&chain);
        }
        const double mean = sum / CHAINS, variance = squares / CHAINS - mean * mean;
        assert_true(fabs(mean - coefficients[k]) <= 4 * sqrt(variance / CHAINS));
        assert_true(fabs(variance - (1 + coefficients[k] * coefficients[k])) <
                    0.2); /* of a product of two such normals */
        model_point_close(&point);
    }
}

/* From afar the mean comes back as a^t. */
static void a_start_is_forgotten_at_the_coefficients_pace(void **state)
{
    (void)state;
    model_point point;
    assert_int_equal(model_point_open(&point, "ar1", "start=50 spread=0 coefficient=0.8", NULL), ULAM_OK);
    double sum[3] = {0};
    for (uint64_t c = 0; c < 1000; c++) {
        model_chain chain;
        model_chain_begin(&chain, &point, 78, c, false);
        for (int t = 0; t < 3; t++) {
            sum[t] += *(double *)chain.state;
            for (int i = 0; i < 5; i++) model_chain_sweep(&chain, &point);
        }
        model_chain_end(&chain);
    }
    assert_true(sum[0] == 50 * 1000);
    for (int t = 1; t < 3; t++) assert_true(fabs(sum[t] / 1000 - 50 * pow(0.8, 5 * t)) <= 4 / sqrt(1000));
    model_point_close(&point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_a_standard_normal),
        cmocka_unit_test(successive_values_have_the_coefficient_as_correlation),
        cmocka_unit_test(a_start_is_forgotten_at_the_coefficients_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
