#include <math.h>
#include <stdlib.h>

#include "progress.h"
#include "state_chains.h"
#include "state_figures.h"

/* Observables whose figures are computed at a call: a few milliseconds. */
static const size_t most_figures = 1000;

/* Runs; of chains, their sweeps. */
static uint64_t runs_known(const ulam_state *state, size_t p)
{
    if (ulam_job_has_chains(state->job)) return ulam_state_sweeps_made(state, p);
    const ulam_point_state *point = &state->points[p];
    uint64_t blocks = point->blocks;
    for (size_t i = 0; i < point->n_early; i++) blocks += point->early[i].blocks;
    return blocks * state->job->points[p].block + point->tail_runs;
}

static uint64_t runs_needed(const ulam_state *state, size_t p)
{
    return ulam_job_has_chains(state->job) ? ulam_state_sweeps_needed(state, p) : ulam_state_runs_needed(state, p);
}

ulam_status ulam_tracker_init(ulam_tracker *self, const ulam_state *state)
{
    const size_t n = state->job->n_points;
    *self = (ulam_tracker){.start = ulam_clock(), .progress = {.points = n, .rel_error = NAN, .farthest = NAN}};
    self->progress.until = state->job->until.n_targets > 0;
    self->progress.chains = ulam_job_has_chains(state->job);
    self->rel_error = calloc(n ? n : 1, sizeof *self->rel_error);
    self->stale = calloc(n ? n : 1, sizeof *self->stale);
    if (!self->rel_error || !self->stale) return ULAM_ENOMEM;
    for (size_t p = 0; p < n; p++) {
        const uint64_t runs = runs_known(state, p);
        self->progress.runs += runs;
        self->progress.runs_asked += runs_needed(state, p);
        self->progress.points_complete += ulam_state_point_complete(state, p);
        self->rel_error[p] = NAN;
        self->stale[p] = runs > 0;
    }
    return ULAM_OK;
}

void ulam_tracker_free(ulam_tracker *self)
{
    free(self->rel_error);
    free(self->stale);
    *self = (ulam_tracker){0};
}

static ulam_status add(ulam_state *state, ulam_part *part, ulam_error *error)
{
    ulam_chain_record *record = part->record;
    if (!record) return ulam_state_add(state, &part->chunk, &part->tally, error);
    part->record = NULL;
    return ulam_state_add_chains(state, part->chunk.point, part->chunk.first, record, error);
}

ulam_status ulam_tracker_add(ulam_tracker *self, ulam_state *state, ulam_part *part, ulam_error *error)
{
    const ulam_chunk *chunk = &part->chunk;
    const bool known = chunk->point < state->job->n_points;
    const bool complete = known && ulam_state_point_complete(state, chunk->point);
    const uint64_t runs = known ? runs_known(state, chunk->point) : 0;
    const ulam_status status = add(state, part, error);
    if (status) return status;
    for (size_t i = 0; i < part->n_failures; i++)
        if (ulam_state_add_failure(state, &part->failures[i])) return ulam_fail_memory(error, "listing failed runs");
    self->progress.runs += runs_known(state, chunk->point) - runs;
    self->progress.session_runs += chunk->to ? chunk->runs * (chunk->to - chunk->from) : chunk->runs;
    self->progress.points_complete += !complete && ulam_state_point_complete(state, chunk->point);
    self->stale[chunk->point] = true;
    return ULAM_OK;
}

/* The largest among the scalar observables of a point; NaN: none has one. */
static double rel_error_at(const ulam_state *state, size_t p, size_t *figures)
{
    double largest = NAN;
    for (size_t o = 0; o < state->job->model->n_observables; o++) {
        const ulam_extent *extent = &state->job->extents[o];
        ulam_summary summary;
        if (!extent->scalar) continue;
        ++*figures;
        if (ulam_state_summarise_element(state, p, extent->offset, &summary)) continue;
        if (summary.mean != 0) largest = fmax(largest, summary.std_error / fabs(summary.mean));
    }
    return largest;
}

static void look_at_targets(ulam_tracker *self, const ulam_state *state)
{
    ulam_progress *progress = &self->progress;
    progress->runs_asked = 0;
    progress->farthest = NAN;
    for (size_t p = 0; p < state->job->n_points; p++) {
        const ulam_point_state *point = &state->points[p];
        progress->runs_asked += runs_needed(state, p);
        if (point->judged && point->verdict == ULAM_TARGETS_OPEN)
            progress->farthest = fmax(progress->farthest, point->ratio);
    }
}

ulam_progress ulam_tracker_look(ulam_tracker *self, ulam_state *state)
{
    const size_t n = state->job->n_points;
    size_t figures = 0;
    for (size_t i = 0; i < n && figures < most_figures; i++) {
        const size_t p = self->next;
        self->next = p + 1 < n ? p + 1 : 0;
        if (!self->stale[p]) continue;
        self->stale[p] = false;
        if (state->points[p].chains.stale) {
            figures += (size_t)state->job->points[p].runs * state->job->width;
            if (ulam_state_publish_chains(state, p)) continue; /* which the next put will find, too */
        }
        self->rel_error[p] = rel_error_at(state, p, &figures);
    }
    self->progress.rel_error = NAN;
    for (size_t p = 0; p < n; p++) self->progress.rel_error = fmax(self->progress.rel_error, self->rel_error[p]);
    if (self->progress.until) look_at_targets(self, state);
    self->progress.seconds = ulam_clock() - self->start;
    return self->progress;
}
