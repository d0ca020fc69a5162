/* A state's bytes: the number of points; then for each point its blocks and, if there are any, the prefix; the early
 * pieces' number, and first, blocks and tally of each; the tail's runs and, if there are any, its block and tally. */

#include <stdlib.h>

#include <ulam/state.h>

static ulam_status pack_point(const ulam_state *self, size_t p, ulam_bytes *bytes)
{
    const ulam_point_state *point = &self->points[p];
    if (ulam_bytes_put_u64(bytes, point->blocks)) return ULAM_ENOMEM;
    if (point->blocks && ulam_tally_pack(&point->prefix, bytes)) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(bytes, point->n_early)) return ULAM_ENOMEM;
    for (size_t i = 0; i < point->n_early; i++) {
        const ulam_piece *piece = &point->early[i];
        if (ulam_bytes_put_u64(bytes, piece->first) || ulam_bytes_put_u64(bytes, piece->blocks) ||
            ulam_tally_pack(&piece->tally, bytes))
            return ULAM_ENOMEM;
    }
    if (ulam_bytes_put_u64(bytes, point->tail_runs)) return ULAM_ENOMEM;
    if (point->tail_runs == 0) return ULAM_OK;
    const uint64_t block = self->job->points[p].runs / self->job->points[p].block;
    return ulam_bytes_put_u64(bytes, block) ? ULAM_ENOMEM : ulam_tally_pack(&point->tail, bytes);
}

ulam_status ulam_state_pack(const ulam_state *self, ulam_bytes *bytes)
{
    const size_t size = bytes->size;
    ulam_status status = ulam_bytes_put_u64(bytes, self->job->n_points);
    for (size_t p = 0; !status && p < self->job->n_points; p++) status = pack_point(self, p, bytes);
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
    const ulam_status status = ulam_tally_unpack(tally, job->width, reader, error);
    if (status) return status;
    return tally->runs == runs ? ULAM_OK : damaged(point, "the number of runs", error);
}

static ulam_status unpack_early(ulam_point_state *point, size_t p, const ulam_job *job, ulam_reader *reader,
                                ulam_error *error)
{
    const uint64_t n = ulam_reader_get_u64(reader), most = ULAM_MAX_RUNS / job->points[p].block;
    if (reader->failed || n > (uint64_t)(reader->end - reader->at) / 16) return damaged(p, "the early blocks", error);
    if (n == 0) return ULAM_OK;
    point->early = calloc((size_t)n, sizeof *point->early);
    if (!point->early) return ulam_fail_memory(error, "reading a state");
    point->early_capacity = (size_t)n;
    uint64_t end = point->blocks;
    while (point->n_early < n) {
        const uint64_t first = ulam_reader_get_u64(reader), blocks = ulam_reader_get_u64(reader);
        if (first <= end || first > most || blocks == 0 || blocks > most - first)
            return damaged(p, "the early blocks", error);
        ulam_piece *piece = &point->early[point->n_early++];
        piece->first = first;
        piece->blocks = blocks;
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

static ulam_status unpack_point(ulam_point_state *point, size_t p, const ulam_job *job, ulam_reader *reader,
                                ulam_error *error)
{
    const uint64_t size = job->points[p].block;
    const uint64_t blocks = ulam_reader_get_u64(reader);
    if (reader->failed || blocks > ULAM_MAX_RUNS / size) return damaged(p, "the number of blocks", error);
    point->blocks = blocks;
    if (blocks) {
        const ulam_status status = unpack_tally(&point->prefix, job, p, blocks * size, reader, error);
        if (status) return status;
    }
    const ulam_status status = unpack_early(point, p, job, reader, error);
    return status ? status : unpack_tail(point, p, job, reader, error);
}

ulam_status ulam_state_unpack(ulam_state *self, const ulam_job *job, ulam_reader *reader, ulam_error *error)
{
    if (ulam_state_init(self, job)) return ulam_fail_memory(error, "reading a state");
    const uint64_t n = ulam_reader_get_u64(reader);
    if (reader->failed || n > job->n_points)
        return ulam_fail(error, ULAM_EFORMAT, "the state is damaged: it is of %llu points, the job of %zu",
                         (unsigned long long)n, job->n_points);
    for (size_t p = 0; p < n; p++) {
        const ulam_status status = unpack_point(&self->points[p], p, job, reader, error);
        if (status) return status;
    }
    return ULAM_OK;
}
