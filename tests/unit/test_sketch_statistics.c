#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/math.h>
#include <ulam/quantile.h>
#include <ulam/rng.h>

static int by_value(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static double *normals(size_t n, uint64_t run)
{
    ulam_rng rng;
    double *x = malloc(n * sizeof *x);
    assert_non_null(x);
    ulam_rng_start(&rng, 7, run);
    ulam_gaussian_fill(&rng, x, n);
    return x;
}

static uint64_t below(ulam_rng *rng, uint64_t n) { return ulam_integer_below(rng, n); }

static ulam_sketch sketch_of(const double *x, size_t n, double centre)
{
    const ulam_sketch_plan plan = {.bits = 7, .centre = centre};
    ulam_sketch self;
    ulam_sketch_init(&self, &plan);
    assert_int_equal(ulam_sketch_add(&self, (ulam_series){x, n, 1}), ULAM_OK);
    assert_int_equal(ulam_sketch_total(&self), n);
    return self;
}

/* Every quantile asked for is as near to the exact one as the accuracy says. Sorts x. */
static void assert_accurate(const ulam_sketch *self, double *x, size_t n, double accuracy)
{
    static const double levels[] = {1e-5, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1 - 1e-5};
    qsort(x, n, sizeof *x, by_value);
    const ulam_summary extremes = {.min = x[0], .max = x[n - 1]};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const double exact = x[(size_t)ceil(levels[i] * (double)n * (1 - 0x1p-50)) - 1];
        const ulam_quantile found = ulam_sketch_quantile(self, &extremes, levels[i], 0.95);
        assert_true(fabs(found.value - exact) <= accuracy * fabs(exact - self->centre) * (1 + 1e-9));
        assert_true(found.low <= exact && exact <= found.high);
        assert_true(found.low <= found.value && found.value <= found.high);
    }
}

static void quantiles_of_many_lognormals_are_within_the_guarantee(void **state)
{
    (void)state;
    const size_t n = 10000000;
    double *x = normals(n, 1);
    for (size_t i = 0; i < n; i++) x[i] = ulam_exp(x[i]);
    ulam_sketch about_median = sketch_of(x, n, 1.01), about_zero = sketch_of(x, n, 0);
    assert_accurate(&about_median, x, n, 0.005);
    assert_accurate(&about_zero, x, n, 0.005);
    ulam_sketch_free(&about_median);
    ulam_sketch_free(&about_zero);
    free(x);
}

static void a_narrow_distribution_far_from_zero_is_resolved(void **state)
{
    (void)state;
    const size_t n = 1000000;
    double *x = normals(n, 2);
    for (size_t i = 0; i < n; i++) x[i] = 300 + 0.1 * x[i];
    const ulam_sketch_plan plan = {.bits = 7, .centre = NAN};
    const ulam_statistics statistics = {.sketches = &plan, .n_sketches = 1};
    const ulam_block_values pilot = {.value = x, .n = ULAM_PILOT_RUNS, .run_step = 1};
    double centre;
    assert_int_equal(ulam_pilot_frame(&statistics, &pilot, &centre), ULAM_OK);
    assert_true(fabs(centre - 300) < 0.01);
    ulam_sketch self = sketch_of(x, n, centre);
    const ulam_summary extremes = {.min = 0, .max = 1e3};
    assert_true(fabs(ulam_sketch_quantile(&self, &extremes, 0.95, 0.95).value - 300.1645) < 0.002);
    assert_accurate(&self, x, n, 0.005);
    ulam_sketch_free(&self);
    free(x);
}

static void values_of_every_kind_are_counted(void **state)
{
    (void)state;
    const double x[] = {-DBL_MAX, -1, -0x1p-1074, -0.0, 0, 0, 0x1p-1074, DBL_MIN, 3, NAN, DBL_MAX};
    const size_t n = sizeof x / sizeof *x;
    const ulam_sketch_plan plan = {.bits = 7, .centre = 0};
    ulam_sketch self;
    ulam_sketch_init(&self, &plan);
    assert_int_equal(ulam_sketch_add(&self, (ulam_series){x, n, 1}), ULAM_OK);
    assert_int_equal(ulam_sketch_total(&self), n - 1);
    double sorted[10];
    memcpy(sorted, x, sizeof x - 2 * sizeof *x);
    sorted[9] = DBL_MAX;
    for (size_t i = 0; i < 10; i++) {
        const ulam_bucket at = ulam_sketch_find(&self, i + 1);
        assert_true(at.low <= sorted[i] && sorted[i] <= at.high);
    }
    assert_true(ulam_sketch_find(&self, 5).middle == 0);
    ulam_sketch_free(&self);

    /* Distances beyond the largest double. */
    const double far[] = {-DBL_MAX, DBL_MAX, DBL_MAX};
    const ulam_sketch_plan farther = {.bits = 7, .centre = -DBL_MAX};
    ulam_sketch_init(&self, &farther);
    assert_int_equal(ulam_sketch_add(&self, (ulam_series){far, 3, 1}), ULAM_OK);
    assert_int_equal(ulam_sketch_total(&self), 3);
    const ulam_summary extremes = {.min = -DBL_MAX, .max = DBL_MAX};
    assert_true(ulam_sketch_quantile(&self, &extremes, 0.1, 0.95).value == -DBL_MAX);
    assert_true(ulam_sketch_find(&self, 3).high >= DBL_MAX);
    ulam_sketch_free(&self);
}

/* For the median of 100 values, ranks 40 and 61: 96.5 % (David and Nagaraja, Order Statistics, section 7.1). */
static void an_interval_reaches_from_rank_to_rank(void **state)
{
    (void)state;
    double x[100];
    for (int i = 0; i < 100; i++) x[i] = 1000 + i + 1;
    ulam_sketch self = sketch_of(x, 100, 0);
    const ulam_summary extremes = {.min = 1001, .max = 1100};
    const ulam_quantile median = ulam_sketch_quantile(&self, &extremes, 0.5, 0.95);
    assert_true(ulam_sketch_find(&self, 40).low == median.low);
    assert_true(ulam_sketch_find(&self, 61).high == median.high);
    const ulam_quantile rare = ulam_sketch_quantile(&self, &extremes, 0.01, 0.95);
    assert_true(isinf(rare.low) && rare.low < 0 && isfinite(rare.high));
    const ulam_quantile frequent = ulam_sketch_quantile(&self, &extremes, 0.99, 0.95);
    assert_true(isfinite(frequent.low) && isinf(frequent.high) && frequent.high > 0);
    ulam_sketch_free(&self);

    const ulam_sketch_plan plan = {.bits = 7, .centre = 0};
    ulam_sketch_init(&self, &plan);
    assert_true(isnan(ulam_sketch_quantile(&self, &extremes, 0.5, 0.95).value));
    ulam_sketch_free(&self);
}

/* The approximation for many values goes on where the exact ranks end. */
static void ranks_of_many_values_continue_those_of_fewer(void **state)
{
    (void)state;
    double width[2];
    for (int i = 0; i < 2; i++) {
        const size_t n = i ? 20100 : 19900; /* 0.5 n is below and above the limit of 10^4 */
        double *x = malloc(n * sizeof *x);
        assert_non_null(x);
        for (size_t k = 0; k < n; k++) x[k] = (double)k;
        ulam_sketch self = sketch_of(x, n, (double)n / 2);
        const ulam_quantile median = ulam_sketch_quantile(&self, &(ulam_summary){.min = 0, .max = 1e6}, 0.5, 0.95);
        width[i] = (median.high - median.low) / sqrt((double)n);
        assert_true(fabs(width[i] - 1.96) < 0.05);
        ulam_sketch_free(&self);
        free(x);
    }
    assert_true(width[1] > 0.99 * width[0]);
}

static void the_interval_of_a_quantile_covers_it(void **state)
{
    (void)state;
    enum {
        TRIALS = 2000,
        RUNS = 200
    };
    const double exact = ulam_exp(1.2815515655446004); /* the 90 % quantile of exp(Z) */
    int covered = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        double *x = normals(RUNS, 1000 + trial);
        for (size_t i = 0; i < RUNS; i++) x[i] = ulam_exp(x[i]);
        ulam_sketch self = sketch_of(x, RUNS, 1);
        const ulam_quantile q = ulam_sketch_quantile(&self, &(ulam_summary){.min = 0, .max = 1e9}, 0.9, 0.95);
        covered += q.low <= exact && exact <= q.high;
        ulam_sketch_free(&self);
        free(x);
    }
    assert_in_range(covered, 0.945 * TRIALS, 0.985 * TRIALS);
}

static void another_centre_is_refused(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3};
    ulam_sketch a = sketch_of(x, 3, 1), b = sketch_of(x, 3, 2);
    assert_int_equal(ulam_sketch_merge(&a, &b), ULAM_EINVAL);
    assert_int_equal(ulam_sketch_total(&a), 3);
    ulam_sketch_free(&a);
    ulam_sketch_free(&b);
}

static void a_pilot_gives_the_lower_median(void **state)
{
    (void)state;
    const ulam_sketch_plan plan = {.bits = 7, .centre = NAN};
    const ulam_statistics statistics = {.sketches = &plan, .n_sketches = 1};
    ulam_rng rng;
    ulam_rng_start(&rng, 1, 1);
    for (size_t n = 0; n < 200; n++) {
        double x[200], sorted[200];
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = n % 7 == 0 && below(&rng, 3) == 0 ? NAN : (double)below(&rng, n % 5 ? 1000 : 4);
            if (!isnan(x[i])) sorted[kept++] = x[i];
        }
        qsort(sorted, kept, sizeof *sorted, by_value);
        double centre;
        const ulam_block_values pilot = {.value = x, .n = n, .run_step = 1};
        assert_int_equal(ulam_pilot_frame(&statistics, &pilot, &centre), ULAM_OK);
        assert_true(centre == (kept ? sorted[(kept - 1) / 2] : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_of_many_lognormals_are_within_the_guarantee),
        cmocka_unit_test(a_narrow_distribution_far_from_zero_is_resolved),
        cmocka_unit_test(values_of_every_kind_are_counted),
        cmocka_unit_test(an_interval_reaches_from_rank_to_rank),
        cmocka_unit_test(ranks_of_many_values_continue_those_of_fewer),
        cmocka_unit_test(the_interval_of_a_quantile_covers_it),
        cmocka_unit_test(another_centre_is_refused),
        cmocka_unit_test(a_pilot_gives_the_lower_median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
