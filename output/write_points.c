#include <stdlib.h>

#include "column.h"
#include "labelled.h"
#include "write_parts.h"

/* The dimension of the results that a parameter varies along, or NULL. */
static const char *dimension_of(const ulam_job *job, size_t parameter)
{
    for (size_t i = 0; i < job->n_axes; i++)
        for (size_t j = 0; j < job->axes[i].n_parameters; j++)
            if (job->axes[i].parameters[j] == parameter) return job->axes[i].name;
    return NULL;
}

static void put_parameter(ulam_labelled *group, const char *name, const ulam_job *job, size_t parameter,
                          const size_t *dimension)
{
    const ulam_parameter *declared = &job->model->parameters[parameter];
    ulam_column column;
    if (ulam_column_init(&column, job, parameter, 1, job->n_points) != ULAM_OK) ulam_h5_fail_memory(group->h5);
    const hid_t dataset = ulam_labelled_put(group, name, column.type, dimension, 1, column.data);
    ulam_labelled_describe(group, dataset, declared->unit, declared->help);
    ulam_h5_put_text(group->h5, dataset, "dimension", dimension_of(job, parameter));
    ulam_h5_done(group->h5, dataset);
    ulam_column_free(&column);
}

static void put_count(ulam_labelled *group, const char *name, const char *long_name, const size_t *dimension,
                      const int64_t *count)
{
    const hid_t dataset = ulam_labelled_put(group, name, ULAM_H5_INTEGER, dimension, 1, count);
    ulam_labelled_describe(group, dataset, NULL, long_name);
    ulam_h5_done(group->h5, dataset);
}

static uint64_t failed_runs(const ulam_state *state, size_t point)
{
    const ulam_point_state *self = &state->points[point];
    const bool tail = ulam_state_runs(state, point) > self->prefix.runs;
    return self->prefix.failed + (tail ? self->tail.failed : 0);
}

/* Of chains, how long they are. */
static void put_sweeps(ulam_labelled *group, const ulam_state *state, const size_t *dimension, int64_t *count)
{
    const size_t n = state->job->n_points;
    for (size_t i = 0; i < n; i++) {
        count[i] = (int64_t)ulam_state_sweeps(state, i);
        count[n + i] = (int64_t)ulam_state_sweeps_asked(state, i);
    }
    put_count(group, "sweeps", "sweeps of each chain that the results cover, behind the thermalisation", dimension,
              count);
    ulam_h5_put_unsigned(group->h5, group->group, "thermalize", state->job->chain.thermalize);
    ulam_h5_put_unsigned(group->h5, group->group, "measure_every", state->job->chain.every);
    put_count(group, "sweeps_asked", state->job->until.n_targets ? "sweeps foreseen" : "sweeps asked for", dimension,
              count + n);
}

static void put_counts(ulam_labelled *group, const ulam_state *state, const size_t *dimension)
{
    const size_t n = state->job->n_points;
    int64_t *count = calloc(n ? 4 * n : 1, sizeof *count);
    if (!count) {
        ulam_h5_fail_memory(group->h5);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        count[i] = (int64_t)ulam_state_runs(state, i);
        count[n + i] = (int64_t)failed_runs(state, i);
        count[2 * n + i] = (int64_t)ulam_state_runs_needed(state, i);
        count[3 * n + i] = (int64_t)state->job->points[i].first;
    }
    put_count(group, "runs", "runs done, failed ones included", dimension, count);
    put_count(group, "failed", "runs that failed; they count in no figure", dimension, count + n);
    put_count(group, "runs_asked", state->job->until.n_targets ? "runs foreseen" : "runs asked for", dimension,
              count + 2 * n);
    put_count(group, "first_run", "first of the runs asked for", dimension, count + 3 * n);
    if (ulam_job_has_chains(state->job)) put_sweeps(group, state, dimension, count);
    free(count);
}

void ulam_write_points(ulam_h5 *h5, const ulam_state *state, bool samples)
{
    const ulam_job *job = state->job;
    const size_t n = job->model->n_parameters;
    const char **names = calloc(n ? n : 1, sizeof *names);
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "points");
    if (!names) {
        ulam_h5_fail_memory(h5);
        goto out;
    }
    static const char *const own[] = {"runs",         "failed",    "runs_asked", "first_run",    "sweeps",
                                      "sweeps_asked", "converged", "ending",     "target_ratio", "samples_hash"};
    for (size_t i = 0; i < sizeof own / sizeof *own - !samples; i++) ulam_labelled_name(&group, own[i], "");
    for (size_t i = 0; i < n; i++) names[i] = ulam_labelled_name(&group, job->model->parameters[i].name, "_parameter");
    const size_t dimension = ulam_labelled_index(&group, ulam_labelled_name(&group, "point", "_index"), job->n_points);
    for (size_t i = 0; i < n; i++) put_parameter(&group, names[i], job, i, &dimension);
    put_counts(&group, state, &dimension);
    if (samples) ulam_write_samples_hash(&group, state, &dimension);
    if (job->until.n_targets) ulam_write_targets(&group, state, &dimension);
    ulam_h5_put_words(h5, group.group, "parameters", names, n);
out:
    ulam_labelled_close(&group);
    free(names);
}
