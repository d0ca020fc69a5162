/* A sum of hashes, modulo 2^128. It does not depend on the order of its terms, so it merges like every statistic: the hash
 * of a point's samples is the sum of its blocks'. */

#ifndef ULAM_HASH_SUM_H
#define ULAM_HASH_SUM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Starts as {0}, the sum of none. */
typedef struct {
    uint64_t low, high;
} ulam_hash_sum;

void ulam_hash_sum_merge(ulam_hash_sum *self, const ulam_hash_sum *other);

/* Adds the XXH3 128-bit hash of bytes, seeded with block * samples + sample: those of the sample-th of so many observables
 * in a block. */
void ulam_hash_sum_add(ulam_hash_sum *self, uint64_t block, size_t samples, size_t sample, const void *bytes,
                       size_t size);

#ifdef __cplusplus
}
#endif

#endif
