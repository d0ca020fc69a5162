#include <math.h>

#include "block_sums.h"
#include "lanes_builds.h"
#include "two_sum.h"

enum {
    CHUNK = 16 * BLOCK_COLUMNS /* so short that rounding errors do not pile up in a column */
};

typedef struct {
    const double *values;
    size_t n, rows; /* values, and rows of BLOCK_COLUMNS that they fill */
} chunk;

/* The next values of a block, CHUNK at most, with padding up to a whole row; moves the block behind them. */
static chunk next_chunk(block_values *self, double padding, double buffer[CHUNK])
{
    const size_t most = self->n < CHUNK ? self->n : CHUNK;
    if (!self->gather && most % BLOCK_COLUMNS == 0) {
        const double *values = self->values;
        self->values += most;
        self->n -= most;
        return (chunk){values, most, most / BLOCK_COLUMNS};
    }
    size_t n = 0;
    while (n < CHUNK && self->n > 0) {
        const double x = *self->values;
        buffer[n] = x;
        n += self->gather && isnan(x) ? 0 : 1;
        if (--self->n > 0) self->values += self->stride;
    }
    const size_t rows = (n + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
    for (size_t i = n; i < rows * BLOCK_COLUMNS; i++) buffer[i] = padding;
    return (chunk){buffer, n, rows};
}

/* The values of a block that stand together, but for those that do not fill a row. */
static chunk whole_rows(block_values *self)
{
    const chunk result = {self->values, self->n / BLOCK_COLUMNS * BLOCK_COLUMNS, self->n / BLOCK_COLUMNS};
    self->values += result.n;
    self->n -= result.n;
    return result;
}

bool block_count_ones(block_values values, size_t *count, size_t *ones)
{
    const lanes_build *build = lanes_current();
    double buffer[CHUNK];
    *count = *ones = 0;
    while (values.n > 0) {
        const chunk next = *count && !values.gather && values.n >= BLOCK_COLUMNS ? whole_rows(&values)
                                                                                 : next_chunk(&values, 0, buffer);
        if (!build->count_ones(next.values, next.rows, ones)) return false;
        *count += next.n;
    }
    return true;
}

static double least(double a, double b) { return a < b ? a : b; }
static double greatest(double a, double b) { return a > b ? a : b; }

/* The mean of the first values, between the least and the greatest of them. */
static double first_centre(block_values values)
{
    double buffer[CHUNK], sum = 0, min = INFINITY, max = -INFINITY;
    const chunk first = next_chunk(&values, 0, buffer);
    for (size_t i = 0; i < first.n; i++) {
        sum += first.values[i];
        min = least(min, first.values[i]);
        max = greatest(max, first.values[i]);
    }
    return least(greatest(sum / (double)first.n, min), max);
}

/* Columns i and i + half become one. */
static void fold_columns(block_powers *self, int half)
{
    for (int i = 0; i < half; i++) {
        for (int k = 0; k < 4; k++) {
            double lost = self->lost[k][i + half];
            two_sum_add(&self->sum[k][i], &lost, self->sum[k][i + half]);
            self->lost[k][i] += lost;
        }
        self->min[i] = least(self->min[i], self->min[i + half]);
        self->max[i] = greatest(self->max[i], self->max[i + half]);
    }
}

static block_sums sum_about(block_values values, double centre)
{
    const lanes_build *build = lanes_current();
    block_sums result = {.centre = centre};
    block_powers all = {0};
    double buffer[CHUNK];
    for (int i = 0; i < BLOCK_COLUMNS; i++) {
        all.min[i] = INFINITY;
        all.max[i] = -INFINITY;
    }
    while (values.n > 0) {
        const chunk next = next_chunk(&values, centre, buffer);
        build->add_powers(&all, next.values, next.rows, centre);
        result.count += next.n;
    }
    for (int half = BLOCK_COLUMNS / 2; half > 0; half /= 2) fold_columns(&all, half);
    for (int k = 0; k < 4; k++) result.sum[k] = all.sum[k][0] + all.lost[k][0];
    result.min = all.min[0];
    result.max = all.max[0];
    return result;
}

block_sums block_sum(block_values values)
{
    const block_sums sums = sum_about(values, first_centre(values));
    const double n = (double)sums.count, mean = sums.sum[0] / n;
    if (!(mean * mean > 0.75 * sums.sum[1] / n)) return sums;
    /* The first values were unlike the rest, whose powers would cancel. */
    return sum_about(values, least(greatest(sums.centre + mean, sums.min), sums.max));
}
