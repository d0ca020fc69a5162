/* The autoregressive process of first order, x' = a x + sqrt(1 - a^2) g with g standard normal. In the long run x is standard
 * normal, and values k sweeps apart have the correlation a^k: what is measured on a chain has known errors, and tests of its
 * diagnostics have known answers. The autocorrelation time 1 + 2 (a + a^2 + ...) of x is (1 + a) / (1 - a). */

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    COEFFICIENT,
    START,
    SPREAD,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [COEFFICIENT] = {.name = "coefficient",
                     .type = ULAM_REAL,
                     .default_value = "0.9",
                     .bounds = "(-1, 1)",
                     .help = "correlation of successive values, a"},
    [START] = {.name = "start", .type = ULAM_REAL, .default_value = "0", .help = "mean of the chains' first values"},
    [SPREAD] = {.name = "spread",
                .type = ULAM_REAL,
                .default_value = "1",
                .bounds = "[0, inf)",
                .help = "their standard deviation; with start 0 and spread 1 chains start in equilibrium"},
};

typedef struct {
    double coefficient, noise;
    double start, spread;
} process;

static ulam_status process_setup(const ulam_value *values, void *point, ulam_error *error)
{
    process *self = point;
    const double a = values[COEFFICIENT].real;
    (void)error;
    self->coefficient = a;
    self->noise = ulam_sqrt((1 - a) * (1 + a));
    self->start = values[START].real;
    self->spread = values[SPREAD].real;
    return ULAM_OK;
}

static size_t process_size(const void *point)
{
    (void)point;
    return sizeof(double);
}

static void process_init(const void *point, ulam_rng *rng, unsigned member, void *state)
{
    const process *self = point;
    (void)member;
    *(double *)state = self->start + self->spread * ulam_gaussian(rng);
}

static void process_sweep(const void *point, ulam_rng *rng, void *state)
{
    const process *self = point;
    double *x = state;
    *x = self->coefficient * *x + self->noise * ulam_gaussian(rng);
}

static void process_measure(const void *point, const void *state, double *out)
{
    const double x = *(const double *)state;
    (void)point;
    out[0] = x;
    out[1] = x * x;
}

static void x_exact(const ulam_value *values, double *exact)
{
    (void)values;
    *exact = 0;
}

static void x2_exact(const ulam_value *values, double *exact)
{
    (void)values;
    *exact = 1;
}

static const ulam_observable observables[] = {
    {.name = "x", .help = "the process", .exact = x_exact},
    {.name = "x2", .help = "its square", .exact = x2_exact},
};

static const ulam_chain chain = {
    .size = process_size, .init = process_init, .sweep = process_sweep, .measure = process_measure};

const ulam_model ulam_model_ar1 = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "ar1",
    .summary = "autoregressive process of first order: a chain whose autocorrelation is known",
    .reference = "Sokal (1997), in Functional Integration: Basics and Applications, 131",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .point_size = sizeof(process),
    .setup = process_setup,
    .chain = &chain,
};
