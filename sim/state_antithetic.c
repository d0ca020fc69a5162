#include <ulam/state.h>

static ulam_status add_part(const ulam_tally *part, size_t element, ulam_antithetic *pairs, ulam_moments *means)
{
    const ulam_status status = ulam_moments_merge(means, &part->moments[element]);
    return status ? status : ulam_antithetic_merge(pairs, &part->more.antithetic[element]);
}

ulam_status ulam_state_reduce_element(const ulam_state *self, size_t point, size_t element, ulam_reduction *reduction)
{
    const ulam_point_state *at = &self->points[point];
    const bool tail = ulam_state_runs(self, point) > at->blocks * self->job->points[point].block;
    ulam_status status = ULAM_OK;
    ulam_antithetic pairs = {0};
    ulam_moments means;
    ulam_moments_init(&means);
    if (at->blocks) status = add_part(&at->prefix, element, &pairs, &means);
    if (!status && tail) status = add_part(&at->tail, element, &pairs, &means);
    if (!status) status = ulam_antithetic_reduce(&pairs, &means, reduction);
    ulam_moments_free(&means);
    ulam_antithetic_free(&pairs);
    return status;
}
