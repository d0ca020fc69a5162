#include <math.h>

#include "block_sums.h"
#include "vectorised.h"

enum {
    LANES = 32,         /* independent partial sums: what a compiler needs to use vector registers */
    CHUNK = 16 * LANES, /* so short that rounding errors do not pile up in a lane */
};

/* The next values of a block, CHUNK or what is left; moves the block behind them. */
static size_t next_chunk(block_values *self, double *buffer, const double **chunk)
{
    if (!self->gather) {
        const size_t n = self->n < CHUNK ? self->n : CHUNK;
        *chunk = self->values;
        self->values += n;
        self->n -= n;
        return n;
    }
    size_t n = 0;
    while (n < CHUNK && self->n > 0) {
        const double x = *self->values;
        buffer[n] = x;
        n += isnan(x) ? 0 : 1;
        if (--self->n > 0) self->values += self->stride;
    }
    *chunk = buffer;
    return n;
}

typedef struct {
    double sum[LANES], min[LANES], max[LANES];
} extents;

VECTORISED static void measure_chunk(extents *self, const double *x, size_t n)
{
    extents lane = *self;
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (int i = 0; i < LANES; i++) {
            const double value = x[row + (size_t)i];
            lane.sum[i] += value;
            lane.min[i] = value < lane.min[i] ? value : lane.min[i];
            lane.max[i] = value > lane.max[i] ? value : lane.max[i];
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double value = x[row + i];
        lane.sum[i] += value;
        lane.min[i] = value < lane.min[i] ? value : lane.min[i];
        lane.max[i] = value > lane.max[i] ? value : lane.max[i];
    }
    *self = lane;
}

block_extent block_measure(block_values values)
{
    block_extent result = {.min = INFINITY, .max = -INFINITY};
    extents lane;
    double buffer[CHUNK];
    const double *chunk;
    for (int i = 0; i < LANES; i++) {
        lane.sum[i] = 0;
        lane.min[i] = INFINITY;
        lane.max[i] = -INFINITY;
    }
    while (values.n > 0) {
        const size_t n = next_chunk(&values, buffer, &chunk);
        measure_chunk(&lane, chunk, n);
        result.count += n;
    }
    for (int i = 0; i < LANES; i++) {
        result.sum += lane.sum[i];
        result.min = lane.min[i] < result.min ? lane.min[i] : result.min;
        result.max = lane.max[i] > result.max ? lane.max[i] : result.max;
    }
    return result;
}

VECTORISED static bool chunk_is_binary(const double *x, size_t n)
{
    unsigned others = 0;
    for (size_t i = 0; i < n; i++) others |= x[i] * x[i] != x[i];
    return !others;
}

bool block_is_binary(block_values values)
{
    double buffer[CHUNK];
    const double *chunk;
    while (values.n > 0) {
        const size_t n = next_chunk(&values, buffer, &chunk);
        if (!chunk_is_binary(chunk, n)) return false;
    }
    return true;
}

/* Sums, and what rounding took away from them. */
typedef struct {
    double sum[4][LANES], lost[4][LANES];
} powers;

/* Adds x to sum and what rounding takes away to lost (Knuth's two-sum). */
static inline void add_carefully(double *sum, double *lost, double x)
{
    const double total = *sum + x, part = total - *sum;
    *lost += (*sum - (total - part)) + (x - part);
    *sum = total;
}

VECTORISED static void add_chunk(powers *self, const double *x, size_t n, double centre)
{
    double lane[4][LANES] = {0};
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (int i = 0; i < LANES; i++) {
            const double d = x[row + (size_t)i] - centre, d2 = d * d;
            lane[0][i] += d;
            lane[1][i] += d2;
            lane[2][i] += d2 * d;
            lane[3][i] += d2 * d2;
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double d = x[row + i] - centre, d2 = d * d;
        lane[0][i] += d;
        lane[1][i] += d2;
        lane[2][i] += d2 * d;
        lane[3][i] += d2 * d2;
    }
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < LANES; i++) add_carefully(&self->sum[k][i], &self->lost[k][i], lane[k][i]);
}

/* In pairs, lane i with lane i + half. */
VECTORISED static void fold_lanes(powers *self)
{
    for (int k = 0; k < 4; k++)
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) {
                self->lost[k][i] += self->lost[k][i + half];
                add_carefully(&self->sum[k][i], &self->lost[k][i], self->sum[k][i + half]);
            }
}

void block_centred_sums(block_values values, double centre, double sum[4])
{
    powers all = {0};
    double buffer[CHUNK];
    const double *chunk;
    while (values.n > 0) {
        const size_t n = next_chunk(&values, buffer, &chunk);
        add_chunk(&all, chunk, n, centre);
    }
    fold_lanes(&all);
    for (int k = 0; k < 4; k++) sum[k] = all.sum[k][0] + all.lost[k][0];
}
