/* A state's bytes: the number of points, and of scalars in the trace; then for each point its first block, its blocks and,
 * if there are any, the prefix; the early pieces' number, and first, blocks and tally of each; the tail's runs and, if there
 * are any, its block and tally; the cuts as the early pieces. Of chains, instead of all these: the number of their blocks, and
 * the record of each. Then the number of rungs in the trace, and two reals a scalar and
 * rung. Then the failures' number, and point, run and cause of each; and the size of the witness, and the witness. */

#include <stdlib.h>
#include <string.h>

#include "state_chains.h"
#include "state_figures.h"
#include "state_rungs.h"

static ulam_status pack_pieces(const ulam_piece *pieces, size_t n, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, n)) return ULAM_ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (ulam_bytes_put_u64(bytes, pieces[i].first) || ulam_bytes_put_u64(bytes, pieces[i].blocks) ||
            ulam_tally_pack(&pieces[i].tally, bytes))
            return ULAM_ENOMEM;
    return ULAM_OK;
}

/* What is kept because of the ladder. */
static ulam_status pack_rungs(const ulam_state *self, size_t p, ulam_bytes *bytes)
{
    const ulam_point_state *point = &self->points[p];
    const size_t n = point->n_rungs * 2 * self->traced;
    const bool cut = !ulam_job_has_chains(self->job);
    if ((cut && pack_pieces(point->cuts, point->n_cuts, bytes)) || ulam_bytes_put_u64(bytes, point->n_rungs))
        return ULAM_ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (ulam_bytes_put_real(bytes, point->trace[i])) return ULAM_ENOMEM;
    return ULAM_OK;
}

static ulam_status pack_point(const ulam_state *self, size_t p, ulam_bytes *bytes)
{
    const ulam_point_state *point = &self->points[p];
    if (ulam_job_has_chains(self->job)) return ulam_chains_pack(&point->chains, bytes);
    if (ulam_bytes_put_u64(bytes, point->first) || ulam_bytes_put_u64(bytes, point->blocks)) return ULAM_ENOMEM;
    if (point->blocks && ulam_tally_pack(&point->prefix, bytes)) return ULAM_ENOMEM;
    if (pack_pieces(point->early, point->n_early, bytes)) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(bytes, point->tail_runs)) return ULAM_ENOMEM;
    if (point->tail_runs == 0) return ULAM_OK;
    const uint64_t block = self->job->points[p].runs / self->job->points[p].block;
    return ulam_bytes_put_u64(bytes, block) ? ULAM_ENOMEM : ulam_tally_pack(&point->tail, bytes);
}

static ulam_status pack_failures(const ulam_state *self, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, self->n_failures)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->n_failures; i++) {
        const ulam_failure *failure = &self->failures[i];
        if (ulam_bytes_put_u64(bytes, failure->point) || ulam_bytes_put_u64(bytes, failure->run) ||
            ulam_bytes_put_text(bytes, failure->cause))
            return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static ulam_status pack_witness(const ulam_state *self, ulam_bytes *bytes)
{
    return ulam_bytes_put_u64(bytes, self->witness.size) ||
                   (self->witness.size && ulam_bytes_put(bytes, self->witness.data, self->witness.size))
               ? ULAM_ENOMEM
               : ULAM_OK;
}

ulam_status ulam_state_pack(const ulam_state *self, ulam_bytes *bytes)
{
    const size_t size = bytes->size;
    ulam_status status = ulam_bytes_put_u64(bytes, self->job->n_points);
    if (!status) status = ulam_bytes_put_u64(bytes, self->traced);
    for (size_t p = 0; !status && p < self->job->n_points; p++) {
        status = pack_point(self, p, bytes);
        if (!status) status = pack_rungs(self, p, bytes);
    }
    if (!status) status = pack_failures(self, bytes);
    if (!status) status = pack_witness(self, bytes);
    if (status) bytes->size = size;
    return status;
}

static ulam_status damaged(size_t point, const char *what, ulam_error *error)
{
    return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: %s of point %zu", what, point);
}

/* A tally that must be of so many runs. */
static ulam_status unpack_tally(ulam_tally *tally, const ulam_job *job, size_t point, uint64_t runs,
                                ulam_reader *reader, ulam_error *error)
{
    const ulam_status status = ulam_tally_unpack(tally, job->width, job->statistics, reader, error);
    if (status) return status;
    ulam_tally_tighten(tally);
    return tally->runs == runs ? ULAM_OK : damaged(point, "the number of runs", error);
}

/* Makes room for n early pieces and the prefix, which, where the job begins with earlier blocks, is one of them. */
static ulam_status unpack_early(ulam_point_state *point, size_t p, const ulam_job *job, uint64_t end,
                                ulam_reader *reader, ulam_error *error)
{
    const uint64_t n = ulam_reader_get_u64(reader), most = ULAM_MAX_RUNS / job->points[p].block;
    if (reader->failed || n > (uint64_t)(reader->end - reader->at) / 16) return damaged(p, "the early blocks", error);
    const size_t all = point->n_early + (size_t)n;
    if (n == 0) return ULAM_OK;
    ulam_piece *early = realloc(point->early, all * sizeof *early);
    if (!early) return ulam_fail_memory(error, "reading a state");
    point->early = early;
    point->early_capacity = all;
    const size_t before = point->n_early;
    while (point->n_early < all) {
        const uint64_t first = ulam_reader_get_u64(reader), blocks = ulam_reader_get_u64(reader);
        const bool touches = point->n_early > before && first == end; /* at a rung of the ladder */
        if ((first <= end && !touches) || first > most || blocks == 0 || blocks > most - first)
            return damaged(p, "the early blocks", error);
        ulam_piece *piece = &point->early[point->n_early++];
        *piece = (ulam_piece){.first = first, .blocks = blocks};
        end = first + blocks;
        const ulam_status status = unpack_tally(&piece->tally, job, p, blocks * job->points[p].block, reader, error);
        if (status) return status;
    }
    return ULAM_OK;
}

/* A tail that the job, asked for another number of runs, no longer has, is dropped: its runs are made again as part of
 * a whole block. */
static ulam_status unpack_tail(ulam_point_state *point, size_t p, const ulam_job *job, ulam_reader *reader,
                               ulam_error *error)
{
    const uint64_t size = job->points[p].block, runs = ulam_reader_get_u64(reader);
    if (reader->failed || runs >= size) return damaged(p, "the partial last block", error);
    if (runs == 0) return ULAM_OK;
    const uint64_t block = ulam_reader_get_u64(reader);
    if (block > ULAM_MAX_RUNS / size) return damaged(p, "the partial last block", error);
    const ulam_status status = unpack_tally(&point->tail, job, p, runs, reader, error);
    if (status) return status;
    if (block == job->points[p].runs / size && runs == job->points[p].runs % size) {
        point->tail_runs = runs;
    } else {
        ulam_tally_free(&point->tail);
        point->tail = (ulam_tally){0};
    }
    return ULAM_OK;
}

static ulam_status unpack_trace(ulam_point_state *point, size_t p, size_t traced, ulam_reader *reader,
                                ulam_error *error)
{
    const uint64_t n = ulam_reader_get_u64(reader), left = (uint64_t)(reader->end - reader->at) / 16;
    if (reader->failed || (n > 0 && (traced == 0 || n > left / traced))) return damaged(p, "the trace", error);
    if (n == 0) return ULAM_OK;
    point->trace = malloc((size_t)n * 2 * traced * sizeof *point->trace);
    if (!point->trace) return ulam_fail_memory(error, "reading a state");
    for (size_t i = 0; i < n * 2 * traced; i++) point->trace[i] = ulam_reader_get_real(reader);
    point->n_rungs = (size_t)n;
    return ULAM_OK;
}

/* The prefix of a state that begins later than the job does is an early piece of it. */
static ulam_status move_prefix(ulam_point_state *point, uint64_t first)
{
    if (first == point->first || point->blocks == 0) return ULAM_OK;
    point->early = calloc(1, sizeof *point->early);
    if (!point->early) return ULAM_ENOMEM;
    point->early_capacity = point->n_early = 1;
    point->early[0] = (ulam_piece){.first = first, .blocks = point->blocks, .tally = point->prefix};
    point->prefix = (ulam_tally){0};
    point->blocks = 0;
    return ULAM_OK;
}

/* The prefix again, which begins with the block `first`, without a gap. */
static ulam_status unpack_cuts(ulam_point_state *point, size_t p, const ulam_job *job, uint64_t first, uint64_t blocks,
                               ulam_reader *reader, ulam_error *error)
{
    const uint64_t n = ulam_reader_get_u64(reader), end = first + blocks;
    uint64_t at = first;
    if (reader->failed || n > blocks || n > (uint64_t)(reader->end - reader->at) / 16)
        return damaged(p, "the cuts", error);
    if (n == 0) return ULAM_OK;
    point->cuts = calloc((size_t)n, sizeof *point->cuts);
    if (!point->cuts) return ulam_fail_memory(error, "reading a state");
    point->cuts_capacity = (size_t)n;
    while (point->n_cuts < n) {
        ulam_piece *cut = &point->cuts[point->n_cuts++];
        cut->first = ulam_reader_get_u64(reader);
        cut->blocks = ulam_reader_get_u64(reader);
        if (reader->failed || cut->first != at || cut->blocks == 0 || cut->blocks > end - at)
            return damaged(p, "the cuts", error);
        at += cut->blocks;
        const ulam_status status = unpack_tally(&cut->tally, job, p, cut->blocks * job->points[p].block, reader, error);
        if (status) return status;
    }
    return at == end ? ULAM_OK : damaged(p, "the cuts", error);
}

static void drop_cuts(ulam_point_state *point)
{
    while (point->n_cuts) ulam_tally_free(&point->cuts[--point->n_cuts].tally);
}

static ulam_status unpack_point(ulam_point_state *point, size_t p, const ulam_job *job, ulam_reader *reader,
                                ulam_error *error)
{
    const uint64_t size = job->points[p].block, most = ULAM_MAX_RUNS / size;
    const uint64_t first = ulam_reader_get_u64(reader), blocks = ulam_reader_get_u64(reader);
    if (reader->failed || first > most || blocks > most - first) return damaged(p, "the number of blocks", error);
    if (first < point->first)
        return ulam_fail(error, ULAM_EFORMAT, "the state begins with run %llu of point %zu, the job with run %llu",
                         (unsigned long long)(first * size), p, (unsigned long long)job->points[p].first);
    point->blocks = blocks;
    if (blocks) {
        const ulam_status status = unpack_tally(&point->prefix, job, p, blocks * size, reader, error);
        if (status) return status;
    }
    if (move_prefix(point, first)) return ulam_fail_memory(error, "reading a state");
    ulam_status status = unpack_early(point, p, job, first + blocks, reader, error);
    if (!status) status = unpack_tail(point, p, job, reader, error);
    if (!status) status = unpack_cuts(point, p, job, first, blocks, reader, error);
    if (first != point->first) drop_cuts(point); /* the prefix that they are of has become an early piece */
    return status;
}

static ulam_status unpack_chains(ulam_state *self, size_t p, ulam_reader *reader, ulam_error *error)
{
    ulam_status status = ulam_chains_unpack(&self->points[p].chains, self->job, p, reader);
    if (!status) status = ulam_state_publish_chains(self, p);
    if (status == ULAM_EFORMAT) return damaged(p, "the chains", error);
    return status ? ulam_fail_memory(error, "reading a state") : ULAM_OK;
}

static bool block_is_known(const ulam_state *self, size_t p, uint64_t block)
{
    const uint64_t first = ulam_chain_first_block(&self->job->points[p]);
    if (ulam_job_has_chains(self->job)) return block >= first && block - first < self->points[p].chains.n;
    const ulam_point *asked = &self->job->points[p];
    return ulam_state_knows(self, p, block) || (self->points[p].tail_runs && block == asked->runs / asked->block);
}

/* Those of a tail that was dropped are dropped. */
static ulam_status unpack_failures(ulam_state *self, uint64_t n_points, ulam_reader *reader, ulam_error *error)
{
    const uint64_t n = ulam_reader_get_u64(reader);
    for (uint64_t i = 0; i < n && !reader->failed; i++) {
        ulam_failure failure = {.point = (size_t)ulam_reader_get_u64(reader), .run = ulam_reader_get_u64(reader)};
        char *cause = ulam_reader_get_text(reader);
        if (!cause || failure.point >= n_points) reader->failed = true;
        if (cause) strncpy(failure.cause, cause, sizeof failure.cause - 1);
        free(cause);
        if (reader->failed) break;
        if (!block_is_known(self, failure.point, failure.run / self->job->points[failure.point].block)) continue;
        if (ulam_state_add_failure(self, &failure)) return ulam_fail_memory(error, "reading a state");
    }
    return reader->failed ? ulam_fail(error, ULAM_EFORMAT, "the state is damaged: the failed runs") : ULAM_OK;
}

/* A block that a job which begins elsewhere, or has another first point with a whole block, does not take for its
 * witness is none. */
static ulam_status unpack_witness(ulam_state *self, ulam_reader *reader, ulam_error *error)
{
    const uint64_t size = ulam_reader_get_u64(reader);
    const unsigned char *bytes = size <= SIZE_MAX ? ulam_reader_get(reader, (size_t)size) : NULL;
    if (reader->failed) return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: the witness");
    ulam_chunk witness;
    if (size == 0 || !ulam_job_witness(self->job, &witness)) return ULAM_OK;
    ulam_reader head = {.at = bytes, .end = bytes + size};
    if (ulam_reader_get_u64(&head) != witness.point || ulam_reader_get_u64(&head) != witness.first) return ULAM_OK;
    return ulam_bytes_put(&self->witness, bytes, (size_t)size) ? ulam_fail_memory(error, "reading a state") : ULAM_OK;
}

ulam_status ulam_state_unpack(ulam_state *self, const ulam_job *job, ulam_reader *reader, ulam_error *error)
{
    if (ulam_state_init(self, job)) return ulam_fail_memory(error, "reading a state");
    const uint64_t n = ulam_reader_get_u64(reader);
    if (reader->failed || n > job->n_points)
        return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: it is of %llu points, the job of %zu",
                         (unsigned long long)n, job->n_points);
    const uint64_t traced = ulam_reader_get_u64(reader);
    if (reader->failed || traced > job->width) return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: its trace");
    const bool fits = self->traced == traced || job->until.ladder == 0;
    self->traced = (size_t)traced;
    for (size_t p = 0; p < n; p++) {
        ulam_status status = ulam_job_has_chains(job) ? unpack_chains(self, p, reader, error)
                                                      : unpack_point(&self->points[p], p, job, reader, error);
        if (!status) status = unpack_trace(&self->points[p], p, self->traced, reader, error);
        if (status) return status;
    }
    if (!fits) return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: its trace");
    for (size_t p = 0; p < n && job->until.ladder; p++)
        if (ulam_state_restore_rungs(self, p)) return ulam_fail_memory(error, "reading a state");
    const ulam_status status = unpack_failures(self, n, reader, error);
    return status ? status : unpack_witness(self, reader, error);
}
