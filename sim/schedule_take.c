#include <math.h>

#include "chain_schedule.h"
#include "chunk.h"
#include "schedule_parts.h"

/* A rank's share of what is left, in seconds. */
static double share(const ulam_schedule *self) { return ulam_schedule_work(self) / (double)self->ranks; }

/* Seconds of work to hand out now: less towards the end, so that all end together and no long run begins late because it
 * stood behind others in an assignment. */
static double plan(const ulam_schedule *self) { return fmin(self->target, fmax(self->shortest, share(self) / 16)); }

/* Seconds that a block of the point may take, by the longest seen; of a point without one, by that of others. */
static double longest_block(const ulam_schedule *self, size_t p)
{
    const double own = self->points[p].longest;
    return own > 0 ? own : self->longest_run * (double)self->job->points[p].block;
}

static bool fits(const ulam_schedule *self, size_t p, double left)
{
    return left > 0 && longest_block(self, p) <= left;
}

/* Brings a chunk that fits to the top of the stack of those given back; false: there is none. Before a deadline it is the
 * one with the earliest runs, since the results end at the first gap. */
static bool find_returned(ulam_schedule *self, double left)
{
    size_t found = ULAM_NONE;
    for (size_t i = self->n_returned; i-- > 0;) {
        if (!fits(self, self->returned[i].point, left)) continue;
        if (found == ULAM_NONE || self->returned[i].first < self->returned[found].first) found = i;
        if (isinf(left)) break;
    }
    if (found == ULAM_NONE) return false;
    const ulam_chunk chunk = self->returned[found];
    self->returned[found] = self->returned[self->n_returned - 1];
    self->returned[self->n_returned - 1] = chunk;
    return true;
}

/* The point whose turn it is: given back; never visited; not measured yet; the costliest that fits. */
static size_t find_point(ulam_schedule *self, double left, bool *returned)
{
    *returned = find_returned(self, left);
    if (*returned) return self->returned[self->n_returned - 1].point;
    while (self->visited < self->job->n_points && !ulam_schedule_has_own(self, &self->points[self->visited]))
        self->visited++;
    if (self->visited < self->job->n_points && fits(self, self->visited, left)) return self->visited;
    for (size_t class = ULAM_COST_CLASSES + 1; class -- > 0;)
        if (self->head[class] != ULAM_NONE && fits(self, self->head[class], left)) return self->head[class];
    return ULAM_NONE;
}

static size_t next_point(ulam_schedule *self, double left, bool *returned)
{
    size_t p = find_point(self, left, returned);
    while (p == ULAM_NONE && self->missing == 0 && ulam_schedule_go_ahead(self)) p = find_point(self, left, returned);
    return p;
}

static ulam_chunk cut_returned(ulam_schedule *self, uint64_t blocks)
{
    ulam_chunk *top = &self->returned[self->n_returned - 1], chunk = *top;
    if (blocks < top->blocks) {
        chunk.blocks = blocks;
        chunk.runs = blocks * self->job->points[top->point].block;
        top->first += blocks;
        top->blocks -= blocks;
        top->runs -= chunk.runs;
    } else {
        self->n_returned--;
    }
    return chunk;
}

static ulam_chunk cut_own(ulam_schedule *self, size_t p, uint64_t blocks)
{
    ulam_schedule_point *point = &self->points[p];
    const ulam_point *asked = &self->job->points[p];
    ulam_chunk chunk = {.point = p, .first = asked->runs / asked->block, .blocks = 1, .runs = point->tail};
    if (ulam_schedule_has_released(self, point)) {
        ulam_gap *gap = &self->gaps[point->gap];
        chunk.first = gap->first;
        const ulam_ladder ladder = ulam_job_ladder(self->job, p);
        const uint64_t rung = ulam_ladder_above(&ladder, gap->first), to_rung = rung - gap->first;
        chunk.blocks = blocks < gap->blocks ? blocks : gap->blocks;
        if (chunk.blocks > to_rung) chunk.blocks = to_rung;
        if (chunk.blocks > point->release - gap->first) chunk.blocks = point->release - gap->first;
        if (p == self->witness.point && gap->first == self->witness.first) chunk.blocks = 1;
        chunk.runs = chunk.blocks * asked->block;
        gap->first += chunk.blocks;
        gap->blocks -= chunk.blocks;
        if (gap->blocks == 0) point->gap++;
    } else {
        point->tail = 0;
    }
    return chunk;
}

/* Blocks of a point that fit into so many seconds, at least one; one only, until the point has been measured. */
static uint64_t fitting_blocks(const ulam_schedule *self, size_t p, double seconds)
{
    if (!self->points[p].runs) return 1;
    const double n = seconds / (ulam_schedule_cost(self, p) * (double)self->job->points[p].block);
    return n >= 0x1p48 || isnan(n) ? UINT64_C(1) << 48 : n < 1 ? 1 : (uint64_t)n;
}

static ulam_chunk cut(ulam_schedule *self, size_t p, bool returned, double seconds)
{
    const uint64_t blocks = fitting_blocks(self, p, seconds);
    const ulam_chunk chunk = returned ? cut_returned(self, blocks) : cut_own(self, p, blocks);
    ulam_schedule_count_missing(self, p, chunk.runs, true);
    self->in_hand += chunk.runs;
    if (!returned) {
        if (p == self->visited) self->visited++;
        ulam_schedule_list_point(self, p);
    }
    return chunk;
}

/* Fills the assignment's last place. */
static void place(const ulam_schedule *self, const ulam_chunk *chunk, ulam_assignment *assignment)
{
    ulam_chunk *last = &assignment->chunks[assignment->n - 1];
    *last = *chunk;
    if (assignment->n < 2 || !ulam_chunk_continues(self->job, &self->witness, last - 1, chunk)) return;
    last[-1].blocks += chunk->blocks;
    last[-1].runs += chunk->runs;
    assignment->n--;
}

/* Adds one rank's share to the assignment. Blocks are begun up to the assignment's seconds, and the last of them may be as
 * long as any. Assignments shrink towards the deadline, so that little is given back in the end and the results have few
 * gaps. */
static ulam_status take_share(ulam_schedule *self, double left, ulam_assignment *assignment)
{
    const double planned = fmin(plan(self), left / 16);
    double used = 0;
    assignment->seconds = fmin(1.5, fmax(2 * planned, fmin(0.02, left / 8)));
    for (bool begun = false; assignment->n < self->max_chunks; begun = true) {
        bool returned;
        const size_t p = next_point(self, left - used, &returned);
        if (p == ULAM_NONE) break;
        const bool alone = self->points[p].class == ULAM_COST_CLASSES; /* handed out before, and still a riddle */
        const double cost = ulam_schedule_cost(self, p);
        const double block = cost * (double)self->job->points[p].block;
        if (begun && (alone || isnan(cost) || used + block > planned)) break;
        if (ulam_assignment_add(assignment, &(ulam_chunk){0})) return assignment->n ? ULAM_OK : ULAM_ENOMEM;
        const double spare = left - longest_block(self, p); /* in which blocks may be begun */
        const ulam_chunk chunk = cut(self, p, returned, fmin(planned, spare / 4) - used);
        place(self, &chunk, assignment);
        assignment->seconds = fmin(assignment->seconds, spare);
        assignment->work += cost * (double)chunk.runs;
        if (alone || isnan(cost)) break;
        used += cost * (double)chunk.runs;
    }
    return ULAM_OK;
}

static double longest_seen(const ulam_schedule *self, const ulam_assignment *assignment)
{
    double longest = 0;
    for (size_t i = 0; i < assignment->n; i++) {
        const double own = self->points[assignment->chunks[i].point].longest;
        longest = fmax(longest, own > 0 ? own : INFINITY);
    }
    return longest;
}

ulam_status ulam_schedule_take_shares(ulam_schedule *self, double left, size_t shares, ulam_assignment *assignment)
{
    ulam_status status = ULAM_OK;
    ulam_assignment_clear(assignment);
    assignment->work = 0;
    if (self->chains) return ulam_chain_schedule_take(self->chains, left, self->max_chunks, assignment, &self->closed);
    for (size_t i = 0; i < shares && !status && assignment->n < self->max_chunks; i++) {
        const uint64_t before = self->in_hand;
        status = take_share(self, left, assignment);
        if (self->in_hand == before) break;
    }
    if (assignment->n == 0 && self->missing && !status) self->closed = true;
    assignment->longest = longest_seen(self, assignment);
    assignment->ahead = assignment->n && share(self) / 2 > longest_block(self, assignment->chunks[0].point);
    return status;
}

ulam_status ulam_schedule_take(ulam_schedule *self, double left, ulam_assignment *assignment)
{
    return ulam_schedule_take_shares(self, left, 1, assignment);
}
