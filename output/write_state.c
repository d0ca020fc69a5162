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

/* Its own coordinates, so that readers of netCDF find a dimension. */
static void put(ulam_labelled *group, const char *name, ulam_status packed, ulam_bytes *bytes)
{
    if (packed != ULAM_OK) ulam_h5_fail_memory(group->h5);
    ulam_labelled_dimension(group, name, bytes->size, ULAM_H5_BYTE, bytes->data, NULL);
    ulam_bytes_free(bytes);
}

void ulam_write_state(ulam_h5 *h5, const ulam_state *state)
{
    ulam_bytes bytes = {0}, job = {0};
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "state");
    put(&group, "bytes", pack(state, &bytes), &bytes);
    put(&group, "job", ulam_stored_job_pack(state->job, &job), &job);
    ulam_labelled_close(&group);
}
