#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include <ulam/moments.h>

#include "canonical.h"
#include "each_build.h"

enum {
    PRECISION = 300, /* bits */
    ACC = 1001,      /* values of NumAcc2 to 4 */
};

typedef struct {
    const char *name;
    double values[ACC];
    size_t n;
} data;

/* NIST StRD, univariate. */
static data num_acc(int which)
{
    static const double first[] = {1.2, 1000000.2, 10000000.2}, low[] = {1.1, 1000000.1, 10000000.1},
                        high[] = {1.3, 1000000.3, 10000000.3};
    if (which == 1) return (data){"NumAcc1", {10000001, 10000003, 10000002}, 3};
    data result = {which == 2 ? "NumAcc2" : which == 3 ? "NumAcc3" : "NumAcc4", {first[which - 2]}, ACC};
    for (size_t i = 1; i < ACC; i++) result.values[i] = i % 2 ? low[which - 2] : high[which - 2];
    return result;
}

static uint64_t random_word(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double uniform(uint64_t *state) { return (double)(random_word(state) >> 11) * 0x1p-53; }

/* The figures in rational arithmetic, from deviations from the exact mean. */
typedef struct {
    mpf_t mean, sd, std_error, skewness, kurtosis;
} oracle;

static void central_moments(mpq_t mean, mpq_t m[5], const double *values, size_t n)
{
    mpq_t x, power, count;
    mpq_inits(x, power, count, NULL);
    mpq_set_ui(count, n, 1);
    for (size_t i = 0; i < n; i++) {
        mpq_set_d(x, values[i]);
        mpq_add(mean, mean, x);
    }
    mpq_div(mean, mean, count);
    for (size_t i = 0; i < n; i++) {
        mpq_set_d(x, values[i]);
        mpq_sub(x, x, mean);
        mpq_set(power, x);
        for (int k = 2; k <= 4; k++) {
            mpq_mul(power, power, x);
            mpq_add(m[k], m[k], power);
        }
    }
    for (int k = 2; k <= 4; k++) mpq_div(m[k], m[k], count);
    mpq_clears(x, power, count, NULL);
}

static void oracle_init(oracle *self, const double *values, size_t n)
{
    mpq_t mean, m[5];
    mpf_t f, g;
    mpq_init(mean);
    for (int k = 0; k < 5; k++) mpq_init(m[k]);
    mpf_set_default_prec(PRECISION);
    mpf_inits(self->mean, self->sd, self->std_error, self->skewness, self->kurtosis, f, g, NULL);
    central_moments(mean, m, values, n);

    mpf_set_q(self->mean, mean);
    mpf_set_q(f, m[2]);
    if (n >= 2) {
        mpf_mul_ui(g, f, n);
        mpf_div_ui(g, g, n - 1);
        mpf_sqrt(self->sd, g);
        mpf_div_ui(g, g, n);
        mpf_sqrt(self->std_error, g);
    }
    if (n >= 3 && mpf_sgn(f)) { /* sqrt(n (n - 1)) / (n - 2) m3 / m2^(3/2) */
        mpf_set_ui(g, n);
        mpf_mul_ui(g, g, n - 1);
        mpf_sqrt(self->skewness, g);
        mpf_div_ui(self->skewness, self->skewness, n - 2);
        mpf_sqrt(g, f);
        mpf_mul(g, g, f);
        mpf_div(self->skewness, self->skewness, g);
        mpf_set_q(g, m[3]);
        mpf_mul(self->skewness, self->skewness, g);
    }
    if (n >= 4 && mpf_sgn(f)) { /* (n - 1) / ((n - 2) (n - 3)) ((n + 1) (m4 / m2^2 - 3) + 6) */
        mpf_mul(f, f, f);
        mpf_set_q(g, m[4]);
        mpf_div(g, g, f);
        mpf_sub_ui(g, g, 3);
        mpf_mul_ui(g, g, n + 1);
        mpf_add_ui(g, g, 6);
        mpf_mul_ui(g, g, n - 1);
        mpf_div_ui(g, g, n - 2);
        mpf_div_ui(self->kurtosis, g, n - 3);
    }
    mpf_clears(f, g, NULL);
    for (int k = 0; k < 5; k++) mpq_clear(m[k]);
    mpq_clear(mean);
}

static void oracle_free(oracle *self)
{
    mpf_clears(self->mean, self->sd, self->std_error, self->skewness, self->kurtosis, NULL);
}

/* |value - exact| <= bound max(floor, |exact|). */
static void assert_close(const char *what, double value, const mpf_t exact, double bound, double least)
{
    mpf_t error;
    mpf_init_set_d(error, isfinite(value) ? value : DBL_MAX);
    mpf_sub(error, error, exact);
    const double limit = bound * fmax(least, fabs(mpf_get_d(exact)));
    if (!(fabs(mpf_get_d(error)) <= limit))
        fail_msg("%s is %.17g, should be %.17g; off by %.3g, at most %.3g allowed", what, value, mpf_get_d(exact),
                 mpf_get_d(error), limit);
    mpf_clear(error);
}

static const double half_ulp = 0x1.0001p-53;

/* Skewness and excess kurtosis of order 1 and below are judged in units of 1: symmetric data have next to none. */
static void assert_figures(const ulam_summary *summary, const double *values, size_t n, double bound, double least)
{
    oracle exact;
    oracle_init(&exact, values, n);
    assert_close("mean", summary->mean, exact.mean, bound, 0);
    assert_close("sd", summary->sd, exact.sd, bound, 0);
    assert_close("std_error", summary->std_error, exact.std_error, bound, 0);
    assert_close("skewness", summary->skewness, exact.skewness, bound, least);
    if (n >= 4) assert_close("excess_kurtosis", summary->excess_kurtosis, exact.kurtosis, bound, least);
    oracle_free(&exact);
}

static void add(ulam_moments *self, const double *values, size_t n)
{
    assert_int_equal(ulam_moments_add_block(self, values, n, 1), ULAM_OK);
}

static ulam_summary summarise(const ulam_moments *self)
{
    ulam_summary result;
    assert_int_equal(ulam_moments_summarise(self, &result), ULAM_OK);
    return result;
}

static void add_in_blocks(ulam_moments *self, const double *values, size_t n, size_t block)
{
    for (size_t i = 0; i < n; i += block) add(self, values + i, n - i < block ? n - i : block);
}

static void assert_same_sums(ulam_moments *a, ulam_moments *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(&a->min, &b->min, sizeof a->min);
    assert_memory_equal(&a->max, &b->max, sizeof a->max);
    for (int k = 0; k < 4; k++) {
        make_canonical(&a->power[k]);
        make_canonical(&b->power[k]);
        assert_int_equal(a->power[k].low, b->power[k].low);
        assert_int_equal(a->power[k].used, b->power[k].used);
        if (a->power[k].used)
            assert_memory_equal(a->power[k].limb, b->power[k].limb, a->power[k].used * sizeof(uint64_t));
    }
}

static void test_nist_values_keep_fifteen_digits(void **state)
{
    (void)state;
    static const double certified[][2] = {{10000002, 1}, {1.2, 0.1}, {1000000.2, 0.1}, {10000000.2, 0.1}};
    const size_t blocks[] = {1, 7, 100, ACC};
    for (int which = 1; which <= 4; which++) {
        const data set = num_acc(which);
        for (size_t b = 0; b < 4; b++) {
            ulam_moments all;
            ulam_moments_init(&all);
            add_in_blocks(&all, set.values, set.n, blocks[b]);
            const ulam_summary figures = summarise(&all);
            const bool exact = blocks[b] <= 7;
            assert_figures(&figures, set.values, set.n, exact ? half_ulp : 1e-15, exact ? 0 : 1);
            assert_true(fabs(figures.mean - certified[which - 1][0]) <= 1e-15 * certified[which - 1][0]);
            assert_true(fabs(figures.sd - certified[which - 1][1]) <= 1e-8); /* what storing the data costs */
            ulam_moments_free(&all);
        }
    }
}

/* Deals blocks to parts at random, merges the parts at random. */
static void deal(ulam_moments *result, const double *values, size_t n, size_t block, uint64_t *seed)
{
    enum {
        PARTS = 5
    };
    ulam_moments part[PARTS];
    size_t order[ACC];
    const size_t n_blocks = (n + block - 1) / block;
    for (size_t i = 0; i < PARTS; i++) ulam_moments_init(&part[i]);
    for (size_t i = 0; i < n_blocks; i++) {
        const size_t j = random_word(seed) % (i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < n_blocks; i++) {
        const size_t at = order[i] * block;
        add(&part[random_word(seed) % PARTS], values + at, n - at < block ? n - at : block);
    }
    for (size_t left = PARTS; left > 1; left--) {
        const size_t from = random_word(seed) % left, into = (from + 1 + random_word(seed) % (left - 1)) % left;
        assert_int_equal(ulam_moments_merge(&part[into], &part[from]), ULAM_OK);
        const ulam_moments spent = part[from];
        part[from] = part[left - 1];
        part[left - 1] = spent;
    }
    *result = part[0];
    for (size_t i = 1; i < PARTS; i++) ulam_moments_free(&part[i]);
}

static void assert_order_is_immaterial(const double *values, size_t n, size_t block, uint64_t *seed)
{
    ulam_moments straight, dealt;
    ulam_moments_init(&straight);
    add_in_blocks(&straight, values, n, block);
    const ulam_summary expected = summarise(&straight);
    for (int trial = 0; trial < 10; trial++) {
        deal(&dealt, values, n, block, seed);
        const ulam_summary figures = summarise(&dealt);
        assert_memory_equal(&figures, &expected, sizeof figures);
        assert_same_sums(&straight, &dealt);
        ulam_moments_free(&dealt);
    }
    ulam_moments_free(&straight);
}

static void test_any_order_gives_the_same_bits(void **state)
{
    (void)state;
    uint64_t seed = 3;
    const size_t blocks[] = {1, 7, 100, ACC};
    for (size_t b = 0; b < 4; b++) {
        for (int which = 1; which <= 4; which++) {
            const data set = num_acc(which);
            assert_order_is_immaterial(set.values, set.n, blocks[b], &seed);
        }
        double values[ACC];
        for (size_t i = 0; i < ACC; i++) values[i] = (uniform(&seed) - 0.5) * pow(10, 600 * uniform(&seed) - 300);
        values[5] = 0.0;
        values[6] = -0.0;
        assert_order_is_immaterial(values, ACC, blocks[b], &seed);
    }
}

static void test_values_from_1e_minus_300_to_1e300_are_exact(void **state)
{
    (void)state;
    uint64_t seed = 4;
    double values[200];
    for (size_t i = 0; i < 200; i++) values[i] = (uniform(&seed) - 0.5) * pow(10, 600 * uniform(&seed) - 300);
    values[0] = 1e300;
    values[1] = DBL_TRUE_MIN;
    for (size_t block = 1; block <= 200; block = block * 4 + 9) {
        ulam_moments all;
        ulam_moments_init(&all);
        add_in_blocks(&all, values, 200, block);
        const ulam_summary figures = summarise(&all);
        assert_figures(&figures, values, 200, half_ulp, 0);
        ulam_moments_free(&all);
    }
}

/* Where powers of deviations overflow or vanish, a block must not be wrong without a word. */
static void test_huge_and_tiny_blocks_stay_exact(void **state)
{
    (void)state;
    const double scales[] = {1e200, 1e100, 1e-70, 1e-110, 1e-200, 1e-306, 1e-318, DBL_MAX / 2};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        uint64_t seed = 5;
        double values[300];
        for (size_t i = 0; i < 300; i++) values[i] = scales[s] * (1 + uniform(&seed));
        ulam_moments all;
        ulam_moments_init(&all);
        add(&all, values, 300);
        const ulam_summary figures = summarise(&all);
        if (scales[s] > 1e-300)
            assert_figures(&figures, values, 300, half_ulp, 0);
        else
            assert_true(figures.sd > 0.2 * scales[s] && figures.sd < 0.4 * scales[s]);
        ulam_moments_free(&all);
    }
}

static void test_a_mean_far_above_the_spread_costs_no_digits(void **state)
{
    (void)state;
    uint64_t seed = 6;
    double values[5000];
    for (size_t i = 0; i < 5000; i++) values[i] = 1e8 - log(1 - uniform(&seed));
    const size_t blocks[] = {1, 16, 1000, 4096};
    for (size_t b = 0; b < 4; b++) {
        ulam_moments all;
        ulam_moments_init(&all);
        add_in_blocks(&all, values, 5000, blocks[b]);
        const ulam_summary figures = summarise(&all);
        assert_figures(&figures, values, 5000, blocks[b] == 1 ? half_ulp : 1e-15, 0);
        ulam_moments_free(&all);
    }
    ulam_moments lost;
    ulam_moments_init(&lost);
    add(&lost, (const double[]){1e16, 1, -1e16}, 3);
    assert_true(summarise(&lost).mean == 1.0 / 3);
    ulam_moments_free(&lost);
}

/* Against the same values one by one, which is exact. */
static void test_a_long_block_is_as_good_as_a_short_one(void **state)
{
    (void)state;
    enum {
        N = 1000000
    };
    double *values = malloc(N * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < N; i++) values[i] = i % 3 ? 1.1 : 1.7;
    ulam_moments block, each;
    ulam_moments_init(&block);
    ulam_moments_init(&each);
    add(&block, values, N);
    add_in_blocks(&each, values, N, 1);
    const ulam_summary rounded = summarise(&block), exact = summarise(&each);
    assert_true(fabs(rounded.mean / exact.mean - 1) <= 1e-15);
    assert_true(fabs(rounded.sd / exact.sd - 1) <= 1e-15);
    assert_true(fabs(rounded.skewness / exact.skewness - 1) <= 1e-15);
    assert_true(fabs(rounded.excess_kurtosis / exact.excess_kurtosis - 1) <= 1e-15);
    ulam_moments_free(&block);
    ulam_moments_free(&each);
    free(values);
}

/* A block that stands together, its values every third place, and they among NaN have the same sums; *together becomes the
 * first one's. */
static void add_three_ways(ulam_moments *together, const double *plain, size_t n, const double *apart,
                           const double *laced, size_t in_lace)
{
    ulam_moments strided, among;
    ulam_moments_init(together);
    ulam_moments_init(&strided);
    ulam_moments_init(&among);
    add(together, plain, n);
    assert_int_equal(ulam_moments_add_block(&strided, apart, n, 3), ULAM_OK);
    add(&among, laced, in_lace);
    assert_same_sums(together, &strided);
    assert_same_sums(together, &among);
    ulam_moments_free(&strided);
    ulam_moments_free(&among);
}

static void test_stride_and_nan_do_not_touch_the_bits(void **state)
{
    (void)state;
    enum {
        N = 700
    };
    static double plain[N], apart[3 * N], holes[2 * N];
    uint64_t seed = 7;
    for (size_t i = 0; i < 3 * N; i++) apart[i] = -1e300;
    for (size_t i = 0; i < N; i++) {
        plain[i] = apart[3 * i] = uniform(&seed);
        holes[2 * i] = i % 2 ? plain[i] : NAN;
        holes[2 * i + 1] = i % 2 ? NAN : plain[i];
    }
    for (size_t n = 1; n <= N; n = n * 3 + 1) {
        ulam_moments all;
        add_three_ways(&all, plain, n, apart, holes, 2 * n);
        ulam_moments_free(&all);
    }
}

static void test_undefined_figures_are_nan(void **state)
{
    (void)state;
    ulam_moments none;
    ulam_moments_init(&none);
    add(&none, (const double[]){NAN, NAN}, 2);
    add(&none, (const double[]){NAN}, 1);
    add(&none, NULL, 0);
    ulam_summary figures = summarise(&none);
    assert_int_equal(figures.count, 0);
    assert_true(isnan(figures.mean) && isnan(figures.sd) && isnan(figures.std_error) && isnan(figures.skewness));
    assert_true(isnan(figures.excess_kurtosis) && isnan(figures.min) && isnan(figures.max));

    add(&none, (const double[]){-2.5}, 1);
    figures = summarise(&none);
    assert_true(figures.mean == -2.5 && figures.min == -2.5 && figures.max == -2.5 && figures.count == 1);
    assert_true(isnan(figures.sd) && isnan(figures.std_error));
    add(&none, (const double[]){3.5, NAN}, 2);
    figures = summarise(&none);
    assert_true(figures.sd == sqrt(18) && figures.std_error == 3 && isnan(figures.skewness));
    add(&none, (const double[]){0}, 1);
    figures = summarise(&none);
    assert_true(isfinite(figures.skewness) && isnan(figures.excess_kurtosis));
    ulam_moments_free(&none);
}

static void test_equal_values_have_no_spread(void **state)
{
    (void)state;
    for (size_t block = 1; block <= 100; block += 33) {
        double values[100];
        for (size_t i = 0; i < 100; i++) values[i] = 0.1;
        ulam_moments all;
        ulam_moments_init(&all);
        add_in_blocks(&all, values, 100, block);
        const ulam_summary figures = summarise(&all);
        assert_true(figures.mean == 0.1 && figures.sd == 0 && figures.std_error == 0);
        assert_true(isnan(figures.skewness) && isnan(figures.excess_kurtosis));
        ulam_moments_free(&all);
    }
}

static void test_zero_has_one_sign(void **state)
{
    (void)state;
    ulam_moments a, b;
    ulam_moments_init(&a);
    ulam_moments_init(&b);
    add_in_blocks(&a, (const double[]){0.0, -0.0}, 2, 1);
    add(&b, (const double[]){-0.0, 0.0}, 2);
    assert_same_sums(&a, &b);
    assert_false(signbit(a.min) || signbit(a.max) || signbit(summarise(&a).mean));
    ulam_moments_free(&a);
    ulam_moments_free(&b);
}

/* Near the front and far behind, alone and beside a NaN, in blocks that stand together and in others. */
static void test_an_infinity_is_refused_whole(void **state)
{
    (void)state;
    ulam_moments all, before;
    ulam_moments_init(&all);
    ulam_moments_init(&before);
    add(&all, (const double[]){1, 2}, 2);
    add(&before, (const double[]){1, 2}, 2);
    double values[400] = {0};
    for (size_t n = 1; n <= 400; n += 19) {
        values[n - 1] = n % 2 ? INFINITY : -INFINITY;
        assert_int_equal(ulam_moments_add_block(&all, values, n, 1), ULAM_EINVAL);
        if (n % 2) assert_int_equal(ulam_moments_add_block(&all, values, (n + 1) / 2, 2), ULAM_EINVAL);
        values[0] = n > 1 ? NAN : INFINITY;
        assert_int_equal(ulam_moments_add_block(&all, values, n, 1), ULAM_EINVAL);
        values[0] = values[n - 1] = 0;
    }
    assert_same_sums(&all, &before);
    ulam_moments_free(&all);
    ulam_moments_free(&before);
}

enum {
    CROWD,     /* what a model may give */
    BITS,      /* zeros and ones */
    LATE_HALF, /* but for one late value */
    FAR_FRONT, /* the first values are far from the rest, whose powers would cancel about them */
    TINY,      /* squares vanish */
    HUGE_ONES, /* squares overflow */
    KINDS
};

static double value_of_kind(int kind, size_t i, uint64_t *seed)
{
    const double u = uniform(seed);
    switch (kind) {
    case BITS:
        return u < 0.3;
    case LATE_HALF:
        return i == 200 ? 0.5 : u < 0.3;
    case FAR_FRONT:
        return i < 128 ? 1e6 + u : u;
    case TINY:
        return 1e-170 * u;
    case HUGE_ONES:
        return 1e170 * (u - 0.5);
    default:
        return 100 + 7 / (u + 0.125);
    }
}

static void hash_bytes(uint64_t *hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) *hash = (*hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
}

/* The hash says the same of every build. */
static void test_blocks_of_all_kinds_and_sizes(void **state)
{
    (void)state;
    uint64_t seed = 12, hash = UINT64_C(0xcbf29ce484222325);
    static const size_t sizes[] = {1,   2,   7,   8,   9,   15,  16,  17,  127, 128, 129,
                                   130, 135, 136, 137, 255, 256, 257, 263, 264, 265, 1000};
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const size_t n = sizes[s];
            static double values[1000], apart[3000], laced[2200];
            size_t in_lace = s % 2 ? 150 : 0;
            for (size_t i = 0; i < in_lace; i++) laced[i] = NAN;
            for (size_t i = 0; i < n; i++) {
                values[i] = apart[3 * i] = value_of_kind(kind, i, &seed);
                if (random_word(&seed) % 2) laced[in_lace++] = NAN;
                laced[in_lace++] = values[i];
            }
            ulam_moments together;
            add_three_ways(&together, values, n, apart, laced, in_lace);
            const ulam_summary figures = summarise(&together);
            if (n >= 4 && kind != HUGE_ONES) assert_figures(&figures, values, n, 1e-13, 1);
            for (int k = 0; k < 4; k++)
                hash_bytes(&hash, together.power[k].limb, together.power[k].used * sizeof(uint64_t));
            ulam_moments_free(&together);
        }
    assert_int_equal(hash, UINT64_C(0x88567fb28122c1d4));
}

static void test_blocks_in_each_build(void **state)
{
    (void)state;
    in_each_build(test_blocks_of_all_kinds_and_sizes);
}

/* 1000 values doubled 32 times are 4.3e12 values: means and moments m_k are those of the 1000, to the last digit. */
static void test_counts_of_trillions_stay_exact(void **state)
{
    (void)state;
    uint64_t seed = 8;
    double values[1000];
    for (size_t i = 0; i < 1000; i++) values[i] = 5 - log(1 - uniform(&seed));
    ulam_moments all;
    ulam_moments_init(&all);
    add_in_blocks(&all, values, 1000, 1);
    const ulam_summary once = summarise(&all);
    for (int i = 0; i < 32; i++) assert_int_equal(ulam_moments_merge(&all, &all), ULAM_OK);
    const ulam_summary many = summarise(&all);
    const double n = 1000 * 0x1p32;
    assert_true(many.count == UINT64_C(1000) << 32 && many.mean == once.mean);
    assert_true(fabs(many.sd / once.sd - sqrt(999.0 / 1000 * n / (n - 1))) < 1e-15);
    assert_true(fabs(many.std_error * sqrt(n) / many.sd - 1) < 1e-15);
    /* 1 + more, of which one more or less would show */
    const double one = 1;
    add(&all, &one, 1);
    assert_true(summarise(&all).count == (UINT64_C(1000) << 32) + 1 && summarise(&all).min == 1);
    assert_true(summarise(&all).mean < many.mean);
    ulam_moments_free(&all);
}

static void test_figures_beyond_double_are_infinite(void **state)
{
    (void)state;
    ulam_moments all;
    ulam_moments_init(&all);
    add(&all, (const double[]){DBL_MAX, -DBL_MAX}, 2);
    const ulam_summary figures = summarise(&all);
    assert_true(figures.mean == 0 && figures.sd == INFINITY && figures.std_error == DBL_MAX);
    ulam_moments_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_in_each_build), /* before this process has chosen a build */
        cmocka_unit_test(test_nist_values_keep_fifteen_digits),
        cmocka_unit_test(test_any_order_gives_the_same_bits),
        cmocka_unit_test(test_values_from_1e_minus_300_to_1e300_are_exact),
        cmocka_unit_test(test_huge_and_tiny_blocks_stay_exact),
        cmocka_unit_test(test_a_mean_far_above_the_spread_costs_no_digits),
        cmocka_unit_test(test_a_long_block_is_as_good_as_a_short_one),
        cmocka_unit_test(test_stride_and_nan_do_not_touch_the_bits),
        cmocka_unit_test(test_undefined_figures_are_nan),
        cmocka_unit_test(test_equal_values_have_no_spread),
        cmocka_unit_test(test_zero_has_one_sign),
        cmocka_unit_test(test_an_infinity_is_refused_whole),
        cmocka_unit_test(test_counts_of_trillions_stay_exact),
        cmocka_unit_test(test_figures_beyond_double_are_infinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
