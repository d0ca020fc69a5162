/* Samples: the raw values of each run, as a job that asks for them keeps them.
 *
 * A value is kept in the narrowest type that its observable's kind allows, and every type has values that stand for a run
 * that is not done and for one without a value, so that neither can be taken for data. */

#ifndef ULAM_SAMPLES_H
#define ULAM_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/job.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ULAM_SAMPLE_REAL,      /* double, of a ULAM_NUMBER */
    ULAM_SAMPLE_INTEGER,   /* int64_t, of a ULAM_COUNT */
    ULAM_SAMPLE_INDICATOR, /* uint8_t, of a ULAM_INDICATOR */
} ulam_sample_type;

/* What is kept of a run that is not done, and of one that failed or has no value: */
#define ULAM_REAL_NOT_DONE    UINT64_C(0x7ff80000756c616d) /* a NaN, as bits; its payload spells "ulam" */
#define ULAM_REAL_NO_VALUE    UINT64_C(0x7ff8000000000000) /* the plain NaN, as bits */
#define ULAM_INTEGER_NOT_DONE INT64_MIN
#define ULAM_INTEGER_NO_VALUE (INT64_MIN + 1)
enum {
    ULAM_INDICATOR_NOT_DONE = 255,
    ULAM_INDICATOR_NO_VALUE = 254
};

ulam_sample_type ulam_sample_type_of(const ulam_observable *observable);

/* Bytes of a value. */
size_t ulam_sample_size(ulam_sample_type type);

/* Writes n values of runs that are not done. */
void ulam_sample_fill(ulam_sample_type type, void *bytes, size_t n);

/* A kept value as a number, NaN where there is none. */
double ulam_sample_value(ulam_sample_type type, const void *bytes);

/* Bytes that are kept of the sample-th observable of a run, and of all; 0: none. */
size_t ulam_sample_run_size(const ulam_job *job, size_t sample);
size_t ulam_job_sample_size(const ulam_job *job);

/* Where samples are kept, seen from here. Every rank has its own. */
typedef struct {
    void *self;
    /* Keeps values of consecutive runs of a point: `sample` counts in job->samples, bytes are [runs][elements]. Called on
     * the thread that computes, once or more often for the same runs, always with the same bytes. When it returns, every
     * process of this host finds them. */
    ulam_status (*write)(void *self, size_t point, size_t sample, uint64_t first, uint64_t runs, const void *bytes,
                         ulam_error *error);
    /* Called before sums are answered: makes what was written reach rank 0's flush. NULL: nothing needs to be done. */
    ulam_status (*flush)(void *self, ulam_error *error);
} ulam_sample_sink;

/* Performs one run of a point again, as ulam_replay() did into values, into the bytes that are kept of it: observable after
 * observable, in the order of job->samples. ULAM_ERUN: a value does not fit its observable's kind. */
ulam_status ulam_sample_encode_run(const ulam_job *job, size_t point, uint64_t run, const double *values, void *bytes,
                                   ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
