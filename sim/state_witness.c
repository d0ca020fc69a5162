#include <stdlib.h>

#include "state_chains.h"
#include "state_figures.h"
#include "value.h"

bool ulam_job_witness(const ulam_job *job, ulam_chunk *chunk)
{
    if (ulam_job_has_chains(job)) {
        const ulam_point *point = &job->points[0];
        const uint64_t first = ulam_chain_first_block(point);
        *chunk = (ulam_chunk){.first = first, .blocks = 1};
        if (point->runs > point->first) chunk->runs = ulam_chain_block_runs(point, first);
        return chunk->runs > 0;
    }
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

ulam_status ulam_chain_witness_pack(const ulam_chunk *chunk, const ulam_chain_record *record, ulam_bytes *bytes)
{
    char hash[33];
    ulam_hash_text(hash, record->data, record->size);
    return ulam_bytes_put_u64(bytes, chunk->point) || ulam_bytes_put_u64(bytes, chunk->first) ||
                   ulam_bytes_put_u64(bytes, record->sweeps) || ulam_bytes_put_u64(bytes, record->chains) ||
                   ulam_bytes_put_text(bytes, hash)
               ? ULAM_ENOMEM
               : ULAM_OK;
}

ulam_status ulam_state_chain_witness(ulam_state *self, size_t point, uint64_t block, const ulam_chain_record *record)
{
    ulam_chunk witness;
    if (record->failed || record->sweeps != ULAM_WITNESS_SWEEPS) return ULAM_OK;
    if (!ulam_job_witness(self->job, &witness) || point != witness.point || block != witness.first) return ULAM_OK;
    self->witness.size = 0;
    const ulam_status status = ulam_chain_witness_pack(&witness, record, &self->witness);
    if (status) self->witness.size = 0;
    return status;
}
