/* A model whose runs take as long as the parameter "x" says, in microseconds, without needing a core. */

#ifndef SLEEPING_MODEL_H
#define SLEEPING_MODEL_H

#include <math.h>
#include <time.h>

#include <ulam/model.h>

#include "../unit/hand_made_job.h"

typedef struct {
    double first, last; /* s: begin of the first and end of the latest run in this process */
} sleeping_log;

static sleeping_log slept = {.first = INFINITY, .last = -INFINITY};

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline void sleep_for(double seconds)
{
    const struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)(fmod(seconds, 1) * 1e9)};
    if (seconds > 0) nanosleep(&time, NULL);
}

static inline void sleeping_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *x = point;
    const double start = seconds_now();
    slept.first = fmin(slept.first, start);
    sleep_for(1e-6 * (double)x->integer);
    out[0] = ulam_uniform(rng);
    out[1] = ulam_gaussian(rng);
    slept.last = seconds_now();
}

static const ulam_observable sleeping_observables[] = {{.name = "uniform"}, {.name = "normal"}};

static const ulam_model sleeping_model = {.interface = ULAM_MODEL_INTERFACE,
                                          .name = "sleeper",
                                          .parameters = &hand_made_parameter,
                                          .n_parameters = 1,
                                          .observables = sleeping_observables,
                                          .n_observables = 2,
                                          .run = sleeping_run};

#endif
