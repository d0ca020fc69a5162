#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "hdf5_read.h"
#include "read_parts.h"

typedef struct {
    ulam_h5 *h5;
    hid_t group;
    size_t n_points;
    bool chains;
} reader;

static void read_elements(reader *self, ulam_result_observable *observable)
{
    ulam_h5 *h5 = self->h5;
    const hid_t dataset = ulam_h5_get_dataset(h5, self->group, observable->dimension);
    const size_t length = observable->length;
    const size_t cells = self->n_points * length;
    const size_t n = ulam_h5_length(h5, dataset);
    observable->dimension_unit = ulam_h5_get_text(h5, dataset, "units");
    if (n != length && n != cells) ulam_h5_fail_format(h5, "not of the expected length", observable->dimension);
    double *coordinate = ulam_h5_get_reals(h5, dataset, n);
    observable->coordinate = coordinate;
    if (n != cells && h5->status == ULAM_OK) {
        observable->coordinate = malloc(cells * sizeof *coordinate);
        for (size_t i = 0; observable->coordinate && i < cells; i++) observable->coordinate[i] = coordinate[i % length];
        if (!observable->coordinate) ulam_h5_fail_memory(h5);
        free(coordinate);
    }
    ulam_h5_done(h5, dataset);
}

/* Opens a figure of an observable; one that is not there only if it may be so. */
static hid_t open_figure(reader *self, const char *name, size_t figure)
{
    const size_t size = strlen(name) + strlen(ulam_figures[figure].suffix) + 1;
    char *full = malloc(size);
    hid_t dataset = H5I_INVALID_HID;
    if (!full) {
        ulam_h5_fail_memory(self->h5);
        return dataset;
    }
    snprintf(full, size, "%s%s", name, ulam_figures[figure].suffix);
    const bool optional = figure == ULAM_FIGURE_COUNT || figure == ULAM_FIGURE_EXACT;
    if (!optional || ulam_h5_has(self->h5, self->group, full))
        dataset = ulam_h5_get_dataset(self->h5, self->group, full);
    free(full);
    return dataset;
}

static double *read_reals(reader *self, const char *name, size_t figure, size_t n)
{
    const hid_t dataset = open_figure(self, name, figure);
    double *values = dataset < 0 ? NULL : ulam_h5_get_reals(self->h5, dataset, n);
    ulam_h5_done(self->h5, dataset);
    return values;
}

static uint64_t *read_count(reader *self, const char *name, size_t n)
{
    const hid_t dataset = open_figure(self, name, ULAM_FIGURE_COUNT);
    uint64_t *values = dataset < 0 ? NULL : ulam_h5_get_counts(self->h5, dataset, n);
    ulam_h5_done(self->h5, dataset);
    return values;
}

/* The confidence of the file's intervals stands at each. */
static double read_confidence(reader *self, const char *name)
{
    const hid_t dataset = open_figure(self, name, ULAM_FIGURE_LOW);
    const double confidence = ulam_h5_get_real(self->h5, dataset, "confidence");
    ulam_h5_done(self->h5, dataset);
    return confidence;
}

/* What the array of the means says of the observable. */
static void read_declaration(reader *self, ulam_result_observable *observable)
{
    const hid_t dataset = ulam_h5_get_dataset(self->h5, self->group, observable->name);
    const size_t cells = ulam_h5_length(self->h5, dataset);
    observable->unit = ulam_h5_get_text(self->h5, dataset, "units");
    observable->help = ulam_h5_get_text(self->h5, dataset, "long_name");
    observable->dimension = ulam_h5_get_text(self->h5, dataset, "elements");
    observable->scalar = !observable->dimension;
    observable->length = self->n_points ? cells / self->n_points : 0;
    if (observable->length == 0 || observable->length * self->n_points != cells ||
        (observable->scalar && observable->length != 1))
        ulam_h5_fail_format(self->h5, "not of the expected length", observable->name);
    ulam_h5_done(self->h5, dataset);
}

/* An array that stands beside others; NULL: it does not. */
static double *read_suffixed(reader *self, const char *name, size_t length, const char *suffix, size_t n)
{
    char *full = NULL;
    if (asprintf(&full, "%.*s%s", (int)length, name, suffix) < 0) {
        ulam_h5_fail_memory(self->h5);
        return NULL;
    }
    double *values = NULL;
    if (ulam_h5_has(self->h5, self->group, full)) {
        const hid_t dataset = ulam_h5_get_dataset(self->h5, self->group, full);
        values = ulam_h5_get_reals(self->h5, dataset, n);
        ulam_h5_done(self->h5, dataset);
    }
    free(full);
    return values;
}

/* "price_controlled" has "price_variance_reduction" beside it. */
static void read_reduction(reader *self, ulam_result_observable *observable)
{
    static const char suffix[] = "_controlled";
    const size_t length = strlen(observable->name), end = sizeof suffix - 1;
    if (length <= end || strcmp(observable->name + length - end, suffix) != 0) return;
    observable->reduction = read_suffixed(self, observable->name, length - end, "_variance_reduction", self->n_points);
    if (!observable->reduction) ulam_h5_fail_format(self->h5, "not there", "variance_reduction");
}

static void read_derived(reader *self, ulam_result_observable *observable)
{
    const char *name = observable->name;
    observable->derived = true;
    read_declaration(self, observable);
    if (self->h5->status == ULAM_OK && !observable->scalar)
        ulam_h5_fail_format(self->h5, "not of the expected length", name);
    if (self->h5->status != ULAM_OK) return;
    observable->mean = read_reals(self, name, ULAM_FIGURE_MEAN, self->n_points);
    observable->std_error = read_reals(self, name, ULAM_FIGURE_STD_ERROR, self->n_points);
    observable->low = read_reals(self, name, ULAM_FIGURE_LOW, self->n_points);
    observable->high = read_reals(self, name, ULAM_FIGURE_HIGH, self->n_points);
    read_reduction(self, observable);
}

static void read_difference(reader *self, ulam_result_observable *observable)
{
    observable->difference = true;
    read_derived(self, observable);
}

static double *read_beside(reader *self, const char *name, const char *suffix, size_t n)
{
    return read_suffixed(self, name, strlen(name), suffix, n);
}

static void read_chains(reader *self, ulam_result_observable *observable, size_t n)
{
    const char *name = observable->name;
    observable->tau = read_beside(self, name, "_tau", n);
    if (!observable->tau) return;
    observable->tau_error = read_beside(self, name, "_tau_stderr", n);
    observable->ess = read_beside(self, name, "_ess", n);
    observable->ess_error = read_beside(self, name, "_ess_stderr", n);
    observable->rhat = read_beside(self, name, "_rhat", n);
    observable->drift = read_beside(self, name, "_drift", n);
    if (!observable->tau_error || !observable->ess || !observable->ess_error || !observable->rhat || !observable->drift)
        ulam_h5_fail_format(self->h5, "its diagnosis is not whole", name);
}

static void read_observable(reader *self, ulam_result_observable *observable)
{
    const char *name = observable->name;
    read_declaration(self, observable);
    if (self->h5->status != ULAM_OK) return;
    const size_t n = observable->length * self->n_points;
    if (!observable->scalar) read_elements(self, observable);
    observable->mean = read_reals(self, name, ULAM_FIGURE_MEAN, n);
    observable->std_error = read_reals(self, name, ULAM_FIGURE_STD_ERROR, n);
    observable->sd = read_reals(self, name, ULAM_FIGURE_SD, n);
    observable->skewness = read_reals(self, name, ULAM_FIGURE_SKEWNESS, n);
    observable->excess_kurtosis = read_reals(self, name, ULAM_FIGURE_EXCESS_KURTOSIS, n);
    observable->min = read_reals(self, name, ULAM_FIGURE_MIN, n);
    observable->max = read_reals(self, name, ULAM_FIGURE_MAX, n);
    observable->low = read_reals(self, name, ULAM_FIGURE_LOW, n);
    observable->high = read_reals(self, name, ULAM_FIGURE_HIGH, n);
    observable->exact = read_reals(self, name, ULAM_FIGURE_EXACT, n);
    observable->count = read_count(self, name, n);
    observable->reduction = read_beside(self, name, "_antithetic_reduction", n);
    observable->reduction_error = read_beside(self, name, "_antithetic_reduction_stderr", n);
    ulam_read_quantiles(self->h5, self->group, self->n_points, observable);
    ulam_read_histogram(self->h5, self->group, self->n_points, observable);
    if (self->chains) read_chains(self, observable, n);
}

/* Reads what an attribute of the group lists, behind what has been read. */
static void read_list(reader *self, ulam_result *result, const char *attribute,
                      void (*read)(reader *, ulam_result_observable *))
{
    size_t n = 0;
    char **names = ulam_h5_get_words(self->h5, self->group, attribute, &n);
    const size_t known = result->n_observables;
    ulam_result_observable *grown = realloc(result->observables, (known + n + 1) * sizeof *grown);
    if (!grown) {
        ulam_h5_fail_memory(self->h5);
        ulam_texts_free(names, n);
        return;
    }
    result->observables = grown;
    for (size_t i = 0; names && i < n; i++) {
        grown[known + i] = (ulam_result_observable){.name = names[i]};
        result->n_observables++;
        read(self, &grown[known + i]);
    }
    free(names);
}

void ulam_read_results(ulam_h5 *h5, ulam_result *result)
{
    reader self = {.h5 = h5,
                   .group = ulam_h5_get_group(h5, h5->file, "results"),
                   .n_points = result->n_points,
                   .chains = result->sweeps};
    read_list(&self, result, "observables", read_observable);
    if (result->n_observables) result->confidence = read_confidence(&self, result->observables[0].name);
    for (size_t i = 0; i < result->n_observables; i++) result->antithetic |= result->observables[i].reduction != NULL;
    read_list(&self, result, "derived", read_derived);
    read_list(&self, result, "differences", read_difference);
    result->compared = ulam_h5_get_text(h5, self.group, "compared_with");
    result->warnings = ulam_h5_get_words(h5, self.group, "warnings", &result->n_warnings);
    ulam_read_covariance(h5, self.group, self.n_points, &result->covariance);
    ulam_h5_done(h5, self.group);
}
