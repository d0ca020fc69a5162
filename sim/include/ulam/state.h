/* State of a job: what is known of every point so far. Parts arrive in any order; the results cover, for each point, the
 * runs from its first up to the first one missing. */

#ifndef ULAM_STATE_H
#define ULAM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/chain_diagnosis.h>
#include <ulam/job.h>
#include <ulam/tally.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A contiguous range of a point's blocks: the unit of hand-out and answer. A block that the point's runs fill only partly
 * (its last) is a chunk of its own. */
typedef struct {
    size_t point;
    uint64_t first; /* block */
    uint64_t blocks;
    uint64_t runs; /* blocks * the point's block size; fewer for a partial last block */
    uint64_t from,
        to; /* of chains, of which a chunk is one block: the sweeps that they have made, and shall have made */
} ulam_chunk;

/* Where a block of chains stands: made once, and shared by all who hold it. */
typedef struct ulam_chain_record ulam_chain_record;

/* What is known of a point's chains. */
typedef struct {
    ulam_chain_record **records; /* [n] a block each; NULL: not begun */
    size_t n;
    uint64_t shortest, longest; /* measurements made by all, and by some; failed chains are left out */
    size_t at_shortest;         /* blocks that have made no more */
    uint64_t sweeps;            /* of all chains but those of blocks that are dead: all of theirs have failed */
    uint64_t failed, dead;      /* chains, and those of dead blocks */
    size_t ended;               /* blocks that are dead or have made all sweeps that the job asks for */
    bool stale;                 /* the results have not been brought up to what these chains have done */
} ulam_chains;

typedef struct {
    uint64_t first;
    uint64_t blocks;
    ulam_tally tally;
} ulam_piece;

typedef struct {
    uint64_t first;     /* block: where the job's runs of the point begin; 0 of a whole job */
    uint64_t blocks;    /* complete blocks from there on, without a gap; of chains: measurements of each */
    ulam_tally prefix;  /* of these */
    ulam_chains chains; /* then there is no tail, and nothing is early or cut */
    uint64_t tail_runs; /* of the partial last block, once it has been run; 0: not yet, or there is none */
    ulam_tally tail;
    ulam_piece
        *early; /* [n_early], sorted, none touching the prefix: blocks that came before their turn. They touch each
                          other at rungs of the ladder alone */
    size_t n_early;
    size_t early_capacity;

    ulam_piece *cuts; /* [n_cuts] where the job does not begin with run 0: the prefix again, cut at the rungs, so that
                         merged parts pass them as the whole job does */
    size_t n_cuts;
    size_t cuts_capacity;

    double
        *trace; /* [n_rungs][state->traced][2]: mean and standard error of each scalar at each rung that the prefix has
                      passed; NaN: not known */
    size_t n_rungs;
    uint64_t last_rung;   /* blocks, of these */
    ulam_verdict verdict; /* on the targets; once they are no longer open the point has ended */
    double ratio;         /* the largest half-width over what is asked for, when they were judged last */
    uint64_t judged;      /* blocks, at that time; 0: they have not been */
} ulam_point_state;

/* A run that failed and was recorded. */
typedef struct {
    size_t point;
    uint64_t run;
    uint64_t seed;   /* of its job, in a file that pools several; 0 elsewhere */
    char cause[160]; /* one line, cut to fit */
} ulam_failure;

/* A run that was in hand when a job was stopped, and dropped. It will be performed when the job goes on. Of runs that a
 * rank was given together it is the first, and the age that of them all. */
typedef struct {
    size_t point;
    uint64_t run;
    double age; /* s that it had been running */
} ulam_dropped_run;

typedef struct {
    const ulam_job *job;
    ulam_point_state *points; /* [job->n_points] */
    size_t traced;            /* scalar observables, of which a trace is kept; 0: there is no ladder */
    ulam_failure *failures;   /* [n_failures], sorted by point and run */
    size_t n_failures, failures_capacity;
    ulam_bytes
        witness; /* the packed chunk and tally of the first whole block, which a resumed job recomputes; empty: it
                           is not known, or came together with others */
    ulam_dropped_run *dropped; /* [n_dropped] by the last session's stop; empty: nothing was. No part of the bytes */
    size_t n_dropped;
} ulam_state;

/* Nothing known yet. Keeps a pointer to job. ULAM_ENOMEM. Whatever it returns, ulam_state_free() may be called. */
ulam_status ulam_state_init(ulam_state *self, const ulam_job *job);
void ulam_state_free(ulam_state *self);

/* Brings the results up to what all chains have done; to be called before the state is put anywhere. ULAM_ENOMEM. */
ulam_status ulam_state_publish(ulam_state *self);

/* Adds a chunk's sums and empties tally. Blocks known already are an error (ULAM_EINVAL); those behind the end of a point
 * whose targets are no longer open are dropped. ULAM_ENOMEM. */
ulam_status ulam_state_add(ulam_state *self, const ulam_chunk *chunk, ulam_tally *tally, ulam_error *error);

/* Lists a failed run, whose block is added as well; one that is listed already is not listed again, and one
 * behind the end of a point whose targets are no longer open not at all. ULAM_ENOMEM. */
ulam_status ulam_state_add_failure(ulam_state *self, const ulam_failure *failure);

/* A state of its own that equals other. ULAM_ENOMEM. Whatever it returns, ulam_state_free() may be called. */
ulam_status ulam_state_copy(ulam_state *self, const ulam_state *other);

/* Runs of a point that the results cover, and whether these are all: those it was asked for, or its targets are no longer
 * open. */
uint64_t ulam_state_runs(const ulam_state *self, size_t point);
bool ulam_state_point_complete(const ulam_state *self, size_t point);
bool ulam_state_complete(const ulam_state *self);

/* Runs that a point is thought to need in all: those it was asked for, or what its targets take as far as can be foreseen;
 * what it has, once it has ended. */
uint64_t ulam_state_runs_needed(const ulam_state *self, size_t point);

/* Runs, or sweeps of chains, at a rung of a point's ladder, rung 0 being the first. */
uint64_t ulam_state_rung(const ulam_state *self, size_t point, size_t rung);

/* Takes over the trace that another state has of a point's first runs, before these are added. */
void ulam_state_move_trace(ulam_state *self, size_t point, ulam_state *from, size_t from_point);

/* Whether some of a point's chains have made a sweep. */
bool ulam_chains_are_begun(const ulam_chains *self);

/* Adds the chains of another state's point, but for a block of them that has more chains here. Errors as ulam_state_add(). */
ulam_status ulam_state_move_chains(ulam_state *self, size_t point, const ulam_state *from, size_t from_point,
                                   ulam_error *error);

/* Sweeps of each of a point's chains, thermalising ones left out: those that the results cover, those that it shall have made
 * by now, and the most that one has made. */
uint64_t ulam_state_sweeps(const ulam_state *self, size_t point);
uint64_t ulam_state_sweeps_asked(const ulam_state *self, size_t point);
uint64_t ulam_state_longest_chain(const ulam_state *self, size_t point);

/* Sweeps that all chains of a point have made together, and those they are to make. */
uint64_t ulam_state_sweeps_made(const ulam_state *self, size_t point);
uint64_t ulam_state_sweeps_needed(const ulam_state *self, size_t point);

/* Figures of every element of a point, into summary[job->width], of the runs that the results cover. ULAM_ENOMEM. */
ulam_status ulam_state_summarise(const ulam_state *self, size_t point, ulam_summary *summary);

/* How an element's measurements behave along a point's chains, as far as the results cover them. ULAM_EINVAL: they cover
 * none; ULAM_ENOMEM. */
ulam_status ulam_state_diagnose(const ulam_state *self, size_t point, size_t element, ulam_chain_diagnosis *diagnosis);

/* Bins of the series that the longest of a point's chains has; and an element's means in the first n_bins of each chain into
 * values[chain * n_bins + bin], NaN where a chain has not come so far or has failed. ULAM_EFORMAT, ULAM_ENOMEM. */
uint64_t ulam_state_series_bins(const ulam_state *self, size_t point);
ulam_status ulam_state_series(const ulam_state *self, size_t point, size_t element, size_t n_bins, double *values);

/* What is kept of a point beside the moments, of the runs that the results cover: *covered points into the state or to
 * `sum`, which is empty (zeroed) before and is freed by the caller. NULL: no run is covered. ULAM_EINVAL, ULAM_ENOMEM. */
ulam_status ulam_state_accumulators(const ulam_state *self, size_t point, ulam_accumulators *sum,
                                    const ulam_accumulators **covered);

/* What pairing gains an element of a point of a job with antithetic pairs, of the runs that the results cover. ULAM_ENOMEM. */
ulam_status ulam_state_reduce_element(const ulam_state *self, size_t point, size_t element, ulam_reduction *reduction);

/* The whole state as canonical bytes, and back. The bytes do not name the job: the caller has made sure that it is the
 * same. It may ask for more runs or points, or for a wider part: runs that do not continue its first ones come as early
 * pieces. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_state_pack(const ulam_state *self, ulam_bytes *bytes);
ulam_status ulam_state_unpack(ulam_state *self, const ulam_job *job, ulam_reader *reader, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
