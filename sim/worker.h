/* Worker: performs a job's runs, an assignment at a time, and sums them. */

#ifndef ULAM_WORKER_H
#define ULAM_WORKER_H

#include <ulam/isolate.h>
#include <ulam/job.h>
#include <ulam/state.h>

#include "frames.h"
#include "pairing.h"
#include "prepared.h"
#include "sampling.h"
#include "schedule.h"
#include "stretch.h"

typedef struct {
    const ulam_job *job;
    ulam_prepared prepared;
    ulam_performer performer;
    ulam_isolated *isolated; /* NULL: runs are performed here, or none has been yet */
    void *session;           /* of the job's service; NULL: there is none, or no run has been performed yet */
    double *values;          /* [width][stride], of one block; [capacity] */
    size_t capacity, stride;
    ulam_sampling sampling; /* its sink is set by the caller */
    ulam_frames frames;
    ulam_pairing pairing;
} ulam_worker;

/* What became of an assignment. */
typedef struct {
    ulam_chunk chunk;
    double seconds;
    double longest; /* s that a block took */
    ulam_tally tally;
    ulam_chain_record
        *record; /* of chains, instead of a tally: where they stand; owned. The chunk tells how far they came */
    ulam_failure *failures; /* [n_failures] that were recorded in its blocks */
    size_t n_failures, failures_capacity;
} ulam_part;

typedef struct {
    ulam_part *parts; /* [n_parts] done */
    size_t n_parts;
    ulam_chunk *left; /* [n_left] not done, for lack of time or after a failure */
    size_t n_left, left_capacity;
} ulam_answer;

/* Tells a worker to begin no more blocks. */
typedef struct {
    bool (*requested)(void *self, double now); /* called between blocks with the time on ulam_clock() */
    void *self;
} ulam_interrupt;

/* Frees what a part owns. */
void ulam_part_free(ulam_part *self);

/* Notes a failed run, the cause cut to fit. ULAM_ENOMEM. */
ulam_status ulam_part_note_failure(ulam_part *self, uint64_t run, const char *cause);

/* Empties it; it can be used again. */
void ulam_answer_free(ulam_answer *self);

/* The failed run noted last; NULL: none was. */
const ulam_failure *ulam_answer_last_failure(const ulam_answer *self);

void ulam_worker_init(ulam_worker *self, const ulam_job *job);
void ulam_worker_free(ulam_worker *self);

/* Performs the assignment's chunks into an empty answer, which owns memory afterwards, whatever is returned: what was
 * done before a failure is in it. `interrupt` may be NULL; once it is requested only the first block is finished.
 * Where failed runs are recorded they are left out of their block's moments, and an answer that has more than the job
 * bears is cut short. ULAM_ERUN: a run failed; the message names model, point and run. ULAM_EINVAL: a point could not be
 * set up, or a block needs too much memory. ULAM_ENOMEM. ULAM_ESYSTEM: a run could not be isolated. Others as the sink for
 * samples returns them; what is in the answer has been kept there. */
ulam_status ulam_worker_perform(ulam_worker *self, const ulam_assignment *assignment, const ulam_interrupt *interrupt,
                                ulam_answer *answer, ulam_error *error);

/* Leaves all of an assignment's chunks in an empty answer. ULAM_ENOMEM. */
ulam_status ulam_worker_decline(const ulam_assignment *assignment, ulam_answer *answer, ulam_error *error);

#endif
