#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "state_bytes.h"
#include "stored.h"

typedef struct {
    XXH128_canonical_t digest;
    size_t point;
} known_point;

static int by_digest(const void *a, const void *b)
{
    const known_point *one = a, *other = b;
    return memcmp(one->digest.digest, other->digest.digest, sizeof one->digest.digest);
}

/* The job's points, sorted for look-up. Owned by the caller. NULL: out of memory. */
static known_point *sort_points(const ulam_job *job)
{
    known_point *points = calloc(job->n_points ? job->n_points : 1, sizeof *points);
    for (size_t i = 0; points && i < job->n_points; i++) {
        points[i].point = i;
        if (ulam_point_digest(job, i, &points[i].digest) == ULAM_OK) continue;
        free(points);
        return NULL;
    }
    if (points) qsort(points, job->n_points, sizeof *points, by_digest);
    return points;
}

static void fail_damaged(ulam_h5 *h5)
{
    if (h5->status == ULAM_OK) h5->status = ulam_fail(h5->error, ULAM_EFORMAT, "the state is damaged: its points");
}

static bool makes_sense(const ulam_point *point)
{
    return point->block > 0 && point->runs <= ULAM_MAX_RUNS && point->first <= point->runs &&
           point->first % point->block == 0;
}

static void read_points(ulam_stored *self, ulam_h5 *h5, const ulam_job *real, ulam_reader *reader)
{
    known_point *known = sort_points(real);
    const uint64_t n = ulam_reader_get_u64(reader), width = ulam_reader_get_u64(reader);
    if (!known) ulam_h5_fail_memory(h5);
    if (!reader->failed && width != real->width && h5->status == ULAM_OK)
        h5->status = ulam_fail(h5->error, ULAM_EFORMAT, "its runs have %" PRIu64 " elements, those of the model %zu",
                               width, real->width);
    if (reader->failed || n > (uint64_t)(reader->end - reader->at) / 40) fail_damaged(h5);
    if (h5->status == ULAM_OK) {
        self->points = calloc((size_t)n + 1, sizeof *self->points);
        self->place = calloc((size_t)n + 1, sizeof *self->place);
        if (!self->points || !self->place) ulam_h5_fail_memory(h5);
    }
    for (size_t i = 0; i < n && h5->status == ULAM_OK; i++) {
        known_point key;
        const unsigned char *digest = ulam_reader_get(reader, sizeof key.digest.digest);
        ulam_point *point = &self->points[i];
        point->first = ulam_reader_get_u64(reader);
        point->runs = ulam_reader_get_u64(reader);
        point->block = ulam_reader_get_u64(reader);
        if (reader->failed || !makes_sense(point)) fail_damaged(h5);
        if (h5->status != ULAM_OK) break;
        memcpy(key.digest.digest, digest, sizeof key.digest.digest);
        const known_point *found = bsearch(&key, known, real->n_points, sizeof *known, by_digest);
        self->place[i] = found ? found->point : SIZE_MAX;
    }
    free(known);
    self->job = (ulam_job){.points = self->points,
                           .n_points = (size_t)n,
                           .width = real->width,
                           .statistics = real->statistics,
                           .chain = real->chain};
}

void ulam_stored_read(ulam_stored *self, ulam_h5 *h5, const ulam_job *real)
{
    *self = (ulam_stored){0};
    const hid_t group = ulam_h5_get_group(h5, h5->file, "state");
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "bytes");
    const size_t size = ulam_h5_length(h5, dataset);
    self->bytes = ulam_h5_get_bytes(h5, dataset, size);
    self->reader = (ulam_reader){.at = self->bytes, .end = self->bytes ? self->bytes + size : NULL};
    if (h5->status == ULAM_OK) read_points(self, h5, real, &self->reader);
    ulam_h5_done(h5, dataset);
    ulam_h5_done(h5, group);
}

ulam_status ulam_stored_unpack(ulam_stored *self, ulam_error *error)
{
    ulam_status status = ulam_state_unpack(&self->state, &self->job, &self->reader, error);
    if (!status && self->reader.at != self->reader.end)
        status = ulam_fail(error, ULAM_EFORMAT, "the state is damaged: there is more than a state");
    free(self->bytes);
    self->bytes = NULL;
    return status;
}

void ulam_stored_free(ulam_stored *self)
{
    if (self->state.job) ulam_state_free(&self->state);
    free(self->points);
    free(self->place);
    free(self->bytes);
    *self = (ulam_stored){0};
}

/* Chains of which something is known, in a row. */
static bool find_chains(const ulam_chains *chains, const ulam_point *asked, size_t index, ulam_run_range *range)
{
    size_t end = 0;
    for (size_t first = 0; first < chains->n; first = end) {
        while (first < chains->n && !chains->records[first]) first++;
        for (end = first; end < chains->n && chains->records[end];) end++;
        if (first == chains->n || index-- > 0) continue;
        range->first = asked->first + first * asked->block;
        range->end = end == chains->n ? asked->runs : asked->first + end * asked->block;
        return true;
    }
    return false;
}

bool ulam_known_range(const ulam_state *state, size_t p, size_t index, ulam_run_range *range)
{
    const ulam_point_state *point = &state->points[p];
    const ulam_point *asked = &state->job->points[p];
    uint64_t first, blocks;
    if (point->chains.n) return find_chains(&point->chains, asked, index, range);
    if (point->blocks > 0 && index == 0) {
        first = point->first;
        blocks = point->blocks;
    } else {
        index -= point->blocks > 0;
        if (index >= point->n_early) {
            const uint64_t tail = asked->runs - asked->runs % asked->block;
            *range = (ulam_run_range){tail, tail + point->tail_runs};
            return index == point->n_early && point->tail_runs > 0;
        }
        first = point->early[index].first;
        blocks = point->early[index].blocks;
    }
    *range = (ulam_run_range){first * asked->block, (first + blocks) * asked->block};
    return true;
}

const ulam_tally *ulam_known_tally(const ulam_state *state, size_t p, size_t index)
{
    const ulam_point_state *point = &state->points[p];
    if (point->blocks > 0 && index == 0) return &point->prefix;
    index -= point->blocks > 0;
    return index < point->n_early ? &point->early[index].tally : &point->tail;
}

static ulam_status move_blocks(ulam_state *state, size_t point, uint64_t first, uint64_t blocks, ulam_tally *tally,
                               ulam_error *error)
{
    const ulam_chunk chunk = {
        .point = point, .first = first, .blocks = blocks, .runs = blocks * state->job->points[point].block};
    return ulam_state_add(state, &chunk, tally, error);
}

static bool tail_fits(const ulam_point *from, const ulam_point *to)
{
    return from->runs / from->block == to->runs / to->block && from->runs % from->block == to->runs % to->block;
}

/* A rung of chains is of all of them: where there are more now it is of others. */
static bool has_same_runs(const ulam_point *from, const ulam_point *to)
{
    return from->first == to->first && from->runs == to->runs;
}

static ulam_status move_point(ulam_stored *self, size_t p, ulam_state *state, ulam_error *error)
{
    const size_t to = self->place[p];
    ulam_point_state *from = &self->state.points[p];
    ulam_status status = ULAM_OK;
    if (to == SIZE_MAX || self->points[p].block != state->job->points[to].block)
        return ulam_fail(error, ULAM_EINVAL, "point %zu of the file is none of the job's", p);
    if (!from->chains.n || has_same_runs(&self->points[p], &state->job->points[to]))
        ulam_state_move_trace(state, to, &self->state, p);
    if (from->chains.n) return ulam_state_move_chains(state, to, &self->state, p, error);
    for (size_t i = 0; i < from->n_cuts && !status; i++)
        status = move_blocks(state, to, from->cuts[i].first, from->cuts[i].blocks, &from->cuts[i].tally, error);
    if (from->blocks > 0 && !from->n_cuts)
        status = move_blocks(state, to, from->first, from->blocks, &from->prefix, error);
    for (size_t i = 0; i < from->n_early && !status; i++)
        status = move_blocks(state, to, from->early[i].first, from->early[i].blocks, &from->early[i].tally, error);
    if (status || from->tail_runs == 0 || !tail_fits(&self->points[p], &state->job->points[to])) return status;
    const ulam_chunk tail = {
        .point = to, .first = self->points[p].runs / self->points[p].block, .blocks = 1, .runs = from->tail_runs};
    return ulam_state_add(state, &tail, &from->tail, error);
}

static ulam_status move_failures(const ulam_stored *self, ulam_state *state, ulam_error *error)
{
    for (size_t i = 0; i < self->state.n_failures; i++) {
        ulam_failure failure = self->state.failures[i];
        const size_t p = failure.point;
        failure.point = self->place[p];
        const bool of_tail = failure.run / self->points[p].block == self->points[p].runs / self->points[p].block;
        if (of_tail && !tail_fits(&self->points[p], &state->job->points[failure.point])) continue;
        if (ulam_state_add_failure(state, &failure)) return ulam_fail_memory(error, "reading failed runs");
    }
    return ULAM_OK;
}

/* The block that a job recomputes before it goes on: the first whole one of the first point that has one. */
static bool is_witness(const ulam_job *job, size_t point, uint64_t block)
{
    if (ulam_job_has_chains(job)) return point == 0 && block == job->points[0].first / job->points[0].block;
    for (size_t p = 0; p < job->n_points; p++) {
        const ulam_point *at = &job->points[p];
        if (at->runs / at->block > at->first / at->block) return p == point && block == at->first / at->block;
    }
    return false;
}

/* A witness begins with its point, and then its block. */
static ulam_status move_witness(ulam_stored *self, ulam_state *state, ulam_error *error)
{
    const ulam_bytes *from = &self->state.witness;
    if (from->size == 0) return ULAM_OK;
    ulam_reader reader = {.at = from->data, .end = from->data + from->size};
    const uint64_t point = ulam_reader_get_u64(&reader);
    ulam_reader rest = reader;
    const uint64_t block = ulam_reader_get_u64(&reader);
    if (reader.failed || point >= self->job.n_points || !is_witness(state->job, self->place[point], block))
        return ULAM_OK;
    ulam_bytes_free(&state->witness);
    state->witness = (ulam_bytes){0};
    if (ulam_bytes_put_u64(&state->witness, self->place[point]) ||
        ulam_bytes_put(&state->witness, rest.at, (size_t)(rest.end - rest.at)))
        return ulam_fail_memory(error, "reading a state");
    return ULAM_OK;
}

ulam_status ulam_stored_move(ulam_stored *self, ulam_state *state, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t p = 0; p < self->job.n_points && !status; p++) status = move_point(self, p, state, error);
    if (!status) status = move_failures(self, state, error);
    return status ? status : move_witness(self, state, error);
}
