/* Quantiles, histograms and covariances from /results. */

#include <stdio.h>
#include <stdlib.h>

#include "hdf5_read.h"
#include "read_parts.h"

/* Opens the array of an observable with that suffix; H5I_INVALID_HID: there is none. */
static hid_t open_array(ulam_h5 *h5, hid_t group, const char *name, const char *suffix)
{
    char *full = NULL;
    hid_t dataset = H5I_INVALID_HID;
    if (h5->status != ULAM_OK) return dataset;
    if (asprintf(&full, "%s%s", name, suffix) < 0) {
        ulam_h5_fail_memory(h5);
        return dataset;
    }
    if (ulam_h5_has(h5, group, full)) dataset = ulam_h5_get_dataset(h5, group, full);
    free(full);
    return dataset;
}

/* How long such an array is; 0: there is none. */
static size_t length_of(ulam_h5 *h5, hid_t group, const char *name, const char *suffix)
{
    const hid_t dataset = open_array(h5, group, name, suffix);
    const size_t length = dataset < 0 ? 0 : ulam_h5_length(h5, dataset);
    ulam_h5_done(h5, dataset);
    return length;
}

static double *read_reals(ulam_h5 *h5, hid_t group, const char *name, const char *suffix, size_t n)
{
    const hid_t dataset = open_array(h5, group, name, suffix);
    if (dataset < 0) ulam_h5_fail_format(h5, "an array that belongs to it is missing", name);
    double *values = dataset < 0 ? NULL : ulam_h5_get_reals(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return values;
}

static uint64_t *read_counts(ulam_h5 *h5, hid_t group, const char *name, const char *suffix, size_t n)
{
    const hid_t dataset = open_array(h5, group, name, suffix);
    if (dataset < 0) ulam_h5_fail_format(h5, "an array that belongs to it is missing", name);
    uint64_t *values = dataset < 0 ? NULL : ulam_h5_get_counts(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return values;
}

void ulam_read_quantiles(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_observable *observable)
{
    ulam_result_quantiles *self = &observable->quantiles;
    const char *name = observable->name;
    self->n_levels = length_of(h5, group, name, "_quantile_level");
    if (self->n_levels == 0) return;
    const size_t n = n_points * observable->length * self->n_levels;
    self->level = read_reals(h5, group, name, "_quantile_level", self->n_levels);
    self->value = read_reals(h5, group, name, "_quantile", n);
    self->low = read_reals(h5, group, name, "_quantile_low", n);
    self->high = read_reals(h5, group, name, "_quantile_high", n);
}

/* Declared edges are the same for all. */
static double *repeat(ulam_h5 *h5, double *edge, size_t n, size_t times)
{
    double *all = edge ? calloc(n * times + 1, sizeof *all) : NULL;
    if (edge && !all) ulam_h5_fail_memory(h5);
    for (size_t i = 0; all && i < n * times; i++) all[i] = edge[i % n];
    free(edge);
    return all;
}

void ulam_read_histogram(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_observable *observable)
{
    ulam_result_histogram *self = &observable->histogram;
    const char *name = observable->name;
    const size_t cells = n_points * observable->length;
    self->bins = length_of(h5, group, name, "_histogram_bin");
    if (self->bins == 0) return;
    self->count = read_counts(h5, group, name, "_histogram", cells * self->bins);
    self->below = read_counts(h5, group, name, "_histogram_below", cells);
    self->above = read_counts(h5, group, name, "_histogram_above", cells);
    if (length_of(h5, group, name, "_histogram_edges"))
        self->edge = read_reals(h5, group, name, "_histogram_edges", cells * (self->bins + 1));
    else
        self->edge = repeat(h5, read_reals(h5, group, name, "_histogram_edge", self->bins + 1), self->bins + 1, cells);
}

void ulam_read_covariance(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_covariance *self)
{
    const hid_t of = open_array(h5, group, "covariance_of", "");
    if (of < 0) return;
    self->n = ulam_h5_length(h5, of);
    self->name = ulam_h5_get_texts(h5, of, self->n);
    if (!self->name) self->n = 0;
    ulam_h5_done(h5, of);
    self->covariance = read_reals(h5, group, "covariance", "", n_points * self->n * self->n);
    self->correlation = read_reals(h5, group, "correlation", "", n_points * self->n * self->n);
}

void ulam_counts_free(ulam_result_observable *observable)
{
    ulam_result_quantiles *quantiles = &observable->quantiles;
    ulam_result_histogram *histogram = &observable->histogram;
    double *reals[] = {quantiles->level, quantiles->value, quantiles->low, quantiles->high, histogram->edge};
    uint64_t *counts[] = {histogram->count, histogram->below, histogram->above};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) free(reals[i]);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) free(counts[i]);
}

void ulam_covariance_free(ulam_result_covariance *self)
{
    ulam_texts_free(self->name, self->n);
    free(self->covariance);
    free(self->correlation);
    *self = (ulam_result_covariance){0};
}
