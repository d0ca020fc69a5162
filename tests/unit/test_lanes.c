/* Lanes: in every build that this machine can run, each array call gives what the scalar function gives in each run, bit
 * for bit; and so does a kernel. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <ulam/lanes.h>
#include <ulam/math.h>

#include "lanes_builds.h"
#include "portable_math.h"

#define EACH_LANE  for (int i = 0; i < ULAM_LANES; i++)
#define EACH_BUILD for (int number = 0; number < ULAM_LANES_BUILDS; number++)

static bool same_bits(double a, double b) { return portable_bits(a) == portable_bits(b); }

/* A NaN's sign and payload differ between machines also in scalar code. */
static bool same(double a, double b) { return same_bits(a, b) || (isnan(a) && isnan(b)); }

/* The streams of the lanes' runs, one by one, at the lanes' position. */
static void runs_of(const ulam_lanes *lanes, ulam_rng *rng)
{
    EACH_LANE
    {
        ulam_rng_start(&rng[i], lanes->key, lanes->first_run + (uint64_t)i);
        rng[i].domain = lanes->domain;
        rng[i].draw = lanes->draw;
    }
}

static void test_philox_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint64_t key, first_run, draw;
        uint32_t domain, lane;
        uint32_t word[4];
    } known[] = {
        {0, 0, 0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX,
         ULAM_MAX_RUNS - ULAM_LANES,
         ULAM_MAX_DRAWS - 1,
         0xffffffff,
         ULAM_LANES - 1,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x299f31d0a4093822,
         0x85a313198a2e - 21,
         0x08d3243f6a88,
         0x03707344,
         21,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (size_t k = 0; build && k < sizeof known / sizeof *known; k++) {
            ulam_lanes lanes;
            ulam_lanes_start(&lanes, known[k].key, known[k].first_run);
            lanes.draw = known[k].draw;
            lanes.domain = known[k].domain;
            for (int w = 0; w < 4; w++) {
                uint32_t word[ULAM_LANES];
                build->word32(&lanes, word);
                assert_int_equal(word[known[k].lane], known[k].word[w]);
            }
        }
    }
}

enum {
    WORD32,
    WORD64,
    UNIFORM,
    UNIFORM_BETWEEN,
    UNIFORM_OPEN,
    GAUSSIAN,
    EXPONENTIAL,
    GAUSSIAN_PAIR,
    INTEGER,
    DRAWS
};

static void draw_word32(const lanes_build *build, ulam_lanes *lanes, ulam_rng *rng)
{
    uint32_t word[ULAM_LANES];
    build->word32(lanes, word);
    EACH_LANE assert_int_equal(word[i], ulam_word32(&rng[i]));
}

static void draw_word64(const lanes_build *build, ulam_lanes *lanes, ulam_rng *rng)
{
    uint64_t word[ULAM_LANES];
    build->word64(lanes, word);
    EACH_LANE assert_true(word[i] == ulam_word64(&rng[i]));
}

static void draw_between(const lanes_build *build, ulam_lanes *lanes, ulam_rng *rng)
{
    double u[ULAM_LANES];
    build->uniform_between(lanes, -1.25, 1e3, u);
    EACH_LANE assert_true(same_bits(u[i], ulam_uniform_between(&rng[i], -1.25, 1e3)));
}

static void draw_integer(const lanes_build *build, ulam_lanes *lanes, ulam_rng *rng)
{
    uint64_t integer[ULAM_LANES];
    const unsigned log2_n = (unsigned)(lanes->draw % 65);
    build->integer_below_power(lanes, log2_n, integer);
    EACH_LANE assert_true(integer[i] == ulam_integer_below(&rng[i], log2_n < 64 ? UINT64_C(1) << log2_n : 0));
}

static void draw_pair(const lanes_build *build, ulam_lanes *lanes, ulam_rng *rng)
{
    double first[ULAM_LANES], second[ULAM_LANES];
    build->gaussian_pair(lanes, first, second);
    EACH_LANE
    {
        double pair[2];
        ulam_gaussian_pair(&rng[i], pair);
        assert_true(same_bits(first[i], pair[0]) && same_bits(second[i], pair[1]));
    }
}

static void draw_real(void (*call)(ulam_lanes *, double *), double (*scalar)(ulam_rng *), ulam_lanes *lanes,
                      ulam_rng *rng)
{
    double values[ULAM_LANES];
    call(lanes, values);
    EACH_LANE assert_true(same_bits(values[i], scalar(&rng[i])));
}

static void draw(const lanes_build *build, int what, ulam_lanes *lanes, ulam_rng *rng)
{
    switch (what) {
    case WORD32:
        draw_word32(build, lanes, rng);
        break;
    case WORD64:
        draw_word64(build, lanes, rng);
        break;
    case UNIFORM:
        draw_real(build->uniform, ulam_uniform, lanes, rng);
        break;
    case UNIFORM_BETWEEN:
        draw_between(build, lanes, rng);
        break;
    case UNIFORM_OPEN:
        draw_real(build->uniform_open, ulam_uniform_open, lanes, rng);
        break;
    case GAUSSIAN:
        draw_real(build->gaussian, ulam_gaussian, lanes, rng);
        break;
    case EXPONENTIAL:
        draw_real(build->exponential, ulam_exponential, lanes, rng);
        break;
    case GAUSSIAN_PAIR:
        draw_pair(build, lanes, rng);
        break;
    case INTEGER:
        draw_integer(build, lanes, rng);
        break;
    default:
        fail();
    }
    assert_int_equal(lanes->draw, rng[0].draw);
    assert_int_equal(lanes->next, rng[0].next);
}

/* Runs and draws on both sides of 2^32, in a random order of calls, so that each follows each at each word. */
static void test_draws_are_each_run_s_own(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {0,
                                      1,
                                      1000000,
                                      0xffffffe0,
                                      0xffffffff,
                                      ULAM_MAX_RUNS - ULAM_LANES,
                                      ULAM_ANTITHETIC,
                                      ULAM_ANTITHETIC | 0xffffffe2,
                                      ULAM_ANTITHETIC | (ULAM_MAX_RUNS - ULAM_LANES)};
    enum {
        FIRSTS = sizeof firsts / sizeof *firsts
    };
    static const uint64_t draws[] = {0, 0xffffffff, 0xffffffffff};
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (size_t place = 0; build && place < 3 * FIRSTS; place++) {
            ulam_lanes lanes;
            ulam_rng rng[ULAM_LANES], choice;
            ulam_lanes_start(&lanes, 0x9e3779b97f4a7c15 * place, firsts[place % FIRSTS]);
            lanes.draw = draws[place / FIRSTS];
            runs_of(&lanes, rng);
            ulam_rng_start(&choice, place, 0);
            for (int n = 0; n < 750; n++) draw(build, (int)ulam_integer_below(&choice, DRAWS), &lanes, rng);
        }
    }
}

/* What is rare at random: millions of each. */
static void test_many_draws_of_each_kind(void **state)
{
    (void)state;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (int what = 0; build && what < DRAWS; what++) {
            ulam_lanes lanes;
            ulam_rng rng[ULAM_LANES];
            ulam_lanes_start(&lanes, (uint64_t)what, 0);
            runs_of(&lanes, rng);
            for (int n = 0; n < 8000; n++) draw(build, what, &lanes, rng);
        }
    }
}

/* Words that chance does not bring: all zeros, all ones, one bit. */
static void test_draws_from_extreme_words(void **state)
{
    (void)state;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (int what = 0; build && what < DRAWS; what++) {
            for (uint64_t flip = 0; flip < 2; flip++) {
                ulam_lanes lanes;
                ulam_rng rng[ULAM_LANES];
                ulam_lanes_start(&lanes, 0, 0);
                runs_of(&lanes, rng);
                lanes.next = 0;
                EACH_LANE
                {
                    lanes.word[0][i] = (i ? UINT64_C(1) << i % 64 : 0) ^ (0 - flip);
                    lanes.word[1][i] = lanes.word[0][(i + 5) % ULAM_LANES];
                    memcpy(rng[i].word, &lanes.word[0][i], 8);
                    rng[i].next = 0;
                }
                EACH_LANE memcpy(rng[i].word + 2, &lanes.word[1][i], 8);
                draw(build, what, &lanes, rng);
            }
        }
    }
}

static void test_substreams_are_each_run_s_own(void **state)
{
    (void)state;
    ulam_error failure = {0};
    ulam_lanes lanes, part;
    ulam_lanes_start(&lanes, 7, 100);
    lanes.failure = &failure;
    ulam_lanes_substream(&lanes, 5, &part);
    assert_ptr_equal(part.failure, &failure);
    uint64_t word[ULAM_LANES];
    ulam_lanes_word64(&part, word);
    EACH_LANE
    {
        ulam_rng rng, substream;
        ulam_rng_start(&rng, 7, 100 + (uint64_t)i);
        ulam_substream(&rng, 5, &substream);
        assert_true(word[i] == ulam_word64(&substream));
    }
}

static void test_pairs_refuse_box_and_muller(void **state)
{
    (void)state;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        if (!build) continue;
        ulam_error failure = {0};
        ulam_lanes lanes;
        double first[ULAM_LANES], second[ULAM_LANES];
        ulam_lanes_start(&lanes, 3, ULAM_ANTITHETIC);
        lanes.failure = &failure;
        build->gaussian_pair(&lanes, first, second);
        assert_int_equal(failure.status, ULAM_ERUN);
    }
}

static void test_running_out_of_draws_fails_the_runs(void **state)
{
    (void)state;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        if (!build) continue;
        ulam_error failure = {0};
        ulam_lanes lanes;
        uint64_t word[ULAM_LANES], first[ULAM_LANES];
        ulam_lanes_start(&lanes, 3, 4);
        build->word64(&lanes, first);
        lanes.failure = &failure;
        lanes.draw = ULAM_MAX_DRAWS - 1;
        lanes.next = 4;
        build->word64(&lanes, word);
        build->word64(&lanes, word);
        assert_int_equal(failure.status, ULAM_OK);
        build->word64(&lanes, word);
        assert_memory_equal(word, first, sizeof word); /* never a word of another run */
        assert_int_equal(failure.status, ULAM_ERUN);
        assert_non_null(strstr(failure.message, "2^48"));
    }
}

typedef struct {
    const char *name;
    double (*scalar)(double);
    size_t member; /* where a lanes_build has the array call */
    double low, high;
} function_case;

#define FUNCTION(function, low, high)                                                                                  \
    {                                                                                                                  \
#function, ulam_##function, offsetof(lanes_build, function), low, high                                         \
    }

static const function_case functions[] = {
    FUNCTION(exp, -4, 4),
    FUNCTION(exp, -760, 720),
    FUNCTION(log, 0, 4),
    FUNCTION(log, 0.98, 1.02),
    FUNCTION(log1p, -1, 3),
    FUNCTION(log1p, -1e-3, 1e-3),
    FUNCTION(sqrt, 0, 1e6),
    FUNCTION(sin, -7, 7),
    FUNCTION(sin, -2e6, 2e6),
    FUNCTION(cos, -7, 7),
    FUNCTION(cos, -2e6, 2e6),
    FUNCTION(sinpi, -7, 7),
    FUNCTION(sinpi, -0x1p53, 0x1p53),
    FUNCTION(cospi, -7, 7),
    FUNCTION(cospi, -0x1p53, 0x1p53),
    FUNCTION(normal_quantile, 0, 1),
    FUNCTION(normal_quantile, 0, 0.04),
    FUNCTION(normal_quantile, 0.96, 1),
    FUNCTION(normal_quantile, -0.1, 1.1),
};

static const double specials[] = {
    0,
    0x1p-1074,
    0x1p-1022,
    0x1.fffffffffffffp-1023,
    1e-310,
    0x1p-54,
    0x1p-53,
    0x1p-27,
    0x1p-28,
    0x1p-5,
    0x1.fffffffffffffp-6,
    0.5,
    0.75,
    0x1.6a09e667f3bcdp-54,
    0x1p-60,
    0x1.f00000p-1,
    1 - 0x1p-53,
    1,
    1 + 0x1p-52,
    1.4142135623730951,
    0.70710678118654757,
    708,
    707.99999999999989,
    709.782712893384,
    709.782712893385,
    710,
    745.13,
    745.14,
    746,
    746.1,
    0x1p20,
    0x1.0000000000001p20,
    0x1p21,
    1.5,
    2,
    3,
    0x1p51,
    0x1.0000000000001p51,
    0x1.0000000000001p52,
    0x1p53,
    1e22,
    0x1.fffffffffffffp1023,
    INFINITY,
    NAN,
};

/* From the range, from all doubles, from all signs and exponents near 1, and the special values of both signs. */
static double argument(const function_case *self, ulam_rng *rng)
{
    const uint64_t kind = ulam_integer_below(rng, 64), word = ulam_word64(rng);
    const size_t n = sizeof specials / sizeof *specials;
    if (kind == 0) return portable_real(word);
    if (kind == 1) return word % 2 ? specials[word / 2 % n] : -specials[word / 2 % n];
    if (kind == 2) return ldexp((double)(int64_t)word, -63 - (int)(word % 128));
    return self->low + (self->high - self->low) * ulam_uniform(rng);
}

static void agree(const function_case *self, const double *x, const double *y)
{
    EACH_LANE
    {
        if (same(y[i], self->scalar(x[i]))) continue;
        print_error("%s(%a) = %a in lane %d, %a in scalar code\n", self->name, x[i], y[i], i, self->scalar(x[i]));
        fail();
    }
}

static void test_functions_are_the_scalar_ones(void **state)
{
    (void)state;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (size_t k = 0; build && k < sizeof functions / sizeof *functions; k++) {
            void (*call)(const double *, double *);
            memcpy(&call, (const char *)build + functions[k].member, sizeof call);
            ulam_rng rng;
            ulam_rng_start(&rng, k, 0);
            for (int n = 0; n < 5000; n++) {
                double x[ULAM_LANES], y[ULAM_LANES], in_place[ULAM_LANES];
                /* Every other array without what is rare. */
                EACH_LANE x[i] = n % 2 ? argument(&functions[k], &rng)
                                       : functions[k].low + (functions[k].high - functions[k].low) * ulam_uniform(&rng);
                memcpy(in_place, x, sizeof x);
                call(x, y);
                agree(&functions[k], x, y);
                call(in_place, in_place);
                agree(&functions[k], x, in_place);
            }
        }
    }
}

static void test_special_values_in_each_lane(void **state)
{
    (void)state;
    const size_t n = sizeof specials / sizeof *specials;
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        for (size_t k = 0; build && k < sizeof functions / sizeof *functions; k++) {
            void (*call)(const double *, double *);
            memcpy(&call, (const char *)build + functions[k].member, sizeof call);
            for (size_t s = 0; s < 2 * n * ULAM_LANES; s++) {
                double x[ULAM_LANES], y[ULAM_LANES];
                EACH_LANE x[i] = 0.75;
                x[s % ULAM_LANES] = s / ULAM_LANES < n ? specials[s / ULAM_LANES] : -specials[s / ULAM_LANES - n];
                call(x, y);
                agree(&functions[k], x, y);
            }
        }
    }
}

static void test_sincos_is_sin_and_cos(void **state)
{
    (void)state;
    const function_case angles = FUNCTION(sin, -2e6, 2e6), cosine = FUNCTION(cos, 0, 0), small = FUNCTION(sin, -7, 7);
    EACH_BUILD
    {
        const lanes_build *build = lanes_build_for(number);
        ulam_rng rng;
        ulam_rng_start(&rng, 0, 0);
        for (int n = 0; build && n < 5000; n++) {
            double x[ULAM_LANES], s[ULAM_LANES], c[ULAM_LANES];
            EACH_LANE x[i] = argument(n % 2 ? &angles : &small, &rng);
            build->sincos(x, s, c);
            agree(&small, x, s);
            agree(&cosine, x, c);
            memcpy(s, x, sizeof x);
            build->sincos(s, s, c);
            agree(&small, x, s);
            agree(&cosine, x, c);
            memcpy(c, x, sizeof x);
            build->sincos(c, s, c);
            agree(&small, x, s);
            agree(&cosine, x, c);
        }
    }
}

/* A kernel with a branch, in all its builds; and the same as a scalar run. */
ULAM_LANES_KERNEL(payoff_lanes)
{
    const double *self = (const double *)point;
    double z[ULAM_LANES], growth[ULAM_LANES];
    ulam_lanes_gaussian(lanes, z);
    for (int i = 0; i < ULAM_LANES; i++) growth[i] = self[0] + self[1] * z[i];
    ulam_lanes_exp(growth, growth);
    for (int i = 0; i < ULAM_LANES; i++) {
        const double gain = growth[i] * self[2] - 1;
        out[i] = gain > 0 ? gain : 0;
        out[ULAM_LANES + i] = gain > 0;
    }
}

static void payoff(const double *self, ulam_rng *rng, double *out)
{
    const double gain = ulam_exp(self[0] + self[1] * ulam_gaussian(rng)) * self[2] - 1;
    out[0] = gain > 0 ? gain : 0;
    out[1] = gain > 0;
}

static void performs_runs(void (*kernel)(const void *, ulam_lanes *, double *))
{
    const double point[] = {0.03, 0.2, 1.01};
    for (uint64_t first = 0; first < 1000 * ULAM_LANES; first += ULAM_LANES) {
        ulam_lanes lanes;
        double out[2 * ULAM_LANES];
        ulam_lanes_start(&lanes, 77, first);
        kernel(point, &lanes, out);
        EACH_LANE
        {
            double expected[2];
            ulam_rng rng;
            ulam_rng_start(&rng, 77, first + (uint64_t)i);
            payoff(point, &rng, expected);
            assert_true(same_bits(out[i], expected[0]) && same_bits(out[ULAM_LANES + i], expected[1]));
        }
    }
}

static void test_a_kernel_performs_the_scalar_runs(void **state)
{
    (void)state;
    performs_runs(payoff_lanes);
#ifdef __x86_64__
    performs_runs(payoff_lanes_portable);
    if (lanes_build_for(ULAM_LANES_AVX2)) performs_runs(payoff_lanes_avx2);
    if (lanes_build_for(ULAM_LANES_AVX512)) performs_runs(payoff_lanes_avx512);
#endif
}

/* What a process of its own, with this wish, answers: 10 times whether the wish is refused, plus the build in use. */
static int answer_to(const char *wish)
{
    const pid_t child = fork();
    if (child == 0) {
        ulam_error error = {0};
        setenv("ULAM_LANES_BUILD", wish, 1);
        const int refused = ulam_lanes_check_build(&error) != ULAM_OK;
        if (refused && (!strstr(error.message, wish) || !strstr(error.message, "ULAM_LANES_BUILD"))) _exit(99);
        const int number = ulam_lanes_build_number();
        if (strcmp(ulam_lanes_build(), lanes_build_for(number)->name) != 0) _exit(98);
        if (number == ulam_lanes_build_number()) performs_runs(payoff_lanes);
        _exit(10 * refused + number);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_the_build_can_be_chosen(void **state)
{
    (void)state;
    int best = 0;
    EACH_BUILD if (lanes_build_for(number)) best = number;
    assert_int_equal(answer_to(""), best);
    assert_int_equal(answer_to("scalar"), best); /* of the array calls: it is about kernels */
    assert_int_equal(answer_to("portable"), ULAM_LANES_PORTABLE);
    assert_int_equal(answer_to("avx2"), lanes_build_for(ULAM_LANES_AVX2) ? ULAM_LANES_AVX2 : 10 + best);
    assert_int_equal(answer_to("avx512"), lanes_build_for(ULAM_LANES_AVX512) ? ULAM_LANES_AVX512 : 10 + best);
    assert_int_equal(answer_to("AVX2"), 10 + best);
    assert_int_equal(answer_to("avx"), 10 + best);
}

int main(void)
{
    EACH_BUILD if (lanes_build_for(number)) print_message("build: %s\n", lanes_build_for(number)->name);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_build_can_be_chosen), /* before anything in this process has chosen one */
        cmocka_unit_test(test_philox_known_answers),
        cmocka_unit_test(test_draws_are_each_run_s_own),
        cmocka_unit_test(test_many_draws_of_each_kind),
        cmocka_unit_test(test_draws_from_extreme_words),
        cmocka_unit_test(test_substreams_are_each_run_s_own),
        cmocka_unit_test(test_pairs_refuse_box_and_muller),
        cmocka_unit_test(test_running_out_of_draws_fails_the_runs),
        cmocka_unit_test(test_functions_are_the_scalar_ones),
        cmocka_unit_test(test_special_values_in_each_lane),
        cmocka_unit_test(test_sincos_is_sin_and_cos),
        cmocka_unit_test(test_a_kernel_performs_the_scalar_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
