/* The array calls of <ulam/lanes.h>, compiled once for each build by a file that defines LANES_BUILD, its name. */

#include <string.h>

#include <ulam/math.h>

#include "lanes_builds.h"
#include "philox.h"

static void refill(ulam_lanes *lanes)
{
    if (__builtin_expect(lanes->draw >= ULAM_MAX_DRAWS, 0)) lanes_exhausted(lanes);
    const uint64_t draw = lanes->draw++;
    lanes->next = 0;
    for (int i = 0; i < ULAM_LANES; i++) {
        const uint64_t run = lanes->first_run + (uint64_t)i;
        uint32_t word[4];
        philox4x32_10((philox_counter){(uint32_t)draw, (uint32_t)(draw >> 32) | (uint32_t)(run >> 32) << 16,
                                       (uint32_t)run, lanes->domain},
                      lanes->key, word);
        lanes->word[0][i] = word[0] | (uint64_t)word[1] << 32;
        lanes->word[1][i] = word[2] | (uint64_t)word[3] << 32;
    }
}

/* The next 64-bit word of each lane. */
static const uint64_t *next_word64(ulam_lanes *lanes)
{
    uint32_t next = (lanes->next + 1) & ~UINT32_C(1);
    if (next >= 4) {
        refill(lanes);
        next = 0;
    }
    lanes->next = next + 2;
    return lanes->word[next / 2];
}

static void word32(ulam_lanes *lanes, uint32_t *word)
{
    if (lanes->next >= 4) refill(lanes);
    const uint32_t next = lanes->next++;
    const unsigned shift = 32 * (next & 1);
    for (int i = 0; i < ULAM_LANES; i++) word[i] = (uint32_t)(lanes->word[next / 2][i] >> shift);
}

static void word64(ulam_lanes *lanes, uint64_t *word) { memcpy(word, next_word64(lanes), ULAM_LANES * sizeof *word); }

static void uniform(ulam_lanes *lanes, double *u)
{
    const uint64_t *word = next_word64(lanes);
    for (int i = 0; i < ULAM_LANES; i++) u[i] = (double)(word[i] >> 11) * 0x1p-53;
}

static void uniform_open(ulam_lanes *lanes, double *u)
{
    const uint64_t *word = next_word64(lanes);
    for (int i = 0; i < ULAM_LANES; i++) u[i] = ((double)(word[i] >> 12) + 0.5) * 0x1p-52;
}

static void integer_below_power(ulam_lanes *lanes, unsigned log2_n, uint64_t *integer)
{
    const uint64_t *word = next_word64(lanes);
    for (int i = 0; i < ULAM_LANES; i++) integer[i] = log2_n ? word[i] >> (64 - log2_n) : 0;
}

#define EACH_LANE(name)                                                                                                \
    static void lanes_##name(const double *x, double *y)                                                               \
    {                                                                                                                  \
        for (int i = 0; i < ULAM_LANES; i++) y[i] = ulam_##name(x[i]);                                                 \
    }
EACH_LANE(exp)
EACH_LANE(log)
EACH_LANE(log1p)
EACH_LANE(sqrt)
EACH_LANE(sin)
EACH_LANE(cos)
EACH_LANE(normal_quantile)

static void lanes_sincos(const double *x, double *sine, double *cosine)
{
    double argument[ULAM_LANES];
    memcpy(argument, x, sizeof argument);
    lanes_sin(argument, sine);
    lanes_cos(argument, cosine);
}

static void gaussian(ulam_lanes *lanes, double *z)
{
    uniform_open(lanes, z);
    lanes_normal_quantile(z, z);
}

static void exponential(ulam_lanes *lanes, double *e)
{
    uniform(lanes, e);
    for (int i = 0; i < ULAM_LANES; i++) e[i] = 0 - ulam_log(1 - e[i]);
}

static void gaussian_pair(ulam_lanes *lanes, double *first, double *second)
{
    ulam_rng rng;
    for (int i = 0; i < ULAM_LANES; i++) rng.next = 4;
    uint64_t u[ULAM_LANES], v[ULAM_LANES];
    word64(lanes, u);
    word64(lanes, v);
    for (int i = 0; i < ULAM_LANES; i++) {
        double pair[2];
        rng.next = 0;
        memcpy(rng.word, &u[i], sizeof u[i]);
        memcpy(rng.word + 2, &v[i], sizeof v[i]);
        ulam_gaussian_pair(&rng, pair);
        first[i] = pair[0];
        second[i] = pair[1];
    }
}

#define LANES_VARIABLE_(build) lanes_##build
#define LANES_VARIABLE(build)  LANES_VARIABLE_(build)
#define LANES_TEXT_(build)     #build
#define LANES_TEXT(build)      LANES_TEXT_(build)

const lanes_build LANES_VARIABLE(LANES_BUILD) = {
    .name = LANES_TEXT(LANES_BUILD),
    .word32 = word32,
    .word64 = word64,
    .uniform = uniform,
    .uniform_open = uniform_open,
    .gaussian = gaussian,
    .exponential = exponential,
    .gaussian_pair = gaussian_pair,
    .integer_below_power = integer_below_power,
    .exp = lanes_exp,
    .log = lanes_log,
    .log1p = lanes_log1p,
    .sqrt = lanes_sqrt,
    .sin = lanes_sin,
    .cos = lanes_cos,
    .sincos = lanes_sincos,
    .normal_quantile = lanes_normal_quantile,
};
