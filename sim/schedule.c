#include <math.h>
#include <stdlib.h>

#include "chunk.h"
#include "schedule.h"
#include "state_figures.h"

/* s: handing out costs about a tenth of it. */
static const double shortest_assignment = 1e-3;

/* Numbers in the answer to an assignment of several chunks. */
static const size_t answer_width = 16384;

static const size_t none = SIZE_MAX;

struct ulam_gap {
    uint64_t first, blocks;
};

struct ulam_schedule_point {
    size_t gap, gap_end; /* whole blocks still to be handed out */
    uint64_t tail;       /* runs of the partial last block, if that is to be handed out; else 0 */
    uint64_t release;    /* blocks from here on are not to be handed out yet */
    uint64_t reach;      /* how far that may be moved ahead */
    bool open;           /* its end is not known yet */
    uint64_t missing;    /* runs of the two below release, and of what was given back */
    double seconds;      /* measured, of so many runs */
    uint64_t runs;
    double longest; /* s, of a block */
    size_t class;   /* the list it stands in; none: in no list */
    size_t previous, next;
};

void ulam_assignment_free(ulam_assignment *self)
{
    free(self->chunks);
    *self = (ulam_assignment){0};
}

static ulam_status push_chunk(ulam_chunk **chunks, size_t *n, size_t *capacity, const ulam_chunk *chunk)
{
    if (*n == *capacity) {
        const size_t more = *capacity ? 2 * *capacity : 8;
        ulam_chunk *grown = realloc(*chunks, more * sizeof *grown);
        if (!grown) return ULAM_ENOMEM;
        *chunks = grown;
        *capacity = more;
    }
    (*chunks)[(*n)++] = *chunk;
    return ULAM_OK;
}

ulam_status ulam_assignment_add(ulam_assignment *self, const ulam_chunk *chunk)
{
    return push_chunk(&self->chunks, &self->n, &self->capacity, chunk);
}

/* Lists of points by cost */

static void unlink_point(ulam_schedule *self, size_t p)
{
    ulam_schedule_point *point = &self->points[p];
    if (point->class == none) return;
    if (point->previous == none)
        self->head[point->class] = point->next;
    else
        self->points[point->previous].next = point->next;
    if (point->next == none)
        self->tail[point->class] = point->previous;
    else
        self->points[point->next].previous = point->previous;
    point->class = none;
}

static void append_point(ulam_schedule *self, size_t p, size_t class)
{
    ulam_schedule_point *point = &self->points[p];
    point->class = class;
    point->next = none;
    point->previous = self->tail[class];
    if (point->previous == none)
        self->head[class] = p;
    else
        self->points[point->previous].next = p;
    self->tail[class] = p;
}

static bool has_released(const ulam_schedule *self, const ulam_schedule_point *point)
{
    return point->gap < point->gap_end && self->gaps[point->gap].first < point->release;
}

static bool has_own(const ulam_schedule *self, const ulam_schedule_point *point)
{
    return has_released(self, point) || point->tail;
}

/* Seconds a run; NaN: not the least idea. */
static double cost_of(const ulam_schedule *self, size_t p)
{
    const ulam_schedule_point *point = &self->points[p];
    return point->runs ? point->seconds / (double)point->runs : self->guess;
}

static size_t class_of(const ulam_schedule *self, size_t p)
{
    if (!self->points[p].runs) return ULAM_COST_CLASSES;
    int exponent;
    frexp(cost_of(self, p) * (double)self->job->points[p].block, &exponent);
    const int class = exponent + ULAM_COST_CLASSES / 2;
    return class < 0 ? 0 : class >= ULAM_COST_CLASSES ? ULAM_COST_CLASSES - 1 : (size_t) class;
}

/* Puts a visited point where it belongs now. */
static void list_point(ulam_schedule *self, size_t p)
{
    const size_t class = has_own(self, &self->points[p]) ? class_of(self, p) : none;
    if (class == self->points[p].class) return;
    unlink_point(self, p);
    if (class != none) append_point(self, p, class);
}

/* What is missing */

static ulam_status add_gap(ulam_schedule *self, uint64_t first, uint64_t end)
{
    if (first >= end) return ULAM_OK;
    if (self->n_gaps == self->gaps_capacity) {
        const size_t capacity = self->gaps_capacity ? 2 * self->gaps_capacity : 64;
        ulam_gap *gaps = realloc(self->gaps, capacity * sizeof *gaps);
        if (!gaps) return ULAM_ENOMEM;
        self->gaps = gaps;
        self->gaps_capacity = capacity;
    }
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
    *point = (ulam_schedule_point){.gap = self->n_gaps, .gap_end = self->n_gaps, .class = none};
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
    if (!ulam_job_witness(job, &self->witness)) self->witness.point = none;
    for (size_t i = 0; i <= ULAM_COST_CLASSES; i++) self->head[i] = self->tail[i] = none;
    self->points = calloc(job->n_points ? job->n_points : 1, sizeof *self->points);
    if (!self->points) return ULAM_ENOMEM;
    for (size_t p = 0; p < job->n_points; p++) self->points[p] = (ulam_schedule_point){.class = none, .open = true};
    return ULAM_OK;
}

ulam_status ulam_schedule_init(ulam_schedule *self, const ulam_state *state, size_t ranks)
{
    if (ulam_schedule_init_empty(self, state->job, ranks)) return ULAM_ENOMEM;
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
    *self = (ulam_schedule){0};
}

bool ulam_schedule_finished(const ulam_schedule *self) { return self->missing == 0 && self->in_hand == 0; }

/* Counts runs of a point in or out of what is missing. */
static void count_missing(ulam_schedule *self, size_t p, uint64_t runs, bool out)
{
    ulam_schedule_point *point = &self->points[p];
    const double work = point->runs ? cost_of(self, p) * (double)runs : 0;
    const uint64_t unknown = point->runs ? 0 : runs;
    point->missing = out ? point->missing - runs : point->missing + runs;
    self->missing = out ? self->missing - runs : self->missing + runs;
    self->unknown_runs = out ? self->unknown_runs - unknown : self->unknown_runs + unknown;
    self->measured_work += out ? -work : work;
}

void ulam_schedule_done(ulam_schedule *self, size_t p, uint64_t runs, double seconds, double longest)
{
    ulam_schedule_point *point = &self->points[p];
    self->in_hand -= runs;
    if (runs == 0) return;
    const uint64_t missing = point->missing;
    count_missing(self, p, missing, true);
    point->runs += runs;
    point->seconds += seconds > 0 ? seconds : 0;
    point->longest = fmax(point->longest, longest);
    self->longest_run = fmax(self->longest_run, longest / (double)self->job->points[p].block);
    count_missing(self, p, missing, false);
    self->guess = cost_of(self, p);
    if (p < self->visited) list_point(self, p);
}

ulam_status ulam_schedule_return(ulam_schedule *self, const ulam_chunk *chunk)
{
    const bool ended = self->job->until.n_targets > 0 && !self->points[chunk->point].open;
    if (!ended && push_chunk(&self->returned, &self->n_returned, &self->returned_capacity, chunk)) return ULAM_ENOMEM;
    self->in_hand -= chunk->runs;
    if (ended) return ULAM_OK;
    count_missing(self, chunk->point, chunk->runs, false);
    return ULAM_OK;
}

ulam_status ulam_schedule_add(ulam_schedule *self, const ulam_chunk *chunk, double cost)
{
    ulam_schedule_point *point = &self->points[chunk->point];
    const uint64_t missing = point->missing;
    if (push_chunk(&self->returned, &self->n_returned, &self->returned_capacity, chunk)) return ULAM_ENOMEM;
    if (!point->runs && cost > 0) {
        count_missing(self, chunk->point, missing, true);
        point->runs = 1;
        point->seconds = self->guess = cost;
        count_missing(self, chunk->point, missing, false);
    }
    count_missing(self, chunk->point, chunk->runs, false);
    self->closed = false;
    return ULAM_OK;
}

ulam_status ulam_schedule_withdraw(ulam_schedule *self, ulam_assignment *to)
{
    while (self->n_returned) {
        const ulam_chunk *chunk = &self->returned[self->n_returned - 1];
        if (ulam_assignment_add(to, chunk)) return ULAM_ENOMEM;
        count_missing(self, chunk->point, chunk->runs, true);
        self->n_returned--;
    }
    return ULAM_OK;
}

/* Targets */

static void release(ulam_schedule *self, size_t p, uint64_t blocks)
{
    ulam_schedule_point *point = &self->points[p];
    if (blocks <= point->release) return;
    count_missing(self, p, runs_between(self, p, point->release, blocks), false);
    point->release = blocks;
    if (p < self->visited) list_point(self, p);
}

/* Nothing more of the point is handed out. */
static void end_point(ulam_schedule *self, size_t p)
{
    ulam_schedule_point *point = &self->points[p];
    size_t kept = 0;
    for (size_t i = 0; i < self->n_returned; i++)
        if (self->returned[i].point != p) self->returned[kept++] = self->returned[i];
    self->n_returned = kept;
    count_missing(self, p, point->missing, true);
    point->gap = point->gap_end;
    point->open = false;
    self->open--;
    list_point(self, p);
}

void ulam_schedule_follow(ulam_schedule *self, const ulam_goal *goal)
{
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

/* Lets the next open point go on to its next rung before it is known whether it has to. False: none may. */
static bool go_ahead(ulam_schedule *self)
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
        if (point->class != none) return true;
    }
    self->all_ahead = true;
    return false;
}

/* Handing out */

double ulam_schedule_work(const ulam_schedule *self)
{
    const double known = fmax(0, self->measured_work);
    return self->unknown_runs && !isnan(self->guess) ? known + self->guess * (double)self->unknown_runs : known;
}

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
    size_t found = none;
    for (size_t i = self->n_returned; i-- > 0;) {
        if (!fits(self, self->returned[i].point, left)) continue;
        if (found == none || self->returned[i].first < self->returned[found].first) found = i;
        if (isinf(left)) break;
    }
    if (found == none) return false;
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
    while (self->visited < self->job->n_points && !has_own(self, &self->points[self->visited])) self->visited++;
    if (self->visited < self->job->n_points && fits(self, self->visited, left)) return self->visited;
    for (size_t class = ULAM_COST_CLASSES + 1; class -- > 0;)
        if (self->head[class] != none && fits(self, self->head[class], left)) return self->head[class];
    return none;
}

static size_t next_point(ulam_schedule *self, double left, bool *returned)
{
    size_t p = find_point(self, left, returned);
    while (p == none && self->missing == 0 && go_ahead(self)) p = find_point(self, left, returned);
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
    if (has_released(self, point)) {
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
    const double n = seconds / (cost_of(self, p) * (double)self->job->points[p].block);
    return n >= 0x1p48 || isnan(n) ? UINT64_C(1) << 48 : n < 1 ? 1 : (uint64_t)n;
}

static ulam_chunk cut(ulam_schedule *self, size_t p, bool returned, double seconds)
{
    const uint64_t blocks = fitting_blocks(self, p, seconds);
    const ulam_chunk chunk = returned ? cut_returned(self, blocks) : cut_own(self, p, blocks);
    count_missing(self, p, chunk.runs, true);
    self->in_hand += chunk.runs;
    if (!returned) {
        if (p == self->visited) self->visited++;
        list_point(self, p);
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
        if (p == none) break;
        const bool alone = self->points[p].class == ULAM_COST_CLASSES; /* handed out before, and still a riddle */
        const double cost = cost_of(self, p);
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

ulam_status ulam_schedule_take_shares(ulam_schedule *self, double left, size_t shares, ulam_assignment *assignment)
{
    ulam_status status = ULAM_OK;
    assignment->n = 0;
    assignment->work = 0;
    for (size_t i = 0; i < shares && !status && assignment->n < self->max_chunks; i++) {
        const uint64_t before = self->in_hand;
        status = take_share(self, left, assignment);
        if (self->in_hand == before) break;
    }
    if (assignment->n == 0 && self->missing && !status) self->closed = true;
    assignment->ahead = assignment->n && share(self) / 2 > longest_block(self, assignment->chunks[0].point);
    return status;
}

ulam_status ulam_schedule_take(ulam_schedule *self, double left, ulam_assignment *assignment)
{
    return ulam_schedule_take_shares(self, left, 1, assignment);
}
