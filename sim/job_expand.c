/* From axes to points: values, keys, runs, blocks, and the layout of a run's numbers. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "job_parts.h"
#include "shown.h"

enum {
    LARGEST_WIDTH = 1 << 24, /* numbers of a run */
    LARGEST_BLOCK = 1 << 27, /* numbers of a block */
    MOST_SETUPS = 10000,     /* points that the model is asked about beforehand */
};

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "making the points");
}

/* What is wrong with the job as a whole is told where its parameters begin. */
static ulam_status fail_within_job(const ulam_job_reading *self)
{
    const ulam_yaml_node start = {.where = self->tree.where, .line = 1, .column = 1};
    const ulam_job_key keys[] = {ULAM_KEY_SWEEP, ULAM_KEY_POINTS, ULAM_KEY_PARAMS, ULAM_KEY_MODEL};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (self->key[keys[i]]) return ulam_yaml_fail_within(self->key[keys[i]], self->error);
    return ulam_yaml_fail_within(&start, self->error);
}

/* Puts "at strike = 90, volatility = 0.1" before the message. */
static ulam_status fail_within_point(const ulam_job_reading *self, const ulam_value *values)
{
    ulam_bytes place = {0};
    ulam_status status = ulam_bytes_put(&place, "at ", 3);
    size_t named = 0;
    for (size_t i = 0; i < self->model->n_parameters && !status; i++) {
        if (!self->columns[i].length) continue;
        if (named++) status = ulam_bytes_put(&place, ", ", 2);
        if (!status) status = ulam_bytes_put(&place, self->names[i], strlen(self->names[i]));
        if (!status) status = ulam_bytes_put(&place, " = ", 3);
        if (!status) status = ulam_value_write(&self->model->parameters[i], values[i], &place);
    }
    if (!status) status = ulam_bytes_put(&place, "", 1);
    if (!status && named) ulam_fail_within(self->error, "%.500s", (char *)place.data);
    ulam_bytes_free(&place);
    return status ? fail_memory(self) : fail_within_job(self);
}

/* Steps index[n_axes] to the next point, the last axis fastest. */
static void advance(const ulam_job *job, size_t *index)
{
    for (size_t a = job->n_axes; a-- > 0;) {
        if (++index[a] < job->axes[a].length) return;
        index[a] = 0;
    }
}

static void set_values(const ulam_job_reading *self, const size_t *index, ulam_value *values)
{
    const ulam_job *job = self->job;
    memcpy(values, self->fixed, self->model->n_parameters * sizeof *values);
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t i = 0; i < job->axes[a].n_parameters; i++) {
            const size_t parameter = job->axes[a].parameters[i];
            values[parameter] = self->columns[parameter].values[index[a]];
        }
}

static ulam_status set_block(const ulam_job_reading *self, ulam_point *point)
{
    point->block = self->model->chain     ? ulam_chain_bundle_size(self->model->chain, point->values)
                   : self->storage->block ? self->storage->block
                   : self->model->block   ? self->model->block(point->values)
                                          : 1;
    if (self->job->antithetic) point->block += point->block % 2;
    const size_t width = self->job->width;
    if (point->block >= 1 && point->block <= LARGEST_BLOCK / width) return ULAM_OK;
    ulam_fail(self->error, ULAM_EINVAL, "a block of %llu runs of %zu numbers each, expected from 1 to %zu runs",
              (unsigned long long)point->block, width, LARGEST_BLOCK / width);
    return fail_within_point(self, point->values);
}

/* Parts are ranges of whole blocks, as equal as can be; what is left of the last block belongs to the last part. */
static void set_part(const ulam_job *job, ulam_point *point)
{
    const uint64_t blocks = point->runs / point->block, whole = blocks / job->parts, rest = blocks % job->parts;
    const uint64_t before = job->part - 1;
    point->first = point->block * (before * whole + (before < rest ? before : rest));
    if (job->part < job->parts)
        point->runs = point->block * (job->part * whole + (job->part < rest ? job->part : rest));
}

static ulam_status set_point(const ulam_job_reading *self, const size_t *order, ulam_bytes *text, size_t index)
{
    ulam_job *job = self->job;
    ulam_point *point = &job->points[index];
    point->runs = self->point_runs ? self->point_runs[index] : self->runs;
    if (job->streams == ULAM_STREAMS_COMMON) {
        point->key = XXH3_64bits_withSeed(self->model->name, strlen(self->model->name), job->seed);
    } else {
        text->size = 0;
        if (ulam_job_write_canonical(job, order, point->values, text)) return fail_memory(self);
        point->key = XXH3_64bits_withSeed(text->data, text->size, job->seed);
    }
    const ulam_status status = set_block(self, point);
    if (status) return status;
    if (job->until.n_targets && !ulam_job_has_chains(job))
        point->runs += (point->block - point->runs % point->block) % point->block;
    set_part(job, point);
    return ULAM_OK;
}

static ulam_status set_points(ulam_job_reading *self, ulam_value *values)
{
    ulam_job *job = self->job;
    const size_t n = self->model->n_parameters;
    ulam_status status = ULAM_OK;
    ulam_bytes text = {0};
    uint64_t total = 0;
    size_t *order = malloc((n + 1) * sizeof *order);
    if (!order) return fail_memory(self);
    ulam_job_sort_parameters(self->model, order);
    for (size_t p = 0; p < job->n_points && !status; p++) {
        job->points[p].values = values + p * n;
        status = set_point(self, order, &text, p);
        if (!status && __builtin_add_overflow(total, job->points[p].runs, &total)) {
            ulam_fail(self->error, ULAM_EINVAL, "more than 2^64 runs over all points, expected fewer");
            status = fail_within_job(self);
        }
    }
    free(order);
    ulam_bytes_free(&text);
    return status;
}

static void set_all_values(const ulam_job_reading *self, size_t *index, ulam_value *values)
{
    for (size_t p = 0; p < self->job->n_points; p++, advance(self->job, index))
        set_values(self, index, values + p * self->model->n_parameters);
}

/* The length that a parameter gives, which all points must share. */
static ulam_status read_length(const ulam_job_reading *self, const ulam_observable *observable,
                               const ulam_value *values, size_t *length)
{
    const size_t parameter = ulam_job_parameter(self, observable->length_from);
    const ulam_job_column *column = &self->columns[parameter];
    const int64_t first = values[parameter].integer;
    for (size_t i = 0; i < column->length; i++) {
        if (column->values[i].integer == first) continue;
        return ulam_yaml_fail(
            column->node, self->error,
            "%s is %lld and %lld, but is the length of the observable '%s', expected one value at all "
            "points",
            observable->length_from, (long long)first, (long long)column->values[i].integer, observable->name);
    }
    if (first >= 1 && first <= LARGEST_WIDTH) {
        *length = (size_t)first;
        return ULAM_OK;
    }
    const ulam_yaml_node *node = column->length ? column->node : self->fixed_node[parameter];
    ulam_fail(self->error, ULAM_EINVAL, "%s is %lld, expected from 1 to %d: it is the length of the observable '%s'",
              observable->length_from, (long long)first, (int)LARGEST_WIDTH, observable->name);
    return node ? ulam_yaml_fail_within(node, self->error) : fail_within_job(self);
}

static ulam_status set_extents(ulam_job_reading *self, const ulam_value *values)
{
    ulam_job *job = self->job;
    job->extents = ulam_arena_take_array(&self->storage->arena, self->model->n_observables, sizeof *job->extents);
    if (!job->extents) return fail_memory(self);
    for (size_t i = 0; i < self->model->n_observables; i++) {
        const ulam_observable *observable = &self->model->observables[i];
        ulam_extent *extent = &job->extents[i];
        extent->offset = job->width;
        extent->scalar = observable->length == 0 && !observable->length_from;
        extent->length = observable->length ? observable->length : 1;
        const ulam_status status =
            observable->length_from ? read_length(self, observable, values, &extent->length) : ULAM_OK;
        if (status) return status;
        job->width += extent->length;
        if (job->width <= LARGEST_WIDTH) continue;
        ulam_fail(self->error, ULAM_EINVAL, "a run gives more than %d numbers, the most that is kept",
                  (int)LARGEST_WIDTH);
        return fail_within_job(self);
    }
    return ULAM_OK;
}

/* Joint errors of values come to light before anything is run. */
static ulam_status ask_model(const ulam_job_reading *self, const ulam_value *values)
{
    const ulam_model *model = self->model;
    void *point = calloc(1, model->point_size ? model->point_size : 1);
    if (!point) return fail_memory(self);
    *self->error = (ulam_error){0};
    ulam_status status = model->setup(values, point, self->error);
    if (model->teardown) model->teardown(point);
    free(point);
    if (!status) return ULAM_OK;
    if (!*self->error->message) ulam_fail(self->error, status, "model '%s' refuses these values", model->name);
    self->error->status = status == ULAM_ENOMEM ? status : ULAM_EINVAL;
    return fail_within_point(self, values);
}

ulam_status ulam_job_make_points(ulam_job_reading *self)
{
    ulam_job *job = self->job;
    const size_t n = self->model->n_parameters;
    ulam_arena *arena = &self->storage->arena;
    ulam_value *values = ulam_arena_take_array(arena, job->n_points, (n ? n : 1) * sizeof *values);
    size_t *index = calloc(job->n_axes + 1, sizeof *index);
    job->points = ulam_arena_take_array(arena, job->n_points, sizeof *job->points);
    if (!values || !job->points || !index) {
        free(index);
        return fail_memory(self);
    }
    set_all_values(self, index, values);
    free(index);
    for (size_t i = 0; i < n; i++) self->storage->swept[i] = self->columns[i].length > 0;
    ulam_status status = set_extents(self, values);
    if (!status) status = ulam_job_place_targets(self);
    if (!status) status = set_points(self, values);
    if (!self->model->setup || self->packed || job->n_points > MOST_SETUPS) return status;
    for (size_t p = 0; p < job->n_points && !status; p++) status = ask_model(self, job->points[p].values);
    return status;
}
