#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "figures.h"
#include "results_group.h"
#include "write_parts.h"

char *ulam_join_words(const char *first, const char *second)
{
    const size_t size = (first ? strlen(first) + 1 : 0) + strlen(second) + 1;
    char *text = malloc(size);
    if (text) snprintf(text, size, "%s%s%s", first ? first : "", first ? " " : "", second);
    return text;
}

/* Takes the name of an observable with a suffix behind it. */
static const char *take_name(ulam_results_group *self, size_t observable, const char *suffix)
{
    const char *declared = self->job->model->observables[observable].name;
    const size_t size = strlen(declared) + strlen(suffix) + 1;
    char *name = malloc(size);
    if (!name) {
        ulam_h5_fail_memory(self->group.h5);
        return "";
    }
    snprintf(name, size, "%s%s", declared, suffix);
    const char *taken = ulam_labelled_name(&self->group, name, "_figure");
    free(name);
    return taken;
}

/* The names of all that is not a label, so that labels make way for them. No label can have those of what is put with
 * ulam_results_put(): models are judged by that. */
static void take_names(ulam_results_group *self)
{
    ulam_labelled_name(&self->group, "runs", "");
    if (self->job->antithetic) self->pairs_name = ulam_labelled_name(&self->group, "pairs", "");
    if (self->job->statistics && self->job->statistics->n_pairs) {
        ulam_labelled_name(&self->group, "covariance", "");
        ulam_labelled_name(&self->group, "correlation", "");
    }
    for (size_t i = 0; i < self->job->model->n_observables; i++)
        for (size_t k = 0; k < ULAM_FIGURES; k++)
            if (ulam_figure_applies(k, &self->job->model->observables[i]))
                self->names[i * ULAM_FIGURES + k] = take_name(self, i, ulam_figures[k].suffix);
    ulam_take_derived_names(self);
}

/* The parameter is the dimension: its values are the coordinate. */
static void put_axis_of_one(ulam_results_group *self, size_t axis, size_t stride)
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

static void put_label(ulam_results_group *self, size_t axis, size_t parameter, size_t stride)
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

    char *coordinates = ulam_join_words(self->coordinates, name);
    if (!coordinates) ulam_h5_fail_memory(self->group.h5);
    free(self->coordinates);
    self->coordinates = coordinates;
}

/* A dimension with a name of its own counts, and each of its parameters, be it a single one, labels it. */
static void put_axis_counted(ulam_results_group *self, size_t axis, size_t stride)
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

static void put_axes(ulam_results_group *self)
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

/* Of values[n_points] in the group's scratch. */
static void put_counts(ulam_results_group *self, const char *name, const char *long_name)
{
    const int64_t *counts = (int64_t *)(void *)self->values;
    const hid_t dataset = ulam_labelled_put(&self->group, name, ULAM_H5_INTEGER, self->axes, self->job->n_axes, counts);
    ulam_labelled_describe(&self->group, dataset, NULL, long_name);
    ulam_h5_put_text(self->group.h5, dataset, "coordinates", self->coordinates);
    ulam_h5_done(self->group.h5, dataset);
}

static void put_runs(ulam_results_group *self)
{
    int64_t *counts = (int64_t *)(void *)self->values;
    for (size_t i = 0; i < self->job->n_points; i++) counts[i] = (int64_t)ulam_state_runs(self->state, i);
    put_counts(self, "runs", "runs done, failed ones included");
    if (!self->job->antithetic) return;
    for (size_t i = 0; i < self->job->n_points; i++) counts[i] = (int64_t)self->summary[i * self->job->width].count;
    put_counts(self, self->pairs_name, "antithetic pairs, each of which counts as one value");
}

/* Sets values to a figure of an observable at every point. */
static void collect(ulam_results_group *self, size_t observable, size_t figure)
{
    const ulam_extent *extent = &self->job->extents[observable];
    for (size_t i = 0; i < self->job->n_points; i++) {
        double *values = self->values + i * extent->length;
        if (figure == ULAM_FIGURE_EXACT) {
            self->job->model->observables[observable].exact(self->job->points[i].values, values);
            continue;
        }
        const size_t cell = i * self->job->width + extent->offset;
        for (size_t j = 0; j < extent->length; j++)
            ulam_figure_get(figure, &self->summary[cell + j], &self->bounds[cell + j], &values[j]);
    }
}

/* The attributes of an array over sweep and elements. */
static void describe(ulam_results_group *self, hid_t dataset, const ulam_results_array *array)
{
    const ulam_observable *declared = &self->job->model->observables[array->observable];
    const ulam_elements *elements = array->elements;
    ulam_h5 *h5 = self->group.h5;
    const char *subject = !array->words && declared->help ? declared->help : declared->name;
    char *long_name = ulam_join_words(array->words, subject);
    char *coordinates = elements && elements->auxiliary ? ulam_join_words(self->coordinates, elements->variable) : NULL;
    if (!long_name || (elements && elements->auxiliary && !coordinates)) ulam_h5_fail_memory(h5);
    ulam_labelled_describe(&self->group, dataset, array->has_unit ? declared->unit : NULL, long_name);
    ulam_h5_put_text(h5, dataset, "coordinates", coordinates ? coordinates : self->coordinates);
    if (array->is_interval) ulam_h5_put_real(h5, dataset, "confidence", self->job->confidence);
    free(coordinates);
    free(long_name);
}

static void put_figure(ulam_results_group *self, size_t observable, size_t figure, const ulam_elements *elements)
{
    const ulam_figure *meant = &ulam_figures[figure];
    const ulam_results_array array = {.observable = observable,
                                      .words = meant->words,
                                      .has_unit = meant->has_unit,
                                      .elements = elements,
                                      .is_interval = figure == ULAM_FIGURE_LOW || figure == ULAM_FIGURE_HIGH};
    ulam_h5 *h5 = self->group.h5;
    if (h5->status != ULAM_OK) return;

    collect(self, observable, figure);
    const hid_t dataset = ulam_labelled_put(&self->group, self->names[observable * ULAM_FIGURES + figure], meant->type,
                                            self->axes, self->job->n_axes + (elements ? 1 : 0), self->values);
    describe(self, dataset, &array);
    const bool exact = ulam_job_unit_kind(self->job, observable) == ULAM_INDICATOR;
    if (array.is_interval) ulam_h5_put_text(h5, dataset, "interval", exact ? "Clopper-Pearson" : "Student");
    if (figure == ULAM_FIGURE_MEAN && elements) ulam_h5_put_text(h5, dataset, "elements", elements->variable);
    ulam_h5_done(h5, dataset);
}

void ulam_results_put(ulam_results_group *self, const ulam_results_array *array, ulam_h5_type type, const void *values)
{
    size_t rank = self->job->n_axes + (array->elements ? 1 : 0);
    if (self->group.h5->status != ULAM_OK) return;
    if (array->last) self->axes[rank++] = *array->last;
    const char *name = take_name(self, array->observable, array->suffix);
    const hid_t dataset = ulam_labelled_put(&self->group, name, type, self->axes, rank, values);
    describe(self, dataset, array);
    ulam_h5_done(self->group.h5, dataset);
}

size_t ulam_results_dimension(ulam_results_group *self, size_t observable, const char *suffix, size_t length,
                              const double *coordinates, bool has_unit)
{
    const char *name = take_name(self, observable, suffix);
    if (!coordinates) return ulam_labelled_index(&self->group, name, length);
    hid_t dataset;
    const size_t dimension = ulam_labelled_dimension(&self->group, name, length, ULAM_H5_REAL, coordinates, &dataset);
    const char *unit = self->job->model->observables[observable].unit;
    ulam_labelled_describe(&self->group, dataset, has_unit ? unit : NULL, NULL);
    ulam_h5_done(self->group.h5, dataset);
    return dimension;
}

static void put_observable(ulam_results_group *self, size_t observable)
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
    ulam_write_quantiles(self, observable, elements);
    ulam_write_histogram(self, observable, elements);
    ulam_write_chains(self, observable, elements);
    ulam_write_antithetic(self, observable, elements);
}

static void put_list(ulam_results_group *self)
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

static bool make_room(ulam_results_group *self)
{
    const ulam_job *job = self->job;
    const size_t cells = job->n_points * (job->width ? job->width : 1);
    if (!ulam_list_estimates(self)) return false;
    self->axes = calloc(job->n_axes + ULAM_RESULTS_MORE_AXES, sizeof *self->axes);
    self->names = calloc(job->model->n_observables * ULAM_FIGURES + 1, sizeof *self->names);
    self->derived_names = calloc(self->n_estimates * ULAM_DERIVED_FIGURES + 1, sizeof *self->derived_names);
    self->summary = calloc(cells + 1, sizeof *self->summary);
    self->bounds = calloc(cells + 1, sizeof *self->bounds);
    self->values = calloc(cells + 1, sizeof *self->values);
    return self->axes && self->names && self->derived_names && self->summary && self->bounds && self->values;
}

static bool prepare(ulam_results_group *self)
{
    const ulam_job *job = self->job;
    if (!make_room(self)) return false;
    for (size_t i = 0; i < job->n_points; i++) {
        ulam_summary *summary = self->summary + i * job->width;
        if (ulam_state_summarise(self->state, i, summary) != ULAM_OK) return false;
        for (size_t o = 0; o < job->model->n_observables; o++)
            for (size_t e = job->extents[o].offset; e < job->extents[o].offset + job->extents[o].length; e++)
                self->bounds[i * job->width + e] =
                    ulam_mean_interval(ulam_job_unit_kind(job, o), &summary[e], job->confidence);
    }
    return true;
}

void ulam_write_results(ulam_h5 *h5, const ulam_state *state)
{
    ulam_results_group self = {.state = state, .job = state->job};
    ulam_labelled_open(&self.group, h5, "results");
    if (!prepare(&self)) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK) {
        take_names(&self);
        put_axes(&self);
        put_runs(&self);
        for (size_t i = 0; i < self.job->model->n_observables; i++) put_observable(&self, i);
        ulam_write_derived(&self);
        ulam_write_covariance(&self);
        put_list(&self);
    }
    ulam_write_warnings(&self);
    ulam_labelled_close(&self.group);
    ulam_elements_free(&self.elements);
    free(self.coordinates);
    ulam_free_estimates(&self);
    free(self.derived_names);
    free(self.names);
    free(self.axes);
    free(self.summary);
    free(self.bounds);
    free(self.values);
}
