#include <stdlib.h>

#include "prepared.h"

void ulam_prepared_init(ulam_prepared *self, const ulam_job *job)
{
    *self = (ulam_prepared){.job = job};
    for (size_t i = 0; i < ULAM_PREPARED_POINTS; i++) self->points[i].index = SIZE_MAX;
}

static void drop_point(const ulam_prepared *self, ulam_prepared_point *point)
{
    if (point->memory && self->job->model->teardown) self->job->model->teardown(point->memory);
    free(point->memory);
    *point = (ulam_prepared_point){.index = SIZE_MAX};
}

void ulam_prepared_free(ulam_prepared *self)
{
    for (size_t i = 0; i < ULAM_PREPARED_POINTS; i++) drop_point(self, &self->points[i]);
    ulam_prepared_init(self, self->job);
}

ulam_status ulam_prepare(ulam_prepared *self, size_t p, const void **point, ulam_error *error)
{
    const ulam_model *model = self->job->model;
    const ulam_value *values = self->job->points[p].values;
    *point = values;
    if (!model->setup) return ULAM_OK;

    ulam_prepared_point *place = &self->points[0];
    for (size_t i = 0; i < ULAM_PREPARED_POINTS; i++) {
        if (self->points[i].index == p) {
            self->points[i].used = ++self->uses;
            *point = self->points[i].memory;
            return ULAM_OK;
        }
        if (self->points[i].used < place->used) place = &self->points[i];
    }
    drop_point(self, place);
    place->memory = calloc(1, model->point_size ? model->point_size : 1);
    if (!place->memory) return ulam_fail_memory(error, "setting up a point");
    if (model->setup(values, place->memory, error)) {
        if (!error->status) error->status = ULAM_EINVAL;
        drop_point(self, place);
        return error->status;
    }
    place->index = p;
    place->used = ++self->uses;
    *point = place->memory;
    return ULAM_OK;
}
