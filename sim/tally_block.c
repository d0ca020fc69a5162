/* A tally's sums in one piece of memory, which a copy shares until one of the two changes. */

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "exact_span.h"
#include "tally_block.h"

struct ulam_tally_block {
    atomic_size_t owners; /* tallies whose moments these are */
    uint64_t limbs[];
};

/* Limbs in canonical form; *loose: some of them are not in the block. */
static size_t count_limbs(const ulam_tally *self, bool *loose)
{
    size_t limbs = 0;
    *loose = !self->block;
    for (size_t i = 0; i < self->width; i++)
        for (int k = 0; k < 4; k++) {
            limbs += exact_canonical(&self->moments[i].power[k]).count;
            *loose |= self->moments[i].power[k].capacity > 0;
        }
    return limbs;
}

/* Moves a sum's limbs to `at`. Returns where the next ones go. */
static uint64_t *move_limbs(ulam_exact *exact, uint64_t *at)
{
    const exact_span span = exact_canonical(exact);
    const ulam_exact moved = {
        .low = span.count ? exact->low + (int32_t)span.first : 0, .used = (uint16_t)span.count, .limb = at};
    if (span.count) memcpy(at, exact->limb + span.first, span.count * sizeof *at);
    ulam_exact_free(exact);
    *exact = moved;
    return at + span.count;
}

void ulam_tally_tighten(ulam_tally *self)
{
    bool loose;
    if (!self->moments || (self->block && atomic_load(&self->block->owners) > 1)) return;
    const size_t limbs = count_limbs(self, &loose);
    if (!loose) return;
    struct ulam_tally_block *block = malloc(sizeof *block + limbs * sizeof *block->limbs);
    if (!block) return;
    atomic_init(&block->owners, 1);
    uint64_t *at = block->limbs;
    for (size_t i = 0; i < self->width; i++)
        for (int k = 0; k < 4; k++) at = move_limbs(&self->moments[i].power[k], at);
    free(self->block);
    self->block = block;
}

ulam_status ulam_tally_copy(ulam_tally *self, const ulam_tally *other)
{
    *self = (ulam_tally){0};
    if (!other->moments) return ULAM_OK; /* it holds nothing, not even room */
    if (other->block) {
        atomic_fetch_add(&other->block->owners, 1);
        *self = *other;
        if (ulam_tally_keep(self, other->more.statistics)) return ULAM_ENOMEM;
        return ulam_accumulators_merge(&self->more, &other->more);
    }
    if (ulam_tally_init(self, other->width) || ulam_tally_keep(self, other->more.statistics)) return ULAM_ENOMEM;
    return ulam_tally_merge(self, other);
}

ulam_status tally_make_own(ulam_tally *self)
{
    if (!self->block || atomic_load(&self->block->owners) == 1) return ULAM_OK;
    ulam_tally own;
    if (ulam_tally_init(&own, self->width) || ulam_tally_merge(&own, self)) {
        ulam_tally_free(&own);
        return ULAM_ENOMEM;
    }
    own.more = self->more;
    self->more = (ulam_accumulators){0};
    ulam_tally_free(self);
    *self = own;
    return ULAM_OK;
}

bool tally_leave_block(ulam_tally *self) { return !self->block || atomic_fetch_sub(&self->block->owners, 1) == 1; }
