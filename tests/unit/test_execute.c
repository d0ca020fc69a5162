#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <time.h>

#include <ulam/execute.h>

#include "hand_made_job.h"

static const ulam_observable observable = {.name = "uniform"};

static volatile sig_atomic_t requested;

static void uniform_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *x = point;
    *out = ulam_uniform(rng);
    if (x->integer == 9 && rng->run == 30) ulam_run_fail(rng, "it diverged");
    if (x->integer == 7 && rng->run == 50) requested = 1;
    if (x->integer == 8) nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "uniforms",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1,
                                 .run = uniform_run};

typedef struct {
    ulam_bytes bytes;
    int puts;
    ulam_status answer;
    uint64_t runs; /* of the last point, when it was put first */
} kept_state;

static ulam_status keep(void *self, const ulam_state *state, ulam_error *error)
{
    kept_state *kept = self;
    if (kept->puts++ == 0) kept->runs = ulam_state_runs(state, state->job->n_points - 1);
    kept->bytes.size = 0;
    assert_int_equal(ulam_state_pack(state, &kept->bytes), ULAM_OK);
    return kept->answer ? ulam_fail(error, kept->answer, "the disk is full") : ULAM_OK;
}

static void a_job_ends_complete_and_right(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 6, 10007, 64);
    made.points[3].runs = 5; /* less than a block */
    made.points[4].block = 1;
    ulam_state state;
    kept_state kept = {0};
    const ulam_execution execution = {.sink = {.self = &kept, .put = keep}};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(kept.puts, 1);
    for (size_t p = 0; p < 6; p++) {
        ulam_summary summary;
        assert_int_equal(ulam_state_summarise(&state, p, &summary), ULAM_OK);
        assert_int_equal(summary.count, made.points[p].runs);
        assert_true(fabs(summary.mean - 0.5) < 4.5 * summary.std_error);
    }
    ulam_bytes_free(&kept.bytes);
    ulam_state_free(&state);
}

static void doing_it_in_two_parts_gives_the_same_bits(void **unused)
{
    (void)unused;
    hand_made_job made, shorter;
    make_job(&made, &model, 3, 1003, 10);
    make_job(&shorter, &model, 2, 415, 10);
    ulam_state state, half, rest;
    kept_state whole = {0}, first = {0}, second = {0};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_state_init(&half, &shorter.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&whole, keep}}, NULL), ULAM_OK);
    assert_int_equal(ulam_execute(&shorter.job, &half, &(ulam_execution){.sink = {&first, keep}}, NULL), ULAM_OK);
    ulam_reader reader = {.at = first.bytes.data, .end = first.bytes.data + first.bytes.size};
    assert_int_equal(ulam_state_unpack(&rest, &made.job, &reader, NULL), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &rest, &(ulam_execution){.sink = {&second, keep}}, NULL), ULAM_OK);
    assert_int_equal(whole.bytes.size, second.bytes.size);
    assert_memory_equal(whole.bytes.data, second.bytes.data, whole.bytes.size);
    ulam_bytes_free(&whole.bytes);
    ulam_bytes_free(&first.bytes);
    ulam_bytes_free(&second.bytes);
    ulam_state_free(&state);
    ulam_state_free(&half);
    ulam_state_free(&rest);
}

static void a_part_performs_its_own_runs(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 1003, 10);
    made.points[0].first = 510;
    made.points[1].first = 1000; /* a partial block alone */
    ulam_state state;
    kept_state kept = {0};
    ulam_summary summary;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&kept, keep}}, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(ulam_state_runs(&state, 0), 493);
    assert_int_equal(ulam_state_runs(&state, 1), 3);
    double least = 1;
    for (uint64_t r = 510; r < 1003; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, made.points[0].key, r);
        least = fmin(least, ulam_uniform(&rng));
    }
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_true(summary.min == least);
    ulam_bytes_free(&kept.bytes);
    ulam_state_free(&state);
}

static void a_failed_run_ends_the_job_and_keeps_what_was_done(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 10, 1000, 10);
    made.points[8].runs = 10;
    ulam_state state;
    ulam_error error = {0};
    kept_state kept = {0};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&kept, keep}}, &error), ULAM_ERUN);
    assert_string_equal(error.message, "model 'uniforms', point 9 (x=9), run 30: it diverged");
    assert_int_equal(kept.puts, 1);
    assert_int_equal(ulam_state_runs(&state, 9), 30);
    assert_false(ulam_state_complete(&state));
    ulam_bytes_free(&kept.bytes);
    ulam_state_free(&state);
}

static void a_sink_that_fails_is_reported(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 10, 10);
    ulam_state state;
    ulam_error error = {0};
    kept_state kept = {.answer = ULAM_EIO};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&kept, keep}}, &error), ULAM_EIO);
    assert_string_equal(error.message, "the disk is full");
    ulam_bytes_free(&kept.bytes);
    ulam_state_free(&state);
}

static void checkpoints_come_at_their_interval(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 9, 300, 10); /* point 8 takes 0.6 s */
    made.job.conduct.checkpoint = 0.1;
    ulam_state state;
    kept_state kept = {0};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&kept, keep}}, NULL), ULAM_OK);
    assert_in_range(kept.puts, 3, 8);
    assert_in_range(kept.runs, 10, 150);
    assert_true(ulam_state_complete(&state));
    ulam_state_free(&state);

    /* One that fails ends the job, and what was done can still be put in the end. */
    kept.answer = ULAM_EIO;
    kept.puts = 0;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&kept, keep}}, NULL), ULAM_EIO);
    assert_int_equal(kept.puts, 2);
    assert_false(ulam_state_complete(&state));
    ulam_state_free(&state);
    ulam_bytes_free(&kept.bytes);
}

static void a_request_stops_after_the_block_in_hand(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 8, 20000, 10);
    ulam_state state, whole;
    kept_state stopped = {0}, resumed = {0}, kept = {0};
    const ulam_execution execution = {.sink = {&stopped, keep}, .stop = {.requested = &requested}};
    requested = 0;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK);
    assert_false(ulam_state_complete(&state));
    assert_true(ulam_state_runs(&state, 7) >= 60);
    assert_int_equal(stopped.puts, 1);
    const uint64_t runs = ulam_state_runs(&state, 7);
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK); /* it still is requested */
    assert_int_equal(ulam_state_runs(&state, 7), runs);
    assert_int_equal(ulam_execute(&made.job, &state, &(ulam_execution){.sink = {&resumed, keep}}, NULL), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(ulam_state_init(&whole, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &whole, &(ulam_execution){.sink = {&kept, keep}}, NULL), ULAM_OK);
    assert_int_equal(kept.bytes.size, resumed.bytes.size);
    assert_memory_equal(kept.bytes.data, resumed.bytes.data, kept.bytes.size);
    ulam_bytes_free(&stopped.bytes);
    ulam_bytes_free(&resumed.bytes);
    ulam_bytes_free(&kept.bytes);
    ulam_state_free(&state);
    ulam_state_free(&whole);
}

static void what_is_begun_is_done_by_the_deadline(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 9, 10000, 10);
    for (size_t p = 0; p < 8; p++) made.points[p].runs = 10;
    ulam_state state;
    const double deadline = ulam_clock() + 0.5;
    const ulam_execution execution = {.stop = {.deadline = deadline, .grace = INFINITY}};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK);
    assert_true(ulam_clock() < deadline + 0.02);
    assert_true(ulam_clock() > deadline - 0.2);
    assert_in_range(ulam_state_runs(&state, 8), 50, 250);
    ulam_state_free(&state);
}

typedef struct {
    int calls;
    ulam_progress last;
} seen_progress;

static void see(void *self, const ulam_progress *progress)
{
    seen_progress *seen = self;
    if (seen->calls) assert_true(progress->runs >= seen->last.runs);
    seen->calls++;
    seen->last = *progress;
}

static void progress_is_shown_at_its_interval_and_ends_with_everything(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 9, 300, 10); /* point 8 takes 0.6 s */
    ulam_state state;
    seen_progress seen = {0};
    const ulam_execution execution = {.monitor = {.self = &seen, .show = see, .interval = 0.1}};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK);
    assert_in_range(seen.calls, 3, 9);
    assert_int_equal(seen.last.runs, 2700);
    assert_int_equal(seen.last.runs_asked, 2700);
    assert_int_equal(seen.last.session_runs, 2700);
    assert_int_equal(seen.last.points_complete, 9);
    double largest = 0;
    for (size_t p = 0; p < 9; p++) {
        ulam_summary summary;
        assert_int_equal(ulam_state_summarise(&state, p, &summary), ULAM_OK);
        largest = fmax(largest, summary.std_error / summary.mean);
    }
    assert_true(seen.last.rel_error == largest);

    /* Nothing is left to do: no run is made again. */
    assert_int_equal(ulam_execute(&made.job, &state, &execution, NULL), ULAM_OK);
    assert_int_equal(seen.last.session_runs, 0);
    assert_int_equal(seen.last.runs, 2700);
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_ends_complete_and_right),
        cmocka_unit_test(doing_it_in_two_parts_gives_the_same_bits),
        cmocka_unit_test(a_part_performs_its_own_runs),
        cmocka_unit_test(a_failed_run_ends_the_job_and_keeps_what_was_done),
        cmocka_unit_test(a_sink_that_fails_is_reported),
        cmocka_unit_test(checkpoints_come_at_their_interval),
        cmocka_unit_test(a_request_stops_after_the_block_in_hand),
        cmocka_unit_test(what_is_begun_is_done_by_the_deadline),
        cmocka_unit_test(progress_is_shown_at_its_interval_and_ends_with_everything),
    };
    return cmocka_run_group_tests_name("execute", tests, NULL, NULL);
}
