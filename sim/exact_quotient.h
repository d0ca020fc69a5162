/* Figures from exact sums: sums as integers, and quotients of integers rounded once. */

#ifndef ULAM_EXACT_QUOTIENT_H
#define ULAM_EXACT_QUOTIENT_H

#include <stdbool.h>

#include <gmp.h>

#include <ulam/exact.h>

enum {
    EXACT_SCRATCH = 3
};

/* The sum as an integer in a unit of 2^(64 low), low no higher than its own. */
void exact_read(mpz_t result, mpz_t scratch, const ulam_exact *exact, int32_t low);

/* A count as an integer. */
void exact_read_count(mpz_t result, uint64_t count);

/* 2^exponent times numerator / denominator, or (root, even exponent) the square root of its size with its sign; rounded
 * once. The denominator is positive. */
double exact_quotient(mpz_t scratch[EXACT_SCRATCH], const mpz_t numerator, const mpz_t denominator, long exponent,
                      bool root);

#endif
