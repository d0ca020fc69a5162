#include <stdlib.h>
#include <string.h>

#include "labelled.h"
#include "state_bytes.h"
#include "write_parts.h"

ulam_status ulam_point_digest(const ulam_job *job, size_t point, XXH128_canonical_t *digest)
{
    char *text = ulam_job_point_text(job, point);
    if (!text) return ULAM_ENOMEM;
    XXH128_canonicalFromHash(digest, XXH3_128bits(text, strlen(text)));
    free(text);
    return ULAM_OK;
}

static ulam_status pack_point(const ulam_job *job, size_t i, ulam_bytes *bytes)
{
    const ulam_point *point = &job->points[i];
    XXH128_canonical_t digest;
    ulam_status status = ulam_point_digest(job, i, &digest);
    if (!status) status = ulam_bytes_put(bytes, digest.digest, sizeof digest.digest);
    if (!status) status = ulam_bytes_put_u64(bytes, point->first);
    if (!status) status = ulam_bytes_put_u64(bytes, point->runs);
    return status ? status : ulam_bytes_put_u64(bytes, point->block);
}

static ulam_status pack(const ulam_state *state, ulam_bytes *bytes)
{
    const ulam_job *job = state->job;
    ulam_status status = ulam_bytes_put_u64(bytes, job->n_points);
    if (!status) status = ulam_bytes_put_u64(bytes, job->width);
    for (size_t i = 0; i < job->n_points && !status; i++) status = pack_point(job, i, bytes);
    return status ? status : ulam_state_pack(state, bytes);
}

/* Bytes on their way into a dataset, or, without one, only counted. */
typedef struct {
    ulam_h5 *h5;
    hid_t dataset;
    size_t size;
    size_t chunk; /* bytes of a whole one */
} stream;

static ulam_status count_bytes(void *self, const unsigned char *data, size_t size)
{
    (void)data;
    ((stream *)self)->size += size;
    return ULAM_OK;
}

static ulam_status write_bytes(void *of, const unsigned char *data, size_t size)
{
    stream *self = of;
    if (size) ulam_h5_put_chunk(self->h5, self->dataset, self->size, data, size);
    if (size == self->chunk) ulam_h5_spill_chunk(self->h5, self->dataset, self->size);
    self->size += size;
    return ULAM_OK;
}

/* Packs the state through a buffer of that size: as a whole it would be as large again as the file. */
static void pour(stream *self, const ulam_state *state, size_t buffer,
                 ulam_status (*take)(void *self, const unsigned char *data, size_t size))
{
    const ulam_drain drain = {.self = self, .take = take};
    ulam_bytes bytes = {.capacity = buffer ? buffer : 1, .drain = &drain};
    bytes.data = malloc(bytes.capacity);
    if (!bytes.data || pack(state, &bytes) || take(self, bytes.data, bytes.size)) ulam_h5_fail_memory(self->h5);
    ulam_bytes_free(&bytes);
}

/* Datasets are their own coordinates, so that readers of netCDF find a dimension. */

static void put_state(ulam_labelled *group, const ulam_state *state)
{
    enum {
        COUNTED = 1 << 16
    };
    stream counted = {.h5 = group->h5}, written = {.h5 = group->h5};
    pour(&counted, state, COUNTED, count_bytes);
    ulam_labelled_dimension(group, "bytes", counted.size, ULAM_H5_BYTE, NULL, &written.dataset);
    written.chunk = ulam_h5_chunk_length(group->h5, written.dataset);
    if (group->h5->status == ULAM_OK) pour(&written, state, written.chunk, write_bytes);
    ulam_h5_done(group->h5, written.dataset);
}

static void put_job(ulam_labelled *group, const ulam_job *job)
{
    ulam_bytes bytes = {0};
    if (ulam_stored_job_pack(job, &bytes)) ulam_h5_fail_memory(group->h5);
    ulam_labelled_dimension(group, "job", bytes.size, ULAM_H5_BYTE, bytes.data, NULL);
    ulam_bytes_free(&bytes);
}

void ulam_write_state(ulam_h5 *h5, const ulam_state *state)
{
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "state");
    put_state(&group, state);
    put_job(&group, state->job);
    ulam_labelled_close(&group);
}
