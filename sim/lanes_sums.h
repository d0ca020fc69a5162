/* Sums over the values of a block, compiled once for each build. The file that includes this one says what `reals` are, a
 * vector of doubles, and the operations on them. Value i goes to column i mod BLOCK_COLUMNS, so that the bits do not depend
 * on how many doubles a vector has. */

#include <string.h>

#include "lanes_builds.h"

enum {
    REALS = sizeof(reals) / sizeof(double),
    VECTORS = BLOCK_COLUMNS / REALS,
    SUMS = VECTORS < 4 ? 4 / VECTORS : 1 /* of a column, as many as hide the latency of an addition */
};

/* two_sum_add() of vectors. */
static inline void two_sums_add(reals *sum, reals *lost, reals x)
{
    const reals total = reals_add(*sum, x), part = reals_subtract(total, *sum);
    *lost = reals_add(*lost, reals_add(reals_subtract(*sum, reals_subtract(total, part)), reals_subtract(x, part)));
    *sum = total;
}

static void add_powers(block_powers *self, const double *x, size_t rows, double centre)
{
    const reals all_centre = reals_all(centre);
    reals sum[4][VECTORS], min[VECTORS], max[VECTORS];
    for (int v = 0; v < VECTORS; v++) {
        for (int k = 0; k < 4; k++) sum[k][v] = reals_all(0);
        min[v] = reals_load(self->min + v * REALS);
        max[v] = reals_load(self->max + v * REALS);
    }
    for (; rows; rows--, x += BLOCK_COLUMNS)
        for (int v = 0; v < VECTORS; v++) {
            const reals value = reals_load(x + v * REALS), d = reals_subtract(value, all_centre);
            const reals d2 = reals_multiply(d, d);
            sum[0][v] = reals_add(sum[0][v], d);
            sum[1][v] = reals_add(sum[1][v], d2);
            sum[2][v] = reals_add(sum[2][v], reals_multiply(d2, d));
            sum[3][v] = reals_add(sum[3][v], reals_multiply(d2, d2));
            min[v] = reals_min(value, min[v]);
            max[v] = reals_max(value, max[v]);
        }
    for (int v = 0; v < VECTORS; v++) {
        reals_store(self->min + v * REALS, min[v]);
        reals_store(self->max + v * REALS, max[v]);
        for (int k = 0; k < 4; k++) {
            reals total = reals_load(self->sum[k] + v * REALS), lost = reals_load(self->lost[k] + v * REALS);
            two_sums_add(&total, &lost, sum[k][v]);
            reals_store(self->sum[k] + v * REALS, total);
            reals_store(self->lost[k] + v * REALS, lost);
        }
    }
}

/* x^2 - x is 0 for these two alone, and of no other sign. */
static inline void count_vector(reals *sum, reals *others, const double *x)
{
    const reals value = reals_load(x);
    *others = reals_or(*others, reals_subtract(reals_multiply(value, value), value));
    *sum = reals_add(*sum, value);
}

/* In several sums, which do not wait for each other: counts are the same in any order. */
static bool count_ones(const double *x, size_t rows, size_t *ones)
{
    reals sum[SUMS * VECTORS], others[SUMS * VECTORS];
    double column[BLOCK_COLUMNS];
    double other[REALS];
    uint64_t bits[REALS], found = 0;
    for (int v = 0; v < SUMS * VECTORS; v++) sum[v] = others[v] = reals_all(0);
    for (; rows >= SUMS; rows -= SUMS, x += SUMS * BLOCK_COLUMNS)
        for (int v = 0; v < SUMS * VECTORS; v++) count_vector(&sum[v], &others[v], x + v * REALS);
    for (; rows; rows--, x += BLOCK_COLUMNS)
        for (int v = 0; v < VECTORS; v++) count_vector(&sum[v], &others[v], x + v * REALS);
    for (int v = VECTORS; v < SUMS * VECTORS; v++) sum[v % VECTORS] = reals_add(sum[v % VECTORS], sum[v]);
    for (int v = 1; v < SUMS * VECTORS; v++) others[0] = reals_or(others[0], others[v]);
    for (int v = 0; v < VECTORS; v++) reals_store(column + v * REALS, sum[v]);
    reals_store(other, others[0]);
    memcpy(bits, other, sizeof bits);
    for (int i = 0; i < REALS; i++) found |= bits[i];
    for (int i = 0; i < BLOCK_COLUMNS && !found; i++) *ones += (size_t)column[i];
    return !found;
}
