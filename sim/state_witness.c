#include <stdlib.h>

#include "state_figures.h"

bool ulam_job_witness(const ulam_job *job, ulam_chunk *chunk)
{
    for (size_t p = 0; p < job->n_points; p++) {
        const ulam_point *point = &job->points[p];
        if (point->first + point->block > point->runs) continue;
        *chunk = (ulam_chunk){.point = p, .first = point->first / point->block, .blocks = 1, .runs = point->block};
        return true;
    }
    return false;
}

ulam_status ulam_witness_pack(const ulam_chunk *chunk, const ulam_tally *tally, ulam_bytes *bytes)
{
    return ulam_bytes_put_u64(bytes, chunk->point) || ulam_bytes_put_u64(bytes, chunk->first) ||
                   ulam_tally_pack(tally, bytes)
               ? ULAM_ENOMEM
               : ULAM_OK;
}

ulam_status ulam_state_witness(ulam_state *self, const ulam_chunk *chunk, const ulam_tally *tally)
{
    ulam_chunk witness;
    if (chunk->blocks != 1 || self->witness.size) return ULAM_OK;
    if (tally->failed) return ULAM_OK; /* a run that took too long may not do so again */
    if (!ulam_job_witness(self->job, &witness)) return ULAM_OK;
    if (chunk->point != witness.point || chunk->first != witness.first) return ULAM_OK;
    const ulam_status status = ulam_witness_pack(chunk, tally, &self->witness);
    if (status) self->witness.size = 0;
    return status;
}
