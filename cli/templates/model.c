/* NAME: a dart is thrown at a square and hits the quarter of a circle in it, or not. What is counted has the mean pi.
 *
 * Describe it:  ulam models ./NAME.c
 * Run it:       ulam run NAME.yaml && ulam show NAME.h5 */

#include <ulam/math.h>
#include <ulam/model.h>

/* What a job can set. Each has a type, a default, bounds and a line of help; docs/own-model.md lists the types. */
enum {
    RADIUS,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [RADIUS] = {.name = "radius",
                .type = ULAM_REAL,
                .default_value = "1",
                .bounds = "(0, 1]",
                .help = "of the circle, in sides of the square"},
};

/* One run: draws random numbers from rng, and sets each observable, in the order of their declaration below. The same run
 * draws the same numbers on any machine. */
static void NAME_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *values = (const ulam_value *)point;
    const double radius = values[RADIUS].real;
    const double x = ulam_uniform(rng), y = ulam_uniform(rng); /* in [0, 1) */
    const double area = radius * radius;

    out[0] = x * x + y * y < area ? 4 / area : 0;
}

/* The same, for ULAM_LANES runs at once, which makes it several times faster: arrays with a place for each run, filled by array
 * calls and combined in plain loops. It must give what NAME_run gives, bit by bit. Leave it out where runs differ in what they
 * do next. */
ULAM_LANES_KERNEL(NAME_run_lanes)
{
    const ulam_value *values = (const ulam_value *)point;
    const double area = values[RADIUS].real * values[RADIUS].real;
    double x[ULAM_LANES], y[ULAM_LANES];

    ulam_lanes_uniform(lanes, x);
    ulam_lanes_uniform(lanes, y);
    for (int i = 0; i < ULAM_LANES; i++) out[i] = x[i] * x[i] + y[i] * y[i] < area ? 4 / area : 0;
}

/* The mean where theory knows it: tables show it beside the estimate. Leave it out where it is not known. */
static void exact_pi(const ulam_value *values, double *exact)
{
    (void)values;
    *exact = M_PI;
}

/* What a run gives. */
static const ulam_observable observables[] = {
    {.name = "pi", .help = "4 / radius^2 for a hit, else 0", .exact = exact_pi},
};

/* How many runs are summed together: 4096 where one takes nanoseconds, 1 (or no such function) where it takes longer. */
static uint64_t NAME_block(const ulam_value *values)
{
    (void)values;
    return 4096;
}

static const ulam_model NAME_model = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "NAME",
    .summary = "darts thrown at a circle: pi",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .block = NAME_block,
    .run = NAME_run,
    .run_lanes = NAME_run_lanes,
};

ULAM_MODEL(NAME_model)
