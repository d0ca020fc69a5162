/* What exact.c shows to the rest of sim/. */

#ifndef ULAM_EXACT_SPAN_H
#define ULAM_EXACT_SPAN_H

#include <ulam/exact.h>

/* The limbs that the canonical form keeps: limb[first .. first + count - 1]. */
typedef struct {
    uint32_t first, count;
} exact_span;

exact_span exact_canonical(const ulam_exact *self);

/* Adds x, x^2, x^3 and x^4, x finite, to the four sums. ULAM_ENOMEM. */
ulam_status exact_add_powers(ulam_exact power[4], double x);

#endif
