/* A random walk over a bent normal law, as a model of how models of one's own use <ulam/metropolis.h>.
 *
 * z_1, ..., z_d are standard normal, neighbours with correlation r, so that z_i has the mean r z_(i-1) and the variance
 * 1 - r^2 once z_(i-1) is known. The law is that of x_i = z_i, but for x_2 = z_2 + b (z_1^2 - 1): a banana, and for b = 0 an
 * ellipsoid (after Haario, Saksman and Tamminen 1999). Its moments are known. */

#include <ulam/math.h>
#include <ulam/metropolis.h>
#include <ulam/model.h>

enum {
    DIMENSION,
    CORRELATION,
    BEND,
    START,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [DIMENSION] = {.name = "dimension",
                   .type = ULAM_INTEGER,
                   .default_value = "2",
                   .bounds = "[2, 1000]",
                   .help = "coordinates, d"},
    [CORRELATION] = {.name = "correlation",
                     .type = ULAM_REAL,
                     .default_value = "0.5",
                     .bounds = "(-1, 1)",
                     .help = "of neighbouring coordinates before the law is bent, r"},
    [BEND] = {.name = "bend",
              .type = ULAM_REAL,
              .default_value = "0",
              .help = "how strongly the second coordinate is bent along the first, b"},
    [START] = {.name = "start",
               .type = ULAM_REAL,
               .default_value = "0",
               .help = "where chains start, in every coordinate"},
};

static size_t dimension_of(const void *point) { return (size_t)((const ulam_value *)point)[DIMENSION].integer; }

static double log_density(const void *point, const double *x)
{
    const ulam_value *values = point;
    const double r = values[CORRELATION].real, bend = values[BEND].real * (x[0] * x[0] - 1);
    double sum = 0, before = x[0]; /* squares of what is independent */
    for (size_t i = 1; i < dimension_of(point); i++) {
        const double z = i == 1 ? x[1] - bend : x[i];
        sum += (z - r * before) * (z - r * before);
        before = z;
    }
    return -0.5 * (x[0] * x[0] + sum / ((1 - r) * (1 + r)));
}

static void start(const void *point, ulam_rng *rng, double *x)
{
    const ulam_value *values = point;
    (void)rng;
    for (size_t i = 0; i < dimension_of(point); i++) x[i] = values[START].real;
}

static void measure(const void *point, const ulam_metropolis_place *place, double *out)
{
    const size_t n = dimension_of(point);
    for (size_t i = 0; i < n; i++) {
        out[i] = place->x[i];
        out[n + i] = place->x[i] * place->x[i];
    }
    out[2 * n] = place->x[0] * place->x[1];
    out[2 * n + 1] = place->accepted;
}

static const ulam_metropolis target = {
    .dimension_of = dimension_of, .log_density = log_density, .start = start, .measure = measure};

ULAM_METROPOLIS(chain, target)

static void x_exact(const ulam_value *values, double *exact)
{
    for (int64_t i = 0; i < values[DIMENSION].integer; i++) exact[i] = 0;
}

static void x2_exact(const ulam_value *values, double *exact)
{
    const double bend = values[BEND].real;
    for (int64_t i = 0; i < values[DIMENSION].integer; i++) exact[i] = 1;
    exact[1] += 2 * bend * bend;
}

static void product_exact(const ulam_value *values, double *exact) { *exact = values[CORRELATION].real; }

static const ulam_observable observables[] = {
    {.name = "x", .help = "the coordinates", .length_from = "dimension", .dimension = "coordinate", .exact = x_exact},
    {.name = "x2", .help = "their squares", .length_from = "dimension", .dimension = "coordinate", .exact = x2_exact},
    {.name = "product", .help = "of the first two coordinates", .exact = product_exact},
    {.name = "accepted", .help = "whether the proposal was accepted, 1 or 0: its mean is the acceptance rate"},
};

const ulam_model ulam_model_metropolis = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "metropolis",
    .summary = "random-walk Metropolis over a bent normal law",
    .reference = "Haario, Saksman and Tamminen (1999), Computational Statistics 14, 375",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .chain = &chain,
};
