#include <math.h>
#include <stdbool.h>

#include "counts.h"
#include "sketch_bytes.h"

static ulam_status pack_side(const ulam_sketch *self, int side, ulam_bytes *bytes)
{
    const uint64_t *count = self->count ? ulam_sketch_side(self, side) : NULL;
    uint32_t first = 0, end = count ? self->length[side] : 0;
    while (first < end && count[first] == 0) first++;
    while (end > first && count[end - 1] == 0) end--;
    ulam_status status = ulam_natural_pack(first < end ? self->low[side] + first : 0, bytes);
    if (!status) status = ulam_natural_pack(end - first, bytes);
    return status || first == end ? status : ulam_counts_pack(count + first, end - first, bytes);
}

ulam_status ulam_sketch_pack(const ulam_sketch *self, ulam_bytes *bytes)
{
    if (isnan(self->centre)) return ulam_natural_pack(0, bytes);
    ulam_status status = ulam_natural_pack(1, bytes);
    if (!status) status = ulam_bytes_put_real(bytes, self->centre);
    if (!status) status = ulam_natural_pack(self->count ? self->count[0] : 0, bytes);
    for (int side = 0; side < 2 && !status; side++) status = pack_side(self, side, bytes);
    return status;
}

/* The window of each side is read before its counts, so that memory is asked for once. */
static ulam_status unpack_side(ulam_sketch *self, int side, ulam_reader *reader)
{
    const uint64_t most = UINT64_C(2047) << self->bits;
    const uint64_t low = ulam_natural_unpack(reader), length = ulam_natural_unpack(reader);
    if (reader->failed || low > most || length > most - low || (length == 0 && low != 0)) return ULAM_EFORMAT;
    if (length == 0) return ULAM_OK;
    uint32_t lows[2] = {self->low[0], self->low[1]}, lengths[2] = {self->length[0], self->length[1]};
    lows[side] = (uint32_t)low;
    lengths[side] = (uint32_t)length;
    if (ulam_sketch_reserve(self, lows, lengths)) return ULAM_ENOMEM;
    uint64_t *count = ulam_sketch_side(self, side);
    ulam_counts_unpack(count, (size_t)length, reader);
    return reader->failed || count[0] == 0 || count[length - 1] == 0 ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_sketch_unpack(ulam_sketch *self, const ulam_sketch_plan *plan, ulam_reader *reader)
{
    const uint32_t none[2] = {0, 0};
    const uint64_t is_known = ulam_natural_unpack(reader);
    if (is_known == 0 && isnan(plan->centre)) return ULAM_OK;
    if (is_known != 1) return ULAM_EFORMAT;
    self->centre = ulam_reader_get_real(reader);
    const uint64_t at_centre = ulam_natural_unpack(reader);
    const bool is_plain = isfinite(self->centre) && !(self->centre == 0 && signbit(self->centre));
    if (reader->failed || !is_plain || (!isnan(plan->centre) && self->centre != plan->centre)) return ULAM_EFORMAT;
    if (at_centre) {
        if (ulam_sketch_reserve(self, none, none)) return ULAM_ENOMEM;
        self->count[0] = at_centre;
    }
    for (int side = 0; side < 2; side++) {
        const ulam_status status = unpack_side(self, side, reader);
        if (status) return status;
    }
    return ULAM_OK;
}
