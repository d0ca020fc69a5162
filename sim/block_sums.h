/* Sums over the values of one block, in an order that is fixed. NaN are left out. */

#ifndef ULAM_BLOCK_SUMS_H
#define ULAM_BLOCK_SUMS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const double *values;
    size_t n, stride;
    bool gather; /* copy the values together, without the NaN */
} block_values;

typedef struct {
    size_t count; /* of values that are not NaN */
    double min, max;
    double centre; /* between the two, and near the mean */
    /* of d, d^2, d^3 and d^4, d = x - centre; the first is NaN or infinite if a value is, unless they are gathered */
    double sum[4];
} block_sums;

block_sums block_sum(block_values values);

/* Whether every value is 0 or 1; if so, *count is their number and *ones that of the ones. */
bool block_count_ones(block_values values, size_t *count, size_t *ones);

#endif
