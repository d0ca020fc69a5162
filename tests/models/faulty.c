/* A model that goes wrong at chosen runs, in each way that a model can. */

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <ulam/model.h>

enum {
    CRASH_AT,
    LOOP_AT,
    EXIT_AT,
    NAN_AT,
    FAIL_AT,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [CRASH_AT] = {.name = "crash_at", .type = ULAM_INTEGER, .default_value = "-1"},
    [LOOP_AT] = {.name = "loop_at", .type = ULAM_INTEGER, .default_value = "-1"},
    [EXIT_AT] = {.name = "exit_at", .type = ULAM_INTEGER, .default_value = "-1"},
    [NAN_AT] = {.name = "nan_at", .type = ULAM_INTEGER, .default_value = "-1"},
    [FAIL_AT] = {.name = "fail_at", .type = ULAM_INTEGER, .default_value = "-1"},
};

static void faulty_run(const void *point, ulam_rng *rng, double *number)
{
    const ulam_value *values = point;
    const int64_t run = (int64_t)(rng->run & ~ULAM_ANTITHETIC);
    *number = ulam_uniform(rng);
    if (run == values[CRASH_AT].integer) raise(SIGSEGV);
    while (run == values[LOOP_AT].integer) pause();
    if (run == values[EXIT_AT].integer) exit(0);
    if (run == values[NAN_AT].integer) *number = NAN;
    if (run == values[FAIL_AT].integer) ulam_run_fail(rng, "it diverged after %d steps", 7);
}

static void half(const ulam_value *values, double *exact)
{
    (void)values;
    *exact = 0.5;
}

static const ulam_observable observables[] = {{.name = "number", .exact = half}};

const ulam_model ulam_model_faulty = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "faulty",
    .summary = "uniform numbers, and faults at chosen runs",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = 1,
    .run = faulty_run,
};
