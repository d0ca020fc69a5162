#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/chain_diagnosis.h>

#include "ar1_chain.h"
#include "chain_tau.h"

enum {
    MOST_CHAINS = 64,
    MOST = 40000
};

typedef struct {
    ulam_chain_sums sums[MOST_CHAINS];
    const ulam_chain_sums *pointer[MOST_CHAINS];
    size_t count;
} ensemble;

static void add_chain(ensemble *self, const double *value, size_t n)
{
    ulam_chain_sums *sums = &self->sums[self->count];
    ulam_chain_sums_init(sums);
    assert_int_equal(ulam_chain_sums_add(sums, value, n, 1), ULAM_OK);
    self->pointer[self->count++] = sums;
}

static ulam_chain_diagnosis diagnose(ensemble *self, uint64_t n)
{
    ulam_chain_diagnosis found;
    assert_int_equal(ulam_chain_diagnose(self->pointer, self->count, n, &found), ULAM_OK);
    return found;
}

static void empty(ensemble *self)
{
    while (self->count > 0) ulam_chain_sums_free(&self->sums[--self->count]);
}

/* How the chains of an experiment begin, beside their own first number from the stationary law. */
typedef struct {
    double first;  /* how far off they start */
    double apart;  /* how far the mean of one is from that of the next */
    double offset; /* of all values */
} start;

static ulam_chain_diagnosis try_ar1(double a, size_t chains, size_t n, uint64_t seed, start from)
{
    static double value[MOST];
    ensemble all = {.count = 0};
    for (size_t r = 0; r < chains; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, seed, r);
        ar1_fill(&rng, a, from.first + ulam_gaussian(&rng), value, n);
        for (size_t i = 0; i < n; i++) value[i] += from.offset + from.apart * (double)r;
        add_chain(&all, value, n);
    }
    const ulam_chain_diagnosis found = diagnose(&all, n);
    empty(&all);
    return found;
}

static ulam_chain_verdict judge_ar1(double a, size_t chains, size_t n, uint64_t seed, start from)
{
    const ulam_chain_diagnosis found = try_ar1(a, chains, n, seed, from);
    return ulam_chain_judge(&found);
}

/* Chains of unlike lengths and unlike first measurements, by the definition. */
static void test_covariances_are_about_the_mean_of_all_chains(void **unused)
{
    static double value[3][3000], bin[3000];
    const size_t length[] = {3000, 2001, 1500};
    ensemble all = {.count = 0};
    double sum = 0, n = 0;
    (void)unused;
    for (size_t r = 0; r < 3; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, 5, r);
        ar1_fill(&rng, 0.9, 2, value[r], length[r]);
        for (size_t i = 0; i < length[r]; i++) value[r][i] += 10 * (double)r;
        add_chain(&all, value[r], length[r]);
        for (size_t i = 0; i < length[r]; i++) sum += value[r][i];
        n += (double)length[r];
    }
    for (size_t level = 0, width = 1; level < 6; level++, width *= 4) {
        const ulam_chain_covariances found = ulam_chain_find_covariances(all.pointer, 3, level);
        assert_int_equal(found.lags, 1500 / width > 15 ? 15 : 1500 / width - 1);
        for (size_t k = 0; k <= found.lags; k++) {
            double products = 0, pairs = 0;
            for (size_t r = 0; r < 3; r++) {
                const size_t bins = length[r] / width;
                for (size_t b = 0; b < bins; b++) {
                    bin[b] = -sum / n;
                    for (size_t i = 0; i < width; i++) bin[b] += value[r][b * width + i] / (double)width;
                }
                for (size_t b = 0; b + k < bins; b++) products += bin[b] * bin[b + k];
                pairs += (double)(bins - k);
            }
            assert_true(fabs(found.value[k] - products / pairs) < 1e-10 * found.value[0]);
        }
    }
    empty(&all);
}

/* R-hat as the book writes it, of chains whose halves are whole segments. */
static void test_rhat_and_variance_are_those_of_the_definition(void **unused)
{
    static double value[3][256];
    ensemble all = {.count = 0};
    double mean[6], grand = 0, between = 0, within = 0, squares = 0;
    (void)unused;
    for (size_t r = 0; r < 3; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, 6, r);
        ar1_fill(&rng, 0.5, 2, value[r], 256);
        add_chain(&all, value[r], 256);
    }
    for (size_t h = 0; h < 6; h++) {
        const double *half = value[h / 2] + h % 2 * 128;
        double variance = 0;
        mean[h] = 0;
        for (size_t i = 0; i < 128; i++) mean[h] += half[i] / 128;
        for (size_t i = 0; i < 128; i++) variance += (half[i] - mean[h]) * (half[i] - mean[h]) / 127;
        grand += mean[h] / 6;
        within += variance / 6;
    }
    for (size_t h = 0; h < 6; h++) between += 128 * (mean[h] - grand) * (mean[h] - grand) / 5;
    for (size_t r = 0; r < 3; r++)
        for (size_t i = 0; i < 256; i++) squares += (value[r][i] - grand) * (value[r][i] - grand);
    const ulam_chain_diagnosis found = diagnose(&all, 256);
    const double rhat = sqrt((127.0 / 128 * within + between / 128) / within);
    assert_true(fabs(found.rhat - rhat) < 1e-12);
    assert_true(fabs(found.mean - grand) < 1e-12);
    assert_true(fabs(found.variance - squares / 767) < 1e-12);
    empty(&all);
}

/* tau and its error, and the error of the mean, over many repetitions. */
static void check_tau(double a, size_t chains, size_t n)
{
    enum {
        SEEDS = 200
    };
    const double exact = (1 + a) / (1 - a);
    int beyond = 0;
    double tau = 0, squares = 0, error = 0, mean_squares = 0, mean_error2 = 0, binning = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const ulam_chain_diagnosis found = try_ar1(a, chains, n, 100 + seed, (start){0});
        assert_true(found.is_resolved);
        beyond += fabs(found.tau - exact) > 4 * found.tau_error;
        assert_true(fabs(found.ess - (double)(chains * n) / found.tau) < 1e-6 * found.ess);
        tau += found.tau / SEEDS;
        squares += (found.tau - exact) * (found.tau - exact) / SEEDS;
        error += found.tau_error / SEEDS;
        binning += found.tau_binning / SEEDS;
        mean_squares += found.mean * found.mean / SEEDS;
        mean_error2 += found.mean_error * found.mean_error / SEEDS;
    }
    assert_true(beyond <= 1); /* an error is a part of the tau it comes with, that of a small one too small */
    assert_true(fabs(error / sqrt(squares) - 1) < 0.15);
    assert_true(fabs(tau - exact) < 0.02 * exact);
    assert_true(fabs(binning - exact) < 0.1 * exact);
    assert_true(fabs(sqrt(mean_error2 / mean_squares) - 1) < 0.15); /* 3 times what 200 seeds tell it to */
}

static void test_tau_and_errors_are_right(void **unused)
{
    (void)unused;
    check_tau(0.5, 4, 10000);
    check_tau(0.8, 4, 10000);
    check_tau(0.95, 8, 40000);
    check_tau(0.99, 8, 40000);
}

static void test_tau_below_1(void **unused)
{
    (void)unused;
    const ulam_chain_diagnosis found = try_ar1(-0.5, 4, 10000, 3, (start){0});
    assert_true(found.is_resolved);
    assert_true(fabs(found.tau - 1.0 / 3) < 4 * found.tau_error && found.tau_error < 0.05);
}

static void test_an_offset_changes_nothing(void **unused)
{
    const ulam_chain_diagnosis plain = try_ar1(0.8, 4, 5000, 3, (start){0}),
                               far = try_ar1(0.8, 4, 5000, 3, (start){.offset = 1e8});
    (void)unused;
    assert_true(fabs(far.mean - 1e8 - plain.mean) < 1e-7);
    assert_true(fabs(far.tau - plain.tau) < 1e-6 * plain.tau);
    assert_true(fabs(far.tau_error - plain.tau_error) < 1e-6 * plain.tau);
    assert_true(fabs(far.variance - plain.variance) < 1e-6);
    assert_true(fabs(far.rhat - plain.rhat) < 1e-6);
    assert_true(fabs(far.drift - plain.drift) < 1e-5);
}

static void test_constant_chains_tell_nothing(void **unused)
{
    static double value[1000];
    ensemble all = {.count = 0};
    char text[ULAM_CHAIN_WARNING_SIZE];
    (void)unused;
    for (size_t i = 0; i < 1000; i++) value[i] = 1e8 + 0.1;
    for (int r = 0; r < 3; r++) add_chain(&all, value, 1000);
    ulam_chain_diagnosis found = diagnose(&all, 1000);
    assert_true(found.mean == value[0] && found.variance == 0);
    assert_true(isnan(found.tau) && isnan(found.tau_binning) && isnan(found.ess) && isnan(found.mean_error));
    assert_true(isnan(found.rhat) && isnan(found.drift) && !found.is_resolved);
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_CONSTANT);
    for (size_t i = 0; i < 1000; i++) value[i] = 2;
    add_chain(&all, value, 1000);
    found = diagnose(&all, 1000);
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_APART);
    ulam_chain_warning(&found, text);
    assert_non_null(strstr(text, "differ from one another"));
    empty(&all);
}

static void test_squares_that_overflow_are_undefined(void **unused)
{
    static double value[1000];
    ensemble all = {.count = 0};
    (void)unused;
    for (size_t i = 0; i < 1000; i++) value[i] = i % 3 ? 1e200 : -1e200;
    add_chain(&all, value, 1000);
    const ulam_chain_diagnosis found = diagnose(&all, 1000);
    assert_true(fabs(found.mean / 1e200 - 0.332) < 1e-12);
    assert_true(isnan(found.variance) && isnan(found.mean_error) && !found.is_resolved);
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_SHORT);
    empty(&all);
}

static void test_one_chain_has_no_rhat(void **unused)
{
    (void)unused;
    const ulam_chain_diagnosis found = try_ar1(0.8, 1, 10000, 3, (start){0});
    assert_true(isnan(found.rhat));
    assert_true(found.is_resolved && fabs(found.tau - 9) < 4 * found.tau_error);
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_FINE);
}

static void test_short_chains(void **unused)
{
    char text[ULAM_CHAIN_WARNING_SIZE];
    (void)unused;
    ulam_chain_diagnosis found = try_ar1(0.999, 4, 2000, 3, (start){0});
    assert_true(!found.is_resolved && isnan(found.tau_error) && found.tau > 100);
    ulam_chain_warning(&found, text);
    assert_non_null(strstr(text, "too short to tell the autocorrelation time, which may be"));
    found = try_ar1(0.95, 32, 1000, 3, (start){0});
    assert_true(found.is_resolved);
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_SHORT);
    ulam_chain_warning(&found, text);
    assert_non_null(strstr(text, "autocorrelation times long"));
    found = try_ar1(0.5, 1, 1, 3, (start){0});
    assert_true(isnan(found.variance) && isnan(found.tau));
    assert_int_equal(ulam_chain_judge(&found), ULAM_CHAINS_SHORT);
}

static void test_chains_that_start_far_off_drift(void **unused)
{
    char text[ULAM_CHAIN_WARNING_SIZE];
    (void)unused;
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(judge_ar1(0.9, 4, 10000, seed, (start){.first = 100}), ULAM_CHAINS_DRIFT);
        assert_int_equal(judge_ar1(0.99, 8, 20000, seed, (start){.first = 40}), ULAM_CHAINS_DRIFT);
    }
    const ulam_chain_diagnosis found = try_ar1(0.9, 4, 10000, 3, (start){.first = -100});
    assert_true(found.drift < -4);
    ulam_chain_warning(&found, text);
    assert_non_null(strstr(text, "standard errors below their last half"));
}

static void test_chains_set_apart_are_told(void **unused)
{
    (void)unused;
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(judge_ar1(0.9, 4, 10000, seed, (start){.apart = 1}), ULAM_CHAINS_APART);
        assert_int_equal(judge_ar1(0.9, 16, 10000, seed, (start){.apart = 0.05}), ULAM_CHAINS_APART);
    }
}

static void test_thermalised_chains_raise_no_alarm(void **unused)
{
    int alarms = 0;
    (void)unused;
    for (uint64_t seed = 0; seed < 200; seed++) {
        const ulam_chain_diagnosis found = try_ar1(0.9, 64, 1500, seed, (start){0});
        char text[ULAM_CHAIN_WARNING_SIZE];
        ulam_chain_warning(&found, text);
        alarms += text[0] != '\0';
    }
    assert_true(alarms <= 2);
    alarms = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        const ulam_chain_verdict verdict = judge_ar1(0.9, 2, 2000, 1000 + seed, (start){0});
        alarms += verdict == ULAM_CHAINS_APART || verdict == ULAM_CHAINS_DRIFT;
    }
    assert_true(alarms <= 1);
}

static void test_the_first_measurements_of_longer_chains(void **unused)
{
    static double value[2][1000];
    ensemble same = {.count = 0}, unlike = {.count = 0};
    ulam_chain_diagnosis found;
    (void)unused;
    for (size_t r = 0; r < 2; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, 9, r);
        ar1_fill(&rng, 0.5, 0, value[r], 1000);
        add_chain(&same, value[r], 512);
        add_chain(&unlike, value[r], r ? 1000 : 512);
    }
    const ulam_chain_diagnosis of_same = diagnose(&same, 512), of_unlike = diagnose(&unlike, 512);
    assert_true(fabs(of_same.mean - of_unlike.mean) < 1e-14);
    assert_true(fabs(of_same.rhat - of_unlike.rhat) < 1e-12);
    assert_true(of_same.tau != of_unlike.tau);
    assert_int_equal(ulam_chain_diagnose(unlike.pointer, 2, 511, &found), ULAM_EINVAL);
    assert_int_equal(ulam_chain_diagnose(unlike.pointer, 2, 1000, &found), ULAM_EINVAL);
    assert_int_equal(ulam_chain_diagnose(unlike.pointer, 2, 0, &found), ULAM_EINVAL);
    assert_int_equal(ulam_chain_diagnose(unlike.pointer, 0, 512, &found), ULAM_EINVAL);
    empty(&same);
    empty(&unlike);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covariances_are_about_the_mean_of_all_chains),
        cmocka_unit_test(test_rhat_and_variance_are_those_of_the_definition),
        cmocka_unit_test(test_tau_and_errors_are_right),
        cmocka_unit_test(test_tau_below_1),
        cmocka_unit_test(test_an_offset_changes_nothing),
        cmocka_unit_test(test_constant_chains_tell_nothing),
        cmocka_unit_test(test_squares_that_overflow_are_undefined),
        cmocka_unit_test(test_one_chain_has_no_rhat),
        cmocka_unit_test(test_short_chains),
        cmocka_unit_test(test_chains_that_start_far_off_drift),
        cmocka_unit_test(test_chains_set_apart_are_told),
        cmocka_unit_test(test_thermalised_chains_raise_no_alarm),
        cmocka_unit_test(test_the_first_measurements_of_longer_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
