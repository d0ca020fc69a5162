/* The samples of a job: NAME.samples.h5, the raw values of each run, beside the result file NAME.h5. docs/file-format.md. */

#ifndef ULAM_OUTPUT_SAMPLES_H
#define ULAM_OUTPUT_SAMPLES_H

#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/samples.h>
#include <ulam/state.h>

/* Open samples of one process, and where its values go. */
typedef struct ulam_samples ulam_samples;

/* Where the samples of the result file at output stand. Owned by the caller. NULL: out of memory. */
char *ulam_samples_path(const char *output);

/* Bytes that the samples of a job take, but for a few kilobytes; those that the disk could give, with what stands there
 * already counted in, or INFINITY where it does not tell. */
double ulam_samples_size(const ulam_job *job);
double ulam_samples_room(const ulam_job *job);

/* "2.7 MB", as a message tells it. */
typedef struct {
    char text[24];
} ulam_size_shown;
ulam_size_shown ulam_show_size(double bytes);

/* Rank 0, under the lock of the output: makes the file, or opens that of a job that goes on (`found`), checks all values that
 * the state knows against their hashes, and lays it out anew where the job now asks for more. With accept_model the model
 * may be another version. ULAM_EIO, ULAM_EFORMAT: damaged; ULAM_EIDENTITY: of another job; ULAM_EINVAL: too large;
 * ULAM_ENOMEM. Whatever it returns, ulam_samples_close() may be called. The state's job is kept. */
ulam_status ulam_samples_begin(ulam_samples **self, const ulam_state *state, bool found, bool accept_model,
                               ulam_error *error);

/* What the other ranks need, and how they open the file from it. ULAM_ENOMEM; ULAM_EIO: this host does not see the file. */
ulam_status ulam_samples_share(const ulam_samples *self, ulam_bytes *bytes);
ulam_status ulam_samples_join(ulam_samples **self, const ulam_job *job, ulam_reader *reader, ulam_error *error);

/* Where this process keeps its values. Good until the close. On a host other than rank 0's, or where that is not known,
 * what was written is flushed before it is answered. */
ulam_sample_sink ulam_samples_sink(ulam_samples *self);

/* Rank 0, before a result file is written that counts on the values: they are on the disk of this host. Once it has failed it
 * always fails. ULAM_EIO. */
ulam_status ulam_samples_sync(ulam_samples *self, ulam_error *error);

/* NULL is fine. */
void ulam_samples_close(ulam_samples *self);

/* Of a complete job whose file is there, whether it is still to be compressed. ULAM_EIO, ULAM_EFORMAT, ULAM_EIDENTITY. */
ulam_status ulam_samples_judge(const ulam_job *job, bool accept_model, bool *compressible, ulam_error *error);

/* Compresses the file of a complete state: another one is written, checked and put in its place. Until then the old one
 * stands. Errors as ulam_samples_begin(). */
ulam_status ulam_samples_compress(const ulam_state *state, ulam_error *error);

/* Moves the samples of a result file that was at output, if there are any, to where those of `aside` stand, where it is now.
 * ULAM_EIO. The links in the result file are set anew by the second, as far as it can be read. */
ulam_status ulam_samples_set_aside(const char *output, const char *aside, ulam_error *error);
ulam_status ulam_samples_relink(const char *aside, ulam_error *error);

/* Joins the samples beside result files of one job into those of `state`, which knows the runs of all: make, then add the
 * files' values one by one, then settle. `known` is what the i-th result file knows, at place[] in the job. Nothing stands
 * at the state's output before it is settled; whatever is returned, ulam_samples_joint_close() may be called. Errors as
 * ulam_samples_begin(), each naming the file. */
typedef struct ulam_samples_joint ulam_samples_joint;
ulam_status ulam_samples_joint_make(ulam_samples_joint **self, const char *output, const ulam_state *state,
                                    ulam_error *error);
ulam_status ulam_samples_joint_add(ulam_samples_joint *self, const char *from, const ulam_state *known,
                                   const size_t *place, ulam_error *error);
ulam_status ulam_samples_joint_settle(ulam_samples_joint *self, ulam_error *error);
void ulam_samples_joint_close(ulam_samples_joint *self);

/* What became of a comparison. */
typedef enum {
    ULAM_SAMPLES_ABSENT, /* the job keeps none, or the run is not done */
    ULAM_SAMPLES_EQUAL,
    ULAM_SAMPLES_DIFFER,
} ulam_samples_verdict;

/* Compares values[job->width] of a run with the samples kept of it; NULL: the run has failed. `which` receives the first
 * observable that differs, as an index into the model's, the element, and what is kept. ULAM_EIO, ULAM_EFORMAT,
 * ULAM_EIDENTITY, ULAM_ENOMEM. */
typedef struct {
    size_t observable, element;
    double kept;
} ulam_samples_difference;
ulam_status ulam_samples_compare(const char *output, const ulam_job *job, size_t point, uint64_t run,
                                 const double *values, ulam_samples_verdict *verdict, ulam_samples_difference *which,
                                 ulam_error *error);

#endif
