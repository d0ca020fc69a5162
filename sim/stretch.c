#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "in_hand.h"
#include "lanes_builds.h"
#include "perform_run.h"
#include "philox.h"
#include "stretch.h"
#include "vectorised.h"

enum {
    FEW = ULAM_LANES / 8 /* runs that are performed faster by themselves than as a part of a group */
};

static const size_t most_group_values = (size_t)1 << 21; /* 16 MiB */

static bool takes_lanes(const ulam_job *job)
{
    return job->model->run_lanes && job->width <= most_group_values / ULAM_LANES && !lanes_are_unwanted();
}

VECTORISED static void forget(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = NAN;
}

ulam_status ulam_performer_init(ulam_performer *self, const ulam_job *job)
{
    const size_t width = job->width ? job->width : 1;
    *self = (ulam_performer){.job = job};
    self->single = malloc(width * sizeof *self->single);
    self->lanes = aligned_alloc(64, sizeof *self->lanes);
    if (!self->single || !self->lanes) return ULAM_ENOMEM;
    forget(self->single, width);
    if (!takes_lanes(job)) return ULAM_OK;
    self->group = aligned_alloc(64, width * ULAM_LANES * sizeof *self->group);
    if (!self->group) return ULAM_ENOMEM;
    forget(self->group, width * ULAM_LANES);
    return ULAM_OK;
}

void ulam_performer_free(ulam_performer *self)
{
    free(self->lanes);
    free(self->group);
    free(self->single);
    *self = (ulam_performer){.job = self->job};
}

ulam_stretch ulam_performer_stretch(const ulam_performer *self, size_t point, uint64_t first, uint64_t n)
{
    return (ulam_stretch){.point = point, .first = first, .n = n, .lanes_from = self->group ? first : ULAM_MAX_RUNS};
}

void ulam_stretch_skip(ulam_stretch *self, uint64_t failed)
{
    self->n -= failed + 1 - self->first;
    self->first = failed + 1;
    if (failed >= self->lanes_from) self->lanes_from += ((failed - self->lanes_from) / ULAM_LANES + 1) * ULAM_LANES;
}

VECTORISED static bool lanes_are_finite(const double *values) { return ulam_are_finite(values, ULAM_LANES); }

/* Copies an element's values of a whole group and leaves NaN in their place: what a kernel forgets must not be an earlier
 * group's. False if one of them is an infinity or a NaN. */
VECTORISED static bool take_lanes(double *restrict to, double *restrict from)
{
    uint64_t found = 0;
    for (size_t i = 0; i < ULAM_LANES; i++) {
        found |= ulam_infinite_mark(from[i]);
        to[i] = from[i];
        from[i] = NAN;
    }
    return !(found >> 63);
}

/* The same of the first n lanes of a group. */
static bool take_some_lanes(double *to, double *from, size_t n)
{
    const bool finite = ulam_are_finite(from, n);
    memcpy(to, from, n * sizeof *to);
    forget(from, ULAM_LANES);
    return finite;
}

/* False, and the values are of no use, if a lane has a value that is not finite: its run has failed, has a value that may be
 * NaN, or was left to the scalar code. */
static bool perform_group(ulam_performer *self, const void *point, const ulam_stretch *rest, size_t n, double *values,
                          size_t stride)
{
    const ulam_job *job = self->job;
    bool good = true;
    ulam_error failure;
    failure.status = ULAM_OK;
    ulam_lanes_start(self->lanes, job->points[rest->point].key, ulam_stream_run(job, rest->first));
    self->lanes->failure = &failure;
    ulam_take_in_hand(rest->point, rest->first, n);
    if (job->width == 1 && n == ULAM_LANES) { /* a kernel's values stand as they are wanted */
        forget(values, ULAM_LANES);
        job->model->run_lanes(point, self->lanes, values);
        return lanes_are_finite(values) && !failure.status;
    }
    job->model->run_lanes(point, self->lanes, self->group);
    for (size_t e = 0; e < job->width; e++) {
        double *to = values + e * stride, *from = self->group + e * ULAM_LANES;
        good &= n == ULAM_LANES ? take_lanes(to, from) : take_some_lanes(to, from, n);
    }
    return good && !failure.status;
}

/* The first draw-block of each of ULAM_LANES runs: drawn together it costs a fraction, and the runs need not wait for it. */
typedef struct {
    uint64_t word[2][ULAM_LANES];
} first_draws;

static void draw_ahead(ulam_performer *self, uint64_t key, uint64_t first, first_draws *draws)
{
    ulam_lanes_start(self->lanes, key, ulam_stream_run(self->job, first));
    ulam_lanes_word64(self->lanes, draws->word[0]);
    ulam_lanes_word64(self->lanes, draws->word[1]);
}

static void hand_over(const first_draws *draws, uint64_t k, ulam_rng *rng)
{
    for (int half = 0; half < 2; half++)
        philox_store(&rng->word[2 * half], (uint32_t)draws->word[half][k], (uint32_t)(draws->word[half][k] >> 32));
    rng->draw = 1;
    rng->next = 0;
}

/* Whether lanes may begin at that run: they hold whole pairs. */
static bool begins_lanes(const ulam_job *job, uint64_t run)
{
    return run <= ULAM_MAX_RUNS - ULAM_LANES && !(job->antithetic && run % 2);
}

/* Moves a run's values to their places and leaves NaN behind, as take_lanes() does. */
static bool take_single(double *single, size_t width, double *to, size_t stride)
{
    uint64_t found = 0;
    for (size_t e = 0; e < width; e++) {
        found |= ulam_infinite_mark(single[e]);
        to[e * stride] = single[e];
        single[e] = NAN;
    }
    return !(found >> 63);
}

/* ulam_judge_values() of a run whose values have been moved. */
static ulam_status judge_moved(const ulam_performer *self, const double *moved, size_t stride, ulam_error *cause)
{
    for (size_t e = 0; e < self->job->width; e++) self->single[e] = moved[e * stride];
    const ulam_status status = ulam_judge_values(self->job, self->single, cause);
    forget(self->single, self->job->width);
    return status;
}

/* Performs at most ULAM_LANES runs one by one, as far as they succeed; returns how many did. */
static uint64_t perform_singles(ulam_performer *self, const void *point, const ulam_stretch *rest, uint64_t n,
                                double *values, size_t stride, ulam_error *cause)
{
    const ulam_job *job = self->job;
    const uint64_t key = job->points[rest->point].key;
    const bool ahead = n > FEW && begins_lanes(job, rest->first);
    first_draws draws;
    if (ahead) draw_ahead(self, key, rest->first, &draws);
    ulam_take_in_hand(rest->point, rest->first, 1);
    for (uint64_t k = 0; k < n; k++) {
        ulam_in_hand.first = rest->first + k;
        ulam_rng rng;
        ulam_rng_start(&rng, key, ulam_stream_run(job, rest->first + k));
        if (ahead) hand_over(&draws, k, &rng);
        rng.failure = cause;
        job->model->run(point, &rng, self->single);
        const bool finite = take_single(self->single, job->width, values + k, stride);
        if (cause->status) cause->status = ULAM_ERUN;
        if (cause->status || (!finite && judge_moved(self, values + k, stride, cause))) return k;
    }
    return n;
}

/* Whether the next runs make a group that is worth it; *n: how many of its lanes are wanted. */
static bool next_is_group(const ulam_job *job, const ulam_stretch *rest, size_t *n)
{
    *n = rest->n < ULAM_LANES ? (size_t)rest->n : ULAM_LANES;
    return rest->first >= rest->lanes_from && *n > FEW && begins_lanes(job, rest->first);
}

/* The next group, or the single runs up to the next group, but not more than `most` of these. */
static uint64_t perform_some(ulam_performer *self, const void *point, ulam_stretch *rest, uint64_t most, double *values,
                             size_t stride, ulam_error *cause)
{
    size_t lanes;
    uint64_t done = 0;
    if (next_is_group(self->job, rest, &lanes)) {
        if (perform_group(self, point, rest, lanes, values, stride))
            done = lanes;
        else
            rest->lanes_from = rest->first + ULAM_LANES;
    }
    if (done == 0) {
        uint64_t n = rest->n < most ? rest->n : most;
        if (rest->first < rest->lanes_from && rest->lanes_from - rest->first < n) n = rest->lanes_from - rest->first;
        done = perform_singles(self, point, rest, n, values, stride, cause);
    }
    rest->first += done;
    rest->n -= done;
    return done;
}

uint64_t ulam_perform_next(ulam_performer *self, const void *point, ulam_stretch *rest, double *values, size_t stride,
                           ulam_error *cause)
{
    return perform_some(self, point, rest, 1, values, stride, cause);
}

void ulam_perform_stretch(ulam_performer *self, const void *point, ulam_stretch stretch, double *values, size_t stride,
                          uint64_t *done, ulam_error *cause)
{
    const uint64_t n = stretch.n;
    while (stretch.n && !cause->status)
        perform_some(self, point, &stretch, ULAM_LANES, values + (n - stretch.n), stride, cause);
    ulam_put_out_of_hand();
    *done = n - stretch.n;
}
