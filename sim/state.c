#include <stdlib.h>
#include <string.h>

#include <ulam/state.h>

#include "grow.h"
#include "state_chains.h"
#include "state_figures.h"
#include "state_rungs.h"

/* Scalars, of which a trace is kept. A job without a model, which a state is read for, has no ladder. */
static size_t count_traced(const ulam_job *job)
{
    size_t n = 0;
    if (job->until.ladder == 0) return 0;
    for (size_t o = 0; o < job->model->n_observables; o++) n += job->extents[o].scalar;
    return n;
}

ulam_status ulam_state_init(ulam_state *self, const ulam_job *job)
{
    *self = (ulam_state){.job = job, .traced = count_traced(job)};
    self->points = calloc(job->n_points ? job->n_points : 1, sizeof *self->points);
    if (!self->points) return ULAM_ENOMEM;
    for (size_t p = 0; p < job->n_points; p++) {
        self->points[p].first = job->points[p].first / job->points[p].block;
        if (ulam_job_has_chains(job) && ulam_chains_init(&self->points[p].chains, &job->points[p])) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static void free_pieces(ulam_piece *pieces, size_t n)
{
    for (size_t i = 0; i < n; i++) ulam_tally_free(&pieces[i].tally);
    free(pieces);
}

void ulam_state_free(ulam_state *self)
{
    for (size_t p = 0; self->points && p < self->job->n_points; p++) {
        ulam_point_state *point = &self->points[p];
        ulam_tally_free(&point->prefix);
        ulam_tally_free(&point->tail);
        ulam_chains_free(&point->chains);
        free_pieces(point->early, point->n_early);
        free_pieces(point->cuts, point->n_cuts);
        free(point->trace);
    }
    free(self->points);
    free(self->failures);
    ulam_bytes_free(&self->witness);
    free(self->dropped);
    *self = (ulam_state){0};
}

static uint64_t whole_blocks(const ulam_state *self, size_t point)
{
    return self->job->points[point].runs / self->job->points[point].block;
}

static uint64_t tail_runs_asked(const ulam_state *self, size_t point)
{
    return self->job->points[point].runs % self->job->points[point].block;
}

/* Where the prefix ends: the first block that is not in it. */
static uint64_t prefix_end(const ulam_point_state *point) { return point->first + point->blocks; }

/* The first piece that ends behind `block`: where it is known, or would be inserted. */
static size_t find_piece(const ulam_point_state *point, uint64_t block)
{
    size_t low = 0, high = point->n_early;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (point->early[middle].first + point->early[middle].blocks > block)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool overlaps(const ulam_point_state *point, uint64_t first, uint64_t blocks)
{
    if (first < prefix_end(point)) return true;
    const size_t i = find_piece(point, first);
    return i < point->n_early && point->early[i].first < first + blocks;
}

/* Adds tally to what stands at `to`, which may be a zeroed one, and empties it. */
static ulam_status move_into(ulam_tally *to, ulam_tally *tally)
{
    if (to->moments) {
        const ulam_status status = ulam_tally_merge(to, tally);
        if (status) return status;
        ulam_tally_free(tally);
    } else {
        *to = *tally;
    }
    *tally = (ulam_tally){0};
    ulam_tally_tighten(to);
    return ULAM_OK;
}

static void remove_piece(ulam_point_state *point, size_t i)
{
    point->n_early--;
    memmove(&point->early[i], &point->early[i + 1], (point->n_early - i) * sizeof *point->early);
}

static ulam_status insert_piece(ulam_point_state *point, size_t i, uint64_t first, uint64_t blocks, ulam_tally *tally)
{
    ulam_piece *early = ulam_grow(point->early, point->n_early, &point->early_capacity, sizeof *early);
    if (!early) return ULAM_ENOMEM;
    point->early = early;
    memmove(&point->early[i + 1], &point->early[i], (point->n_early - i) * sizeof *point->early);
    point->early[i] = (ulam_piece){.first = first, .blocks = blocks, .tally = *tally};
    *tally = (ulam_tally){0};
    point->n_early++;
    return ULAM_OK;
}

/* On a rung the prefix is looked at before it goes on, and may end there. */
static ulam_status add_to_prefix(ulam_state *self, size_t p, uint64_t blocks, ulam_tally *tally)
{
    ulam_point_state *point = &self->points[p];
    ulam_status status = ulam_state_cut(self, p, blocks, tally);
    if (!status) status = move_into(&point->prefix, tally);
    point->blocks += status ? 0 : blocks;
    if (!status) status = ulam_state_note_rung(self, p);
    while (!status && point->n_early > 0 && point->early[0].first == prefix_end(point)) {
        status = ulam_state_cut(self, p, point->early[0].blocks, &point->early[0].tally);
        if (!status) status = move_into(&point->prefix, &point->early[0].tally);
        if (status) break;
        point->blocks += point->early[0].blocks;
        remove_piece(point, 0);
        status = ulam_state_note_rung(self, p);
    }
    return status;
}

static ulam_status add_early(ulam_state *self, size_t p, uint64_t first, uint64_t blocks, ulam_tally *tally)
{
    ulam_point_state *point = &self->points[p];
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    const size_t i = find_piece(point, first);
    ulam_piece *before = i > 0 ? &point->early[i - 1] : NULL;
    ulam_piece *behind = i < point->n_early ? &point->early[i] : NULL;
    const bool touches_before = before && before->first + before->blocks == first && !ulam_ladder_has(&ladder, first);
    const bool touches_behind = behind && behind->first == first + blocks && !ulam_ladder_has(&ladder, first + blocks);
    if (!touches_before && !touches_behind) return insert_piece(point, i, first, blocks, tally);

    ulam_piece *piece = touches_before ? before : behind;
    ulam_status status = move_into(&piece->tally, tally);
    if (status) return status;
    piece->blocks += blocks;
    if (!touches_before) piece->first = first;
    if (!touches_before || !touches_behind) return ULAM_OK;
    status = move_into(&before->tally, &behind->tally);
    if (status) return status;
    before->blocks += behind->blocks;
    remove_piece(point, i);
    return ULAM_OK;
}

static ulam_status add_tail(ulam_state *self, const ulam_chunk *chunk, ulam_tally *tally, ulam_error *error)
{
    ulam_point_state *point = &self->points[chunk->point];
    if (chunk->first != whole_blocks(self, chunk->point) || chunk->runs != tail_runs_asked(self, chunk->point))
        return ulam_fail(error, ULAM_EINVAL,
                         "point %zu: block %llu with %llu runs is neither whole nor the point's partial last block",
                         chunk->point, (unsigned long long)chunk->first, (unsigned long long)chunk->runs);
    if (point->tail_runs || overlaps(point, chunk->first, 1))
        return ulam_fail(error, ULAM_EINVAL, "point %zu: the partial last block is known already", chunk->point);
    point->tail = *tally;
    point->tail_runs = chunk->runs;
    *tally = (ulam_tally){0};
    return ULAM_OK;
}

static ulam_status judge_chunk(const ulam_state *self, const ulam_chunk *chunk, const ulam_tally *tally,
                               ulam_error *error)
{
    if (chunk->point >= self->job->n_points)
        return ulam_fail(error, ULAM_EINVAL, "there is no point %zu: the job has %zu", chunk->point,
                         self->job->n_points);
    const uint64_t block = self->job->points[chunk->point].block;
    if (chunk->blocks == 0 || chunk->first > ULAM_MAX_RUNS / block ||
        chunk->blocks > ULAM_MAX_RUNS / block - chunk->first || chunk->runs == 0)
        return ulam_fail(error, ULAM_EINVAL, "point %zu: %llu blocks from %llu on are no part of it", chunk->point,
                         (unsigned long long)chunk->blocks, (unsigned long long)chunk->first);
    if (tally->width != self->job->width || tally->runs != chunk->runs)
        return ulam_fail(error, ULAM_EINVAL,
                         "point %zu: the sums are of %llu runs of %zu elements, the chunk of %llu of %zu", chunk->point,
                         (unsigned long long)tally->runs, tally->width, (unsigned long long)chunk->runs,
                         self->job->width);
    return ULAM_OK;
}

ulam_status ulam_state_add(ulam_state *self, const ulam_chunk *chunk, ulam_tally *tally, ulam_error *error)
{
    ulam_status status = judge_chunk(self, chunk, tally, error);
    if (status) return status;
    if (chunk->runs != chunk->blocks * self->job->points[chunk->point].block)
        return add_tail(self, chunk, tally, error);

    ulam_point_state *point = &self->points[chunk->point];
    const uint64_t first = chunk->first, end = chunk->first + chunk->blocks;
    if (point->verdict != ULAM_TARGETS_OPEN && first >= prefix_end(point)) {
        ulam_tally_free(tally);
        return ULAM_OK;
    }
    if (first < point->first || end > whole_blocks(self, chunk->point))
        return ulam_fail(error, ULAM_EINVAL, "point %zu: block %llu lies outside the runs it was asked for",
                         chunk->point, (unsigned long long)(first < point->first ? first : end - 1));
    if (overlaps(point, first, chunk->blocks))
        return ulam_fail(error, ULAM_EINVAL, "point %zu: some of the blocks %llu to %llu are known already",
                         chunk->point, (unsigned long long)first, (unsigned long long)(end - 1));
    if (ulam_state_witness(self, chunk, tally)) return ulam_fail_memory(error, "keeping a block's sums");
    status = first == prefix_end(point) ? add_to_prefix(self, chunk->point, chunk->blocks, tally)
                                        : add_early(self, chunk->point, first, chunk->blocks, tally);
    if (status == ULAM_EINVAL)
        return ulam_fail(error, ULAM_EIDENTITY,
                         "point %zu: the first runs of the point give other numbers now, so that its quantiles and "
                         "histograms cannot be continued (declare `about`, or `low` and `high`, for a model whose runs "
                         "cannot be repeated)",
                         chunk->point);
    return status ? ulam_fail_memory(error, "adding a chunk's sums") : ULAM_OK;
}

/* A tail is the block after the whole ones: it follows the prefix only when these are all there. */
static bool tail_counts(const ulam_state *self, size_t point)
{
    return self->points[point].tail_runs && prefix_end(&self->points[point]) == whole_blocks(self, point);
}

uint64_t ulam_state_runs(const ulam_state *self, size_t point)
{
    const ulam_point_state *at = &self->points[point];
    if (ulam_job_has_chains(self->job))
        return at->blocks || at->prefix.failed ? self->job->points[point].runs - self->job->points[point].first : 0;
    return at->blocks * self->job->points[point].block + (tail_counts(self, point) ? at->tail_runs : 0);
}

bool ulam_state_point_complete(const ulam_state *self, size_t point)
{
    const ulam_point *asked = &self->job->points[point];
    if (self->points[point].verdict != ULAM_TARGETS_OPEN) return true;
    if (ulam_job_has_chains(self->job)) return ulam_state_chains_complete(self, point);
    return asked->first + ulam_state_runs(self, point) >= asked->runs;
}

bool ulam_state_complete(const ulam_state *self)
{
    for (size_t p = 0; p < self->job->n_points; p++)
        if (!ulam_state_point_complete(self, p)) return false;
    return true;
}

bool ulam_state_knows(const ulam_state *self, size_t point, uint64_t block)
{
    return overlaps(&self->points[point], block, 1);
}

ulam_status ulam_state_summarise_element(const ulam_state *self, size_t point, size_t element, ulam_summary *summary)
{
    const ulam_point_state *at = &self->points[point];
    const bool tail = tail_counts(self, point);
    if (at->blocks && !tail) return ulam_moments_summarise(&at->prefix.moments[element], summary);
    if (!at->blocks && tail) return ulam_moments_summarise(&at->tail.moments[element], summary);

    ulam_moments both;
    ulam_moments_init(&both);
    ulam_status status = tail ? ulam_moments_merge(&both, &at->prefix.moments[element]) : ULAM_OK;
    if (!status && tail) status = ulam_moments_merge(&both, &at->tail.moments[element]);
    if (!status) status = ulam_moments_summarise(&both, summary);
    ulam_moments_free(&both);
    return status;
}

ulam_status ulam_state_summarise(const ulam_state *self, size_t point, ulam_summary *summary)
{
    for (size_t i = 0; i < self->job->width; i++) {
        const ulam_status status = ulam_state_summarise_element(self, point, i, &summary[i]);
        if (status) return status;
    }
    return ULAM_OK;
}
