/* Trial: a few runs of a job's points, to foresee what the whole takes. Nothing of them is kept. */

#ifndef ULAM_TRIAL_H
#define ULAM_TRIAL_H

#include <ulam/job.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t
        runs; /* (here and below: of chains, their sweeps) that were tried; 0: the time was over before the point's turn */
    double seconds; /* that they took */
    /* Runs that the point will take: those it is asked for, or what its targets need by the spread of those tried. NaN: the
     * trial could not tell. */
    double needed;
    bool beyond; /* the targets need more than the most runs that the point may have: these are given */
} ulam_trial;

/* Tries the points of a job in this process, for about so many seconds in all: each gets an equal share and at least a
 * block, until twice that time is over. Of many points 200,
 * spread over the sweep, are tried. Results go into trials[job->n_points].
 * ULAM_ERUN: a run failed, where failed runs are not recorded; others as ulam_execute(). */
ulam_status ulam_try_points(const ulam_job *job, double seconds, ulam_trial *trials, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
