/* Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC'11): a bijection of 128-bit counters, one for each 64-bit key. */

#ifndef ULAM_SIM_PHILOX_H
#define ULAM_SIM_PHILOX_H

#include <stdint.h>

enum {
    PHILOX_ROUNDS = 10
};

static inline void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t word[4])
{
    const uint64_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
    const uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const uint64_t product0 = multiplier0 * x0, product1 = multiplier1 * x2;
        x0 = (uint32_t)(product1 >> 32) ^ x1 ^ k0;
        x2 = (uint32_t)(product0 >> 32) ^ x3 ^ k1;
        x1 = (uint32_t)product1;
        x3 = (uint32_t)product0;
        k0 += weyl0;
        k1 += weyl1;
    }
    word[0] = x0;
    word[1] = x1;
    word[2] = x2;
    word[3] = x3;
}

#endif
