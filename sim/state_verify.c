#include <math.h>
#include <string.h>

#include <ulam/execute.h>

#include "state_chains.h"
#include "state_figures.h"
#include "worker.h"

static ulam_status compare(const ulam_state *state, const ulam_part *part, ulam_error *error)
{
    ulam_bytes now = {0};
    ulam_status status = ULAM_OK;
    if (part->record ? ulam_chain_witness_pack(&part->chunk, part->record, &now)
                     : ulam_witness_pack(&part->chunk, &part->tally, &now))
        status = ulam_fail_memory(error, "comparing a block's sums");
    else if (now.size != state->witness.size || memcmp(now.data, state->witness.data, now.size) != 0)
        status = ulam_fail(error, ULAM_EIDENTITY,
                           "block %llu of point %zu gives other numbers now (the model, a library that it uses or the "
                           "machine computes otherwise than when these results were made)",
                           (unsigned long long)part->chunk.first, part->chunk.point);
    ulam_bytes_free(&now);
    return status;
}

/* Sweeps after which chains were hashed; 0: it was another number of them. */
static uint64_t sweeps_of_witness(const ulam_state *state, uint64_t chains)
{
    ulam_reader reader = {.at = state->witness.data, .end = state->witness.data + state->witness.size};
    ulam_reader_get(&reader, 2 * sizeof(uint64_t));
    const uint64_t sweeps = ulam_reader_get_u64(&reader), known = ulam_reader_get_u64(&reader);
    return reader.failed || known != chains ? 0 : sweeps;
}

ulam_status ulam_state_verify(const ulam_state *state, ulam_error *error)
{
    ulam_chunk chunk;
    if (state->witness.size == 0 || !ulam_job_witness(state->job, &chunk)) return ULAM_OK;
    ulam_job job = *state->job; /* failed runs are a fact to compare, whatever the job makes of them */
    job.conduct.on_failure = ULAM_ON_FAILURE_RECORD;
    ulam_chain_record *none = NULL;
    ulam_assignment assignment = {.chunks = &chunk, .n = 1, .seconds = 0};
    if (ulam_job_has_chains(&job)) {
        chunk.to = sweeps_of_witness(state, chunk.runs);
        if (chunk.to == 0) return ULAM_OK;
        assignment.records = &none;
        assignment.seconds = INFINITY;
    }
    ulam_worker worker;
    ulam_answer answer = {0};
    ulam_worker_init(&worker, &job);
    ulam_status status = ulam_worker_perform(&worker, &assignment, NULL, &answer, error);
    const bool failed = !status && answer.parts[0].n_failures > 0;
    if (!status && !(failed && job.conduct.isolate)) status = compare(state, &answer.parts[0], error);
    ulam_answer_free(&answer);
    ulam_worker_free(&worker);
    return status;
}
