#include <float.h>
#include <math.h>

#include <ulam/moments.h>

#include "block_sums.h"
#include "exact_span.h"
#include "vectorised.h"

enum {
    FEW = 8 /* for so few values their exact powers cost no more than the expansion about a centre */
};

/* Below this, terms of the fourth power may have vanished beneath the smallest double. */
static const double vanishing = 0x1p-800;

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

static ulam_status add_each(ulam_moments *self, block_values values)
{
    for (size_t i = 0; i < values.n; i++) {
        const double x = values.values[i * values.stride];
        if (!isnan(x) && exact_add_powers(self->power, x)) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static ulam_status add_sums(ulam_moments *self, block_values values, const block_sums *sums)
{
    if (sums->count <= FEW) return add_each(self, values);
    const double n = (double)sums->count;
    if (sums->min == sums->max) return add_expansion(self, n, sums->min, (double[4]){0});
    const bool fits = sums->sum[3] >= vanishing && sums->sum[3] <= DBL_MAX;
    return fits ? add_expansion(self, n, sums->centre, sums->sum) : add_each(self, values);
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

/* Values of which so many are 1 and the others 0. */
static ulam_status add_ones(ulam_moments *self, size_t count, size_t ones)
{
    const double sum = (double)ones;
    for (int k = 0; k < 4; k++)
        if (ulam_exact_add_product(&self->power[k], &sum, 1)) return ULAM_ENOMEM;
    if (count) add_extent(self, count, ones < count ? 0 : 1, ones ? 1 : 0);
    return ULAM_OK;
}

ulam_status ulam_moments_add_block(ulam_moments *self, const double *values, size_t n, size_t stride)
{
    if (n == 1) return add_value(self, *values);
    block_values all = {values, n, stride, .gather = stride != 1};
    size_t count, ones;
    if (block_count_ones(all, &count, &ones)) return add_ones(self, count, ones);
    block_sums sums = block_sum(all);
    if (!all.gather && !isfinite(sums.sum[0])) {
        all.gather = true;
        if (block_count_ones(all, &count, &ones)) return add_ones(self, count, ones);
        sums = block_sum(all);
    }
    if (isinf(sums.min) || isinf(sums.max)) return ULAM_EINVAL;
    if (add_sums(self, all, &sums)) return ULAM_ENOMEM;
    add_extent(self, sums.count, sums.min, sums.max);
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
