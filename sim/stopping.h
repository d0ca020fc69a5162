/* What an execution's stop and a job's conduct mean, where a part of them is left out. */

#ifndef ULAM_STOPPING_H
#define ULAM_STOPPING_H

#include <math.h>

#include <ulam/execute.h>

static inline bool ulam_stop_requested(const ulam_stop *self) { return self->requested && *self->requested; }

static inline double ulam_stop_deadline(const ulam_stop *self)
{
    return self->deadline > 0 ? self->deadline : INFINITY;
}

/* Seconds between checkpoints; INFINITY: none are made. */
static inline double ulam_checkpoint_interval(const ulam_job *job)
{
    return job->conduct.checkpoint > 0 ? job->conduct.checkpoint : INFINITY;
}

#endif
