/* Schedule: which runs a job still lacks, handed out as assignments and taken back when they were too long.
 *
 * Where a job has a ladder no chunk lies across a rung. Where it has targets a point's runs are released as they are needed;
 * beyond, they are handed out to who has nothing else to do. Pure bookkeeping: no clock, no MPI, no sums. What it decides
 * depends on measured times, and nothing of it can touch a result's bits. docs/scheduling.md tells the rules. */

#ifndef ULAM_SCHEDULE_H
#define ULAM_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/state.h>

#include "state_rungs.h"

/* Chunks that one asker performs, one after another, and answers together. */
typedef struct {
    ulam_chunk *chunks; /* [n], owned */
    size_t n;
    size_t capacity;
    double seconds; /* what is not begun after this long is given back, apart from the first block */
    double work;    /* s of one rank that all of it is thought to take; NaN: nobody knows */
    double longest; /* s that a block of it took at most so far; INFINITY: none of some point's has been measured */
    bool ahead;     /* so much is left that an asker may ask before it needs more */
    ulam_chain_record *
        *records; /* [n] of chains: where each chunk's stand (NULL: at their beginning), shared; NULL elsewhere */
} ulam_assignment;

void ulam_assignment_free(ulam_assignment *self);
void ulam_assignment_clear(ulam_assignment *self);
ulam_status ulam_assignment_add(ulam_assignment *self, const ulam_chunk *chunk);

/* The same of chains; shares the record. */
ulam_status ulam_assignment_add_chains(ulam_assignment *self, const ulam_chunk *chunk, ulam_chain_record *record);

/* What a schedule counts of a chunk: its runs; of chains, the sweeps. */
static inline uint64_t ulam_chunk_size(const ulam_chunk *chunk)
{
    return chunk->to ? chunk->to - chunk->from : chunk->runs;
}

typedef struct ulam_schedule_point ulam_schedule_point;
typedef struct ulam_gap ulam_gap;

enum {
    ULAM_COST_CLASSES = 64
};

typedef struct {
    const ulam_job *job;
    struct ulam_chain_schedule *chains; /* does it all where a job's runs are chains; NULL: they are not */
    size_t ranks;
    double target;     /* s of work in an assignment, while there is plenty */
    double shortest;   /* s of work in one at least, where blocks are shorter */
    size_t max_chunks; /* in an assignment, so that its answer stays small */

    ulam_chunk witness;          /* handed out alone, so that a state's witness does not depend on the schedule */
    ulam_schedule_point *points; /* [job->n_points] */
    ulam_gap *gaps;              /* [n_gaps], ascending, point by point */
    size_t n_gaps, gaps_capacity;
    size_t open;                        /* points whose end is not known yet */
    size_t ahead;                       /* the point whose turn it is to be worked on ahead */
    bool all_ahead;                     /* no point may be worked on any further until a decision */
    size_t visited;                     /* points below have been handed out once, or lack nothing */
    size_t head[ULAM_COST_CLASSES + 1]; /* points that lack runs, by the cost of a block; the last: not measured yet */
    size_t tail[ULAM_COST_CLASSES + 1];
    ulam_chunk *returned; /* [n_returned], a stack */
    size_t n_returned, returned_capacity;

    uint64_t missing;      /* runs that are still to be handed out */
    uint64_t in_hand;      /* runs handed out and not answered */
    double measured_work;  /* s, of the missing runs at measured points */
    uint64_t unknown_runs; /* missing runs at the others */
    double longest_run;    /* s, as a mean over a block, at any point */
    bool closed;           /* runs are missing, but none would be done before the deadline */
    double guess;          /* s a run, where none was measured: the latest of another point; NaN: none at all */
} ulam_schedule;

/* Lists what state lacks, for so many ranks. ULAM_ENOMEM. Whatever it returns, ulam_schedule_free() may be called. */
ulam_status ulam_schedule_init(ulam_schedule *self, const ulam_state *state, size_t ranks);
/* The same without a run in it: what is to be handed out is added. */
ulam_status ulam_schedule_init_empty(ulam_schedule *self, const ulam_job *job, size_t ranks);
void ulam_schedule_free(ulam_schedule *self);

/* Hands out the next assignment into an initialised one, whose chunks are replaced; n = 0: there is nothing to hand out
 * now. What is not thought to be done in `left` seconds (INFINITY: there is no deadline), judged by the longest block seen,
 * is not handed out. ULAM_ENOMEM: nothing was handed out. */
ulam_status ulam_schedule_take(ulam_schedule *self, double left, ulam_assignment *assignment);

/* The same for an asker that shares it out among ranks: so many of them are given their share. */
ulam_status ulam_schedule_take_shares(ulam_schedule *self, double left, size_t shares, ulam_assignment *assignment);

/* So many runs of a point, handed out before, have been done and took so many seconds, the longest block `longest`. */
void ulam_schedule_done(ulam_schedule *self, size_t point, uint64_t runs, double seconds, double longest);

/* Takes back a chunk that was handed out and not begun; another asker will get it. ULAM_ENOMEM. */
ulam_status ulam_schedule_return(ulam_schedule *self, const ulam_chunk *chunk);

/* Adds a chunk that was not in it; `cost`, s a run, stands until its point has been measured (0 or NaN: not known).
 * ULAM_ENOMEM. */
ulam_status ulam_schedule_add(ulam_schedule *self, const ulam_chunk *chunk, double cost);

/* Moves what was added or taken back, and not handed out again, to the end of the assignment. ULAM_ENOMEM: some of it. */
ulam_status ulam_schedule_withdraw(ulam_schedule *self, ulam_assignment *to);

/* Seconds of one rank that what is still to be handed out is thought to take. */
double ulam_schedule_work(const ulam_schedule *self);

/* Learns how far a point's runs are wanted by now; goals of a point may come in any order. Chunks in hand behind a point's
 * end are answered as ever. */
void ulam_schedule_follow(ulam_schedule *self, const ulam_goal *goal);

/* A block of chains that was handed out has come as far as the record tells, which is taken over, and may go on as far as
 * its point's goal says. */
void ulam_schedule_go_on(ulam_schedule *self, const ulam_goal *goal, uint64_t block, ulam_chain_record *record);

/* Nothing is left to hand out, and nothing in hand. */
bool ulam_schedule_finished(const ulam_schedule *self);

#endif
