/* Which build of the array calls serves this machine, and the calls themselves. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/status.h>

#include "lanes_builds.h"

static const char *const names[ULAM_LANES_BUILDS] = {"portable", "avx2", "avx512"};

const lanes_build *lanes_build_for(int number)
{
#ifdef __x86_64__
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    if (number == ULAM_LANES_AVX512) return avx512 ? &lanes_avx512 : NULL;
    if (number == ULAM_LANES_AVX2) return avx2 ? &lanes_avx2 : NULL;
#endif
    return number == ULAM_LANES_PORTABLE ? &lanes_portable : NULL;
}

/* ULAM_LANES_BUILDS if it names none. */
static int number_of(const char *name)
{
    int number = 0;
    while (number < ULAM_LANES_BUILDS && strcmp(name, names[number]) != 0) number++;
    return number;
}

static int best(void)
{
    int number = ULAM_LANES_BUILDS - 1;
    while (!lanes_build_for(number)) number--;
    return number;
}

static const char *wish(void)
{
    const char *name = getenv("ULAM_LANES_BUILD");
    return name && *name ? name : NULL;
}

bool lanes_are_unwanted(void)
{
    const char *name = wish();
    return name && !strcmp(name, "scalar");
}

ulam_status ulam_lanes_check_build(ulam_error *error)
{
    const char *name = wish();
    if (!name || lanes_are_unwanted()) return ULAM_OK;
    const int number = number_of(name);
    if (number == ULAM_LANES_BUILDS)
        return ulam_fail(error, ULAM_EINVAL,
                         "ULAM_LANES_BUILD: there is no build '%s'; expected scalar, portable, avx2 or avx512", name);
    if (!lanes_build_for(number))
        return ulam_fail(error, ULAM_EINVAL,
                         "ULAM_LANES_BUILD: this machine cannot run the build '%s'; the best it can is '%s'", name,
                         names[best()]);
    return ULAM_OK;
}

_Atomic(const lanes_build *) lanes_chosen; /* found out once; whoever comes second finds the same */

const lanes_build *lanes_choose(void)
{
    int number = wish() ? number_of(wish()) : best();
    if (!lanes_build_for(number)) number = best();
    const lanes_build *build = lanes_build_for(number);
    atomic_store_explicit(&lanes_chosen, build, memory_order_relaxed);
    return build;
}

int ulam_lanes_build_number(void) { return lanes_current()->number; }
const char *ulam_lanes_build(void) { return lanes_current()->name; }

void lanes_exhausted(ulam_lanes *lanes)
{
    if (lanes->failure && !lanes->failure->status)
        ulam_fail(lanes->failure, ULAM_ERUN,
                  "the runs have used up their random numbers: a stream holds 2^48 draws of four words");
    lanes->draw = 0;
}

void lanes_refuse_pair(ulam_lanes *lanes)
{
    if (lanes->failure && !lanes->failure->status)
        ulam_fail(lanes->failure, ULAM_ERUN, "ulam_lanes_gaussian_pair() in antithetic pairs");
}

void ulam_rng_blocks(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high)
{
    const bool paired = rng->run >= ULAM_ANTITHETIC;
    ulam_rng plain = *rng;
    if (paired) plain.run &= ~(ULAM_ANTITHETIC | 1);
    lanes_current()->blocks(&plain, first, n, low, high);
    for (size_t i = 0; paired && rng->run % 2 && i < n; i++) {
        low[i] = ~low[i];
        high[i] = ~high[i];
    }
}

void ulam_lanes_word32(ulam_lanes *lanes, uint32_t *word) { lanes_current()->word32(lanes, word); }
void ulam_lanes_word64(ulam_lanes *lanes, uint64_t *word) { lanes_current()->word64(lanes, word); }
void ulam_lanes_uniform(ulam_lanes *lanes, double *u) { lanes_current()->uniform(lanes, u); }
void ulam_lanes_uniform_open(ulam_lanes *lanes, double *u) { lanes_current()->uniform_open(lanes, u); }
void ulam_lanes_gaussian(ulam_lanes *lanes, double *z) { lanes_current()->gaussian(lanes, z); }
void ulam_lanes_exponential(ulam_lanes *lanes, double *e) { lanes_current()->exponential(lanes, e); }

void ulam_lanes_uniform_between(ulam_lanes *lanes, double low, double high, double *u)
{
    lanes_current()->uniform_between(lanes, low, high, u);
}

void ulam_lanes_gaussian_pair(ulam_lanes *lanes, double *first, double *second)
{
    lanes_current()->gaussian_pair(lanes, first, second);
}

void ulam_lanes_integer_below_power(ulam_lanes *lanes, unsigned log2_n, uint64_t *integer)
{
    lanes_current()->integer_below_power(lanes, log2_n, integer);
}

void ulam_lanes_exp(const double *x, double *y) { lanes_current()->exp(x, y); }
void ulam_lanes_log(const double *x, double *y) { lanes_current()->log(x, y); }
void ulam_lanes_log1p(const double *x, double *y) { lanes_current()->log1p(x, y); }
void ulam_lanes_sqrt(const double *x, double *y) { lanes_current()->sqrt(x, y); }
void ulam_lanes_sin(const double *x, double *y) { lanes_current()->sin(x, y); }
void ulam_lanes_cos(const double *x, double *y) { lanes_current()->cos(x, y); }
void ulam_lanes_sinpi(const double *x, double *y) { lanes_current()->sinpi(x, y); }
void ulam_lanes_cospi(const double *x, double *y) { lanes_current()->cospi(x, y); }
void ulam_lanes_sincos(const double *x, double *sine, double *cosine) { lanes_current()->sincos(x, sine, cosine); }
void ulam_lanes_normal_quantile(const double *p, double *x) { lanes_current()->normal_quantile(p, x); }
