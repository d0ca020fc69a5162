/* Jobs of 10^12 runs and more, as the merging of their parts leaves them: nothing on the way counts in fewer than 64 bits
 * or in a double. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ulam/models.h>
#include <ulam/state.h>

#include "progress.h"
#include "result_file.h"
#include "schedule.h"
#include "scratch_folder.h"

enum {
    BLOCK = 4096,          /* of the model buffon */
    CROSSINGS = 2607,      /* in each block here */
    DOUBLINGS_TO_MOST = 36 /* BLOCK * 2^36 runs are ULAM_MAX_RUNS */
};

static const uint64_t most = ULAM_MAX_RUNS;

/* 4096 * 2^doublings runs of one observable, of which 2607 in 4096 are 1 and the others 0. */
static ulam_tally doubled(int doublings)
{
    double values[BLOCK];
    ulam_tally self, other;
    for (size_t i = 0; i < BLOCK; i++) values[i] = i < CROSSINGS;
    assert_int_equal(ulam_tally_init(&self, 1), ULAM_OK);
    assert_int_equal(ulam_tally_add_block(&self, values, BLOCK, BLOCK), ULAM_OK);
    for (int i = 0; i < doublings; i++) {
        assert_int_equal(ulam_tally_init(&other, 1), ULAM_OK);
        assert_int_equal(ulam_tally_merge(&other, &self), ULAM_OK);
        assert_int_equal(ulam_tally_merge(&self, &other), ULAM_OK);
        ulam_tally_free(&other);
    }
    return self;
}

static ulam_tally of_value(double value)
{
    ulam_tally self;
    assert_int_equal(ulam_tally_init(&self, 1), ULAM_OK);
    assert_int_equal(ulam_tally_add_block(&self, &value, 1, 1), ULAM_OK);
    return self;
}

static void assert_close(double value, long double expected)
{
    if (fabsl((long double)value - expected) > 4 * 0x1p-53L * fabsl(expected))
        fail_msg("%.17g, expected %.17Lg", value, expected);
}

static void figures_of_a_million_million_runs(void **state)
{
    (void)state;
    ulam_summary summary;
    const long double p = CROSSINGS / (long double)BLOCK, q = 1 - p;
    for (int doublings = 28; doublings <= DOUBLINGS_TO_MOST; doublings += 4) {
        ulam_tally tally = doubled(doublings);
        const uint64_t n = (uint64_t)BLOCK << doublings;
        assert_true(n >= UINT64_C(1000000000000));
        assert_int_equal(tally.runs, n);
        assert_int_equal(ulam_moments_summarise(tally.moments, &summary), ULAM_OK);
        assert_int_equal(summary.count, n);
        assert_true(summary.mean == (double)p);
        assert_close(summary.std_error, sqrtl(p * q / (long double)(n - 1)));
        assert_close(summary.sd, sqrtl(p * q * (long double)n / (long double)(n - 1)));
        assert_true(fabs(summary.skewness - (double)((q - p) / sqrtl(p * q))) < 1e-11);
        assert_true(fabs(summary.excess_kurtosis - (double)((1 - 6 * p * q) / (p * q))) < 1e-11);
        ulam_tally_free(&tally);
    }
}

/* A double that counted to 2^48 * 10^8 would no longer see it. */
static void one_run_more_is_not_lost(void **state)
{
    (void)state;
    ulam_tally tally = of_value(1e8), other;
    for (int i = 0; i < 47; i++) {
        assert_int_equal(ulam_tally_init(&other, 1), ULAM_OK);
        assert_int_equal(ulam_tally_merge(&other, &tally), ULAM_OK);
        assert_int_equal(ulam_tally_merge(&tally, &other), ULAM_OK);
        ulam_tally_free(&other);
    }
    ulam_tally one = of_value(-1);
    ulam_summary summary;
    assert_int_equal(ulam_tally_merge(&tally, &one), ULAM_OK);
    assert_int_equal(ulam_moments_summarise(tally.moments, &summary), ULAM_OK);
    const long double n = 0x1p47L + 1;
    assert_int_equal(summary.count, (UINT64_C(1) << 47) + 1);
    assert_close(summary.sd, (1e8L + 1) / sqrtl(n));
    assert_close(summary.mean, 1e8L - (1e8L + 1) / n);
    assert_true(summary.mean < 1e8 && summary.min == -1);
    assert_close(summary.std_error, (1e8L + 1) / n);
    ulam_tally_free(&one);
    ulam_tally_free(&tally);
}

typedef struct {
    ulam_job job;
    ulam_state state;
} calculation;

static void begin(calculation *self, const char *runs, const char *part)
{
    ulam_error error = {0};
    const char text[] = "model: buffon\nruns: 1\n";
    const ulam_job_source source = {
        .path = "job.yaml", .text = text, .size = strlen(text), .runs = runs, .part = part, .output = "job.h5"};
    if (ulam_job_read(&self->job, &source, ulam_builtin_models(), &error)) fail_msg("%s", error.message);
    assert_int_equal(self->job.points[0].block, BLOCK);
    assert_int_equal(ulam_state_init(&self->state, &self->job), ULAM_OK);
}

static void end(calculation *self)
{
    ulam_state_free(&self->state);
    ulam_job_free(&self->job);
}

/* Adds the 2^doublings blocks from `first` on. */
static void add(calculation *self, uint64_t first, int doublings)
{
    ulam_error error = {0};
    ulam_tally tally = doubled(doublings);
    const ulam_chunk chunk = {.first = first, .blocks = UINT64_C(1) << doublings, .runs = (uint64_t)BLOCK << doublings};
    if (ulam_state_add(&self->state, &chunk, &tally, &error)) fail_msg("%s", error.message);
}

static void assert_whole(const char *path)
{
    ulam_error error = {0};
    ulam_result result;
    if (ulam_result_read(&result, path, &error)) fail_msg("%s", error.message);
    assert_true(result.complete);
    assert_int_equal(result.runs[0], most);
    assert_int_equal(result.runs_asked[0], most);
    assert_true(result.observables[0].mean[0] == CROSSINGS / (double)BLOCK);
    assert_close(result.observables[0].std_error[0],
                 0.5L * sqrtl(1 - powl(2.0L * CROSSINGS / BLOCK - 1, 2)) / sqrtl((long double)(most - 1)));
    ulam_result_free(&result);
}

static void write_file(const char *path, const calculation *self)
{
    ulam_error error = {0};
    const ulam_provenance nothing = {0};
    if (ulam_result_write(path, &self->state, &nothing, &error)) fail_msg("%s", error.message);
}

static void state_and_file_hold_the_most_runs(void **state)
{
    (void)state;
    calculation written, read;
    ulam_tracker tracker;
    begin(&written, "281474976710656", NULL);
    assert_int_equal(written.job.points[0].runs, most);
    add(&written, UINT64_C(1) << 35, 34); /* early */
    add(&written, 0, 35);
    assert_int_equal(ulam_state_runs(&written.state, 0), most / 4 * 3);
    add(&written, UINT64_C(3) << 34, 34);
    assert_true(ulam_state_complete(&written.state));
    assert_int_equal(ulam_tracker_init(&tracker, &written.state), ULAM_OK);
    assert_int_equal(tracker.progress.runs, most);
    assert_int_equal(tracker.progress.runs_asked, most);
    ulam_tracker_free(&tracker);
    write_file("whole.h5", &written);
    assert_whole("whole.h5");

    begin(&read, "281474976710656", NULL);
    ulam_provenance provenance;
    ulam_file_relation relation;
    char *difference;
    ulam_error error = {0};
    if (ulam_result_resume("whole.h5", &read.state, false, &provenance, &relation, &difference, &error))
        fail_msg("%s", error.message);
    assert_int_equal(relation, ULAM_FILE_SAME);
    assert_true(ulam_state_complete(&read.state));
    assert_int_equal(ulam_state_runs(&read.state, 0), most);
    ulam_provenance_free(&provenance);
    end(&read);
    end(&written);
}

static void parts_merge_to_the_most_runs(void **state)
{
    (void)state;
    static const char *const parts[] = {"1/2", "2/2"}, *const paths[] = {"1.h5", "2.h5"};
    ulam_error error = {0};
    char *missing = NULL;
    for (uint64_t i = 0; i < 2; i++) {
        calculation part;
        begin(&part, "281474976710656", parts[i]);
        assert_int_equal(part.job.points[0].first, i * (most / 2));
        add(&part, i << 35, 35);
        assert_true(ulam_state_complete(&part.state));
        write_file(paths[i], &part);
        end(&part);
    }
    if (ulam_result_merge("merged.h5", paths, 2, ulam_builtin_models(), &missing, &error))
        fail_msg("%s", error.message);
    assert_null(missing);
    assert_whole("merged.h5");
}

/* At a nanosecond a run: some thousand assignments a rank, which leave out no block and give none twice. */
static void schedule_hands_out_every_run_once(void **state)
{
    (void)state;
    calculation job;
    ulam_schedule schedule;
    ulam_assignment assignment = {0};
    begin(&job, "1000000000001", NULL);
    uint64_t handed = 0, next = 0, messages = 0;
    assert_int_equal(ulam_schedule_init(&schedule, &job.state, 1), ULAM_OK);
    assert_int_equal(schedule.missing, UINT64_C(1000000000001));
    while (ulam_schedule_take(&schedule, INFINITY, &assignment) == ULAM_OK && assignment.n > 0) {
        messages++;
        for (size_t i = 0; i < assignment.n; i++) {
            const ulam_chunk *chunk = &assignment.chunks[i];
            assert_int_equal(chunk->first, next);
            next += chunk->blocks;
            handed += chunk->runs;
            ulam_schedule_done(&schedule, 0, chunk->runs, 1e-9 * (double)chunk->runs, 1e-9 * BLOCK);
        }
    }
    assert_int_equal(handed, UINT64_C(1000000000001));
    assert_int_equal(next, UINT64_C(1000000000001) / BLOCK + 1);
    assert_true(messages < 10000);
    assert_true(ulam_schedule_finished(&schedule));
    ulam_assignment_free(&assignment);
    ulam_schedule_free(&schedule);
    end(&job);
}

static void more_runs_than_streams_are_refused(void **state)
{
    (void)state;
    const char text[] = "model: buffon\nruns: 281474976710657\n";
    const ulam_job_source source = {.path = "job.yaml", .text = text, .size = strlen(text)};
    ulam_job job;
    ulam_error error = {0};
    assert_int_equal(ulam_job_read(&job, &source, ulam_builtin_models(), &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "281474976710656"));
    ulam_job_free(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_a_million_million_runs), cmocka_unit_test(one_run_more_is_not_lost),
        cmocka_unit_test(state_and_file_hold_the_most_runs), cmocka_unit_test(parts_merge_to_the_most_runs),
        cmocka_unit_test(schedule_hands_out_every_run_once), cmocka_unit_test(more_runs_than_streams_are_refused),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
