/* A sketch as bytes, and what that needs of its layout. */

#ifndef ULAM_SKETCH_BYTES_H
#define ULAM_SKETCH_BYTES_H

#include <ulam/bytes.h>
#include <ulam/sketch.h>

/* The counts of the buckets below (0) or above (1) the centre. self->count is not NULL. */
uint64_t *ulam_sketch_side(const ulam_sketch *self, int side);

/* Gives the sides that room, which is none smaller than what they have. ULAM_ENOMEM. */
ulam_status ulam_sketch_reserve(ulam_sketch *self, const uint32_t low[2], const uint32_t length[2]);

/* Appends the canonical bytes: whether the centre is known; if so the centre, how many values are equal to it, and for each side the first bucket that is not
 * empty, how many from there to the last, and their counts. ULAM_ENOMEM. */
ulam_status ulam_sketch_pack(const ulam_sketch *self, ulam_bytes *bytes);

/* Into an empty sketch of that plan. ULAM_EFORMAT, ULAM_ENOMEM. */
ulam_status ulam_sketch_unpack(ulam_sketch *self, const ulam_sketch_plan *plan, ulam_reader *reader);

#endif
