/* Sampling: what a worker keeps of its runs, on the way to the sink. Blocks that follow each other are put together, so that
 * a model of short runs and small blocks does not cost a write a run. */

#ifndef ULAM_SAMPLING_H
#define ULAM_SAMPLING_H

#include <ulam/samples.h>
#include <ulam/state.h>

typedef struct {
    const ulam_job *job;
    ulam_sample_sink sink; /* write NULL: nothing is kept, and samples are only hashed */
    unsigned char *bytes;  /* of each sample [room] runs, one sample behind the other; owned */
    uint64_t room;
    size_t point;
    uint64_t first, runs; /* that wait to be written */
    ulam_status broken;   /* what the sink failed with: of what was given to it since, some may be lost */
} ulam_sampling;

/* Values of a block, seen through strides. */
typedef struct {
    const double *values; /* values[i * run_stride + element * element_stride] of the i-th run that succeeded */
    size_t run_stride, element_stride;
    size_t point;
    uint64_t first, runs;         /* of the block, failed ones included */
    const ulam_failure *failures; /* [n_failures] those that failed, in the order of the runs */
    size_t n_failures;
} ulam_sample_block;

/* The sample-th observable of a block, failed runs in their places, as it is kept. ULAM_ERUN: a value does not fit its
 * observable's kind; the message names the run. */
ulam_status ulam_samples_encode(const ulam_job *job, size_t sample, const ulam_sample_block *block, unsigned char *to,
                                ulam_error *error);

void ulam_sampling_init(ulam_sampling *self, const ulam_job *job);
void ulam_sampling_free(ulam_sampling *self);

/* Takes a block's values and adds their hash. The block follows the one before, or nothing waits. ULAM_ERUN: a value does not
 * fit its observable's kind; the message names the run. ULAM_ENOMEM; others as the sink returns them. After a failure
 * nothing of the block is kept, and hash is as it was. */
ulam_status ulam_sampling_add(ulam_sampling *self, const ulam_sample_block *block, ulam_hash_sum *hash,
                              ulam_error *error);

/* Writes what waits. After a failure, what was added since the last call that succeeded may not have been kept, and all
 * calls fail. */
ulam_status ulam_sampling_write(ulam_sampling *self, ulam_error *error);

/* Before sums are answered. */
ulam_status ulam_sampling_flush(ulam_sampling *self, ulam_error *error);

#endif
