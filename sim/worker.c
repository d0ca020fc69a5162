#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "perform_run.h"
#include "worker.h"

/* A block's values stand in memory together, since the order of their sum is fixed over the whole of it. */
static const size_t most_values = (size_t)1 << 27;

double ulam_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void ulam_answer_free(ulam_answer *self)
{
    for (size_t i = 0; i < self->n_parts; i++) ulam_tally_free(&self->parts[i].tally);
    free(self->parts);
    free(self->left);
    *self = (ulam_answer){0};
}

void ulam_worker_init(ulam_worker *self, const ulam_job *job)
{
    *self = (ulam_worker){.job = job};
    ulam_prepared_init(&self->prepared, job);
}

void ulam_worker_free(ulam_worker *self)
{
    ulam_prepared_free(&self->prepared);
    free(self->values);
    ulam_worker_init(self, self->job);
}

/* Naming what failed */

/* " (rate=2, servers=3)": the parameters that tell the point from the others; empty where there is only one. */
static void describe_point(const ulam_job *job, size_t p, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t a = 0; a < job->n_axes; a++)
        for (size_t i = 0; i < job->axes[a].n_parameters; i++) {
            const size_t parameter = job->axes[a].parameters[i];
            const ulam_parameter *declared = &job->model->parameters[parameter];
            char *value = ulam_value_text(declared, job->points[p].values[parameter]);
            const int n = snprintf(text + length, size - length, "%s%s=%s", length ? ", " : " (", declared->name,
                                   value ? value : "?");
            free(value);
            if (n < 0 || (size_t)n >= size - length) return;
            length += (size_t)n;
        }
    if (length) snprintf(text + length, size - length, ")");
}

static ulam_status fail_at_point(const ulam_job *job, size_t p, ulam_error *error)
{
    char where[256];
    describe_point(job, p, where, sizeof where);
    return ulam_fail_within(error, "model '%s', point %zu%s", job->model->name, p, where);
}

static ulam_status fail_at_run(const ulam_job *job, size_t p, uint64_t run, ulam_error *error)
{
    error->status = ULAM_ERUN;
    char where[256];
    describe_point(job, p, where, sizeof where);
    return ulam_fail_within(error, "model '%s', point %zu%s, run %llu", job->model->name, p, where,
                            (unsigned long long)run);
}

/* Runs */

static ulam_status set_up(ulam_worker *self, size_t p, const void **point, ulam_error *error)
{
    return ulam_prepare(&self->prepared, p, point, error) ? fail_at_point(self->job, p, error) : ULAM_OK;
}

static ulam_status make_room(ulam_worker *self, size_t p, uint64_t runs, ulam_error *error)
{
    const size_t width = self->job->width ? self->job->width : 1;
    if (runs <= self->capacity / width) return ULAM_OK;
    if (runs > most_values / width) {
        ulam_fail(error, ULAM_EINVAL,
                  "a block of %llu runs of %zu numbers each would need %.1f GB of memory; the most is 1 GB: "
                  "use smaller blocks",
                  (unsigned long long)runs, width, (double)runs * (double)width * 8e-9);
        return fail_at_point(self->job, p, error);
    }
    free(self->values);
    self->capacity = 0;
    self->values = malloc((size_t)runs * width * sizeof *self->values);
    if (!self->values) return ulam_fail_memory(error, "making room for a block of runs");
    self->capacity = (size_t)runs * width;
    return ULAM_OK;
}

static ulam_status perform_run(const ulam_job *job, size_t p, const void *point, uint64_t run, double *values,
                               ulam_error *error)
{
    return ulam_perform_run(job, p, point, run, values, error) ? fail_at_run(job, p, run, error) : ULAM_OK;
}

/* One block: `n` runs from `first` on. */
static ulam_status perform_block(ulam_worker *self, size_t p, const void *point, uint64_t first, uint64_t n,
                                 ulam_tally *tally, ulam_error *error)
{
    for (uint64_t r = 0; r < n; r++) {
        const ulam_status status =
            perform_run(self->job, p, point, first + r, self->values + r * self->job->width, error);
        if (status) return status;
    }
    if (ulam_tally_add_block(tally, self->values, (size_t)n)) return ulam_fail_memory(error, "summing a block of runs");
    return ULAM_OK;
}

/* Does blocks of a chunk until `end`, at least one; part tells which have been done. */
static ulam_status perform_chunk(ulam_worker *self, const ulam_chunk *chunk, double end, const _Atomic bool *stop,
                                 ulam_part *part, ulam_error *error)
{
    const uint64_t size = self->job->points[chunk->point].block;
    const uint64_t runs = chunk->blocks == 1 ? chunk->runs : size;
    const void *point;
    *part = (ulam_part){.chunk = {.point = chunk->point, .first = chunk->first}};
    if (ulam_tally_init(&part->tally, self->job->width)) return ulam_fail_memory(error, "making room for sums");
    ulam_status status = make_room(self, chunk->point, runs, error);
    if (!status) status = set_up(self, chunk->point, &point, error);
    const double start = ulam_clock();
    for (double now = start; !status && part->chunk.blocks < chunk->blocks; now = ulam_clock()) {
        if (part->chunk.blocks && (now >= end || (stop && *stop))) break;
        const uint64_t block = chunk->first + part->chunk.blocks;
        status = perform_block(self, chunk->point, point, block * size, runs, &part->tally, error);
        if (status) break;
        part->chunk.blocks++;
        part->chunk.runs += runs;
    }
    part->seconds = ulam_clock() - start;
    return status;
}

static ulam_status keep_left(ulam_answer *answer, const ulam_chunk *chunk, uint64_t done, uint64_t done_runs,
                             ulam_error *error)
{
    if (done == chunk->blocks) return ULAM_OK;
    if (answer->n_left == answer->left_capacity) {
        const size_t capacity = answer->left_capacity ? 2 * answer->left_capacity : 8;
        ulam_chunk *left = realloc(answer->left, capacity * sizeof *left);
        if (!left) return ulam_fail_memory(error, "listing runs to give back");
        answer->left = left;
        answer->left_capacity = capacity;
    }
    answer->left[answer->n_left++] = (ulam_chunk){.point = chunk->point,
                                                  .first = chunk->first + done,
                                                  .blocks = chunk->blocks - done,
                                                  .runs = chunk->runs - done_runs};
    return ULAM_OK;
}

ulam_status ulam_worker_perform(ulam_worker *self, const ulam_assignment *assignment, const _Atomic bool *stop,
                                ulam_answer *answer, ulam_error *error)
{
    const double end = ulam_clock() + assignment->seconds;
    ulam_status status = ULAM_OK;
    ulam_error own = {0};
    answer->parts = calloc(assignment->n ? assignment->n : 1, sizeof *answer->parts);
    if (!answer->parts) return ulam_fail_memory(error, "making room for an answer");
    for (size_t i = 0; i < assignment->n; i++) {
        const ulam_chunk *chunk = &assignment->chunks[i];
        ulam_part *part = &answer->parts[answer->n_parts];
        *part = (ulam_part){0};
        if (!status && (i == 0 || (ulam_clock() < end && !(stop && *stop))))
            status = perform_chunk(self, chunk, end, stop, part, &own);
        const uint64_t done = part->chunk.blocks, runs = part->chunk.runs;
        if (done)
            answer->n_parts++;
        else
            ulam_tally_free(&part->tally);
        const ulam_status kept = keep_left(answer, chunk, done, runs, status ? NULL : &own);
        if (!status) status = kept;
    }
    if (status && error) *error = own;
    return status;
}
