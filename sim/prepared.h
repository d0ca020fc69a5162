/* Prepared points: what a model's setup made of a point's values, for a bounded number of points at a time. */

#ifndef ULAM_PREPARED_H
#define ULAM_PREPARED_H

#include <ulam/job.h>

enum {
    ULAM_PREPARED_POINTS = 8 /* set up at a time */
};

typedef struct {
    size_t index; /* of the point; SIZE_MAX: the place is free */
    void *memory;
    uint64_t used; /* when, counting set-ups and uses */
} ulam_prepared_point;

typedef struct {
    const ulam_job *job;
    ulam_prepared_point points[ULAM_PREPARED_POINTS];
    uint64_t uses;
} ulam_prepared;

void ulam_prepared_init(ulam_prepared *self, const ulam_job *job);
void ulam_prepared_free(ulam_prepared *self);

/* *point is what the model's run takes for point p; it lives until ULAM_PREPARED_POINTS others have been asked for. Sets
 * the point up if need be, in the place of the one not used for longest. ULAM_EINVAL, or what setup returned, with its
 * message; ULAM_ENOMEM. */
ulam_status ulam_prepare(ulam_prepared *self, size_t p, const void **point, ulam_error *error);

#endif
