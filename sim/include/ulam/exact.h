/* Exact accumulator: a fixed-point integer wide enough for what is added to it. Addition is integer addition, so a sum
 * does not depend on the order of its terms. */

#ifndef ULAM_EXACT_H
#define ULAM_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value is the two's complement integer limb[0 .. used-1], least significant first, times 2^(64 * low). Grows at
 * both ends as terms need it. All zero bytes: the value 0, owning no memory. */
typedef struct {
    int32_t low;
    uint16_t used;
    uint16_t capacity; /* 0: the limbs stand in somebody else's memory, and are copied from there to grow */
    uint64_t *limb;
} ulam_exact;

void ulam_exact_free(ulam_exact *self);

/* Adds the exact product of n finite doubles (1 <= n <= 5, so that count * x^4 fits one term). ULAM_ENOMEM. */
ulam_status ulam_exact_add_product(ulam_exact *self, const double *factors, size_t n);

/* Adds other. ULAM_ENOMEM. */
ulam_status ulam_exact_merge(ulam_exact *self, const ulam_exact *other);

#ifdef __cplusplus
}
#endif

#endif
