/* Worker: performs a job's runs, an assignment at a time, and sums them. */

#ifndef ULAM_WORKER_H
#define ULAM_WORKER_H

#include <ulam/job.h>
#include <ulam/state.h>

#include "prepared.h"
#include "schedule.h"

typedef struct {
    const ulam_job *job;
    ulam_prepared prepared;
    double *values; /* [capacity], of one block: [run][element] */
    size_t capacity;
} ulam_worker;

/* What became of an assignment. */
typedef struct {
    ulam_chunk chunk;
    double seconds;
    ulam_tally tally;
} ulam_part;

typedef struct {
    ulam_part *parts; /* [n_parts] done */
    size_t n_parts;
    ulam_chunk *left; /* [n_left] not done, for lack of time or after a failure */
    size_t n_left, left_capacity;
} ulam_answer;

/* Empties it; it can be used again. */
void ulam_answer_free(ulam_answer *self);

void ulam_worker_init(ulam_worker *self, const ulam_job *job);
void ulam_worker_free(ulam_worker *self);

/* Performs the assignment's chunks into an empty answer, which owns memory afterwards, whatever is returned: what was
 * done before a failure is in it. `stop`, checked between blocks, may be NULL; once it is true only the first block is
 * finished. ULAM_ERUN: a run failed; the message names model, point and run. ULAM_EINVAL: a point could not be set up, or
 * a block needs too much memory. ULAM_ENOMEM. */
ulam_status ulam_worker_perform(ulam_worker *self, const ulam_assignment *assignment, const _Atomic bool *stop,
                                ulam_answer *answer, ulam_error *error);

#endif
