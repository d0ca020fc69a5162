/* Streams of neighbouring runs, points and seeds are unrelated: what one holds tells nothing of the other. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include <ulam/rng.h>

enum {
    STREAMS = 4096,
    DRAWS = 64
};

/* Stream s of a family of neighbours, started. */
typedef void family(uint64_t s, ulam_rng *rng);

static uint64_t key_of(unsigned point, uint64_t seed)
{
    char text[64];
    const int length = snprintf(text, sizeof text, "european\nstrike=%a\n", 90 + 0.25 * point);
    return XXH3_64bits_withSeed(text, (size_t)length, seed);
}

static void runs(uint64_t s, ulam_rng *rng) { ulam_rng_start(rng, key_of(0, 20261121), s); }
static void late_runs(uint64_t s, ulam_rng *rng)
{
    ulam_rng_start(rng, key_of(0, 20261121), (UINT64_C(1) << 32) - STREAMS / 2 + s);
}
static void points(uint64_t s, ulam_rng *rng) { ulam_rng_start(rng, key_of((unsigned)s, 20261121), 0); }
static void seeds(uint64_t s, ulam_rng *rng) { ulam_rng_start(rng, key_of(0, s), 0); }
static void keys(uint64_t s, ulam_rng *rng) { ulam_rng_start(rng, s, 0); }
static void substreams(uint64_t s, ulam_rng *rng)
{
    ulam_rng run;
    ulam_rng_start(&run, key_of(0, 20261121), 0);
    ulam_substream(&run, (uint32_t)s, rng);
}

static family *const families[] = {runs, late_runs, points, seeds, keys, substreams};
enum {
    FAMILIES = sizeof families / sizeof *families
};

static void fill_family(family *start, double *values)
{
    for (uint64_t s = 0; s < STREAMS; s++) {
        ulam_rng rng;
        start(s, &rng);
        ulam_uniform_fill(&rng, values + s * DRAWS, DRAWS);
    }
}

/* Correlation of values a step of `shift` apart, in units of its standard error under independence. */
static double correlation(const double *values, size_t n, size_t shift)
{
    double sum = 0;
    for (size_t i = 0; i + shift < n; i++) sum += (values[i] - 0.5) * (values[i + shift] - 0.5);
    return sum * 12 / sqrt((double)(n - shift));
}

static void test_neighbours_are_uncorrelated(void **state)
{
    (void)state;
    double *values = malloc(STREAMS * DRAWS * sizeof *values);
    assert_non_null(values);
    for (int f = 0; f < FAMILIES; f++) {
        fill_family(families[f], values);
        assert_true(fabs(correlation(values, STREAMS * DRAWS, DRAWS)) < 4);     /* the same draw of stream s + 1 */
        assert_true(fabs(correlation(values, STREAMS * DRAWS, 2 * DRAWS)) < 4); /* of s + 2 */
        assert_true(fabs(correlation(values, STREAMS * DRAWS, DRAWS + 1)) < 4); /* the next draw of s + 1 */
        assert_true(fabs(correlation(values, STREAMS * DRAWS, 1)) < 4);         /* the next draw */
    }
    free(values);
}

/* Interleaved: the first words of all streams, then the second words, and so on. Counts bytes, and pairs of nibbles of
 * neighbouring streams. */
static void test_interleaved_streams_have_even_bytes_and_pairs(void **state)
{
    (void)state;
    for (int f = 0; f < FAMILIES; f++) {
        double bytes[256] = {0}, pairs[256] = {0};
        uint64_t previous = 0;
        for (int draw = 0; draw < 16; draw++)
            for (uint64_t s = 0; s < STREAMS; s++) {
                ulam_rng rng;
                families[f](s, &rng);
                rng.draw = (uint64_t)draw;
                const uint64_t word = ulam_word64(&rng);
                for (int i = 0; i < 8; i++) bytes[word >> 8 * i & 255]++;
                if (s > 0)
                    for (int i = 0; i < 16; i++) pairs[(word >> 4 * i & 15) << 4 | (previous >> 4 * i & 15)]++;
                previous = word;
            }
        const double expected_bytes = 16. * STREAMS * 8 / 256, expected_pairs = 16. * (STREAMS - 1) * 16 / 256;
        double byte_chi2 = 0, pair_chi2 = 0;
        for (int i = 0; i < 256; i++) {
            byte_chi2 += pow(bytes[i] - expected_bytes, 2) / expected_bytes;
            pair_chi2 += pow(pairs[i] - expected_pairs, 2) / expected_pairs;
        }
        assert_true(fabs(byte_chi2 - 255) < 4 * sqrt(2. * 255));
        assert_true(fabs(pair_chi2 - 255) < 4 * sqrt(2. * 255));
    }
}

/* Bits in which the words of neighbouring streams differ: half of them, with a binomial's spread. */
static void test_neighbours_differ_in_half_their_bits(void **state)
{
    (void)state;
    for (int f = 0; f < FAMILIES; f++) {
        double sum = 0, squares = 0;
        ulam_rng before, rng;
        families[f](0, &before);
        for (uint64_t s = 1; s < STREAMS; s++) {
            families[f](s, &rng);
            ulam_rng kept = rng;
            for (int i = 0; i < 8; i++) {
                const double differ = __builtin_popcountll(ulam_word64(&before) ^ ulam_word64(&rng)) - 32;
                sum += differ;
                squares += differ * differ;
            }
            before = kept;
        }
        const double n = 8. * (STREAMS - 1);
        assert_true(fabs(sum / n) < 4 * 4 / sqrt(n));
        assert_true(fabs(squares / n - 16) < 4 * sqrt((736 - 256) / n)); /* fourth moment 3 16^2 - 32 = 736 */
    }
}

static int order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_points_and_seeds_have_keys_of_their_own(void **state)
{
    (void)state;
    enum {
        POINTS = 1000,
        SEEDS = 200
    };
    uint64_t *key = malloc(POINTS * SEEDS * sizeof *key);
    assert_non_null(key);
    for (unsigned p = 0; p < POINTS; p++)
        for (unsigned s = 0; s < SEEDS; s++) key[p * SEEDS + s] = key_of(p, s);
    qsort(key, POINTS * SEEDS, sizeof *key, order);
    for (size_t i = 1; i < POINTS * SEEDS; i++) assert_true(key[i] != key[i - 1]);
    free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_are_uncorrelated),
        cmocka_unit_test(test_interleaved_streams_have_even_bytes_and_pairs),
        cmocka_unit_test(test_neighbours_differ_in_half_their_bits),
        cmocka_unit_test(test_points_and_seeds_have_keys_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
