#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/chain_sums.h>

#include "ar1_chain.h"

enum {
    LONG = 20000
};

static void make_series(double *value, size_t n, double mean)
{
    ulam_rng rng;
    ulam_rng_start(&rng, 7, 0);
    ar1_fill(&rng, 0.8, 0, value, n);
    for (size_t i = 0; i < n; i++) value[i] += mean;
}

static ulam_bytes packed(const ulam_chain_sums *sums)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_chain_sums_pack(sums, &bytes), ULAM_OK);
    return bytes;
}

static void assert_equal_sums(const ulam_chain_sums *a, const ulam_chain_sums *b)
{
    ulam_bytes of_a = packed(a), of_b = packed(b);
    assert_int_equal(of_a.size, of_b.size);
    assert_memory_equal(of_a.data, of_b.data, of_a.size);
    assert_int_equal(a->n_levels, b->n_levels);
    assert_memory_equal(a->segment, b->segment, sizeof a->segment);
    if (a->n_levels) assert_memory_equal(a->levels, b->levels, a->n_levels * sizeof *a->levels);
    ulam_bytes_free(&of_a);
    ulam_bytes_free(&of_b);
}

/* Puts the sums away and takes them up. */
static void rest(ulam_chain_sums *self)
{
    ulam_bytes bytes = packed(self);
    ulam_reader reader = {bytes.data, bytes.data + bytes.size, false}, other = reader;
    ulam_chain_sums_free(self);
    assert_int_equal(ulam_chain_sums_unpack(self, &reader), ULAM_OK);
    assert_ptr_equal(reader.at, reader.end);
    assert_int_equal(ulam_chain_sums_skip(&other), ULAM_OK);
    assert_ptr_equal(other.at, other.end);
    ulam_bytes_free(&bytes);
}

static void test_are_the_same_however_they_are_fed(void **unused)
{
    static double value[LONG];
    const size_t pieces[] = {1, 3, 16, 64, 100, 4097};
    (void)unused;
    make_series(value, LONG, 3);
    for (size_t n = 0; n < LONG; n = n < 300 ? n + 1 : 2 * n + 17) {
        ulam_chain_sums whole;
        ulam_chain_sums_init(&whole);
        assert_int_equal(ulam_chain_sums_add(&whole, value, n, 1), ULAM_OK);
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            ulam_chain_sums parts;
            ulam_chain_sums_init(&parts);
            for (size_t at = 0; at < n; at += pieces[p]) {
                const size_t piece = n - at < pieces[p] ? n - at : pieces[p];
                assert_int_equal(ulam_chain_sums_add(&parts, value + at, piece, 1), ULAM_OK);
                if (at % 7 == 0) rest(&parts);
            }
            assert_equal_sums(&whole, &parts);
            ulam_chain_sums_free(&parts);
        }
        ulam_chain_sums_free(&whole);
    }
}

static void test_take_every_step_th_value(void **unused)
{
    static double value[300], wide[900];
    ulam_chain_sums dense, sparse, copy;
    (void)unused;
    make_series(value, 300, 3);
    for (size_t i = 0; i < 300; i++) wide[3 * i] = value[i];
    ulam_chain_sums_init(&dense);
    ulam_chain_sums_init(&sparse);
    assert_int_equal(ulam_chain_sums_add(&dense, value, 300, 1), ULAM_OK);
    assert_int_equal(ulam_chain_sums_add(&sparse, wide, 300, 3), ULAM_OK);
    assert_equal_sums(&dense, &sparse);
    ulam_chain_sums_init(&copy);
    assert_int_equal(ulam_chain_sums_copy(&copy, &dense), ULAM_OK);
    assert_int_equal(ulam_chain_sums_add(&dense, value, 100, 1), ULAM_OK);
    assert_equal_sums(&copy, &sparse);
    ulam_chain_sums_free(&dense);
    ulam_chain_sums_free(&sparse);
    ulam_chain_sums_free(&copy);
}

static void test_stay_small(void **unused)
{
    static double value[LONG];
    ulam_chain_sums sums;
    (void)unused;
    make_series(value, LONG, 3);
    ulam_chain_sums_init(&sums);
    for (size_t i = 0; i < 50; i++) assert_int_equal(ulam_chain_sums_add(&sums, value, LONG, 1), ULAM_OK);
    ulam_bytes bytes = packed(&sums);
    assert_in_range(bytes.size, 2000, 5000);
    assert_in_range(sizeof sums + sums.n_levels * sizeof *sums.levels, 2000, 5120);
    ulam_bytes_free(&bytes);
    ulam_chain_sums_free(&sums);
}

static void test_know_the_mean_of_every_part(void **unused)
{
    static double value[LONG];
    const size_t lengths[] = {1, 2, 63, 64, 65, 1000, 1024, 1039, LONG};
    (void)unused;
    for (int shifted = 0; shifted < 2; shifted++) {
        const double centre = shifted ? 1e8 : 0, tolerance = shifted ? 1e-7 : 1e-12;
        make_series(value, LONG, centre);
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            const uint64_t n = lengths[l], width = ulam_chain_sums_width(n);
            ulam_chain_sums sums;
            ulam_chain_sums_init(&sums);
            assert_int_equal(ulam_chain_sums_add(&sums, value, n, 1), ULAM_OK);
            assert_true(width == 1 || (n / width >= 32 && n / width < 64));
            for (uint64_t first = 0; first < n; first += width)
                for (uint64_t end = first + width; end < n + width; end += width) {
                    const uint64_t last = end < n ? end : n;
                    long double sum = 0, squares = 0;
                    for (uint64_t i = first; i < last; i++) sum += value[i];
                    for (uint64_t i = first; i < last; i++) {
                        const long double away = value[i] - sum / (last - first);
                        squares += away * away;
                    }
                    const ulam_chain_part part = ulam_chain_sums_part(&sums, first, last);
                    assert_int_equal(part.n, last - first);
                    assert_true(fabsl(part.mean - sum / (last - first)) <= tolerance);
                    assert_true(fabsl(part.centred - squares) <= tolerance * (1 + (double)(last - first)));
                }
            if (width > 1) assert_true(isnan(ulam_chain_sums_mean(&sums, 0, 1)));
            assert_true(isnan(ulam_chain_sums_mean(&sums, 0, 0)));
            assert_true(isnan(ulam_chain_sums_mean(&sums, 0, n + 1)));
            ulam_chain_sums_free(&sums);
        }
    }
}

/* Products of all bins about 0, by their definition. */
static void test_hold_lagged_products_of_bins(void **unused)
{
    static double value[LONG], bin[LONG];
    const size_t n = LONG - 3;
    ulam_chain_sums sums;
    (void)unused;
    make_series(value, LONG, 3);
    ulam_chain_sums_init(&sums);
    assert_int_equal(ulam_chain_sums_add(&sums, value, n, 1), ULAM_OK);
    for (size_t j = 0, width = 1; j < sums.n_levels; j++, width *= 4) {
        const ulam_chain_level *level = &sums.levels[j];
        const size_t bins = n / width;
        double all = 0;
        for (size_t b = 0; b < bins; b++) {
            double sum = 0;
            for (size_t i = 0; i < width; i++) sum += value[b * width + i] - value[0];
            bin[b] = sum / (double)width;
            all += bin[b];
        }
        assert_true(bins > 0 && fabs(level->sum - all) <= 1e-9 * fabs(all));
        for (size_t k = 0; k <= ULAM_CHAIN_LAGS; k++) {
            double product = 0;
            for (size_t b = 0; b + k < bins; b++) product += bin[b] * bin[b + k];
            assert_true(fabs(level->product[k] - product) <= 1e-9 * fabs(product));
        }
        for (size_t k = 0; k < ULAM_CHAIN_LAGS && k < bins; k++) {
            assert_true(fabs(level->first[k] - bin[k]) < 1e-12);
            assert_true(fabs(level->last[k] - bin[bins - 1 - k]) < 1e-12);
        }
    }
    ulam_chain_sums_free(&sums);
}

static void test_survive_damaged_bytes(void **unused)
{
    static double value[LONG];
    ulam_chain_sums sums, back;
    ulam_rng rng;
    (void)unused;
    make_series(value, LONG, 3);
    ulam_chain_sums_init(&sums);
    assert_int_equal(ulam_chain_sums_add(&sums, value, 1000, 1), ULAM_OK);
    ulam_bytes bytes = packed(&sums);
    for (size_t size = 0; size < bytes.size; size++) {
        ulam_reader reader = {bytes.data, bytes.data + size, false}, other = reader;
        assert_int_equal(ulam_chain_sums_unpack(&back, &reader), ULAM_EFORMAT);
        assert_int_equal(ulam_chain_sums_skip(&other), ULAM_EFORMAT);
        ulam_chain_sums_free(&back);
    }
    ulam_rng_start(&rng, 11, 0);
    for (int trial = 0; trial < 20000; trial++) {
        const size_t at = (size_t)(ulam_uniform(&rng) * (trial % 2 ? 12 : (double)bytes.size));
        const unsigned char kept = bytes.data[at];
        bytes.data[at] = (unsigned char)(256 * ulam_uniform(&rng));
        ulam_reader reader = {bytes.data, bytes.data + bytes.size, false};
        if (ulam_chain_sums_unpack(&back, &reader) == ULAM_OK) assert_true(isfinite(back.shift));
        (void)ulam_chain_sums_add(&back, value, 100, 1);
        ulam_chain_sums_free(&back);
        bytes.data[at] = kept;
    }
    ulam_bytes_free(&bytes);
    ulam_chain_sums_free(&sums);
}

/* No chain has 2^64 - 1 measurements, whatever bytes say. */
static void test_refuse_impossible_counts(void **unused)
{
    unsigned char bytes[20000];
    ulam_reader reader = {bytes, bytes + sizeof bytes, false};
    ulam_chain_sums sums;
    (void)unused;
    memset(bytes, 0, sizeof bytes);
    memset(bytes, 0xff, 9);
    bytes[9] = 1;
    assert_int_equal(ulam_chain_sums_unpack(&sums, &reader), ULAM_EFORMAT);
    ulam_chain_sums_free(&sums);
    assert_int_equal(ulam_chain_sums_width(UINT64_MAX), UINT64_C(1) << 58);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_are_the_same_however_they_are_fed),
        cmocka_unit_test(test_take_every_step_th_value),
        cmocka_unit_test(test_stay_small),
        cmocka_unit_test(test_know_the_mean_of_every_part),
        cmocka_unit_test(test_hold_lagged_products_of_bins),
        cmocka_unit_test(test_survive_damaged_bytes),
        cmocka_unit_test(test_refuse_impossible_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
