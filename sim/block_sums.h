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
    double sum, min, max;
} block_extent;

/* Count, sum (NaN or infinite if a value is, unless they are gathered), minimum and maximum. */
block_extent block_measure(block_values values);

/* Whether every value is 0 or 1. */
bool block_is_binary(block_values values);

/* The sums of d, d^2, d^3 and d^4, d = x - centre. */
void block_centred_sums(block_values values, double centre, double sum[4]);

#endif
