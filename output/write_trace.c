#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write_parts.h"

typedef struct {
    ulam_labelled group;
    const ulam_state *state;
    size_t dimensions[2];
    size_t n_rungs; /* the most of any point */
    double *values; /* [n_points * n_rungs], scratch */
} trace;

static void put_runs(trace *self)
{
    const bool chains = ulam_job_has_chains(self->state->job);
    int64_t *runs = (int64_t *)(void *)self->values;
    for (size_t p = 0; p < self->state->job->n_points; p++)
        for (size_t k = 0; k < self->n_rungs; k++)
            runs[p * self->n_rungs + k] =
                k < self->state->points[p].n_rungs ? (int64_t)ulam_state_rung(self->state, p, k) : 0;
    const hid_t dataset =
        ulam_labelled_put(&self->group, chains ? "sweeps" : "runs", ULAM_H5_INTEGER, self->dimensions, 2, runs);
    ulam_labelled_describe(&self->group, dataset, NULL,
                           chains ? "sweeps of each chain at the rung, 0: not reached"
                                  : "runs at the rung, 0: not reached");
    ulam_h5_done(self->group.h5, dataset);
}

/* One of the two numbers that are kept of the scalar. */
static void put_figure(trace *self, const ulam_observable *observable, size_t scalar, size_t figure)
{
    static const char *const suffixes[] = {"", "_stderr"};
    char name[256];
    for (size_t p = 0; p < self->state->job->n_points; p++) {
        const ulam_point_state *point = &self->state->points[p];
        for (size_t k = 0; k < self->n_rungs; k++)
            self->values[p * self->n_rungs + k] =
                k < point->n_rungs ? point->trace[(k * self->state->traced + scalar) * 2 + figure] : NAN;
    }
    snprintf(name, sizeof name, "%.200s%s", observable->name, suffixes[figure]);
    const char *taken = ulam_labelled_name(&self->group, name, "_figure");
    const hid_t dataset = ulam_labelled_put(&self->group, taken, ULAM_H5_REAL, self->dimensions, 2, self->values);
    ulam_labelled_describe(&self->group, dataset, observable->unit,
                           figure ? "standard error of the mean at the rung" : "mean at the rung");
    ulam_h5_done(self->group.h5, dataset);
}

static void put_all(trace *self)
{
    const ulam_job *job = self->state->job;
    self->dimensions[0] =
        ulam_labelled_index(&self->group, ulam_labelled_name(&self->group, "point", ""), job->n_points);
    self->dimensions[1] =
        ulam_labelled_index(&self->group, ulam_labelled_name(&self->group, "rung", ""), self->n_rungs);
    ulam_labelled_name(&self->group, ulam_job_has_chains(job) ? "sweeps" : "runs", "");
    put_runs(self);
    for (size_t o = 0, scalar = 0; o < job->model->n_observables; o++) {
        if (!job->extents[o].scalar) continue;
        for (size_t figure = 0; figure < 2; figure++) put_figure(self, &job->model->observables[o], scalar, figure);
        scalar++;
    }
}

void ulam_write_trace(ulam_h5 *h5, const ulam_state *state)
{
    trace self = {.state = state};
    for (size_t p = 0; p < state->job->n_points; p++)
        if (state->points[p].n_rungs > self.n_rungs) self.n_rungs = state->points[p].n_rungs;
    if (self.n_rungs == 0) return;
    ulam_labelled_open(&self.group, h5, "trace");
    self.values = malloc(state->job->n_points * self.n_rungs * sizeof *self.values);
    if (self.values)
        put_all(&self);
    else
        ulam_h5_fail_memory(h5);
    free(self.values);
    ulam_labelled_close(&self.group);
}
