/* The declaration of the model whose run is in distance.f90. Without a setup function, a run gets the parameters' values
 * themselves; all of them being reals, Fortran sees an array of doubles. */

#include <ulam/model.h>

void distance_run(const void *point, ulam_rng *rng, double *out);

static const ulam_parameter parameters[] = {
    {.name = "width", .type = ULAM_REAL, .default_value = "1", .bounds = "(0, inf)", .help = "of the rectangle"},
    {.name = "height", .type = ULAM_REAL, .default_value = "1", .bounds = "(0, inf)", .help = "of the rectangle"},
};

static const ulam_observable observables[] = {
    {.name = "distance", .help = "between two points drawn at random"},
};

static const ulam_model distance_model = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "distance",
    .summary = "two points in a rectangle, in Fortran",
    .parameters = parameters,
    .n_parameters = 2,
    .observables = observables,
    .n_observables = 1,
    .run = distance_run,
};

ULAM_MODEL(distance_model)
