/* One run of a model, and the judgement of what it returned. */

#ifndef ULAM_PERFORM_RUN_H
#define ULAM_PERFORM_RUN_H

#include <math.h>
#include <string.h>

#include <ulam/job.h>

/* What a run of a point needs. */
typedef struct {
    const ulam_job *job;
    void (*run)(const void *point, ulam_rng *rng, double *out);
    const void *point; /* what the model's setup made */
    uint64_t key;
    size_t width;
} ulam_runner;

/* What the stream of a run is started with. */
static inline uint64_t ulam_stream_run(const ulam_job *job, uint64_t run)
{
    return job->antithetic ? run | ULAM_ANTITHETIC : run;
}

static inline ulam_runner ulam_runner_of(const ulam_job *job, size_t p, const void *point)
{
    return (ulam_runner){job, job->model->run, point, job->points[p].key, job->width};
}

/* ULAM_ERUN, and the reason in error, if an observable has a value that it may not have. */
ulam_status ulam_judge_values(const ulam_job *job, const double *values, ulam_error *error);

/* A word whose top bit is set for an infinity and a NaN, whose exponent is all ones. */
static inline uint64_t ulam_infinite_mark(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & UINT64_C(0x7ff) << 52) + (UINT64_C(1) << 52);
}

static inline bool ulam_are_finite(const double *values, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++) found |= ulam_infinite_mark(values[i]);
    return !(found >> 63);
}

/* Performs a run into values[width]. error, not NULL and of status ULAM_OK, holds the reason afterwards, which names neither
 * point nor run, if the run failed (ULAM_ERUN): the model said so, or an observable has a value that it may not have. */
static inline ulam_status ulam_perform_run(const ulam_runner *self, uint64_t run, double *values, ulam_error *error)
{
    ulam_rng rng;
    ulam_rng_start(&rng, self->key, ulam_stream_run(self->job, run));
    rng.failure = error;
    for (size_t i = 0; i < self->width; i++) values[i] = NAN; /* what a model forgets must not be an earlier run's */
    self->run(self->point, &rng, values);
    if (error->status) return error->status = ULAM_ERUN;
    return ulam_are_finite(values, self->width) ? ULAM_OK : ulam_judge_values(self->job, values, error);
}

#endif
