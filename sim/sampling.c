#include <stdlib.h>

#include "sampling.h"

/* Below this many bytes, blocks are put together before they are written. */
static const uint64_t least_write = (uint64_t)1 << 20;

void ulam_sampling_init(ulam_sampling *self, const ulam_job *job) { *self = (ulam_sampling){.job = job}; }

void ulam_sampling_free(ulam_sampling *self)
{
    free(self->bytes);
    self->bytes = NULL;
    self->room = self->runs = 0;
}

static ulam_status make_room(ulam_sampling *self, uint64_t runs, ulam_error *error)
{
    const size_t size = ulam_job_sample_size(self->job);
    if (runs <= self->room) return ULAM_OK;
    if (runs < least_write / size) runs = least_write / size;
    ulam_sampling_free(self);
    self->bytes = malloc((size_t)runs * size);
    if (!self->bytes) return ulam_fail_memory(error, "making room for samples");
    self->room = runs;
    return ULAM_OK;
}

ulam_status ulam_sampling_write(ulam_sampling *self, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    const unsigned char *bytes = self->bytes;
    if (self->broken) return self->broken;
    for (size_t i = 0; self->runs && self->sink.write && i < self->job->n_samples && !status; i++) {
        status = self->sink.write(self->sink.self, self->point, i, self->first, self->runs, bytes, error);
        bytes += self->room * ulam_sample_run_size(self->job, i);
    }
    self->runs = 0;
    self->broken = status;
    return status;
}

ulam_status ulam_sampling_add(ulam_sampling *self, const ulam_sample_block *block, ulam_hash_sum *hash,
                              ulam_error *error)
{
    const ulam_job *job = self->job;
    ulam_hash_sum sum = *hash;
    ulam_status status = ULAM_OK;
    if (job->n_samples == 0) return ULAM_OK;
    if (self->runs + block->runs > self->room) {
        status = ulam_sampling_write(self, error);
        if (!status) status = make_room(self, block->runs, error);
    }
    if (self->runs == 0) {
        self->point = block->point;
        self->first = block->first;
    }
    unsigned char *bytes = self->bytes;
    for (size_t i = 0; i < job->n_samples && !status; i++) {
        const size_t size = ulam_sample_run_size(job, i);
        unsigned char *to = bytes + self->runs * size;
        status = ulam_samples_encode(job, i, block, to, error);
        if (!status)
            ulam_hash_sum_add(&sum, block->first / job->points[block->point].block, job->n_samples, i, to,
                              (size_t)block->runs * size);
        bytes += self->room * size;
    }
    if (status) return status;
    self->runs += block->runs;
    *hash = sum;
    return ULAM_OK;
}

ulam_status ulam_sampling_flush(ulam_sampling *self, ulam_error *error)
{
    return self->sink.flush ? self->sink.flush(self->sink.self, error) : ULAM_OK;
}
