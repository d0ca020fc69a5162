#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_error.h"

/* " (rate=2, servers=3)": the parameters that tell the point from the others; empty where there is only one. */
static void describe_point(const ulam_job *job, size_t p, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t i = 0; i < job->axes[a].n_parameters; i++) {
            const size_t parameter = job->axes[a].parameters[i];
            const ulam_parameter *declared = &job->model->parameters[parameter];
            char *value = ulam_value_text(declared, job->points[p].values[parameter]);
            const int n = snprintf(text + length, size - length, "%s%s=%s", length ? ", " : " (", declared->name,
                                   value ? value : "?");
            free(value);
            if (n < 0 || (size_t)n >= size - length) return;
            length += (size_t)n;
        }
    if (length) snprintf(text + length, size - length, ")");
}

ulam_status ulam_fail_at_point(const ulam_job *job, size_t p, ulam_error *error)
{
    char where[256];
    describe_point(job, p, where, sizeof where);
    return ulam_fail_within(error, "model '%s', point %zu%s", job->model->name, p, where);
}

/* `options` follow the run in the command. */
static ulam_status fail(const ulam_job *job, size_t p, uint64_t run, const char *options, ulam_error *error)
{
    if (!error) return ULAM_ERUN;
    error->status = ULAM_ERUN;
    char where[256];
    describe_point(job, p, where, sizeof where);
    ulam_fail_within(error, "model '%s', point %zu%s, run %llu", job->model->name, p, where, (unsigned long long)run);
    const size_t length = strlen(error->message);
    if (job->output)
        snprintf(error->message + length, sizeof error->message - length,
                 "; 'ulam replay %s --point %zu --run %llu%s' performs it alone", job->output, p,
                 (unsigned long long)run, options);
    return ULAM_ERUN;
}

ulam_status ulam_fail_at_run(const ulam_job *job, size_t p, uint64_t run, ulam_error *error)
{
    return fail(job, p, run, "", error);
}

ulam_status ulam_fail_at_chain(const ulam_job *job, size_t p, uint64_t run, uint64_t sweep, ulam_error *error)
{
    const uint64_t thermalize = job->chain.thermalize;
    char options[40];
    snprintf(options, sizeof options, " --sweeps %llu",
             (unsigned long long)(sweep > thermalize ? sweep - thermalize : 1));
    return fail(job, p, run, options, error);
}

/* Of a job with targets only those count that no end before them can drop any more; *last is the last of these. */
static size_t count_failures(const ulam_state *state, const ulam_failure **last)
{
    size_t n = 0;
    for (size_t i = 0; i < state->n_failures; i++) {
        const ulam_failure *failure = &state->failures[i];
        if (state->job->until.n_targets && failure->run >= ulam_state_runs(state, failure->point)) continue;
        *last = failure;
        n++;
    }
    return n;
}

bool ulam_job_notes_failures(const ulam_job *job)
{
    return job->conduct.on_failure == ULAM_ON_FAILURE_RECORD || job->until.n_targets > 0;
}

ulam_status ulam_judge_failures(const ulam_state *state, const ulam_failure *last, ulam_error *error)
{
    const ulam_job *job = state->job;
    const ulam_failure *listed = NULL;
    if (!ulam_job_notes_failures(job) || state->n_failures <= job->conduct.max_failed) return ULAM_OK;
    if (count_failures(state, &listed) <= job->conduct.max_failed) return ULAM_OK;
    if (!last || job->until.n_targets) last = listed;
    ulam_fail(error, ULAM_ERUN, "%s", last->cause);
    ulam_fail_at_run(job, last->point, last->run, error);
    if (job->conduct.on_failure == ULAM_ON_FAILURE_RECORD)
        ulam_fail_within(error, "more than %llu failed runs (max_failed); the last",
                         (unsigned long long)job->conduct.max_failed);
    return ULAM_ERUN;
}
