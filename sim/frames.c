#include <stdlib.h>

#include "frames.h"

enum {
    FRAMES = 4096 /* points: a point that another one has displaced is looked at anew */
};

void ulam_frames_init(ulam_frames *self, const ulam_statistics *statistics)
{
    *self = (ulam_frames){.statistics = statistics, .size = ulam_statistics_frame_size(statistics)};
}

void ulam_frames_free(ulam_frames *self)
{
    free(self->point);
    free(self->frame);
    ulam_frames_init(self, self->statistics);
}

const double *ulam_frames_find(const ulam_frames *self, size_t point)
{
    const size_t place = point % FRAMES;
    return self->point && self->point[place] == point ? self->frame + place * self->size : NULL;
}

static bool make_room(ulam_frames *self)
{
    if (self->point) return true;
    self->frame = calloc(FRAMES, self->size * sizeof *self->frame);
    self->point = self->frame ? malloc(FRAMES * sizeof *self->point) : NULL;
    for (size_t i = 0; self->point && i < FRAMES; i++) self->point[i] = SIZE_MAX;
    return self->point;
}

const double *ulam_frames_make(ulam_frames *self, size_t point, const ulam_block_values *pilot)
{
    const size_t place = point % FRAMES;
    if (!make_room(self)) return NULL;
    double *frame = self->frame + place * self->size;
    self->point[place] = SIZE_MAX;
    if (ulam_pilot_frame(self->statistics, pilot, frame)) return NULL;
    self->point[place] = point;
    return frame;
}
