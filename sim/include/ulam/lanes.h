/* Lanes: ULAM_LANES consecutive runs of one point, performed in step.
 *
 * A lane kernel is plain C over short arrays with one slot a lane: array calls draw random numbers or take elementary
 * functions of all lanes at once, and ordinary loops over ULAM_LANES combine them. ULAM_LANES_KERNEL compiles it for
 * AVX-512, for AVX2 and for any machine; which of the three runs is chosen at run time. Lane i gets, bit for bit, what
 * the functions of <ulam/rng.h> and <ulam/math.h> give to run first_run + i, in every build. docs/models.md has an
 * example. */

#ifndef ULAM_LANES_H
#define ULAM_LANES_H

#include <stdint.h>

#include <ulam/rng.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#define ULAM_RESTRICT __restrict__
#else
#define ULAM_RESTRICT restrict
#endif

/* Runs of a kernel's call: the same on every machine. */
enum {
    ULAM_LANES = 128
};

/* The streams of the runs first_run, ..., first_run + ULAM_LANES - 1. They draw in step: one position holds for all. On the
 * heap: aligned_alloc(64, sizeof(ulam_lanes)). */
typedef struct {
    /* the current draw-block of each lane: words 0 and 1, words 2 and 3 */
    uint64_t word[2][ULAM_LANES] __attribute__((aligned(64)));
    uint64_t key;
    uint64_t first_run; /* with ULAM_ANTITHETIC or without */
    uint64_t draw;      /* the next draw-block */
    uint32_t next;      /* the next word of the current draw-block; 4: none is left */
    uint32_t domain;
    ulam_error *failure; /* as in ulam_rng, of the runs together; NULL: nobody listens */
} ulam_lanes;

/* Starts the streams at their first word. first_run + ULAM_LANES <= ULAM_MAX_RUNS, ULAM_ANTITHETIC aside; with that the
 * first run is an even one. */
static inline void ulam_lanes_start(ulam_lanes *lanes, uint64_t key, uint64_t first_run)
{
    lanes->key = key;
    lanes->first_run = first_run;
    lanes->draw = 0;
    lanes->next = 4;
    lanes->domain = 0;
    lanes->failure = NULL;
}

/* Starts substream `index` of each of the runs, as ulam_substream() does of one. */
static inline void ulam_lanes_substream(const ulam_lanes *lanes, uint32_t index, ulam_lanes *substream)
{
    ulam_lanes_start(substream, lanes->key, lanes->first_run);
    substream->domain = 1 + index;
    substream->failure = lanes->failure;
}

/* One number for each lane, into an array of ULAM_LANES: what the function of <ulam/rng.h> without "lanes" in its name
 * draws from each run's stream, taking as many words. */
void ulam_lanes_word32(ulam_lanes *lanes, uint32_t *word);
void ulam_lanes_word64(ulam_lanes *lanes, uint64_t *word);
void ulam_lanes_uniform(ulam_lanes *lanes, double *u);
void ulam_lanes_uniform_between(ulam_lanes *lanes, double low, double high, double *u);
void ulam_lanes_uniform_open(ulam_lanes *lanes, double *u);
void ulam_lanes_gaussian(ulam_lanes *lanes, double *z);
void ulam_lanes_exponential(ulam_lanes *lanes, double *e);
/* The two normals of ulam_gaussian_pair() into two arrays; refused likewise. */
void ulam_lanes_gaussian_pair(ulam_lanes *lanes, double *first, double *second);
/* As ulam_integer_below() for n = 2^log2_n, log2_n <= 64. Other bounds may reject words, which would take the lanes out of
 * step: they need scalar code. */
void ulam_lanes_integer_below_power(ulam_lanes *lanes, unsigned log2_n, uint64_t *integer);

/* The function of <ulam/math.h> of each lane's x into y. x and y are arrays of ULAM_LANES, the same or apart. */
void ulam_lanes_exp(const double *x, double *y);
void ulam_lanes_log(const double *x, double *y);
void ulam_lanes_log1p(const double *x, double *y);
void ulam_lanes_sqrt(const double *x, double *y);
void ulam_lanes_sin(const double *x, double *y);
void ulam_lanes_cos(const double *x, double *y);
void ulam_lanes_sinpi(const double *x, double *y);
void ulam_lanes_cospi(const double *x, double *y);
void ulam_lanes_sincos(const double *x, double *sine, double *cosine);
void ulam_lanes_normal_quantile(const double *p, double *x);

/* The builds, in the order of preference from the last. */
enum {
    ULAM_LANES_PORTABLE,
    ULAM_LANES_AVX2,
    ULAM_LANES_AVX512,
    ULAM_LANES_BUILDS
};

/* The build in use, as a number and as its name: the last that this machine can run, or the one that the environment
 * variable ULAM_LANES_BUILD names ("portable", "avx2", "avx512"). Chosen at the first call, and kept. With "scalar" models
 * perform their runs one by one, without their lane kernels; array calls use the last build. */
int ulam_lanes_build_number(void);
const char *ulam_lanes_build(void);

/* ULAM_EINVAL if ULAM_LANES_BUILD names no build, or one that this machine cannot run. A program calls it once; where it
 * does not, such a wish is ignored. */
ulam_status ulam_lanes_check_build(ulam_error *error);

/* What the builds are compiled for. gcc vectorises fully at -O3 alone, whatever the command line says, and splits vectors
 * of 512 bits unless told not to; clang needs neither. */
#if defined(__clang__)
#define ULAM_LANES_AVX2_BUILD   __attribute__((target("avx2,fma")))
#define ULAM_LANES_AVX512_BUILD __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")))
#else
#define ULAM_LANES_AVX2_BUILD __attribute__((optimize("O3"), target("avx2,fma")))
#define ULAM_LANES_AVX512_BUILD                                                                                        \
    __attribute__((optimize("O3"), target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,prefer-vector-width=512")))
#endif

/* Defines the function
 *
 *     static void name parameters
 *
 * whose body follows the macro, in a build for each kind of machine; arguments are the parameters' names, in parentheses
 * too. Called, it is the build in use. On x86-64 there are also name_portable, name_avx2 and name_avx512. */
#if defined(__x86_64__) && defined(__GNUC__)
#define ULAM_IN_BUILDS(name, parameters, arguments)                                                                    \
    static inline __attribute__((always_inline)) void name##_body parameters;                                          \
    static void name##_portable parameters { name##_body arguments; }                                                  \
    ULAM_LANES_AVX2_BUILD static void name##_avx2 parameters { name##_body arguments; }                                \
    ULAM_LANES_AVX512_BUILD static void name##_avx512 parameters { name##_body arguments; }                            \
    static void name parameters                                                                                        \
    {                                                                                                                  \
        const int build = ulam_lanes_build_number();                                                                   \
        if (build == ULAM_LANES_AVX512)                                                                                \
            name##_avx512 arguments;                                                                                   \
        else if (build == ULAM_LANES_AVX2)                                                                             \
            name##_avx2 arguments;                                                                                     \
        else                                                                                                           \
            name##_portable arguments;                                                                                 \
    }                                                                                                                  \
    static inline __attribute__((always_inline)) void name##_body parameters
#else
#define ULAM_IN_BUILDS(name, parameters, arguments) static void name parameters
#endif

/* Defines a lane kernel, the function
 *
 *     static void name(const void *point, ulam_lanes *lanes, double *out)
 *
 * whose body follows the macro, in builds as above. It writes element e of the observables (in their declared order, arrays
 * unrolled) of lane i into out[e * ULAM_LANES + i]. */
#define ULAM_LANES_KERNEL(name)                                                                                        \
    ULAM_IN_BUILDS(name, (const void *point, ulam_lanes *ULAM_RESTRICT lanes, double *ULAM_RESTRICT out),              \
                   (point, lanes, out))

#ifdef __cplusplus
}
#endif

#endif
