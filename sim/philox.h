/* Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC'11): a bijection of 128-bit counters, one for each 64-bit key. */

#ifndef ULAM_SIM_PHILOX_H
#define ULAM_SIM_PHILOX_H

#include <stdint.h>

#include <string.h>

enum {
    PHILOX_ROUNDS = 10
};

static const uint32_t philox_multiplier0 = 0xD2511F53, philox_multiplier1 = 0xCD9E8D57;
static const uint32_t philox_key_step0 = 0x9E3779B9, philox_key_step1 = 0xBB67AE85; /* from round to round */

typedef struct {
    uint32_t x0, x1, x2, x3;
} philox_counter;

/* Two words by one store where that is their order in memory: they are read back as one, which would wait for two. */
static inline void philox_store(uint32_t *word, uint32_t first, uint32_t second)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t both = first | (uint64_t)second << 32;
    memcpy(word, &both, sizeof both);
#else
    word[0] = first;
    word[1] = second;
#endif
}

static inline void philox4x32_10(philox_counter x, uint64_t key, uint32_t word[4])
{
    uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t product0 = (uint64_t)philox_multiplier0 * x.x0, product1 = (uint64_t)philox_multiplier1 * x.x2;
        x = (philox_counter){(x.x1 ^ key0) ^ (uint32_t)(product1 >> 32), (uint32_t)product1,
                             (x.x3 ^ key1) ^ (uint32_t)(product0 >> 32), (uint32_t)product0};
        key0 += philox_key_step0;
        key1 += philox_key_step1;
    }
    philox_store(word, x.x0, x.x1);
    philox_store(word + 2, x.x2, x.x3);
}

#endif
