/* Chunks that stand side by side. */

#ifndef ULAM_CHUNK_H
#define ULAM_CHUNK_H

#include <ulam/state.h>

#include "state_rungs.h"

/* `next` begins where `chunk` ends, and the two may be answered as one: they are whole blocks, no rung of the ladder lies
 * between them, and neither is the job's witness, whose sums are wanted alone. */
static inline bool ulam_chunk_continues(const ulam_job *job, const ulam_chunk *witness, const ulam_chunk *chunk,
                                        const ulam_chunk *next)
{
    const uint64_t block = job->points[chunk->point].block;
    if (chunk->point != next->point || chunk->first + chunk->blocks != next->first) return false;
    if (chunk->runs != chunk->blocks * block || next->runs != next->blocks * block) return false;
    const ulam_ladder ladder = ulam_job_ladder(job, chunk->point);
    if (ulam_ladder_has(&ladder, next->first)) return false;
    return chunk->point != witness->point || (chunk->first != witness->first && next->first != witness->first);
}

#endif
