/* Nanoseconds a value of each array call of <ulam/lanes.h>, in each build that this machine can run, and of the scalar
 * functions: the least of many repetitions. Usage: bench_lanes [CALL] */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <ulam/lanes.h>
#include <ulam/math.h>

#include "lanes_builds.h"

enum {
    CALLS = 200,
    REPETITIONS = 400,
    SCALAR = ULAM_LANES_BUILDS
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

typedef struct {
    const lanes_build *build;
    ulam_lanes lanes;
    ulam_rng rng;
    _Alignas(64) double x[ULAM_LANES];
    _Alignas(64) double y[ULAM_LANES];
    _Alignas(64) double z[ULAM_LANES];
} bench;

typedef struct {
    const char *name;
    void (*lanes)(bench *self);
    void (*scalar)(bench *self);
    double low, high; /* of the arguments */
    int values;       /* for each lane */
} bench_case;

#define EACH for (int i = 0; i < ULAM_LANES; i++)
#define DRAW(name)                                                                                                     \
    static void lanes_##name(bench *self) { self->build->name(&self->lanes, self->y); }                                \
    static void scalar_##name(bench *self) { EACH self->y[i] = ulam_##name(&self->rng); }
#define FUNCTION(name)                                                                                                 \
    static void lanes_##name(bench *self) { self->build->name(self->x, self->y); }                                     \
    static void scalar_##name(bench *self) { EACH self->y[i] = ulam_##name(self->x[i]); }

DRAW(uniform)
DRAW(uniform_open)
DRAW(gaussian)
DRAW(exponential)
FUNCTION(exp)
FUNCTION(log)
FUNCTION(log1p)
FUNCTION(sqrt)
FUNCTION(sin)
FUNCTION(cos)
FUNCTION(sinpi)
FUNCTION(cospi)
FUNCTION(normal_quantile)

static void lanes_sincos(bench *self) { self->build->sincos(self->x, self->y, self->z); }
static void scalar_sincos(bench *self)
{
    scalar_sin(self);
    EACH self->z[i] = ulam_cos(self->x[i]);
}
static void lanes_gaussian_pair(bench *self) { self->build->gaussian_pair(&self->lanes, self->y, self->z); }
static void scalar_gaussian_pair(bench *self)
{
    double pair[2];
    EACH
    {
        ulam_gaussian_pair(&self->rng, pair);
        self->y[i] = pair[0];
        self->z[i] = pair[1];
    }
}

#define CASE(name, low, high, values)                                                                                  \
    {                                                                                                                  \
#name, lanes_##name, scalar_##name, low, high, values                                                          \
    }
static const bench_case cases[] = {
    CASE(uniform, 0, 0, 1),       CASE(uniform_open, 0, 0, 1), CASE(gaussian, 0, 0, 1),
    CASE(gaussian_pair, 0, 0, 2), CASE(exponential, 0, 0, 1),  CASE(normal_quantile, 0, 1, 1),
    CASE(exp, -2, 2, 1),          CASE(log, 0.01, 4, 1),       CASE(log1p, -0.9, 2, 1),
    CASE(sqrt, 0, 4, 1),          CASE(sin, -7, 7, 1),         CASE(cos, -7, 7, 1),
    CASE(sincos, -7, 7, 2),       CASE(sinpi, -7, 7, 1),       CASE(cospi, -7, 7, 1),
};

static double least_time(const bench_case *call, int build)
{
    bench self = {0};
    self.build = build == SCALAR ? NULL : lanes_build_for(build);
    void (*const function)(bench *) = build == SCALAR ? call->scalar : call->lanes;
    ulam_lanes_start(&self.lanes, 1, 0);
    ulam_rng_start(&self.rng, 1, 0);
    double least = 1e9;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        EACH self.x[i] = call->low + (call->high - call->low) * ulam_uniform(&self.rng);
        const double start = now();
        for (int n = 0; n < CALLS; n++) function(&self);
        const double time = now() - start;
        if (time < least) least = time;
    }
    return least / CALLS / ULAM_LANES / call->values * 1e9;
}

int main(int argc, char **argv)
{
    printf("%-16s", "ns a value");
    for (int build = ULAM_LANES_BUILDS - 1; build >= 0; build--)
        if (lanes_build_for(build)) printf("%10s", lanes_build_for(build)->name);
    printf("%10s\n", "scalar");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (argc > 1 && strcmp(argv[1], cases[i].name) != 0) continue;
        printf("%-16s", cases[i].name);
        for (int build = ULAM_LANES_BUILDS - 1; build >= 0; build--)
            if (lanes_build_for(build)) printf("%10.3f", least_time(&cases[i], build));
        printf("%10.3f\n", least_time(&cases[i], SCALAR));
    }
    return 0;
}
