/* NAME: a particle in a harmonic trap, its position sampled by the Metropolis algorithm. In units in which the spring constant
 * and Boltzmann's are 1, its energy is x^2 / 2 and the mean of x^2 is the temperature.
 *
 * Describe it:  ulam models ./NAME.c
 * Run it:       ulam run NAME.yaml && ulam show NAME.h5 */

#include <ulam/math.h>
#include <ulam/model.h>

/* What a job can set. Each has a type, a default, bounds and a line of help; docs/own-model.md lists the types. */
enum {
    TEMPERATURE,
    STEP,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [TEMPERATURE] = {.name = "temperature",
                     .type = ULAM_REAL,
                     .default_value = "1",
                     .bounds = "(0, inf)",
                     .help = "in units of the trap's energy"},
    [STEP] = {.name = "step",
              .type = ULAM_REAL,
              .default_value = "2",
              .bounds = "(0, inf)",
              .help = "longest step that is tried; it decides how correlated successive sweeps are"},
};

/* Where a chain stands: flat bytes without pointers, so that it can be written to a file and go on elsewhere. */
typedef struct {
    double x;
    double accepted; /* 1: the last step was taken */
} NAME_state;

static size_t NAME_size(const void *point)
{
    (void)point;
    return sizeof(NAME_state);
}

/* How a chain begins. Chains that begin far apart show whether the job's `thermalize` is long enough. */
static void NAME_init(const void *point, ulam_rng *rng, unsigned member, void *state)
{
    NAME_state *self = (NAME_state *)state;
    (void)point;
    (void)member;
    self->x = 10 * ulam_uniform(rng) - 5;
}

/* One sweep: draws random numbers from rng and moves the state on. The same chain draws the same numbers on any machine. */
static void NAME_sweep(const void *point, ulam_rng *rng, void *state)
{
    const ulam_value *values = (const ulam_value *)point;
    NAME_state *self = (NAME_state *)state;
    const double x = self->x + values[STEP].real * (2 * ulam_uniform(rng) - 1);
    const double climb = (x * x - self->x * self->x) / 2; /* in energy */

    self->accepted = ulam_uniform(rng) < ulam_exp(-climb / values[TEMPERATURE].real) ? 1 : 0;
    if (self->accepted != 0) self->x = x;
}

/* Sets each observable, in the order of their declaration below, from the state alone. */
static void NAME_measure(const void *point, const void *state, double *out)
{
    const NAME_state *self = (const NAME_state *)state;
    (void)point;
    out[0] = self->x;
    out[1] = self->x * self->x;
    out[2] = self->accepted;
}

/* The mean where theory knows it: tables show it beside the estimate. Leave it out where it is not known. */
static void exact_x(const ulam_value *values, double *exact)
{
    (void)values;
    *exact = 0;
}

static void exact_x2(const ulam_value *values, double *exact) { *exact = values[TEMPERATURE].real; }

static const ulam_observable observables[] = {
    {.name = "x", .help = "position", .exact = exact_x},
    {.name = "x2", .help = "its square", .exact = exact_x2},
    {.name = "accepted", .help = "share of the steps that are taken"},
};

static const ulam_chain chain = {
    .size = NAME_size,
    .init = NAME_init,
    .sweep = NAME_sweep,
    .measure = NAME_measure,
};

static const ulam_model NAME_model = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "NAME",
    .summary = "a particle in a harmonic trap, by the Metropolis algorithm",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .chain = &chain,
};

ULAM_MODEL(NAME_model)
