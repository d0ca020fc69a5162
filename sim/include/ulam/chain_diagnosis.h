/* Diagnosis of chains: how correlated an element's measurements are, what error its mean has for it, and whether the chains
 * look thermalised and long enough. From the sums of all chains of a point; docs/statistics.md gives the formulas. */

#ifndef ULAM_CHAIN_DIAGNOSIS_H
#define ULAM_CHAIN_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ulam/chain_sums.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Undefined figures are NaN. */
typedef struct {
    size_t chains;
    uint64_t n;              /* measurements of each chain that are covered */
    double mean, variance;   /* of single measurements, about the mean over all chains */
    double tau;              /* integrated autocorrelation time, 1 + 2 sum of rho(k) for k >= 1, in measurements */
    double tau_error;        /* its standard error; NaN where it is not resolved */
    bool is_resolved;        /* false: the chains are too short for tau, which then is a lower bound */
    double tau_binning;      /* the same by logarithmic binning */
    double ess;              /* effective sample size, chains * n / tau */
    double mean_error;       /* standard error of the mean by autocorrelation alone, sqrt(variance / ess) */
    double rhat, rhat_limit; /* split R-hat, and what it exceeds where the chains differ by more than chance explains */
    double drift;            /* mean of the first fifth less that of the last half, in units of its standard error */
} ulam_chain_diagnosis;

/* Diagnoses the first n measurements of the chains. tau is from all of every chain, be it longer. ULAM_EINVAL: of a chain
 * the sums up to n are not known (ulam_chain_sums_part()), or there is no chain or no measurement. */
ulam_status ulam_chain_diagnose(const ulam_chain_sums *const *chains, size_t n_chains, uint64_t n,
                                ulam_chain_diagnosis *diagnosis);

typedef enum {
    ULAM_CHAINS_FINE = 0,
    ULAM_CHAINS_CONSTANT, /* no measurement differs from another; nothing can be said */
    ULAM_CHAINS_SHORT,    /* of fewer than 50 tau, or too short for tau to be known */
    ULAM_CHAINS_DRIFT,    /* the beginning differs from the end: not thermalised */
    ULAM_CHAINS_APART,    /* the chains, or their halves, differ from each other: not thermalised, or caught */
} ulam_chain_verdict;

/* What to warn of first. Chains may be apart or drift and be short as well. */
ulam_chain_verdict ulam_chain_judge(const ulam_chain_diagnosis *diagnosis);

enum {
    ULAM_CHAIN_WARNING_SIZE = 256
};

/* The verdict in words, without a final stop, such as "chains of 1000 measurements are 12 autocorrelation times long, which
 * should be 50 or more"; empty where they are fine. */
void ulam_chain_warning(const ulam_chain_diagnosis *diagnosis, char text[ULAM_CHAIN_WARNING_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
