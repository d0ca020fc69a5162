/* Jobs that stop when they are precise enough: where they stop, whoever did what when, and what cannot be reached. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include <ulam/execute.h>

#include "hand_made_job.h"
#include "run_error.h"
#include "schedule.h"
#include "worker.h"

/* What a point's x makes of the number; the hit happens in one of 50 runs, but at RARE never. */
enum {
    NORMAL, /* mean 0.5, standard deviation 1 */
    EXPONENTIAL,
    THREE, /* always */
    ZERO,
    RARE,
    CENTRED, /* mean 0 */
    MISSING, /* no value, ever */
    KINDS,
};

static const ulam_observable observables[] = {{.name = "value", .may_be_nan = true},
                                              {.name = "hit", .kind = ULAM_INDICATOR}};

static void draw(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *x = point;
    switch (x->integer) {
    case THREE:
        out[0] = 3;
        break;
    case ZERO:
        out[0] = 0;
        break;
    case EXPONENTIAL:
        out[0] = ulam_exponential(rng);
        break;
    case MISSING:
        out[0] = NAN;
        break;
    default:
        out[0] = ulam_gaussian(rng) + (x->integer == CENTRED ? 0 : 0.5);
    }
    out[1] = x->integer != RARE && ulam_uniform(rng) < 0.02;
    if (rng->run == 3000) ulam_run_fail(rng, "run 3000 fails");
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "draws",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 2,
                                 .run = draw};

typedef struct {
    hand_made_job made;
    ulam_target targets[2];
} until_job;

enum {
    MOST = 1 << 20
};

/* Points of all kinds; the targets of the observables are asked for where they are above 0. */
static void make(until_job *self, double rel_error, double hit_error)
{
    make_job(&self->made, &model, KINDS, MOST, 8);
    ulam_until *until = &self->made.job.until;
    *until = (ulam_until){
        .targets = self->targets, .confidence = 0.95, .ladder = 128, .has_max_runs = true, .max_time = INFINITY};
    self->made.job.conduct.on_failure = ULAM_ON_FAILURE_RECORD;
    self->made.job.conduct.max_failed = 100;
    if (rel_error > 0)
        self->targets[until->n_targets++] =
            (ulam_target){.name = "value", .length = 1, .error = INFINITY, .rel_error = rel_error};
    if (hit_error > 0)
        self->targets[until->n_targets++] = (ulam_target){
            .name = "hit", .observable = 1, .element = 1, .length = 1, .error = hit_error, .rel_error = INFINITY};
}

/* One point alone, of that kind. */
static void make_one(until_job *self, int kind, double rel_error, double hit_error)
{
    make(self, rel_error, hit_error);
    self->made.job.n_points = self->made.axis.length = 1;
    self->made.values[0].integer = kind;
    self->made.points[0].key = 77;
}

static void execute(const until_job *self, ulam_state *state)
{
    ulam_error error = {0};
    assert_int_equal(ulam_state_init(state, &self->made.job), ULAM_OK);
    assert_int_equal(ulam_execute(&self->made.job, state, &(ulam_execution){0}, &error), ULAM_OK);
    assert_true(ulam_state_complete(state));
}

static ulam_bytes pack(const ulam_state *state)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(state, &bytes), ULAM_OK);
    return bytes;
}

static void assert_same(const ulam_state *one, const ulam_bytes *expected)
{
    ulam_bytes bytes = pack(one);
    assert_int_equal(bytes.size, expected->size);
    assert_memory_equal(bytes.data, expected->data, expected->size);
    ulam_bytes_free(&bytes);
}

/* Ranks that perform their assignments really, and answer in an order that chance decides. `most` answers (0: all) are
 * taken. */
typedef struct {
    ulam_schedule schedule;
    ulam_worker worker;
    size_t ranks;
    ulam_assignment assignment[8];
    uint64_t chance;
} chance_ranks;

static void take_answer(chance_ranks *self, ulam_state *state, size_t rank)
{
    ulam_answer answer = {0};
    ulam_error error = {0};
    assert_int_equal(ulam_worker_perform(&self->worker, &self->assignment[rank], NULL, &answer, &error), ULAM_OK);
    for (size_t i = 0; i < answer.n_parts; i++) {
        ulam_part *part = &answer.parts[i];
        const ulam_ladder ladder = ulam_job_ladder(state->job, part->chunk.point);
        assert_true(part->chunk.first + part->chunk.blocks <= ulam_ladder_above(&ladder, part->chunk.first));
        assert_int_equal(ulam_state_add(state, &part->chunk, &part->tally, &error), ULAM_OK);
        for (size_t k = 0; k < part->n_failures; k++)
            assert_int_equal(ulam_state_add_failure(state, &part->failures[k]), ULAM_OK);
        const ulam_goal goal = ulam_state_goal(state, part->chunk.point);
        ulam_schedule_follow(&self->schedule, &goal);
        ulam_schedule_done(&self->schedule, part->chunk.point, part->chunk.runs, 1e-4 * (double)part->chunk.runs, 1e-3);
    }
    for (size_t i = 0; i < answer.n_left; i++)
        assert_int_equal(ulam_schedule_return(&self->schedule, &answer.left[i]), ULAM_OK);
    self->assignment[rank].n = 0;
    ulam_answer_free(&answer);
}

static void spread(ulam_state *state, size_t ranks, uint64_t chance, size_t most)
{
    chance_ranks self = {.ranks = ranks, .chance = chance};
    assert_int_equal(ulam_schedule_init(&self.schedule, state, ranks), ULAM_OK);
    ulam_worker_init(&self.worker, state->job);
    for (size_t answers = 0; most == 0 || answers < most; answers++) {
        size_t busy = 0, list[8];
        for (size_t r = 0; r < ranks; r++) {
            if (!self.assignment[r].n)
                assert_int_equal(ulam_schedule_take(&self.schedule, INFINITY, &self.assignment[r]), ULAM_OK);
            if (self.assignment[r].n) list[busy++] = r;
        }
        if (busy == 0) break;
        self.chance = self.chance * 6364136223846793005u + 1442695040888963407u;
        take_answer(&self, state, list[(self.chance >> 33) % busy]);
    }
    if (most == 0) assert_true(ulam_schedule_finished(&self.schedule));
    for (size_t r = 0; r < ranks; r++) ulam_assignment_free(&self.assignment[r]);
    ulam_worker_free(&self.worker);
    ulam_schedule_free(&self.schedule);
}

static void any_ranks_in_any_order_stop_at_the_same_place(void **unused)
{
    (void)unused;
    until_job job;
    make(&job, 0.05, 0.004);
    job.made.job.until.has_max_runs = false;
    ulam_state alone;
    execute(&job, &alone);
    ulam_bytes expected = pack(&alone);
    for (size_t ranks = 1; ranks <= 8; ranks += ranks < 3 ? 1 : 4) {
        ulam_state state;
        assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
        spread(&state, ranks, 1000 + ranks, 0);
        assert_true(ulam_state_complete(&state));
        assert_same(&state, &expected);
        ulam_state_free(&state);
    }
    ulam_bytes_free(&expected);
    ulam_state_free(&alone);
}

/* Cut off after some answers, packed, unpacked, and gone on with by other ranks. */
static void a_job_that_was_stopped_goes_on_to_the_same_place(void **unused)
{
    (void)unused;
    until_job job;
    make(&job, 0.05, 0.004);
    job.made.job.until.has_max_runs = false;
    ulam_state alone;
    execute(&job, &alone);
    ulam_bytes expected = pack(&alone);
    for (size_t answers = 1; answers < 60; answers += 7) {
        ulam_state first, second;
        assert_int_equal(ulam_state_init(&first, &job.made.job), ULAM_OK);
        spread(&first, 7, answers, answers);
        ulam_bytes bytes = pack(&first);
        ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
        assert_int_equal(ulam_state_unpack(&second, &job.made.job, &reader, NULL), ULAM_OK);
        spread(&second, 3, answers + 1, 0);
        assert_same(&second, &expected);
        ulam_bytes_free(&bytes);
        ulam_state_free(&second);
        ulam_state_free(&first);
    }
    ulam_bytes_free(&expected);
    ulam_state_free(&alone);
}

static ulam_state reread(const ulam_state *state, const ulam_job *job)
{
    ulam_bytes bytes = pack(state);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    ulam_state again;
    assert_int_equal(ulam_state_unpack(&again, job, &reader, NULL), ULAM_OK);
    ulam_bytes_free(&bytes);
    return again;
}

static void a_tighter_target_goes_on_from_a_looser_one(void **unused)
{
    (void)unused;
    until_job loose, tight;
    make_one(&loose, EXPONENTIAL, 0.1, 0);
    make_one(&tight, EXPONENTIAL, 0.03, 0);
    ulam_state first, fresh;
    execute(&loose, &first);
    execute(&tight, &fresh);
    ulam_bytes expected = pack(&fresh);
    ulam_state second = reread(&first, &tight.made.job);
    assert_false(ulam_state_complete(&second));
    spread(&second, 5, 3, 0);
    assert_same(&second, &expected);

    ulam_state looser = reread(&fresh, &loose.made.job);
    assert_true(ulam_state_complete(&looser));
    assert_true(ulam_state_runs(&looser, 0) > ulam_state_runs(&first, 0));
    ulam_bytes_free(&expected);
    ulam_state_free(&looser);
    ulam_state_free(&second);
    ulam_state_free(&fresh);
    ulam_state_free(&first);
}

/* That the point stops there: no rung before has its half-width, and this one has. */
static void a_point_stops_at_the_first_rung_that_holds(void **unused)
{
    (void)unused;
    until_job job;
    make_one(&job, NORMAL, 0.05, 0);
    ulam_state state;
    execute(&job, &state);
    const ulam_point_state *point = &state.points[0];
    assert_int_equal(point->verdict, ULAM_TARGETS_REACHED);
    assert_true(point->ratio <= 1 && point->ratio > 0.7);
    assert_int_equal(state.traced, 2);
    assert_int_equal(ulam_state_rung(&state, 0, point->n_rungs - 1), ulam_state_runs(&state, 0));
    for (size_t k = 0; k < point->n_rungs; k++) {
        const double mean = point->trace[4 * k], half = 1.96 * point->trace[4 * k + 1];
        const bool last = k + 1 == point->n_rungs;
        if (last) assert_true(half <= 0.05 * fabs(mean));
        if (!last) assert_true(half * 1.02 > 0.05 * fabs(mean));
    }
    ulam_state_free(&state);
}

static ulam_point_state end_of(int kind, double rel_error, double hit_error, bool has_max_runs, uint64_t most)
{
    until_job job;
    ulam_state state;
    make_one(&job, kind, rel_error, hit_error);
    job.made.job.until.has_max_runs = has_max_runs;
    job.made.points[0].runs = most;
    execute(&job, &state);
    ulam_point_state point = state.points[0];
    point.prefix = (ulam_tally){0}; /* what it points to goes with the state */
    ulam_state_free(&state);
    return point;
}

static void a_constant_is_believed_only_after_many_runs(void **unused)
{
    (void)unused;
    const ulam_point_state point = end_of(THREE, 0.01, 0, true, MOST);
    assert_int_equal(point.verdict, ULAM_TARGETS_CONSTANT);
    assert_true(point.blocks * 8 >= 16 * 128 && point.blocks * 8 < 20 * 128 + 8);
}

static void zero_has_no_relative_error(void **unused)
{
    (void)unused;
    const ulam_point_state given_up = end_of(ZERO, 0.01, 0, false, MOST);
    assert_int_equal(given_up.verdict, ULAM_TARGETS_OUT_OF_REACH);
    assert_true(isinf(given_up.ratio));
    assert_true(given_up.blocks * 8 >= 16 * 128 && given_up.blocks * 8 < 20 * 128 + 8);
    const ulam_point_state pursued = end_of(ZERO, 0.01, 0, true, 10000);
    assert_int_equal(pursued.verdict, ULAM_TARGETS_OPEN);
    assert_int_equal(pursued.blocks * 8, 10000);
}

static void a_mean_of_zero_is_given_up(void **unused)
{
    (void)unused;
    const ulam_point_state point = end_of(CENTRED, 0.01, 0, false, MOST);
    assert_int_equal(point.verdict, ULAM_TARGETS_OUT_OF_REACH);
    assert_true(point.blocks * 8 < MOST / 2);
    const ulam_point_state pursued = end_of(CENTRED, 0.01, 0, true, 20000);
    assert_int_equal(pursued.blocks * 8, 20000);
}

/* 3.69 / n <= 0.001: the first rung above 3689 runs. */
static void no_hit_is_bounded_by_the_number_of_runs(void **unused)
{
    (void)unused;
    const ulam_point_state point = end_of(RARE, 0, 0.001, true, MOST);
    assert_int_equal(point.verdict, ULAM_TARGETS_REACHED);
    assert_true(point.blocks * 8 >= 3688 && point.blocks * 8 < 3688 * 5 / 4 + 8);
    assert_true(point.ratio > 0.7 && point.ratio <= 1);
}

static void without_a_value_nothing_converges(void **unused)
{
    (void)unused;
    assert_int_equal(end_of(MISSING, 0.1, 0, false, MOST).verdict, ULAM_TARGETS_OUT_OF_REACH);
}

static void the_last_look_is_at_the_most_runs(void **unused)
{
    (void)unused; /* 8000 is no rung, and is enough where the rung before, 7112, is not */
    const ulam_point_state point = end_of(NORMAL, 0.045, 0, true, 8000);
    assert_int_equal(point.blocks * 8, 8000);
    assert_int_equal(point.verdict, ULAM_TARGETS_REACHED);
    assert_int_equal(end_of(NORMAL, 0.01, 0, true, 8000).verdict, ULAM_TARGETS_OPEN);
}

/* Run 3000 fails at every point; those that end before have never heard of it. */
static void what_fails_behind_the_end_is_forgotten(void **unused)
{
    (void)unused;
    until_job job;
    make(&job, 0, 0.01);
    job.made.job.conduct.max_failed = 1; /* fewer than fail ahead of their turn */
    ulam_state state;
    assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
    spread(&state, 7, 5, 0);
    for (size_t i = 0; i < state.n_failures; i++)
        assert_true(state.failures[i].run < ulam_state_runs(&state, state.failures[i].point));
    for (size_t p = 0; p < KINDS; p++) assert_true(ulam_state_runs(&state, p) < 3000);
    assert_int_equal(state.n_failures, 0);
    assert_int_equal(ulam_judge_failures(&state, NULL, NULL), ULAM_OK);
    ulam_state_free(&state);
}

/* Where the first failed run ends the job, too, only those count that no end comes before; on any ranks. */
static void a_failed_run_ends_the_job_only_in_its_turn(void **unused)
{
    (void)unused;
    until_job job;
    ulam_state state;
    make(&job, 0, 0.01); /* all points end before run 3000 */
    job.made.job.conduct.on_failure = ULAM_ON_FAILURE_STOP;
    job.made.job.conduct.max_failed = 0;
    assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
    spread(&state, 8, 5, 0);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(ulam_judge_failures(&state, NULL, NULL), ULAM_OK);
    ulam_state_free(&state);

    ulam_error error = {0};
    make_one(&job, NORMAL, 0, 0.004); /* ends behind it */
    job.made.job.conduct.on_failure = ULAM_ON_FAILURE_STOP;
    job.made.job.conduct.max_failed = 0;
    for (int session = 0; session < 2; session++) { /* the second begins with the first one's state */
        if (session == 0) assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
        assert_int_equal(ulam_execute(&job.made.job, &state, &(ulam_execution){0}, &error), ULAM_ERUN);
        assert_string_equal(error.message, "model 'draws', point 0 (x=0), run 3000: run 3000 fails");
        assert_false(ulam_state_complete(&state));
    }
    ulam_state_free(&state);
}

/* A plain number of runs has the trace of the ladder, and the results that it always had. */
static void a_trace_is_kept_of_jobs_without_targets(void **unused)
{
    (void)unused;
    until_job job, bare;
    make_one(&job, NORMAL, 0, 0);
    make_one(&bare, NORMAL, 0, 0);
    job.made.points[0].runs = bare.made.points[0].runs = 5003;
    bare.made.job.until.ladder = 0;
    ulam_state state, other, again;
    execute(&job, &state);
    execute(&bare, &other);
    assert_int_equal(state.points[0].n_rungs, 17); /* 128 * 1.25^16 = 4547 */
    assert_int_equal(other.points[0].n_rungs, 0);
    ulam_summary one[2], two[2];
    assert_int_equal(ulam_state_summarise(&state, 0, one), ULAM_OK);
    assert_int_equal(ulam_state_summarise(&other, 0, two), ULAM_OK);
    assert_memory_equal(one, two, sizeof one);

    assert_int_equal(ulam_state_copy(&again, &state), ULAM_OK);
    ulam_bytes expected = pack(&state);
    assert_same(&again, &expected);
    ulam_bytes_free(&expected);
    ulam_state_free(&again);
    ulam_state_free(&other);
    ulam_state_free(&state);
}

/* What a job that begins behind run 0 keeps, so that the whole passes the rungs when its parts are merged. */
static void a_later_part_keeps_its_sums_cut_at_the_rungs(void **unused)
{
    (void)unused;
    until_job job;
    make_one(&job, NORMAL, 0, 0);
    job.made.points[0].first = 2000;
    job.made.points[0].runs = 4000;
    ulam_state state, again;
    execute(&job, &state);
    const ulam_point_state *point = &state.points[0];
    static const uint64_t cuts[] = {2336, 2912, 3640, 4000}; /* 128 * 1.25^13 and on, in blocks of 8 */
    assert_int_equal(point->n_rungs, 0);
    assert_int_equal(point->n_cuts, 4);
    uint64_t runs = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal((point->cuts[i].first + point->cuts[i].blocks) * 8, cuts[i]);
        runs += point->cuts[i].tally.runs;
    }
    assert_int_equal(runs, 2000);
    ulam_bytes expected = pack(&state);
    assert_int_equal(ulam_state_copy(&again, &state), ULAM_OK);
    assert_same(&again, &expected);
    ulam_state_free(&again);
    again = reread(&state, &job.made.job);
    assert_same(&again, &expected);
    ulam_state_free(&again);
    for (size_t size = 0; size < expected.size; size += 5) { /* cut short: refused, nothing lost */
        ulam_reader reader = {.at = expected.data, .end = expected.data + size};
        assert_int_equal(ulam_state_unpack(&again, &job.made.job, &reader, NULL), ULAM_EFORMAT);
        ulam_state_free(&again);
    }
    ulam_bytes_free(&expected);
    ulam_state_free(&state);
}

/* As where files are merged: what a rung held that the prefix jumps over is not known, and is not made up. */
static void a_rung_that_is_jumped_over_is_not_known(void **unused)
{
    (void)unused;
    until_job job;
    make_one(&job, NORMAL, 0, 0);
    job.made.points[0].runs = 8000;
    ulam_state state;
    ulam_tally tally;
    assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
    assert_int_equal(ulam_tally_init(&tally, 2), ULAM_OK);
    tally.runs = 160;
    const ulam_chunk chunk = {.blocks = 20, .runs = 160};
    assert_int_equal(ulam_state_add(&state, &chunk, &tally, NULL), ULAM_OK);
    assert_int_equal(state.points[0].n_rungs, 2); /* 128 was jumped over, 160 met without a value */
    assert_true(isnan(state.points[0].trace[0]));
    ulam_state_free(&state);
}

/* While a decision is pending ranks that have nothing else to do go ahead, but not far. */
static void work_ahead_of_a_decision_is_bounded(void **unused)
{
    (void)unused;
    until_job job;
    make_one(&job, NORMAL, 0.01, 0);
    ulam_state state;
    ulam_schedule schedule;
    ulam_assignment assignment = {0};
    assert_int_equal(ulam_state_init(&state, &job.made.job), ULAM_OK);
    assert_int_equal(ulam_schedule_init(&schedule, &state, 4), ULAM_OK);
    uint64_t handed_out = 0;
    do {
        assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &assignment), ULAM_OK);
        for (size_t i = 0; i < assignment.n; i++) {
            handed_out += assignment.chunks[i].runs;
            ulam_schedule_done(&schedule, 0, assignment.chunks[i].runs, 1e-3, 1e-3);
        }
    } while (assignment.n);
    assert_int_equal(handed_out, 256); /* 128, 160, 200, 250 rounded up to whole blocks */
    const ulam_goal goal = {.point = 0, .ended = true};
    ulam_schedule_follow(&schedule, &goal);
    assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &assignment), ULAM_OK);
    assert_int_equal(assignment.n, 0);
    assert_true(ulam_schedule_finished(&schedule));
    const ulam_chunk late = {.point = 0, .first = 30, .blocks = 2, .runs = 16};
    schedule.in_hand += late.runs; /* a chunk behind the end comes back */
    assert_int_equal(ulam_schedule_return(&schedule, &late), ULAM_OK);
    assert_true(ulam_schedule_finished(&schedule));
    ulam_assignment_free(&assignment);
    ulam_schedule_free(&schedule);
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_ranks_in_any_order_stop_at_the_same_place),
        cmocka_unit_test(a_job_that_was_stopped_goes_on_to_the_same_place),
        cmocka_unit_test(a_tighter_target_goes_on_from_a_looser_one),
        cmocka_unit_test(a_point_stops_at_the_first_rung_that_holds),
        cmocka_unit_test(a_constant_is_believed_only_after_many_runs),
        cmocka_unit_test(zero_has_no_relative_error),
        cmocka_unit_test(a_mean_of_zero_is_given_up),
        cmocka_unit_test(no_hit_is_bounded_by_the_number_of_runs),
        cmocka_unit_test(without_a_value_nothing_converges),
        cmocka_unit_test(the_last_look_is_at_the_most_runs),
        cmocka_unit_test(what_fails_behind_the_end_is_forgotten),
        cmocka_unit_test(a_failed_run_ends_the_job_only_in_its_turn),
        cmocka_unit_test(a_trace_is_kept_of_jobs_without_targets),
        cmocka_unit_test(a_later_part_keeps_its_sums_cut_at_the_rungs),
        cmocka_unit_test(a_rung_that_is_jumped_over_is_not_known),
        cmocka_unit_test(work_ahead_of_a_decision_is_bounded),
    };
    return cmocka_run_group_tests_name("until", tests, NULL, NULL);
}
