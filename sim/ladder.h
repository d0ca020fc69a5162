/* The ladder of run counts at which a point is looked at: start * 1.25^k, k = 0, 1, 2, ..., rounded up to whole blocks. It
 * depends on nothing but the job. */

#ifndef ULAM_LADDER_H
#define ULAM_LADDER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t start; /* runs; 0: a ladder without rungs */
    uint64_t block; /* runs */
} ulam_ladder;

/* Blocks up to the lowest rung that is higher than so many; UINT64_MAX: there is none below ULAM_MAX_RUNS runs. */
uint64_t ulam_ladder_above(const ulam_ladder *self, uint64_t blocks);

/* Blocks up to the highest rung that is not higher than so many; 0: there is none. */
uint64_t ulam_ladder_below(const ulam_ladder *self, uint64_t blocks);

bool ulam_ladder_has(const ulam_ladder *self, uint64_t blocks);

#endif
