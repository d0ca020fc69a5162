#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "state_chains.h"
#include "state_rungs.h"
#include "target.h"

/* A point's runs are released up to this share of those it is thought to need, which few runs tell badly, */
static const double surely_needed = 0.5;

/* and up to so many times those it has. */
static const double farthest_release = 8;

/* Rungs beyond what is released that may be worked on ahead. */
static const int rungs_ahead = 3;

ulam_ladder ulam_job_ladder(const ulam_job *job, size_t point)
{
    return (ulam_ladder){.start = job->until.ladder, .block = ulam_job_has_chains(job) ? 1 : job->points[point].block};
}

static uint64_t whole_blocks(const ulam_state *self, size_t p)
{
    if (ulam_job_has_chains(self->job)) return self->job->chain.sweeps / self->job->chain.every;
    return self->job->points[p].runs / self->job->points[p].block;
}

static ulam_status add_entry(ulam_point_state *point, size_t traced)
{
    double *trace = realloc(point->trace, (point->n_rungs + 1) * (2 * traced + 1) * sizeof *trace);
    if (!trace) return ULAM_ENOMEM;
    point->trace = trace;
    for (size_t i = 0; i < 2 * traced; i++) trace[point->n_rungs * 2 * traced + i] = NAN;
    point->n_rungs++;
    return ULAM_OK;
}

/* Mean and standard error of every scalar, as the prefix has them. */
static ulam_status fill_entry(const ulam_state *self, ulam_point_state *point)
{
    const ulam_job *job = self->job;
    double *at = point->trace + (point->n_rungs - 1) * 2 * self->traced;
    for (size_t o = 0; o < job->model->n_observables; o++) {
        ulam_summary summary;
        if (!job->extents[o].scalar) continue;
        if (ulam_moments_summarise(&point->prefix.moments[job->extents[o].offset], &summary)) return ULAM_ENOMEM;
        *at++ = isnan(summary.mean) ? NAN : summary.mean;
        *at++ = isnan(summary.std_error) ? NAN : summary.std_error;
    }
    return ULAM_OK;
}

/* Rungs that the prefix has jumped over, which happens where files are merged, are not known. */
static ulam_status trace(ulam_state *self, size_t p)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    ulam_point_state *point = &self->points[p];
    if (self->traced == 0 || point->first > 0) return ULAM_OK;
    for (;;) {
        const uint64_t rung = ulam_ladder_above(&ladder, point->last_rung);
        if (rung > point->blocks) return ULAM_OK;
        if (add_entry(point, self->traced)) return ULAM_ENOMEM;
        point->last_rung = rung;
        if (rung == point->blocks && fill_entry(self, point)) return ULAM_ENOMEM;
    }
}

static void forget_failures_behind(ulam_state *self, size_t p, uint64_t end)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->n_failures; i++)
        if (self->failures[i].point != p || self->failures[i].run < end) self->failures[kept++] = self->failures[i];
    self->n_failures = kept;
}

static void end_point(ulam_state *self, size_t p)
{
    ulam_point_state *point = &self->points[p];
    for (size_t i = 0; i < point->n_early; i++) ulam_tally_free(&point->early[i].tally);
    free(point->early);
    point->early = NULL;
    point->n_early = point->early_capacity = 0;
    if (!ulam_job_has_chains(self->job)) forget_failures_behind(self, p, point->blocks * self->job->points[p].block);
}

/* The last look is at the most runs, rung or not. */
static ulam_status judge(ulam_state *self, size_t p)
{
    const ulam_job *job = self->job;
    const ulam_ladder ladder = ulam_job_ladder(job, p);
    ulam_point_state *point = &self->points[p];
    ulam_judgement judgement;
    if (job->until.n_targets == 0) return ULAM_OK;
    if (!ulam_ladder_has(&ladder, point->blocks) && point->blocks < whole_blocks(self, p)) return ULAM_OK;
    if (ulam_targets_judge(job, p, &point->prefix, point->blocks * ladder.block, &judgement)) return ULAM_ENOMEM;
    point->verdict = judgement.verdict;
    point->ratio = judgement.ratio;
    point->judged = point->blocks;
    if (judgement.verdict != ULAM_TARGETS_OPEN) end_point(self, p);
    return ULAM_OK;
}

ulam_status ulam_state_note_rung(ulam_state *self, size_t point)
{
    if (self->job->until.ladder == 0) return ULAM_OK;
    return trace(self, point) ? ULAM_ENOMEM : judge(self, point);
}

static ulam_status begin_cut(ulam_point_state *point, uint64_t first, uint64_t blocks, const ulam_tally *tally)
{
    ulam_piece *cuts = ulam_grow(point->cuts, point->n_cuts, &point->cuts_capacity, sizeof *cuts);
    if (!cuts) return ULAM_ENOMEM;
    point->cuts = cuts;
    ulam_piece *cut = &point->cuts[point->n_cuts++];
    *cut = (ulam_piece){.first = first, .blocks = blocks};
    return ulam_tally_copy(&cut->tally, tally);
}

ulam_status ulam_state_cut(ulam_state *self, size_t p, uint64_t blocks, const ulam_tally *tally)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    ulam_point_state *point = &self->points[p];
    const uint64_t first = point->first + point->blocks;
    if (ladder.start == 0 || point->first == 0) return ULAM_OK;
    if (point->n_cuts == 0 || ulam_ladder_has(&ladder, first)) return begin_cut(point, first, blocks, tally);
    ulam_piece *cut = &point->cuts[point->n_cuts - 1];
    cut->blocks += blocks;
    return ulam_tally_merge(&cut->tally, tally);
}

/* The squared ratio tells how many times the runs judged are needed; NAN: nobody knows. */
static double foreseen(const ulam_state *self, size_t p)
{
    const ulam_point_state *point = &self->points[p];
    return point->judged && isfinite(point->ratio) ? point->ratio * point->ratio * (double)point->judged : NAN;
}

/* On a rung a chain waits for the others. What is known of all may end before the rung they left. */
static ulam_goal chain_goal(const ulam_state *self, size_t p)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    const ulam_point_state *point = &self->points[p];
    const uint64_t most = whole_blocks(self, p), next = ulam_ladder_above(&ladder, point->chains.shortest);
    ulam_goal goal = {.point = p, .release = next < most ? next : most};
    goal.reach = goal.release;
    goal.ended = point->verdict != ULAM_TARGETS_OPEN || point->chains.shortest >= most;
    return goal;
}

ulam_goal ulam_state_goal(const ulam_state *self, size_t p)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    const ulam_point_state *point = &self->points[p];
    const uint64_t most = whole_blocks(self, p);
    ulam_goal goal = {.point = p, .release = most, .reach = most};
    if (self->job->until.n_targets == 0) return goal;
    if (ulam_job_has_chains(self->job)) return chain_goal(self, p);
    goal.ended = point->verdict != ULAM_TARGETS_OPEN || point->blocks >= most;
    const double needed = foreseen(self, p), most_now = farthest_release * (double)point->judged;
    const double sure = isnan(needed) ? 0 : fmin(surely_needed * needed, most_now);
    goal.release = ulam_ladder_above(&ladder, point->blocks);
    if (sure > (double)goal.release && sure < (double)most) goal.release = ulam_ladder_below(&ladder, (uint64_t)sure);
    if (goal.release > most) goal.release = most;
    goal.reach = goal.release;
    for (int i = 0; i < rungs_ahead && goal.reach < most; i++) goal.reach = ulam_ladder_above(&ladder, goal.reach);
    if (goal.reach > most) goal.reach = most;
    return goal;
}

uint64_t ulam_state_runs_needed(const ulam_state *self, size_t p)
{
    const ulam_point *asked = &self->job->points[p];
    const ulam_point_state *point = &self->points[p];
    if (self->job->until.n_targets == 0 || ulam_job_has_chains(self->job)) return asked->runs - asked->first;
    if (point->verdict != ULAM_TARGETS_OPEN) return point->blocks * asked->block;
    const uint64_t next = ulam_state_goal(self, p).release * asked->block;
    const double needed = foreseen(self, p) * (double)asked->block;
    if (isnan(needed) || needed <= (double)next) return next;
    return needed < (double)asked->runs ? (uint64_t)needed : asked->runs;
}

/* Blocks up to the rung with that number. */
static uint64_t find_rung(const ulam_state *self, size_t p, size_t rung)
{
    const ulam_ladder ladder = ulam_job_ladder(self->job, p);
    uint64_t blocks = 0;
    for (size_t i = 0; i <= rung; i++) blocks = ulam_ladder_above(&ladder, blocks);
    return blocks;
}

uint64_t ulam_state_rung(const ulam_state *self, size_t point, size_t rung)
{
    const ulam_chain_plan *plan = &self->job->chain;
    return find_rung(self, point, rung) * (plan->sweeps ? plan->every : self->job->points[point].block);
}

ulam_status ulam_state_restore_rungs(ulam_state *self, size_t p)
{
    ulam_point_state *point = &self->points[p];
    if (point->n_rungs) point->last_rung = find_rung(self, p, point->n_rungs - 1);
    return ulam_state_note_rung(self, p);
}

void ulam_state_move_trace(ulam_state *self, size_t point, ulam_state *from, size_t from_point)
{
    ulam_point_state *to = &self->points[point], *with = &from->points[from_point];
    if (from->traced != self->traced || to->n_rungs || with->n_rungs == 0 || with->first || to->first) return;
    to->trace = with->trace;
    to->n_rungs = with->n_rungs;
    to->last_rung = find_rung(self, point, to->n_rungs - 1);
    with->trace = NULL;
    with->n_rungs = 0;
}
