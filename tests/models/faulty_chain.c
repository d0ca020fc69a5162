/* Chains that go wrong at a chosen sweep, each by itself or as members of a bundle. Every sweep draws a number u in [0, 1), and
 * chain m of a bundle has the value u + m / 128 modulo 1. */

#include <math.h>
#include <time.h>

#include <ulam/model.h>

enum {
    BUNDLED,
    NAN_IN,
    NAN_AT,
    FAIL_IN,
    FAIL_AT,
    PAUSE,
    N_PARAMETERS
};

static const ulam_parameter parameters[N_PARAMETERS] = {
    [BUNDLED] = {.name = "bundled", .type = ULAM_BOOLEAN, .default_value = "false"},
    [NAN_IN] = {.name = "nan_in",
                .type = ULAM_INTEGER,
                .default_value = "-1",
                .help = "chain of which a measurement is not a number; -2: each"},
    [NAN_AT] = {.name = "nan_at", .type = ULAM_INTEGER, .default_value = "1", .help = "from this sweep on"},
    [FAIL_IN] = {.name = "fail_in",
                 .type = ULAM_INTEGER,
                 .default_value = "-1",
                 .help = "chain, or bundle, of which a sweep fails; -2: each"},
    [FAIL_AT] = {.name = "fail_at", .type = ULAM_INTEGER, .default_value = "1", .help = "from this sweep on"},
    [PAUSE] = {.name = "pause", .type = ULAM_REAL, .default_value = "0", .unit = "ms", .help = "of every sweep"},
};

typedef struct {
    uint64_t run; /* of the stream */
    int64_t sweeps;
    double u;
    unsigned member;
} chain_state;

static size_t chain_size(const void *point)
{
    (void)point;
    return sizeof(chain_state);
}

static void chain_init(const void *point, ulam_rng *rng, unsigned member, void *state)
{
    (void)point;
    *(chain_state *)state = (chain_state){.run = rng->run, .member = member};
}

static void bundle_init(const void *point, ulam_rng *rng, void *state) { chain_init(point, rng, 0, state); }

static void sweep(const void *point, ulam_rng *rng, void *state)
{
    const ulam_value *values = point;
    chain_state *self = state;
    const int64_t fails = values[FAIL_IN].integer;
    struct timespec rest = {.tv_nsec = (long)(1e6 * values[PAUSE].real)};
    self->u = ulam_uniform(rng);
    self->sweeps++;
    if (rest.tv_nsec) nanosleep(&rest, NULL);
    if ((fails == -2 || fails == (int64_t)self->run) && self->sweeps >= values[FAIL_AT].integer)
        ulam_run_fail(rng, "it diverged after %d sweeps", (int)self->sweeps);
}

static double value_of(const ulam_value *values, const chain_state *self, unsigned member)
{
    const uint64_t run = values[BUNDLED].boolean ? self->run * ULAM_BUNDLE + member : self->run;
    const int64_t is_none = values[NAN_IN].integer;
    const bool wrong = is_none == -2 || is_none == (int64_t)run;
    return wrong && self->sweeps >= values[NAN_AT].integer ? NAN : fmod(self->u + member / 128., 1);
}

static void chain_measure(const void *point, const void *state, double *out)
{
    const chain_state *self = state;
    *out = value_of(point, self, self->member);
}

static void bundle_measure(const void *point, const void *state, double *out)
{
    for (unsigned m = 0; m < ULAM_BUNDLE; m++) out[m] = value_of(point, state, m);
}

static bool is_bundled(const ulam_value *values) { return values[BUNDLED].boolean; }

static const ulam_bundle bundle = {.size = chain_size, .init = bundle_init, .sweep = sweep, .measure = bundle_measure};

static const ulam_chain chain = {.size = chain_size,
                                 .init = chain_init,
                                 .sweep = sweep,
                                 .measure = chain_measure,
                                 .bundle = &bundle,
                                 .is_bundled = is_bundled};

static const ulam_observable observables[] = {{.name = "number"}};

const ulam_model ulam_model_faulty_chain = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "faulty_chain",
    .summary = "chains of uniform numbers, and faults at chosen sweeps",
    .parameters = parameters,
    .n_parameters = N_PARAMETERS,
    .observables = observables,
    .n_observables = 1,
    .chain = &chain,
};
