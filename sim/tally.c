#include <math.h>
#include <stdlib.h>

#include <ulam/tally.h>

#include "exact_bytes.h"
#include "tally_block.h"

enum {
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
    ulam_accumulators_free(&self->more);
    *self = (ulam_tally){0};
}

ulam_status ulam_tally_keep(ulam_tally *self, const ulam_statistics *statistics)
{
    return ulam_accumulators_init(&self->more, statistics);
}

ulam_status ulam_tally_add(ulam_tally *self, const ulam_block_values *block)
{
    if (block->n == 0) return ULAM_OK;
    if (tally_make_own(self)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++) {
        const ulam_series series = ulam_block_series(block, i);
        const ulam_status status = ulam_moments_add_block(&self->moments[i], series.value, series.n, series.step);
        if (status) return status;
    }
    self->runs += block->half ? 2 * block->n : block->n;
    return ulam_accumulators_add_block(&self->more, block);
}

ulam_status ulam_tally_add_block(ulam_tally *self, const double *values, size_t stride, size_t n)
{
    const ulam_block_values block = {
        .value = values, .n = n, .run_step = 1, .element_step = stride, .first = self->runs};
    return ulam_tally_add(self, &block);
}

ulam_status ulam_tally_merge(ulam_tally *self, const ulam_tally *other)
{
    const ulam_status status = ulam_accumulators_merge(&self->more, &other->more);
    if (status) return status;
    if (tally_make_own(self)) return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++)
        if (ulam_moments_merge(&self->moments[i], &other->moments[i])) return ULAM_ENOMEM;
    self->runs += other->runs;
    self->failed += other->failed;
    ulam_hash_sum_merge(&self->samples, &other->samples);
    return ULAM_OK;
}

/* Of no values, the count alone says everything; the rest is zeros, as a NaN has many bit patterns. */
static ulam_status pack_moments(const ulam_moments *self, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, self->count)) return ULAM_ENOMEM;
    if (ulam_bytes_put_real(bytes, self->count ? self->min : 0)) return ULAM_ENOMEM;
    if (ulam_bytes_put_real(bytes, self->count ? self->max : 0)) return ULAM_ENOMEM;
    for (int k = 0; k < 4; k++)
        if (exact_pack(&self->power[k], bytes)) return ULAM_ENOMEM;
    return ULAM_OK;
}

ulam_status ulam_tally_pack(const ulam_tally *self, ulam_bytes *bytes)
{
    if (ulam_bytes_put_u64(bytes, self->runs) || ulam_bytes_put_u64(bytes, self->failed)) return ULAM_ENOMEM;
    if (ulam_bytes_put_u64(bytes, self->samples.low) || ulam_bytes_put_u64(bytes, self->samples.high))
        return ULAM_ENOMEM;
    for (size_t i = 0; i < self->width; i++)
        if (pack_moments(&self->moments[i], bytes)) return ULAM_ENOMEM;
    return ulam_accumulators_pack(&self->more, bytes);
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
        const ulam_status status = exact_unpack(&self->power[k], reader);
        if (status) return status;
    }
    if (reader->failed || !is_plausible(self)) return ULAM_EFORMAT;
    if (self->count == 0) self->min = self->max = NAN;
    return ULAM_OK;
}

/* Counts must be of as many values as the moments. */
static bool counts_agree(const ulam_tally *self)
{
    const ulam_statistics *kept = self->more.statistics;
    bool agree = true;
    for (size_t i = 0; kept && i < kept->n_sketches; i++)
        agree &= ulam_sketch_total(&self->more.sketches[i]) == self->moments[kept->sketches[i].element].count;
    for (size_t i = 0; kept && i < kept->n_histograms; i++)
        agree &= ulam_histogram_total(&self->more.histograms[i]) == self->moments[kept->histograms[i].element].count;
    for (size_t i = 0; kept && i < kept->n_pairs; i++)
        agree &= self->more.pairs[i].count <= self->moments[kept->pairs[i].first].count &&
                 self->more.pairs[i].count <= self->moments[kept->pairs[i].second].count;
    for (size_t i = 0; kept && i < kept->n_grouped; i++) {
        uint64_t total = 0;
        for (size_t g = 0; g < ULAM_GROUPS; g++) total += self->more.groups[i].count[g];
        agree &= total == self->moments[kept->grouped[i]].count;
    }
    for (size_t i = 0; kept && i < kept->n_antithetic; i++)
        agree &= self->moments[i].count == self->runs / 2 || self->failed;
    return agree;
}

static ulam_status unpack(ulam_tally *self, size_t width, const ulam_statistics *statistics, ulam_reader *reader)
{
    if ((size_t)(reader->end - reader->at) / LEAST_ELEMENT < width) return ULAM_EFORMAT;
    if (ulam_tally_init(self, width)) return ULAM_ENOMEM;
    self->runs = ulam_reader_get_u64(reader);
    self->failed = ulam_reader_get_u64(reader);
    self->samples.low = ulam_reader_get_u64(reader);
    self->samples.high = ulam_reader_get_u64(reader);
    if (self->failed > self->runs) return ULAM_EFORMAT;
    for (size_t i = 0; i < width; i++) {
        const ulam_status status = unpack_moments(&self->moments[i], reader);
        if (status) return status;
        if (self->moments[i].count > self->runs - self->failed) return ULAM_EFORMAT;
    }
    const ulam_status status = ulam_accumulators_unpack(&self->more, statistics, reader);
    if (status) return status;
    return reader->failed || !counts_agree(self) ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_tally_unpack(ulam_tally *self, size_t width, const ulam_statistics *statistics, ulam_reader *reader,
                              ulam_error *error)
{
    *self = (ulam_tally){0};
    const ulam_status status = unpack(self, width, statistics, reader);
    if (status == ULAM_ENOMEM) return ulam_fail_memory(error, "reading sums");
    if (status) return ulam_fail(error, status, "the sums of %zu elements are damaged or cut short", width);
    return ULAM_OK;
}
