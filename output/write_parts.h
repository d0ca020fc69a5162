/* The parts of a result file, each written by one function. They report through the file's status. */

#ifndef ULAM_WRITE_PARTS_H
#define ULAM_WRITE_PARTS_H

#include <ulam/state.h>

#include "labelled.h"
#include "pool.h"
#include "result_file.h"

/* The attributes of the file as a whole; of a pool, or NULL. */
void ulam_write_head(ulam_h5 *h5, const ulam_state *state, const ulam_pool *pool);

/* /points: a table with a row a point. */
void ulam_write_points(ulam_h5 *h5, const ulam_state *state);

/* /results: the figures of the observables over the sweep. */
void ulam_write_results(ulam_h5 *h5, const ulam_state *state);

/* /failures: a row a failed run, with its seed if the file pools several; /dropped: a row a run that a stop cut off. Neither
 * is there without a row. */
void ulam_write_failures(ulam_h5 *h5, const ulam_failure *failures, size_t n, bool pooled);
void ulam_write_dropped(ulam_h5 *h5, const ulam_state *state);

/* Columns of /points: what became of the targets of each point, if the job has any. */
void ulam_write_targets(ulam_labelled *points, const ulam_state *state, const size_t *dimension);

/* /trace: estimates and errors at the rungs that the points have passed. It is not there without a rung. */
void ulam_write_trace(ulam_h5 *h5, const ulam_state *state);

/* /state: what a job goes on from. */
void ulam_write_state(ulam_h5 *h5, const ulam_state *state);

/* /provenance: a row a session. */
void ulam_write_provenance(ulam_h5 *h5, const ulam_provenance *provenance);

/* As ulam_result_write(), of a pool's state; NULL: it is none. */
ulam_status ulam_write_pool(const char *path, const ulam_state *state, const ulam_pool *pool,
                            const ulam_provenance *provenance, ulam_error *error);

#endif
