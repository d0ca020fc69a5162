/* Nanoseconds a spin update of the model `ising`, by its hooks alone, against programs written by hand with GSL. Wolff: a
 * spin that is flipped. All take turns; the medians of the rounds, at the critical temperature.
 * Usage: bench_ising [SIZE [ROUNDS]]; ULAM_LANES_BUILD chooses the build. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ulam/models.h>

#include "ising.h"
#include "peers/ising.h"

enum {
    MOST_ROUNDS = 1000,
    SPINS = 2000000, /* updated in a round by one contender, about */
    THERMALISE = 2000
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Chains of the model: one, or a bundle. */
typedef struct {
    ising point;
    ulam_rng rng;
    void *state;
    double out[N_OBSERVABLES * ULAM_BUNDLE];
} bench;

typedef struct {
    const char *name;
    double (*spins)(void *self, int sweeps); /* does the sweeps, and tells how many spins it has updated */
    void *self;
    double round[MOST_ROUNDS];
} contender;

static const ulam_chain *chain;
static unsigned size = 64;

static double bundle_sweeps(void *of, int sweeps)
{
    bench *self = of;
    for (int i = 0; i < sweeps; i++) chain->bundle->sweep(&self->point, &self->rng, self->state);
    return (double)sweeps * (double)self->point.sites * ULAM_BUNDLE;
}

static double bundle_measured(void *of, int sweeps)
{
    bench *self = of;
    for (int i = 0; i < sweeps; i++) {
        chain->bundle->sweep(&self->point, &self->rng, self->state);
        chain->bundle->measure(&self->point, self->state, self->out);
    }
    return (double)sweeps * (double)self->point.sites * ULAM_BUNDLE;
}

static double scalar_sweeps(void *of, int sweeps)
{
    bench *self = of;
    for (int i = 0; i < sweeps; i++) chain->sweep(&self->point, &self->rng, self->state);
    return (double)sweeps * (double)self->point.sites;
}

static double wolff_clusters(void *of, int sweeps)
{
    bench *self = of;
    const ising_chain *spins = self->state;
    double flipped = 0;
    for (int i = 0; i < sweeps; i++) {
        const int64_t before = spins->magnetisation;
        chain->sweep(&self->point, &self->rng, self->state);
        flipped += (double)llabs(spins->magnetisation - before) / 2;
    }
    return flipped;
}

static double peer_sweeps(void *of, int sweeps)
{
    peer_ising_metropolis(of, sweeps);
    return (double)sweeps * size * size;
}

static double peer_clusters(void *of, int sweeps) { return (double)peer_ising_wolff(of, sweeps); }

static bench *begin(const ulam_model *model, size_t algorithm)
{
    ulam_error error = {0};
    bench *self = calloc(1, sizeof *self);
    const ulam_value values[N_PARAMETERS] = {[SIZE] = {.integer = size},
                                             [TEMPERATURE] = {.real = 2.269185314213022},
                                             [ALGORITHM] = {.choice = algorithm},
                                             [START] = {.choice = COLD}};
    if (!self || model->setup(values, &self->point, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    const bool bundled = chain->is_bundled(values);
    self->state = calloc(1, bundled ? chain->bundle->size(&self->point) : chain->size(&self->point));
    if (!self->state) exit(1);
    ulam_rng_start(&self->rng, 1, 0);
    if (bundled)
        chain->bundle->init(&self->point, &self->rng, self->state);
    else
        chain->init(&self->point, &self->rng, 0, self->state);
    return self;
}

static void end(const ulam_model *model, bench *self)
{
    model->teardown(&self->point);
    free(self->state);
    free(self);
}

static int by_size(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static void time_round(contender *self, int round)
{
    double spins = 0;
    int sweeps = 1;
    const double start = now();
    while (spins < SPINS) {
        spins += self->spins(self->self, sweeps);
        sweeps = (int)fmin(1000, ceil((SPINS - spins) / spins * sweeps));
        if (sweeps < 1) sweeps = 1;
    }
    self->round[round] = (now() - start) / spins * 1e9;
}

int main(int argc, char **argv)
{
    const ulam_model *model = ulam_catalogue_find(ulam_builtin_models(), "ising");
    if (argc > 1) size = (unsigned)atoi(argv[1]);
    const int rounds = argc > 2 && atoi(argv[2]) < MOST_ROUNDS ? atoi(argv[2]) : 101;
    chain = model->chain;
    bench *bundle = begin(model, METROPOLIS), *scalar = begin(model, METROPOLIS_SCALAR), *wolff = begin(model, WOLFF);
    peer_ising *metropolis = peer_ising_begin(size, 2.269185314213022),
               *clusters = peer_ising_begin(size, 2.269185314213022);
    if (!metropolis || !clusters) return 1;
    static contender contenders[] = {
        {.name = "metropolis, 128 chains", .spins = bundle_sweeps},
        {.name = "  and measured each sweep", .spins = bundle_measured},
        {.name = "metropolis_scalar", .spins = scalar_sweeps},
        {.name = "C + GSL, metropolis", .spins = peer_sweeps},
        {.name = "wolff", .spins = wolff_clusters},
        {.name = "C + GSL, wolff", .spins = peer_clusters},
    };
    enum {
        N = sizeof contenders / sizeof *contenders
    };
    void *const selves[N] = {bundle, bundle, scalar, metropolis, wolff, clusters};
    for (int k = 0; k < N; k++) {
        contenders[k].self = selves[k];
        contenders[k].spins(selves[k], THERMALISE);
    }
    for (int round = 0; round < rounds; round++)
        for (int k = 0; k < N; k++) time_round(&contenders[k], round);
    printf("ns a spin update, size %u, %s\n", size, ulam_lanes_build());
    for (int k = 0; k < N; k++) {
        qsort(contenders[k].round, (size_t)rounds, sizeof *contenders[k].round, by_size);
        printf("%-28s%10.4f  (%.4f to %.4f)\n", contenders[k].name, contenders[k].round[rounds / 2],
               contenders[k].round[rounds / 10], contenders[k].round[rounds - 1 - rounds / 10]);
    }
    end(model, bundle);
    end(model, scalar);
    end(model, wolff);
    peer_ising_end(metropolis);
    peer_ising_end(clusters);
    return 0;
}
