/* Streams: the random numbers of one run.
 *
 * A stream is a pure function of (key, run, domain): Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC'11) in counter
 * mode. Word w (0..3) of draw-block d is word w of
 *
 *     philox4x32_10({d lo 32, (d hi 16) | (run hi 16) << 16, run lo 32, domain}, {key lo 32, key hi 32})
 *
 * so that starting a stream costs nothing, any run can be had again, and no two runs share a word. docs/streams.md fixes
 * how many words each variate takes. */

#ifndef ULAM_RNG_H
#define ULAM_RNG_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of the counter: runs of a point, and draw-blocks (of four 32-bit words) of a run. */
#define ULAM_MAX_RUNS  (UINT64_C(1) << 48)
#define ULAM_MAX_DRAWS (UINT64_C(1) << 48)

/* Domain 0 is the run's own stream, 1 to ULAM_MAX_SUBSTREAMS its substreams; the upper half is the toolkit's. */
#define ULAM_MAX_SUBSTREAMS UINT32_C(0x7fffffff)

/* Set in `run`: the run is one of an antithetic pair. Runs 2 k and 2 k + 1 both draw the words of run 2 k, the second one
 * with every bit turned over, so that its uniforms are 1 - u and its normals have the other sign. */
#define ULAM_ANTITHETIC (UINT64_C(1) << 63)

typedef struct {
    uint64_t key;
    uint64_t run;     /* with ULAM_ANTITHETIC or without */
    uint64_t draw;    /* the next draw-block */
    uint32_t word[4]; /* the current draw-block */
    uint32_t next;    /* the next word of it; 4: none is left */
    uint32_t domain;
    ulam_error *failure; /* where ulam_run_fail() writes; NULL outside a run */
} ulam_rng;

/* Starts the stream of a run at its first word. No number is computed yet. run < ULAM_MAX_RUNS, ULAM_ANTITHETIC aside. */
static inline void ulam_rng_start(ulam_rng *rng, uint64_t key, uint64_t run)
{
    rng->key = key;
    rng->run = run;
    rng->draw = 0;
    rng->next = 4;
    rng->domain = 0;
    rng->failure = NULL;
}

/* Starts substream `index` (0, 1, ...) of the run that rng belongs to, at its first word. What is drawn from one leaves
 * the other untouched: with common random numbers, parts of a model that draw a varying amount stay in step. */
static inline void ulam_substream(const ulam_rng *rng, uint32_t index, ulam_rng *substream)
{
    ulam_rng_start(substream, rng->key, rng->run);
    substream->domain = 1 + index;
    substream->failure = rng->failure;
}

/* Marks the current run as failed, with the reason; the first reason stands. The model returns after it; what it leaves
 * in its observables is ignored. */
void ulam_run_fail(ulam_rng *rng, const char *format, ...) ULAM_PRINTF(2, 3);

/* Computes the next draw-block. Used by the inline functions below; running out of draws fails the run. */
void ulam_rng_refill(ulam_rng *rng);

/* A 32-bit word. Takes one word. */
static inline uint32_t ulam_word32(ulam_rng *rng)
{
    if (rng->next >= 4) ulam_rng_refill(rng);
    return rng->word[rng->next++];
}

/* A 64-bit word, the low half first. Takes two words, of which the first is an even one: after an odd number of 32-bit
 * words one is skipped. */
static inline uint64_t ulam_word64(ulam_rng *rng)
{
    uint32_t next = (rng->next + 1) & ~UINT32_C(1);
    if (next >= 4) {
        ulam_rng_refill(rng);
        next = 0;
    }
    rng->next = next + 2;
    return rng->word[next] | (uint64_t)rng->word[next + 1] << 32;
}

/* Uniform on [0, 1), a multiple of 2^-53. Takes two words. */
static inline double ulam_uniform(ulam_rng *rng) { return (double)(ulam_word64(rng) >> 11) * 0x1p-53; }

/* Uniform between two numbers: low + (high - low) u with u as of ulam_uniform(); the sum may be rounded to high. high - low is
 * finite. Takes two words. */
static inline double ulam_uniform_between(ulam_rng *rng, double low, double high)
{
    return low + (high - low) * ulam_uniform(rng);
}

/* Uniform on (0, 1), symmetric about 1/2: (k + 1/2) 2^-52 with k of 52 bits. Takes two words. */
static inline double ulam_uniform_open(ulam_rng *rng) { return ((double)(ulam_word64(rng) >> 12) + 0.5) * 0x1p-52; }

/* An integer on 0 .. n - 1, each equally likely (Lemire 2019). Takes two words, and two more each time a draw is
 * rejected, with a chance below n / 2^64. n = 0 stands for 2^64. */
uint64_t ulam_integer_below(ulam_rng *rng, uint64_t n);

/* Standard normal, by inversion: ulam_normal_quantile() of an open uniform. Takes two words. */
double ulam_gaussian(ulam_rng *rng);

/* Two independent standard normals by Box and Muller's method. Takes four words. Not monotone in its uniforms, hence
 * of no use with common random numbers, and refused in antithetic pairs: it fails their runs. */
void ulam_gaussian_pair(ulam_rng *rng, double pair[2]);

/* Exponential with mean 1, by inversion: -log(1 - u) with u as of ulam_uniform(). Takes two words. */
double ulam_exponential(ulam_rng *rng);

/* The same numbers as n calls of the functions above, into values[n]. */
void ulam_uniform_fill(ulam_rng *rng, double *values, size_t n);
void ulam_uniform_open_fill(ulam_rng *rng, double *values, size_t n);
void ulam_gaussian_fill(ulam_rng *rng, double *values, size_t n);
void ulam_exponential_fill(ulam_rng *rng, double *values, size_t n);

/* Draws by their place, for models in which a random number belongs to a part of the system, be it used or not: a chain
 * takes a sweep's draw-blocks by ulam_rng_reserve() and reads those it needs, in the order that suits it. */

/* Takes the next n draw-blocks unseen, n <= ULAM_MAX_DRAWS, and returns the number of the first. What is left of the current
 * one is skipped. Running out of draws fails the run. */
uint64_t ulam_rng_reserve(ulam_rng *rng, uint64_t n);

/* The draw-blocks first, ..., first + n - 1 of rng's run and domain, wherever it stands: words 0 and 1 of each into
 * low[n], words 2 and 3 into high[n], the first of two the low half. A vector of draw-blocks is computed at a time. */
void ulam_rng_blocks(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high);

#ifdef __cplusplus
}
#endif

#endif
