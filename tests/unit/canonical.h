/* Exact sums in the form that result files keep them in, where equal values have equal bytes. */

#ifndef CANONICAL_H
#define CANONICAL_H

#include <string.h>

#include "exact_span.h"

static inline void make_canonical(ulam_exact *self)
{
    const exact_span span = exact_canonical(self);
    if (span.first) memmove(self->limb, self->limb + span.first, span.count * sizeof *self->limb);
    self->low = span.count ? self->low + (int32_t)span.first : 0;
    self->used = (uint16_t)span.count;
}

#endif
