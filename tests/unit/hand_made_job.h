/* A job made by hand, without a job file: points that differ in the parameter "x" alone. */

#ifndef HAND_MADE_JOB_H
#define HAND_MADE_JOB_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/job.h>

typedef struct {
    ulam_job job;
    ulam_value values[64];
    ulam_point points[64];
    ulam_extent extents[4];
    ulam_axis axis;
    size_t parameter;
    char name[2];
} hand_made_job;

static const ulam_parameter hand_made_parameter = {.name = "x", .type = ULAM_INTEGER, .default_value = "0"};

/* Points x = 0, 1, ... of model, which has that parameter and observables of declared length, with so many runs in blocks
 * of that size; the caller may change runs and block of a point afterwards. */
static inline void make_job(hand_made_job *self, const ulam_model *model, size_t n_points, uint64_t runs,
                            uint64_t block)
{
    memset(self, 0, sizeof *self);
    strcpy(self->name, "x");
    self->axis = (ulam_axis){.name = self->name, .length = n_points, .parameters = &self->parameter, .n_parameters = 1};
    for (size_t p = 0; p < n_points; p++) {
        self->values[p].integer = (int64_t)p;
        self->points[p] = (ulam_point){
            .values = &self->values[p], .key = 0x9e3779b97f4a7c15u * (p + 1), .runs = runs, .block = block};
    }
    self->job = (ulam_job){.model = model,
                           .conduct = {.checkpoint = INFINITY, .run_timeout = INFINITY},
                           .part = 1,
                           .parts = 1,
                           .axes = &self->axis,
                           .n_axes = 1,
                           .points = self->points,
                           .n_points = n_points,
                           .extents = self->extents,
                           .confidence = 0.95};
    for (size_t o = 0; o < model->n_observables; o++) {
        const size_t length = model->observables[o].length;
        self->extents[o] =
            (ulam_extent){.offset = self->job.width, .length = length ? length : 1, .scalar = length == 0};
        self->job.width += self->extents[o].length;
    }
}

#endif
