/* Streams: known answers, Random123 as the oracle, limits, and what each variate is made of. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <Random123/philox.h>

#include <ulam/math.h>
#include <ulam/rng.h>

#include "each_build.h"
#include "philox.h"

static void test_philox_known_answers(void **state)
{
    (void)state;
    static const struct {
        philox_counter counter;
        uint64_t key;
        uint32_t word[4];
    } known[] = {
        {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         0xffffffffffffffff,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t word[4];
        philox4x32_10(known[i].counter, known[i].key, word);
        assert_memory_equal(word, known[i].word, sizeof word);
    }
}

/* The first numbers of run 81723 under key 20261121, as docs/streams.md gives them. */
static void test_stream_known_answers(void **state)
{
    (void)state;
    ulam_rng rng;
    ulam_rng_start(&rng, 20261121, 81723);
    assert_int_equal(ulam_word32(&rng), 0x420f0f24);
    assert_int_equal(ulam_word64(&rng), UINT64_C(0x7342c6b02d246643));
    ulam_rng_start(&rng, 20261121, 81723);
    assert_true(ulam_uniform(&rng) == 0x1.df22fec2841e1p-1);
    ulam_rng_start(&rng, 20261121, 81723);
    assert_true(ulam_gaussian(&rng) == 0x1.8542e7996ba68p+0);
    ulam_rng_start(&rng, 20261121, 81723);
    assert_true(ulam_exponential(&rng) == 0x1.5f7be1daebf6ep+1);
    ulam_rng_start(&rng, 20261121, 81723);
    double pair[2];
    ulam_gaussian_pair(&rng, pair);
    assert_true(pair[0] == -0x1.1d6c54f5e13b9p+1 && pair[1] == 0x1.71130d33e3c52p-1);
    ulam_rng_start(&rng, 20261121, 81723);
    assert_int_equal(ulam_integer_below(&rng, 6), 5);
    ulam_rng substream;
    ulam_substream(&rng, 0, &substream);
    assert_int_equal(ulam_word32(&substream), 0xc0a61c65);
}

/* Draw-blocks by their number are those that the stream comes to, whatever their number and how many are asked for. */
static void test_blocks_by_number(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {0, 5, UINT32_MAX - 3, UINT64_C(1) << 40, ULAM_MAX_DRAWS - 200};
    static const uint64_t runs[] = {0, 81723, ULAM_MAX_RUNS - 1};
    for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++)
        for (size_t n = 0; n < 140; n += n < 40 ? 1 : 7) {
            uint64_t low[141], high[141];
            ulam_rng rng, by_number;
            ulam_rng_start(&rng, 20261121, runs[n % 3]);
            rng.domain = (uint32_t)n;
            by_number = rng;
            rng.draw = firsts[f];
            low[n] = high[n] = 42;
            ulam_rng_blocks(&by_number, firsts[f], n, low, high);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(ulam_word64(&rng), low[i]);
                assert_int_equal(ulam_word64(&rng), high[i]);
            }
            assert_true(low[n] == 42 && high[n] == 42);
            assert_int_equal(by_number.draw, 0);
            rng.run |= ULAM_ANTITHETIC | 1;
            rng.draw = firsts[f];
            rng.next = 4;
            ulam_rng_blocks(&rng, firsts[f], n, low, high);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal(ulam_word64(&rng), low[i]);
                assert_int_equal(ulam_word64(&rng), high[i]);
            }
        }
}

static void test_blocks_by_number_in_each_build(void **state)
{
    (void)state;
    in_each_build(test_blocks_by_number);
}

static void test_reserved_blocks_are_skipped(void **state)
{
    (void)state;
    ulam_rng rng, other;
    ulam_error failure = {0};
    ulam_rng_start(&rng, 1, 2);
    other = rng;
    ulam_word32(&rng);
    assert_int_equal(ulam_rng_reserve(&rng, 3), 1);
    other.draw = 4;
    assert_int_equal(ulam_word32(&rng), ulam_word32(&other));
    rng.failure = &failure;
    assert_int_equal(ulam_rng_reserve(&rng, ULAM_MAX_DRAWS - 5), 5);
    assert_int_equal(failure.status, ULAM_OK);
    ulam_rng_reserve(&rng, 1);
    assert_int_equal(failure.status, ULAM_ERUN);
}

static void test_antithetic_runs_turn_every_bit_over(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 200; run += 2) {
        ulam_rng plain, first, second, substreams[2];
        const uint64_t place = run < 100 ? run : ULAM_MAX_RUNS - run;
        ulam_rng_start(&plain, 5, place);
        ulam_rng_start(&first, 5, place | ULAM_ANTITHETIC);
        ulam_rng_start(&second, 5, (place + 1) | ULAM_ANTITHETIC);
        ulam_substream(&first, 3, &substreams[0]);
        ulam_substream(&second, 3, &substreams[1]);
        for (int i = 0; i < 9; i++) {
            const uint32_t word = ulam_word32(&plain);
            assert_int_equal(ulam_word32(&first), word);
            assert_int_equal(ulam_word32(&second), ~word);
            assert_int_equal(ulam_word32(&substreams[1]), ~ulam_word32(&substreams[0]));
        }
        assert_true(ulam_uniform_open(&first) + ulam_uniform_open(&second) == 1);
        assert_true(ulam_uniform(&first) + ulam_uniform(&second) == 1 - 0x1p-53);
        assert_true(ulam_gaussian(&first) == -ulam_gaussian(&second));
    }
}

static void test_antithetic_runs_refuse_box_and_muller(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 2; run++) {
        ulam_error failure = {0};
        ulam_rng rng;
        double pair[2];
        ulam_rng_start(&rng, 5, run | ULAM_ANTITHETIC);
        rng.failure = &failure;
        ulam_gaussian_pair(&rng, pair);
        assert_int_equal(failure.status, ULAM_ERUN);
        assert_non_null(strstr(failure.message, "ulam_gaussian_pair() in an antithetic pair"));
    }
}

static void is_the_oracle_s(uint64_t key, uint64_t run, uint64_t draw, uint32_t domain)
{
    ulam_rng rng;
    ulam_rng_start(&rng, key, run);
    rng.domain = domain;
    rng.draw = draw;
    const philox4x32_ctr_t counter = {
        {(uint32_t)draw, (uint32_t)(draw >> 32 | run >> 32 << 16), (uint32_t)run, domain}};
    const philox4x32_key_t key2 = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    const philox4x32_ctr_t expected = philox4x32_R(10, counter, key2);
    for (int w = 0; w < 4; w++) assert_int_equal(ulam_word32(&rng), expected.v[w]);
    assert_int_equal(rng.draw, draw + 1);
}

static void test_words_are_those_of_random123(void **state)
{
    (void)state;
    static const uint64_t places[] = {0,           1,           2,           0xffffffff,     0x100000000,
                                      0x100000001, 0xfffffffff, 0x123456789, 0xffff00000000, 0xffffffffffff};
    static const uint32_t domains[] = {0, 1, 77, 0x7fffffff, 0x80000000, 0xffffffff};
    enum {
        PLACES = sizeof places / sizeof *places,
        DOMAINS = sizeof domains / sizeof *domains
    };
    for (size_t r = 0; r < PLACES; r++)
        for (size_t d = 0; d < PLACES; d++)
            for (size_t k = 0; k < PLACES; k++)
                for (size_t domain = 0; domain < DOMAINS; domain++)
                    is_the_oracle_s(places[k] * 0x9e3779b97f4a7c15, places[r], places[d], domains[domain]);
    uint64_t place[4] = {1, 2, 3, 4}; /* and at places without a pattern */
    for (int i = 0; i < 100000; i++) {
        for (int k = 0; k < 4; k++) place[k] = place[k] * 6364136223846793005 + 1442695040888963407;
        is_the_oracle_s(place[0], place[1] >> 16, place[2] >> 16, (uint32_t)(place[3] >> 32));
    }
}

static void test_runs_draws_and_domains_share_no_counter(void **state)
{
    (void)state;
    ulam_rng rng, other;
    ulam_rng_start(&rng, 5, UINT64_C(1) << 32);
    ulam_rng_start(&other, 5, 0);
    other.draw = UINT64_C(1) << 32;
    const uint64_t run_word = ulam_word64(&rng), draw_word = ulam_word64(&other);
    ulam_rng_start(&rng, 5, 0);
    const uint64_t first_word = ulam_word64(&rng);
    assert_true(run_word != draw_word && run_word != first_word && draw_word != first_word);
}

static void test_substreams_leave_the_run_untouched(void **state)
{
    (void)state;
    ulam_error failure = {0};
    ulam_rng rng, twin, part[2];
    ulam_rng_start(&rng, 9, 3);
    rng.failure = &failure;
    twin = rng;
    ulam_word32(&rng);
    ulam_word32(&twin);
    ulam_substream(&rng, 0, &part[0]);
    ulam_substream(&rng, 1, &part[1]);
    assert_int_equal(part[0].domain, 1);
    assert_int_equal(part[1].domain, 2);
    assert_ptr_equal(part[0].failure, &failure);
    assert_true(ulam_word64(&part[0]) != ulam_word64(&part[1]));
    for (int i = 0; i < 9; i++) assert_int_equal(ulam_word32(&rng), ulam_word32(&twin));
}

static void test_64_bit_words_start_at_even_words(void **state)
{
    (void)state;
    ulam_rng words;
    ulam_rng_start(&words, 11, 0);
    uint64_t word[24];
    for (int i = 0; i < 24; i++) word[i] = ulam_word32(&words);
    for (int taken = 0; taken < 12; taken++) {
        ulam_rng rng;
        ulam_rng_start(&rng, 11, 0);
        for (int i = 0; i < taken; i++) ulam_word32(&rng);
        const int even = (taken + 1) / 2 * 2;
        assert_true(ulam_word64(&rng) == (word[even] | word[even + 1] << 32));
        assert_int_equal(ulam_word32(&rng), word[even + 2]);
    }
}

static void test_uniforms_fill_their_interval_and_nothing_more(void **state)
{
    (void)state;
    ulam_rng rng;
    ulam_rng_start(&rng, 0, 0);
    memset(rng.word, 0, sizeof rng.word);
    rng.next = 0;
    assert_true(ulam_uniform(&rng) == 0 && ulam_uniform_open(&rng) == 0x1p-53);
    rng.next = 0;
    assert_true(ulam_uniform_between(&rng, -3, 5) == -3 && ulam_uniform_between(&rng, 5, -3) == 5);
    rng.next = 0;
    assert_true(!signbit(ulam_exponential(&rng)) && isfinite(ulam_gaussian(&rng)));
    memset(rng.word, 0xff, sizeof rng.word);
    rng.next = 0;
    assert_true(ulam_uniform(&rng) == 1 - 0x1p-53 && ulam_uniform_open(&rng) == 1 - 0x1p-53);
    rng.next = 0;
    assert_true(ulam_uniform_between(&rng, 0, 0.5) == 0.5 - 0x1p-54 && ulam_uniform_between(&rng, 1, 2) == 2);
    rng.next = 0;
    assert_true(isfinite(ulam_exponential(&rng)) && isfinite(ulam_gaussian(&rng)));
    double pair[2];
    rng.next = 0;
    ulam_gaussian_pair(&rng, pair);
    assert_true(isfinite(pair[0]) && isfinite(pair[1]));
}

static void test_variates_are_the_documented_functions_of_uniforms(void **state)
{
    (void)state;
    ulam_rng rng, twin;
    ulam_rng_start(&rng, 1, 2);
    twin = rng;
    for (int i = 0; i < 1000; i++) {
        assert_true(ulam_gaussian(&rng) == ulam_normal_quantile(ulam_uniform_open(&twin)));
        assert_true(ulam_uniform_between(&rng, 0, 0.5) == 0.5 * ulam_uniform(&twin));
        assert_true(ulam_exponential(&rng) == -ulam_log(1 - ulam_uniform(&twin)));
        double pair[2];
        ulam_gaussian_pair(&rng, pair);
        const double radius = sqrt(-2 * log(1 - ulam_uniform(&twin))), angle = 2 * acos(-1) * ulam_uniform(&twin);
        assert_true(fabs(pair[0] - radius * cos(angle)) < 1e-14 && fabs(pair[1] - radius * sin(angle)) < 1e-14);
    }
}

static void fills_as_calls_do(void (*fill)(ulam_rng *, double *, size_t), double (*call)(ulam_rng *), size_t n)
{
    double values[128];
    for (int taken = 0; taken < 5; taken++) {
        ulam_rng rng, twin;
        ulam_rng_start(&rng, 4, n);
        for (int i = 0; i < taken; i++) ulam_word32(&rng);
        twin = rng;
        fill(&rng, values, n);
        for (size_t i = 0; i < n; i++) assert_true(values[i] == call(&twin));
        assert_int_equal(ulam_word32(&rng), ulam_word32(&twin));
    }
}

static void test_fills_draw_what_single_calls_draw(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 128; n++) {
        fills_as_calls_do(ulam_uniform_fill, ulam_uniform, n);
        fills_as_calls_do(ulam_uniform_open_fill, ulam_uniform_open, n);
        fills_as_calls_do(ulam_gaussian_fill, ulam_gaussian, n);
        fills_as_calls_do(ulam_exponential_fill, ulam_exponential, n);
    }
}

/* Moments 1 to 4 of n values, against the law's own; a sum's standard error follows from its moment 2k. */
static void has_moments(const double *values, size_t n, const double moment[9])
{
    for (int k = 1; k <= 4; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += pow(values[i], k);
        const double error = sqrt((moment[2 * k] - moment[k] * moment[k]) / (double)n);
        assert_true(fabs(sum / (double)n - moment[k]) < 4 * error);
    }
}

static void test_variates_have_the_moments_of_their_laws(void **state)
{
    (void)state;
    static const double uniform[9] = {1, 1. / 2, 1. / 3, 1. / 4, 1. / 5, 1. / 6, 1. / 7, 1. / 8, 1. / 9};
    static const double normal[9] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    static const double exponential[9] = {1, 1, 2, 6, 24, 120, 720, 5040, 40320};
    enum {
        N = 200000
    };
    double *values = malloc(N * sizeof *values);
    assert_non_null(values);
    ulam_rng rng;
    ulam_rng_start(&rng, 2026, 0);
    ulam_uniform_fill(&rng, values, N);
    has_moments(values, N, uniform);
    ulam_gaussian_fill(&rng, values, N);
    has_moments(values, N, normal);
    ulam_exponential_fill(&rng, values, N);
    has_moments(values, N, exponential);
    for (size_t i = 0; i < N; i += 2) ulam_gaussian_pair(&rng, values + i);
    has_moments(values, N, normal);
    free(values);
}

/* The multiple-precision statement of what Lemire's method does: a word w gives floor(w n / 2^64), and is rejected where
 * the remainder is below 2^64 mod n. */
static void test_integers_reject_exactly_the_excess_words(void **state)
{
    (void)state;
    const uint64_t top = UINT64_MAX;
    const uint64_t bounds[] = {1,           2,       3,           5,           6,           1000,    0xffffffff,
                               0x100000000, top / 2, top / 2 + 1, top / 2 + 2, top / 3 * 2, top - 1, top};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        const uint64_t n = bounds[b], excess = (top % n + 1) % n;
        ulam_rng rng, twin;
        ulam_rng_start(&rng, b, 0);
        twin = rng;
        for (int i = 0; i < 2000; i++) {
            uint64_t word, low;
            do {
                word = ulam_word64(&twin);
                low = word * n;
            } while (low < excess);
            const uint64_t value = ulam_integer_below(&rng, n);
            /* value * 2^64 + low = word * n, told by what is left over modulo a prime */
            const uint64_t prime = 4294967291;
            const uint64_t two64 = (top % prime + 1) % prime;
            assert_true(value < n);
            assert_int_equal((value % prime * two64 % prime + low % prime) % prime, word % prime * (n % prime) % prime);
        }
        assert_int_equal(rng.draw, twin.draw);
        assert_int_equal(rng.next, twin.next);
    }
}

static void test_a_rejected_word_is_replaced(void **state)
{
    (void)state;
    ulam_rng rng;
    ulam_rng_start(&rng, 0, 0);
    memset(rng.word, 0, sizeof rng.word); /* w = 0 leaves 0, which is below 2^64 mod 3 = 1 */
    rng.word[3] = 0x80000000;             /* w = 2^63 stands for floor(3/2) */
    rng.next = 0;
    assert_int_equal(ulam_integer_below(&rng, 3), 1);
    assert_int_equal(rng.next, 4);
    rng.next = 0;
    assert_int_equal(ulam_integer_below(&rng, 4), 0); /* no excess, nothing rejected */
    assert_int_equal(rng.next, 2);
    rng.next = 2;
    assert_true(ulam_integer_below(&rng, 0) == UINT64_C(1) << 63);
}

static void test_integers_are_equally_likely(void **state)
{
    (void)state;
    enum {
        N = 37,
        DRAWS = 370000
    };
    ulam_rng rng;
    ulam_rng_start(&rng, 37, 0);
    const uint64_t thirds = UINT64_C(0xC000000000000000); /* bound 3 2^62: a quarter of the words is rejected */
    double chi2 = 0, wide[3] = {0}, wide_chi2 = 0;
    double count[N] = {0};
    for (int i = 0; i < DRAWS; i++) {
        count[ulam_integer_below(&rng, N)]++;
        wide[ulam_integer_below(&rng, thirds) >> 62]++;
    }
    for (int i = 0; i < N; i++) chi2 += pow(count[i] - DRAWS / N, 2) / (DRAWS / N);
    for (int i = 0; i < 3; i++) wide_chi2 += pow(wide[i] - DRAWS / 3., 2) / (DRAWS / 3.);
    assert_true(fabs(chi2 - (N - 1)) < 4 * sqrt(2. * (N - 1)));
    assert_true(wide_chi2 < 18.4); /* 1 in 10,000 */
}

static void test_first_failure_stands(void **state)
{
    (void)state;
    ulam_error failure = {0};
    ulam_rng rng;
    ulam_rng_start(&rng, 0, 0);
    ulam_run_fail(&rng, "nobody listens");
    rng.failure = &failure;
    ulam_run_fail(&rng, "population of %d died out", 7);
    ulam_run_fail(&rng, "and then some");
    assert_int_equal(failure.status, ULAM_ERUN);
    assert_string_equal(failure.message, "population of 7 died out");
}

static void test_running_out_of_draws_fails_the_run(void **state)
{
    (void)state;
    ulam_error failure = {0};
    ulam_rng rng;
    ulam_rng_start(&rng, 3, 4);
    rng.failure = &failure;
    rng.draw = ULAM_MAX_DRAWS - 1;
    for (int i = 0; i < 4; i++) ulam_word32(&rng);
    assert_int_equal(failure.status, ULAM_OK);
    ulam_rng first;
    ulam_rng_start(&first, 3, 4);
    assert_int_equal(ulam_word32(&rng), ulam_word32(&first)); /* never a word of another run */
    assert_int_equal(failure.status, ULAM_ERUN);
    assert_non_null(strstr(failure.message, "2^48"));
    rng.failure = NULL;
    rng.draw = ULAM_MAX_DRAWS;
    rng.next = 4;
    double largest = 0;
    for (int i = 0; i < 100; i++) largest = fmax(largest, ulam_uniform(&rng));
    assert_true(largest > 0.9); /* still numbers: a model's rejection loop ends */
    assert_true(ulam_integer_below(&rng, UINT64_C(0xC000000000000000)) < UINT64_C(0xC000000000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_by_number_in_each_build), /* before this process has chosen a build */
        cmocka_unit_test(test_reserved_blocks_are_skipped),
        cmocka_unit_test(test_philox_known_answers),
        cmocka_unit_test(test_stream_known_answers),
        cmocka_unit_test(test_antithetic_runs_turn_every_bit_over),
        cmocka_unit_test(test_antithetic_runs_refuse_box_and_muller),
        cmocka_unit_test(test_words_are_those_of_random123),
        cmocka_unit_test(test_runs_draws_and_domains_share_no_counter),
        cmocka_unit_test(test_substreams_leave_the_run_untouched),
        cmocka_unit_test(test_64_bit_words_start_at_even_words),
        cmocka_unit_test(test_uniforms_fill_their_interval_and_nothing_more),
        cmocka_unit_test(test_variates_are_the_documented_functions_of_uniforms),
        cmocka_unit_test(test_fills_draw_what_single_calls_draw),
        cmocka_unit_test(test_variates_have_the_moments_of_their_laws),
        cmocka_unit_test(test_integers_reject_exactly_the_excess_words),
        cmocka_unit_test(test_a_rejected_word_is_replaced),
        cmocka_unit_test(test_integers_are_equally_likely),
        cmocka_unit_test(test_first_failure_stands),
        cmocka_unit_test(test_running_out_of_draws_fails_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
