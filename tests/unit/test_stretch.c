/* Runs in groups of lanes: the same sums and the same failures as one by one, wherever a group goes wrong. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "hand_made_job.h"
#include "stretch.h"

/* What goes wrong at a point. */
enum {
    NOTHING,
    SOME,        /* runs 17, 23 and 40 fail, in three ways */
    ALL,         /* every run fails */
    UNSUITED,    /* the kernel leaves every other group to the scalar code */
    EXHAUSTED,   /* the kernel's streams fail */
    CRASH,       /* run 100, in either form */
    LANES_CRASH, /* a group that holds run 200; no run by itself */
    ENDLESS,     /* run 150, in either form */
    POINTS
};

static const ulam_observable observables[] = {{.name = "number"}, {.name = "pair", .length = 2, .may_be_nan = true}};
static size_t groups, singles; /* calls of the two forms */

static void numbers_run(const void *point, ulam_rng *rng, double *out)
{
    const int64_t x = ((const ulam_value *)point)->integer;
    const uint64_t run = rng->run;
    singles++;
    out[0] = ulam_gaussian(rng);
    out[1] = ulam_uniform(rng);
    out[2] = x == NOTHING && run % 50 == 7 ? NAN : ulam_exponential(rng);
    if (x == ALL || (x == SOME && run == 17)) ulam_run_fail(rng, "it diverged");
    if (x == SOME && run == 23) out[0] = INFINITY;
    if (x == SOME && run == 40) out[0] = NAN;
    if (x == CRASH && run == 100) raise(SIGSEGV);
    while (x == ENDLESS && run == 150) pause();
}

static bool holds(const ulam_lanes *lanes, uint64_t run) { return run - lanes->first_run < ULAM_LANES; }

static void numbers_run_lanes(const void *point, ulam_lanes *lanes, double *out)
{
    const int64_t x = ((const ulam_value *)point)->integer;
    groups++;
    if (x == UNSUITED && lanes->first_run / ULAM_LANES % 2) return;
    if ((x == CRASH && holds(lanes, 100)) || (x == LANES_CRASH && holds(lanes, 200))) raise(SIGSEGV);
    while (x == ENDLESS && holds(lanes, 150)) pause();
    ulam_lanes_gaussian(lanes, out);
    ulam_lanes_uniform(lanes, out + ULAM_LANES);
    ulam_lanes_exponential(lanes, out + 2 * ULAM_LANES);
    for (uint64_t i = 0; i < ULAM_LANES; i++) {
        const uint64_t run = lanes->first_run + i;
        if (x == NOTHING && run % 50 == 7) out[2 * ULAM_LANES + i] = NAN;
        if (x == ALL || (x == SOME && (run == 17 || run == 40))) out[i] = NAN;
        if (x == SOME && run == 23) out[i] = INFINITY;
    }
    if (x == EXHAUSTED) {
        out[0] = 0; /* a wrong number, which must not count */
        ulam_fail(lanes->failure, ULAM_ERUN, "the runs have used up their random numbers");
    }
}

/* The first n of the observables. */
#define MODEL(called, n, performs)                                                                                     \
    .interface = ULAM_MODEL_INTERFACE, .name = called, .parameters = &hand_made_parameter, .n_parameters = 1,          \
    .observables = observables, .n_observables = n, .run = performs

static const ulam_model by_lanes = {MODEL("numbers", 2, numbers_run), .run_lanes = numbers_run_lanes};
static const ulam_model one_by_one = {MODEL("numbers", 2, numbers_run)};

/* The first number alone. What the kernel forgets must not be an earlier group's. */
static void alone_run(const void *point, ulam_rng *rng, double *out)
{
    double numbers[3];
    numbers_run(point, rng, numbers);
    *out = numbers[0];
}

static void alone_run_lanes(const void *point, ulam_lanes *lanes, double *out)
{
    double numbers[3 * ULAM_LANES];
    for (int i = 0; i < ULAM_LANES; i++) numbers[i] = NAN;
    numbers_run_lanes(point, lanes, numbers);
    for (int i = 0; i < ULAM_LANES; i++)
        if (!isnan(numbers[i])) out[i] = numbers[i];
}

static const ulam_model alone_by_lanes = {MODEL("alone", 1, alone_run), .run_lanes = alone_run_lanes};
static const ulam_model alone_one_by_one = {MODEL("alone", 1, alone_run)};

static void perform(const ulam_model *model, int64_t x, uint64_t runs, uint64_t block, bool isolate, ulam_state *state,
                    hand_made_job *made)
{
    ulam_error error = {0};
    make_job(made, model, 1, runs, block);
    made->values[0].integer = x;
    made->job.conduct = (ulam_conduct){.checkpoint = INFINITY,
                                       .on_failure = ULAM_ON_FAILURE_RECORD,
                                       .max_failed = 1000,
                                       .isolate = isolate,
                                       .run_timeout = x == ENDLESS ? 0.3 : INFINITY};
    groups = singles = 0;
    assert_int_equal(ulam_state_init(state, &made->job), ULAM_OK);
    if (ulam_execute(&made->job, state, &(ulam_execution){.stop.deadline = INFINITY}, &error))
        fail_msg("%s", error.message);
}

static void assert_same(const ulam_state *a, const ulam_state *b)
{
    const ulam_tally *tallies[2][2] = {{&a->points[0].prefix, &b->points[0].prefix},
                                       {&a->points[0].tail, &b->points[0].tail}};
    for (size_t k = 0; k < 2; k++) {
        ulam_bytes bytes[2] = {0};
        for (size_t i = 0; i < 2; i++) assert_int_equal(ulam_tally_pack(tallies[k][i], &bytes[i]), ULAM_OK);
        assert_int_equal(bytes[0].size, bytes[1].size);
        assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].size);
        for (size_t i = 0; i < 2; i++) ulam_bytes_free(&bytes[i]);
    }
    assert_int_equal(a->n_failures, b->n_failures);
    for (size_t i = 0; i < a->n_failures; i++) {
        assert_int_equal(a->failures[i].run, b->failures[i].run);
        assert_string_equal(a->failures[i].cause, b->failures[i].cause);
    }
}

/* Performs the same by two models; the number of failed runs. */
static size_t compare_models(const ulam_model *one, const ulam_model *other, int64_t x, uint64_t runs, uint64_t block,
                             bool isolate)
{
    hand_made_job made, expected_job;
    ulam_state state, expected;
    perform(one, x, runs, block, isolate, &expected, &expected_job);
    perform(other, x, runs, block, isolate, &state, &made);
    assert_same(&state, &expected);
    const size_t failed = state.n_failures;
    ulam_state_free(&state);
    ulam_state_free(&expected);
    return failed;
}

/* By lanes and one by one, three numbers a run and one. */
static size_t compare(int64_t x, uint64_t runs, uint64_t block, bool isolate)
{
    const size_t failed = compare_models(&one_by_one, &by_lanes, x, runs, block, isolate);
    assert_int_equal(compare_models(&alone_one_by_one, &alone_by_lanes, x, runs, block, isolate), failed);
    return failed;
}

static const uint64_t sizes[][2] = {{400, 400}, {400, 64},   {400, 100}, {333, 1},
                                    {397, 17},  {1000, 999}, {1000, 256}}; /* runs, block */

static void lanes_change_no_bit(void **unused)
{
    (void)unused;
    static const int64_t whats[] = {NOTHING, SOME, ALL, UNSUITED, EXHAUSTED};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (size_t w = 0; w < sizeof whats / sizeof *whats; w++) {
            const size_t failed = compare(whats[w], sizes[k][0], sizes[k][1], false);
            assert_int_equal(failed, whats[w] == SOME ? 3 : whats[w] == ALL ? sizes[k][0] : 0);
        }
}

static void lanes_are_used(void **unused)
{
    (void)unused;
    const uint64_t most = 5 * ULAM_LANES;
    hand_made_job made;
    ulam_state state;
    perform(&by_lanes, POINTS, most, ULAM_LANES, false, &state, &made);
    assert_true(groups == 5 && singles == 0);
    ulam_state_free(&state);
    perform(&by_lanes, SOME, most, ULAM_LANES, false, &state,
            &made); /* a group with failures is performed again once */
    assert_true(groups == 5 && singles == ULAM_LANES);
    ulam_state_free(&state);
    perform(&by_lanes, ALL, most, most, false, &state, &made);
    assert_true(groups == 5 && singles == most);
    ulam_state_free(&state);
    const uint64_t nearly_two = ULAM_LANES + ULAM_LANES / 2; /* surplus lanes are cheaper than many single runs */
    perform(&by_lanes, POINTS, nearly_two, nearly_two, false, &state, &made);
    assert_true(groups == 2 && singles == 0);
    ulam_state_free(&state);
    perform(&by_lanes, POINTS, ULAM_LANES + 2, ULAM_LANES + 2, false, &state, &made); /* and dearer than few */
    assert_true(groups == 1 && singles == 2);
    ulam_state_free(&state);
    setenv("ULAM_LANES_BUILD", "scalar", 1);
    perform(&by_lanes, POINTS, most, ULAM_LANES, false, &state, &made);
    unsetenv("ULAM_LANES_BUILD");
    assert_true(groups == 0 && singles == most);
    ulam_state_free(&state);
}

static void no_lane_lies_beyond_the_last_run(void **unused)
{
    (void)unused;
    hand_made_job made;
    ulam_performer performer;
    enum {
        LAST = ULAM_LANES + 36
    };
    double values[3 * LAST], expected[3];
    uint64_t done = 0;
    ulam_error cause = {0};
    make_job(&made, &by_lanes, 1, ULAM_MAX_RUNS, LAST);
    made.values[0].integer = POINTS;
    groups = singles = 0;
    assert_int_equal(ulam_performer_init(&performer, &made.job), ULAM_OK);
    const ulam_stretch last = ulam_performer_stretch(&performer, 0, ULAM_MAX_RUNS - LAST, LAST);
    ulam_perform_stretch(&performer, &made.values[0], last, values, LAST, &done, &cause);
    assert_int_equal(done, LAST);
    assert_true(groups == 1 && singles == 36);
    for (uint64_t k = 0; k < LAST; k++) {
        assert_int_equal(ulam_replay(&made.job, 0, last.first + k, expected, NULL), ULAM_OK);
        for (size_t e = 0; e < 3; e++) assert_memory_equal(&values[e * LAST + k], &expected[e], sizeof *expected);
    }
    ulam_performer_free(&performer);
}

static void isolated_lanes_change_no_bit(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(compare(NOTHING, sizes[k][0], sizes[k][1], true), 0);
        assert_int_equal(compare(SOME, sizes[k][0], sizes[k][1], true), 3);
    }
}

static void a_crash_in_a_group_is_found_at_its_run(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(compare(CRASH, sizes[k][0], sizes[k][1], true), 1);
        assert_int_equal(compare(LANES_CRASH, sizes[k][0], sizes[k][1], true), 0);
    }
    assert_int_equal(compare(ENDLESS, 400, 400, true), 1);
}

/* Runs from an odd one on, as after a failed run: lanes hold whole pairs all the same. */
static void pairs_keep_their_words_wherever_a_stretch_begins(void **unused)
{
    (void)unused;
    enum {
        RUNS = 300
    };
    for (size_t k = 0; k < 2; k++)
        for (uint64_t first = 3; first < 6; first++) {
            hand_made_job made;
            ulam_performer performer;
            ulam_error cause = {0};
            uint64_t done = 0;
            double values[3][RUNS];
            make_job(&made, k ? &by_lanes : &one_by_one, 1, 400, 400);
            made.values[0].integer = UNSUITED;
            made.job.antithetic = true;
            assert_int_equal(ulam_performer_init(&performer, &made.job), ULAM_OK);
            const ulam_stretch stretch = ulam_performer_stretch(&performer, 0, first, RUNS);
            ulam_perform_stretch(&performer, &made.values[0], stretch, *values, RUNS, &done, &cause);
            assert_int_equal(done, RUNS);
            for (uint64_t i = 0; i < RUNS; i++) {
                ulam_rng rng;
                ulam_rng_start(&rng, made.job.points[0].key, (first + i) | ULAM_ANTITHETIC);
                assert_true(values[0][i] == ulam_gaussian(&rng) && values[1][i] == ulam_uniform(&rng));
            }
            ulam_performer_free(&performer);
        }
}

int main(void)
{
    unsetenv("ULAM_LANES_BUILD");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_change_no_bit),
        cmocka_unit_test(lanes_are_used),
        cmocka_unit_test(no_lane_lies_beyond_the_last_run),
        cmocka_unit_test(isolated_lanes_change_no_bit),
        cmocka_unit_test(a_crash_in_a_group_is_found_at_its_run),
        cmocka_unit_test(pairs_keep_their_words_wherever_a_stretch_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
