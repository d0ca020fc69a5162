#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sample_file.h"
#include "samples.h"

/* The first value of a run that differs from what is kept. */
static ulam_status find_difference(ulam_sample_file *file, size_t row, uint64_t column, const unsigned char *expected,
                                   ulam_samples_verdict *verdict, ulam_samples_difference *which, ulam_error *error)
{
    const ulam_job *job = file->job;
    unsigned char *kept = malloc(ulam_job_sample_size(job)), fill[8];
    ulam_status status = kept ? ULAM_OK : ulam_fail_memory(error, "comparing samples");
    bool done = false;
    for (size_t i = 0; i < job->n_samples && !status; i++) {
        const ulam_sample_array *array = &file->arrays[i];
        const size_t size = ulam_sample_size(array->type);
        ulam_sample_fill(array->type, fill, 1);
        status = ulam_sample_file_get(file, i, row, column, 1, kept, error);
        for (size_t k = 0; k < array->length && !status; k++) {
            done |= memcmp(kept + k * size, fill, size) != 0;
            if (*verdict == ULAM_SAMPLES_DIFFER || !memcmp(kept + k * size, expected + k * size, size)) continue;
            *verdict = ULAM_SAMPLES_DIFFER;
            *which = (ulam_samples_difference){job->samples[i], k, ulam_sample_value(array->type, kept + k * size)};
        }
        expected += array->run_size;
    }
    if (!done) *verdict = ULAM_SAMPLES_ABSENT;
    free(kept);
    return status;
}

static ulam_status compare(ulam_sample_file *file, const char *path, size_t point, uint64_t run,
                           const unsigned char *expected, ulam_samples_verdict *verdict, ulam_samples_difference *which,
                           ulam_error *error)
{
    const ulam_status status = ulam_sample_file_open(file, path, file->job, ULAM_SAMPLES_READ, true, error);
    if (status) return status;
    const size_t row = file->row[point];
    if (row == SIZE_MAX || run < file->first[row] || run - file->first[row] >= file->runs) return ULAM_OK;
    *verdict = ULAM_SAMPLES_EQUAL;
    return find_difference(file, row, run - file->first[row], expected, verdict, which, error);
}

ulam_status ulam_samples_compare(const char *output, const ulam_job *job, size_t point, uint64_t run,
                                 const double *values, ulam_samples_verdict *verdict, ulam_samples_difference *which,
                                 ulam_error *error)
{
    ulam_status status = ULAM_OK;
    ulam_sample_file file = {.file = -1, .job = job};
    char *path = ulam_samples_path(output);
    unsigned char *expected = malloc(ulam_job_sample_size(job) + 1);
    double *none = calloc(job->width + 1, sizeof *none);
    *verdict = ULAM_SAMPLES_ABSENT;
    if (!path || !expected || !none) status = ulam_fail_memory(error, "comparing samples");
    for (size_t i = 0; !status && i < job->width; i++) none[i] = NAN;
    if (!status && job->n_samples)
        status = ulam_sample_encode_run(job, point, run, values ? values : none, expected, error);
    if (!status && job->n_samples) status = compare(&file, path, point, run, expected, verdict, which, error);
    ulam_sample_file_close(&file, NULL);
    free(none);
    free(expected);
    free(path);
    return status;
}
