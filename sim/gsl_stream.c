#include <ulam/gsl.h>

static unsigned long word(void *state) { return ulam_word32(state); }

static double uniform(void *state) { return ulam_uniform(state); }

static void refuse_seed(void *state, unsigned long seed)
{
    ulam_run_fail(state, "gsl_rng_set(%lu) on a run's stream: a stream belongs to its run and cannot be seeded", seed);
}

static const gsl_rng_type stream_type = {
    .name = "ulam",
    .max = 0xffffffff,
    .min = 0,
    .size = sizeof(ulam_rng),
    .set = refuse_seed,
    .get = word,
    .get_double = uniform,
};

gsl_rng ulam_as_gsl(ulam_rng *rng) { return (gsl_rng){.type = &stream_type, .state = rng}; }
