#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "elements.h"
#include "figures.h"
#include "labelled.h"
#include "write_parts.h"

typedef struct {
    ulam_labelled group;
    const ulam_state *state;
    const ulam_job *job;
    size_t *axes;          /* [n_axes] dimensions of the sweep, and room for one more */
    char *coordinates;     /* names of the arrays that label dimensions beside the dimensions' own; NULL: none */
    const char **names;    /* [n_observables * ULAM_FIGURES] */
    ulam_summary *summary; /* [n_points * width] */
    double *values;        /* [n_points * width], scratch */
    ulam_elements_list elements;
} results;

/* "first second", or second alone where first is NULL. Owned by the caller. NULL: out of memory. */
static char *join(const char *first, const char *second)
{
    const size_t size = (first ? strlen(first) + 1 : 0) + strlen(second) + 1;
    char *text = malloc(size);
    if (text) snprintf(text, size, "%s%s%s", first ? first : "", first ? " " : "", second);
    return text;
}

/* The names of all that is not a label, so that labels make way for them. */
static void take_names(results *self)
{
    ulam_labelled_name(&self->group, "runs", "");
    for (size_t i = 0; i < self->job->model->n_observables; i++)
        for (size_t k = 0; k < ULAM_FIGURES; k++) {
            const ulam_observable *observable = &self->job->model->observables[i];
            if (!ulam_figure_applies(k, observable)) continue;
            const size_t size = strlen(observable->name) + strlen(ulam_figures[k].suffix) + 1;
            char *name = malloc(size);
            if (!name) {
                ulam_h5_fail_memory(self->group.h5);
                return;
            }
            snprintf(name, size, "%s%s", observable->name, ulam_figures[k].suffix);
            self->names[i * ULAM_FIGURES + k] = ulam_labelled_name(&self->group, name, "_figure");
            free(name);
        }
}

/* The parameter is the dimension: its values are the coordinate. */
static void put_axis_of_one(results *self, size_t axis, size_t stride)
{
    const ulam_axis *along = &self->job->axes[axis];
    const ulam_parameter *parameter = &self->job->model->parameters[along->parameters[0]];
    const char *name = ulam_labelled_name(&self->group, along->name, "_parameter");
    if (parameter->type == ULAM_REALS) {
        self->axes[axis] = ulam_labelled_index(&self->group, name, along->length);
        return;
    }
    ulam_column column;
    hid_t dataset;
    if (ulam_column_init(&column, self->job, along->parameters[0], stride, along->length) != ULAM_OK)
        ulam_h5_fail_memory(self->group.h5);
    self->axes[axis] = ulam_labelled_dimension(&self->group, name, along->length, column.type, column.data, &dataset);
    ulam_labelled_describe(&self->group, dataset, parameter->unit, parameter->help);
    ulam_h5_done(self->group.h5, dataset);
    ulam_column_free(&column);
}

static void put_label(results *self, size_t axis, size_t parameter, size_t stride)
{
    const ulam_parameter *declared = &self->job->model->parameters[parameter];
    const char *name = ulam_labelled_name(&self->group, declared->name, "_parameter");
    ulam_column column;
    if (ulam_column_init(&column, self->job, parameter, stride, self->job->axes[axis].length) != ULAM_OK)
        ulam_h5_fail_memory(self->group.h5);
    const hid_t dataset = ulam_labelled_put(&self->group, name, column.type, &self->axes[axis], 1, column.data);
    ulam_labelled_describe(&self->group, dataset, declared->unit, declared->help);
    ulam_h5_done(self->group.h5, dataset);
    ulam_column_free(&column);

    char *coordinates = join(self->coordinates, name);
    if (!coordinates) ulam_h5_fail_memory(self->group.h5);
    free(self->coordinates);
    self->coordinates = coordinates;
}

/* A dimension with a name of its own counts, and each of its parameters, be it a single one, labels it. */
static void put_axis_counted(results *self, size_t axis, size_t stride)
{
    const ulam_axis *along = &self->job->axes[axis];
    const char *name = ulam_labelled_name(&self->group, along->name, "_index");
    self->axes[axis] = ulam_labelled_index(&self->group, name, along->length);
    for (size_t i = 0; i < along->n_parameters; i++) put_label(self, axis, along->parameters[i], stride);
}

static bool is_named_by_parameter(const ulam_job *job, const ulam_axis *axis)
{
    return axis->n_parameters == 1 && strcmp(axis->name, job->model->parameters[axis->parameters[0]].name) == 0;
}

static void put_axes(results *self)
{
    size_t stride = 1;
    for (size_t i = 0; i < self->job->n_axes; i++) stride *= self->job->axes[i].length;
    for (size_t i = 0; i < self->job->n_axes; i++) {
        stride /= self->job->axes[i].length;
        if (is_named_by_parameter(self->job, &self->job->axes[i]))
            put_axis_of_one(self, i, stride);
        else
            put_axis_counted(self, i, stride);
    }
}

static void put_runs(results *self)
{
    int64_t *runs = (int64_t *)(void *)self->values;
    for (size_t i = 0; i < self->job->n_points; i++) runs[i] = (int64_t)ulam_state_runs(self->state, i);
    const hid_t dataset = ulam_labelled_put(&self->group, "runs", ULAM_H5_INTEGER, self->axes, self->job->n_axes, runs);
    ulam_labelled_describe(&self->group, dataset, NULL, "runs done, failed ones included");
    ulam_h5_put_text(self->group.h5, dataset, "coordinates", self->coordinates);
    ulam_h5_done(self->group.h5, dataset);
}

/* Sets values to a figure of an observable at every point. */
static void collect(results *self, size_t observable, size_t figure)
{
    const ulam_extent *extent = &self->job->extents[observable];
    for (size_t i = 0; i < self->job->n_points; i++) {
        double *values = self->values + i * extent->length;
        if (figure == ULAM_FIGURE_EXACT) {
            self->job->model->observables[observable].exact(self->job->points[i].values, values);
            continue;
        }
        for (size_t j = 0; j < extent->length; j++)
            ulam_figure_get(figure, &self->summary[i * self->job->width + extent->offset + j], &values[j]);
    }
}

static void put_figure(results *self, size_t observable, size_t figure, const ulam_elements *elements)
{
    const ulam_observable *declared = &self->job->model->observables[observable];
    const ulam_figure *meant = &ulam_figures[figure];
    ulam_h5 *h5 = self->group.h5;
    if (h5->status != ULAM_OK) return;

    collect(self, observable, figure);
    const hid_t dataset = ulam_labelled_put(&self->group, self->names[observable * ULAM_FIGURES + figure], meant->type,
                                            self->axes, self->job->n_axes + (elements ? 1 : 0), self->values);
    const char *subject = figure == ULAM_FIGURE_MEAN && declared->help ? declared->help : declared->name;
    char *long_name = join(meant->words, subject);
    char *coordinates = elements && elements->auxiliary ? join(self->coordinates, elements->variable) : NULL;
    if (!long_name || (elements && elements->auxiliary && !coordinates)) ulam_h5_fail_memory(h5);
    ulam_labelled_describe(&self->group, dataset, meant->has_unit ? declared->unit : NULL, long_name);
    ulam_h5_put_text(h5, dataset, "coordinates", coordinates ? coordinates : self->coordinates);
    if (figure == ULAM_FIGURE_MEAN && elements) ulam_h5_put_text(h5, dataset, "elements", elements->variable);
    ulam_h5_done(h5, dataset);
    free(coordinates);
    free(long_name);
}

static void put_observable(results *self, size_t observable)
{
    const ulam_elements *elements = NULL;
    if (!self->job->extents[observable].scalar) {
        elements = ulam_elements_of(&self->elements, &self->group, self->job, observable, self->axes);
        if (!elements) return;
        self->axes[self->job->n_axes] = elements->dimension;
    }
    for (size_t k = 0; k < ULAM_FIGURES; k++)
        if (ulam_figure_applies(k, &self->job->model->observables[observable]))
            put_figure(self, observable, k, elements);
}

static void put_list(results *self)
{
    const size_t n_axes = self->job->n_axes;
    const char **axes = calloc(n_axes + 1, sizeof *axes);
    for (size_t i = 0; axes && i < n_axes; i++) axes[i] = self->job->axes[i].name;
    if (axes)
        ulam_h5_put_words(self->group.h5, self->group.group, "dimensions", axes, n_axes);
    else
        ulam_h5_fail_memory(self->group.h5);
    free(axes);

    const size_t n = self->job->model->n_observables;
    for (size_t i = 0; i < n; i++) self->names[i] = self->names[i * ULAM_FIGURES];
    ulam_h5_put_words(self->group.h5, self->group.group, "observables", self->names, n);
}

static bool prepare(results *self)
{
    const ulam_job *job = self->job;
    const size_t cells = job->n_points * (job->width ? job->width : 1);
    self->axes = calloc(job->n_axes + 1, sizeof *self->axes);
    self->names = calloc(job->model->n_observables * ULAM_FIGURES + 1, sizeof *self->names);
    self->summary = calloc(cells + 1, sizeof *self->summary);
    self->values = calloc(cells + 1, sizeof *self->values);
    if (!self->axes || !self->names || !self->summary || !self->values) return false;
    for (size_t i = 0; i < job->n_points; i++)
        if (ulam_state_summarise(self->state, i, self->summary + i * job->width) != ULAM_OK) return false;
    return true;
}

void ulam_write_results(ulam_h5 *h5, const ulam_state *state)
{
    results self = {.state = state, .job = state->job};
    ulam_labelled_open(&self.group, h5, "results");
    if (!prepare(&self)) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK) {
        take_names(&self);
        put_axes(&self);
        put_runs(&self);
        for (size_t i = 0; i < self.job->model->n_observables; i++) put_observable(&self, i);
        put_list(&self);
    }
    ulam_labelled_close(&self.group);
    ulam_elements_free(&self.elements);
    free(self.coordinates);
    free(self.names);
    free(self.axes);
    free(self.summary);
    free(self.values);
}
