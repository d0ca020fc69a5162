#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ulam/program.h>

#include "chain_record.h"
#include "chain_worker.h"
#include "grow.h"
#include "run_error.h"
#include "worker.h"

/* A block's values stand in memory together, since the order of their sum is fixed over the whole of it. */
static const size_t most_values = (size_t)1 << 27;

double ulam_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ulam_part_free(ulam_part *self)
{
    ulam_tally_free(&self->tally);
    ulam_chain_record_drop(self->record);
    free(self->failures);
    *self = (ulam_part){0};
}

ulam_status ulam_part_note_failure(ulam_part *self, uint64_t run, const char *cause)
{
    ulam_failure *failures = ulam_grow(self->failures, self->n_failures, &self->failures_capacity, sizeof *failures);
    if (!failures) return ULAM_ENOMEM;
    self->failures = failures;
    ulam_failure *failure = &self->failures[self->n_failures++];
    *failure = (ulam_failure){.point = self->chunk.point, .run = run};
    strncpy(failure->cause, cause, sizeof failure->cause - 1);
    return ULAM_OK;
}

void ulam_answer_free(ulam_answer *self)
{
    for (size_t i = 0; i < self->n_parts; i++) ulam_part_free(&self->parts[i]);
    free(self->parts);
    free(self->left);
    *self = (ulam_answer){0};
}

const ulam_failure *ulam_answer_last_failure(const ulam_answer *self)
{
    for (size_t i = self->n_parts; i-- > 0;)
        if (self->parts[i].n_failures) return &self->parts[i].failures[self->parts[i].n_failures - 1];
    return NULL;
}

void ulam_worker_init(ulam_worker *self, const ulam_job *job)
{
    *self = (ulam_worker){.job = job, .performer = {.job = job}};
    ulam_prepared_init(&self->prepared, job);
    ulam_sampling_init(&self->sampling, job);
    ulam_frames_init(&self->frames, job->statistics);
}

void ulam_worker_free(ulam_worker *self)
{
    ulam_prepared_free(&self->prepared);
    ulam_performer_free(&self->performer);
    ulam_isolated_close(self->isolated);
    if (self->session) self->job->service->close(self->session);
    ulam_sampling_free(&self->sampling);
    free(self->values);
    ulam_pairing_free(&self->pairing);
    ulam_frames_free(&self->frames);
    ulam_worker_init(self, self->job);
}

/* Room for a number of each run: of many runs whole cache lines, and an odd number of them, so that a run's numbers do not
 * all compete for the same place in the cache. */
static size_t stride_of(uint64_t runs) { return runs < 64 ? (size_t)runs : ((size_t)runs + 7) / 8 * 8 | 8; }

static ulam_status make_room(ulam_worker *self, size_t p, uint64_t runs, ulam_error *error)
{
    const size_t width = self->job->width ? self->job->width : 1;
    if (runs > most_values / width) {
        ulam_fail(error, ULAM_EINVAL,
                  "a block of %llu runs of %zu numbers each would need %.1f GB of memory; the most is 1 GB: "
                  "use smaller blocks",
                  (unsigned long long)runs, width, (double)runs * (double)width * 8e-9);
        return ulam_fail_at_point(self->job, p, error);
    }
    self->stride = stride_of(runs);
    if (self->stride <= self->capacity / width) return ULAM_OK;
    free(self->values);
    self->capacity = 0;
    self->values = aligned_alloc(64, (self->stride * width * sizeof *self->values + 63) / 64 * 64);
    if (!self->values || (!self->performer.single && ulam_performer_init(&self->performer, self->job)))
        return ulam_fail_memory(error, "making room for a block of runs");
    self->capacity = self->stride * width;
    return ULAM_OK;
}

/* The values of the runs that succeed stand together, in the order of the runs. */
typedef struct {
    ulam_part *part;
    uint64_t first, n;
    uint64_t good;
} block;

/* A failed run is noted, or ends everything. */
static ulam_status take_failure(const ulam_worker *self, block *of, uint64_t run, const ulam_error *cause,
                                ulam_error *error)
{
    if (ulam_job_notes_failures(self->job))
        return ulam_part_note_failure(of->part, run, cause->message) ? ulam_fail_memory(error, "noting a failed run")
                                                                     : ULAM_OK;
    *error = *cause;
    return ulam_fail_at_run(self->job, of->part->chunk.point, run, error);
}

/* Runs of a stretch as far as they succeed, by the job's service or in a child process. */
static ulam_status perform_apart(ulam_worker *self, ulam_stretch stretch, double *values, uint64_t *done,
                                 ulam_error *cause, ulam_error *error)
{
    const ulam_service *service = self->job->service;
    if (service && !self->session) self->session = service->open(service->self, self->job);
    if (!service && !self->isolated) self->isolated = ulam_isolated_open(self->job);
    if (!self->session && !self->isolated) return ulam_fail_memory(error, "isolating runs");
    if (service) return service->perform(self->session, stretch, values, self->stride, done, cause, error);
    return ulam_isolated_perform(self->isolated, stretch, values, self->stride, done, cause, error);
}

/* Runs of the block as far as they succeed, behind those that have. */
static ulam_status perform_stretch(ulam_worker *self, const void *point, ulam_stretch stretch, double *values,
                                   uint64_t *done, ulam_error *cause, ulam_error *error)
{
    if (!self->job->conduct.isolate) {
        ulam_perform_stretch(&self->performer, point, stretch, values, self->stride, done, cause);
        return ULAM_OK;
    }
    if (!perform_apart(self, stretch, values, done, cause, error)) return ULAM_OK;
    return ulam_fail_at_point(self->job, stretch.point, error);
}

static ulam_status perform_runs(ulam_worker *self, const void *point, block *of, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    ulam_stretch rest = ulam_performer_stretch(&self->performer, of->part->chunk.point, of->first, of->n);
    while (!status && rest.n) {
        uint64_t done;
        ulam_error cause = {0};
        status = perform_stretch(self, point, rest, self->values + of->good, &done, &cause, error);
        if (status) break;
        of->good += done;
        if (done == rest.n) break;
        const uint64_t failed = rest.first + done;
        status = take_failure(self, of, failed, &cause, error);
        ulam_stretch_skip(&rest, failed);
    }
    return status;
}

/* The values of the runs that have succeeded. */
static ulam_block_values values_of(const ulam_worker *self, const block *of)
{
    return (ulam_block_values){
        .value = self->values, .n = (size_t)of->good, .run_step = 1, .element_step = self->stride, .first = of->first};
}

/* Makes a tally's centres and edges known, which may take performing the point's first runs. What fails among these is not
 * noted: whoever performs their block will note it. */
static ulam_status frame_tally(ulam_worker *self, const void *point, block *of, ulam_error *error)
{
    const size_t p = of->part->chunk.point;
    if (ulam_accumulators_are_framed(&of->part->tally.more)) return ULAM_OK;
    const double *frame = ulam_frames_find(&self->frames, p);
    if (!frame) {
        ulam_part unnoted = {.chunk = {.point = p}};
        block pilot = {.part = &unnoted, .n = ulam_pilot_runs(self->job->points[p].block)};
        ulam_status status = make_room(self, p, pilot.n > of->n ? pilot.n : of->n, error);
        if (!status) status = perform_runs(self, point, &pilot, error);
        ulam_part_free(&unnoted);
        if (status) return status;
        const ulam_block_values values = values_of(self, &pilot);
        frame = ulam_frames_make(&self->frames, p, &values);
    }
    if (!frame) return ulam_fail_memory(error, "finding a point's centres and edges");
    ulam_accumulators_set_frame(&of->part->tally.more, frame);
    return ULAM_OK;
}

/* The indices of the runs that succeeded, where some have not: those noted since `noted`. NULL: out of memory. */
static uint64_t *list_runs(const block *of, size_t noted)
{
    uint64_t *run = malloc((size_t)(of->good + 1) * sizeof *run);
    for (uint64_t i = 0, at = of->first; run && i < of->good; at++) {
        if (noted < of->part->n_failures && of->part->failures[noted].run == at)
            noted++;
        else
            run[i++] = at;
    }
    return run;
}

static ulam_status add_values(ulam_worker *self, const block *of, size_t noted, ulam_error *error)
{
    const ulam_block_values values_of_runs = values_of(self, of);
    ulam_block_values values = values_of_runs;
    uint64_t *run = NULL;
    const ulam_statistics *kept = self->job->statistics;
    if (self->job->antithetic && ulam_pairing_make(&self->pairing, &values_of_runs, self->job->width, &values))
        return ulam_fail_memory(error, "summing a block of runs");
    if (kept && kept->n_grouped && of->good < of->n) {
        run = list_runs(of, noted);
        if (!run) return ulam_fail_memory(error, "summing a block of runs");
        values.run = run;
    }
    const ulam_status status = ulam_tally_add(&of->part->tally, &values);
    free(run);
    return status ? ulam_fail_memory(error, "summing a block of runs") : ULAM_OK;
}

static ulam_status keep_samples(ulam_worker *self, const block *of, size_t noted, ulam_error *error)
{
    ulam_part *part = of->part;
    const size_t failed = part->n_failures - noted;
    const ulam_sample_block values = {.values = self->values,
                                      .run_stride = 1,
                                      .element_stride = self->stride,
                                      .point = part->chunk.point,
                                      .first = of->first,
                                      .runs = of->n,
                                      .failures = failed ? part->failures + noted : NULL,
                                      .n_failures = failed};
    return ulam_sampling_add(&self->sampling, &values, &part->tally.samples, error);
}

static ulam_status perform_block(ulam_worker *self, const void *point, block *of, ulam_error *error)
{
    const size_t noted = of->part->n_failures;
    ulam_status status = frame_tally(self, point, of, error);
    if (!status) status = perform_runs(self, point, of, error);
    if (!status) status = keep_samples(self, of, noted, error);
    /* Half of an antithetic pair is no value: the job ends with the failed run, unless a target is reached before it. */
    const bool broken = self->job->antithetic && of->good < of->n;
    if (!status && !broken) status = add_values(self, of, noted, error);
    if (status) return status;
    of->part->tally.runs += broken ? of->n : of->n - of->good;
    of->part->tally.failed += of->n - of->good;
    return ULAM_OK;
}

static bool is_interrupted(const ulam_interrupt *interrupt, double now)
{
    return interrupt && interrupt->requested(interrupt->self, now);
}

/* Does blocks of a chunk until `end`, at least one; part tells which have been done. */
static ulam_status perform_chunk(ulam_worker *self, const ulam_chunk *chunk, double end,
                                 const ulam_interrupt *interrupt, ulam_part *part, ulam_error *error)
{
    const ulam_job *job = self->job;
    const uint64_t size = job->points[chunk->point].block;
    const uint64_t runs = chunk->blocks == 1 ? chunk->runs : size;
    const void *point = NULL;
    *part = (ulam_part){.chunk = {.point = chunk->point, .first = chunk->first}};
    if (ulam_tally_init(&part->tally, job->width) || ulam_tally_keep(&part->tally, job->statistics))
        return ulam_fail_memory(error, "making room for sums");
    ulam_status status = make_room(self, chunk->point, runs, error);
    if (!status && !job->conduct.isolate && ulam_prepare(&self->prepared, chunk->point, &point, error))
        status = ulam_fail_at_point(job, chunk->point, error);
    const double start = ulam_clock();
    for (double now = start; !status && part->chunk.blocks < chunk->blocks;) {
        if (part->chunk.blocks && (now >= end || is_interrupted(interrupt, now))) break;
        const size_t failures = part->n_failures;
        block next = {.part = part, .first = (chunk->first + part->chunk.blocks) * size, .n = runs};
        status = perform_block(self, point, &next, error);
        if (status) {
            part->n_failures = failures;
            if (status == ULAM_ENOMEM) part->chunk.blocks = part->chunk.runs = part->n_failures = 0; /* half added */
            break;
        }
        const double begun = now;
        now = ulam_clock();
        part->longest = fmax(part->longest, now - begun);
        part->chunk.blocks++;
        part->chunk.runs += runs;
        if (part->n_failures > job->conduct.max_failed) break;
    }
    const ulam_status kept = ulam_sampling_write(&self->sampling, status ? NULL : error);
    if (kept) part->chunk.blocks = part->chunk.runs = part->n_failures = 0;
    part->seconds = ulam_clock() - start;
    return status ? status : kept;
}

static ulam_status keep_left(ulam_answer *answer, const ulam_chunk *chunk, uint64_t done, uint64_t done_runs,
                             ulam_error *error)
{
    if (done == chunk->blocks) return ULAM_OK;
    ulam_chunk *left = ulam_grow(answer->left, answer->n_left, &answer->left_capacity, sizeof *left);
    if (!left) return ulam_fail_memory(error, "listing runs to give back");
    answer->left = left;
    answer->left[answer->n_left++] = (ulam_chunk){.point = chunk->point,
                                                  .first = chunk->first + done,
                                                  .blocks = chunk->blocks - done,
                                                  .runs = chunk->runs - done_runs,
                                                  .from = chunk->from,
                                                  .to = chunk->to};
    return ULAM_OK;
}

/* A chunk that a failure interrupted counts as far as it was done. */
static ulam_status take_chunk(ulam_worker *self, const ulam_assignment *assignment, size_t i, double end,
                              const ulam_interrupt *interrupt, bool go_on, ulam_answer *answer, ulam_error *error)
{
    const ulam_chunk *chunk = &assignment->chunks[i];
    ulam_part *part = &answer->parts[answer->n_parts];
    *part = (ulam_part){0};
    ulam_status status = ULAM_OK;
    if (go_on)
        status = assignment->records
                     ? ulam_worker_perform_chains(self, chunk, assignment->records[i], end, interrupt, part, error)
                     : perform_chunk(self, chunk, end, interrupt, part, error);
    const uint64_t done = part->chunk.blocks, runs = part->chunk.runs;
    if (done)
        answer->n_parts++;
    else
        ulam_part_free(part);
    const ulam_status kept = keep_left(answer, chunk, done, runs, status ? NULL : error);
    return status ? status : kept;
}

ulam_status ulam_worker_perform(ulam_worker *self, const ulam_assignment *assignment, const ulam_interrupt *interrupt,
                                ulam_answer *answer, ulam_error *error)
{
    const double end = ulam_clock() + assignment->seconds;
    ulam_status status = ULAM_OK;
    ulam_error own = {0}, later = {0};
    size_t failures = 0;
    answer->parts = calloc(assignment->n ? assignment->n : 1, sizeof *answer->parts);
    if (!answer->parts) return ulam_fail_memory(error, "making room for an answer");
    for (size_t i = 0; i < assignment->n; i++) {
        const double now = ulam_clock();
        const bool go_on = i == 0 || (now < end && !is_interrupted(interrupt, now));
        const bool borne = failures <= self->job->conduct.max_failed;
        const ulam_status taken =
            take_chunk(self, assignment, i, end, interrupt, go_on && borne && !status, answer, status ? &later : &own);
        if (!status) status = taken;
        if (answer->n_parts) failures += answer->parts[answer->n_parts - 1].n_failures;
    }
    if (answer->n_parts && ulam_sampling_flush(&self->sampling, status ? NULL : &own)) {
        while (answer->n_parts) ulam_part_free(&answer->parts[--answer->n_parts]);
        if (!status) status = own.status;
    }
    if (status && error) *error = own;
    return status;
}

ulam_status ulam_worker_decline(const ulam_assignment *assignment, ulam_answer *answer, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < assignment->n && !status; i++)
        status = keep_left(answer, &assignment->chunks[i], 0, 0, error);
    return status;
}
