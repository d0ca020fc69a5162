#include <ulam/execute.h>
#include <ulam/program.h>

#include "perform_run.h"
#include "prepared.h"

/* A failed run is an error here, like the service's own. */
static ulam_status ask_service(const ulam_job *job, size_t point, uint64_t run, double *values, ulam_error *error)
{
    uint64_t done = 0;
    void *session = job->service->open(job->service->self, job);
    if (!session) return ulam_fail_memory(error, "performing a run");
    const ulam_stretch stretch = {.point = point, .first = run, .n = 1, .lanes_from = ULAM_MAX_RUNS};
    const ulam_status status = job->service->perform(session, stretch, values, 1, &done, error, error);
    job->service->close(session);
    return status ? status : error->status;
}

ulam_status ulam_replay(const ulam_job *job, size_t point, uint64_t run, double *values, ulam_error *error)
{
    ulam_prepared prepared;
    const void *ready;
    ulam_error own = {0};
    if (job->service) {
        const ulam_status asked = ask_service(job, point, run, values, &own);
        if (asked && error) *error = own;
        return asked;
    }
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
