/* Pairing: the values of antithetic pairs, made of those of their runs. */

#ifndef ULAM_PAIRING_H
#define ULAM_PAIRING_H

#include <ulam/statistics.h>

typedef struct {
    double *value; /* [2][width][pairs]: means, and half differences; owned */
    size_t capacity;
} ulam_pairing;

/* All zero bytes are one without memory. */
void ulam_pairing_free(ulam_pairing *self);

/* Makes the pairs of a block's runs, of which there are an even number, run_step 1, none missing. `pairs` points into self.
 * ULAM_ENOMEM. */
ulam_status ulam_pairing_make(ulam_pairing *self, const ulam_block_values *runs, size_t width,
                              ulam_block_values *pairs);

#endif
