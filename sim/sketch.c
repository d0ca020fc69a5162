#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/sketch.h>

#include "sketch_bytes.h"
#include "vectorised.h"

enum {
    AT_CENTRE,
    NOT_A_NUMBER,
    BUCKETS, /* where they begin */
    CHUNK = 256,
};

/* Bits of the largest double, and of infinity. */
static const int64_t largest = INT64_C(0x7fefffffffffffff), infinite = INT64_C(0x7ff0000000000000);

void ulam_sketch_init(ulam_sketch *self, const ulam_sketch_plan *plan)
{
    *self = (ulam_sketch){.centre = plan->centre, .bits = plan->bits};
}

void ulam_sketch_free(ulam_sketch *self)
{
    free(self->count);
    *self = (ulam_sketch){.centre = NAN, .bits = self->bits};
}

static size_t size_of(const ulam_sketch *self) { return BUCKETS + (size_t)self->length[0] + self->length[1]; }

uint64_t *ulam_sketch_side(const ulam_sketch *self, int side)
{
    return self->count + BUCKETS + (side ? self->length[0] : 0);
}

ulam_status ulam_sketch_reserve(ulam_sketch *self, const uint32_t low[2], const uint32_t length[2])
{
    ulam_sketch wider = *self;
    for (int side = 0; side < 2; side++) {
        wider.low[side] = low[side];
        wider.length[side] = length[side];
    }
    wider.count = calloc(size_of(&wider), sizeof *wider.count);
    if (!wider.count) return ULAM_ENOMEM;
    if (self->count) memcpy(wider.count, self->count, BUCKETS * sizeof *wider.count);
    for (int side = 0; side < 2; side++)
        if (self->length[side])
            memcpy(ulam_sketch_side(&wider, side) + (self->low[side] - low[side]), ulam_sketch_side(self, side),
                   self->length[side] * sizeof *wider.count);
    free(self->count);
    *self = wider;
    return ULAM_OK;
}

/* Makes room for the buckets first .. last of each side (none: first > last), by whole powers of two. */
static ulam_status cover(ulam_sketch *self, const uint32_t first[2], const uint32_t last[2])
{
    const uint32_t octave = UINT32_C(1) << self->bits;
    uint32_t low[2], length[2];
    bool grows = !self->count;
    for (int side = 0; side < 2; side++) {
        uint32_t begin = self->low[side], end = begin + self->length[side];
        if (first[side] <= last[side]) {
            const uint32_t lowest = first[side] & ~(octave - 1), highest = (last[side] | (octave - 1)) + 1;
            begin = begin == end || lowest < begin ? lowest : begin;
            end = highest > end ? highest : end;
        }
        low[side] = begin;
        length[side] = end - begin;
        grows |= length[side] != self->length[side];
    }
    return grows ? ulam_sketch_reserve(self, low, length) : ULAM_OK;
}

/* What the loop below needs of a sketch. */
typedef struct {
    double centre;
    int64_t shift;
    int64_t low[2], length[2], base[2];
} layout;

static layout layout_of(const ulam_sketch *self)
{
    return (layout){.centre = self->centre,
                    .shift = 52 - (int64_t)self->bits,
                    .low = {self->low[0], self->low[1]},
                    .length = {self->length[0], self->length[1]},
                    .base = {BUCKETS, BUCKETS + self->length[0]}};
}

/* Finds the place of each value among the counts; returns whether one of them lies outside. */
VECTORISED static int64_t find_places(const layout *self, const double *x, size_t n, int64_t *place)
{
    const double centre = self->centre;
    const int64_t shift = self->shift, below_low = self->low[0], above_low = self->low[1];
    const int64_t below_length = self->length[0], above_length = self->length[1];
    const int64_t below_base = self->base[0], above_base = self->base[1];
    int64_t outside = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - centre, size = fabs(d);
        int64_t bits;
        memcpy(&bits, &size, sizeof bits);
        const int64_t cut = bits == infinite ? largest : bits;
        const int64_t bucket = (cut >> shift) - (d < 0 ? below_low : above_low);
        const int64_t length = d < 0 ? below_length : above_length;
        const int64_t is_value = (bits > 0) & (bits <= infinite);
        outside |= is_value & ((bucket < 0) | (bucket >= length));
        const int64_t special = bits == 0 ? AT_CENTRE : NOT_A_NUMBER;
        place[i] = is_value ? bucket + (d < 0 ? below_base : above_base) : special;
    }
    return outside;
}

/* Makes room for all of the values. */
static ulam_status cover_values(ulam_sketch *self, const double *x, size_t n)
{
    uint32_t first[2] = {UINT32_MAX, UINT32_MAX}, last[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - self->centre, size = fmin(fabs(d), DBL_MAX);
        uint64_t bits;
        if (!(d < 0 || d > 0)) continue;
        memcpy(&bits, &size, sizeof bits);
        const uint32_t bucket = (uint32_t)(bits >> (52 - self->bits));
        if (bucket < first[d > 0]) first[d > 0] = bucket;
        if (bucket > last[d > 0]) last[d > 0] = bucket;
    }
    return cover(self, first, last);
}

static ulam_status add_chunk(ulam_sketch *self, const double *x, size_t n)
{
    int64_t place[CHUNK];
    layout now = layout_of(self);
    if (find_places(&now, x, n, place) || !self->count) {
        if (cover_values(self, x, n)) return ULAM_ENOMEM;
        now = layout_of(self);
        find_places(&now, x, n, place);
    }
    uint64_t *count = self->count;
    for (size_t i = 0; i < n; i++) count[place[i]]++;
    return ULAM_OK;
}

ulam_status ulam_sketch_add(ulam_sketch *self, ulam_series values)
{
    double buffer[CHUNK];
    for (size_t done = 0, n; done < values.n; done += n) {
        n = values.n - done < CHUNK ? values.n - done : CHUNK;
        const double *chunk = values.value + done * values.step;
        for (size_t i = 0; values.step != 1 && i < n; i++) buffer[i] = chunk[i * values.step];
        if (add_chunk(self, values.step == 1 ? chunk : buffer, n)) return ULAM_ENOMEM;
    }
    if (self->count) self->count[NOT_A_NUMBER] = 0;
    return ULAM_OK;
}

ulam_status ulam_sketch_merge(ulam_sketch *self, const ulam_sketch *other)
{
    if (isnan(other->centre)) return ULAM_OK;
    if (!isnan(self->centre) && self->centre != other->centre) return ULAM_EINVAL;
    self->centre = other->centre;
    if (!other->count) return ULAM_OK;
    uint32_t first[2], last[2];
    for (int side = 0; side < 2; side++) {
        first[side] = other->length[side] ? other->low[side] : 1;
        last[side] = other->length[side] ? other->low[side] + other->length[side] - 1 : 0;
    }
    if (cover(self, first, last)) return ULAM_ENOMEM;
    self->count[AT_CENTRE] += other->count[AT_CENTRE];
    for (int side = 0; side < 2; side++) {
        uint64_t *to = ulam_sketch_side(self, side);
        const uint64_t *from = ulam_sketch_side(other, side);
        for (uint32_t i = 0; i < other->length[side]; i++) to[other->low[side] - self->low[side] + i] += from[i];
    }
    return ULAM_OK;
}

uint64_t ulam_sketch_total(const ulam_sketch *self)
{
    uint64_t total = 0;
    for (size_t i = 0; self->count && i < size_of(self); i++) total += i == NOT_A_NUMBER ? 0 : self->count[i];
    return total;
}

/* The least distance from the centre that a bucket takes. */
static double bucket_edge(const ulam_sketch *self, uint32_t bucket)
{
    const uint64_t bits = (uint64_t)bucket << (52 - self->bits);
    double edge;
    memcpy(&edge, &bits, sizeof edge);
    return edge;
}

static ulam_bucket bucket_at(const ulam_sketch *self, int side, uint32_t i)
{
    const double near = bucket_edge(self, self->low[side] + i);
    const double far = bucket_edge(self, self->low[side] + i + 1);
    const double middle = near + (fmin(far, DBL_MAX) - near) / 2, sign = side ? 1 : -1, c = self->centre;
    const double nearer = c + sign * near, farther = c + sign * far;
    return (ulam_bucket){side ? nearer : farther, c + sign * middle, side ? farther : nearer};
}

ulam_bucket ulam_sketch_find(const ulam_sketch *self, uint64_t rank)
{
    const uint64_t *below = ulam_sketch_side(self, 0), *above = ulam_sketch_side(self, 1);
    uint64_t seen = 0;
    for (uint32_t i = self->length[0]; i-- > 0;)
        if ((seen += below[i]) >= rank) return bucket_at(self, 0, i);
    if ((seen += self->count[AT_CENTRE]) >= rank) return (ulam_bucket){self->centre, self->centre, self->centre};
    for (uint32_t i = 0; i < self->length[1]; i++)
        if ((seen += above[i]) >= rank) return bucket_at(self, 1, i);
    return (ulam_bucket){NAN, NAN, NAN};
}
