#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "perform_run.h"
#include "stretch.h"

enum {
    FEW = ULAM_LANES / 4 /* runs that are performed faster by themselves than as a part of a group */
};

static const size_t most_group_values = (size_t)1 << 20; /* 8 MiB */

static bool takes_lanes(const ulam_job *job)
{
    if (!job->model->run_lanes || job->width > most_group_values / ULAM_LANES) return false;
    const char *build = getenv("ULAM_LANES_BUILD");
    return !build || strcmp(build, "scalar") != 0;
}

ulam_status ulam_performer_init(ulam_performer *self, const ulam_job *job)
{
    const size_t width = job->width ? job->width : 1;
    *self = (ulam_performer){.job = job};
    self->single = malloc(width * sizeof *self->single);
    if (!self->single) return ULAM_ENOMEM;
    if (!takes_lanes(job)) return ULAM_OK;
    self->group = aligned_alloc(64, width * ULAM_LANES * sizeof *self->group);
    self->lanes = aligned_alloc(64, (sizeof *self->lanes + 63) / 64 * 64);
    return self->group && self->lanes ? ULAM_OK : ULAM_ENOMEM;
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
    return (ulam_stretch){.point = point, .first = first, .n = n, .lanes_from = self->lanes ? first : ULAM_MAX_RUNS};
}

void ulam_stretch_skip(ulam_stretch *self, uint64_t failed)
{
    self->n -= failed + 1 - self->first;
    self->first = failed + 1;
    if (failed >= self->lanes_from) self->lanes_from += ((failed - self->lanes_from) / ULAM_LANES + 1) * ULAM_LANES;
}

/* Copies values; false if one of them is an infinity or a NaN, whose exponent is all ones. */
static bool copy_finite(double *to, const double *from, size_t n)
{
    const uint64_t exponent = UINT64_C(0x7ff) << 52, one = UINT64_C(1) << 52;
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, from + i, sizeof bits);
        memcpy(to + i, &bits, sizeof bits);
        found |= (bits & exponent) + one;
    }
    return !(found >> 63);
}

/* False, and the values are of no use, if a lane has a value that is not finite: its run has failed, has a value that may be
 * NaN, or was left to the scalar code. */
static bool perform_group(ulam_performer *self, const void *point, const ulam_stretch *rest, size_t n, double *values,
                          size_t stride)
{
    const ulam_job *job = self->job;
    for (size_t i = 0; i < job->width * ULAM_LANES; i++) self->group[i] = NAN;
    ulam_error failure;
    failure.status = ULAM_OK;
    ulam_lanes_start(self->lanes, job->points[rest->point].key, rest->first);
    self->lanes->failure = &failure;
    job->model->run_lanes(point, self->lanes, self->group);
    if (failure.status) return false;
    for (size_t e = 0; e < job->width; e++)
        if (!copy_finite(values + e * stride, self->group + e * ULAM_LANES, n)) return false;
    return true;
}

static bool perform_single(ulam_performer *self, const void *point, const ulam_stretch *rest, double *values,
                           size_t stride, ulam_error *cause)
{
    const ulam_job *job = self->job;
    double *out = job->width == 1 ? values : self->single;
    if (ulam_perform_run(job, rest->point, point, rest->first, out, cause)) return false;
    if (out != values)
        for (size_t e = 0; e < job->width; e++) values[e * stride] = out[e];
    return true;
}

/* Whether the next runs make a group that is worth it; *n: how many of its lanes are wanted. */
static bool next_is_group(const ulam_stretch *rest, size_t *n)
{
    *n = rest->n < ULAM_LANES ? (size_t)rest->n : ULAM_LANES;
    return rest->first >= rest->lanes_from && *n > FEW && rest->first <= ULAM_MAX_RUNS - ULAM_LANES;
}

uint64_t ulam_perform_next(ulam_performer *self, const void *point, ulam_stretch *rest, double *values, size_t stride,
                           ulam_error *cause)
{
    size_t n;
    if (next_is_group(rest, &n)) {
        if (perform_group(self, point, rest, n, values, stride)) {
            rest->first += n;
            rest->n -= n;
            return n;
        }
        rest->lanes_from = rest->first + ULAM_LANES;
    }
    const bool good = perform_single(self, point, rest, values, stride, cause);
    rest->first++;
    rest->n--;
    return good;
}

void ulam_perform_stretch(ulam_performer *self, const void *point, ulam_stretch stretch, double *values, size_t stride,
                          uint64_t *done, ulam_error *cause)
{
    *done = 0;
    while (stretch.n) {
        const uint64_t n = ulam_perform_next(self, point, &stretch, values + *done, stride, cause);
        if (n == 0) break;
        *done += n;
    }
}
