/* Quantiles and histograms in /results. */

#include <math.h>
#include <stdlib.h>

#include <ulam/quantile.h>

#include "results_group.h"

/* The place of an element's plan among `n`; n: it has none. Plans are in the order of the elements. */
static size_t find_sketch(const ulam_statistics *kept, size_t element)
{
    size_t i = 0;
    while (i < kept->n_sketches && kept->sketches[i].element != element) i++;
    return i;
}

static size_t find_histogram(const ulam_statistics *kept, size_t element)
{
    size_t i = 0;
    while (i < kept->n_histograms && kept->histograms[i].element != element) i++;
    return i;
}

enum {
    VALUE,
    LOW,
    HIGH,
    ARRAYS
};

/* What is to be written of an observable's quantiles: [points][elements][levels] each. */
typedef struct {
    double *array[ARRAYS];
    size_t first; /* sketch */
    size_t length, n_levels;
    const double *level;
} quantiles;

static void find_point_quantiles(const ulam_results_group *self, const quantiles *of, size_t point,
                                 const ulam_accumulators *covered)
{
    for (size_t j = 0; j < of->length; j++) {
        const size_t element = self->job->statistics->sketches[of->first + j].element;
        const ulam_summary *summary = &self->summary[point * self->job->width + element];
        for (size_t k = 0; k < of->n_levels; k++) {
            ulam_quantile found = {NAN, NAN, NAN};
            if (covered)
                found = ulam_sketch_quantile(&covered->sketches[of->first + j], summary, of->level[k],
                                             self->job->confidence);
            const size_t cell = (point * of->length + j) * of->n_levels + k;
            of->array[VALUE][cell] = found.value;
            of->array[LOW][cell] = found.low;
            of->array[HIGH][cell] = found.high;
        }
    }
}

static void find_quantiles(ulam_results_group *self, const quantiles *of)
{
    for (size_t p = 0; p < self->job->n_points && self->group.h5->status == ULAM_OK; p++) {
        ulam_accumulators sum = {0};
        const ulam_accumulators *covered;
        if (ulam_state_accumulators(self->state, p, &sum, &covered))
            ulam_h5_fail_memory(self->group.h5);
        else
            find_point_quantiles(self, of, p, covered);
        ulam_accumulators_free(&sum);
    }
}

static void put_quantiles(ulam_results_group *self, size_t observable, const ulam_elements *elements,
                          const quantiles *of)
{
    static const char *const suffixes[ARRAYS] = {"_quantile", "_quantile_low", "_quantile_high"};
    static const char *const words[ARRAYS] = {"quantile of", "lower end of a confidence interval of the quantile of",
                                              "upper end of a confidence interval of the quantile of"};
    const size_t last = ulam_results_dimension(self, observable, "_quantile_level", of->n_levels, of->level, false);
    for (int i = 0; i < ARRAYS; i++) {
        const ulam_results_array array = {.observable = observable,
                                          .suffix = suffixes[i],
                                          .words = words[i],
                                          .has_unit = true,
                                          .elements = elements,
                                          .last = &last,
                                          .is_interval = i != VALUE};
        ulam_results_put(self, &array, ULAM_H5_REAL, of->array[i]);
    }
}

void ulam_write_quantiles(ulam_results_group *self, size_t observable, const ulam_elements *elements)
{
    const ulam_statistics *kept = self->job->statistics;
    const ulam_extent *extent = &self->job->extents[observable];
    if (!kept || !self->job->levels || self->job->levels[observable].n == 0) return;
    quantiles all = {.first = find_sketch(kept, extent->offset),
                     .length = extent->length,
                     .level = self->job->levels[observable].level,
                     .n_levels = self->job->levels[observable].n};
    if (all.first == kept->n_sketches) return;
    for (int i = 0; i < ARRAYS; i++) {
        all.array[i] = calloc(self->job->n_points * all.length * all.n_levels + 1, sizeof *all.array[i]);
        if (!all.array[i]) ulam_h5_fail_memory(self->group.h5);
    }
    if (self->group.h5->status == ULAM_OK) find_quantiles(self, &all);
    if (self->group.h5->status == ULAM_OK) put_quantiles(self, observable, elements, &all);
    for (int i = 0; i < ARRAYS; i++) free(all.array[i]);
}

/* What is to be written of an observable's histograms: [points][elements] and bins or edges behind. */
typedef struct {
    int64_t *count, *below, *above;
    double *edge; /* of a declared range, [bins + 1] alone */
    size_t first; /* histogram */
    size_t length, bins;
    bool declared;
} histograms;

static void set_edges(double *edge, double low, double high, size_t bins)
{
    for (size_t i = 0; i <= bins; i++) edge[i] = ulam_histogram_edge(low, high, bins, i);
}

static void find_point_counts(const histograms *of, size_t point, const ulam_accumulators *covered)
{
    for (size_t j = 0; j < of->length; j++) {
        const size_t cell = point * of->length + j;
        const ulam_histogram *from = covered ? &covered->histograms[of->first + j] : NULL;
        if (!of->declared)
            set_edges(of->edge + cell * (of->bins + 1), from ? from->low : NAN, from ? from->high : NAN, of->bins);
        if (!from || !from->count) continue;
        of->below[cell] = (int64_t)from->count[0];
        of->above[cell] = (int64_t)from->count[of->bins + 1];
        for (size_t i = 0; i < of->bins; i++) of->count[cell * of->bins + i] = (int64_t)from->count[1 + i];
    }
}

static void find_counts(ulam_results_group *self, const histograms *of)
{
    const ulam_histogram_plan *plan = &self->job->statistics->histograms[of->first];
    if (of->declared) set_edges(of->edge, plan->low, plan->high, of->bins);
    for (size_t p = 0; p < self->job->n_points && self->group.h5->status == ULAM_OK; p++) {
        ulam_accumulators sum = {0};
        const ulam_accumulators *covered;
        if (ulam_state_accumulators(self->state, p, &sum, &covered))
            ulam_h5_fail_memory(self->group.h5);
        else
            find_point_counts(of, p, covered);
        ulam_accumulators_free(&sum);
    }
}

/* Middles of bins label them where they are the same at every point; elsewhere bins are counted. */
static size_t put_bins(ulam_results_group *self, size_t observable, const histograms *of)
{
    double *middle = calloc(of->bins, sizeof *middle);
    if (!middle) ulam_h5_fail_memory(self->group.h5);
    for (size_t i = 0; middle && i < of->bins; i++) middle[i] = of->edge[i] / 2 + of->edge[i + 1] / 2;
    const size_t bins =
        ulam_results_dimension(self, observable, "_histogram_bin", of->bins, of->declared ? middle : NULL, true);
    free(middle);
    return bins;
}

/* Edges that are the same at every point are the labels of their dimension. */
static void put_edges(ulam_results_group *self, size_t observable, const ulam_elements *elements, const histograms *of)
{
    const size_t edges =
        ulam_results_dimension(self, observable, "_histogram_edge", of->bins + 1, of->declared ? of->edge : NULL, true);
    const ulam_results_array array = {.observable = observable,
                                      .suffix = "_histogram_edges",
                                      .words = "edges of the histogram of",
                                      .has_unit = true,
                                      .elements = elements,
                                      .last = &edges};
    if (!of->declared) ulam_results_put(self, &array, ULAM_H5_REAL, of->edge);
}

static void put_histogram(ulam_results_group *self, size_t observable, const ulam_elements *elements,
                          const histograms *of)
{
    const size_t bins = put_bins(self, observable, of);
    ulam_results_array array = {.observable = observable,
                                .suffix = "_histogram",
                                .words = "runs in each bin of",
                                .elements = elements,
                                .last = &bins};
    ulam_results_put(self, &array, ULAM_H5_INTEGER, of->count);
    array.last = NULL;
    array.suffix = "_histogram_below";
    array.words = "runs below the lowest bin of";
    ulam_results_put(self, &array, ULAM_H5_INTEGER, of->below);
    array.suffix = "_histogram_above";
    array.words = "runs from the highest edge on of";
    ulam_results_put(self, &array, ULAM_H5_INTEGER, of->above);
    put_edges(self, observable, elements, of);
}

void ulam_write_histogram(ulam_results_group *self, size_t observable, const ulam_elements *elements)
{
    const ulam_statistics *kept = self->job->statistics;
    const ulam_extent *extent = &self->job->extents[observable];
    const size_t first = kept ? find_histogram(kept, extent->offset) : 0;
    if (!kept || first == kept->n_histograms) return;
    histograms all = {.first = first,
                      .length = extent->length,
                      .bins = kept->histograms[first].bins,
                      .declared = !isnan(kept->histograms[first].low)};
    const size_t cells = self->job->n_points * all.length;
    all.count = calloc(cells * all.bins + 1, sizeof *all.count);
    all.below = calloc(cells + 1, sizeof *all.below);
    all.above = calloc(cells + 1, sizeof *all.above);
    all.edge = calloc((all.declared ? 1 : cells) * (all.bins + 1), sizeof *all.edge);
    if (!all.count || !all.below || !all.above || !all.edge) ulam_h5_fail_memory(self->group.h5);
    if (self->group.h5->status == ULAM_OK) find_counts(self, &all);
    if (self->group.h5->status == ULAM_OK) put_histogram(self, observable, elements, &all);
    free(all.count);
    free(all.below);
    free(all.above);
    free(all.edge);
}
