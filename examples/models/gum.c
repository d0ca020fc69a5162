/* Measurement uncertainty: the sum of four independent quantities, each of mean 0 and standard deviation 1, which are all
 * normal or all rectangular (JCGM 101:2008, Supplement 1 to the GUM, section 9.2). Its standard uncertainty is the
 * observable's standard deviation: ulam show gum.h5 --observable y */

#include <ulam/math.h>
#include <ulam/model.h>

enum {
    LAW,
    LIMIT
};

static void gum_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *values = point;
    const double half_width = ulam_sqrt(3); /* of a rectangle of standard deviation 1 */
    double y = 0;

    for (int i = 0; i < 4; i++)
        y += values[LAW].choice == 0 ? ulam_gaussian(rng) : half_width * (2 * ulam_uniform(rng) - 1);
    out[0] = y;
    out[1] = fabs(y) <= values[LIMIT].real;
}

static const ulam_parameter parameters[] = {
    [LAW] = {.name = "law", .type = ULAM_CHOICE, .choices = (const char *const[]){"normal", "rectangular", NULL}},
    [LIMIT] = {.name = "limit", .type = ULAM_REAL, .bounds = "(0, inf)", .help = "half the coverage interval"},
};

static const ulam_observable observables[] = {
    {.name = "y", .help = "the sum"},
    {.name = "covered", .kind = ULAM_INDICATOR, .help = "whether it lies within the coverage interval"},
};

static const ulam_model gum = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "gum",
    .summary = "the sum of four input quantities",
    .reference = "JCGM 101:2008, 9.2",
    .parameters = parameters,
    .n_parameters = 2,
    .observables = observables,
    .n_observables = 2,
    .run = gum_run,
};

ULAM_MODEL(gum)
