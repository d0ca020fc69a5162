#include <math.h>

#include <ulam/rng.h>

#include "ladder.h"

static uint64_t rung(const ulam_ladder *self, double runs)
{
    return ((uint64_t)ceil(runs) + self->block - 1) / self->block;
}

/* The rungs around: *below is the highest that is not higher than so many runs, 0: there is none; returned is the one above
 * it. In doubles, multiplied one after another: the same on every machine. */
static double find(const ulam_ladder *self, uint64_t blocks, double *below)
{
    const double most = (double)(blocks * self->block);
    double runs = self->start ? (double)self->start : INFINITY;
    for (*below = 0; runs <= most; runs *= 1.25) *below = runs;
    return runs;
}

uint64_t ulam_ladder_above(const ulam_ladder *self, uint64_t blocks)
{
    double below;
    const double above = find(self, blocks, &below);
    return above <= (double)ULAM_MAX_RUNS ? rung(self, above) : UINT64_MAX;
}

uint64_t ulam_ladder_below(const ulam_ladder *self, uint64_t blocks)
{
    double below;
    find(self, blocks, &below);
    return rung(self, below);
}

bool ulam_ladder_has(const ulam_ladder *self, uint64_t blocks)
{
    return blocks > 0 && ulam_ladder_below(self, blocks) == blocks;
}
