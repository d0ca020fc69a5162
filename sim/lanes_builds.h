/* What is compiled for each kind of machine: the array calls of <ulam/lanes.h> (lanes_calls.h), ulam_rng_blocks() and the sums
 * over blocks (lanes_sums.h). */

#ifndef ULAM_SIM_LANES_BUILDS_H
#define ULAM_SIM_LANES_BUILDS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <ulam/lanes.h>

enum {
    BLOCK_COLUMNS = 8
};

/* Sums of d, d^2, d^3 and d^4, d = x - centre, what rounding took away from them, and the extremes of x, by column. */
typedef struct {
    double sum[4][BLOCK_COLUMNS], lost[4][BLOCK_COLUMNS], min[BLOCK_COLUMNS], max[BLOCK_COLUMNS];
} block_powers;

typedef struct {
    const char *name;
    int number;
    void (*blocks)(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high);
    void (*word32)(ulam_lanes *lanes, uint32_t *word);
    void (*word64)(ulam_lanes *lanes, uint64_t *word);
    void (*uniform)(ulam_lanes *lanes, double *u);
    void (*uniform_between)(ulam_lanes *lanes, double low, double high, double *u);
    void (*uniform_open)(ulam_lanes *lanes, double *u);
    void (*gaussian)(ulam_lanes *lanes, double *z);
    void (*exponential)(ulam_lanes *lanes, double *e);
    void (*gaussian_pair)(ulam_lanes *lanes, double *first, double *second);
    void (*integer_below_power)(ulam_lanes *lanes, unsigned log2_n, uint64_t *integer);
    void (*exp)(const double *x, double *y);
    void (*log)(const double *x, double *y);
    void (*log1p)(const double *x, double *y);
    void (*sqrt)(const double *x, double *y);
    void (*sin)(const double *x, double *y);
    void (*cos)(const double *x, double *y);
    void (*sinpi)(const double *x, double *y);
    void (*cospi)(const double *x, double *y);
    void (*sincos)(const double *x, double *sine, double *cosine);
    void (*normal_quantile)(const double *p, double *x);

    /* Of x[rows * BLOCK_COLUMNS], whose value i belongs to column i mod BLOCK_COLUMNS. count_ones() is false if a value is
     * neither 0 nor 1. */
    void (*add_powers)(block_powers *self, const double *x, size_t rows, double centre);
    bool (*count_ones)(const double *x, size_t rows, size_t *ones);
} lanes_build;

extern const lanes_build lanes_portable;
#ifdef __x86_64__
extern const lanes_build lanes_avx2, lanes_avx512;
#endif

/* By number; NULL where the machine cannot run it. */
const lanes_build *lanes_build_for(int number);

/* The build in use. */
extern _Atomic(const lanes_build *) lanes_chosen;
const lanes_build *lanes_choose(void);
static inline const lanes_build *lanes_current(void)
{
    const lanes_build *build = atomic_load_explicit(&lanes_chosen, memory_order_relaxed);
    return __builtin_expect(build != NULL, 1) ? build : lanes_choose();
}

/* Whether ULAM_LANES_BUILD is "scalar": models are asked for runs one by one. */
bool lanes_are_unwanted(void);

/* Fails the runs for want of random numbers, and lets them begin anew. */
void lanes_exhausted(ulam_lanes *lanes);

/* Fails the runs, which are antithetic pairs and draw what is of no use to these. */
void lanes_refuse_pair(ulam_lanes *lanes);

#endif
