#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include <ulam/state.h>

#include "hand_made_job.h"
#include "schedule.h"

static const ulam_observable observable = {.name = "value"};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "numbers",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1};

enum {
    MOST_RANKS = 64
};

/* Ranks on paper: each performs its assignment in the time that the costs say, then asks again. */
typedef struct {
    const ulam_job *job;
    const double *cost; /* s a run, of each point */
    double message;     /* s between an answer and the next assignment */
    size_t ranks;
    ulam_state state;
    ulam_schedule schedule;
    ulam_assignment assignment[MOST_RANKS];
    double busy_until[MOST_RANKS]; /* INFINITY: parked */
    double first_run[64];          /* when each point's first runs began */
    double last_first_run;
    double longest; /* assignment, s */
    size_t messages;
} paper_ranks;

static void add_chunk(paper_ranks *self, const ulam_chunk *chunk)
{
    ulam_tally tally;
    assert_int_equal(ulam_tally_init(&tally, 1), ULAM_OK);
    tally.runs = chunk->runs;
    assert_int_equal(ulam_state_add(&self->state, chunk, &tally, NULL), ULAM_OK);
}

static void ask(paper_ranks *self, size_t rank, double now)
{
    ulam_assignment *assignment = &self->assignment[rank];
    assert_int_equal(ulam_schedule_take(&self->schedule, INFINITY, assignment), ULAM_OK);
    double seconds = self->message;
    for (size_t i = 0; i < assignment->n; i++) {
        const ulam_chunk *chunk = &assignment->chunks[i];
        if (self->first_run[chunk->point] < 0) self->first_run[chunk->point] = self->last_first_run = now + seconds;
        seconds += self->cost[chunk->point] * (double)chunk->runs;
    }
    self->longest = fmax(self->longest, seconds);
    self->messages += assignment->n > 0;
    self->busy_until[rank] = assignment->n ? now + seconds : INFINITY;
}

/* The time at which the last run ends. */
static double simulate(paper_ranks *self)
{
    assert_int_equal(ulam_state_init(&self->state, self->job), ULAM_OK);
    assert_int_equal(ulam_schedule_init(&self->schedule, &self->state, self->ranks), ULAM_OK);
    for (size_t p = 0; p < self->job->n_points; p++) self->first_run[p] = -1;
    for (size_t r = 0; r < self->ranks; r++) ask(self, r, 0);
    double now = 0;
    for (;;) {
        size_t next = 0;
        for (size_t r = 1; r < self->ranks; r++)
            if (self->busy_until[r] < self->busy_until[next]) next = r;
        if (isinf(self->busy_until[next])) break;
        now = self->busy_until[next];
        for (size_t i = 0; i < self->assignment[next].n; i++) {
            const ulam_chunk *chunk = &self->assignment[next].chunks[i];
            ulam_schedule_done(&self->schedule, chunk->point, chunk->runs,
                               self->cost[chunk->point] * (double)chunk->runs,
                               self->cost[chunk->point] * (double)self->job->points[chunk->point].block);
            add_chunk(self, chunk);
        }
        ask(self, next, now);
    }
    assert_true(ulam_schedule_finished(&self->schedule));
    assert_true(ulam_state_complete(&self->state));
    for (size_t r = 0; r < self->ranks; r++) ulam_assignment_free(&self->assignment[r]);
    ulam_schedule_free(&self->schedule);
    ulam_state_free(&self->state);
    return now;
}

static double ideal(const paper_ranks *self)
{
    double work = 0;
    for (size_t p = 0; p < self->job->n_points; p++) work += self->cost[p] * (double)self->job->points[p].runs;
    return work / (double)self->ranks;
}

static void equal_points_keep_every_rank_busy_to_the_end(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 16, 640, 1);
    double cost[16];
    for (size_t p = 0; p < 16; p++) cost[p] = 5e-3;
    for (size_t ranks = 1; ranks <= 64; ranks *= 4) {
        paper_ranks paper = {.job = &made.job, .cost = cost, .ranks = ranks, .message = 5e-4};
        const double end = simulate(&paper);
        assert_true(end < 1.04 * ideal(&paper) + 6e-3);
        assert_true(paper.longest < 1);
    }
}

static void points_of_very_unequal_cost_end_together(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 3, 1000, 7); /* the costly one comes last */
    static const double cost[] = {1e-6, 1e-4, 5e-2};
    paper_ranks paper = {.job = &made.job, .cost = cost, .ranks = 5, .message = 5e-4};
    const double end = simulate(&paper);
    assert_true(end < 1.03 * ideal(&paper) + 7 * 5e-2);
}

static void few_long_runs_go_one_to_a_rank(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 8, 1);
    static const double cost[] = {60, 60};
    paper_ranks paper = {.job = &made.job, .cost = cost, .ranks = 16, .message = 5e-4};
    assert_true(simulate(&paper) < 61);
    paper = (paper_ranks){.job = &made.job, .cost = cost, .ranks = 64, .message = 5e-4};
    assert_true(simulate(&paper) < 61);
}

static void every_point_gets_its_first_runs_early(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 64, 1000, 1);
    double cost[64];
    for (size_t p = 0; p < 64; p++) cost[p] = 1e-3 * (double)(1 + p % 3);
    paper_ranks paper = {.job = &made.job, .cost = cost, .ranks = 4, .message = 5e-4};
    const double end = simulate(&paper);
    assert_true(paper.last_first_run < 0.05 * end);
}

static void cheap_runs_are_bundled(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 64, 100, 100);
    double cost[64];
    for (size_t p = 0; p < 64; p++) cost[p] = 1e-8;
    paper_ranks paper = {.job = &made.job, .cost = cost, .ranks = 1, .message = 1e-4};
    simulate(&paper);
    assert_true(paper.messages <= 3);

    make_job(&made, &model, 1, 1000000000, 4096);
    cost[0] = 1e-8; /* ten seconds in all */
    paper = (paper_ranks){.job = &made.job, .cost = cost, .ranks = 7, .message = 1e-4};
    const double end = simulate(&paper);
    assert_true(paper.messages < 700);
    assert_true(end < 1.03 * ideal(&paper));
}

static void only_what_is_missing_is_handed_out(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 47, 4);
    ulam_state state;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    static const ulam_chunk known[] = {{.point = 0, .first = 0, .blocks = 3, .runs = 12},
                                       {.point = 0, .first = 5, .blocks = 2, .runs = 8},
                                       {.point = 0, .first = 11, .blocks = 1, .runs = 3},
                                       {.point = 1, .first = 0, .blocks = 11, .runs = 44}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ulam_tally tally;
        assert_int_equal(ulam_tally_init(&tally, 1), ULAM_OK);
        tally.runs = known[i].runs;
        assert_int_equal(ulam_state_add(&state, &known[i], &tally, NULL), ULAM_OK);
    }
    ulam_schedule schedule;
    ulam_assignment assignment = {0};
    assert_int_equal(ulam_schedule_init(&schedule, &state, 2), ULAM_OK);
    assert_int_equal(schedule.missing, 47 - 23 + 3);
    do {
        assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &assignment), ULAM_OK);
        for (size_t i = 0; i < assignment.n; i++) {
            ulam_tally tally;
            assert_int_equal(ulam_tally_init(&tally, 1), ULAM_OK);
            tally.runs = assignment.chunks[i].runs;
            ulam_schedule_done(&schedule, assignment.chunks[i].point, assignment.chunks[i].runs, 1e-3, 1e-3);
            assert_int_equal(ulam_state_add(&state, &assignment.chunks[i], &tally, NULL), ULAM_OK);
        }
    } while (assignment.n);
    assert_true(ulam_state_complete(&state));
    ulam_assignment_free(&assignment);
    ulam_schedule_free(&schedule);
    ulam_state_free(&state);
}

static void what_is_given_back_goes_to_another_asker(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 1000, 10);
    ulam_state state;
    ulam_schedule schedule;
    ulam_assignment assignment = {0};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_schedule_init(&schedule, &state, 1), ULAM_OK);
    assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &assignment), ULAM_OK);
    ulam_schedule_done(&schedule, 0, 10, 1e-6, 1e-6);
    assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &assignment), ULAM_OK);
    assert_int_equal(assignment.chunks[0].first, 1);
    assert_int_equal(assignment.chunks[0].blocks, 99);

    ulam_assignment nothing = {0};
    assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &nothing), ULAM_OK); /* parked */
    assert_int_equal(nothing.n, 0);
    assert_false(ulam_schedule_finished(&schedule));

    /* It took a second a run, far more than it looked like: all but the first block come back. */
    ulam_schedule_done(&schedule, 0, 10, 10, 10);
    const ulam_chunk left = {.point = 0, .first = 2, .blocks = 98, .runs = 980};
    assert_int_equal(ulam_schedule_return(&schedule, &left), ULAM_OK);
    uint64_t block = 2;
    do {
        assert_int_equal(ulam_schedule_take(&schedule, INFINITY, &nothing), ULAM_OK);
        for (size_t i = 0; i < nothing.n; i++) {
            assert_int_equal(nothing.chunks[i].first, block);
            assert_int_equal(nothing.chunks[i].blocks, 1);
            ulam_schedule_done(&schedule, 0, 10, 10, 10);
            block++;
        }
    } while (nothing.n);
    assert_int_equal(block, 100);
    assert_true(ulam_schedule_finished(&schedule));
    ulam_assignment_free(&assignment);
    ulam_assignment_free(&nothing);
    ulam_schedule_free(&schedule);
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_points_keep_every_rank_busy_to_the_end),
        cmocka_unit_test(points_of_very_unequal_cost_end_together),
        cmocka_unit_test(few_long_runs_go_one_to_a_rank),
        cmocka_unit_test(every_point_gets_its_first_runs_early),
        cmocka_unit_test(cheap_runs_are_bundled),
        cmocka_unit_test(only_what_is_missing_is_handed_out),
        cmocka_unit_test(what_is_given_back_goes_to_another_asker),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
