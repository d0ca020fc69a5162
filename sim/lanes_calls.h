/* The array calls of <ulam/lanes.h>, compiled once for each build. The file that includes this one defines LANES_BUILD and
 * LANES_NUMBER, the build's name and number, what lanes_sums.h asks for, and philox_lanes(), which computes the draw-block
 * `draw` of each lane's run; with a step of 2, of every other run alone, into the first half of the lanes, and
 * philox_blocks(), which is ulam_rng_blocks().
 *
 * All are plain loops over the functions of portable_math.h, for the compiler to vectorise: hence the bits are the scalar
 * functions'. Lanes whose argument is out of the ordinary are done again, one at a time. */

#include <string.h>

#include "lanes_builds.h"
#include "lanes_sums.h"
#include "portable_math.h"

/* What holds for y = x too: no iteration of the next loop reads what another one writes. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* the portable build need not become vectors */
#define EACH_LANE _Pragma("clang loop vectorize(assume_safety)") for (uint64_t i = 0; i < ULAM_LANES; i++)
#else
#define EACH_LANE _Pragma("GCC ivdep") for (uint64_t i = 0; i < ULAM_LANES; i++)
#endif

/* Lanes that are done together where few need it: a vector of 512 bits. */
enum {
    FEW = 8
};

/* Antithetic pairs: the words of each even run, and behind them their complements. */
static void draw_pairs(ulam_lanes *lanes, uint64_t draw)
{
    philox_lanes(lanes, draw, 2);
    for (int half = 0; half < 2; half++) {
        uint64_t even[ULAM_LANES / 2], *word = lanes->word[half];
        memcpy(even, word, sizeof even);
        for (int i = 0; i < ULAM_LANES / 2; i++) {
            word[2 * i] = even[i];
            word[2 * i + 1] = ~even[i];
        }
    }
}

static void refill(ulam_lanes *lanes)
{
    if (__builtin_expect(lanes->draw >= ULAM_MAX_DRAWS, 0)) lanes_exhausted(lanes);
    const uint64_t draw = lanes->draw++;
    if (lanes->first_run >= ULAM_ANTITHETIC)
        draw_pairs(lanes, draw);
    else
        philox_lanes(lanes, draw, 1);
    lanes->next = 0;
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
    const uint64_t *from = lanes->word[next / 2];
    const unsigned shift = 32 * (next & 1);
    EACH_LANE word[i] = (uint32_t)(from[i] >> shift);
}

static void word64(ulam_lanes *lanes, uint64_t *word) { memcpy(word, next_word64(lanes), ULAM_LANES * sizeof *word); }

static void integer_below_power(ulam_lanes *lanes, unsigned log2_n, uint64_t *integer)
{
    const uint64_t *word = next_word64(lanes);
    EACH_LANE integer[i] = log2_n ? word[i] >> (64 - log2_n) : 0;
}

/* As ulam_uniform() and ulam_uniform_open() make them of a word. Where there is no conversion of 64-bit integers in vectors,
 * 1 + k 2^-52 less 1, or less the double below 1: both differences are exact. */
#ifdef __AVX512DQ__
PORTABLE double uniform_of(uint64_t word) { return (double)(word >> 11) * 0x1p-53; }
#else
PORTABLE double uniform_of(uint64_t word)
{
    const uint64_t one = portable_bits(1);
    return portable_real(word >> 12 | one) - portable_real(one - (word >> 11 & 1));
}
#endif
PORTABLE double uniform_open_of(uint64_t word) { return portable_real(word >> 12 | portable_bits(1)) - (1 - 0x1p-53); }

static void uniform(ulam_lanes *lanes, double *u)
{
    const uint64_t *word = next_word64(lanes);
    EACH_LANE u[i] = uniform_of(word[i]);
}

static void uniform_between(ulam_lanes *lanes, double low, double high, double *u)
{
    const uint64_t *word = next_word64(lanes);
    const double width = high - low;
    EACH_LANE u[i] = low + width * uniform_of(word[i]);
}

static void uniform_open(ulam_lanes *lanes, double *u)
{
    const uint64_t *word = next_word64(lanes);
    EACH_LANE u[i] = uniform_open_of(word[i]);
}

/* The sign bit tells whether x is out of the ordinary for the function. */
PORTABLE uint64_t rare_exp(double x) { return portable_bits(708) - 1 - (portable_bits(x) & INT64_MAX); }
PORTABLE uint64_t rare_log(double x)
{
    return (portable_bits(x) - portable_bits(0x1p-1022)) | (portable_bits(INFINITY) - 1 - portable_bits(x));
}
PORTABLE uint64_t rare_log1p(double x) { return x > -1 && x < INFINITY ? 0 : UINT64_MAX; }
PORTABLE uint64_t rare_angle(double x) { return portable_bits(0x1p20) - (portable_bits(x) & INT64_MAX); }
PORTABLE uint64_t rare_turns(double x) { return portable_bits(0x1p51) - (portable_bits(x) & INT64_MAX); }
PORTABLE int is_rare(uint64_t rare) { return (int64_t)rare < 0; }

/* sin and cos of (quadrant pi/2 + x + low), both computed in every lane. */
PORTABLE void sincos_of(uint64_t quadrant, double x, double low, double *sine, double *cosine)
{
    const double s = portable_sin_small(x, low), c = portable_cos_small(x, low);
    const uint64_t sine_sign = quadrant << 62 & UINT64_C(1) << 63;
    const uint64_t cosine_sign = (quadrant + 1) << 62 & UINT64_C(1) << 63;
    *sine = portable_real(portable_bits(quadrant & 1 ? c : s) ^ sine_sign);
    *cosine = portable_real(portable_bits(quadrant & 1 ? s : c) ^ cosine_sign);
}

PORTABLE void sincos_ordinary(double x, double *sine, double *cosine)
{
    double high, low, s;
    const uint64_t quadrant = portable_reduce_angle(x, &high, &low);
    sincos_of(quadrant, high, low, &s, cosine);
    *sine = fabs(x) < 0x1p-27 ? x : s;
}

PORTABLE double sin_ordinary(double x)
{
    double sine, cosine;
    sincos_ordinary(x, &sine, &cosine);
    return sine;
}

PORTABLE double cos_ordinary(double x)
{
    double sine, cosine;
    sincos_ordinary(x, &sine, &cosine);
    return cosine;
}

/* Defines lanes_NAME: ORDINARY in each lane, and portable_NAME again where x is rare. */
#define LANES_FUNCTION(name, ordinary, rare_bits)                                                                      \
    static void lanes_##name(const double *x, double *y)                                                               \
    {                                                                                                                  \
        double given[ULAM_LANES];                                                                                      \
        uint64_t rare = 0;                                                                                             \
        EACH_LANE                                                                                                      \
        {                                                                                                              \
            given[i] = x[i];                                                                                           \
            rare |= rare_bits(given[i]);                                                                               \
            y[i] = ordinary(given[i]);                                                                                 \
        }                                                                                                              \
        if (!is_rare(rare)) return;                                                                                    \
        for (int i = 0; i < ULAM_LANES; i++)                                                                           \
            if (is_rare(rare_bits(given[i]))) y[i] = portable_##name(given[i]);                                        \
    }

LANES_FUNCTION(exp, portable_exp_ordinary, rare_exp)
LANES_FUNCTION(log, portable_log_ordinary, rare_log)
LANES_FUNCTION(log1p, portable_log1p_ordinary, rare_log1p)
LANES_FUNCTION(sin, sin_ordinary, rare_angle)
LANES_FUNCTION(cos, cos_ordinary, rare_angle)
LANES_FUNCTION(sinpi, portable_sinpi_ordinary, rare_turns)
LANES_FUNCTION(cospi, portable_cospi_ordinary, rare_turns)

static void lanes_sqrt(const double *x, double *y) { EACH_LANE y[i] = __builtin_sqrt(x[i]); }

static void lanes_sincos(const double *x, double *sine, double *cosine)
{
    double given[ULAM_LANES];
    uint64_t rare = 0;
    EACH_LANE
    {
        given[i] = x[i];
        rare |= rare_angle(given[i]);
        sincos_ordinary(given[i], &sine[i], &cosine[i]);
    }
    if (!is_rare(rare)) return;
    for (int i = 0; i < ULAM_LANES; i++) {
        if (!is_rare(rare_angle(given[i]))) continue;
        sine[i] = portable_sin(given[i]);
        cosine[i] = portable_cos(given[i]);
    }
}

/* x[0 .. FEW - 1] where p is in the tails or out of range. */
static void few_tails(const double *p, double *x)
{
    uint64_t rare = 0;
    for (int i = 0; i < FEW; i++) {
        const double tail = p[i] < 0.5 ? p[i] : 1 - p[i];
        const double distance = copysign(portable_normal_tail(tail), p[i] - 0.5);
        rare |= (uint64_t) !(tail > portable_far);
        x[i] = portable_is_middle(p[i]) ? x[i] : distance;
    }
    if (!rare) return;
    for (int i = 0; i < FEW; i++) x[i] = portable_normal_quantile(p[i]);
}

/* x of the lanes in the mask, packed so that a vector of them is done at a time; the last lane stands in for those that a
 * vector lacks. */
static void tails_of(uint64_t mask, const double *p, double *x)
{
    while (mask) {
        double packed[FEW], quantile[FEW];
        int lane[FEW];
        for (int i = 0; i < FEW; i++) {
            lane[i] = __builtin_ctzll(mask | UINT64_C(1) << 63);
            mask &= mask - 1;
            packed[i] = p[lane[i]];
            quantile[i] = x[lane[i]];
        }
        few_tails(packed, quantile);
        for (int i = 0; i < FEW; i++) x[lane[i]] = quantile[i];
    }
}

_Static_assert(ULAM_LANES % 64 == 0, "a mask has a bit for each of 64 lanes");

__attribute__((noinline)) static void tails(const double *p, double *x)
{
    for (int first = 0; first < ULAM_LANES; first += 64) {
        uint64_t mask = 0;
        for (uint64_t i = 0; i < 64; i++) mask |= (uint64_t)!portable_is_middle(p[(uint64_t)first + i]) << i;
        tails_of(mask, p + first, x + first);
    }
}

/* In steps that leave the processor several lanes at a time to work on. */
static void quantile_of(const double p[ULAM_LANES], double *x)
{
    double k[ULAM_LANES], s[ULAM_LANES], depth[ULAM_LANES], numerator[ULAM_LANES], denominator[ULAM_LANES];
    uint64_t outside = 0;
    EACH_LANE s[i] = portable_depth_split(p[i], &k[i]);
    EACH_LANE outside |= (uint64_t)!portable_is_middle(p[i]);
    EACH_LANE depth[i] = portable_depth(k[i], s[i]);
    EACH_LANE
    {
        numerator[i] = portable_middle_numerator(p[i] - 0.5, depth[i]);
        denominator[i] = portable_middle_denominator(depth[i]);
    }
    EACH_LANE x[i] = portable_middle_from(p[i] - 0.5, numerator[i], denominator[i]);
    if (__builtin_expect(outside != 0, 0)) tails(p, x);
}

static void lanes_normal_quantile(const double *p, double *x)
{
    double given[ULAM_LANES];
    memcpy(given, p, sizeof given);
    quantile_of(given, x);
}

static void gaussian(ulam_lanes *lanes, double *z)
{
    double p[ULAM_LANES];
    const uint64_t *word = next_word64(lanes);
    EACH_LANE p[i] = uniform_open_of(word[i]);
    quantile_of(p, z);
}

static void exponential(ulam_lanes *lanes, double *e)
{
    const uint64_t *word = next_word64(lanes);
    EACH_LANE e[i] = 0 - portable_log_ordinary(1 - uniform_of(word[i]));
}

static void gaussian_pair(ulam_lanes *lanes, double *first, double *second)
{
    double radius[ULAM_LANES];
    if (__builtin_expect(lanes->first_run >= ULAM_ANTITHETIC, 0)) lanes_refuse_pair(lanes);
    const uint64_t *word = next_word64(lanes);
    EACH_LANE radius[i] = __builtin_sqrt(-2 * portable_log_ordinary(1 - uniform_of(word[i])));
    word = next_word64(lanes);
    EACH_LANE
    {
        const double quarters = 4 * uniform_of(word[i]), rounded = quarters + portable_rounder;
        const double angle = (quarters - (rounded - portable_rounder)) * 0x1.921fb54442d18p+0;
        double sine, cosine;
        sincos_of(portable_bits(rounded), angle, 0, &sine, &cosine);
        first[i] = radius[i] * cosine;
        second[i] = radius[i] * sine;
    }
}

#define LANES_VARIABLE_(build) lanes_##build
#define LANES_VARIABLE(build)  LANES_VARIABLE_(build)
#define LANES_TEXT_(build)     #build
#define LANES_TEXT(build)      LANES_TEXT_(build)

const lanes_build LANES_VARIABLE(LANES_BUILD) = {
    .name = LANES_TEXT(LANES_BUILD),
    .number = LANES_NUMBER,
    .blocks = philox_blocks,
    .word32 = word32,
    .word64 = word64,
    .uniform = uniform,
    .uniform_between = uniform_between,
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
    .sinpi = lanes_sinpi,
    .cospi = lanes_cospi,
    .sincos = lanes_sincos,
    .normal_quantile = lanes_normal_quantile,
    .add_powers = add_powers,
    .count_ones = count_ones,
};
