/* Derived quantities, controlled estimates and differences in /results. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/control.h>
#include <ulam/derived.h>

#include "results_group.h"

enum {
    VALUE,
    STD_ERROR,
    LOW,
    HIGH,
    FIGURES = ULAM_DERIVED_FIGURES
};

static const struct {
    const char *suffix, *words;
} figures[FIGURES] = {
    [VALUE] = {"", NULL},
    [STD_ERROR] = {"_stderr", "standard error of"},
    [LOW] = {"_low", "lower end of a confidence interval of"},
    [HIGH] = {"_high", "upper end of a confidence interval of"},
};

/* Adds an estimate; its names are texts of its own. */
static bool add(ulam_results_group *self, ulam_results_estimate what, const char *name, const char *long_name)
{
    ulam_results_estimate *at = &self->estimates[self->n_estimates++];
    *at = what;
    at->name = strdup(name);
    at->long_name = strdup(long_name);
    return at->name && at->long_name;
}

static bool add_derived(ulam_results_group *self, size_t derived)
{
    const ulam_derived *declared = self->job->derived[derived].declared;
    const char *formula = declared->expression ? declared->expression : declared->name;
    return add(
        self,
        (ulam_results_estimate){
            .unit = declared->unit, .expression = declared->expression, .derived = derived, .controlled = SIZE_MAX},
        declared->name, declared->help ? declared->help : formula);
}

/* Of a scalar, or of a derived quantity. */
static bool add_difference(ulam_results_group *self, ulam_results_estimate of, const char *name)
{
    char *full = NULL, *meaning = NULL;
    of.is_difference = true;
    const bool made = asprintf(&full, "%s_difference", name) >= 0 &&
                      asprintf(&meaning, "%s less that at %s", name, self->job->compared) >= 0;
    const bool added = made && add(self, of, full, meaning);
    free(full);
    free(meaning);
    return added;
}

static bool add_differences(ulam_results_group *self)
{
    const ulam_job *job = self->job;
    bool added = true;
    for (size_t o = 0; o < job->model->n_observables; o++) {
        const ulam_observable *declared = &job->model->observables[o];
        const ulam_results_estimate of = {
            .unit = declared->unit, .derived = SIZE_MAX, .controlled = SIZE_MAX, .element = job->extents[o].offset};
        if (job->extents[o].scalar) added &= add_difference(self, of, declared->name);
    }
    for (size_t d = 0; d < job->n_derived; d++) {
        const ulam_derived *declared = job->derived[d].declared;
        added &=
            add_difference(self, (ulam_results_estimate){.unit = declared->unit, .derived = d, .controlled = SIZE_MAX},
                           declared->name);
    }
    return added;
}

static bool add_controlled(ulam_results_group *self, size_t controlled)
{
    const ulam_job *job = self->job;
    const ulam_controlled_plan *plan = &job->controlled[controlled];
    const ulam_observable *declared = &job->model->observables[plan->observable];
    char name[96], meaning[512];
    int used = snprintf(meaning, sizeof meaning, "%.70s by control of", declared->name);
    for (size_t i = 0; i < plan->n_controls && used < 400; i++) {
        char *control = ulam_job_element_name(job, plan->controls[i].element);
        if (!control) return false;
        used += snprintf(meaning + used, sizeof meaning - (size_t)used, "%s %.90s", i ? "," : "", control);
        free(control);
    }
    snprintf(name, sizeof name, "%.70s_controlled", declared->name);
    return add(self, (ulam_results_estimate){.unit = declared->unit, .derived = SIZE_MAX, .controlled = controlled},
               name, meaning);
}

bool ulam_list_estimates(ulam_results_group *self)
{
    const ulam_job *job = self->job;
    bool added = true;
    self->estimates =
        calloc(job->model->n_observables + 2 * job->n_derived + job->n_controlled + 1, sizeof *self->estimates);
    self->reduction = calloc(job->n_controlled * job->n_points + 1, sizeof *self->reduction);
    if (!self->estimates || !self->reduction) return false;
    for (size_t d = 0; d < job->n_derived; d++) added &= add_derived(self, d);
    for (size_t i = 0; i < job->n_controlled; i++) added &= add_controlled(self, i);
    return added && (!job->baseline || add_differences(self));
}

void ulam_free_estimates(ulam_results_group *self)
{
    for (size_t i = 0; i < self->n_estimates; i++) {
        free(self->estimates[i].name);
        free(self->estimates[i].long_name);
    }
    free(self->estimates);
    free(self->reduction);
}

void ulam_take_derived_names(ulam_results_group *self)
{
    for (size_t i = 0; i < self->n_estimates; i++)
        for (size_t k = 0; k < FIGURES; k++) {
            char *name = NULL;
            if (asprintf(&name, "%s%s", self->estimates[i].name, figures[k].suffix) < 0) {
                ulam_h5_fail_memory(self->group.h5);
                return;
            }
            self->derived_names[i * FIGURES + k] = ulam_labelled_name(&self->group, name, "_figure");
            free(name);
        }
}

/* The groups of a point; NULL: it has no run. */
typedef struct {
    size_t point;
    ulam_accumulators sum; /* what they belong to, if not to the state */
    const ulam_groups *groups;
    const ulam_accumulators *kept;
} point_groups;

static ulam_status open_groups(point_groups *self, const ulam_state *state, size_t point)
{
    const ulam_accumulators *covered;
    *self = (point_groups){.point = point};
    const ulam_status status = ulam_state_accumulators(state, point, &self->sum, &covered);
    self->kept = status ? NULL : covered;
    self->groups = self->kept ? covered->groups : NULL;
    return status;
}

static ulam_status replicate(const ulam_job *job, const ulam_results_estimate *of, const point_groups *at,
                             ulam_replicates *replicates)
{
    *replicates = (ulam_replicates){.all = NAN};
    if (!at->groups) return ULAM_OK;
    if (of->derived == SIZE_MAX) return ulam_element_replicate(job, of->element, at->groups, replicates);
    return ulam_derived_replicate(job, of->derived, at->point, at->groups, replicates);
}

static ulam_status find(const ulam_job *job, const ulam_results_estimate *of, const point_groups *at,
                        const point_groups *baseline, ulam_estimate *found)
{
    ulam_replicates here, there;
    ulam_status status = replicate(job, of, at, &here);
    if (!status && of->is_difference) status = replicate(job, of, baseline, &there);
    if (status) return status;
    if (of->is_difference) ulam_replicates_subtract(&here, &there);
    ulam_jackknife(&here, job->confidence, found);
    return ULAM_OK;
}

/* With the factor by which the variance falls. */
static void find_controlled(ulam_results_group *self, size_t controlled, const point_groups *at, ulam_estimate *found)
{
    const ulam_job *job = self->job;
    ulam_controlled result = {{NAN, NAN, {NAN, NAN}}, NAN};
    if (at->kept)
        ulam_controlled_estimate(job, controlled, at->point, self->summary + at->point * job->width, at->kept,
                                 job->confidence, &result);
    *found = result.estimate;
    self->reduction[controlled * job->n_points + at->point] = result.reduction;
}

/* Into values[n_estimates][FIGURES][n_points]. */
static ulam_status estimate(ulam_results_group *self, const point_groups *at, const point_groups *baseline,
                            double *values)
{
    const size_t n_points = self->job->n_points;
    for (size_t i = 0; i < self->n_estimates; i++) {
        const ulam_results_estimate *of = &self->estimates[i];
        double *value = values + i * FIGURES * n_points + at->point;
        ulam_estimate found;
        ulam_status status = ULAM_OK;
        if (of->controlled != SIZE_MAX)
            find_controlled(self, of->controlled, at, &found);
        else
            status = find(self->job, of, at, baseline, &found);
        if (status) return status;
        value[VALUE * n_points] = found.value;
        value[STD_ERROR * n_points] = found.std_error;
        value[LOW * n_points] = found.interval.low;
        value[HIGH * n_points] = found.interval.high;
    }
    return ULAM_OK;
}

static ulam_status estimate_point(ulam_results_group *self, size_t point, double *values)
{
    const ulam_job *job = self->job;
    const size_t with = job->baseline ? ulam_job_baseline(job, point) : point;
    point_groups at, baseline = {0};
    ulam_status status = open_groups(&at, self->state, point);
    if (!status && job->baseline) status = open_groups(&baseline, self->state, with);
    if (!status) status = estimate(self, &at, &baseline, values);
    ulam_accumulators_free(&at.sum);
    ulam_accumulators_free(&baseline.sum);
    return status;
}

static void put_figure(ulam_results_group *self, size_t index, size_t figure, const double *values)
{
    const ulam_results_estimate *of = &self->estimates[index];
    const char *words = figures[figure].words;
    ulam_h5 *h5 = self->group.h5;
    if (h5->status != ULAM_OK) return;

    char *long_name = ulam_join_words(words, words ? of->name : of->long_name);
    const hid_t dataset = ulam_labelled_put(&self->group, self->derived_names[index * FIGURES + figure], ULAM_H5_REAL,
                                            self->axes, self->job->n_axes, values);
    if (!long_name) ulam_h5_fail_memory(h5);
    ulam_labelled_describe(&self->group, dataset, of->unit, long_name);
    ulam_h5_put_text(h5, dataset, "coordinates", self->coordinates);
    if (figure == VALUE) ulam_h5_put_text(h5, dataset, "expression", of->expression);
    if (figure == LOW || figure == HIGH) {
        ulam_h5_put_real(h5, dataset, "confidence", self->job->confidence);
        ulam_h5_put_text(h5, dataset, "interval",
                         of->controlled == SIZE_MAX ? "Student (jackknife over 64 groups)" : "Student (regression)");
    }
    ulam_h5_done(h5, dataset);
    free(long_name);
}

/* "price_variance_reduction" */
static void put_reduction(ulam_results_group *self, size_t controlled)
{
    const ulam_results_array array = {.observable = self->job->controlled[controlled].observable,
                                      .suffix = "_variance_reduction",
                                      .words = "variance of the mean over that of the controlled estimate of"};
    ulam_results_put(self, &array, ULAM_H5_REAL, self->reduction + controlled * self->job->n_points);
}

/* The names of the differences, or of the other estimates. */
static void put_list(ulam_results_group *self, const char *attribute, bool differences)
{
    size_t n = 0;
    const char **names = calloc(self->n_estimates, sizeof *names);
    for (size_t i = 0; names && i < self->n_estimates; i++)
        if (self->estimates[i].is_difference == differences) names[n++] = self->derived_names[i * FIGURES];
    if (!names)
        ulam_h5_fail_memory(self->group.h5);
    else if (n > 0)
        ulam_h5_put_words(self->group.h5, self->group.group, attribute, names, n);
    free(names);
}

void ulam_write_derived(ulam_results_group *self)
{
    const size_t n = self->n_estimates, n_points = self->job->n_points;
    if (n == 0 || self->group.h5->status != ULAM_OK) return;
    double *values = calloc(n * FIGURES * n_points + 1, sizeof *values);
    if (!values) ulam_h5_fail_memory(self->group.h5);
    for (size_t p = 0; values && p < n_points; p++)
        if (estimate_point(self, p, values)) ulam_h5_fail_memory(self->group.h5);
    for (size_t d = 0; values && d < n; d++)
        for (size_t k = 0; k < FIGURES; k++) put_figure(self, d, k, values + (d * FIGURES + k) * n_points);
    for (size_t i = 0; i < self->job->n_controlled && values; i++) put_reduction(self, i);
    put_list(self, "derived", false);
    put_list(self, "differences", true);
    ulam_h5_put_text(self->group.h5, self->group.group, "compared_with", self->job->compared);
    free(values);
}
