#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>

#include <ulam/execute.h>

#include "hand_made_job.h"

static const ulam_observable observable = {.name = "uniform"};
static double offset; /* what a changed library would do to the numbers */

/* Fails at runs 17, 23 and 40, in three ways; point 1 at all runs; point 2 crashes at run 5. */
static void fragile_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *x = point;
    *out = ulam_uniform(rng) + offset;
    if (x->integer == 0 && rng->run == 17) ulam_run_fail(rng, "it diverged");
    if (x->integer == 0 && rng->run == 23) *out = INFINITY;
    if (x->integer == 0 && rng->run == 40) *out = NAN;
    if (x->integer == 1) ulam_run_fail(rng, "it never works");
    if (x->integer == 2 && rng->run == 5) raise(SIGKILL);
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "fragile",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1,
                                 .run = fragile_run};

static void make_recording(hand_made_job *made, size_t points, uint64_t runs, uint64_t block, uint64_t max_failed)
{
    make_job(made, &model, points, runs, block);
    made->job.conduct.on_failure = ULAM_ON_FAILURE_RECORD;
    made->job.conduct.max_failed = max_failed;
}

static ulam_status execute(ulam_state *state, const ulam_job *job, ulam_error *error)
{
    assert_int_equal(ulam_state_init(state, job), ULAM_OK);
    return ulam_execute(job, state, &(ulam_execution){.stop.deadline = INFINITY}, error);
}

static void assert_failures(const ulam_state *state, size_t n, const uint64_t *runs, const char *const *causes)
{
    assert_int_equal(state->n_failures, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(state->failures[i].run, runs[i]);
        assert_string_equal(state->failures[i].cause, causes[i]);
    }
}

static void recorded_runs_are_listed_and_left_out(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_recording(&made, 1, 97, 10, 3);
    ulam_state state;
    ulam_summary summary;
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    static const uint64_t runs[] = {17, 23, 40};
    static const char *const causes[] = {"it diverged", "observable 'uniform' is infinite",
                                         "observable 'uniform' is not a number, and it is not declared that it may be"};
    assert_failures(&state, 3, runs, causes);
    assert_int_equal(ulam_state_runs(&state, 0), 97);
    assert_int_equal(state.points[0].prefix.failed, 3);
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_int_equal(summary.count, 94);
    double mean = 0;
    for (uint64_t r = 0; r < 97; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, made.points[0].key, r);
        if (r != 17 && r != 23 && r != 40) mean += ulam_uniform(&rng) / 94;
    }
    assert_true(fabs(summary.mean - mean) < 1e-14);
    ulam_state_free(&state);
}

static void one_failure_too_many_ends_the_job(void **unused)
{
    (void)unused;
    hand_made_job made;
    char output[] = "out.h5";
    make_recording(&made, 1, 97, 10, 2);
    made.job.output = output;
    ulam_state state;
    ulam_error error = {0};
    assert_int_equal(execute(&state, &made.job, &error), ULAM_ERUN);
    assert_string_equal(error.message,
                        "more than 2 failed runs (max_failed); the last: model 'fragile', point 0 (x=0), run 40: "
                        "observable 'uniform' is not a number, and it is not declared that it may be; "
                        "'ulam replay out.h5 --point 0 --run 40' performs it alone");
    assert_int_equal(state.n_failures, 3);

    /* It is no better when the job goes on, until more is borne. */
    const uint64_t runs = ulam_state_runs(&state, 0);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.stop.deadline = INFINITY}, &error), ULAM_ERUN);
    assert_int_equal(ulam_state_runs(&state, 0), runs);
    made.job.conduct.max_failed = 3;
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.stop.deadline = INFINITY}, &error), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(state.n_failures, 3);
    ulam_state_free(&state);
}

static void a_model_that_always_fails_ends_soon(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_recording(&made, 2, 10000000, 10, 100);
    made.points[0].runs = 10;
    ulam_state state;
    ulam_error error = {0};
    assert_int_equal(execute(&state, &made.job, &error), ULAM_ERUN);
    assert_non_null(strstr(error.message, "more than 100 failed runs (max_failed); the last: "));
    assert_in_range(state.n_failures, 101, 120);
    ulam_state_free(&state);
}

static void stopping_names_the_run_and_the_way_to_have_it_again(void **unused)
{
    (void)unused;
    hand_made_job made;
    char output[] = "a b.h5";
    make_job(&made, &model, 1, 97, 10);
    made.job.output = output;
    ulam_state state;
    ulam_error error = {0};
    assert_int_equal(execute(&state, &made.job, &error), ULAM_ERUN);
    assert_string_equal(error.message, "model 'fragile', point 0 (x=0), run 17: it diverged; "
                                       "'ulam replay a b.h5 --point 0 --run 17' performs it alone");
    assert_int_equal(ulam_state_runs(&state, 0), 10);
    assert_int_equal(state.n_failures, 0);
    ulam_state_free(&state);
}

static void an_isolated_crash_costs_one_run(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_recording(&made, 3, 20, 7, 4);
    made.points[1].runs = 0;
    made.job.conduct.isolate = true;
    ulam_state state;
    ulam_summary summary;
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(state.n_failures, 2);
    assert_int_equal(state.failures[0].run, 17);
    assert_string_equal(state.failures[0].cause, "it diverged");
    assert_int_equal(state.failures[1].point, 2);
    assert_int_equal(state.failures[1].run, 5);
    assert_non_null(strstr(state.failures[1].cause, "signal 9"));
    assert_int_equal(ulam_state_summarise(&state, 2, &summary), ULAM_OK);
    assert_int_equal(summary.count, 19);

    ulam_state again;
    ulam_error error = {0};
    made.job.conduct.on_failure = ULAM_ON_FAILURE_STOP;
    made.points[0].runs = 10;
    assert_int_equal(execute(&again, &made.job, &error), ULAM_ERUN);
    assert_non_null(strstr(error.message, "point 2 (x=2), run 5: killed by signal 9"));
    ulam_state_free(&state);
    ulam_state_free(&again);
}

static void a_job_that_goes_on_recomputes_a_block(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_recording(&made, 1, 1000, 10, 3);
    ulam_state state;
    ulam_error error = {0};
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    assert_true(state.witness.size > 0);
    assert_int_equal(ulam_state_verify(&state, &error), ULAM_OK);
    offset = 1e-16;
    assert_int_equal(ulam_state_verify(&state, &error), ULAM_EIDENTITY);
    assert_non_null(strstr(error.message, "block 0 of point 0 gives other numbers now (the model, a library"));
    offset = 0;
    ulam_state_free(&state);

    /* Run 17 failed in the first block, and may not do so again: it is no witness. */
    make_recording(&made, 1, 1000, 20, 3);
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    assert_true(state.witness.size == 0);
    ulam_state_free(&state);

    /* Too few runs for a whole block: there is nothing to compare. */
    make_job(&made, &model, 1, 5, 10);
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    offset = 1;
    assert_int_equal(ulam_state_verify(&state, &error), ULAM_OK);
    offset = 0;
    ulam_state_free(&state);
}

static void the_witness_is_the_first_whole_block(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_recording(&made, 3, 1000, 10, 3);
    made.points[0].runs = 5;
    made.points[1].runs = 0;
    made.points[2].first = 300;
    ulam_state state;
    assert_int_equal(execute(&state, &made.job, NULL), ULAM_OK);
    ulam_reader reader = {.at = state.witness.data, .end = state.witness.data + state.witness.size};
    assert_int_equal(ulam_reader_get_u64(&reader), 2);
    assert_int_equal(ulam_reader_get_u64(&reader), 30);
    assert_int_equal(ulam_reader_get_u64(&reader), 10); /* runs */
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_runs_are_listed_and_left_out),
        cmocka_unit_test(one_failure_too_many_ends_the_job),
        cmocka_unit_test(a_model_that_always_fails_ends_soon),
        cmocka_unit_test(stopping_names_the_run_and_the_way_to_have_it_again),
        cmocka_unit_test(an_isolated_crash_costs_one_run),
        cmocka_unit_test(a_job_that_goes_on_recomputes_a_block),
        cmocka_unit_test(the_witness_is_the_first_whole_block),
    };
    return cmocka_run_group_tests_name("failed runs", tests, NULL, NULL);
}
