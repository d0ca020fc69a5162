/* The canonical text of a point, and what makes two jobs the same. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_parts.h"

static ulam_status put(ulam_bytes *bytes, const char *text) { return ulam_bytes_put(bytes, text, strlen(text)); }

/* By insertion: parameters are few. */
void ulam_job_sort_parameters(const ulam_model *model, size_t *order)
{
    for (size_t i = 0; i < model->n_parameters; i++) {
        size_t at = i;
        for (; at > 0 && strcmp(model->parameters[order[at - 1]].name, model->parameters[i].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

ulam_status ulam_job_write_canonical(const ulam_job *job, const size_t *order, const ulam_value *values,
                                     ulam_bytes *bytes)
{
    const ulam_model *model = job->model;
    ulam_status status = put(bytes, model->name);
    if (!status) status = put(bytes, "\n");
    for (size_t i = 0; i < model->n_parameters && !status; i++) {
        const ulam_parameter *parameter = &model->parameters[order[i]];
        status = put(bytes, parameter->name);
        if (!status) status = put(bytes, "=");
        if (!status) status = ulam_value_write_canonical(parameter, values[order[i]], bytes);
        if (!status) status = put(bytes, "\n");
    }
    return status;
}

/* The bytes as a text that the caller owns, or NULL. */
static char *finish(ulam_status status, ulam_bytes *bytes)
{
    if (!status && !ulam_bytes_put(bytes, "", 1)) return (char *)bytes->data;
    ulam_bytes_free(bytes);
    return NULL;
}

char *ulam_job_point_text(const ulam_job *self, size_t point)
{
    ulam_bytes bytes = {0};
    size_t *order = malloc((self->model->n_parameters + 1) * sizeof *order);
    if (!order) return NULL;
    ulam_job_sort_parameters(self->model, order);
    const ulam_status status = ulam_job_write_canonical(self, order, self->points[point].values, &bytes);
    free(order);
    return finish(status, &bytes);
}

static ulam_status put_field(ulam_bytes *bytes, const char *text) { return ulam_bytes_put_text(bytes, text); }

static ulam_status put_parameter(const ulam_parameter *self, ulam_bytes *bytes)
{
    ulam_status status = put_field(bytes, self->name);
    if (!status) status = ulam_bytes_put_u64(bytes, (uint64_t)self->type);
    if (!status) status = put_field(bytes, self->default_value);
    if (!status) status = put_field(bytes, self->unit);
    if (!status) status = put_field(bytes, self->bounds);
    if (!status) status = put_field(bytes, self->length);
    for (size_t i = 0; self->choices && self->choices[i] && !status; i++) status = put_field(bytes, self->choices[i]);
    return status;
}

static ulam_status put_observable(const ulam_observable *self, ulam_bytes *bytes)
{
    ulam_status status = put_field(bytes, self->name);
    if (!status) status = ulam_bytes_put_u64(bytes, (uint64_t)self->kind);
    if (!status) status = put_field(bytes, self->unit);
    if (!status) status = ulam_bytes_put_u64(bytes, self->length);
    if (!status) status = put_field(bytes, self->length_from);
    if (!status) status = put_field(bytes, self->dimension);
    if (!status) status = put_field(bytes, self->dimension_unit);
    if (!status) status = ulam_bytes_put_u64(bytes, self->may_be_nan);
    return status;
}

/* Of all that a model declares and computes by; words that only explain are left out. */
static ulam_status put_fingerprint(const ulam_model *model, ulam_bytes *identity)
{
    ulam_bytes bytes = {0};
    char hex[33];
    ulam_status status = put_field(&bytes, model->name);
    if (!status) status = put_field(&bytes, model->source);
    for (size_t i = 0; i < model->n_parameters && !status; i++) status = put_parameter(&model->parameters[i], &bytes);
    for (size_t i = 0; i < model->n_observables && !status; i++)
        status = put_observable(&model->observables[i], &bytes);
    ulam_hash_text(hex, bytes.data, bytes.size);
    ulam_bytes_free(&bytes);
    return status ? status : put(identity, hex);
}

/* "strike", or "point (rate, size)" where the dimension has a name of its own: members as the model declares them. */
static ulam_status put_axis(const ulam_model *model, const ulam_axis *axis, ulam_bytes *bytes)
{
    const bool named_by_parameter =
        axis->n_parameters == 1 && !strcmp(axis->name, model->parameters[axis->parameters[0]].name);
    const char *separator = " (";
    ulam_status status = put(bytes, axis->name);
    if (named_by_parameter) return status;
    for (size_t i = 0; i < model->n_parameters && !status; i++) {
        size_t k = 0;
        while (k < axis->n_parameters && axis->parameters[k] != i) k++;
        if (k == axis->n_parameters) continue;
        status = put(bytes, separator);
        if (!status) status = put(bytes, model->parameters[i].name);
        separator = ", ";
    }
    return status ? status : put(bytes, ")");
}

/* Values that were not kept cannot be had without their runs, so what is kept is part of what the job is. */
static ulam_status put_samples(const ulam_job *self, ulam_bytes *bytes)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->n_samples && !status; i++) {
        status = put(bytes, i ? ", " : "samples: ");
        if (!status) status = put(bytes, self->model->observables[self->samples[i]].name);
    }
    return status || !self->n_samples ? status : put(bytes, "\n");
}

/* The dimensions of the results, in order, not how long they are: a sweep may grow. */
static ulam_status put_swept(const ulam_job *self, ulam_bytes *bytes)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->n_axes && !status; i++) {
        status = put(bytes, i ? ", " : "swept: ");
        if (!status) status = put_axis(self->model, &self->axes[i], bytes);
    }
    return status || !self->n_axes ? status : put(bytes, "\n");
}

static ulam_status put_fixed(const ulam_job *self, size_t index, ulam_bytes *bytes)
{
    const ulam_parameter *parameter = &self->model->parameters[index];
    const ulam_value value = self->points[0].values[index];
    if (self->storage->swept[index]) return ULAM_OK;
    ulam_status status = put(bytes, "params.");
    if (!status) status = put(bytes, parameter->name);
    if (!status) status = put(bytes, parameter->type == ULAM_FILE ? ": content " : ": ");
    if (!status)
        status = parameter->type == ULAM_FILE ? ulam_value_write_canonical(parameter, value, bytes)
                                              : ulam_value_write(parameter, value, bytes);
    return status ? status : put(bytes, "\n");
}

static ulam_status put_chain(const ulam_chain_plan *self, ulam_bytes *bytes)
{
    char text[96];
    snprintf(text, sizeof text, "thermalize: %" PRIu64 "\nmeasure_every: %" PRIu64 "\n", self->thermalize, self->every);
    ulam_status status = put(bytes, text);
    snprintf(text, sizeof text, "series: bins of %" PRIu64 " measurements\n", self->bin);
    return status || !self->bin ? status : put(bytes, text);
}

char *ulam_job_identity(const ulam_job *self)
{
    char text[160];
    ulam_bytes bytes = {0};
    ulam_status status = put(&bytes, "model: ");
    if (!status) status = put(&bytes, self->model->name);
    if (!status) status = put(&bytes, "\nmodel fingerprint: ");
    if (!status) status = put_fingerprint(self->model, &bytes);
    snprintf(text, sizeof text, "\nseed: %" PRIu64 "\nstreams: %s\n", self->seed,
             self->streams == ULAM_STREAMS_COMMON ? "common" : "independent");
    if (!status) status = put(&bytes, text);
    if (!status && self->antithetic) status = put(&bytes, "antithetic: true\n");
    snprintf(text, sizeof text, "block: %" PRIu64, self->storage->block);
    if (!status) status = put(&bytes, self->storage->block ? text : "block: the model's");
    if (!status) status = put(&bytes, "\nstatistics: ");
    if (!status) status = ulam_job_write_statistics(self, &bytes);
    if (!status) status = put(&bytes, "\n");
    if (!status && ulam_job_has_chains(self)) status = put_chain(&self->chain, &bytes);
    snprintf(text, sizeof text, "ladder: from %" PRIu64 " %s\n", self->until.ladder,
             ulam_job_has_chains(self) ? "measurements" : "runs");
    if (!status && self->until.ladder && self->until.ladder != ULAM_LADDER_START) status = put(&bytes, text);
    if (!status) status = put_samples(self, &bytes);
    if (!status) status = put_swept(self, &bytes);
    for (size_t i = 0; i < self->model->n_parameters && !status; i++) status = put_fixed(self, i, &bytes);
    return finish(status, &bytes);
}
