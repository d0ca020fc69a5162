/* /series: the means of consecutive measurements of each chain. */

#include <math.h>
#include <stdlib.h>

#include "write_parts.h"

enum {
    POINT,
    CHAIN,
    BIN,
    ELEMENT,
    AXES
};

typedef struct {
    ulam_labelled group;
    const ulam_state *state;
    size_t axes[AXES];
    size_t chains, bins; /* the most of any point */
    double *element;     /* [chains][bins], scratch */
} series;

static size_t put_bins(series *self)
{
    const ulam_chain_plan *plan = &self->state->job->chain;
    double *ends = malloc((self->bins + 1) * sizeof *ends);
    hid_t dataset = H5I_INVALID_HID;
    if (!ends) {
        ulam_h5_fail_memory(self->group.h5);
        return 0;
    }
    for (size_t i = 0; i < self->bins; i++) ends[i] = (double)((i + 1) * plan->bin * plan->every);
    const char *name = ulam_labelled_name(&self->group, "sweep", "_of_bin");
    const size_t axis = ulam_labelled_dimension(&self->group, name, self->bins, ULAM_H5_REAL, ends, &dataset);
    ulam_labelled_describe(&self->group, dataset, NULL, "sweep behind the thermalisation with which the bin ends");
    ulam_h5_done(self->group.h5, dataset);
    free(ends);
    return axis;
}

static void fill(series *self, size_t observable, double *values)
{
    const ulam_extent *extent = &self->state->job->extents[observable];
    const size_t cells = self->chains * self->bins;
    for (size_t p = 0; p < self->state->job->n_points; p++)
        for (size_t e = 0; e < extent->length && self->group.h5->status == ULAM_OK; e++) {
            const ulam_point *point = &self->state->job->points[p];
            const size_t known = (size_t)(point->runs - point->first) * self->bins;
            if (ulam_state_series(self->state, p, extent->offset + e, self->bins, self->element))
                ulam_h5_fail_memory(self->group.h5);
            for (size_t i = 0; i < cells; i++)
                values[(p * cells + i) * extent->length + e] = i < known ? self->element[i] : NAN;
        }
}

static void put_observable(series *self, size_t observable)
{
    const ulam_job *job = self->state->job;
    const ulam_observable *declared = &job->model->observables[observable];
    const ulam_extent *extent = &job->extents[observable];
    double *values = calloc(job->n_points * self->chains * self->bins + 1, extent->length * sizeof *values);
    if (!values) ulam_h5_fail_memory(self->group.h5);
    if (self->group.h5->status == ULAM_OK) {
        fill(self, observable, values);
        const char *name = ulam_labelled_name(&self->group, declared->name, "_series");
        if (!extent->scalar)
            self->axes[ELEMENT] = ulam_labelled_index(
                &self->group, ulam_labelled_name(&self->group, declared->name, "_element"), extent->length);
        const hid_t dataset =
            ulam_labelled_put(&self->group, name, ULAM_H5_REAL, self->axes, extent->scalar ? ELEMENT : AXES, values);
        ulam_labelled_describe(&self->group, dataset, declared->unit, declared->help ? declared->help : declared->name);
        ulam_h5_done(self->group.h5, dataset);
    }
    free(values);
}

void ulam_write_series(ulam_h5 *h5, const ulam_state *state)
{
    const ulam_job *job = state->job;
    series self = {.state = state};
    for (size_t p = 0; p < job->n_points; p++) {
        const size_t chains = (size_t)(job->points[p].runs - job->points[p].first);
        const size_t bins = (size_t)ulam_state_series_bins(state, p);
        if (chains > self.chains) self.chains = chains;
        if (bins > self.bins) self.bins = bins;
    }
    if (self.bins == 0) return;
    self.element = malloc(self.chains * self.bins * sizeof *self.element);
    ulam_labelled_open(&self.group, h5, "series");
    if (!self.element) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK) {
        self.axes[POINT] =
            ulam_labelled_index(&self.group, ulam_labelled_name(&self.group, "point", ""), job->n_points);
        self.axes[CHAIN] = ulam_labelled_index(&self.group, ulam_labelled_name(&self.group, "chain", ""), self.chains);
        self.axes[BIN] = put_bins(&self);
        for (size_t o = 0; o < job->model->n_observables; o++) put_observable(&self, o);
    }
    free(self.element);
    ulam_labelled_close(&self.group);
}
