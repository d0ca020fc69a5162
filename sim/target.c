#include <math.h>
#include <stdlib.h>

#include <ulam/confidence.h>
#include <ulam/control.h>
#include <ulam/derived.h>

#include "target.h"

/* So many times the first rung are needed before a number that never varied is believed, and before a target is given up. */
static const double evidence = 16;

/* A target is given up where so many times the most runs would not reach it. */
static const double hope = 16;

/* What is known of an element's mean, or of what is computed from several. */
typedef struct {
    double value, half_width;
    bool constant; /* all values were equal: the interval has no width, and says nothing */
} estimate;

static ulam_status make_estimate(ulam_kind kind, const ulam_moments *moments, double confidence, estimate *result)
{
    ulam_summary summary;
    const ulam_status status = ulam_moments_summarise(moments, &summary);
    if (status) return status;
    const ulam_bounds bounds = ulam_mean_interval(kind, &summary, confidence);
    *result = (estimate){.value = summary.mean, .constant = kind != ULAM_INDICATOR && summary.sd == 0};
    result->half_width = fmax(bounds.high - summary.mean, summary.mean - bounds.low);
    return ULAM_OK;
}

/* Without an error the groups agree to the last bit, as they do where nothing varies. */
static ulam_status derive_estimate(const ulam_job *job, size_t derived, size_t point, const ulam_tally *tally,
                                   estimate *result)
{
    ulam_estimate found;
    const ulam_status status =
        ulam_derived_estimate(job, derived, point, tally->more.groups, job->until.confidence, &found);
    if (status) return status;
    *result = (estimate){.value = found.value, .constant = found.std_error == 0};
    result->half_width = fmax(found.interval.high - found.value, found.value - found.interval.low);
    return ULAM_OK;
}

static ulam_status control_estimate(const ulam_job *job, size_t controlled, size_t point, const ulam_tally *tally,
                                    estimate *result)
{
    const ulam_controlled_plan *plan = &job->controlled[controlled];
    ulam_summary *figures = calloc(job->width, sizeof *figures); /* of those elements that are needed */
    if (!figures) return ULAM_ENOMEM;
    ulam_status status = ulam_moments_summarise(&tally->moments[plan->element], &figures[plan->element]);
    for (size_t i = 0; i < plan->n_controls && !status; i++) {
        const size_t element = plan->controls[i].element;
        status = ulam_moments_summarise(&tally->moments[element], &figures[element]);
    }
    ulam_controlled found;
    if (!status) ulam_controlled_estimate(job, controlled, point, figures, &tally->more, job->until.confidence, &found);
    free(figures);
    if (status) return status;
    *result = (estimate){.value = found.estimate.value, .constant = found.estimate.std_error == 0};
    result->half_width = found.estimate.interval.high - found.estimate.value;
    return ULAM_OK;
}

/* Half-width over what is asked for. */
static double ratio_of(const ulam_target *target, const estimate *of, bool enough)
{
    const double relative = target->rel_error * fabs(of->value);
    const double asked = fmin(target->error, isinf(target->rel_error) ? INFINITY : relative);
    if (isnan(of->half_width) || isnan(asked) || asked == 0) return INFINITY;
    if (of->constant) return enough ? 0 : INFINITY;
    return of->half_width / asked;
}

static ulam_verdict judge(const ulam_job *job, size_t point, const ulam_judgement *found, uint64_t length, bool enough)
{
    const ulam_chain_plan *plan = &job->chain;
    const uint64_t most = plan->sweeps ? plan->sweeps / plan->every : job->points[point].runs;
    const double ratio = found->ratio;
    if (ratio <= 1) return found->constant ? ULAM_TARGETS_CONSTANT : ULAM_TARGETS_REACHED;
    if (job->until.has_max_runs || !enough) return ULAM_TARGETS_OPEN;
    const double needed = ratio * ratio * (double)length;
    return needed > hope * (double)most ? ULAM_TARGETS_OUT_OF_REACH : ULAM_TARGETS_OPEN;
}

static void take(ulam_judgement *self, const ulam_target *target, const estimate *found, bool enough)
{
    self->constant |= found->constant;
    self->ratio = fmax(self->ratio, ratio_of(target, found, enough));
}

ulam_status ulam_targets_judge(const ulam_job *job, size_t point, const ulam_tally *tally, uint64_t length,
                               ulam_judgement *judgement)
{
    const ulam_until *until = &job->until;
    const bool enough = (double)length >= evidence * (double)until->ladder;
    *judgement = (ulam_judgement){0};
    for (size_t i = 0; i < until->n_targets; i++) {
        const ulam_target *target = &until->targets[i];
        estimate found;
        if (target->is_derived || target->is_controlled) {
            const ulam_status status = target->is_derived
                                           ? derive_estimate(job, target->derived, point, tally, &found)
                                           : control_estimate(job, target->controlled, point, tally, &found);
            if (status) return status;
            take(judgement, target, &found, enough);
        }
        for (size_t k = target->element; k < target->element + target->length; k++) {
            const ulam_kind kind = ulam_job_unit_kind(job, target->observable);
            const ulam_status status = make_estimate(kind, &tally->moments[k], until->confidence, &found);
            if (status) return status;
            take(judgement, target, &found, enough);
        }
    }
    judgement->verdict = judge(job, point, judgement, length, enough);
    return ULAM_OK;
}
