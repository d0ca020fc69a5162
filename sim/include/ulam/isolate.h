/* Runs in a child process: a model that crashes, exits or never returns costs one run, and not the job. */

#ifndef ULAM_ISOLATE_H
#define ULAM_ISOLATE_H

#include <ulam/job.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ulam_isolated ulam_isolated;

/* A performer of runs in a child of this process, which is started at the first run and again after each loss. Keeps a
 * pointer to job. NULL: out of memory. */
ulam_isolated *ulam_isolated_open(const ulam_job *job);

/* Ends the child. NULL is fine. */
void ulam_isolated_close(ulam_isolated *self);

/* Performs n runs of a point, from `first` on, into values[n * job->width], as far as they succeed. *done is the number
 * that did; if it is below n, run first + *done failed, and `cause` (one line) says why: the model's own reason, "killed by
 * signal 11 (Segmentation fault)", "exited with status 0", "took longer than 5 s". ULAM_ESYSTEM: no child can be had. */
ulam_status ulam_isolated_perform(ulam_isolated *self, size_t point, uint64_t first, uint64_t n, double *values,
                                  uint64_t *done, ulam_error *cause, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
