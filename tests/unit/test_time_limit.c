/* A time limit does not favour short runs: ranks on paper, in time on paper, ask the schedule until its hand-out ends. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <ulam/math.h>
#include <ulam/rng.h>
#include <ulam/state.h>

#include "hand_made_job.h"
#include "schedule.h"

enum {
    RANKS = 64,
    SEEDS = 300,
    MOST_LEFT = 1024
};

static const ulam_observable observable = {.name = "length"};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "lengths",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1};

/* A run's length: log-normal with sigma 1.5. */
static double length_of(uint64_t seed, uint64_t run, double mean)
{
    ulam_rng rng;
    ulam_rng_start(&rng, 1000 + seed, run);
    return mean * exp(1.5 * ulam_gaussian(&rng) - 0.5 * 1.5 * 1.5);
}

/* What a rank has done of its assignment when it answers. */
typedef struct {
    double until; /* INFINITY: it has nothing more to do */
    double seconds, longest, sum;
    uint64_t done;
    ulam_chunk left[MOST_LEFT];
    size_t n_left;
} rank_on_paper;

typedef struct {
    double sum, end;
    uint64_t runs;
} outcome;

/* As the worker does: blocks, here of one run, are begun until the assignment's time is up, one at least. */
static void begin(rank_on_paper *rank, const ulam_assignment *assignment, uint64_t seed, double mean, double now)
{
    *rank = (rank_on_paper){.until = INFINITY};
    if (assignment->n == 0) return;
    for (size_t i = 0; i < assignment->n; i++) {
        ulam_chunk chunk = assignment->chunks[i];
        while (chunk.blocks && (rank->done == 0 || rank->seconds < assignment->seconds)) {
            const double length = length_of(seed, chunk.first, mean);
            rank->seconds += length;
            rank->sum += length;
            rank->longest = fmax(rank->longest, length);
            rank->done++;
            chunk.first++;
            chunk.blocks--;
            chunk.runs--;
        }
        assert_in_range(rank->n_left, 0, MOST_LEFT - 1);
        if (chunk.blocks) rank->left[rank->n_left++] = chunk;
    }
    rank->until = now + rank->seconds;
}

static outcome stop_at(double deadline, double mean, uint64_t seed)
{
    hand_made_job made;
    ulam_state state;
    ulam_schedule schedule;
    ulam_assignment assignment = {0};
    rank_on_paper ranks[RANKS];
    outcome result = {0};
    make_job(&made, &model, 1, 10000000, 1);
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_schedule_init(&schedule, &state, RANKS), ULAM_OK);
    for (size_t r = 0; r < RANKS; r++) {
        assert_int_equal(ulam_schedule_take(&schedule, deadline, &assignment), ULAM_OK);
        begin(&ranks[r], &assignment, seed, mean, 0);
    }
    for (;;) {
        rank_on_paper *next = &ranks[0];
        for (size_t r = 1; r < RANKS; r++)
            if (ranks[r].until < next->until) next = &ranks[r];
        if (isinf(next->until)) break;
        const double now = result.end = next->until;
        ulam_schedule_done(&schedule, 0, next->done, next->seconds, next->longest);
        for (size_t i = 0; i < next->n_left; i++)
            assert_int_equal(ulam_schedule_return(&schedule, &next->left[i]), ULAM_OK);
        result.sum += next->sum;
        result.runs += next->done;
        assignment.n = 0;
        if (!schedule.closed) assert_int_equal(ulam_schedule_take(&schedule, deadline - now, &assignment), ULAM_OK);
        begin(next, &assignment, seed, mean, now);
    }
    assert_true(schedule.closed);
    ulam_assignment_free(&assignment);
    ulam_schedule_free(&schedule);
    ulam_state_free(&state);
    return result;
}

/* Means over seeds: of the seeds' means, and of all runs together. */
static void assert_unbiased(double mean)
{
    double sum = 0, squares = 0, all = 0, late = 0;
    uint64_t runs = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const outcome result = stop_at(10 * mean, mean, seed);
        const double estimate = result.sum / (double)result.runs / mean;
        assert_true(result.runs >= RANKS);
        sum += estimate;
        squares += estimate * estimate;
        all += result.sum / mean;
        runs += result.runs;
        late += result.end > 10 * mean;
    }
    const double average = sum / SEEDS, error = sqrt((squares / SEEDS - average * average) / (SEEDS - 1));
    print_message("mean run %g s: mean %.4f +- %.4f, of all runs %.4f, %.0f runs, late %.2f\n", mean, average, error,
                  all / (double)runs, (double)runs / SEEDS, late / SEEDS);
    assert_true(fabs(average - 1) < 3 * error);
    assert_true(fabs(all / (double)runs - 1) < 3 * error);
}

static void long_runs_are_not_cut_off(void **unused)
{
    (void)unused;
    assert_unbiased(10);
}

static void nor_are_short_ones_that_are_bundled(void **unused)
{
    (void)unused;
    assert_unbiased(0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_runs_are_not_cut_off),
        cmocka_unit_test(nor_are_short_ones_that_are_bundled),
    };
    return cmocka_run_group_tests_name("time limit", tests, NULL, NULL);
}
