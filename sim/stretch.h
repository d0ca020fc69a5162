/* Stretch: consecutive runs of a point, performed in groups of ULAM_LANES where the model has a kernel for lanes, and one
 * by one elsewhere. Which of the two it was cannot be told from the values. */

#ifndef ULAM_STRETCH_H
#define ULAM_STRETCH_H

#include <ulam/isolate.h>
#include <ulam/job.h>
#include <ulam/lanes.h>

typedef struct {
    const ulam_job *job;
    ulam_lanes *lanes; /* owned */
    double *group;     /* [width][ULAM_LANES], of a group; owned; NULL: every run is performed by itself */
    double *single;    /* [width], of a run by itself; owned */
} ulam_performer;

/* ULAM_ENOMEM. Whatever it returns, ulam_performer_free() may be called. */
ulam_status ulam_performer_init(ulam_performer *self, const ulam_job *job);
void ulam_performer_free(ulam_performer *self);

/* Runs first .. first + n - 1 of a point, in lanes where they may be. */
ulam_stretch ulam_performer_stretch(const ulam_performer *self, size_t point, uint64_t first, uint64_t n);

/* Performs the first runs of a stretch that is not empty, a group or one run, and takes them off. `point` is what the
 * model's setup made. values[element * stride + k] becomes the value of the k-th of them. Returns how many they were; 0:
 * the first one failed, and `cause` (of status ULAM_OK before) says why (ULAM_ERUN). */
uint64_t ulam_perform_next(ulam_performer *self, const void *point, ulam_stretch *rest, double *values, size_t stride,
                           ulam_error *cause);

/* Performs the stretch as far as its runs succeed; *done is the number that did. As ulam_isolated_perform(). */
void ulam_perform_stretch(ulam_performer *self, const void *point, ulam_stretch stretch, double *values, size_t stride,
                          uint64_t *done, ulam_error *cause);

/* Takes the runs up to a failed one off a stretch; the rest of the failed run's group is performed one by one. */
void ulam_stretch_skip(ulam_stretch *self, uint64_t failed);

#endif
