#include <ulam/execute.h>

#include "perform_run.h"
#include "prepared.h"

ulam_status ulam_replay(const ulam_job *job, size_t point, uint64_t run, double *values, ulam_error *error)
{
    ulam_prepared prepared;
    const void *ready;
    ulam_error own = {0};
    ulam_prepared_init(&prepared, job);
    ulam_status status = ulam_prepare(&prepared, point, &ready, &own);
    if (!status) {
        const ulam_runner runner = ulam_runner_of(job, point, ready);
        status = ulam_perform_run(&runner, run, values, &own);
    }
    ulam_prepared_free(&prepared);
    if (status && error) *error = own;
    return status;
}
