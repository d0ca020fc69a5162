/* Metropolis: samples of a law of which the density is known up to a factor, by a random walk.
 *
 * A model states the logarithm of the density, and ULAM_METROPOLIS makes the chain of it:
 *
 *     static double log_density(const void *point, const double *x) { return -0.5 * (x[0] * x[0] + x[1] * x[1]); }
 *     static const ulam_metropolis target = {.dimension = 2, .log_density = log_density};
 *     ULAM_METROPOLIS(chain, target)
 *
 * A sweep is one proposal: every coordinate takes a normal step, of its width times a scale that all coordinates share,
 * and the new place is taken with probability min(1, ratio of the densities) (Metropolis et al. 1953). While the chain
 * thermalises, the scale is adapted; from then on it stays, for a walk that adapts to where it has been samples another law.
 * examples/models/decay.c is a whole model. */

#ifndef ULAM_METROPOLIS_H
#define ULAM_METROPOLIS_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/chain.h>
#include <ulam/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a chain stands, after a sweep. */
typedef struct {
    const double *x;    /* [dimension] */
    double log_density; /* at x */
    double scale;       /* of the steps */
    bool accepted;      /* whether the last proposal was */
} ulam_metropolis_place;

/* What is sampled. The functions get the model's point. */
typedef struct {
    size_t dimension;                                           /* 0: dimension_of() tells it */
    size_t (*dimension_of)(const void *point);                  /* the same for all chains of a point */
    double (*log_density)(const void *point, const double *x);  /* -INFINITY where the density is 0 */
    void (*start)(const void *point, ulam_rng *rng, double *x); /* of a chain; NULL: at the origin */
    void (*widths)(const void *point, double *width);           /* of the coordinates; NULL: all are 1 */
    void (*measure)(const void *point, const ulam_metropolis_place *place, double *out); /* NULL: x is the observable */
} ulam_metropolis;

/* What a model's ulam_chain consists of. A sweep takes two words for each coordinate, and two. The scale starts at
 * 2.38 / sqrt(dimension), which suits a normal law whose standard deviations are the widths, and its logarithm changes with
 * each proposal n = 1, 2, ... of the thermalisation by (a - a*) / n^0.6, a being the probability with which it was accepted
 * and a* the one that serves best, 0.234 + 0.206 / dimension (Robbins and Monro 1951; Roberts and Rosenthal, Statistical
 * Science 16 (2001) 351). A density of 0 where the chain starts, and a logarithm that is NaN or +Inf anywhere, fail it. */
size_t ulam_metropolis_size(const ulam_metropolis *target, const void *point);
void ulam_metropolis_init(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state);
void ulam_metropolis_sweep(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state);
void ulam_metropolis_tune(const ulam_metropolis *target, const void *point, ulam_rng *rng, void *state);
void ulam_metropolis_measure(const ulam_metropolis *target, const void *point, const void *state, double *out);

/* Defines the ulam_chain `name`, which samples `target`, a ulam_metropolis of the file. */
#define ULAM_METROPOLIS(name, target)                                                                                  \
    static size_t name##_size(const void *point) { return ulam_metropolis_size(&(target), point); }                    \
    static void name##_init(const void *point, ulam_rng *rng, unsigned member, void *state)                            \
    {                                                                                                                  \
        (void)member;                                                                                                  \
        ulam_metropolis_init(&(target), point, rng, state);                                                            \
    }                                                                                                                  \
    static void name##_sweep(const void *point, ulam_rng *rng, void *state)                                            \
    {                                                                                                                  \
        ulam_metropolis_sweep(&(target), point, rng, state);                                                           \
    }                                                                                                                  \
    static void name##_tune(const void *point, ulam_rng *rng, void *state)                                             \
    {                                                                                                                  \
        ulam_metropolis_tune(&(target), point, rng, state);                                                            \
    }                                                                                                                  \
    static void name##_measure(const void *point, const void *state, double *out)                                      \
    {                                                                                                                  \
        ulam_metropolis_measure(&(target), point, state, out);                                                         \
    }                                                                                                                  \
    static const ulam_chain name = {.size = name##_size,                                                               \
                                    .init = name##_init,                                                               \
                                    .sweep = name##_sweep,                                                             \
                                    .tune = name##_tune,                                                               \
                                    .measure = name##_measure,                                                         \
                                    .bundle = NULL,                                                                    \
                                    .is_bundled = NULL};

#ifdef __cplusplus
}
#endif

#endif
