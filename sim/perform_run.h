/* One run of a model, and the judgement of what it returned. */

#ifndef ULAM_PERFORM_RUN_H
#define ULAM_PERFORM_RUN_H

#include <ulam/job.h>

/* Performs a run of point p, prepared as `point`, into values[job->width]. error, not NULL and of status ULAM_OK, holds
 * the reason afterwards, which names neither point nor run, if the run failed (ULAM_ERUN): the model said so, or an
 * observable has a value that it may not have. */
ulam_status ulam_perform_run(const ulam_job *job, size_t p, const void *point, uint64_t run, double *values,
                             ulam_error *error);

#endif
