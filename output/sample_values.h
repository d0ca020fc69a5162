/* Reading the samples beside a result file, without the job that made them. */

#ifndef ULAM_SAMPLE_VALUES_H
#define ULAM_SAMPLE_VALUES_H

#include "result_file.h"

typedef struct ulam_sample_values ulam_sample_values;

/* Opens the samples of the result file at path. ULAM_EINVAL: it keeps none; ULAM_EIO, ULAM_EFORMAT: they are missing,
 * damaged, or of another job; ULAM_ENOMEM. Whatever it returns, ulam_sample_values_close() may be called. */
ulam_status ulam_sample_values_open(ulam_sample_values **self, const ulam_result *result, const char *path,
                                    ulam_error *error);

/* Values of n runs of result->samples[sample] at a point, from the k-th run that the file holds of it on, into
 * values[n * length]. NaN: the run failed, or had no value. ULAM_EFORMAT. */
ulam_status ulam_sample_values_get(ulam_sample_values *self, size_t sample, size_t point, uint64_t k, size_t n,
                                   double *values, ulam_error *error);

/* NULL is fine. */
void ulam_sample_values_close(ulam_sample_values *self);

#endif
