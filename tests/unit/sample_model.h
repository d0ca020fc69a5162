/* A model with a parameter of each type, for the tests of job files. */

#ifndef SAMPLE_MODEL_H
#define SAMPLE_MODEL_H

#include <string.h>

#include <ulam/job.h>

typedef struct {
    double low, high;
} sample_point;

static const char *const sample_kinds[] = {"call", "put", NULL};

static const ulam_parameter sample_parameters[] = {
    {.name = "strike", .type = ULAM_REAL, .unit = "EUR", .bounds = "(0, inf)"},
    {.name = "volatility", .type = ULAM_REAL, .default_value = "0.2", .bounds = "[0, 10]"},
    {.name = "drift", .type = ULAM_REAL, .default_value = "0"},
    {.name = "times", .type = ULAM_INTEGER, .default_value = "4", .bounds = "[0, 1000]"},
    {.name = "antithetic", .type = ULAM_BOOLEAN, .default_value = "no"},
    {.name = "kind", .type = ULAM_CHOICE, .choices = sample_kinds, .default_value = "call"},
    {.name = "label", .type = ULAM_STRING, .default_value = "''"},
    {.name = "weights", .type = ULAM_REALS, .default_value = "[1]", .bounds = "[0, 1]", .length = "[1, 3]"},
};

/* With a file, which has no default, at the end. */
static const ulam_parameter sample_file_parameters[] = {
    {.name = "strike", .type = ULAM_REAL, .default_value = "1"},
    {.name = "data", .type = ULAM_FILE},
};

static const ulam_observable sample_observables[] = {
    {.name = "price", .kind = ULAM_NUMBER, .unit = "EUR"},
    {.name = "path", .kind = ULAM_NUMBER, .length_from = "times"},
    {.name = "hit", .kind = ULAM_INDICATOR, .length = 3},
};

static void sample_run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    (void)rng;
    out[0] = 0;
}

static ulam_status sample_setup(const ulam_value *values, void *point, ulam_error *error)
{
    sample_point *self = point;
    self->low = values[1].real;
    if (values[1].real > 5 && values[2].real < 0)
        return ulam_fail(error, ULAM_EINVAL, "a volatility above 5 does not go with a negative drift");
    return ULAM_OK;
}

static uint64_t sample_block(const ulam_value *values) { return values[4].boolean ? 16 : 64; }

static const ulam_model sample_model = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "option",
    .summary = "An option",
    .source = "1",
    .parameters = sample_parameters,
    .n_parameters = sizeof sample_parameters / sizeof *sample_parameters,
    .observables = sample_observables,
    .n_observables = sizeof sample_observables / sizeof *sample_observables,
    .point_size = sizeof(sample_point),
    .block = sample_block,
    .setup = sample_setup,
    .run = sample_run,
};

static const ulam_model sample_file_model = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "table",
    .summary = "Reads a file",
    .parameters = sample_file_parameters,
    .n_parameters = 2,
    .observables = sample_observables,
    .n_observables = 1,
    .run = sample_run,
};

static const ulam_model *const sample_models[] = {&sample_model, &sample_file_model};
static const ulam_catalogue sample_catalogue = {.models = sample_models, .count = 2};

/* Reads a job from a text that stands for PATH. */
static inline ulam_status sample_read(ulam_job *job, const char *path, const char *text, ulam_error *error)
{
    const ulam_job_source source = {.path = path, .text = text, .size = strlen(text)};
    *error = (ulam_error){0};
    return ulam_job_read(job, &source, &sample_catalogue, error);
}

#endif
