/* Jobs of chains: stopped, put away as bytes and taken up again they end in the same state; and bytes that are damaged are
 * refused, or make sense. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/models.h>

#include "sampler.h"

static const char *const jobs[] = {
    "model: ar1\nsweep: {coefficient: [0.5, 0.9]}\nruns: 5\nthermalize: 1000\nsweeps: 30000\nmeasure_every: 3\n"
    "series: {bin: 30}\n",
    "model: ising\nparams: {size: 8, start: hot}\nsweep: {algorithm: [metropolis, wolff]}\nruns: 130\nthermalize: 10\n"
    "sweeps: 100\n",
    "model: metropolis\nruns: 7\nthermalize: 5000\nuntil: {product: {error: 0.03}, min_sweeps: 64}\n",
};

enum {
    N_JOBS = sizeof jobs / sizeof *jobs,
    STOPS = 12
};

static void begin_chains(calculation *self, const char *text)
{
    begin_from(self, (ulam_job_source){.text = text}, ulam_builtin_models());
}

static ulam_bytes packed(const calculation *self)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&self->state, &bytes), ULAM_OK);
    return bytes;
}

/* As far as one comes in so many seconds. */
static void go_on_for(calculation *self, double seconds)
{
    ulam_error error = {0};
    const ulam_execution hurried = {.stop = {.deadline = ulam_clock() + seconds, .grace = INFINITY}};
    if (ulam_execute(&self->job, &self->state, &hurried, &error) != ULAM_OK) fail_msg("%s", error.message);
}

/* Forgets everything but the state's bytes. */
static void take_up(calculation *self)
{
    ulam_error error = {0};
    ulam_bytes bytes = packed(self);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    ulam_state_free(&self->state);
    if (ulam_state_unpack(&self->state, &self->job, &reader, &error) != ULAM_OK) fail_msg("%s", error.message);
    if (ulam_state_verify(&self->state, &error) != ULAM_OK) fail_msg("%s", error.message);
    ulam_bytes_free(&bytes);
}

static void stops_leave_no_trace(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_JOBS; k++) {
        calculation whole, stopped;
        int middles = 0;
        begin_chains(&whole, jobs[k]);
        go_on(&whole);
        begin_chains(&stopped, jobs[k]);
        for (int i = 0; i < STOPS; i++) {
            go_on_for(&stopped, 0.0005 * (i + 1));
            middles += !ulam_state_complete(&stopped.state) && ulam_state_sweeps_made(&stopped.state, 0) > 0;
            take_up(&stopped);
        }
        assert_true(middles > 0);
        go_on(&stopped);
        assert_true(ulam_state_complete(&stopped.state));
        ulam_bytes one = packed(&whole), other = packed(&stopped);
        assert_int_equal(one.size, other.size);
        assert_memory_equal(one.data, other.data, one.size);
        ulam_bytes_free(&one);
        ulam_bytes_free(&other);
        end(&whole);
        end(&stopped);
    }
}

static void replayed_chains_have_the_means_that_count(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_JOBS; k++) {
        calculation self;
        ulam_error error = {0};
        begin_chains(&self, jobs[k]);
        go_on(&self);
        ulam_summary *summary = calloc(self.job.width, sizeof *summary);
        double *values = calloc(self.job.width, sizeof *values), least = INFINITY, most = -INFINITY;
        assert_true(summary && values);
        self.job.chain.sweeps = ulam_state_sweeps(&self.state, 0);
        assert_int_equal(ulam_state_summarise(&self.state, 0, summary), ULAM_OK);
        for (uint64_t run = 0; run < self.job.points[0].runs; run++) {
            if (ulam_replay(&self.job, 0, run, values, &error) != ULAM_OK) fail_msg("%s", error.message);
            least = fmin(least, values[0]);
            most = fmax(most, values[0]);
        }
        assert_true(summary[0].min == least && summary[0].max == most);
        free(values);
        free(summary);
        end(&self);
    }
}

/* What can be asked of a state. */
static void look_at(const ulam_state *state)
{
    ulam_summary *summary = calloc(state->job->width, sizeof *summary);
    assert_non_null(summary);
    for (size_t p = 0; p < state->job->n_points; p++) {
        ulam_chain_diagnosis diagnosis;
        ulam_state_summarise(state, p, summary);
        for (size_t e = 0; e < state->job->width; e++) ulam_state_diagnose(state, p, e, &diagnosis);
        const size_t bins = (size_t)ulam_state_series_bins(state, p);
        double *series = bins < 1000000 ? calloc((size_t)state->job->points[p].runs * bins + 1, sizeof *series) : NULL;
        if (series) ulam_state_series(state, p, 0, bins, series);
        free(series);
    }
    free(summary);
}

static bool unpack_damaged(calculation *self, const unsigned char *bytes, size_t size)
{
    ulam_error error = {0};
    ulam_state damaged;
    ulam_reader reader = {.at = bytes, .end = bytes + size};
    const ulam_status status = ulam_state_unpack(&damaged, &self->job, &reader, &error);
    assert_true(status == ULAM_OK || status == ULAM_EFORMAT);
    if (status == ULAM_OK && ulam_state_publish(&damaged) == ULAM_OK) look_at(&damaged);
    ulam_state_free(&damaged);
    return status != ULAM_OK;
}

static void damaged_bytes_are_refused_or_make_sense(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_JOBS; k++) {
        calculation self;
        int refused = 0;
        ulam_rng rng;
        ulam_rng_start(&rng, 7, k);
        begin_chains(&self, jobs[k]);
        go_on(&self);
        ulam_bytes bytes = packed(&self);
        unsigned char *changed = malloc(bytes.size);
        assert_non_null(changed);
        for (int i = 0; i < 200; i++) {
            memcpy(changed, bytes.data, bytes.size);
            const size_t at = (size_t)(ulam_uniform(&rng) * (double)bytes.size);
            if (i % 4 == 0) assert_true(unpack_damaged(&self, changed, at));
            changed[at] ^= (unsigned char)(1 << ulam_word32(&rng) % 8);
            if (i % 4 == 1) memset(changed + at, 0xff, bytes.size - at < 8 ? bytes.size - at : 8);
            refused += unpack_damaged(&self, changed, bytes.size);
        }
        assert_true(refused > 100); /* what is compressed has a checksum */
        free(changed);
        ulam_bytes_free(&bytes);
        end(&self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_leave_no_trace),
        cmocka_unit_test(replayed_chains_have_the_means_that_count),
        cmocka_unit_test(damaged_bytes_are_refused_or_make_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
