/* Derived quantities in /results. */

#include <stdio.h>
#include <stdlib.h>

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

static char *join(const char *name, const char *suffix)
{
    char *text = NULL;
    return asprintf(&text, "%s%s", name, suffix) < 0 ? NULL : text;
}

void ulam_take_derived_names(ulam_results_group *self)
{
    for (size_t d = 0; d < self->job->n_derived; d++)
        for (size_t k = 0; k < FIGURES; k++) {
            char *name = join(self->job->derived[d].declared->name, figures[k].suffix);
            if (!name) ulam_h5_fail_memory(self->group.h5);
            if (name) self->derived_names[d * FIGURES + k] = ulam_labelled_name(&self->group, name, "_figure");
            free(name);
        }
}

/* Into values[n_derived][FIGURES][n_points]. */
static ulam_status estimate_point(const ulam_results_group *self, size_t point, double *values)
{
    const ulam_job *job = self->job;
    ulam_accumulators sum = {0};
    const ulam_accumulators *covered;
    ulam_status status = ulam_state_accumulators(self->state, point, &sum, &covered);
    for (size_t d = 0; d < job->n_derived && !status; d++) {
        ulam_estimate estimate;
        double *at = values + d * FIGURES * job->n_points + point;
        status = ulam_derived_estimate(job, d, point, covered ? covered->groups : NULL, job->confidence, &estimate);
        if (status) break;
        at[VALUE * job->n_points] = estimate.value;
        at[STD_ERROR * job->n_points] = estimate.std_error;
        at[LOW * job->n_points] = estimate.interval.low;
        at[HIGH * job->n_points] = estimate.interval.high;
    }
    ulam_accumulators_free(&sum);
    return status;
}

static void put_figure(ulam_results_group *self, size_t derived, size_t figure, const double *values)
{
    const ulam_derived *declared = self->job->derived[derived].declared;
    const char *meaning = declared->help         ? declared->help
                          : declared->expression ? declared->expression
                                                 : declared->name;
    const char *subject = figures[figure].words ? declared->name : meaning;
    ulam_h5 *h5 = self->group.h5;
    if (h5->status != ULAM_OK) return;

    char *long_name = ulam_join_words(figures[figure].words, subject);
    const hid_t dataset = ulam_labelled_put(&self->group, self->derived_names[derived * FIGURES + figure], ULAM_H5_REAL,
                                            self->axes, self->job->n_axes, values);
    if (!long_name) ulam_h5_fail_memory(h5);
    ulam_labelled_describe(&self->group, dataset, declared->unit, long_name);
    ulam_h5_put_text(h5, dataset, "coordinates", self->coordinates);
    if (figure == VALUE) ulam_h5_put_text(h5, dataset, "expression", declared->expression);
    if (figure == LOW || figure == HIGH) {
        ulam_h5_put_real(h5, dataset, "confidence", self->job->confidence);
        ulam_h5_put_text(h5, dataset, "interval", "Student (jackknife over 64 groups)");
    }
    ulam_h5_done(h5, dataset);
    free(long_name);
}

static void put_list(ulam_results_group *self)
{
    const size_t n = self->job->n_derived;
    const char **names = calloc(n, sizeof *names);
    for (size_t d = 0; names && d < n; d++) names[d] = self->derived_names[d * FIGURES];
    if (names)
        ulam_h5_put_words(self->group.h5, self->group.group, "derived", names, n);
    else
        ulam_h5_fail_memory(self->group.h5);
    free(names);
}

void ulam_write_derived(ulam_results_group *self)
{
    const size_t n = self->job->n_derived, n_points = self->job->n_points;
    if (n == 0 || self->group.h5->status != ULAM_OK) return;
    double *values = calloc(n * FIGURES * n_points + 1, sizeof *values);
    if (!values) ulam_h5_fail_memory(self->group.h5);
    for (size_t p = 0; values && p < n_points; p++)
        if (estimate_point(self, p, values)) ulam_h5_fail_memory(self->group.h5);
    for (size_t d = 0; values && d < n; d++)
        for (size_t k = 0; k < FIGURES; k++) put_figure(self, d, k, values + (d * FIGURES + k) * n_points);
    put_list(self);
    free(values);
}
