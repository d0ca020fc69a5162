/* What antithetic pairs gain: sums that do not depend on their order, and a factor against what is known of it. */

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/antithetic.h>
#include <ulam/rng.h>

#include "canonical.h"
#include "pairing.h"

enum {
    MOST = 4000 /* runs */
};

typedef struct {
    ulam_antithetic pairs;
    ulam_moments means;
} sums;

static void sums_init(sums *self)
{
    self->pairs = (ulam_antithetic){0};
    ulam_moments_init(&self->means);
}

static void sums_free(sums *self)
{
    ulam_antithetic_free(&self->pairs);
    ulam_moments_free(&self->means);
}

/* Adds the pairs of 2 n runs as one block. */
static void add(sums *self, const double *runs, size_t n)
{
    ulam_pairing pairing = {0};
    ulam_block_values pairs;
    const ulam_block_values block = {.value = runs, .n = 2 * n, .run_step = 1, .element_step = 2 * n};
    assert_int_equal(ulam_pairing_make(&pairing, &block, 1, &pairs), ULAM_OK);
    const ulam_series mean = ulam_block_series(&pairs, 0), half = ulam_block_half_series(&pairs, 0);
    assert_int_equal(ulam_moments_add_block(&self->means, mean.value, mean.n, mean.step), ULAM_OK);
    assert_int_equal(ulam_antithetic_add_block(&self->pairs, mean, half), ULAM_OK);
    ulam_pairing_free(&pairing);
}

static ulam_reduction reduce(const sums *self)
{
    ulam_reduction found;
    assert_int_equal(ulam_antithetic_reduce(&self->pairs, &self->means, &found), ULAM_OK);
    return found;
}

static ulam_reduction reduction_of(const double *runs, size_t n)
{
    sums all;
    sums_init(&all);
    add(&all, runs, n);
    const ulam_reduction found = reduce(&all);
    sums_free(&all);
    return found;
}

/* Antithetic pairs of exp(s z), whose factor is known: the correlation of the two is (e^-s2 - 1) / (e^s2 - 1) = -e^-s2. */
static void draw(uint64_t key, double s, size_t n, double *runs)
{
    for (size_t r = 0; r < 2 * n; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, key, r | ULAM_ANTITHETIC);
        runs[r] = exp(s * ulam_gaussian(&rng));
    }
}

static double known_factor(double s) { return 1 / (1 - exp(-s * s)); }

static void test_factor_is_that_of_the_variances(void **state)
{
    (void)state;
    static double runs[MOST];
    const size_t n = MOST / 2;
    draw(1, 0.5, n, runs);
    double mean = 0, between = 0, within = 0;
    for (size_t i = 0; i < n; i++) mean += (runs[2 * i] + runs[2 * i + 1]) / 2 / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double m = (runs[2 * i] + runs[2 * i + 1]) / 2, h = (runs[2 * i] - runs[2 * i + 1]) / 2;
        between += (m - mean) * (m - mean) / (double)(n - 1);
        within += h * h / (double)n;
    }
    const double factor = (between + within) / (2 * between);
    assert_true(fabs(reduction_of(runs, n).factor / factor - 1) < 1e-12);
}

static void test_factor_lies_about_the_known_one_as_its_error_says(void **state)
{
    (void)state;
    static double runs[MOST];
    for (int k = 0; k < 2; k++) {
        const double s = k ? 0.8 : 0.3;
        double sum = 0, squares = 0, errors = 0;
        enum {
            TRIALS = 600
        };
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            draw(trial, s, MOST / 2, runs);
            const ulam_reduction found = reduction_of(runs, MOST / 2);
            const double off = found.factor - known_factor(s);
            sum += off / TRIALS;
            squares += off * off / TRIALS;
            errors += found.std_error / TRIALS;
        }
        const double spread = sqrt(squares - sum * sum);
        /* A ratio is biased by a few of its variances; the spread of 600 trials is known to 3 %. */
        assert_true(fabs(sum) < 0.25 * spread);
        assert_true(fabs(errors / spread - 1) < 0.12);
    }
}

/* Sums about centres of any blocks are those of the whole to rounding of the blocks' sums, and merging is exact. */
static void test_merging_is_in_no_order(void **state)
{
    (void)state;
    static double runs[MOST];
    draw(3, 0.5, MOST / 2, runs);
    sums one, other, parts[7];
    sums_init(&one);
    sums_init(&other);
    for (size_t k = 0; k < 7; k++) {
        sums_init(&parts[k]);
        add(&parts[k], runs + 200 * k, k == 3 ? 3 : 100);
    }
    for (size_t k = 0; k < 7; k++) {
        assert_int_equal(ulam_antithetic_merge(&one.pairs, &parts[k].pairs), ULAM_OK);
        assert_int_equal(ulam_antithetic_merge(&other.pairs, &parts[3 * k % 7].pairs), ULAM_OK);
    }
    ulam_exact *first[] = {&one.pairs.hh, &one.pairs.hhhh, &one.pairs.hhm, &one.pairs.hhmm};
    ulam_exact *second[] = {&other.pairs.hh, &other.pairs.hhhh, &other.pairs.hhm, &other.pairs.hhmm};
    for (int i = 0; i < 4; i++) {
        make_canonical(first[i]);
        make_canonical(second[i]);
        assert_int_equal(first[i]->low, second[i]->low);
        assert_int_equal(first[i]->used, second[i]->used);
        assert_memory_equal(first[i]->limb, second[i]->limb, first[i]->used * sizeof(uint64_t));
    }
    sums_free(&one);
    sums_free(&other);
    for (size_t k = 0; k < 7; k++) sums_free(&parts[k]);
}

/* Far from 0 neither the factor nor its error loses digits; the values are such that nothing is rounded on the way. */
static void test_a_distant_mean_costs_nothing(void **state)
{
    (void)state;
    static double near[MOST], far[MOST];
    draw(4, 0.5, MOST / 2, near);
    for (size_t r = 0; r < MOST; r++) {
        near[r] = floor(near[r] * 256) / 256;
        far[r] = near[r] + 0x1p30;
    }
    for (size_t n = 4; n <= MOST / 2; n += MOST / 2 - 4) {
        const ulam_reduction expected = reduction_of(near, n), found = reduction_of(far, n);
        assert_true(fabs(found.factor / expected.factor - 1) < 1e-12);
        assert_true(fabs(found.std_error / expected.std_error - 1) < 1e-9);
    }
}

static void test_scale_does_not_matter(void **state)
{
    (void)state;
    static double runs[MOST], scaled[MOST];
    draw(5, 0.5, MOST / 2, runs);
    const ulam_reduction expected = reduction_of(runs, MOST / 2);
    static const double scales[] = {0x1p-240, 0x1p-600, 0x1p240, 0x1p1015};
    for (size_t k = 0; k < 4; k++) {
        for (size_t r = 0; r < MOST; r++) scaled[r] = runs[r] * scales[k];
        const ulam_reduction found = reduction_of(scaled, MOST / 2);
        assert_true(fabs(found.factor / expected.factor - 1) < 1e-12);
        assert_true(fabs(found.std_error / expected.std_error - 1) < 1e-9);
    }
}

static void test_no_pair_cancels_or_none_differs(void **state)
{
    (void)state;
    double runs[40];
    for (size_t r = 0; r < 40; r++) runs[r] = 3;
    assert_true(isnan(reduction_of(runs, 20).factor) && isnan(reduction_of(runs, 20).std_error));
    for (size_t r = 0; r < 40; r++) runs[r] = r % 2 ? -(double)(r / 2) : (double)(r / 2);
    assert_true(isinf(reduction_of(runs, 20).factor) && isnan(reduction_of(runs, 20).std_error));
    for (size_t r = 0; r < 40; r++) runs[r] = (double)(r / 2);
    assert_true(reduction_of(runs, 20).factor == 0.5 && reduction_of(runs, 20).std_error == 0);
    assert_true(isnan(reduction_of(runs, 1).factor) && isnan(reduction_of(runs, 0).factor));
    runs[0] = 7;
    assert_true(reduction_of(runs, 2).factor > 0.5 && isnan(reduction_of(runs, 2).std_error));
    runs[0] = runs[1] = DBL_MAX;
    runs[3] = -DBL_MAX;
    assert_true(isfinite(reduction_of(runs, 20).factor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_is_that_of_the_variances),
        cmocka_unit_test(test_factor_lies_about_the_known_one_as_its_error_says),
        cmocka_unit_test(test_merging_is_in_no_order),
        cmocka_unit_test(test_a_distant_mean_costs_nothing),
        cmocka_unit_test(test_scale_does_not_matter),
        cmocka_unit_test(test_no_pair_cancels_or_none_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
