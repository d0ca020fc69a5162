/* A model whose runs sleep for log-normal times, and observe how long. */

#include <time.h>

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    MEAN,
    SIGMA,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [MEAN] = {.name = "mean", .type = ULAM_REAL, .default_value = "0.005", .unit = "s", .bounds = "[0, 1000]"},
    [SIGMA] = {.name = "sigma", .type = ULAM_REAL, .default_value = "0", .bounds = "[0, 3]"},
};

static void sleeper_run(const void *point, ulam_rng *rng, double *seconds)
{
    const ulam_value *values = point;
    const double sigma = values[SIGMA].real;
    *seconds = values[MEAN].real * ulam_exp(sigma * ulam_gaussian(rng) - 0.5 * sigma * sigma);
    struct timespec rest = {.tv_sec = (time_t)*seconds, .tv_nsec = (long)(1e9 * (*seconds - (double)(time_t)*seconds))};
    while (nanosleep(&rest, &rest)) {
    }
}

static void mean_length(const ulam_value *values, double *exact) { *exact = values[MEAN].real; }

static const ulam_observable observables[] = {{.name = "length", .unit = "s", .exact = mean_length}};

const ulam_model ulam_model_sleeper = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "sleeper",
    .summary = "runs that sleep",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = 1,
    .run = sleeper_run,
};
