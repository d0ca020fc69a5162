/* Philox4x32-10 of all lanes by vector instructions, which compilers do not find in a loop over philox4x32_10(). The file
 * that includes this one says what `words` are: a vector of 64-bit slots, one a lane, each holding a 32-bit word in its
 * low half and anything in the high half, and the operations on them. */

#include <string.h>

#include "lanes_builds.h"

typedef struct {
    words x0, x1, x2, x3;
} words_counter;

enum {
    SLOTS = sizeof(words) / sizeof(uint64_t),
    AT_ONCE = 4 /* independent vectors, which hide each other's latencies */
};

static inline words_counter words_round(words_counter x, uint32_t key0, uint32_t key1)
{
    const words product0 = words_multiply(words_all(0xD2511F53), x.x0);
    const words product1 = words_multiply(words_all(0xCD9E8D57), x.x2);
    return (words_counter){words_xor(words_high(product1), x.x1, words_all(key0)), product1,
                           words_xor(words_high(product0), x.x3, words_all(key1)), product0};
}

/* All ten rounds of several vectors in step; how many is known where this is called. */
static inline __attribute__((always_inline)) void words_philox(words_counter *x, int vectors, uint64_t key)
{
    uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        for (int v = 0; v < vectors; v++) x[v] = words_round(x[v], key0, key1);
        key0 += UINT32_C(0x9E3779B9);
        key1 += UINT32_C(0xBB67AE85);
    }
}

static inline void philox_vectors(ulam_lanes *lanes, uint64_t draw, int step, int first)
{
    words_counter x[AT_ONCE];
    const words count = step == 1 ? words_count() : words_add(words_count(), words_count());
    for (int v = 0; v < AT_ONCE; v++) {
        const words run = words_add(words_all(lanes->first_run + (uint64_t)(step * (first + v * SLOTS))), count);
        x[v].x0 = words_all(draw);
        x[v].x1 = words_xor(words_all(draw >> 32), words_raise(words_high(run)), words_all(0));
        x[v].x2 = run;
        x[v].x3 = words_all(lanes->domain);
    }
    words_philox(x, AT_ONCE, lanes->key);
    for (int v = 0; v < AT_ONCE; v++) {
        words_store(&lanes->word[0][first + v * SLOTS], words_join(x[v].x0, x[v].x1));
        words_store(&lanes->word[1][first + v * SLOTS], words_join(x[v].x2, x[v].x3));
    }
}

/* SLOTS consecutive draw-blocks of one run for each vector. */
static inline __attribute__((always_inline)) void block_vectors(const ulam_rng *rng, uint64_t first, int vectors,
                                                                uint64_t *low, uint64_t *high)
{
    words_counter x[AT_ONCE];
    for (int v = 0; v < vectors; v++) {
        const words draw = words_add(words_all(first + (uint64_t)(v * SLOTS)), words_count());
        x[v].x0 = draw;
        x[v].x1 = words_xor(words_high(draw), words_all(rng->run >> 32 << 16), words_all(0));
        x[v].x2 = words_all(rng->run);
        x[v].x3 = words_all(rng->domain);
    }
    words_philox(x, vectors, rng->key);
    for (int v = 0; v < vectors; v++) {
        words_store(low + v * SLOTS, words_join(x[v].x0, x[v].x1));
        words_store(high + v * SLOTS, words_join(x[v].x2, x[v].x3));
    }
}

static void philox_blocks(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high)
{
    size_t i = 0;
    for (; n - i >= AT_ONCE * SLOTS; i += AT_ONCE * SLOTS) block_vectors(rng, first + i, AT_ONCE, low + i, high + i);
    for (; n - i >= SLOTS; i += SLOTS) block_vectors(rng, first + i, 1, low + i, high + i);
    if (i == n) return;
    uint64_t last[2][SLOTS];
    block_vectors(rng, first + i, 1, last[0], last[1]);
    memcpy(low + i, last[0], (n - i) * sizeof *low);
    memcpy(high + i, last[1], (n - i) * sizeof *high);
}

static void philox_lanes(ulam_lanes *lanes, uint64_t draw, int step)
{
    for (int first = 0; first < ULAM_LANES / step; first += AT_ONCE * SLOTS) philox_vectors(lanes, draw, step, first);
}
