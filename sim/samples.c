#include <math.h>
#include <string.h>

#include <ulam/samples.h>

#include "run_error.h"
#include "sampling.h"

ulam_sample_type ulam_sample_type_of(const ulam_observable *observable)
{
    switch (observable->kind) {
    case ULAM_INDICATOR:
        return ULAM_SAMPLE_INDICATOR;
    case ULAM_COUNT:
        return ULAM_SAMPLE_INTEGER;
    case ULAM_NUMBER:
        break;
    }
    return ULAM_SAMPLE_REAL;
}

size_t ulam_sample_size(ulam_sample_type type) { return type == ULAM_SAMPLE_INDICATOR ? 1 : 8; }

void ulam_sample_fill(ulam_sample_type type, void *bytes, size_t n)
{
    const uint64_t real = ULAM_REAL_NOT_DONE;
    const int64_t integer = ULAM_INTEGER_NOT_DONE;
    if (type == ULAM_SAMPLE_INDICATOR)
        memset(bytes, ULAM_INDICATOR_NOT_DONE, n);
    else
        for (size_t i = 0; i < n; i++)
            memcpy((unsigned char *)bytes + 8 * i, type == ULAM_SAMPLE_REAL ? (const void *)&real : &integer, 8);
}

double ulam_sample_value(ulam_sample_type type, const void *bytes)
{
    const unsigned char indicator = *(const unsigned char *)bytes;
    double real;
    int64_t integer;
    if (type == ULAM_SAMPLE_INDICATOR) return indicator <= 1 ? indicator : NAN;
    memcpy(&real, bytes, 8);
    if (type == ULAM_SAMPLE_REAL) return real;
    memcpy(&integer, bytes, 8);
    return integer <= ULAM_INTEGER_NO_VALUE ? NAN : (double)integer;
}

size_t ulam_sample_run_size(const ulam_job *job, size_t sample)
{
    const size_t observable = job->samples[sample];
    return job->extents[observable].length *
           ulam_sample_size(ulam_sample_type_of(&job->model->observables[observable]));
}

size_t ulam_job_sample_size(const ulam_job *job)
{
    size_t size = 0;
    for (size_t i = 0; i < job->n_samples; i++) size += ulam_sample_run_size(job, i);
    return size;
}

/* As many runs from values on as fit the type, at most n, of length elements each; what does not fit is left in *bad. */
static uint64_t encode_reals(const ulam_sample_block *from, const double *values, uint64_t n, size_t length,
                             unsigned char *to)
{
    const uint64_t no_value = ULAM_REAL_NO_VALUE;
    for (uint64_t i = 0; i < n; i++, values += from->run_stride)
        for (size_t k = 0; k < length; k++, to += 8) {
            const double *value = values + k * from->element_stride;
            memcpy(to, isnan(*value) ? (const void *)&no_value : value, 8);
        }
    return n;
}

static uint64_t encode_integers(const ulam_sample_block *from, const double *values, uint64_t n, size_t length,
                                unsigned char *to, double *bad)
{
    for (uint64_t i = 0; i < n; i++, values += from->run_stride)
        for (size_t k = 0; k < length; k++, to += 8) {
            const double value = values[k * from->element_stride];
            *bad = value;
            if (!isnan(value) && (fabs(value) >= 0x1p63 || trunc(value) != value)) return i;
            const int64_t integer = isnan(value) ? ULAM_INTEGER_NO_VALUE : (int64_t)value;
            memcpy(to, &integer, 8);
        }
    return n;
}

static uint64_t encode_indicators(const ulam_sample_block *from, const double *values, uint64_t n, size_t length,
                                  unsigned char *to, double *bad)
{
    for (uint64_t i = 0; i < n; i++, values += from->run_stride)
        for (size_t k = 0; k < length; k++, to++) {
            const double value = values[k * from->element_stride];
            *bad = value;
            if (!isnan(value) && value != 0 && value != 1) return i;
            *to = isnan(value) ? ULAM_INDICATOR_NO_VALUE : (unsigned char)value;
        }
    return n;
}

static uint64_t encode(ulam_sample_type type, const ulam_sample_block *from, const double *values, uint64_t n,
                       size_t length, unsigned char *to, double *bad)
{
    switch (type) {
    case ULAM_SAMPLE_INTEGER:
        return encode_integers(from, values, n, length, to, bad);
    case ULAM_SAMPLE_INDICATOR:
        return encode_indicators(from, values, n, length, to, bad);
    case ULAM_SAMPLE_REAL:
        break;
    }
    return encode_reals(from, values, n, length, to);
}

static void encode_failed(ulam_sample_type type, size_t length, unsigned char *to)
{
    const double none = NAN;
    const ulam_sample_block nothing = {0};
    double unused;
    encode(type, &nothing, &none, 1, length, to, &unused);
}

static ulam_status fail_value(const ulam_job *job, const ulam_observable *observable, size_t point, uint64_t run,
                              double value, ulam_error *error)
{
    ulam_error own;
    ulam_fail(&own, ULAM_ERUN, "observable '%s' is %.17g, but its samples are kept as %s, as the model declares it",
              observable->name, value, observable->kind == ULAM_COUNT ? "integers below 2^63" : "0 or 1");
    if (error) *error = own;
    return error ? ulam_fail_at_run(job, point, run, error) : ULAM_ERUN;
}

ulam_status ulam_samples_encode(const ulam_job *job, size_t sample, const ulam_sample_block *block, unsigned char *to,
                                ulam_error *error)
{
    const ulam_observable *observable = &job->model->observables[job->samples[sample]];
    const ulam_extent *extent = &job->extents[job->samples[sample]];
    const ulam_sample_type type = ulam_sample_type_of(observable);
    const size_t size = ulam_sample_run_size(job, sample);
    const double *values = block->values + extent->offset * block->element_stride;
    uint64_t run = block->first;
    for (size_t i = 0; i <= block->n_failures; i++) {
        double bad = 0;
        const bool failed = i < block->n_failures;
        const uint64_t end = failed ? block->failures[i].run : block->first + block->runs;
        const uint64_t done = encode(type, block, values, end - run, extent->length, to, &bad);
        if (done < end - run) return fail_value(job, observable, block->point, run + done, bad, error);
        values += done * block->run_stride;
        to += done * size;
        if (failed) encode_failed(type, extent->length, to);
        if (failed) to += size;
        run = end + failed;
    }
    return ULAM_OK;
}

ulam_status ulam_sample_encode_run(const ulam_job *job, size_t point, uint64_t run, const double *values, void *bytes,
                                   ulam_error *error)
{
    const ulam_sample_block block = {
        .values = values, .run_stride = job->width, .element_stride = 1, .point = point, .first = run, .runs = 1};
    unsigned char *to = bytes;
    for (size_t i = 0; i < job->n_samples; i++) {
        const ulam_status status = ulam_samples_encode(job, i, &block, to, error);
        if (status) return status;
        to += ulam_sample_run_size(job, i);
    }
    return ULAM_OK;
}
