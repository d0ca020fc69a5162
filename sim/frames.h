/* Frames: the centres and edges of points, as their first runs gave them, kept for a bounded number of points at a time. */

#ifndef ULAM_FRAMES_H
#define ULAM_FRAMES_H

#include <ulam/statistics.h>

typedef struct {
    const ulam_statistics *statistics;
    size_t size;   /* of a frame */
    size_t *point; /* [FRAMES] whose frame stands there; SIZE_MAX: nobody's. NULL: there is none yet */
    double *frame; /* [FRAMES * size] */
} ulam_frames;

/* No frames yet. */
void ulam_frames_init(ulam_frames *self, const ulam_statistics *statistics);
void ulam_frames_free(ulam_frames *self);

/* The frame of a point, or NULL. */
const double *ulam_frames_find(const ulam_frames *self, size_t point);

/* Finds a point's frame from its pilot, and keeps it. NULL: out of memory. */
const double *ulam_frames_make(ulam_frames *self, size_t point, const ulam_block_values *pilot);

#endif
