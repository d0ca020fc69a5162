/* Chains: models whose run is a Markov chain.
 *
 * A run of such a model is one chain with its own stream. It is initialised, makes the job's `thermalize` sweeps, and then
 * its `sweeps`, after every `measure_every`-th of which the observables are measured. A chain's value of an observable is
 * the mean of its measurements; the chains are independent, so the spread of their values gives the error bar.
 *
 * What happens to a chain is a function of its point and its number alone. It may be put away after any sweep, as the bytes
 * of its state and its place in its stream, and taken up again elsewhere, where it goes on with the same bits. */

#ifndef ULAM_CHAIN_H
#define ULAM_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/rng.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Chains that a bundle carries as bits of its words. */
enum {
    ULAM_BUNDLE = 128
};

union ulam_value;

/* Chains in step: chain r is chain r mod ULAM_BUNDLE of bundle r / ULAM_BUNDLE, whose stream they all draw from. A state is
 * flat bytes, as below. The functions give each of them what ulam_chain's give it alone, bit for bit. */
typedef struct {
    size_t (*size)(const void *point);
    void (*init)(const void *point, ulam_rng *rng, void *state);
    void (*sweep)(const void *point, ulam_rng *rng, void *state);
    void (*measure)(const void *point, const void *state, double *out); /* out[element * ULAM_BUNDLE + chain] */
} ulam_bundle;

typedef struct {
    /* Bytes of a chain's state, the same for all chains of a point. A state holds no pointers: its bytes are the chain. It is
     * aligned as by malloc(), and zeroed before init. */
    size_t (*size)(const void *point);
    /* Sets a chain's state up. `member` is the chain's number in its bundle, 0 where there are no bundles. May draw, and fail as a
     * sweep may. */
    void (*init)(const void *point, ulam_rng *rng, unsigned member, void *state);
    /* One sweep. A chain that cannot go on calls ulam_run_fail(). */
    void (*sweep)(const void *point, ulam_rng *rng, void *state);
    /* The same while the chain thermalises, when it may adapt what it keeps in its state, such as a step width, to what it
     * sees; NULL: sweep. Not used where chains are bundled. */
    void (*tune)(const void *point, ulam_rng *rng, void *state);
    /* Sets every element of out, as a model's run does. Draws nothing. */
    void (*measure)(const void *point, const void *state, double *out);

    /* Chains as bits of words; NULL: none. */
    const ulam_bundle *bundle;
    /* Whether a point's chains are bundled; then chain r draws the stream of run r / ULAM_BUNDLE. NULL: all points' are, if
     * there are bundles. */
    bool (*is_bundled)(const union ulam_value *values);
} ulam_chain;

/* Chains of a bundle at a point with these values; 1: they are not bundled. */
static inline unsigned ulam_chain_bundle_size(const ulam_chain *chain, const union ulam_value *values)
{
    return chain->bundle && (!chain->is_bundled || chain->is_bundled(values)) ? ULAM_BUNDLE : 1;
}

#ifdef __cplusplus
}
#endif

#endif
