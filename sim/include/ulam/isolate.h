/* Runs in a child process: a model that crashes, exits or never returns costs one run, and not the job. */

#ifndef ULAM_ISOLATE_H
#define ULAM_ISOLATE_H

#include <ulam/job.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ulam_isolated ulam_isolated;

/* Consecutive runs of a point. */
typedef struct {
    size_t point;
    uint64_t first, n;
    uint64_t lanes_from; /* run at which groups of lanes begin; those before it are performed one by one */
} ulam_stretch;

/* A performer of runs in a child of this process, which is started at the first run and again after each loss, and which
 * does not outlive the thread that started it: open, perform and close belong to one thread. Points are set up in the
 * child. Its standard input and output are /dev/null; it ignores the signals that ask a job to stop, so that runs in hand
 * finish. Keeps a pointer to job. NULL: out of memory. */
ulam_isolated *ulam_isolated_open(const ulam_job *job);

/* Ends the child, which has a second to tear its points down. NULL is fine. */
void ulam_isolated_close(ulam_isolated *self);

/* Performs the runs of a stretch as far as they succeed, with the same bits as in this process: values[element * stride +
 * k] becomes the value of the k-th. *done is the number that did; if it is below n, run first + *done failed, and `cause`
 * (one line, ULAM_ERUN), which names neither point nor run, says why: the model's own reason, "observable 'x' is
 * infinite", "killed by signal 11 (Segmentation fault)", "exited with status 0 in the middle of the run", "took longer than
 * 5 s" (of job->conduct.run_timeout; a point's setup does not count), and the last line that the child then wrote to
 * standard error. A child that ends in a point's setup fails the run that needed it. One that is lost in a group of lanes
 * fails no run yet: the group is performed again, one by one.
 *
 * Errors, which do not name the point either: ULAM_EINVAL, or what setup returned: the point was refused; ULAM_ESYSTEM: no
 * child can be had; ULAM_ENOMEM. */
ulam_status ulam_isolated_perform(ulam_isolated *self, ulam_stretch stretch, double *values, size_t stride,
                                  uint64_t *done, ulam_error *cause, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
