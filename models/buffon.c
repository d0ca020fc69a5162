/* Buffon's needle. A needle of length l falls on a floor ruled with lines a distance d >= l apart and crosses one with
 * probability 2 l / (pi d) (Buffon 1777). */

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    LENGTH,
    SPACING,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [LENGTH] = {.name = "length",
                .type = ULAM_REAL,
                .default_value = "1",
                .bounds = "[0, inf)",
                .help = "length of the needle, at most the spacing"},
    [SPACING] = {.name = "spacing",
                 .type = ULAM_REAL,
                 .default_value = "1",
                 .bounds = "(0, inf)",
                 .help = "distance between neighbouring lines"},
};

typedef struct {
    double ratio; /* of the length to the spacing */
} needle;

static ulam_status needle_setup(const ulam_value *values, void *point, ulam_error *error)
{
    needle *self = point;
    const double length = values[LENGTH].real, spacing = values[SPACING].real;
    if (length > spacing)
        return ulam_fail(error, ULAM_EINVAL, "length %g is greater than spacing %g: expected length <= spacing", length,
                         spacing);
    self->ratio = length / spacing;
    return ULAM_OK;
}

/* In units of half the spacing: how far the needle's centre is from the nearest line, and how far the needle reaches. */
static void needle_run(const void *point, ulam_rng *rng, double *crossing)
{
    const needle *self = point;
    const double distance = ulam_uniform(rng);
    const double angle = ulam_uniform_between(rng, 0, 0.5); /* with the lines, in half turns */

    *crossing = distance < self->ratio * ulam_sinpi(angle);
}

ULAM_LANES_KERNEL(needle_run_lanes)
{
    const needle *self = point;
    double distance[ULAM_LANES], sine[ULAM_LANES];

    ulam_lanes_uniform(lanes, distance);
    ulam_lanes_uniform_between(lanes, 0, 0.5, sine);
    ulam_lanes_sinpi(sine, sine);
    for (int i = 0; i < ULAM_LANES; i++) out[i] = distance[i] < self->ratio * sine[i];
}

static void crossing_exact(const ulam_value *values, double *exact)
{
    *exact = M_2_PI * (values[LENGTH].real / values[SPACING].real);
}

static uint64_t needle_block(const ulam_value *values)
{
    (void)values;
    return 4096;
}

static const ulam_observable observables[] = {
    {.name = "crossing", .kind = ULAM_INDICATOR, .help = "whether the needle crosses a line", .exact = crossing_exact},
};

const ulam_model ulam_model_buffon = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "buffon",
    .summary = "Buffon's needle: does it cross a line of the floor?",
    .reference = "Buffon (1777), Essai d'arithmetique morale",
    .source = ULAM_MODEL_SOURCE,
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = sizeof observables / sizeof *observables,
    .block = needle_block,
    .point_size = sizeof(needle),
    .setup = needle_setup,
    .run = needle_run,
    .run_lanes = needle_run_lanes,
};
