#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "image.h"
#include "read_parts.h"

void ulam_read_open(ulam_h5 *h5, ulam_bytes *image, const char *path, ulam_error *error)
{
    *image = (ulam_bytes){0};
    ulam_h5_begin(h5, ULAM_EFORMAT, error);
    h5->status = ulam_image_read(image, path, error);
    if (h5->status != ULAM_OK) return;
    ulam_h5_open(h5, image);
    const uint64_t format = ulam_h5_get_unsigned(h5, h5->file, "ulam_format");
    if (h5->status == ULAM_OK && format != ULAM_FILE_FORMAT)
        h5->status = ulam_fail(error, ULAM_EFORMAT, "its format is %" PRIu64 ", and this version of ulam reads %d",
                               format, ULAM_FILE_FORMAT);
}

/* A message may quote names that the file holds, and is one line all the same. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text)) *text = '?';
}

void ulam_read_say_path(ulam_h5 *h5, const char *path)
{
    make_printable(h5->error->message);
    ulam_fail_within(h5->error, "%s", path);
}

ulam_status ulam_read_close(ulam_h5 *h5, ulam_bytes *image, const char *path)
{
    ulam_h5_close(h5);
    /* A message about the image itself names it already. */
    if (h5->status != ULAM_OK && image->data) ulam_read_say_path(h5, path);
    ulam_bytes_free(image);
    return h5->status;
}

void ulam_read_release(ulam_h5 *h5, ulam_bytes *image)
{
    ulam_h5_close(h5);
    unsigned char *rest = image->data ? realloc(image->data, 1) : NULL;
    if (!rest) return;
    *image = (ulam_bytes){.data = rest, .size = 1, .capacity = 1};
}

static void read_head(ulam_h5 *h5, ulam_result *self)
{
    self->version = ulam_h5_need_text(h5, h5->file, "ulam_version");
    self->model = ulam_h5_need_text(h5, h5->file, "model");
    self->seed = ulam_h5_get_unsigned(h5, h5->file, "seed");
    self->seeds = ulam_h5_get_unsigneds(h5, h5->file, "seeds", &self->n_seeds);
    self->job = ulam_h5_need_text(h5, h5->file, "job");
    self->model_source = ulam_h5_get_text(h5, h5->file, "model_source");
    self->identity = ulam_h5_need_text(h5, h5->file, "identity");
    self->part = ulam_h5_get_unsigned(h5, h5->file, "part");
    self->parts = ulam_h5_get_unsigned(h5, h5->file, "parts");
    self->samples = ulam_h5_get_words(h5, h5->file, "samples", &self->n_samples);
    char *status = ulam_h5_need_text(h5, h5->file, "status");
    self->complete = status && strcmp(status, "complete") == 0;
    free(status);
}

ulam_status ulam_result_read(ulam_result *self, const char *path, ulam_error *error)
{
    ulam_error unused = {0};
    ulam_bytes image;
    ulam_h5 h5;
    *self = (ulam_result){0};
    ulam_read_open(&h5, &image, path, error ? error : &unused);
    read_head(&h5, self);
    ulam_read_points(&h5, self);
    ulam_read_sweep(&h5, self);
    ulam_read_results(&h5, self);
    ulam_read_failures(&h5, self);
    ulam_read_dropped(&h5, self);
    ulam_read_provenance(&h5, &self->provenance);
    return ulam_read_close(&h5, &image, path);
}

static void free_parameter(ulam_result_parameter *self, size_t n_points)
{
    free(self->name);
    free(self->unit);
    free(self->dimension);
    ulam_texts_free(self->text, n_points);
}

static void free_observable(ulam_result_observable *self)
{
    free(self->name);
    free(self->unit);
    free(self->help);
    free(self->dimension);
    free(self->dimension_unit);
    free(self->coordinate);
    free(self->mean);
    free(self->std_error);
    free(self->sd);
    free(self->skewness);
    free(self->excess_kurtosis);
    free(self->min);
    free(self->max);
    free(self->count);
    free(self->exact);
    free(self->reduction);
    free(self->tau);
    free(self->tau_error);
    free(self->ess);
    free(self->rhat);
    free(self->drift);
    free(self->ess_error);
    free(self->reduction_error);
    free(self->low);
    free(self->high);
    ulam_counts_free(self);
}

void ulam_result_free(ulam_result *self)
{
    ulam_trace_free(self);
    for (size_t i = 0; i < self->n_parameters; i++) free_parameter(&self->parameters[i], self->n_points);
    for (size_t i = 0; i < self->n_observables; i++) free_observable(&self->observables[i]);
    for (size_t i = 0; i < self->n_dimensions; i++) free(self->dimensions[i].name);
    free(self->parameters);
    free(self->dimensions);
    free(self->swept);
    free(self->observables);
    free(self->model);
    free(self->version);
    free(self->job);
    free(self->model_source);
    free(self->identity);
    ulam_texts_free(self->samples, self->n_samples);
    free(self->seeds);
    free(self->runs);
    free(self->failed);
    free(self->runs_asked);
    free(self->sweeps);
    free(self->sweeps_asked);
    free(self->first);
    free(self->until);
    free(self->ending);
    free(self->target_ratio);
    free(self->compared);
    ulam_texts_free(self->warnings, self->n_warnings);
    free(self->failures);
    free(self->dropped);
    ulam_covariance_free(&self->covariance);
    ulam_provenance_free(&self->provenance);
    *self = (ulam_result){0};
}
