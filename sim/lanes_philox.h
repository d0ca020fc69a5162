/* Philox4x32-10 of all lanes by vector instructions, which compilers do not find in a loop over philox4x32_10(). The file
 * that includes this one says what `words` are: a vector of 64-bit slots, one a lane, each holding a 32-bit word in its
 * low half and anything in the high half, and the operations on them; how many of them are done at once, WORDS_AT_ONCE; and
 * words_begin_at(v), the step in which vector v begins: 0 for the first, and none before the one ahead of it. */

#include <string.h>

#include "lanes_builds.h"
#include "philox.h"

typedef struct {
    words x0, x1, x2, x3;
} words_counter;

enum {
    SLOTS = sizeof(words) / sizeof(uint64_t),
    IN_STEP = 8,              /* independent vectors, which hide each other's latencies */
    STEPS = PHILOX_ROUNDS - 1 /* of a vector of lanes: two rounds, then one each */
};

_Static_assert(ULAM_LANES % (WORDS_AT_ONCE * SLOTS) == 0, "philox_lanes() knows no rest");

/* The keys of the rounds, two each. */
typedef struct {
    uint64_t key[2 * PHILOX_ROUNDS];
} key_schedule;

static inline __attribute__((always_inline)) key_schedule schedule_of(uint64_t key)
{
    key_schedule self;
    for (uint32_t round = 0; round < PHILOX_ROUNDS; round++) {
        self.key[2 * round] = (uint32_t)key + round * philox_key_step0;
        self.key[2 * round + 1] = (uint32_t)(key >> 32) + round * philox_key_step1;
    }
    return self;
}

static inline words_counter words_round(words_counter x, const uint64_t key[2])
{
    const words product0 = words_multiply(words_all(philox_multiplier0), x.x0);
    const words product1 = words_multiply(words_all(philox_multiplier1), x.x2);
    return (words_counter){words_xor(words_high(product1), x.x1, words_all(key[0])), product1,
                           words_xor(words_high(product0), x.x3, words_all(key[1])), product0};
}

/* The last round. low and high become words 0 and 1, words 2 and 3 of each slot. */
static inline void words_end(words_counter x, const key_schedule *keys, uint64_t *low, uint64_t *high)
{
    const uint64_t *last = keys->key + 2 * (PHILOX_ROUNDS - 1);
    const words product0 = words_multiply(words_all(philox_multiplier0), x.x0);
    const words product1 = words_multiply(words_all(philox_multiplier1), x.x2);
    words_store(low, words_swap_and_xor(product1, x.x1, words_all(last[0])));
    words_store(high, words_swap_and_xor(product0, x.x3, words_all(last[1])));
}

/* The counter after two rounds, where x0 and x3 are the same in all slots: half of the products are then single numbers. */
static inline words_counter words_begin(uint32_t x0, words x1, words x2, uint32_t x3, const key_schedule *keys)
{
    const uint64_t *first = keys->key, *second = keys->key + 2;
    const uint64_t number0 = (uint64_t)philox_multiplier0 * x0;
    const uint64_t number1 = (uint64_t)philox_multiplier1 * (uint32_t)((number0 >> 32) ^ x3 ^ first[1]);
    const words product1 = words_multiply(words_all(philox_multiplier1), x2);
    const words product0 =
        words_multiply(words_all(philox_multiplier0), words_xor(words_high(product1), x1, words_all(first[0])));
    return (words_counter){
        words_xor(product1, words_all((number1 >> 32) ^ second[0]), words_all(0)), words_all(number1),
        words_xor(words_high(product0), words_all((uint32_t)number0 ^ second[1]), words_all(0)), product0};
}

/* `vectors` vectors of every step-th run, whose words stand from place `first` on. Where they begin one after the other, some
 * are in their first rounds while others are in their last, and the youngest go first: the processor, which looks but so far
 * ahead, then always has work. The runs' high words are one number for all as long as none of the low words begins anew at
 * 0. */
static inline __attribute__((always_inline)) void philox_vectors(ulam_lanes *lanes, uint64_t draw, int step, int first,
                                                                 int vectors, bool one_high)
{
    key_schedule keys = schedule_of(lanes->key);
    /* Left in memory, from where a key is spread over a vector at no cost; compilers would rather compute them again. */
    __asm__("" : "+m"(keys));
    words_counter x[WORDS_AT_ONCE];
    const words draw_high = words_all(draw >> 32), all_high = words_all(lanes->first_run >> 32 << 16);
    const words count = step == 1 ? words_count() : words_add(words_count(), words_count());
    const words first_run = words_add(words_all(lanes->first_run + (uint64_t)(step * first)), count);
    uint64_t *low = &lanes->word[0][first], *high = &lanes->word[1][first];
#pragma GCC unroll 64
    for (int at = 0; at < words_begin_at(vectors - 1) + STEPS; at++)
#pragma GCC unroll 16
        for (int v = vectors - 1; v >= 0; v--) {
            const int age = at - words_begin_at(v);
            if (age == 0) {
                const words run = words_add(first_run, words_all((uint64_t)(step * v * SLOTS)));
                const words run_high = one_high ? all_high : words_raise(words_high(run));
                const words x1 = words_xor(draw_high, run_high, words_all(0));
                x[v] = words_begin((uint32_t)draw, x1, run, lanes->domain, &keys);
            } else if (0 < age && age < STEPS - 1) {
                x[v] = words_round(x[v], keys.key + 2 * (age + 1));
                /* Computed here: compilers would rather do it where the next round asks for it. */
                if (words_begin_at(1) > 0) __asm__("" : "+v"(x[v].x0), "+v"(x[v].x2));
            } else if (age == STEPS - 1) {
                words_end(x[v], &keys, low + v * SLOTS, high + v * SLOTS);
            }
        }
}

/* SLOTS consecutive draw-blocks of one run for each vector. */
static inline __attribute__((always_inline)) void
block_vectors(const ulam_rng *rng, const key_schedule *keys, uint64_t first, int vectors, uint64_t *low, uint64_t *high)
{
    words_counter x[IN_STEP];
    for (int v = 0; v < vectors; v++) {
        const words draw = words_add(words_all(first + (uint64_t)(v * SLOTS)), words_count());
        x[v].x0 = draw;
        x[v].x1 = words_xor(words_high(draw), words_all(rng->run >> 32 << 16), words_all(0));
        x[v].x2 = words_all(rng->run);
        x[v].x3 = words_all(rng->domain);
    }
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX_ROUNDS - 1; round++)
        for (int v = 0; v < vectors; v++) x[v] = words_round(x[v], keys->key + 2 * round);
    for (int v = 0; v < vectors; v++) words_end(x[v], keys, low + v * SLOTS, high + v * SLOTS);
}

static void philox_blocks(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high)
{
    const key_schedule keys = schedule_of(rng->key);
    size_t i = 0;
    for (; n - i >= IN_STEP * SLOTS; i += IN_STEP * SLOTS)
        block_vectors(rng, &keys, first + i, IN_STEP, low + i, high + i);
    for (; n - i >= IN_STEP / 2 * SLOTS; i += IN_STEP / 2 * SLOTS)
        block_vectors(rng, &keys, first + i, IN_STEP / 2, low + i, high + i);
    for (; n - i >= SLOTS; i += SLOTS) block_vectors(rng, &keys, first + i, 1, low + i, high + i);
    if (i == n) return;
    uint64_t last[2][SLOTS];
    block_vectors(rng, &keys, first + i, 1, last[0], last[1]);
    memcpy(low + i, last[0], (n - i) * sizeof *low);
    memcpy(high + i, last[1], (n - i) * sizeof *high);
}

/* The usual case, apart from the others for the sake of the registers. */
__attribute__((noinline)) static void philox_near(ulam_lanes *lanes, uint64_t draw)
{
    for (int first = 0; first < ULAM_LANES; first += WORDS_AT_ONCE * SLOTS)
        philox_vectors(lanes, draw, 1, first, WORDS_AT_ONCE, true);
}

/* With a step of 2, half as many runs take half as many vectors. */
static void philox_lanes(ulam_lanes *lanes, uint64_t draw, int step)
{
    if (step == 1 && __builtin_expect((uint32_t)lanes->first_run <= UINT32_MAX - ULAM_LANES, 1)) {
        philox_near(lanes, draw);
        return;
    }
    for (int first = 0; first < ULAM_LANES / step; first += WORDS_AT_ONCE / step * SLOTS) {
        if (step == 2)
            philox_vectors(lanes, draw, 2, first, WORDS_AT_ONCE / 2, false);
        else
            philox_vectors(lanes, draw, 1, first, WORDS_AT_ONCE, false);
    }
}
