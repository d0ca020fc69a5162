/* Covariances and correlations in /results: matrices over the numbers of a run that some pair has. */

#include <math.h>
#include <stdlib.h>

#include "results_group.h"

typedef struct {
    size_t *element; /* [n], ascending */
    size_t n;
    double *covariance, *correlation; /* [points][n][n] */
} matrices;

static int by_element(const void *a, const void *b)
{
    const size_t one = *(const size_t *)a, other = *(const size_t *)b;
    return one < other ? -1 : one > other;
}

static bool list_elements(matrices *self, const ulam_statistics *kept)
{
    size_t all = 0;
    self->element = malloc(2 * kept->n_pairs * sizeof *self->element);
    if (!self->element) return false;
    for (size_t i = 0; i < kept->n_pairs; i++) {
        self->element[all++] = kept->pairs[i].first;
        self->element[all++] = kept->pairs[i].second;
    }
    qsort(self->element, all, sizeof *self->element, by_element);
    for (size_t i = 0; i < all; i++)
        if (self->n == 0 || self->element[i] != self->element[self->n - 1]) self->element[self->n++] = self->element[i];
    return true;
}

static size_t row_of(const matrices *self, size_t element)
{
    const size_t *found = bsearch(&element, self->element, self->n, sizeof element, by_element);
    return (size_t)(found - self->element);
}

/* Variances stand on the diagonal. */
static void fill_point(const ulam_results_group *group, matrices *self, size_t point, const ulam_accumulators *covered)
{
    const ulam_statistics *kept = group->job->statistics;
    double *covariance = self->covariance + point * self->n * self->n;
    double *correlation = self->correlation + point * self->n * self->n;
    for (size_t i = 0; i < self->n * self->n; i++) covariance[i] = correlation[i] = NAN;
    for (size_t i = 0; i < self->n; i++) {
        const double sd = group->summary[point * group->job->width + self->element[i]].sd;
        covariance[i * self->n + i] = sd * sd;
        if (sd > 0) correlation[i * self->n + i] = 1;
    }
    for (size_t i = 0; covered && i < kept->n_pairs; i++) {
        ulam_joint_summary joint;
        const size_t row = row_of(self, kept->pairs[i].first), column = row_of(self, kept->pairs[i].second);
        ulam_comoments_summarise(&covered->pairs[i], &joint);
        covariance[row * self->n + column] = covariance[column * self->n + row] = joint.covariance;
        correlation[row * self->n + column] = correlation[column * self->n + row] = joint.correlation;
    }
}

static void fill(ulam_results_group *group, matrices *self)
{
    for (size_t p = 0; p < group->job->n_points && group->group.h5->status == ULAM_OK; p++) {
        ulam_accumulators sum = {0};
        const ulam_accumulators *covered;
        if (ulam_state_accumulators(group->state, p, &sum, &covered))
            ulam_h5_fail_memory(group->group.h5);
        else
            fill_point(group, self, p, covered);
        ulam_accumulators_free(&sum);
    }
}

static void put_matrix(ulam_results_group *group, const char *name, const size_t *dimensions, const double *values,
                       const char *long_name)
{
    const hid_t dataset =
        ulam_labelled_put(&group->group, name, ULAM_H5_REAL, dimensions, group->job->n_axes + 2, values);
    ulam_labelled_describe(&group->group, dataset, NULL, long_name);
    ulam_h5_put_text(group->group.h5, dataset, "coordinates", group->coordinates);
    ulam_h5_done(group->group.h5, dataset);
}

static void put(ulam_results_group *group, const matrices *self)
{
    static const char *const sides[] = {"covariance_of", "covariance_with"};
    ulam_labelled *to = &group->group;
    char **name = calloc(self->n, sizeof *name);
    bool named = name;
    for (size_t i = 0; name && i < self->n; i++) {
        name[i] = ulam_job_element_name(group->job, self->element[i]);
        named &= name[i] != NULL;
    }
    if (!named) ulam_h5_fail_memory(to->h5);
    for (size_t i = 0; i < 2; i++)
        group->axes[group->job->n_axes + i] =
            ulam_labelled_dimension(to, ulam_labelled_name(to, sides[i], "_figure"), self->n, ULAM_H5_TEXT, name, NULL);
    put_matrix(group, "covariance", group->axes, self->covariance, "covariance of two numbers of a run");
    put_matrix(group, "correlation", group->axes, self->correlation, "correlation of two numbers of a run");
    for (size_t i = 0; name && i < self->n; i++) free(name[i]);
    free(name);
}

void ulam_write_covariance(ulam_results_group *group)
{
    const ulam_job *job = group->job;
    matrices all = {0};
    if (!job->statistics || job->statistics->n_pairs == 0 || group->group.h5->status != ULAM_OK) return;
    if (list_elements(&all, job->statistics)) {
        all.covariance = calloc(job->n_points * all.n * all.n + 1, sizeof *all.covariance);
        all.correlation = calloc(job->n_points * all.n * all.n + 1, sizeof *all.correlation);
    }
    if (!all.covariance || !all.correlation) ulam_h5_fail_memory(group->group.h5);
    if (group->group.h5->status == ULAM_OK) fill(group, &all);
    if (group->group.h5->status == ULAM_OK) put(group, &all);
    free(all.element);
    free(all.covariance);
    free(all.correlation);
}
