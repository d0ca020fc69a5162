#include <math.h>
#include <stdio.h>

#include <ulam/chain_diagnosis.h>

/* Chains of fewer autocorrelation times tell too little of them: the manual of emcee, in the same convention. */
static const double least_length = 50;

/* In units of its standard error. */
static const double most_drift = 4;

/* Vehtari et al., Bayesian Analysis 16 (2021) 667-718. */
static const double most_rhat = 1.01;

ulam_chain_verdict ulam_chain_judge(const ulam_chain_diagnosis *diagnosis)
{
    if (diagnosis->variance == 0) return ULAM_CHAINS_CONSTANT;
    if (fabs(diagnosis->drift) > most_drift) return ULAM_CHAINS_DRIFT;
    if (diagnosis->rhat > fmax(most_rhat, diagnosis->rhat_limit)) return ULAM_CHAINS_APART;
    const bool is_long = diagnosis->is_resolved && (double)diagnosis->n >= least_length * diagnosis->tau;
    return is_long ? ULAM_CHAINS_FINE : ULAM_CHAINS_SHORT;
}

void ulam_chain_warning(const ulam_chain_diagnosis *diagnosis, char text[ULAM_CHAIN_WARNING_SIZE])
{
    const size_t size = ULAM_CHAIN_WARNING_SIZE;
    const unsigned long long n = diagnosis->n;
    text[0] = '\0';
    switch (ulam_chain_judge(diagnosis)) {
    case ULAM_CHAINS_FINE:
        break;
    case ULAM_CHAINS_CONSTANT:
        snprintf(text, size, "its %llu measurements a chain are all the same, which tells nothing of their error", n);
        break;
    case ULAM_CHAINS_APART:
        snprintf(text, size,
                 "the chains differ from one another (R-hat %.3f): they have not thermalised, or each is caught in a "
                 "part of the states",
                 diagnosis->rhat);
        break;
    case ULAM_CHAINS_DRIFT:
        snprintf(text, size,
                 "it drifts: the chains' first fifth is %.1f standard errors %s their last half; thermalize longer",
                 fabs(diagnosis->drift), diagnosis->drift < 0 ? "below" : "above");
        break;
    case ULAM_CHAINS_SHORT:
        if (diagnosis->is_resolved)
            snprintf(text, size,
                     "chains of %llu measurements are %.3g autocorrelation times long, which should be %g or more", n,
                     (double)n / diagnosis->tau, least_length);
        else if (isnan(diagnosis->tau))
            snprintf(text, size, "chains of %llu measurements are too short to tell the autocorrelation time", n);
        else
            snprintf(text, size,
                     "chains of %llu measurements are too short to tell the autocorrelation time, which may be %.0f or "
                     "more",
                     n, ceil(diagnosis->tau));
        break;
    }
}
