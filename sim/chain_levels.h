/* The levels of chain sums: bins of 4^j measurements and their lagged products. */

#ifndef ULAM_CHAIN_LEVELS_H
#define ULAM_CHAIN_LEVELS_H

#include <ulam/chain_sums.h>

enum {
    ULAM_CHAIN_FOLD = 4,  /* bins that make one of the next level */
    ULAM_CHAIN_PIECE = 64 /* measurements that are added together, at most */
};

/* Levels that hold a bin after n measurements. */
size_t ulam_chain_levels_count(uint64_t n);

/* Makes room for the levels of n measurements. ULAM_ENOMEM. */
ulam_status ulam_chain_levels_reserve(ulam_chain_sums *self, uint64_t n);

/* Adds up to ULAM_CHAIN_PIECE measurements, less the shift, to the levels, which are reserved; y is overwritten. self->n does not yet count them. */
void ulam_chain_levels_add(ulam_chain_sums *self, double *y, size_t n);

#endif
