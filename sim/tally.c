#include <math.h>
#include <stdlib.h>

#include <ulam/tally.h>

#include "exact_span.h"
#include "tally_block.h"

enum {
    LOWEST_LIMB = -100, /* a product of five doubles reaches from limb -84 up to limb 80 */
    HIGHEST_LIMB = 100,
    LEAST_ELEMENT = 4 * 8, /* packed bytes of an element without a value */
};

ulam_status ulam_tally_init(ulam_tally *self, size_t width)
{
    *self = (ulam_tally){0};
    if (width > PTRDIFF_MAX / sizeof *self->moments) return ULAM_ENOMEM;
    self->moments = calloc(width ? width : 1, sizeof *self->moments);
    if (!self->moments) return ULAM_ENOMEM;
    self->width = width;
    for (size_t i = 0; i < width; i++) ulam_moments_init(&self->moments[i]);
    return ULAM_OK;
}

void ulam_tally_free(ulam_tally *self)
{
    if (tally_leave_block(self)) {
        for (size_t i = 0; i < self->width; i++) ulam_moments_free(&self->moments[i]);
        free(self->moments);
        free(self->block);
    }
    *self = (ulam_tally){0};
}

ulam_status ulam_tally_add_block(ulam_tally *self, const double *values, size_t stride, size_t n)
{
    if (n == 0) return ULAM_OK;
    if (tally_make_own(self)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++) {
        const ulam_status status = ulam_moments_add_block(&self->moments[i], values + i * stride, n, 1);
        if (status) return status;
    }
    self->runs += n;
    return ULAM_OK;
}

ulam_status ulam_tally_merge(ulam_tally *self, const ulam_tally *other)
{
    if (tally_make_own(self)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++)
        if (ulam_moments_merge(&self->moments[i], &other->moments[i])) return ULAM_ENOMEM;
    self->runs += other->runs;
    self->failed += other->failed;
    return ULAM_OK;
}

static ulam_status pack_exact(const ulam_exact *self, ulam_bytes *bytes)
{
    const exact_span span = exact_canonical(self);
    const int32_t low = span.count ? self->low + (int32_t)span.first : 0;
    const unsigned char head[] = {(unsigned char)low, (unsigned char)span.count};
    if (ulam_bytes_put(bytes, head, sizeof head)) return ULAM_ENOMEM;
    for (uint32_t i = 0; i < span.count; i++)
        if (ulam_bytes_put_u64(bytes, self->limb[span.first + i])) return ULAM_ENOMEM;
    return ULAM_OK;
}

/* Of no values, the count alone says everything; the rest is zeros, as a NaN has many bit patterns. */
static ulam_status pack_moments(const ulam_moments *self, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, self->count)) return ULAM_ENOMEM;
    if (ulam_bytes_put_real(bytes, self->count ? self->min : 0)) return ULAM_ENOMEM;
    if (ulam_bytes_put_real(bytes, self->count ? self->max : 0)) return ULAM_ENOMEM;
    for (int k = 0; k < 4; k++)
        if (pack_exact(&self->power[k], bytes)) return ULAM_ENOMEM;
    return ULAM_OK;
}

ulam_status ulam_tally_pack(const ulam_tally *self, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, self->runs) || ulam_bytes_put_u64(bytes, self->failed)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++)
        if (pack_moments(&self->moments[i], bytes)) return ULAM_ENOMEM;
    return ULAM_OK;
}

/* The bytes of the limbs are known to be there before memory is asked for. */
static ulam_status unpack_exact(ulam_exact *self, ulam_reader *reader)
{
    const unsigned char *head = ulam_reader_get(reader, 2);
    const int32_t low = head ? (int8_t)head[0] : 0;
    const uint32_t used = head ? head[1] : 0;
    if (used == 0) return low == 0 ? ULAM_OK : ULAM_EFORMAT;
    if (low < LOWEST_LIMB || low > HIGHEST_LIMB || used > HIGHEST_LIMB - LOWEST_LIMB) return ULAM_EFORMAT;
    if ((size_t)(reader->end - reader->at) / 8 < used) return ULAM_EFORMAT;

    self->limb = malloc(used * sizeof *self->limb);
    if (!self->limb) return ULAM_ENOMEM;
    self->low = low;
    self->used = self->capacity = (uint16_t)used;
    for (uint32_t i = 0; i < used; i++) self->limb[i] = ulam_reader_get_u64(reader);
    return exact_canonical(self).count == used ? ULAM_OK : ULAM_EFORMAT;
}

static bool is_negative(const ulam_exact *self) { return self->used && self->limb[self->used - 1] >> 63; }

static bool is_extreme(double x) { return isfinite(x) && !(x == 0 && signbit(x)); }

/* False for moments that no values could have given. */
static bool is_plausible(const ulam_moments *self)
{
    const ulam_exact *power = self->power;
    if (self->count == 0) {
        const bool empty = !power[0].used && !power[1].used && !power[2].used && !power[3].used;
        return empty && self->min == 0 && self->max == 0;
    }
    return is_extreme(self->min) && is_extreme(self->max) && self->min <= self->max && !is_negative(&power[1]) &&
           !is_negative(&power[3]);
}

static ulam_status unpack_moments(ulam_moments *self, ulam_reader *reader)
{
    self->count = ulam_reader_get_u64(reader);
    self->min = ulam_reader_get_real(reader);
    self->max = ulam_reader_get_real(reader);
    for (int k = 0; k < 4; k++) {
        const ulam_status status = unpack_exact(&self->power[k], reader);
        if (status) return status;
    }
    if (reader->failed || !is_plausible(self)) return ULAM_EFORMAT;
    if (self->count == 0) self->min = self->max = NAN;
    return ULAM_OK;
}

static ulam_status unpack(ulam_tally *self, size_t width, ulam_reader *reader)
{
    if ((size_t)(reader->end - reader->at) / LEAST_ELEMENT < width) return ULAM_EFORMAT;
    if (ulam_tally_init(self, width)) return ULAM_ENOMEM;
    self->runs = ulam_reader_get_u64(reader);
    self->failed = ulam_reader_get_u64(reader);
    if (self->failed > self->runs) return ULAM_EFORMAT;
    for (size_t i = 0; i < width; i++) {
        const ulam_status status = unpack_moments(&self->moments[i], reader);
        if (status) return status;
        if (self->moments[i].count > self->runs - self->failed) return ULAM_EFORMAT;
    }
    return reader->failed ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_tally_unpack(ulam_tally *self, size_t width, ulam_reader *reader, ulam_error *error)
{
    *self = (ulam_tally){0};
    const ulam_status status = unpack(self, width, reader);
    if (status == ULAM_ENOMEM) return ulam_fail_memory(error, "reading sums");
    if (status) return ulam_fail(error, status, "the sums of %zu elements are damaged or cut short", width);
    return ULAM_OK;
}
