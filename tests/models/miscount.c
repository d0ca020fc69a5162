/* A model that declares a count, and in run 13 observes something else. */

#include <ulam/model.h>

static void miscount_run(const void *point, ulam_rng *rng, double *number)
{
    (void)point;
    *number = rng->run == 13 ? 2.5 : 3;
}

static const ulam_observable observables[] = {{.name = "number", .kind = ULAM_COUNT}};

const ulam_model ulam_model_miscount = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "miscount",
    .summary = "a count that is none",
    .observables = observables,
    .n_observables = 1,
    .run = miscount_run,
};
