#include <string.h>

#include <ulam/lanes.h>
#include <ulam/math.h>
#include <ulam/rng.h>

#include "portable_math.h"

PORTABLE double gaussian(ulam_rng *rng) { return portable_normal_quantile(ulam_uniform_open(rng)); }

/* 1 - u is exact, and 0 - log keeps the sign of 0 positive where u is 0. */
PORTABLE double exponential(ulam_rng *rng) { return 0 - portable_log(1 - ulam_uniform(rng)); }

/* What an angle and a radius give does not change its sign with the words, so that pairs would gain nothing or lose. */
__attribute__((cold, noinline)) static void refuse_pair(ulam_rng *rng)
{
    ulam_run_fail(rng,
                  "ulam_gaussian_pair() in an antithetic pair: its normals do not change their sign with the random "
                  "words, as those of ulam_gaussian() do");
}

PORTABLE void gaussian_pair(ulam_rng *rng, double pair[2])
{
    if (__builtin_expect(rng->run >= ULAM_ANTITHETIC, 0)) refuse_pair(rng);
    const double radius = __builtin_sqrt(-2 * portable_log(1 - ulam_uniform(rng)));
    const double quarters = 4 * ulam_uniform(rng);
    const double rounded = quarters + portable_rounder;
    const double angle = (quarters - (rounded - portable_rounder)) * 0x1.921fb54442d18p+0;
    const uint64_t quadrant = portable_bits(rounded);
    pair[0] = radius * portable_quadrant(quadrant + 1, angle, 0);
    pair[1] = radius * portable_quadrant(quadrant, angle, 0);
}

ULAM_TWO_BUILDS(double, ulam_gaussian, gaussian, (ulam_rng * rng), (rng))
ULAM_TWO_BUILDS(double, ulam_exponential, exponential, (ulam_rng * rng), (rng))
ULAM_TWO_BUILDS(void, ulam_gaussian_pair, gaussian_pair, (ulam_rng * rng, double pair[2]), (rng, pair))
void ulam_uniform_fill(ulam_rng *rng, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = ulam_uniform(rng);
}

void ulam_uniform_open_fill(ulam_rng *rng, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = ulam_uniform_open(rng);
}

/* The function of each value, in groups by the array call of lanes, to which it is the same whose numbers they are. A rest
 * that is worth it fills a part of a group. */
static void in_groups(void (*lanes)(const double *x, double *y), double (*function)(double x), double *values, size_t n)
{
    const size_t few = ULAM_LANES / 8;
    for (; n >= ULAM_LANES; n -= ULAM_LANES, values += ULAM_LANES) lanes(values, values);
    if (n > few) {
        double part[ULAM_LANES];
        for (size_t i = 0; i < ULAM_LANES; i++) part[i] = i < n ? values[i] : 0.5;
        lanes(part, part);
        memcpy(values, part, n * sizeof *values);
    } else {
        for (size_t i = 0; i < n; i++) values[i] = function(values[i]);
    }
}

void ulam_gaussian_fill(ulam_rng *rng, double *values, size_t n)
{
    ulam_uniform_open_fill(rng, values, n);
    in_groups(ulam_lanes_normal_quantile, ulam_normal_quantile, values, n);
}

void ulam_exponential_fill(ulam_rng *rng, double *values, size_t n)
{
    ulam_uniform_fill(rng, values, n);
    for (size_t i = 0; i < n; i++) values[i] = 1 - values[i];
    in_groups(ulam_lanes_log, ulam_log, values, n);
    for (size_t i = 0; i < n; i++) values[i] = 0 - values[i];
}
