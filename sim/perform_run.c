#include <math.h>
#include <stdio.h>

#include "perform_run.h"

/* Names the first value that an observable may not have. */
static ulam_status judge_values(const ulam_job *job, const double *values, ulam_error *error)
{
    for (size_t o = 0; o < job->model->n_observables; o++) {
        const ulam_observable *observable = &job->model->observables[o];
        const ulam_extent *extent = &job->extents[o];
        for (size_t i = 0; i < extent->length; i++) {
            const double value = values[extent->offset + i];
            if (isfinite(value) || (isnan(value) && observable->may_be_nan)) continue;
            char element[32] = "";
            if (!extent->scalar) snprintf(element, sizeof element, "[%zu]", i);
            return ulam_fail(error, ULAM_ERUN, "observable '%s'%s is %s", observable->name, element,
                             isinf(value) ? value > 0 ? "infinite" : "minus infinity"
                                          : "not a number, and it is not declared that it may be");
        }
    }
    return ULAM_OK;
}

ulam_status ulam_perform_run(const ulam_job *job, size_t p, const void *point, uint64_t run, double *values,
                             ulam_error *error)
{
    ulam_rng rng;
    ulam_rng_start(&rng, job->points[p].key, run);
    rng.failure = error;
    for (size_t i = 0; i < job->width; i++) values[i] = NAN; /* what a model forgets must not be an earlier run's */
    job->model->run(point, &rng, values);
    if (error->status) return error->status = ULAM_ERUN;

    bool finite = true;
    for (size_t i = 0; i < job->width; i++) finite &= isfinite(values[i]) != 0;
    return finite ? ULAM_OK : judge_values(job, values, error);
}
