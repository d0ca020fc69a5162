#include "work.h"

const char *ulam_work_unit(const ulam_result *result) { return result->sweeps ? "sweeps" : "runs"; }

uint64_t ulam_work_done(const ulam_result *result, size_t point)
{
    return result->sweeps ? result->runs_asked[point] * result->sweeps[point] : result->runs[point];
}

uint64_t ulam_work_asked(const ulam_result *result, size_t point)
{
    return result->runs_asked[point] * (result->sweeps ? result->sweeps_asked[point] : 1);
}
