/* The integrated autocorrelation time of an element, pooled over chains. */

#ifndef ULAM_CHAIN_TAU_H
#define ULAM_CHAIN_TAU_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/chain_sums.h>

/* Autocovariances of a level's bins about the mean over all measurements of all chains, each sum over the pairs divided by
 * their number. */
typedef struct {
    double width;                      /* measurements of a bin */
    double bins;                       /* of all chains */
    size_t lags;                       /* that every chain has */
    double value[ULAM_CHAIN_LAGS + 1]; /* [lags + 1] */
} ulam_chain_covariances;

/* Each chain has a bin of that level. */
ulam_chain_covariances ulam_chain_find_covariances(const ulam_chain_sums *const *chains, size_t n_chains, size_t level);

typedef struct {
    double long_run_variance; /* variance times tau: n times the variance of the mean of n measurements */
    double tau, error;        /* error is NaN where tau is not resolved */
    bool is_resolved;         /* false: tau is a lower bound */
    double by_binning;
} ulam_chain_tau;

/* From all measurements of the chains, each of which has some. All is NaN where none differs from another. */
ulam_chain_tau ulam_chain_tau_estimate(const ulam_chain_sums *const *chains, size_t n_chains);

#endif
