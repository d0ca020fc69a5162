#include <math.h>
#include <stdlib.h>

#include "chain_record.h"
#include "chain_schedule.h"
#include "grow.h"
#include "schedule_parts.h"
#include "state_chains.h"
#include "state_figures.h"

/* s: handing out costs about a tenth of it. */
static const double shortest_assignment = 1e-3;

/* Numbers in the answer to an assignment of several chunks. */
static const size_t answer_width = 16384;

void ulam_assignment_clear(ulam_assignment *self)
{
    for (size_t i = 0; self->records && i < self->n; i++) ulam_chain_record_drop(self->records[i]);
    free(self->records);
    self->records = NULL;
    self->n = 0;
}

void ulam_assignment_free(ulam_assignment *self)
{
    ulam_assignment_clear(self);
    free(self->chunks);
    *self = (ulam_assignment){0};
}

static ulam_status push_chunk(ulam_chunk **chunks, size_t *n, size_t *capacity, const ulam_chunk *chunk)
{
    ulam_chunk *grown = ulam_grow(*chunks, *n, capacity, sizeof *grown);
    if (!grown) return ULAM_ENOMEM;
    *chunks = grown;
    (*chunks)[(*n)++] = *chunk;
    return ULAM_OK;
}

ulam_status ulam_assignment_add(ulam_assignment *self, const ulam_chunk *chunk)
{
    return push_chunk(&self->chunks, &self->n, &self->capacity, chunk);
}

ulam_status ulam_assignment_add_chains(ulam_assignment *self, const ulam_chunk *chunk, ulam_chain_record *record)
{
    ulam_chain_record **records = realloc(self->records, (self->n + 1) * sizeof *records);
    if (!records) return ULAM_ENOMEM;
    self->records = records;
    if (ulam_assignment_add(self, chunk)) return ULAM_ENOMEM;
    records[self->n - 1] = ulam_chain_record_share(record);
    return ULAM_OK;
}

/* Lists of points by cost */

static void unlink_point(ulam_schedule *self, size_t p)
{
    ulam_schedule_point *point = &self->points[p];
    if (point->class == ULAM_NONE) return;
    if (point->previous == ULAM_NONE)
        self->head[point->class] = point->next;
    else
        self->points[point->previous].next = point->next;
    if (point->next == ULAM_NONE)
        self->tail[point->class] = point->previous;
    else
        self->points[point->next].previous = point->previous;
    point->class = ULAM_NONE;
}

static void append_point(ulam_schedule *self, size_t p, size_t class)
{
    ulam_schedule_point *point = &self->points[p];
    point->class = class;
    point->next = ULAM_NONE;
    point->previous = self->tail[class];
    if (point->previous == ULAM_NONE)
        self->head[class] = p;
    else
        self->points[point->previous].next = p;
    self->tail[class] = p;
}

bool ulam_schedule_has_released(const ulam_schedule *self, const ulam_schedule_point *point)
{
    return point->gap < point->gap_end && self->gaps[point->gap].first < point->release;
}

bool ulam_schedule_has_own(const ulam_schedule *self, const ulam_schedule_point *point)
{
    return ulam_schedule_has_released(self, point) || point->tail;
}

double ulam_schedule_cost(const ulam_schedule *self, size_t p)
{
    const ulam_schedule_point *point = &self->points[p];
    return point->runs ? point->seconds / (double)point->runs : self->guess;
}

static size_t class_of(const ulam_schedule *self, size_t p)
{
    if (!self->points[p].runs) return ULAM_COST_CLASSES;
    int exponent;
    frexp(ulam_schedule_cost(self, p) * (double)self->job->points[p].block, &exponent);
    const int class = exponent + ULAM_COST_CLASSES / 2;
    return class < 0 ? 0 : class >= ULAM_COST_CLASSES ? ULAM_COST_CLASSES - 1 : (size_t) class;
}

void ulam_schedule_list_point(ulam_schedule *self, size_t p)
{
    const size_t class = ulam_schedule_has_own(self, &self->points[p]) ? class_of(self, p) : ULAM_NONE;
    if (class == self->points[p].class) return;
    unlink_point(self, p);
    if (class != ULAM_NONE) append_point(self, p, class);
}

/* What is missing */

static ulam_status add_gap(ulam_schedule *self, uint64_t first, uint64_t end)
{
    if (first >= end) return ULAM_OK;
    ulam_gap *gaps = ulam_grow(self->gaps, self->n_gaps, &self->gaps_capacity, sizeof *gaps);
    if (!gaps) return ULAM_ENOMEM;
    self->gaps = gaps;
    self->gaps[self->n_gaps++] = (ulam_gap){.first = first, .blocks = end - first};
    return ULAM_OK;
}

/* Runs of a point's gaps in the blocks from `first` up to `end`. */
static uint64_t runs_between(const ulam_schedule *self, size_t p, uint64_t first, uint64_t end)
{
    uint64_t blocks = 0;
    for (size_t i = self->points[p].gap; i < self->points[p].gap_end; i++) {
        const ulam_gap *gap = &self->gaps[i];
        const uint64_t low = gap->first > first ? gap->first : first;
        const uint64_t high = gap->first + gap->blocks < end ? gap->first + gap->blocks : end;
        if (low < high) blocks += high - low;
    }
    return blocks * self->job->points[p].block;
}

static ulam_status find_missing(ulam_schedule *self, const ulam_state *state, size_t p)
{
    const ulam_point *asked = &self->job->points[p];
    const ulam_point_state *known = &state->points[p];
    const uint64_t whole = asked->runs / asked->block, rest = asked->runs % asked->block;
    ulam_schedule_point *point = &self->points[p];
    const ulam_goal goal = ulam_state_goal(state, p);
    *point = (ulam_schedule_point){.gap = self->n_gaps, .gap_end = self->n_gaps, .class = ULAM_NONE};
    if (goal.ended) return ULAM_OK;
    point->release = goal.release;
    point->reach = goal.reach;
    point->open = self->job->until.n_targets > 0;
    self->open += point->open;

    uint64_t at = known->first + known->blocks;
    for (size_t i = 0; i < known->n_early; i++) {
        const uint64_t first = known->early[i].first;
        if (add_gap(self, at, first < whole ? first : whole)) return ULAM_ENOMEM;
        at = first + known->early[i].blocks;
    }
    if (add_gap(self, at, whole)) return ULAM_ENOMEM;
    point->gap_end = self->n_gaps;
    if (rest && !known->tail_runs && !ulam_state_knows(state, p, whole)) point->tail = rest;
    point->missing = runs_between(self, p, 0, point->release) + point->tail;
    self->missing += point->missing;
    return ULAM_OK;
}

ulam_status ulam_schedule_init_empty(ulam_schedule *self, const ulam_job *job, size_t ranks)
{
    *self = (ulam_schedule){.job = job, .ranks = ranks, .shortest = shortest_assignment, .guess = NAN};
    self->target = fmin(1, fmax(0.25, 1e-4 * (double)ranks));
    self->max_chunks = job->width < answer_width / 1024 ? 1024 : answer_width / job->width;
    if (self->max_chunks == 0) self->max_chunks = 1;
    if (!ulam_job_witness(job, &self->witness)) self->witness.point = ULAM_NONE;
    for (size_t i = 0; i <= ULAM_COST_CLASSES; i++) self->head[i] = self->tail[i] = ULAM_NONE;
    self->points = calloc(job->n_points ? job->n_points : 1, sizeof *self->points);
    if (!self->points) return ULAM_ENOMEM;
    for (size_t p = 0; p < job->n_points; p++)
        self->points[p] = (ulam_schedule_point){.class = ULAM_NONE, .open = true};
    return ULAM_OK;
}

ulam_status ulam_schedule_init(ulam_schedule *self, const ulam_state *state, size_t ranks)
{
    if (ulam_schedule_init_empty(self, state->job, ranks)) return ULAM_ENOMEM;
    if (ulam_job_has_chains(state->job)) {
        self->chains = ulam_chain_schedule_open(state, ranks);
        return self->chains ? ULAM_OK : ULAM_ENOMEM;
    }
    for (size_t p = 0; p < state->job->n_points; p++)
        if (find_missing(self, state, p)) return ULAM_ENOMEM;
    self->unknown_runs = self->missing;
    return ULAM_OK;
}

void ulam_schedule_free(ulam_schedule *self)
{
    free(self->points);
    free(self->gaps);
    free(self->returned);
    ulam_chain_schedule_close(self->chains);
    *self = (ulam_schedule){0};
}

bool ulam_schedule_finished(const ulam_schedule *self)
{
    if (self->chains) return ulam_chain_schedule_finished(self->chains);
    return self->missing == 0 && self->in_hand == 0;
}

void ulam_schedule_count_missing(ulam_schedule *self, size_t p, uint64_t runs, bool out)
{
    ulam_schedule_point *point = &self->points[p];
    const double work = point->runs ? ulam_schedule_cost(self, p) * (double)runs : 0;
    const uint64_t unknown = point->runs ? 0 : runs;
    point->missing = out ? point->missing - runs : point->missing + runs;
    self->missing = out ? self->missing - runs : self->missing + runs;
    self->unknown_runs = out ? self->unknown_runs - unknown : self->unknown_runs + unknown;
    self->measured_work += out ? -work : work;
}

double ulam_schedule_work(const ulam_schedule *self)
{
    if (self->chains) return ulam_chain_schedule_work(self->chains);
    const double known = fmax(0, self->measured_work);
    return self->unknown_runs && !isnan(self->guess) ? known + self->guess * (double)self->unknown_runs : known;
}

void ulam_schedule_done(ulam_schedule *self, size_t p, uint64_t runs, double seconds, double longest)
{
    if (self->chains) {
        ulam_chain_schedule_done(self->chains, p, runs, seconds, longest);
        return;
    }
    ulam_schedule_point *point = &self->points[p];
    self->in_hand -= runs;
    if (runs == 0) return;
    const uint64_t missing = point->missing;
    ulam_schedule_count_missing(self, p, missing, true);
    point->runs += runs;
    point->seconds += seconds > 0 ? seconds : 0;
    point->longest = fmax(point->longest, longest);
    self->longest_run = fmax(self->longest_run, longest / (double)self->job->points[p].block);
    ulam_schedule_count_missing(self, p, missing, false);
    self->guess = ulam_schedule_cost(self, p);
    if (p < self->visited) ulam_schedule_list_point(self, p);
}

ulam_status ulam_schedule_return(ulam_schedule *self, const ulam_chunk *chunk)
{
    if (self->chains) {
        ulam_chain_schedule_return(self->chains, chunk);
        return ULAM_OK;
    }
    const bool ended = self->job->until.n_targets > 0 && !self->points[chunk->point].open;
    if (!ended && push_chunk(&self->returned, &self->n_returned, &self->returned_capacity, chunk)) return ULAM_ENOMEM;
    self->in_hand -= chunk->runs;
    if (ended) return ULAM_OK;
    ulam_schedule_count_missing(self, chunk->point, chunk->runs, false);
    return ULAM_OK;
}

ulam_status ulam_schedule_add(ulam_schedule *self, const ulam_chunk *chunk, double cost)
{
    ulam_schedule_point *point = &self->points[chunk->point];
    const uint64_t missing = point->missing;
    if (push_chunk(&self->returned, &self->n_returned, &self->returned_capacity, chunk)) return ULAM_ENOMEM;
    if (!point->runs && cost > 0) {
        ulam_schedule_count_missing(self, chunk->point, missing, true);
        point->runs = 1;
        point->seconds = self->guess = cost;
        ulam_schedule_count_missing(self, chunk->point, missing, false);
    }
    ulam_schedule_count_missing(self, chunk->point, chunk->runs, false);
    self->closed = false;
    return ULAM_OK;
}

ulam_status ulam_schedule_withdraw(ulam_schedule *self, ulam_assignment *to)
{
    while (self->n_returned) {
        const ulam_chunk *chunk = &self->returned[self->n_returned - 1];
        if (ulam_assignment_add(to, chunk)) return ULAM_ENOMEM;
        ulam_schedule_count_missing(self, chunk->point, chunk->runs, true);
        self->n_returned--;
    }
    return ULAM_OK;
}

/* Targets */

static void release(ulam_schedule *self, size_t p, uint64_t blocks)
{
    ulam_schedule_point *point = &self->points[p];
    if (blocks <= point->release) return;
    ulam_schedule_count_missing(self, p, runs_between(self, p, point->release, blocks), false);
    point->release = blocks;
    if (p < self->visited) ulam_schedule_list_point(self, p);
}

/* Nothing more of the point is handed out. */
static void end_point(ulam_schedule *self, size_t p)
{
    ulam_schedule_point *point = &self->points[p];
    size_t kept = 0;
    for (size_t i = 0; i < self->n_returned; i++)
        if (self->returned[i].point != p) self->returned[kept++] = self->returned[i];
    self->n_returned = kept;
    ulam_schedule_count_missing(self, p, point->missing, true);
    point->gap = point->gap_end;
    point->open = false;
    self->open--;
    ulam_schedule_list_point(self, p);
}

void ulam_schedule_follow(ulam_schedule *self, const ulam_goal *goal)
{
    if (self->chains) {
        ulam_chain_schedule_follow(self->chains, goal);
        return;
    }
    ulam_schedule_point *point = &self->points[goal->point];
    if (!point->open) return;
    self->all_ahead = false;
    if (goal->ended) {
        end_point(self, goal->point);
        return;
    }
    release(self, goal->point, goal->release);
    if (goal->reach > point->reach) point->reach = goal->reach;
}

void ulam_schedule_go_on(ulam_schedule *self, const ulam_goal *goal, uint64_t block, ulam_chain_record *record)
{
    ulam_chain_schedule_go_on(self->chains, goal, block, record);
}

bool ulam_schedule_go_ahead(ulam_schedule *self)
{
    if (self->open == 0 || self->all_ahead) return false;
    for (size_t i = 0; i < self->job->n_points; i++) {
        const size_t p = self->ahead;
        ulam_schedule_point *point = &self->points[p];
        self->ahead = p + 1 < self->job->n_points ? p + 1 : 0;
        if (!point->open || point->release >= point->reach) continue;
        const ulam_ladder ladder = ulam_job_ladder(self->job, p);
        const uint64_t next = ulam_ladder_above(&ladder, point->release);
        release(self, p, next < point->reach ? next : point->reach);
        if (point->class != ULAM_NONE) return true;
    }
    self->all_ahead = true;
    return false;
}
