#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elements.h"

void ulam_elements_free(ulam_elements_list *self)
{
    for (size_t i = 0; i < self->count; i++) free(self->list[i].coordinate);
    free(self->list);
    *self = (ulam_elements_list){0};
}

/* An observable's coordinates at every point, [points * length]. Owned by the caller. NULL: out of memory. */
static double *coordinates_of(const ulam_job *job, const ulam_observable *observable, size_t length)
{
    double *coordinate = calloc(job->n_points * length + 1, sizeof *coordinate);
    for (size_t i = 0; coordinate && i < job->n_points; i++)
        observable->coordinate(job->points[i].values, coordinate + i * length);
    return coordinate;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same(const ulam_elements *a, const ulam_elements *b, size_t n_points)
{
    if (!same_text(a->wanted, b->wanted) || !same_text(a->suffix, b->suffix) || !same_text(a->unit, b->unit) ||
        a->length != b->length)
        return false;
    if (!a->coordinate || !b->coordinate) return a->coordinate == b->coordinate;
    return memcmp(a->coordinate, b->coordinate, n_points * a->length * sizeof *a->coordinate) == 0;
}

static bool differ_between_points(const ulam_elements *self, size_t n_points)
{
    for (size_t i = 1; self->coordinate && i < n_points; i++)
        if (memcmp(self->coordinate, self->coordinate + i * self->length, self->length * sizeof *self->coordinate) != 0)
            return true;
    return false;
}

/* Takes the name of a variable, with more behind it. */
static const char *take_name(const ulam_elements *self, ulam_labelled *group, const char *more)
{
    const size_t size = strlen(self->wanted) + strlen(self->suffix) + strlen(more) + 1;
    char *wanted = malloc(size);
    if (!wanted) {
        ulam_h5_fail_memory(group->h5);
        return "";
    }
    snprintf(wanted, size, "%s%s%s", self->wanted, self->suffix, more);
    const char *name = ulam_labelled_name(group, wanted, "_elements");
    free(wanted);
    return name;
}

/* Coordinates that differ between points: the dimension counts, and an array over sweep and dimension holds them. */
static void make_auxiliary(ulam_elements *self, ulam_labelled *group, const ulam_job *job, const size_t *axes)
{
    size_t *dimensions = calloc(job->n_axes + 1, sizeof *dimensions);
    if (!dimensions) {
        ulam_h5_fail_memory(group->h5);
        return;
    }
    self->auxiliary = true;
    self->variable = take_name(self, group, "");
    self->dimension = ulam_labelled_index(group, take_name(self, group, "_number"), self->length);
    for (size_t i = 0; i < job->n_axes; i++) dimensions[i] = axes[i];
    dimensions[job->n_axes] = self->dimension;
    const hid_t dataset =
        ulam_labelled_put(group, self->variable, ULAM_H5_REAL, dimensions, job->n_axes + 1, self->coordinate);
    ulam_labelled_describe(group, dataset, self->unit, self->wanted);
    ulam_h5_done(group->h5, dataset);
    free(dimensions);
}

static void make(ulam_elements *self, ulam_labelled *group, const ulam_job *job, const size_t *axes)
{
    if (differ_between_points(self, job->n_points)) {
        make_auxiliary(self, group, job, axes);
        return;
    }
    self->variable = take_name(self, group, "");
    if (!self->coordinate) {
        self->dimension = ulam_labelled_index(group, self->variable, self->length);
        return;
    }
    hid_t dataset;
    self->dimension =
        ulam_labelled_dimension(group, self->variable, self->length, ULAM_H5_REAL, self->coordinate, &dataset);
    ulam_labelled_describe(group, dataset, self->unit, self->wanted);
    ulam_h5_done(group->h5, dataset);
}

const ulam_elements *ulam_elements_of(ulam_elements_list *self, ulam_labelled *group, const ulam_job *job,
                                      size_t observable, const size_t *axes)
{
    const ulam_observable *declared = &job->model->observables[observable];
    ulam_elements new = {.unit = declared->dimension_unit, .length = job->extents[observable].length};
    if (group->h5->status != ULAM_OK) return NULL;

    new.wanted = declared->dimension ? declared->dimension : declared->name;
    new.suffix = declared->dimension ? "" : "_index";
    ulam_elements *list = realloc(self->list, (self->count + 1) * sizeof *list);
    if (list) self->list = list;
    if (declared->coordinate) new.coordinate = coordinates_of(job, declared, new.length);
    if (!list || (declared->coordinate && !new.coordinate)) {
        free(new.coordinate);
        ulam_h5_fail_memory(group->h5);
        return NULL;
    }
    for (size_t i = 0; i < self->count; i++)
        if (same(&self->list[i], &new, job->n_points)) {
            free(new.coordinate);
            return &self->list[i];
        }
    make(&new, group, job, axes);
    list[self->count] = new;
    return &list[self->count++];
}
