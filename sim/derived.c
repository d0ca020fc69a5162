#include <math.h>
#include <stdlib.h>

#include <ulam/derived.h>

#include "expression.h"

static double evaluate(const ulam_derived_plan *plan, const ulam_value *values, const double *means)
{
    return plan->expression ? ulam_expression_value(plan->expression, values, means)
                            : plan->declared->of(values, means);
}

/* Values in a group, of the element that has most there. */
static uint64_t most_values(const ulam_derived_plan *plan, const ulam_groups *groups, int g)
{
    uint64_t most = 0;
    for (size_t i = 0; i < plan->n_groups; i++) {
        const uint64_t count = groups[plan->group[i]].count[g];
        most = count > most ? count : most;
    }
    return most;
}

static void set_shares(const ulam_derived_plan *plan, const ulam_groups *groups, ulam_replicates *replicates)
{
    uint64_t total = 0;
    for (int g = 0; g < ULAM_GROUPS; g++) total += most_values(plan, groups, g);
    for (int g = 0; g < ULAM_GROUPS; g++)
        replicates->share[g] = total ? (double)most_values(plan, groups, g) / (double)total : 0;
}

ulam_status ulam_derived_replicate(const ulam_job *job, size_t derived, size_t point, const ulam_groups *groups,
                                   ulam_replicates *replicates)
{
    const ulam_derived_plan *plan = &job->derived[derived];
    const ulam_value *values = job->points[point].values;
    const size_t n = plan->n_groups;
    double *means =
        calloc((ULAM_GROUPS + 1) * (n + 1), sizeof *means); /* [ULAM_GROUPS + 1][n]: all, then without each */
    if (!means) return ULAM_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        double without[ULAM_GROUPS];
        means[i] = ulam_groups_mean(&groups[plan->group[i]]);
        ulam_groups_means_without(&groups[plan->group[i]], without);
        for (size_t g = 0; g < ULAM_GROUPS; g++) means[(g + 1) * n + i] = without[g];
    }
    replicates->all = evaluate(plan, values, means);
    for (size_t g = 0; g < ULAM_GROUPS; g++) replicates->without[g] = evaluate(plan, values, means + (g + 1) * n);
    set_shares(plan, groups, replicates);
    free(means);
    return ULAM_OK;
}

ulam_status ulam_element_replicate(const ulam_job *job, size_t element, const ulam_groups *groups,
                                   ulam_replicates *replicates)
{
    const size_t group = ulam_statistics_group(job->statistics, element);
    if (group == SIZE_MAX) return ULAM_EINVAL;
    ulam_groups_replicate(&groups[group], replicates);
    return ULAM_OK;
}

size_t ulam_job_baseline(const ulam_job *job, size_t point)
{
    size_t stride = 1, baseline = 0, left = point;
    for (size_t i = job->n_axes; i-- > 0;) {
        const size_t length = job->axes[i].length, index = left % length;
        left /= length;
        baseline += (job->baseline[i] == SIZE_MAX ? index : job->baseline[i]) * stride;
        stride *= length;
    }
    return baseline;
}

ulam_status ulam_derived_estimate(const ulam_job *job, size_t derived, size_t point, const ulam_groups *groups,
                                  double level, ulam_estimate *estimate)
{
    ulam_replicates replicates = {.all = NAN};
    const ulam_status status = groups ? ulam_derived_replicate(job, derived, point, groups, &replicates) : ULAM_OK;
    if (!status) ulam_jackknife(&replicates, level, estimate);
    return status;
}
