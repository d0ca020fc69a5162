/* A file of samples: an array an observable, [point, run] or [point, run, element]. While a job writes, the arrays are
 * contiguous, so that every process knows where a value stands; packed, they are chunks that HDF5 compresses. */

#ifndef ULAM_SAMPLE_FILE_H
#define ULAM_SAMPLE_FILE_H

#include <ulam/samples.h>
#include <ulam/state.h>

#include "hdf5_file.h"

typedef struct {
    ulam_sample_type type;
    size_t length; /* elements of a run */
    size_t run_size;
    uint64_t offset; /* of its first value in the file, where it is contiguous */
    hid_t dataset;   /* open while h5 is */
} ulam_sample_array;

typedef struct {
    const ulam_job *job;
    char *path;
    ulam_h5 h5;                /* open of a packed file */
    int file;                  /* descriptor; of a contiguous file */
    ulam_sample_array *arrays; /* [job->n_samples], owned */
    uint64_t points, runs;     /* its shape */
    uint64_t *first;           /* [points], the run that stands first; owned */
    size_t *row;               /* [job->n_points] of the file; SIZE_MAX: it lacks the point; owned */
    bool packed;
    bool fits; /* it is what would be made for the job today */
} ulam_sample_file;

/* What a file is opened for. HDF5 never opens one for writing that stands in its place: it would mark the file as open, and
 * a death would leave the mark. */
typedef enum {
    ULAM_SAMPLES_READ,
    ULAM_SAMPLES_WRITE, /* of a contiguous file: through the descriptor */
    ULAM_SAMPLES_PACK,  /* of a packed one that is being made */
} ulam_sample_purpose;

/* How HDF5 is to open such a file. The caller closes it. */
hid_t ulam_sample_file_access(void);

/* Columns of the arrays: the most runs that are asked for at a point. */
uint64_t ulam_sample_columns(const ulam_job *job);

/* Makes the file for a job at path, where nothing may stand. It has no values yet. ULAM_EINVAL: it would be too large;
 * ULAM_EIO, ULAM_ENOMEM. */
ulam_status ulam_sample_file_create(const char *path, const ulam_job *job, bool packed, ulam_error *error);

/* Opens a file that was made for this job, maybe when it had other runs or points. `accept_model`: or another version of its
 * model. ULAM_EIO; ULAM_EFORMAT: damaged, or none; ULAM_EIDENTITY; ULAM_ENOMEM.
 * Whatever it returns, ulam_sample_file_close() may be called. */
ulam_status ulam_sample_file_open(ulam_sample_file *self, const char *path, const ulam_job *job,
                                  ulam_sample_purpose purpose, bool accept_model, ulam_error *error);

/* Closing a packed file that was written to may fail: ULAM_EIO. */
ulam_status ulam_sample_file_close(ulam_sample_file *self, ulam_error *error);

/* Values of n runs of a row from a column on. ULAM_EIO, ULAM_EFORMAT. */
ulam_status ulam_sample_file_get(ulam_sample_file *self, size_t array, size_t row, uint64_t column, uint64_t n,
                                 void *bytes, ulam_error *error);
ulam_status ulam_sample_file_put(ulam_sample_file *self, size_t array, size_t row, uint64_t column, uint64_t n,
                                 const void *bytes, ulam_error *error);

/* Reserves the disk's room for a contiguous file. ULAM_EIO: there is not enough. */
ulam_status ulam_sample_file_reserve(ulam_sample_file *self, ulam_error *error);

/* Writes "not done" wherever a state of the job knows no run; NULL: everywhere. */
ulam_status ulam_sample_file_fill(ulam_sample_file *self, const ulam_state *known, ulam_error *error);

/* Reads all that a state knows, checks its hashes, and, if `copy` is not NULL, puts it there too. The state's points are the
 * job's, or stand in the job at place[]; of the latter a partial last block that the job lacks is passed over.
 * ULAM_EFORMAT: values are damaged or not there. */
ulam_status ulam_sample_file_check(ulam_sample_file *self, const ulam_state *known, const size_t *place,
                                   ulam_sample_file *copy, ulam_error *error);

#endif
