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
    [LENGTH] = {.name = "length", .type = ULAM_REAL, .default_value = "1", .unit = "cm", .bounds = "[0, inf)"},
    [SPACING] = {.name = "spacing", .type = ULAM_REAL, .default_value = "1", .unit = "cm", .bounds = "(0, inf)"},
};

/* What the runs of a point share. */
typedef struct {
    double length, spacing;
} floor_and_needle;

static ulam_status buffon_setup(const ulam_value *values, void *point, ulam_error *error)
{
    floor_and_needle *self = point;
    self->length = values[LENGTH].real;
    self->spacing = values[SPACING].real;
    if (self->length > self->spacing)
        return ulam_fail(error, ULAM_EINVAL, "length %g is greater than spacing %g: a needle may cross two lines",
                         self->length, self->spacing);
    return ULAM_OK;
}

static void buffon_run(const void *point, ulam_rng *rng, double *crossing)
{
    const floor_and_needle *self = point;
    const double centre = 0.5 * self->spacing * ulam_uniform(rng); /* to the nearest line */
    const double angle = 0.5 * ulam_uniform(rng);                  /* with the lines, in half turns */

    *crossing = centre < 0.5 * self->length * ulam_sinpi(angle);
}

static void exact_crossing(const ulam_value *values, double *exact)
{
    *exact = M_2_PI * values[LENGTH].real / values[SPACING].real;
}

static uint64_t buffon_block(const ulam_value *values)
{
    (void)values;
    return 4096;
}

static const ulam_observable observables[] = {
    {.name = "crossing", .kind = ULAM_INDICATOR, .help = "whether the needle crosses a line", .exact = exact_crossing},
};

static const ulam_model buffon = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "my_buffon",
    .summary = "Buffon's needle, in a file of its own",
    .reference = "Buffon (1777), Essai d'arithmetique morale",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = 1,
    .block = buffon_block,
    .point_size = sizeof(floor_and_needle),
    .setup = buffon_setup,
    .run = buffon_run,
};

ULAM_MODEL(buffon)
