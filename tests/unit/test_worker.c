#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <time.h>

#include "hand_made_job.h"
#include <ulam/execute.h>

#include "worker.h"

static const ulam_observable observables[] = {{.name = "number"}, {.name = "series", .length = 3, .may_be_nan = true}};

static int set_up, torn_down;

typedef struct {
    int64_t x;
    double *scratch;
} numbers_point;

static ulam_status numbers_setup(const ulam_value *values, void *memory, ulam_error *error)
{
    numbers_point *self = memory;
    set_up++;
    self->scratch = malloc(sizeof *self->scratch);
    self->x = values[0].integer;
    if (self->x == 40) return ulam_fail(error, ULAM_EINVAL, "x = 40 is too large");
    return ULAM_OK;
}

static void numbers_teardown(void *memory)
{
    numbers_point *self = memory;
    torn_down++;
    free(self->scratch);
}

static void numbers_run(const void *point, ulam_rng *rng, double *out)
{
    const numbers_point *self = point;
    out[0] = ulam_uniform(rng) + (double)self->x;
    out[1] = ulam_uniform(rng);
    out[2] = rng->run % 2 ? NAN : 1;
    out[3] = 2;
    if (self->x == 20 && rng->run == 11) out[0] = NAN;
    if (self->x == 21 && rng->run == 11) out[2] = INFINITY;
    if (self->x == 22 && rng->run == 11) ulam_run_fail(rng, "it diverged");
    if (self->x == 30) nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "numbers",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 2,
                                 .point_size = sizeof(numbers_point),
                                 .setup = numbers_setup,
                                 .teardown = numbers_teardown,
                                 .run = numbers_run};

static ulam_status perform(const ulam_job *job, size_t point, uint64_t blocks, double seconds, ulam_answer *answer,
                           ulam_error *error)
{
    ulam_chunk chunk = {.point = point, .blocks = blocks, .runs = blocks * job->points[point].block};
    const ulam_assignment assignment = {.chunks = &chunk, .n = 1, .seconds = seconds};
    ulam_worker worker;
    ulam_worker_init(&worker, job);
    const ulam_status status = ulam_worker_perform(&worker, &assignment, NULL, answer, error);
    ulam_worker_free(&worker);
    return status;
}

static void a_chunk_is_the_sum_of_its_runs(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 5, 100, 6);
    ulam_chunk chunk = {.point = 4, .first = 2, .blocks = 3, .runs = 18};
    const ulam_assignment assignment = {.chunks = &chunk, .n = 1, .seconds = 60};
    ulam_worker worker;
    ulam_answer answer = {0};
    ulam_worker_init(&worker, &made.job);
    assert_int_equal(ulam_worker_perform(&worker, &assignment, NULL, &answer, NULL), ULAM_OK);
    assert_int_equal(answer.n_parts, 1);
    assert_int_equal(answer.n_left, 0);
    const ulam_tally *tally = &answer.parts[0].tally;
    assert_int_equal(tally->runs, 18);
    assert_int_equal(tally->failed, 0);
    assert_int_equal(tally->moments[0].count, 18);
    assert_int_equal(tally->moments[2].count, 9); /* every other one is NaN */

    double least = INFINITY, mean = 0;
    for (uint64_t r = 12; r < 30; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, made.points[4].key, r);
        const double value = ulam_uniform(&rng) + 4;
        least = fmin(least, value);
        mean += value / 18;
    }
    ulam_summary summary;
    assert_int_equal(ulam_moments_summarise(&tally->moments[0], &summary), ULAM_OK);
    assert_true(summary.min == least);
    assert_true(fabs(summary.mean - mean) < 1e-14);
    ulam_answer_free(&answer);
    ulam_worker_free(&worker);
}

static void a_failed_run_is_named_and_those_before_it_are_kept(void **unused)
{
    (void)unused;
    static const char *const expected[] = {
        ("model 'numbers', point 20 (x=20), run 11: observable 'number' is not a number, "
         "and it is not declared that it may be"),
        "model 'numbers', point 21 (x=21), run 11: observable 'series'[1] is infinite",
        "model 'numbers', point 22 (x=22), run 11: it diverged",
    };
    hand_made_job made;
    make_job(&made, &model, 23, 100, 4);
    for (size_t p = 20; p < 23; p++) {
        ulam_answer answer = {0};
        ulam_error error = {0};
        assert_int_equal(perform(&made.job, p, 5, 60, &answer, &error), ULAM_ERUN);
        assert_string_equal(error.message, expected[p - 20]);
        assert_int_equal(answer.n_parts, 1);
        assert_int_equal(answer.parts[0].chunk.runs, 8);
        assert_int_equal(answer.parts[0].tally.runs, 8);
        assert_int_equal(answer.n_left, 1);
        assert_int_equal(answer.left[0].first, 2);
        assert_int_equal(answer.left[0].runs, 12);
        ulam_answer_free(&answer);
    }
}

/* A run that failed leaves the others in their groups, and the centre is that of the first runs wherever a chunk begins. */
static void groups_and_centres_follow_the_runs(void **unused)
{
    (void)unused;
    static const ulam_sketch_plan sketch = {.element = 0, .bits = 7, .centre = NAN};
    static const size_t grouped[] = {0};
    static const ulam_statistics statistics = {
        .sketches = &sketch, .n_sketches = 1, .grouped = grouped, .n_grouped = 1};
    hand_made_job made;
    double centre = NAN;
    make_job(&made, &model, 23, 1000, 100);
    made.job.statistics = &statistics;
    made.job.conduct.on_failure = ULAM_ON_FAILURE_RECORD;
    made.job.conduct.max_failed = 5;
    for (uint64_t first = 0; first < 3; first++) {
        ulam_chunk chunk = {.point = 22, .first = first, .blocks = 2, .runs = 200};
        const ulam_assignment assignment = {.chunks = &chunk, .n = 1, .seconds = 60};
        ulam_worker worker;
        ulam_answer answer = {0};
        ulam_worker_init(&worker, &made.job);
        assert_int_equal(ulam_worker_perform(&worker, &assignment, NULL, &answer, NULL), ULAM_OK);
        const ulam_accumulators *more = &answer.parts[0].tally.more;
        assert_int_equal(answer.parts[0].n_failures, first == 0 ? 1 : 0);
        assert_int_equal(ulam_sketch_total(&more->sketches[0]), first == 0 ? 199 : 200);
        if (first == 0) centre = more->sketches[0].centre;
        assert_true(more->sketches[0].centre == centre);

        double sum[ULAM_GROUPS] = {0}, mean[ULAM_GROUPS];
        uint64_t count[ULAM_GROUPS] = {0};
        for (uint64_t r = 100 * first; r < 100 * first + 200; r++) {
            ulam_rng rng;
            if (r == 11) continue;
            ulam_rng_start(&rng, made.points[22].key, r);
            sum[r % ULAM_GROUPS] += ulam_uniform(&rng) + 22;
            count[r % ULAM_GROUPS]++;
        }
        ulam_groups_means(&more->groups[0], mean);
        for (size_t g = 0; g < ULAM_GROUPS; g++) {
            assert_int_equal(more->groups[0].count[g], count[g]);
            assert_true(fabs(mean[g] - sum[g] / (double)count[g]) < 1e-12);
        }
        ulam_answer_free(&answer);
        ulam_worker_free(&worker);
    }
}

static void an_assignment_that_takes_too_long_is_cut_short(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 31, 1000, 2);
    ulam_answer answer = {0};
    const double start = ulam_clock();
    assert_int_equal(perform(&made.job, 30, 400, 0.05, &answer, NULL), ULAM_OK);
    assert_true(ulam_clock() - start < 1);
    assert_int_equal(answer.n_parts, 1);
    assert_int_equal(answer.n_left, 1);
    assert_true(answer.parts[0].chunk.blocks >= 1);
    assert_int_equal(answer.parts[0].chunk.blocks, answer.left[0].first);
    assert_int_equal(answer.parts[0].chunk.runs + answer.left[0].runs, 800);
    assert_true(answer.parts[0].seconds > 0.009);
    ulam_answer_free(&answer);

    /* However little time there is, one block is done, so that a job always gets on. */
    assert_int_equal(perform(&made.job, 30, 400, 0, &answer, NULL), ULAM_OK);
    assert_int_equal(answer.parts[0].chunk.blocks, 1);
    ulam_answer_free(&answer);
}

static void a_bounded_number_of_points_is_set_up(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 20, 100, 4);
    ulam_chunk chunks[40];
    for (size_t i = 0; i < 40; i++) chunks[i] = (ulam_chunk){.point = i / 2, .first = i % 2, .blocks = 1, .runs = 4};
    const ulam_assignment assignment = {.chunks = chunks, .n = 40, .seconds = 60};
    ulam_worker worker;
    ulam_answer answer = {0};
    set_up = torn_down = 0;
    ulam_worker_init(&worker, &made.job);
    assert_int_equal(ulam_worker_perform(&worker, &assignment, NULL, &answer, NULL), ULAM_OK);
    assert_int_equal(answer.n_parts, 40);
    assert_int_equal(set_up, 20);
    assert_int_equal(torn_down, 20 - ULAM_PREPARED_POINTS);
    ulam_worker_free(&worker);
    assert_int_equal(torn_down, 20);
    ulam_answer_free(&answer);
}

static void a_point_that_cannot_be_set_up_is_named(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 41, 100, 4);
    ulam_answer answer = {0};
    ulam_error error = {0};
    set_up = torn_down = 0;
    assert_int_equal(perform(&made.job, 40, 5, 60, &answer, &error), ULAM_EINVAL);
    assert_string_equal(error.message, "model 'numbers', point 40 (x=40): x = 40 is too large");
    assert_int_equal(set_up, torn_down);
    assert_int_equal(answer.n_parts, 0);
    ulam_answer_free(&answer);
}

static void a_block_beyond_the_memory_limit_is_refused(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, UINT64_C(1) << 40, UINT64_C(1) << 30);
    ulam_answer answer = {0};
    ulam_error error = {0};
    assert_int_equal(perform(&made.job, 0, 1, 60, &answer, &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "1073741824 runs of 4 numbers each would need 34.4 GB"));
    ulam_answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chunk_is_the_sum_of_its_runs),
        cmocka_unit_test(a_failed_run_is_named_and_those_before_it_are_kept),
        cmocka_unit_test(groups_and_centres_follow_the_runs),
        cmocka_unit_test(an_assignment_that_takes_too_long_is_cut_short),
        cmocka_unit_test(a_bounded_number_of_points_is_set_up),
        cmocka_unit_test(a_point_that_cannot_be_set_up_is_named),
        cmocka_unit_test(a_block_beyond_the_memory_limit_is_refused),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
