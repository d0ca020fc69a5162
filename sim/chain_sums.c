#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/chain_sums.h>

#include "chain_levels.h"
#include "two_sum.h"

enum {
    GROUP = 16 /* measurements that are summed plainly before rounding errors are minded */
};

void ulam_chain_sums_init(ulam_chain_sums *self) { *self = (ulam_chain_sums){0}; }

void ulam_chain_sums_free(ulam_chain_sums *self)
{
    free(self->levels);
    *self = (ulam_chain_sums){0};
}

uint64_t ulam_chain_sums_width(uint64_t n)
{
    uint64_t width = 1;
    while (n / ULAM_CHAIN_SEGMENTS >= width) width *= 2;
    return width;
}

ulam_status ulam_chain_sums_copy(ulam_chain_sums *self, const ulam_chain_sums *other)
{
    ulam_chain_level *levels = NULL;
    if (other->n_levels) {
        levels = malloc(other->n_levels * sizeof *levels);
        if (!levels) return ULAM_ENOMEM;
        memcpy(levels, other->levels, other->n_levels * sizeof *levels);
    }
    *self = *other;
    self->levels = levels;
    return ULAM_OK;
}

static void total_add(ulam_chain_total *self, double value) { two_sum_add(&self->sum, &self->error, value); }

static void close_group(ulam_chain_sums *self, ulam_chain_segment *segment)
{
    total_add(&self->sum, self->group.sum);
    total_add(&self->squares, self->group.squares);
    segment->sum += self->group.sum;
    segment->squares += self->group.squares;
    self->group = (ulam_chain_segment){0};
}

static void merge_segments(ulam_chain_segment *segment)
{
    for (size_t i = 0; i < ULAM_CHAIN_SEGMENTS / 2; i++) {
        segment[i].sum = segment[2 * i].sum + segment[2 * i + 1].sum;
        segment[i].squares = segment[2 * i].squares + segment[2 * i + 1].squares;
    }
    memset(segment + ULAM_CHAIN_SEGMENTS / 2, 0, ULAM_CHAIN_SEGMENTS / 2 * sizeof *segment);
}

static void add_to_segments(ulam_chain_sums *self, const double *y, size_t n)
{
    uint64_t at = self->n, width = ulam_chain_sums_width(at);
    while (n > 0) {
        const uint64_t group = width < GROUP ? width : GROUP, room = group - at % group;
        const size_t part = n < room ? n : (size_t)room;
        ulam_chain_segment sums = self->group;
        for (size_t i = 0; i < part; i++) {
            sums.sum += y[i];
            sums.squares += y[i] * y[i];
        }
        self->group = sums;
        y += part;
        n -= part;
        if (part == room) close_group(self, &self->segment[at / width]);
        at += part;
        if (at / width == ULAM_CHAIN_SEGMENTS) {
            merge_segments(self->segment);
            width *= 2;
        }
    }
}

ulam_status ulam_chain_sums_add(ulam_chain_sums *self, const double *value, size_t n, size_t step)
{
    double y[ULAM_CHAIN_PIECE];
    if (n == 0) return ULAM_OK;
    const ulam_status status = ulam_chain_levels_reserve(self, self->n + n);
    if (status) return status;
    if (self->n == 0) self->shift = value[0];
    while (n > 0) {
        const size_t piece = n < ULAM_CHAIN_PIECE ? n : ULAM_CHAIN_PIECE;
        for (size_t i = 0; i < piece; i++) y[i] = value[i * step] - self->shift;
        add_to_segments(self, y, piece);
        ulam_chain_levels_add(self, y, piece);
        self->n += piece;
        value += piece * step;
        n -= piece;
    }
    return ULAM_OK;
}

static ulam_chain_segment sum_part(const ulam_chain_sums *self, uint64_t width, uint64_t first, uint64_t end)
{
    ulam_chain_segment sums = {0};
    for (uint64_t i = first / width; i < end / width; i++) {
        sums.sum += self->segment[i].sum;
        sums.squares += self->segment[i].squares;
    }
    if (end == self->n && end % width) {
        sums.sum += self->segment[end / width].sum + self->group.sum;
        sums.squares += self->segment[end / width].squares + self->group.squares;
    }
    return sums;
}

ulam_chain_part ulam_chain_sums_part(const ulam_chain_sums *self, uint64_t first, uint64_t end)
{
    const uint64_t width = ulam_chain_sums_width(self->n);
    ulam_chain_part part = {0, NAN, NAN};
    if (first >= end || end > self->n || first % width || (end % width && end != self->n)) return part;
    part.n = end - first;
    ulam_chain_segment sums = sum_part(self, width, first, end);
    if (part.n == self->n) {
        sums.sum = self->sum.sum + (self->group.sum + self->sum.error);
        sums.squares = self->squares.sum + (self->group.squares + self->squares.error);
    }
    const double mean = sums.sum / (double)part.n;
    part.mean = self->shift + mean;
    part.centred = sums.squares - mean * sums.sum;
    if (part.centred < 0) part.centred = 0;
    return part;
}

double ulam_chain_sums_mean(const ulam_chain_sums *self, uint64_t first, uint64_t end)
{
    return ulam_chain_sums_part(self, first, end).mean;
}
