#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_kept.h"
#include "number.h"
#include "shown.h"

enum {
    MOST_PAIRS = 10000,
    MOST_PAIRED = 256, /* elements */
    MOST_SKETCHES = 1 << 16,
    MOST_COUNTS = 1 << 24 /* of all histograms of a point */
};

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading the statistics");
}

ulam_status ulam_job_begin_statistics(ulam_job_reading *self)
{
    const size_t width = self->job->width;
    ulam_arena *arena = &self->storage->arena;
    ulam_kept *kept = self->kept = ulam_arena_take(&self->tree.arena, sizeof *self->kept);
    if (!kept) return fail_memory(self);
    kept->grouped = ulam_arena_take_array(&self->tree.arena, width + 1, sizeof *kept->grouped);
    if (self->key[ULAM_KEY_QUANTILES]) kept->sketches = ulam_arena_take_array(arena, width, sizeof *kept->sketches);
    if (self->key[ULAM_KEY_HISTOGRAM]) kept->histograms = ulam_arena_take_array(arena, width, sizeof *kept->histograms);
    const bool complete = (kept->sketches || !self->key[ULAM_KEY_QUANTILES]) &&
                          (kept->histograms || !self->key[ULAM_KEY_HISTOGRAM]) && kept->grouped;
    return complete ? ULAM_OK : fail_memory(self);
}

static ulam_status fail_unknown(const ulam_job_reading *self, const ulam_yaml_node *node, const char *name)
{
    const size_t n = self->model->n_observables;
    const char **names = calloc(n + 1, sizeof *names);
    if (!names) return fail_memory(self);
    for (size_t i = 0; i < n; i++) names[i] = self->model->observables[i].name;
    ulam_yaml_fail(node, self->error, "model '%s' has no observable '%s', expected one of %s%s", self->model->name,
                   ulam_show(name).text, ulam_show_names(names, n).text, ulam_show_nearest(name, names, n).text);
    free(names);
    return ULAM_EINVAL;
}

/* The observable whose name is the first `length` characters; n_observables: there is none. */
static size_t find(const ulam_job_reading *self, const char *name, size_t length)
{
    size_t i = 0;
    for (; i < self->model->n_observables; i++) {
        const char *declared = self->model->observables[i].name;
        if (strlen(declared) == length && !memcmp(declared, name, length)) break;
    }
    return i;
}

static ulam_status judge_name(const ulam_job_reading *self, const ulam_yaml_node *node)
{
    if (node->kind == ULAM_YAML_SCALAR && !ulam_yaml_is_null(node)) return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "%s stands here, expected the name of an observable",
                          ulam_yaml_show(node).text);
}

ulam_status ulam_job_find_observable(const ulam_job_reading *self, const ulam_yaml_node *node, size_t *observable)
{
    const ulam_status status = judge_name(self, node);
    if (status) return status;
    *observable = find(self, node->text, strlen(node->text));
    return *observable < self->model->n_observables ? ULAM_OK : fail_unknown(self, node, node->text);
}

ulam_status ulam_job_find_elements(const ulam_job_reading *self, const ulam_yaml_node *node, ulam_extent *elements)
{
    const ulam_status status = judge_name(self, node);
    if (status) return status;
    const char *bracket = strchr(node->text, '[');
    const size_t observable = find(self, node->text, bracket ? (size_t)(bracket - node->text) : strlen(node->text));
    if (observable == self->model->n_observables) return fail_unknown(self, node, node->text);
    *elements = self->job->extents[observable];
    if (!bracket) return ULAM_OK;

    char digits[24] = "";
    uint64_t index;
    const size_t length = strlen(bracket);
    const bool closed = bracket[length - 1] == ']' && length >= 3 && length - 2 < sizeof digits;
    if (closed) memcpy(digits, bracket + 1, length - 2);
    const char *name = self->model->observables[observable].name;
    if (elements->scalar)
        return ulam_yaml_fail(node, self->error, "'%s' is a scalar, expected it without %s", name,
                              ulam_show(bracket).text);
    if (!closed || ulam_read_natural(digits, &index) != ULAM_READ_OK || index >= elements->length)
        return ulam_yaml_fail(node, self->error, "'%s' is no element, expected %s[0] to %s[%zu]",
                              ulam_show(node->text).text, name, name, elements->length - 1);
    elements->offset += (size_t)index;
    elements->length = 1;
    return ULAM_OK;
}

static ulam_status fail_many(const ulam_job_reading *self, const ulam_yaml_node *node, const char *what, size_t most)
{
    return ulam_yaml_fail(node, self->error, "more than %zu %s, the most that is kept of a point", most, what);
}

static ulam_status fail_twice(const ulam_job_reading *self, const ulam_yaml_node *node)
{
    return ulam_yaml_fail(node, self->error, "'%s' stands here twice", node->text);
}

ulam_status ulam_job_keep_sketches(ulam_job_reading *self, const ulam_yaml_node *node, size_t observable,
                                   const ulam_sketch_plan *plan)
{
    const ulam_extent *extent = &self->job->extents[observable];
    ulam_kept *kept = self->kept;
    if (kept->n_sketches + extent->length > MOST_SKETCHES)
        return fail_many(self, node, "elements with quantiles", MOST_SKETCHES);
    for (size_t i = 0; i < extent->length; i++) {
        kept->sketches[kept->n_sketches] = *plan;
        kept->sketches[kept->n_sketches++].element = extent->offset + i;
    }
    return ULAM_OK;
}

ulam_status ulam_job_keep_histograms(ulam_job_reading *self, const ulam_yaml_node *node, size_t observable,
                                     const ulam_histogram_plan *plan)
{
    const ulam_extent *extent = &self->job->extents[observable];
    ulam_kept *kept = self->kept;
    size_t counts = extent->length * (plan->bins + 3);
    for (size_t i = 0; i < kept->n_histograms; i++) {
        if (kept->histograms[i].element == extent->offset) return fail_twice(self, node);
        counts += kept->histograms[i].bins + 3;
    }
    if (counts > MOST_COUNTS) return fail_many(self, node, "bins of all histograms", MOST_COUNTS);
    for (size_t i = 0; i < extent->length; i++) {
        kept->histograms[kept->n_histograms] = *plan;
        kept->histograms[kept->n_histograms++].element = extent->offset + i;
    }
    return ULAM_OK;
}

ulam_status ulam_job_keep_pair(ulam_job_reading *self, const ulam_yaml_node *node, size_t first, size_t second)
{
    ulam_kept *kept = self->kept;
    if (first == second) return ULAM_OK;
    if (!kept->pairs) kept->pairs = ulam_arena_take_array(&self->storage->arena, 2 * MOST_PAIRS, sizeof *kept->pairs);
    if (!kept->pairs) return fail_memory(self);
    if (kept->n_pairs == 2 * MOST_PAIRS) return fail_many(self, node, "covariances", MOST_PAIRS);
    kept->pairs[kept->n_pairs++] =
        first < second ? (ulam_element_pair){first, second} : (ulam_element_pair){second, first};
    return ULAM_OK;
}

void ulam_job_keep_groups(ulam_job_reading *self, size_t element) { self->kept->grouped[element] = true; }

static int by_elements(const void *a, const void *b)
{
    const ulam_element_pair *one = a, *other = b;
    if (one->first != other->first) return one->first < other->first ? -1 : 1;
    return one->second < other->second ? -1 : one->second > other->second;
}

static int by_sketch_element(const void *a, const void *b)
{
    const ulam_sketch_plan *one = a, *other = b;
    return one->element < other->element ? -1 : one->element > other->element;
}

static int by_histogram_element(const void *a, const void *b)
{
    const ulam_histogram_plan *one = a, *other = b;
    return one->element < other->element ? -1 : one->element > other->element;
}

/* What asks for covariances. */
static const ulam_yaml_node *paired_key(const ulam_job_reading *self)
{
    return self->key[self->key[ULAM_KEY_COVARIANCE] ? ULAM_KEY_COVARIANCE : ULAM_KEY_CONTROL];
}

/* A point has a matrix of the covariances. */
static ulam_status judge_paired(const ulam_job_reading *self)
{
    const ulam_kept *kept = self->kept;
    size_t n = 0;
    bool *paired = calloc(self->job->width + 1, sizeof *paired);
    if (!paired) return fail_memory(self);
    for (size_t i = 0; i < 2 * kept->n_pairs; i++) {
        const size_t element = i % 2 ? kept->pairs[i / 2].second : kept->pairs[i / 2].first;
        n += !paired[element];
        paired[element] = true;
    }
    free(paired);
    if (n <= MOST_PAIRED) return ULAM_OK;
    return fail_many(self, paired_key(self), "numbers with covariances", MOST_PAIRED);
}

/* In their order, each once. */
static void settle_pairs(ulam_kept *kept)
{
    size_t n = 0;
    if (kept->n_pairs == 0) return;
    qsort(kept->pairs, kept->n_pairs, sizeof *kept->pairs, by_elements);
    for (size_t i = 0; i < kept->n_pairs; i++)
        if (n == 0 || by_elements(&kept->pairs[i], &kept->pairs[n - 1])) kept->pairs[n++] = kept->pairs[i];
    kept->n_pairs = n;
}

ulam_status ulam_job_settle_statistics(ulam_job_reading *self)
{
    ulam_kept *kept = self->kept;
    ulam_arena *arena = &self->storage->arena;
    size_t n_grouped = 0;
    settle_pairs(kept);
    if (kept->n_pairs > MOST_PAIRS) return fail_many(self, paired_key(self), "covariances", MOST_PAIRS);
    if (judge_paired(self)) return self->error->status;
    if (kept->n_sketches) qsort(kept->sketches, kept->n_sketches, sizeof *kept->sketches, by_sketch_element);
    if (kept->n_histograms) qsort(kept->histograms, kept->n_histograms, sizeof *kept->histograms, by_histogram_element);
    for (size_t i = 0; i < self->job->width; i++) n_grouped += kept->grouped[i];
    const bool antithetic = self->job->antithetic;
    if (!kept->n_sketches && !kept->n_histograms && !kept->n_pairs && !n_grouped && !antithetic) return ULAM_OK;

    ulam_statistics *statistics = ulam_arena_take(arena, sizeof *statistics);
    size_t *grouped = ulam_arena_take_array(arena, n_grouped + 1, sizeof *grouped);
    if (!statistics || !grouped) return fail_memory(self);
    *statistics = (ulam_statistics){.sketches = kept->sketches,
                                    .n_sketches = kept->n_sketches,
                                    .histograms = kept->histograms,
                                    .n_histograms = kept->n_histograms,
                                    .pairs = kept->pairs,
                                    .n_pairs = kept->n_pairs,
                                    .grouped = grouped,
                                    .n_antithetic = antithetic ? self->job->width : 0};
    for (size_t i = 0; i < self->job->width; i++)
        if (kept->grouped[i]) grouped[statistics->n_grouped++] = i;
    self->job->statistics = statistics;
    return ULAM_OK;
}
