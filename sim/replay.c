#include <ulam/execute.h>
#include <ulam/program.h>

#include "chain_block.h"
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

/* A failure ends a replay. */
static ulam_status take_failure(void *self, uint64_t run, uint64_t sweep, const ulam_error *cause, ulam_error *error)
{
    (void)self;
    (void)run;
    (void)sweep;
    *error = *cause;
    return ULAM_ERUN;
}

/* The means of a chain's measurements. */
static ulam_status replay_chain(const ulam_job *job, size_t p, uint64_t run, const void *ready, double *values,
                                ulam_error *error)
{
    const ulam_chain_plan *plan = &job->chain;
    const ulam_chain_witness witness = {.note = take_failure};
    ulam_chain_block block;
    double longest = 0;
    ulam_status status = ulam_chain_block_open_single(&block, job, ready, p, run);
    if (status) ulam_fail_memory(error, "performing a chain");
    if (!status)
        status = ulam_chain_block_advance(&block, plan->thermalize + plan->sweeps, NULL, &witness, &longest, error);
    if (!status && block.sums[0].n == 0)
        status =
            ulam_fail(error, ULAM_EINVAL, "%llu sweeps, of which one in %llu is measured, leave nothing to tell of",
                      (unsigned long long)plan->sweeps, (unsigned long long)plan->every);
    for (size_t i = 0; i < job->width && !status; i++)
        values[i] = ulam_chain_sums_mean(&block.sums[i], 0, block.sums[i].n);
    ulam_chain_block_close(&block);
    return status;
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
    if (!status && ulam_job_has_chains(job)) {
        status = replay_chain(job, point, run, ready, values, &own);
    } else if (!status) {
        const ulam_runner runner = ulam_runner_of(job, point, ready);
        status = ulam_perform_run(&runner, run, values, &own);
    }
    ulam_prepared_free(&prepared);
    if (status && error) *error = own;
    return status;
}
