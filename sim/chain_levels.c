#include <stdlib.h>
#include <string.h>

#include "chain_levels.h"

enum {
    PRODUCTS = ULAM_CHAIN_LAGS + 1
};

size_t ulam_chain_levels_count(uint64_t n)
{
    size_t count = 0;
    for (; n > 0; n /= ULAM_CHAIN_FOLD) count++;
    return count;
}

ulam_status ulam_chain_levels_reserve(ulam_chain_sums *self, uint64_t n)
{
    const size_t count = ulam_chain_levels_count(n), old = self->n_levels;
    if (count <= old) return ULAM_OK;
    ulam_chain_level *levels = realloc(self->levels, count * sizeof *levels);
    if (!levels) return ULAM_ENOMEM;
    memset(levels + old, 0, (count - old) * sizeof *levels);
    self->levels = levels;
    self->n_levels = count;
    return ULAM_OK;
}

/* Bins are taken in their order, each with all lags at once, so that the rounding does not depend on how many come together. */
static void add_products(ulam_chain_level *self, const double *bin, size_t n)
{
    double window[ULAM_CHAIN_PIECE + ULAM_CHAIN_LAGS], product[PRODUCTS]; /* the last bin first */
    for (size_t i = 0; i < n; i++) window[n - 1 - i] = bin[i];
    memcpy(window + n, self->last, sizeof self->last);
    memcpy(product, self->product, sizeof product);
    for (size_t i = n; i-- > 0;) {
        const double *past = window + i;
        for (size_t k = 0; k < PRODUCTS; k++) product[k] += past[0] * past[k];
    }
    memcpy(self->product, product, sizeof product);
    memcpy(self->last, window, sizeof self->last);
}

/* Adds n bins to those that are there, and leaves in bin those of the next level which they complete; returns how many. */
static size_t add_bins(ulam_chain_level *self, uint64_t there, double *bin, size_t n)
{
    double sum = self->sum, pending = self->pending;
    size_t completed = 0;
    add_products(self, bin, n);
    for (size_t i = 0; i < n && there + i < ULAM_CHAIN_LAGS; i++) self->first[there + i] = bin[i];
    for (size_t i = 0; i < n; i++) {
        sum += bin[i];
        pending += bin[i];
        if ((there + i + 1) % ULAM_CHAIN_FOLD) continue;
        bin[completed++] = pending / ULAM_CHAIN_FOLD;
        pending = 0;
    }
    self->sum = sum;
    self->pending = pending;
    return completed;
}

void ulam_chain_levels_add(ulam_chain_sums *self, double *y, size_t n)
{
    uint64_t there = self->n;
    for (ulam_chain_level *level = self->levels; n > 0; level++) {
        n = add_bins(level, there, y, n);
        there /= ULAM_CHAIN_FOLD;
    }
}
