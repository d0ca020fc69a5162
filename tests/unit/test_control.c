/* Control variates against what is known of them: y = 2 + 3 x1 - x2 + e, all normal, x1 and x2 with correlation 0.5. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/control.h>
#include <ulam/rng.h>

enum {
    MOST = 400
};

static const double noise = 0.5;

/* Rows y, x1, x2. */
static void draw(uint64_t key, size_t n, double values[3][MOST])
{
    for (size_t r = 0; r < n; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, key, r);
        values[1][r] = ulam_gaussian(&rng);
        values[2][r] = 0.5 * values[1][r] + sqrt(0.75) * ulam_gaussian(&rng);
        values[0][r] = 2 + 3 * values[1][r] - values[2][r] + noise * ulam_gaussian(&rng);
    }
}

static double mean_of(size_t n, const double *x)
{
    double sum = 0;
    for (size_t r = 0; r < n; r++) sum += x[r];
    return sum / (double)n;
}

static double covariance_of(size_t n, const double *x, const double *y)
{
    const double a = mean_of(n, x), b = mean_of(n, y);
    double sum = 0;
    for (size_t r = 0; r < n; r++) sum += (x[r] - a) * (y[r] - b);
    return sum / (double)(n - 1);
}

/* With so many of the two controls, whose means are 0. */
static ulam_controlled estimate(size_t n, const double values[3][MOST], size_t k)
{
    double d[2], c[2], S[4];
    ulam_controlled result;
    for (size_t i = 0; i < k; i++) {
        d[i] = mean_of(n, values[i + 1]);
        c[i] = covariance_of(n, values[i + 1], values[0]);
        for (size_t j = 0; j < k; j++) S[i * k + j] = covariance_of(n, values[i + 1], values[j + 1]);
    }
    ulam_control_variates(n, mean_of(n, values[0]), sqrt(covariance_of(n, values[0], values[0])), k, d, c, S, 0.95,
                          &result);
    return result;
}

/* Also with so few runs that the degrees of freedom count. */
static void errors_are_the_spread_and_intervals_cover(void **state)
{
    (void)state;
    enum {
        SEEDS = 4000
    };
    static double values[3][MOST];
    static const size_t sizes[] = {8, 100};
    for (size_t s = 0; s < 2; s++)
        for (size_t k = 1; k <= 2; k++) {
            double sum = 0, squares = 0, errors = 0;
            int covered = 0;
            for (uint64_t seed = 0; seed < SEEDS; seed++) {
                draw(seed * 0x9e3779b97f4a7c15u + 9, sizes[s], values);
                const ulam_controlled found = estimate(sizes[s], values, k);
                sum += found.estimate.value;
                squares += found.estimate.value * found.estimate.value;
                errors += found.estimate.std_error * found.estimate.std_error / SEEDS;
                covered += found.estimate.interval.low <= 2 && 2 <= found.estimate.interval.high;
            }
            const double spread = sqrt((squares - sum * sum / SEEDS) / (SEEDS - 1));
            assert_true(fabs(sum / SEEDS - 2) < 4 * spread / sqrt(SEEDS));
            assert_true(fabs(sqrt(errors) / spread - 1) < 0.06);
            assert_true(covered > 0.938 * SEEDS && covered < 0.962 * SEEDS);
        }
}

/* var y = 9 + 1 - 3 + 1/4; with both controls 1/4 is left of it. */
static void the_variance_falls_as_it_should(void **state)
{
    (void)state;
    static double values[3][MOST];
    double reduction = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        draw(seed + 31, MOST, values);
        reduction += estimate(MOST, values, 2).reduction / 100;
    }
    assert_true(fabs(reduction / (7.25 / 0.25) - 1) < 0.05);
}

static void assert_undefined(ulam_controlled found)
{
    assert_true(isnan(found.estimate.value) && isnan(found.estimate.std_error));
    assert_true(isnan(found.estimate.interval.low) && isnan(found.reduction));
}

static void what_cannot_be_solved_is_undefined(void **state)
{
    (void)state;
    static double values[3][MOST];
    draw(4, MOST, values);
    for (size_t n = 2; n < 4; n++) assert_undefined(estimate(n, values, 2));
    assert_true(isfinite(estimate(4, values, 2).estimate.value));
    for (size_t r = 0; r < MOST; r++) values[2][r] = 1e6 * values[1][r] + 7;
    assert_undefined(estimate(MOST, values, 2)); /* one follows from the other */
    for (size_t r = 0; r < MOST; r++) values[1][r] = 5;
    assert_undefined(estimate(MOST, values, 1)); /* it does not vary */
}

/* Controls in other units give the same. */
static void scales_do_not_matter(void **state)
{
    (void)state;
    static double values[3][MOST];
    draw(4, MOST, values);
    const ulam_controlled plain = estimate(MOST, values, 2);
    for (size_t r = 0; r < MOST; r++) {
        values[1][r] *= 1e100;
        values[2][r] *= 1e-100;
    }
    const ulam_controlled scaled = estimate(MOST, values, 2);
    assert_true(fabs(scaled.estimate.value - plain.estimate.value) < 1e-12);
    assert_true(fabs(scaled.estimate.std_error / plain.estimate.std_error - 1) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_the_spread_and_intervals_cover),
        cmocka_unit_test(the_variance_falls_as_it_should),
        cmocka_unit_test(what_cannot_be_solved_is_undefined),
        cmocka_unit_test(scales_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
