#include "lanes_builds.h"
#include "philox.h"
#include "portable_math.h"

static void philox_lanes(ulam_lanes *lanes, uint64_t draw, int step)
{
    for (int i = 0; i < ULAM_LANES / step; i++) {
        const uint64_t run = lanes->first_run + (uint64_t)(step * i);
        uint32_t word[4];
        philox4x32_10((philox_counter){(uint32_t)draw, (uint32_t)(draw >> 32) | (uint32_t)(run >> 32) << 16,
                                       (uint32_t)run, lanes->domain},
                      lanes->key, word);
        lanes->word[0][i] = word[0] | (uint64_t)word[1] << 32;
        lanes->word[1][i] = word[2] | (uint64_t)word[3] << 32;
    }
}

static void philox_blocks(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t draw = first + i;
        uint32_t word[4];
        philox4x32_10((philox_counter){(uint32_t)draw, (uint32_t)(draw >> 32) | (uint32_t)(rng->run >> 32) << 16,
                                       (uint32_t)rng->run, rng->domain},
                      rng->key, word);
        low[i] = word[0] | (uint64_t)word[1] << 32;
        high[i] = word[2] | (uint64_t)word[3] << 32;
    }
}

typedef double reals;

static inline reals reals_all(double x) { return x; }
static inline reals reals_load(const double *from) { return *from; }
static inline void reals_store(double *to, reals a) { *to = a; }
static inline reals reals_add(reals a, reals b) { return a + b; }
static inline reals reals_subtract(reals a, reals b) { return a - b; }
static inline reals reals_multiply(reals a, reals b) { return a * b; }
static inline reals reals_min(reals a, reals b) { return a < b ? a : b; }
static inline reals reals_max(reals a, reals b) { return a > b ? a : b; }
static inline reals reals_or(reals a, reals b) { return portable_real(portable_bits(a) | portable_bits(b)); }

#define LANES_BUILD  portable
#define LANES_NUMBER ULAM_LANES_PORTABLE
#include "lanes_calls.h"
