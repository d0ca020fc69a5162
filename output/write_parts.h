/* The parts of a result file, each written by one function. They report through the file's status. */

#ifndef ULAM_WRITE_PARTS_H
#define ULAM_WRITE_PARTS_H

#include <ulam/state.h>

#include "hdf5_file.h"
#include "labelled.h"
#include "pool.h"
#include "result_file.h"

/* The attributes of the file as a whole; of a pool, or NULL. */
void ulam_write_head(ulam_h5 *h5, const ulam_state *state, const ulam_pool *pool);

/* /points: a table with a row a point. `samples`: with the hashes of these. */
void ulam_write_points(ulam_h5 *h5, const ulam_state *state, bool samples);
void ulam_write_samples_hash(ulam_labelled *group, const ulam_state *state, const size_t *dimension);

/* /samples: links to the arrays in the file beside output, if the job keeps any. */
void ulam_write_samples(ulam_h5 *h5, const ulam_job *job, const char *output);

/* The group of these links to the file of samples at path. A link an array and not one for all: h5netcdf fails on a root in
 * which a link leads nowhere. */
void ulam_write_sample_links(ulam_h5 *h5, const char *path, const char *const *names, size_t n);

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

/* /series: the means of consecutive measurements of chains. It is not there where none is kept. */
void ulam_write_series(ulam_h5 *h5, const ulam_state *state);

/* /state: what a job goes on from. */
void ulam_write_state(ulam_h5 *h5, const ulam_state *state);

/* /provenance: a row a session. */
void ulam_write_provenance(ulam_h5 *h5, const ulam_provenance *provenance);

/* As ulam_result_write(), of a pool's state; NULL: it is none. */
ulam_status ulam_write_pool(const char *path, const ulam_state *state, const ulam_pool *pool,
                            const ulam_provenance *provenance, ulam_error *error);

#endif
