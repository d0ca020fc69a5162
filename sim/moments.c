#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <ulam/moments.h>

#include "exact_span.h"
#include "vectorised.h"

enum {
    LANES = 32,        /* independent partial sums: what a compiler needs to use vector registers */
    CHUNK = 8 * LANES, /* so short that rounding errors do not pile up in a lane */
    FEW = 8,           /* for so few values their exact powers cost no more than the expansion about a centre */
};

/* Below this, terms of the fourth power may have vanished beneath the smallest double. */
static const double vanishing = 0x1p-800;

typedef struct {
    const double *values;
    size_t n, stride;
    bool gather; /* copy the values together, without the NaN */
} block;

/* The next values of a block, CHUNK or what is left; moves the block behind them. */
static size_t next_chunk(block *self, double *buffer, const double **chunk)
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

/* In pairs, lane i with lane i + half. */
static double sum_of_lanes(double lane[LANES])
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

typedef struct {
    size_t count;
    double sum, min, max;
} extent;

VECTORISED static void measure_chunk(extent *self, const double *x, size_t n)
{
    double sum[LANES] = {0}, min[LANES], max[LANES];
    for (int i = 0; i < LANES; i++) {
        min[i] = self->min;
        max[i] = self->max;
    }
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (int i = 0; i < LANES; i++) {
            const double value = x[row + (size_t)i];
            sum[i] += value;
            min[i] = value < min[i] ? value : min[i];
            max[i] = value > max[i] ? value : max[i];
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double value = x[row + i];
        sum[i] += value;
        min[i] = value < min[i] ? value : min[i];
        max[i] = value > max[i] ? value : max[i];
    }
    for (int i = 0; i < LANES; i++) {
        self->min = min[i] < self->min ? min[i] : self->min;
        self->max = max[i] > self->max ? max[i] : self->max;
    }
    self->count += n;
    self->sum += sum_of_lanes(sum);
}

static extent measure(block values)
{
    extent result = {.min = INFINITY, .max = -INFINITY};
    double buffer[CHUNK];
    const double *chunk;
    while (values.n > 0) {
        const size_t n = next_chunk(&values, buffer, &chunk);
        measure_chunk(&result, chunk, n);
    }
    return result;
}

/* Adds the sums of d, d^2, d^3, d^4 over a chunk, d = x - centre. */
VECTORISED static void sum_powers(const double *x, size_t n, double centre, double sum[4])
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
    for (int k = 0; k < 4; k++) sum[k] = sum_of_lanes(lane[k]);
}

/* Adds x to sum and what rounding takes away to lost (Knuth's two-sum). */
static void add_carefully(double *sum, double *lost, double x)
{
    const double total = *sum + x, part = total - *sum;
    *lost += (*sum - (total - part)) + (x - part);
    *sum = total;
}

static void centred_sums(block values, double centre, double sum[4])
{
    double buffer[CHUNK], part[4], lost[4] = {0};
    const double *chunk;
    for (int k = 0; k < 4; k++) sum[k] = 0;
    while (values.n > 0) {
        const size_t n = next_chunk(&values, buffer, &chunk);
        sum_powers(chunk, n, centre, part);
        for (int k = 0; k < 4; k++) add_carefully(&sum[k], &lost[k], part[k]);
    }
    for (int k = 0; k < 4; k++) sum[k] += lost[k];
}

/* Adds the raw sums of n values whose sums about the centre are given: sum x^k = sum over j of (k over j) c^(k-j) t_j,
 * where t_0 = n. */
static ulam_status add_expansion(ulam_moments *self, double n, double c, const double t[4])
{
    static const double binomial[5][5] = {{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}};
    for (size_t k = 1; k <= 4; k++) {
        for (size_t j = 0; j <= k; j++) {
            double factors[5] = {j ? t[j - 1] : n};
            size_t used = 1;
            while (used <= k - j) factors[used++] = c;
            if (j > 0 && j < k) factors[used++] = binomial[k][j];
            if (ulam_exact_add_product(&self->power[k - 1], factors, used)) return ULAM_ENOMEM;
        }
    }
    return ULAM_OK;
}

static ulam_status add_each(ulam_moments *self, block values)
{
    for (size_t i = 0; i < values.n; i++) {
        const double x = values.values[i * values.stride];
        if (!isnan(x) && exact_add_powers(self->power, x)) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static ulam_status add_sums(ulam_moments *self, block values, const extent *range)
{
    if (range->count <= FEW) return add_each(self, values);
    const double n = (double)range->count;
    double t[4] = {0};
    if (range->min == range->max) return add_expansion(self, n, range->min, t);
    const double centre = fmin(fmax(range->sum / n, range->min), range->max);
    centred_sums(values, centre, t);
    return t[3] >= vanishing && t[3] <= DBL_MAX ? add_expansion(self, n, centre, t) : add_each(self, values);
}

/* -0 becomes 0, so that it does not matter which of the two came first. */
static void add_extent(ulam_moments *self, uint64_t count, double min, double max)
{
    if (self->count == 0 || min < self->min) self->min = min + 0.0;
    if (self->count == 0 || max > self->max) self->max = max + 0.0;
    self->count += count;
}

void ulam_moments_init(ulam_moments *self) { *self = (ulam_moments){.min = NAN, .max = NAN}; }

void ulam_moments_free(ulam_moments *self)
{
    for (int k = 0; k < 4; k++) ulam_exact_free(&self->power[k]);
    ulam_moments_init(self);
}

static ulam_status add_value(ulam_moments *self, double x)
{
    if (isnan(x)) return ULAM_OK;
    if (isinf(x)) return ULAM_EINVAL;
    if (exact_add_powers(self->power, x)) return ULAM_ENOMEM;
    add_extent(self, 1, x, x);
    return ULAM_OK;
}

ulam_status ulam_moments_add_block(ulam_moments *self, const double *values, size_t n, size_t stride)
{
    if (n == 1) return add_value(self, *values);
    block all = {values, n, stride, .gather = stride != 1};
    extent range = measure(all);
    if (!all.gather && !isfinite(range.sum)) {
        all.gather = true;
        range = measure(all);
    }
    if (range.count == 0) return ULAM_OK;
    if (isinf(range.min) || isinf(range.max)) return ULAM_EINVAL;
    if (add_sums(self, all, &range)) return ULAM_ENOMEM;
    add_extent(self, range.count, range.min, range.max);
    return ULAM_OK;
}

ulam_status ulam_moments_merge(ulam_moments *self, const ulam_moments *other)
{
    if (other->count == 0) return ULAM_OK;
    for (int k = 0; k < 4; k++)
        if (ulam_exact_merge(&self->power[k], &other->power[k])) return ULAM_ENOMEM;
    add_extent(self, other->count, other->min, other->max);
    return ULAM_OK;
}
