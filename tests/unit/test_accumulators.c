#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/rng.h>
#include <ulam/tally.h>

static uint64_t below(ulam_rng *rng, uint64_t n) { return ulam_integer_below(rng, n); }

/* Histograms */

static void a_pilot_gives_edges(void **state)
{
    (void)state;
    const ulam_histogram_plan plan = {.bins = 10, .low = NAN, .high = NAN};
    const ulam_statistics statistics = {.histograms = &plan, .n_histograms = 1};
    static const struct {
        double values[3], low, high;
    } cases[] = {
        {{1, 9, 5}, 0, 11},
        {{4, 8, NAN}, 3, 9},
        {{-4, 4, 0}, -6, 6},
        {{2, 2, 2}, 0, 4},
        {{0, 0, NAN}, 0, 0.5},
        {{-3, -3, -3}, -6, 0},
        {{NAN, NAN, NAN}, 0, 1},
        {{0x1p60, 0x1p60 + 256, NAN}, 0x1p60 - 0x1p30, 0x1p60 + 0x1p30 + 256},
        {{-DBL_MAX, DBL_MAX, 0}, -0x1p-20 * DBL_MAX, 0x1p-20 * DBL_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double frame[2];
        const ulam_block_values pilot = {.value = cases[i].values, .n = 3, .run_step = 1};
        assert_int_equal(ulam_pilot_frame(&statistics, &pilot, frame), ULAM_OK);
        assert_true(frame[0] == cases[i].low && frame[1] == cases[i].high);
    }
}

static void every_value_is_in_the_bin_that_its_edges_say(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        size_t bins;
    } ranges[] = {{0, 50, 100}, {-0.1, 0.7, 7}, {299.7, 300.3, 61}, {-1e300, 1e300, 3}, {0, 1, 1}, {1e-290, 3e-290, 5}};
    ulam_rng rng;
    ulam_rng_start(&rng, 2, 2);
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        const double low = ranges[k].low, high = ranges[k].high;
        const size_t bins = ranges[k].bins;
        uint64_t *expected = calloc(bins + 2, sizeof *expected);
        double x[3000];
        for (size_t i = 0; i < 3000; i++) {
            const double edge = ulam_histogram_edge(low, high, bins, below(&rng, bins + 1));
            const double other = low + (high - low) * (1.2 * ulam_uniform(&rng) - 0.1);
            const double choices[] = {edge, nextafter(edge, -INFINITY), nextafter(edge, INFINITY), other, NAN};
            x[i] = choices[below(&rng, 5)];
            size_t place = 0;
            while (place <= bins && x[i] >= ulam_histogram_edge(low, high, bins, place)) place++;
            if (!isnan(x[i])) expected[place]++;
        }
        const ulam_histogram_plan plan = {.bins = bins, .low = low, .high = high};
        ulam_histogram self;
        ulam_histogram_init(&self, &plan);
        assert_int_equal(ulam_histogram_add(&self, (ulam_series){x, 1500, 2}), ULAM_OK);
        assert_int_equal(ulam_histogram_add(&self, (ulam_series){x + 1, 1500, 2}), ULAM_OK);
        assert_memory_equal(self.count, expected, (bins + 2) * sizeof *expected);
        ulam_histogram_free(&self);
        free(expected);
    }
}

/* Covariances */

/* Of small integers in eighths, far from 0: what is subtracted is known exactly. */
static void covariances_far_from_zero_lose_no_digits(void **state)
{
    (void)state;
    enum {
        RUNS = 4000
    };
    ulam_rng rng;
    ulam_rng_start(&rng, 3, 3);
    double x[RUNS], y[RUNS];
    int64_t sx = 0, sy = 0, sxy = 0, sxx = 0, syy = 0;
    for (size_t i = 0; i < RUNS; i++) {
        const int64_t a = (int64_t)below(&rng, 100), b = a + (int64_t)below(&rng, 50);
        x[i] = 0x1p40 + (double)a / 8;
        y[i] = -0x1p38 + (double)b / 8;
        sx += a, sy += b, sxy += a * b, sxx += a * a, syy += b * b;
    }
    const double a = (double)(RUNS * sxy - sx * sy), b = (double)(RUNS * sxx - sx * sx),
                 c = (double)(RUNS * syy - sy * sy);
    for (size_t block = 1; block <= RUNS; block *= 10) {
        ulam_comoments self = {0};
        for (size_t i = 0; i < RUNS; i += block)
            assert_int_equal(
                ulam_comoments_add_block(&self, (ulam_series){x + i, block, 1}, (ulam_series){y + i, block, 1}),
                ULAM_OK);
        ulam_joint_summary joint;
        ulam_comoments_summarise(&self, &joint);
        assert_int_equal(joint.count, RUNS);
        assert_true(fabs(joint.covariance / (a / RUNS / (RUNS - 1) / 64) - 1) < 4e-16 * (block == 1 ? 1 : 4));
        assert_true(fabs(joint.correlation / (a / sqrt(b) / sqrt(c)) - 1) < 1e-15);
        ulam_comoments_free(&self);
    }
}

static void a_run_without_one_of_the_values_does_not_count(void **state)
{
    (void)state;
    double x[100], y[100], kept[2][100];
    size_t n = 0;
    ulam_rng rng;
    ulam_rng_start(&rng, 4, 4);
    for (size_t i = 0; i < 100; i++) {
        x[i] = below(&rng, 4) ? ulam_gaussian(&rng) : NAN;
        y[i] = below(&rng, 4) ? ulam_gaussian(&rng) : NAN;
        if (isnan(x[i]) || isnan(y[i])) continue;
        kept[0][n] = x[i];
        kept[1][n++] = y[i];
    }
    ulam_comoments all = {0}, whole = {0};
    ulam_joint_summary one, other;
    assert_int_equal(ulam_comoments_add_block(&all, (ulam_series){x, 100, 1}, (ulam_series){y, 100, 1}), ULAM_OK);
    assert_int_equal(ulam_comoments_add_block(&whole, (ulam_series){kept[0], n, 1}, (ulam_series){kept[1], n, 1}),
                     ULAM_OK);
    ulam_comoments_summarise(&all, &one);
    ulam_comoments_summarise(&whole, &other);
    assert_int_equal(one.count, n);
    assert_memory_equal(&one, &other, sizeof one);
    ulam_comoments_free(&all);
    ulam_comoments_free(&whole);
}

static void hard_values_have_covariances_too(void **state)
{
    (void)state;
    double x[64], y[64];
    ulam_joint_summary joint;
    const double scales[][2] = {{1e200, 1e-200}, {1e-300, 1e-300}, {1e300, 1}, {0, 1}};
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < 64; i++) {
            x[i] = scales[k][0] * (double)i;
            y[i] = scales[k][1] * (double)(i % 8);
        }
        ulam_comoments self = {0};
        assert_int_equal(ulam_comoments_add_block(&self, (ulam_series){x, 64, 1}, (ulam_series){y, 64, 1}), ULAM_OK);
        ulam_comoments_summarise(&self, &joint);
        if (k < 3) assert_true(fabs(joint.correlation - 0.12403473458920847) < 1e-12);
        if (k == 3) assert_true(joint.covariance == 0 && isnan(joint.correlation));
        ulam_comoments_free(&self);
    }
    ulam_comoments_summarise(&(ulam_comoments){.count = 1}, &joint);
    assert_true(isnan(joint.covariance));
    ulam_comoments self = {0};
    for (size_t i = 0; i < 64; i++) y[i] = -3 * (x[i] = (double)i);
    assert_int_equal(ulam_comoments_add_block(&self, (ulam_series){x, 64, 1}, (ulam_series){y, 64, 1}), ULAM_OK);
    ulam_comoments_summarise(&self, &joint);
    assert_true(joint.correlation == -1 && joint.covariance == -1040);
    ulam_comoments_free(&self);
}

/* Groups */

static void each_run_is_summed_in_its_group(void **state)
{
    (void)state;
    enum {
        RUNS = 1000
    };
    ulam_rng rng;
    ulam_rng_start(&rng, 5, 5);
    for (uint64_t first = 0; first < 200; first += 33)
        for (size_t n = 1; n <= RUNS; n = 3 * n + 1) {
            double x[2 * RUNS];
            uint64_t run[RUNS], count[ULAM_GROUPS] = {0}, next = first;
            int64_t sum[ULAM_GROUPS] = {0}, total = 0;
            const bool gaps = n % 2;
            for (size_t i = 0; i < n; i++, next++) {
                if (gaps && below(&rng, 5) == 0) next++; /* a run that failed */
                run[i] = next;
                const int64_t value = (int64_t)below(&rng, 1000) - 500;
                x[2 * i] = value % 11 ? 0x1.8p60 + (double)(value * 256) : NAN;
                x[2 * i + 1] = 1;
                if (value % 11) sum[next % ULAM_GROUPS] += value, total += value, count[next % ULAM_GROUPS]++;
            }
            ulam_groups self = {0};
            double mean[ULAM_GROUPS], without[ULAM_GROUPS];
            assert_int_equal(ulam_groups_add_block(&self, (ulam_series){x, n, 2}, first, gaps ? run : NULL), ULAM_OK);
            ulam_groups_means(&self, mean);
            ulam_groups_means_without(&self, without);
            uint64_t all = 0;
            for (size_t g = 0; g < ULAM_GROUPS; g++) all += count[g];
            for (size_t g = 0; g < ULAM_GROUPS; g++) {
                assert_int_equal(self.count[g], count[g]);
                if (count[g] == 0) assert_true(isnan(mean[g]));
                if (count[g]) assert_true(mean[g] == 0x1.8p60 + rint((double)sum[g] / (double)count[g]) * 256);
                if (all == count[g]) assert_true(isnan(without[g]));
                if (all > count[g])
                    assert_true(without[g] ==
                                0x1.8p60 + rint((double)(total - sum[g]) / (double)(all - count[g])) * 256);
            }
            ulam_groups_free(&self);
        }
}

/* All together */

enum {
    WIDTH = 3,
    RUNS = 1024,
    BLOCK = 64,
};

static const ulam_sketch_plan sketches[] = {{.element = 0, .bits = 7, .centre = NAN},
                                            {.element = 2, .bits = 4, .centre = 1}};
static const ulam_histogram_plan histogram_plans[] = {{.element = 0, .bins = 20, .low = NAN, .high = NAN},
                                                      {.element = 1, .bins = 4, .low = 0, .high = 4}};
static const ulam_element_pair pairs[] = {{0, 1}, {0, 2}};
static const size_t grouped[] = {0, 2};
static const ulam_statistics everything = {.sketches = sketches,
                                           .n_sketches = 2,
                                           .histograms = histogram_plans,
                                           .n_histograms = 2,
                                           .pairs = pairs,
                                           .n_pairs = 2,
                                           .grouped = grouped,
                                           .n_grouped = 2};

static void make_runs(double *values, uint64_t seed)
{
    ulam_rng rng;
    ulam_rng_start(&rng, seed, 6);
    for (size_t r = 0; r < RUNS; r++) {
        values[r * WIDTH] = 300 + 0.1 * ulam_gaussian(&rng);
        values[r * WIDTH + 1] = (double)below(&rng, 4);
        values[r * WIDTH + 2] = below(&rng, 3) ? ulam_gaussian(&rng) : NAN;
    }
}

static void begin(ulam_tally *self, const double *values)
{
    double frame[6];
    const ulam_block_values pilot = {.value = values, .n = BLOCK, .run_step = WIDTH, .element_step = 1};
    assert_int_equal(ulam_tally_init(self, WIDTH), ULAM_OK);
    assert_int_equal(ulam_tally_keep(self, &everything), ULAM_OK);
    assert_int_equal(ulam_statistics_frame_size(&everything), 6);
    assert_true(ulam_statistics_need_pilot(&everything));
    assert_false(ulam_accumulators_are_framed(&self->more));
    assert_int_equal(ulam_pilot_frame(&everything, &pilot, frame), ULAM_OK);
    ulam_accumulators_set_frame(&self->more, frame);
    assert_true(ulam_accumulators_are_framed(&self->more));
}

static void add_block(ulam_tally *self, const double *values, size_t first)
{
    const ulam_block_values block = {
        .value = values + first * WIDTH, .n = BLOCK, .run_step = WIDTH, .element_step = 1, .first = first};
    assert_int_equal(ulam_tally_add(self, &block), ULAM_OK);
}

static ulam_tally make_tally(void)
{
    double values[RUNS * WIDTH];
    ulam_tally self;
    make_runs(values, 1);
    begin(&self, values);
    for (size_t first = 0; first < RUNS; first += BLOCK) add_block(&self, values, first);
    return self;
}

static ulam_bytes pack(const ulam_tally *self)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_tally_pack(self, &bytes), ULAM_OK);
    return bytes;
}

static void parts_in_any_order_have_equal_bytes(void **state)
{
    (void)state;
    enum {
        PARTS = 4
    };
    double values[RUNS * WIDTH];
    ulam_tally whole = make_tally();
    ulam_bytes expected = pack(&whole);
    ulam_rng rng;
    ulam_rng_start(&rng, 8, 8);
    make_runs(values, 1);
    for (size_t trial = 0; trial < 12; trial++) {
        ulam_tally part[PARTS];
        for (size_t p = 0; p < PARTS; p++) begin(&part[p], values);
        for (size_t i = 0; i < RUNS / BLOCK; i++)
            add_block(&part[below(&rng, PARTS)], values, (i * 5 + trial) % (RUNS / BLOCK) * BLOCK);
        ulam_tally *root = &part[trial % PARTS];
        for (size_t p = 1; p < PARTS; p++)
            assert_int_equal(ulam_tally_merge(root, &part[(trial + p) % PARTS]), ULAM_OK);
        ulam_bytes bytes = pack(root);
        assert_int_equal(bytes.size, expected.size);
        assert_memory_equal(bytes.data, expected.data, expected.size);
        ulam_bytes_free(&bytes);
        for (size_t p = 0; p < PARTS; p++) ulam_tally_free(&part[p]);
    }
    ulam_bytes_free(&expected);
    ulam_tally_free(&whole);
}

static void element_major_values_give_the_same_bytes(void **state)
{
    (void)state;
    enum {
        STRIDE = BLOCK + 9
    };
    double values[RUNS * WIDTH], turned[WIDTH * STRIDE];
    ulam_tally whole = make_tally(), other;
    make_runs(values, 1);
    begin(&other, values);
    for (size_t first = 0; first < RUNS; first += BLOCK) {
        for (size_t r = 0; r < BLOCK; r++)
            for (size_t e = 0; e < WIDTH; e++) turned[e * STRIDE + r] = values[(first + r) * WIDTH + e];
        const ulam_block_values block = {
            .value = turned, .n = BLOCK, .run_step = 1, .element_step = STRIDE, .first = first};
        assert_int_equal(ulam_tally_add(&other, &block), ULAM_OK);
    }
    ulam_bytes a = pack(&whole), b = pack(&other);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    ulam_bytes_free(&a);
    ulam_bytes_free(&b);
    ulam_tally_free(&whole);
    ulam_tally_free(&other);
}

static ulam_status unpack(ulam_tally *self, const unsigned char *data, size_t size, size_t *used)
{
    unsigned char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    ulam_reader reader = {.at = copy, .end = copy + size};
    const ulam_status status = ulam_tally_unpack(self, WIDTH, &everything, &reader, NULL);
    *used = size - (size_t)(reader.end - reader.at);
    free(copy);
    return status;
}

static void unpacking_gives_the_tally_back(void **state)
{
    (void)state;
    ulam_tally tally = make_tally(), copy, empty;
    ulam_bytes bytes = pack(&tally);
    size_t used;
    assert_int_equal(unpack(&copy, bytes.data, bytes.size, &used), ULAM_OK);
    assert_int_equal(used, bytes.size);
    ulam_bytes again = pack(&copy);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
    assert_int_equal(ulam_tally_merge(&copy, &tally), ULAM_OK);
    assert_int_equal(ulam_sketch_total(&copy.more.sketches[0]), 2 * RUNS);
    ulam_tally_free(&copy);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_int_equal(unpack(&copy, bytes.data, size, &used), ULAM_EFORMAT);
        ulam_tally_free(&copy);
    }
    ulam_bytes_free(&again);
    ulam_bytes_free(&bytes);

    assert_int_equal(ulam_tally_init(&empty, WIDTH), ULAM_OK);
    assert_int_equal(ulam_tally_keep(&empty, &everything), ULAM_OK);
    bytes = pack(&empty);
    assert_int_equal(unpack(&copy, bytes.data, bytes.size, &used), ULAM_OK);
    assert_false(ulam_accumulators_are_framed(&copy.more));
    assert_int_equal(ulam_tally_merge(&copy, &tally), ULAM_OK);
    assert_true(ulam_accumulators_are_framed(&copy.more));
    ulam_bytes_free(&bytes);
    ulam_tally_free(&copy);
    ulam_tally_free(&empty);
    ulam_tally_free(&tally);
}

/* What is accepted packs to the very bytes that it came from. */
static void damaged_bytes_are_refused_or_make_a_tally(void **state)
{
    (void)state;
    ulam_tally tally = make_tally();
    ulam_bytes bytes = pack(&tally);
    unsigned char *mutant = malloc(bytes.size);
    assert_non_null(mutant);
    ulam_rng rng;
    ulam_rng_start(&rng, 9, 9);
    int refused = 0;
    for (int trial = 0; trial < 6000; trial++) {
        memcpy(mutant, bytes.data, bytes.size);
        for (uint64_t changes = 1 + below(&rng, 3); changes > 0; changes--)
            mutant[below(&rng, bytes.size)] = trial % 3 == 0   ? 0xff
                                              : trial % 3 == 1 ? 0
                                                               : (unsigned char)below(&rng, 256);
        ulam_tally copy;
        size_t used;
        const ulam_status status = unpack(&copy, mutant, bytes.size, &used);
        if (status == ULAM_OK) {
            ulam_bytes again = pack(&copy);
            assert_int_equal(again.size, used);
            assert_memory_equal(again.data, mutant, used);
            ulam_bytes_free(&again);
        } else {
            assert_int_equal(status, ULAM_EFORMAT);
            refused++;
        }
        ulam_tally_free(&copy);
    }
    assert_true(refused > 1000);
    free(mutant);
    ulam_bytes_free(&bytes);
    ulam_tally_free(&tally);
}

static void other_centres_and_edges_are_refused_whole(void **state)
{
    (void)state;
    double values[RUNS * WIDTH];
    ulam_tally one = make_tally(), other;
    ulam_bytes before = pack(&one);
    make_runs(values, 2);
    begin(&other, values);
    add_block(&other, values, 0);
    assert_int_equal(ulam_tally_merge(&one, &other), ULAM_EINVAL);
    ulam_bytes after = pack(&one);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.data, after.data, before.size);
    ulam_bytes_free(&before);
    ulam_bytes_free(&after);
    ulam_tally_free(&one);
    ulam_tally_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pilot_gives_edges),
        cmocka_unit_test(every_value_is_in_the_bin_that_its_edges_say),
        cmocka_unit_test(covariances_far_from_zero_lose_no_digits),
        cmocka_unit_test(a_run_without_one_of_the_values_does_not_count),
        cmocka_unit_test(hard_values_have_covariances_too),
        cmocka_unit_test(each_run_is_summed_in_its_group),
        cmocka_unit_test(parts_in_any_order_have_equal_bytes),
        cmocka_unit_test(element_major_values_give_the_same_bytes),
        cmocka_unit_test(unpacking_gives_the_tally_back),
        cmocka_unit_test(damaged_bytes_are_refused_or_make_a_tally),
        cmocka_unit_test(other_centres_and_edges_are_refused_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
