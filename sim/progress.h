/* Keeps count of how far a job is, at a cost that does not grow with what is done. */

#ifndef ULAM_PROGRESS_H
#define ULAM_PROGRESS_H

#include <ulam/execute.h>

#include "worker.h"

typedef struct {
    ulam_progress progress;
    double start;
    double *rel_error; /* [n_points]; NaN: none */
    bool *stale;       /* [n_points]: runs were added since */
    size_t next;       /* where the next look at stale points begins */
} ulam_tracker;

/* ULAM_ENOMEM. Whatever it returns, ulam_tracker_free() may be called. */
ulam_status ulam_tracker_init(ulam_tracker *self, const ulam_state *state);
void ulam_tracker_free(ulam_tracker *self);

/* Adds a part's sums and failed runs to state, as ulam_state_add(), and counts it. */
ulam_status ulam_tracker_add(ulam_tracker *self, ulam_state *state, ulam_part *part, ulam_error *error);

/* The present figures. Relative errors are brought up to date for a bounded number of points at a call. */
ulam_progress ulam_tracker_look(ulam_tracker *self, ulam_state *state);

#endif
