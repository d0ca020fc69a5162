/* The builds of the array calls of <ulam/lanes.h>, and of ulam_rng_blocks(): lanes_calls.h compiled for each kind of machine. */

#ifndef ULAM_SIM_LANES_BUILDS_H
#define ULAM_SIM_LANES_BUILDS_H

#include <stdbool.h>

#include <ulam/lanes.h>

typedef struct {
    const char *name;
    void (*blocks)(const ulam_rng *rng, uint64_t first, size_t n, uint64_t *low, uint64_t *high);
    void (*word32)(ulam_lanes *lanes, uint32_t *word);
    void (*word64)(ulam_lanes *lanes, uint64_t *word);
    void (*uniform)(ulam_lanes *lanes, double *u);
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
    void (*sincos)(const double *x, double *sine, double *cosine);
    void (*normal_quantile)(const double *p, double *x);
} lanes_build;

extern const lanes_build lanes_portable;
#ifdef __x86_64__
extern const lanes_build lanes_avx2, lanes_avx512;
#endif

/* By number; NULL where the machine cannot run it. */
const lanes_build *lanes_build_for(int number);

/* Whether ULAM_LANES_BUILD is "scalar": models are asked for runs one by one. */
bool lanes_are_unwanted(void);

/* Fails the runs for want of random numbers, and lets them begin anew. */
void lanes_exhausted(ulam_lanes *lanes);

/* Fails the runs, which are antithetic pairs and draw what is of no use to these. */
void lanes_refuse_pair(ulam_lanes *lanes);

#endif
