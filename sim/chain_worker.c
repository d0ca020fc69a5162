#include <ulam/execute.h>

#include "chain_block.h"
#include "chain_worker.h"
#include "in_hand.h"
#include "run_error.h"

typedef struct {
    const ulam_interrupt *interrupt;
    double end;
} limit;

static bool is_over(void *of, double now)
{
    const limit *self = of;
    return now >= self->end || (self->interrupt && self->interrupt->requested(self->interrupt->self, now));
}

typedef struct {
    const ulam_job *job;
    ulam_part *part;
} failures;

static ulam_status note(void *of, uint64_t run, uint64_t sweep, const ulam_error *cause, ulam_error *error)
{
    const failures *self = of;
    if (ulam_job_notes_failures(self->job))
        return ulam_part_note_failure(self->part, run, cause->message) ? ulam_fail_memory(error, "noting a failed run")
                                                                       : ULAM_OK;
    *error = *cause;
    return ulam_fail_at_chain(self->job, self->part->chunk.point, run, sweep, error);
}

static ulam_status perform(const ulam_worker *self, const void *point, const ulam_chunk *chunk,
                           const ulam_chain_record *record, limit *until, ulam_part *part, ulam_error *error)
{
    failures noted = {self->job, part};
    const ulam_chain_pause pause = {.stop = is_over, .self = until};
    const ulam_chain_witness witness = {.note = note, .self = &noted};
    ulam_chain_block block;
    ulam_take_in_hand(chunk->point, chunk->first * self->job->points[chunk->point].block, chunk->runs);
    ulam_status status = ulam_chain_block_open(&block, self->job, point, chunk, record);
    if (status == ULAM_EFORMAT) {
        ulam_fail(error, status, "the state of its chains is not one of this model's");
        status = ulam_fail_at_point(self->job, chunk->point, error);
    } else if (status) {
        ulam_fail_memory(error, "making room for chains");
    }
    if (!status) status = ulam_chain_block_advance(&block, chunk->to, &pause, &witness, &part->longest, error);
    ulam_put_out_of_hand();
    if (!status) {
        part->record = ulam_chain_block_record(&block);
        if (!part->record) status = ulam_fail_memory(error, "putting chains away");
    }
    ulam_chain_block_close(&block);
    return status;
}

ulam_status ulam_worker_perform_chains(ulam_worker *self, const ulam_chunk *chunk, const ulam_chain_record *record,
                                       double end, const ulam_interrupt *interrupt, ulam_part *part, ulam_error *error)
{
    const void *point;
    limit until = {.interrupt = interrupt, .end = end};
    *part = (ulam_part){.chunk = *chunk};
    part->chunk.blocks = 0;
    if (ulam_prepare(&self->prepared, chunk->point, &point, error)) {
        part->chunk.runs = 0;
        return ulam_fail_at_point(self->job, chunk->point, error);
    }
    const double start = ulam_clock();
    const ulam_status status = perform(self, point, chunk, record, &until, part, error);
    part->seconds = ulam_clock() - start;
    if (status) {
        part->chunk.runs = 0;
        return status;
    }
    part->chunk.blocks = 1;
    part->chunk.to = part->record->sweeps;
    return ULAM_OK;
}
