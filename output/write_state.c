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

static ulam_status pack(const ulam_state *state, ulam_bytes *bytes)
{
    const size_t n = state->job->n_points;
    if (ulam_bytes_put_u64(bytes, n) != ULAM_OK) return ULAM_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        XXH128_canonical_t digest;
        if (ulam_point_digest(state->job, i, &digest) != ULAM_OK ||
            ulam_bytes_put(bytes, digest.digest, sizeof digest.digest) != ULAM_OK)
            return ULAM_ENOMEM;
    }
    return ulam_state_pack(state, bytes);
}

void ulam_write_state(ulam_h5 *h5, const ulam_state *state)
{
    ulam_bytes bytes = {0};
    ulam_labelled group;
    ulam_labelled_open(&group, h5, "state");
    if (pack(state, &bytes) != ULAM_OK) ulam_h5_fail_memory(h5);
    /* Its own coordinates, so that readers of netCDF find a dimension. */
    ulam_labelled_dimension(&group, "bytes", bytes.size, ULAM_H5_BYTE, bytes.data, NULL);
    ulam_labelled_close(&group);
    ulam_bytes_free(&bytes);
}
