/* Derived quantities and differences in /results. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return add(self,
               (ulam_results_estimate){.unit = declared->unit, .expression = declared->expression, .derived = derived},
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
            .unit = declared->unit, .derived = SIZE_MAX, .element = job->extents[o].offset};
        if (job->extents[o].scalar) added &= add_difference(self, of, declared->name);
    }
    for (size_t d = 0; d < job->n_derived; d++) {
        const ulam_derived *declared = job->derived[d].declared;
        added &= add_difference(self, (ulam_results_estimate){.unit = declared->unit, .derived = d}, declared->name);
    }
    return added;
}

bool ulam_list_estimates(ulam_results_group *self)
{
    const ulam_job *job = self->job;
    bool added = true;
    self->estimates = calloc(job->model->n_observables + 2 * job->n_derived + 1, sizeof *self->estimates);
    if (!self->estimates) return false;
    for (size_t d = 0; d < job->n_derived; d++) added &= add_derived(self, d);
    return added && (!job->baseline || add_differences(self));
}

void ulam_free_estimates(ulam_results_group *self)
{
    for (size_t i = 0; i < self->n_estimates; i++) {
        free(self->estimates[i].name);
        free(self->estimates[i].long_name);
    }
    free(self->estimates);
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
} point_groups;

static ulam_status open_groups(point_groups *self, const ulam_state *state, size_t point)
{
    const ulam_accumulators *covered;
    *self = (point_groups){.point = point};
    const ulam_status status = ulam_state_accumulators(state, point, &self->sum, &covered);
    if (!status && covered) self->groups = covered->groups;
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

/* Into values[n_estimates][FIGURES][n_points]. */
static ulam_status estimate(const ulam_results_group *self, const point_groups *at, const point_groups *baseline,
                            double *values)
{
    const ulam_job *job = self->job;
    for (size_t i = 0; i < self->n_estimates; i++) {
        const ulam_results_estimate *of = &self->estimates[i];
        double *value = values + i * FIGURES * job->n_points + at->point;
        ulam_replicates here, there;
        ulam_estimate found;
        ulam_status status = replicate(job, of, at, &here);
        if (!status && of->is_difference) status = replicate(job, of, baseline, &there);
        if (status) return status;
        if (of->is_difference) ulam_replicates_subtract(&here, &there);
        ulam_jackknife(&here, job->confidence, &found);
        value[VALUE * job->n_points] = found.value;
        value[STD_ERROR * job->n_points] = found.std_error;
        value[LOW * job->n_points] = found.interval.low;
        value[HIGH * job->n_points] = found.interval.high;
    }
    return ULAM_OK;
}

static ulam_status estimate_point(const ulam_results_group *self, size_t point, double *values)
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
        ulam_h5_put_text(h5, dataset, "interval", "Student (jackknife over 64 groups)");
    }
    ulam_h5_done(h5, dataset);
    free(long_name);
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
    put_list(self, "derived", false);
    put_list(self, "differences", true);
    ulam_h5_put_text(self->group.h5, self->group.group, "compared_with", self->job->compared);
    free(values);
}
