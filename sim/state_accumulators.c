#include <ulam/state.h>

ulam_status ulam_state_accumulators(const ulam_state *self, size_t point, ulam_accumulators *sum,
                                    const ulam_accumulators **covered)
{
    const ulam_point_state *at = &self->points[point];
    const bool tail = ulam_state_runs(self, point) > at->blocks * self->job->points[point].block;
    *covered = tail ? &at->tail.more : at->blocks ? &at->prefix.more : NULL;
    if (!tail || !at->blocks || !self->job->statistics) return ULAM_OK;
    ulam_status status = ulam_accumulators_init(sum, self->job->statistics);
    if (!status) status = ulam_accumulators_merge(sum, &at->prefix.more);
    if (!status) status = ulam_accumulators_merge(sum, &at->tail.more);
    *covered = sum;
    return status;
}
