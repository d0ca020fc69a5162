/* A state as a file holds it: over the file's own points, which are matched with a job's by their values, not by their
 * places. */

#ifndef ULAM_STORED_H
#define ULAM_STORED_H

#include <ulam/state.h>

#include "hdf5_read.h"

typedef struct {
    ulam_job job;         /* the file's points, as far as a state needs them */
    ulam_point *points;   /* [job.n_points], owned */
    ulam_state state;     /* of these */
    size_t *place;        /* [job.n_points], the point of the job that has the same values; SIZE_MAX: none has */
    unsigned char *bytes; /* of /state, until they are unpacked, owned */
    ulam_reader reader;   /* at the packed state */
} ulam_stored;

/* Consecutive runs. */
typedef struct {
    uint64_t first, end;
} ulam_run_range;

/* Reads /state, from the bytes of a job that has the real one's identity; its sums are there once they are unpacked, for
 * which the file need no longer be open. Not to be copied. Reading reports through the file's status; unpacking: ULAM_EFORMAT,
 * ULAM_ENOMEM. Whatever comes of it, ulam_stored_free() may be called. */
void ulam_stored_read(ulam_stored *self, ulam_h5 *h5, const ulam_job *real);
ulam_status ulam_stored_unpack(ulam_stored *self, ulam_error *error);
void ulam_stored_free(ulam_stored *self);

/* The ranges of runs known at a point of a state, in order: the index-th, from 0. False: there are no more. */
bool ulam_known_range(const ulam_state *state, size_t point, size_t index, ulam_run_range *range);

/* The sums of that range, which must be known. */
const ulam_tally *ulam_known_tally(const ulam_state *state, size_t point, size_t index);

/* Adds what is known here to a state of the real job, which must have all these points, ask for all these runs, and know none
 * of them yet. Runs of a partial last block that the job continues are dropped, to be made again as part of the whole
 * block. Empties self's state. ULAM_EINVAL, ULAM_ENOMEM. */
ulam_status ulam_stored_move(ulam_stored *self, ulam_state *state, ulam_error *error);

#endif
