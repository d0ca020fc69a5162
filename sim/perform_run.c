#include <math.h>
#include <stdio.h>

#include "perform_run.h"

ulam_status ulam_judge_values(const ulam_job *job, const double *values, ulam_error *error)
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
