/* What a job keeps beside the moments: `quantiles`, `histogram`, `covariance`. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/histogram.h>
#include <ulam/sketch.h>

#include "job_kept.h"
#include "shown.h"

enum {
    MOST_LEVELS = 1000,
    LEAST_PILOT = 16, /* runs from which edges can be judged */
    DEFAULT_BINS = 100
};

static const double default_accuracy = 0.005;

static const ulam_parameter of_levels = {
    .name = "quantiles", .type = ULAM_REALS, .bounds = "(0, 1)", .length = "[1, 1000]"};
static const ulam_parameter of_accuracy = {.name = "accuracy", .type = ULAM_REAL, .bounds = "[0.00013, 0.25]"};
static const ulam_parameter of_about = {.name = "about", .type = ULAM_REAL, .bounds = "(-inf, inf)"};
static const ulam_parameter of_edge[] = {{.name = "low", .type = ULAM_REAL, .bounds = "(-inf, inf)"},
                                         {.name = "high", .type = ULAM_REAL, .bounds = "(-inf, inf)"}};
static const ulam_parameter of_bins = {.name = "bins", .type = ULAM_INTEGER, .bounds = "[1, 65536]"};

static ulam_status read_value(ulam_job_reading *self, const ulam_parameter *parameter, const ulam_yaml_node *node,
                              ulam_value *value)
{
    return ulam_value_read_node(parameter, node, &self->storage->arena, NULL, value, self->error);
}

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading the statistics");
}

/* Which of words[n] a key is; n: none of them, which has been said. */
static size_t find_option(const ulam_job_reading *self, const ulam_yaml_node *key, const char *of,
                          const char *const *words, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(key->text, words[i]) != 0) i++;
    if (i == n)
        ulam_yaml_fail(key, self->error, "%s takes no '%s', expected one of %s%s", of, ulam_show(key->text).text,
                       ulam_show_names(words, n).text, ulam_show_nearest(key->text, words, n).text);
    return i;
}

static int by_value(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static ulam_status read_levels(ulam_job_reading *self, const ulam_yaml_node *node, ulam_levels *levels)
{
    ulam_value value;
    const ulam_status status = read_value(self, &of_levels, node, &value);
    if (status) return status;
    const size_t n = value.reals->length;
    *levels = (ulam_levels){.level = ulam_arena_take_array(&self->storage->arena, n, sizeof *levels->level), .n = n};
    if (!levels->level) return fail_memory(self);
    memcpy(levels->level, value.reals->values, n * sizeof *levels->level);
    qsort(levels->level, n, sizeof *levels->level, by_value);
    for (size_t i = 1; i < n; i++)
        if (levels->level[i] == levels->level[i - 1])
            return ulam_yaml_fail(node, self->error, "quantiles has the level %g twice", levels->level[i]);
    return ULAM_OK;
}

/* The fewest binary digits that keep the accuracy. */
static unsigned bits_of(double accuracy)
{
    unsigned bits = 1;
    while (bits < ULAM_SKETCH_MOST_BITS && ldexp(1, -(int)bits - 1) > accuracy) bits++;
    return bits;
}

static ulam_status read_sketch(ulam_job_reading *self, const ulam_yaml_node *node, const char *name,
                               ulam_sketch_plan *plan, ulam_levels *levels)
{
    static const char *const words[] = {"at", "accuracy", "about"};
    ulam_value value;
    if (node->kind == ULAM_YAML_LIST) return read_levels(self, node, levels);
    if (node->kind != ULAM_YAML_MAPPING || !ulam_yaml_find(node, "at"))
        return ulam_yaml_fail(node, self->error,
                              "the quantiles of '%s' are %s, expected a list of levels such as [0.05, 0.5, 0.95], or "
                              "{at: [0.5], accuracy: 0.005, about: 0}",
                              name, ulam_yaml_show(node).text);
    for (const ulam_yaml_node *key = node->first; key; key = key->next) {
        ulam_status status = ULAM_EINVAL;
        switch (find_option(self, key, "quantiles", words, 3)) {
        case 0:
            status = read_levels(self, key->value, levels);
            break;
        case 1:
            status = read_value(self, &of_accuracy, key->value, &value);
            if (!status) plan->bits = bits_of(value.real);
            break;
        case 2:
            status = read_value(self, &of_about, key->value, &value);
            if (!status) plan->centre = value.real;
            break;
        }
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status read_quantiles(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_QUANTILES];
    const size_t n = self->model->n_observables;
    if (!key) return ULAM_OK;
    if (key->value->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(key->value, self->error,
                              "quantiles is %s, expected a mapping of observables to levels, such as "
                              "{price: [0.05, 0.5, 0.95]}",
                              ulam_yaml_show(key->value).text);
    ulam_levels *levels = ulam_arena_take_array(&self->storage->arena, n, sizeof *levels);
    if (!levels) return fail_memory(self);
    self->job->levels = levels;
    for (const ulam_yaml_node *name = key->value->first; name; name = name->next) {
        size_t observable;
        ulam_sketch_plan plan = {.bits = bits_of(default_accuracy), .centre = NAN};
        ulam_status status = ulam_job_find_observable(self, name, &observable);
        if (!status) status = read_sketch(self, name->value, name->text, &plan, &levels[observable]);
        if (!status) status = ulam_job_keep_sketches(self, name, observable, &plan);
        if (status) return status;
    }
    return ULAM_OK;
}

/* An option of a histogram. */
static ulam_status read_bins(ulam_job_reading *self, const ulam_yaml_node *key, ulam_histogram_plan *plan)
{
    static const char *const words[] = {"low", "high", "bins"};
    ulam_value value;
    const size_t which = find_option(self, key, "a histogram", words, 3);
    if (which == 3) return ULAM_EINVAL;
    const ulam_status status = read_value(self, which < 2 ? &of_edge[which] : &of_bins, key->value, &value);
    if (status) return status;
    if (which == 0) plan->low = value.real;
    if (which == 1) plan->high = value.real;
    if (which == 2) plan->bins = (size_t)value.integer;
    return ULAM_OK;
}

/* Bins must be wide enough to tell their edges apart. */
static ulam_status judge_range(const ulam_job_reading *self, const ulam_yaml_node *node,
                               const ulam_histogram_plan *plan)
{
    if (isnan(plan->low) && isnan(plan->high)) return ULAM_OK;
    if (isnan(plan->low) || isnan(plan->high))
        return ulam_yaml_fail(node, self->error, "a histogram with %s and without %s, expected both or neither",
                              isnan(plan->low) ? "high" : "low", isnan(plan->low) ? "low" : "high");
    if (!(plan->low < plan->high))
        return ulam_yaml_fail(node, self->error, "low is %g and high is %g, expected low below high", plan->low,
                              plan->high);
    const double width = (plan->high - plan->low) / (double)plan->bins;
    const double farthest = fmax(fabs(plan->low), fabs(plan->high));
    if (isfinite((double)plan->bins * (plan->high - plan->low)) && width >= fmax(0x1p-48 * farthest, 0x1p-900))
        return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "%zu bins from %.17g to %.17g are %s than a double can tell apart",
                          plan->bins, plan->low, plan->high, isfinite(width) ? "narrower" : "wider");
}

static ulam_status read_histogram(ulam_job_reading *self, const ulam_yaml_node *name, const ulam_yaml_node *options)
{
    size_t observable;
    ulam_histogram_plan plan = {.bins = DEFAULT_BINS, .low = NAN, .high = NAN};
    ulam_status status = ulam_job_find_observable(self, name, &observable);
    if (status) return status;
    if (options && !ulam_yaml_is_null(options) && options->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(options, self->error,
                              "the histogram of '%s' is %s, expected {low: 0, high: 1, bins: 100} or a part of it",
                              name->text, ulam_yaml_show(options).text);
    for (const ulam_yaml_node *key = options ? options->first : NULL; key && !status; key = key->next)
        status = read_bins(self, key, &plan);
    if (!status) status = judge_range(self, options ? options : name, &plan);
    return status ? status : ulam_job_keep_histograms(self, name, observable, &plan);
}

/* Edges that the first block is to give need more than a run or two. */
static ulam_status judge_pilots(const ulam_job_reading *self)
{
    const ulam_job *job = self->job;
    bool automatic = false;
    for (size_t i = 0; i < self->kept->n_histograms; i++) automatic |= isnan(self->kept->histograms[i].low);
    for (size_t p = 0; automatic && p < job->n_points; p++)
        if (job->points[p].block < LEAST_PILOT)
            return ulam_yaml_fail(self->key[ULAM_KEY_HISTOGRAM], self->error,
                                  "blocks of %llu run%s tell nothing of a histogram's edges, expected low and high, or "
                                  "`block: %d` or more",
                                  (unsigned long long)job->points[p].block, job->points[p].block == 1 ? "" : "s",
                                  (int)LEAST_PILOT);
    return ULAM_OK;
}

static ulam_status read_histograms(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_HISTOGRAM];
    if (!key) return ULAM_OK;
    if (key->value->kind == ULAM_YAML_SCALAR)
        return ulam_yaml_fail(key->value, self->error,
                              "histogram is %s, expected a list of observables, or a mapping of them to "
                              "{low: 0, high: 1, bins: 100}",
                              ulam_yaml_show(key->value).text);
    for (const ulam_yaml_node *name = key->value->first; name; name = name->next) {
        const ulam_status status = read_histogram(self, name, name->value);
        if (status) return status;
    }
    return judge_pilots(self);
}

/* Every element of one list with every one of the other. */
static ulam_status keep_pairs(ulam_job_reading *self, const ulam_yaml_node *node, const ulam_extent *first,
                              const ulam_extent *second)
{
    for (size_t i = 0; i < first->length; i++)
        for (size_t j = 0; j < second->length; j++) {
            const ulam_status status = ulam_job_keep_pair(self, node, first->offset + i, second->offset + j);
            if (status) return status;
        }
    return ULAM_OK;
}

/* [a, b, c]: each with each. */
static ulam_status read_names(ulam_job_reading *self, const ulam_yaml_node *list)
{
    if (list->count < 2)
        return ulam_yaml_fail(list, self->error, "covariance has a list of %zu, expected two observables or more",
                              list->count);
    for (const ulam_yaml_node *one = list->first; one; one = one->next) {
        ulam_extent here, there;
        ulam_status status = ulam_job_find_elements(self, one, &here);
        for (const ulam_yaml_node *other = one; other && !status; other = other->next) {
            if (other == one && here.length == 1) continue;
            status = ulam_job_find_elements(self, other, &there);
            if (!status) status = keep_pairs(self, other, &here, &there);
        }
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status read_covariance(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_COVARIANCE];
    if (!key) return ULAM_OK;
    const ulam_yaml_node *list = key->value;
    if (list->kind != ULAM_YAML_LIST || list->count == 0)
        return ulam_yaml_fail(list, self->error,
                              "covariance is %s, expected a list of observables, such as [price, exercised], or of "
                              "such lists",
                              list->kind == ULAM_YAML_LIST ? "empty" : ulam_yaml_show(list).text);
    if (list->first->kind != ULAM_YAML_LIST) return read_names(self, list);
    for (const ulam_yaml_node *item = list->first; item; item = item->next) {
        if (item->kind != ULAM_YAML_LIST)
            return ulam_yaml_fail(item, self->error, "covariance holds lists and %s, expected lists alone",
                                  ulam_yaml_show(item).text);
        const ulam_status status = read_names(self, item);
        if (status) return status;
    }
    return ULAM_OK;
}

ulam_status ulam_job_read_statistics(ulam_job_reading *self)
{
    ulam_status status = ulam_job_begin_statistics(self);
    if (!status) status = read_quantiles(self);
    if (!status) status = read_histograms(self);
    if (!status) status = read_covariance(self);
    return status;
}
