/* The parts of a result file, each read by one function. They report through the file's status, and what they return or
 * fill in can be freed whatever that is. */

#ifndef ULAM_READ_PARTS_H
#define ULAM_READ_PARTS_H

#include "hdf5_file.h"
#include "result_file.h"

/* Reads the image and opens it, if it is of a format that this version knows. A file that cannot be opened has a status
 * other than ULAM_OK, and a message that names it. Close it whatever comes of it. */
void ulam_read_open(ulam_h5 *h5, ulam_bytes *image, const char *path, ulam_error *error);

/* Gives the file's memory back, once everything has been read and while more is made of it. ulam_read_close() follows. */
void ulam_read_release(ulam_h5 *h5, ulam_bytes *image);

/* Closes the file; says in the message which one it was. */
ulam_status ulam_read_close(ulam_h5 *h5, ulam_bytes *image, const char *path);

/* Puts path before the message of a file that failed. */
void ulam_read_say_path(ulam_h5 *h5, const char *path);

/* As ulam_result_read_job(), also of a file that pools jobs of several seeds: the job of the least. */
ulam_status ulam_read_any_job(ulam_job *job, const char *path, bool whole, const ulam_catalogue *catalogue,
                              ulam_error *error);

void ulam_read_points(ulam_h5 *h5, ulam_result *result);
/* After the points: what they are swept along. */
void ulam_read_sweep(ulam_h5 *h5, ulam_result *result);

void ulam_read_results(ulam_h5 *h5, ulam_result *result);
/* What the group holds beside the figures. */
void ulam_read_quantiles(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_observable *observable);
void ulam_read_histogram(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_observable *observable);
void ulam_read_covariance(ulam_h5 *h5, hid_t group, size_t n_points, ulam_result_covariance *covariance);
void ulam_counts_free(ulam_result_observable *observable);
void ulam_trace_free(ulam_result *result);
void ulam_covariance_free(ulam_result_covariance *covariance);
void ulam_read_failures(ulam_h5 *h5, ulam_result *result);
void ulam_read_dropped(ulam_h5 *h5, ulam_result *result);
void ulam_read_provenance(ulam_h5 *h5, ulam_provenance *provenance);

#endif
