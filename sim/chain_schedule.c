#include <math.h>
#include <stdlib.h>

#include "chain_schedule.h"
#include "state_chains.h"

/* s of work in an assignment, at most and at least. */
static const double longest_assignment = 1, shortest_assignment = 0.01;

/* s of work in the first assignments, when nobody knows what a sweep costs. */
static const double trial = 0.01;

/* s of work between taking a block up and putting it away, at least, and for each byte of its record: what that costs is a few
 * hundredths of it. */
static const double shortest_leg = 2e-3, leg_of_byte = 5e-8;

/* Bytes of records in an assignment, but for the last: messages hold 2 GB. */
static const size_t most_bytes = (size_t)1 << 26;

static const size_t none = SIZE_MAX;

/* With a deadline it may be less, down to `scant`, so that each block has so many turns in the time left. */
static const double turns = 8, scant = 5e-5;

enum {
    LEGS = 64,      /* of the whole way, */
    GROWTH = 4,     /* or the part of the way behind that a leg adds to it: how short a time may be is seen too late */
    PER_OCTAVE = 4, /* levels of how far blocks have come, in powers of two of what they are to make, */
    LEVELS = 256    /* of which there are as many as sweeps can need */
};

typedef struct {
    ulam_chain_record *record; /* where it stands, owned; NULL: not begun */
    size_t next;               /* in its level's list */
    bool listed, in_hand;
} block;

typedef struct {
    size_t first, n;  /* its blocks */
    uint64_t end;     /* sweeps that each is to make */
    bool ended;       /* no more are wanted */
    uint64_t missing; /* sweeps of all its blocks, those in hand included */
    double seconds;   /* measured, of so many sweeps of a block */
    uint64_t sweeps;
    double longest;
} point;

struct ulam_chain_schedule {
    const ulam_job *job;
    size_t ranks;
    point *points; /* [job->n_points] */
    block *blocks; /* [n_blocks] */
    size_t n_blocks;
    size_t head[LEVELS], tail[LEVELS]; /* of blocks that wait for their turn */
    size_t waiting, in_hand;
    double work;      /* s, of the missing sweeps at measured points */
    uint64_t unknown; /* sweeps missing at others */
    double guess;     /* s a sweep there; NaN: none */
    double longest;   /* s of a sweep, at any point */
};

static uint64_t sweeps_of(const block *self) { return self->record ? self->record->sweeps : 0; }

static bool is_live(const point *at, const block *self)
{
    return !at->ended && sweeps_of(self) < at->end && !ulam_chain_record_is_dead(self->record);
}

/* Counts a point's missing sweeps out of the whole, or in again. */
static void count(ulam_chain_schedule *self, const point *at, bool in)
{
    if (at->sweeps)
        self->work += (in ? 1 : -1) * (at->seconds / (double)at->sweeps) * (double)at->missing;
    else
        self->unknown = in ? self->unknown + at->missing : self->unknown - at->missing;
}

static uint64_t find_missing(const ulam_chain_schedule *self, const point *at)
{
    uint64_t missing = 0;
    for (size_t i = at->first; i < at->first + at->n; i++)
        if (is_live(at, &self->blocks[i])) missing += at->end - sweeps_of(&self->blocks[i]);
    return missing;
}

static size_t level_of(const point *at, const block *self)
{
    if (sweeps_of(self) == 0) return 0;
    const double ahead = PER_OCTAVE * log2((double)at->end / (double)sweeps_of(self));
    return ahead <= 0 ? LEVELS - 1 : ahead < LEVELS - 2 ? LEVELS - 1 - (size_t)ceil(ahead) : 1;
}

static void list(ulam_chain_schedule *self, const point *at, size_t b)
{
    block *of = &self->blocks[b];
    if (of->listed || of->in_hand || !is_live(at, of)) return;
    const size_t level = level_of(at, of);
    of->listed = true;
    of->next = none;
    if (self->tail[level] == none)
        self->head[level] = b;
    else
        self->blocks[self->tail[level]].next = b;
    self->tail[level] = b;
    self->waiting++;
}

static void list_all(ulam_chain_schedule *self, const point *at)
{
    for (size_t i = at->first; i < at->first + at->n; i++) list(self, at, i);
}

static void set_goal(point *at, const ulam_chain_plan *plan, const ulam_goal *goal)
{
    at->ended = goal->ended;
    at->end = plan->thermalize + goal->release * plan->every;
}

static void fill(ulam_chain_schedule *self, const ulam_state *state)
{
    size_t first = 0;
    for (size_t p = 0; p < self->job->n_points; p++) {
        point *at = &self->points[p];
        const ulam_chains *chains = &state->points[p].chains;
        const ulam_goal goal = ulam_state_goal(state, p);
        *at = (point){.first = first, .n = chains->n};
        set_goal(at, &self->job->chain, &goal);
        for (size_t i = 0; i < chains->n; i++)
            self->blocks[first + i].record = ulam_chain_record_share(chains->records[i]);
        at->missing = find_missing(self, at);
        count(self, at, true);
        list_all(self, at);
        first += chains->n;
    }
}

ulam_chain_schedule *ulam_chain_schedule_open(const ulam_state *state, size_t ranks)
{
    const ulam_job *job = state->job;
    ulam_chain_schedule *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    *self = (ulam_chain_schedule){.job = job, .ranks = ranks, .guess = NAN};
    for (size_t i = 0; i < LEVELS; i++) self->head[i] = self->tail[i] = none;
    for (size_t p = 0; p < job->n_points; p++) self->n_blocks += state->points[p].chains.n;
    self->points = calloc(job->n_points + 1, sizeof *self->points);
    self->blocks = calloc(self->n_blocks + 1, sizeof *self->blocks);
    if (!self->points || !self->blocks) {
        ulam_chain_schedule_close(self);
        return NULL;
    }
    fill(self, state);
    return self;
}

void ulam_chain_schedule_close(ulam_chain_schedule *self)
{
    if (!self) return;
    for (size_t i = 0; self->blocks && i < self->n_blocks; i++) ulam_chain_record_drop(self->blocks[i].record);
    free(self->blocks);
    free(self->points);
    free(self);
}

static size_t point_of(const ulam_chain_schedule *self, size_t b)
{
    size_t low = 0, high = self->job->n_points;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (self->points[middle].first > b)
            high = middle;
        else
            low = middle;
    }
    return low;
}

static bool fits(const ulam_chain_schedule *self, const point *at, double left)
{
    return left > 0 && (at->longest > 0 ? at->longest : self->longest) <= left;
}

/* The block that goes on next, taken off its list; `none`: no block can. */
static size_t next_block(ulam_chain_schedule *self, double left, size_t *p)
{
    for (size_t level = 0; level < LEVELS; level++) {
        while (self->head[level] != none) {
            const size_t b = self->head[level];
            *p = point_of(self, b);
            const bool live = is_live(&self->points[*p], &self->blocks[b]);
            if (live && !fits(self, &self->points[*p], left)) break;
            self->head[level] = self->blocks[b].next;
            if (self->head[level] == none) self->tail[level] = none;
            self->blocks[b].listed = false;
            self->waiting--;
            if (live) return b;
        }
    }
    return none;
}

/* Seconds a sweep; NaN: nobody knows. */
static double cost_of(const ulam_chain_schedule *self, const point *at)
{
    return at->sweeps ? at->seconds / (double)at->sweeps : self->guess;
}

/* Sweeps that are left to a block; the first rests where it is the state's witness. */
static uint64_t rest_of(const ulam_chain_schedule *self, const point *at, const block *of)
{
    const uint64_t behind = sweeps_of(of), end = at->end;
    const bool rests = of == self->blocks && behind < ULAM_WITNESS_SWEEPS && end > ULAM_WITNESS_SWEEPS;
    return (rests ? ULAM_WITNESS_SWEEPS : end) - behind;
}

/* Sweeps that a block makes before others have their turn. */
static uint64_t leg_of(const ulam_chain_schedule *self, const point *at, const block *of, double left)
{
    const uint64_t behind = sweeps_of(of), rest = rest_of(self, at, of);
    const uint64_t least = 1 + (at->end / LEGS < behind / GROWTH ? at->end / LEGS : behind / GROWTH);
    const double pays = fmax(shortest_leg, leg_of_byte * (of->record ? (double)of->record->size : 0));
    const double turn = left * (double)self->ranks / (turns * (double)(self->waiting + self->in_hand + 1));
    const double shortest = fmin(pays, fmax(turn, scant));
    const double cost = cost_of(self, at);
    const double leg = isnan(cost) ? (double)rest : fmax((double)least, shortest / cost);
    return leg < (double)rest ? (uint64_t)leg : rest;
}

static ulam_status hand_out(ulam_chain_schedule *self, size_t p, size_t b, uint64_t sweeps, ulam_assignment *assignment)
{
    block *of = &self->blocks[b];
    const ulam_point *asked = &self->job->points[p];
    const uint64_t number = ulam_chain_first_block(asked) + (b - self->points[p].first);
    const ulam_chunk chunk = {.point = p,
                              .first = number,
                              .blocks = 1,
                              .runs = ulam_chain_block_runs(asked, number),
                              .from = sweeps_of(of),
                              .to = sweeps_of(of) + sweeps};
    if (ulam_assignment_add_chains(assignment, &chunk, of->record)) {
        list(self, &self->points[p], b);
        return ULAM_ENOMEM;
    }
    of->in_hand = true;
    self->in_hand++;
    return ULAM_OK;
}

ulam_status ulam_chain_schedule_take(ulam_chain_schedule *self, double left, size_t most, ulam_assignment *assignment,
                                     bool *closed)
{
    const double share = ulam_chain_schedule_work(self) / (double)self->ranks / 16;
    const double planned = fmin(fmin(longest_assignment, fmax(shortest_assignment, share)), left / 2);
    double used = 0;
    size_t bytes = 0;
    assignment->n = 0;
    assignment->work = 0;
    assignment->ahead = false;
    assignment->seconds = fmax(2 * planned, longest_assignment);
    while (assignment->n < most && used < planned && bytes < most_bytes) {
        size_t p = 0;
        const size_t b = next_block(self, left - used, &p);
        if (b == none) break;
        const uint64_t leg = leg_of(self, &self->points[p], &self->blocks[b], left - used);
        const double seconds = cost_of(self, &self->points[p]) * (double)leg;
        if (hand_out(self, p, b, leg, assignment)) return assignment->n ? ULAM_OK : ULAM_ENOMEM;
        assignment->work += seconds;
        bytes += self->blocks[b].record ? self->blocks[b].record->size : 0;
        if (isnan(seconds)) {
            assignment->seconds = trial;
            break;
        }
        used += seconds;
    }
    assignment->seconds = fmin(assignment->seconds, left);
    *closed = assignment->n == 0 && self->waiting > 0;
    return ULAM_OK;
}

void ulam_chain_schedule_done(ulam_chain_schedule *self, size_t p, uint64_t sweeps, double seconds, double longest)
{
    point *at = &self->points[p];
    if (sweeps == 0) return;
    count(self, at, false);
    at->sweeps += sweeps;
    at->seconds += seconds > 0 ? seconds : 0;
    at->longest = fmax(at->longest, longest);
    self->longest = fmax(self->longest, longest);
    self->guess = at->seconds / (double)at->sweeps;
    count(self, at, true);
}

static size_t place_of(const ulam_chain_schedule *self, size_t p, uint64_t number)
{
    return self->points[p].first + (size_t)(number - ulam_chain_first_block(&self->job->points[p]));
}

void ulam_chain_schedule_return(ulam_chain_schedule *self, const ulam_chunk *chunk)
{
    point *at = &self->points[chunk->point];
    const size_t b = place_of(self, chunk->point, chunk->first);
    self->blocks[b].in_hand = false;
    self->in_hand--;
    list(self, at, b);
}

void ulam_chain_schedule_follow(ulam_chain_schedule *self, const ulam_goal *goal)
{
    point *at = &self->points[goal->point];
    const uint64_t end = at->end;
    if (at->ended) return;
    set_goal(at, &self->job->chain, goal);
    if (at->end == end && !at->ended) return;
    count(self, at, false);
    at->missing = find_missing(self, at);
    count(self, at, true);
    list_all(self, at);
}

void ulam_chain_schedule_go_on(ulam_chain_schedule *self, const ulam_goal *goal, uint64_t number,
                               ulam_chain_record *record)
{
    point *at = &self->points[goal->point];
    const size_t b = place_of(self, goal->point, number);
    block *of = &self->blocks[b];
    count(self, at, false);
    at->missing -= is_live(at, of) ? at->end - sweeps_of(of) : 0;
    ulam_chain_record_drop(of->record);
    of->record = record;
    at->missing += is_live(at, of) ? at->end - sweeps_of(of) : 0;
    count(self, at, true);
    of->in_hand = false;
    self->in_hand--;
    ulam_chain_schedule_follow(self, goal);
    list(self, at, b);
}

double ulam_chain_schedule_work(const ulam_chain_schedule *self)
{
    const double unknown = self->unknown && !isnan(self->guess) ? self->guess * (double)self->unknown : 0;
    return fmax(0, self->work) + unknown;
}

/* Blocks that wait but are wanted no longer are none. */
bool ulam_chain_schedule_finished(const ulam_chain_schedule *self)
{
    if (self->in_hand) return false;
    for (size_t p = 0; p < self->job->n_points; p++)
        if (self->points[p].missing && !self->points[p].ended) return false;
    return true;
}
