#include <math.h>

#include <ulam/chain_diagnosis.h>

#include "chain_tau.h"

/* What lies this many standard errors out is no chance, even among the observables of many points. */
static const double most_errors = 4;

/* Of neighbouring segments, above which they are too short to tell of all correlations: with exponential decay, a tenth of
 * the long-run variance is missing then. */
static const double most_correlation = 0.4;

/* The chains, and the grid on which all of them know their parts. */
typedef struct {
    const ulam_chain_sums *const *chain;
    size_t count;
    uint64_t n;
    uint64_t width;
} ensemble;

/* Moments over chains of the means of a part. */
typedef struct {
    double n; /* measurements of a part */
    double mean;
    double centred; /* sum over the chains of the squares of their means about that */
    double within;  /* sum over the chains of the squares of measurements about their own means */
} part_means;

static part_means find_part(const ensemble *all, uint64_t first, uint64_t end)
{
    part_means found = {.n = (double)(end - first)};
    for (size_t r = 0; r < all->count; r++) {
        const ulam_chain_part part = ulam_chain_sums_part(all->chain[r], first, end);
        const double away = part.mean - found.mean;
        found.mean += away / (double)(r + 1);
        found.centred += away * (part.mean - found.mean);
        found.within += part.centred;
    }
    return found;
}

/* The long-run variance in the chains' last half, about each one's own mean, from neighbouring segments, which reach about as
 * far as correlations do in chains that are long enough; raised by two of its errors. What is left of the start, or keeps
 * the chains apart, does not raise it, as it does raise that about the mean over all. */
static double quiet_variance(const ensemble *all, uint64_t first, uint64_t end)
{
    const double segments = (double)((end - first) / all->width), width = (double)all->width;
    double own = 0, next = 0;
    if (segments < 4) return INFINITY;
    for (size_t r = 0; r < all->count; r++) {
        const double mean = ulam_chain_sums_mean(all->chain[r], first, end);
        double before = 0;
        for (uint64_t at = first; at < end; at += all->width) {
            const double away = ulam_chain_sums_mean(all->chain[r], at, at + all->width) - mean;
            own += away * away;
            next += before * away;
            before = away;
        }
    }
    if (!(next <= most_correlation * own)) return INFINITY;
    const double count = segments * (double)all->count;
    return width * (own + 2 * fmax(next, 0)) / (count * (1 - 3 / segments)) * (1 + 2 * sqrt(6 / count));
}

/* Between and within the halves (Gelman et al., Bayesian Data Analysis, 3rd edition 2013, section 11.4). */
static void find_rhat(const ensemble *all, uint64_t half, double variance, ulam_chain_diagnosis *diagnosis)
{
    const part_means first = find_part(all, 0, half), second = find_part(all, half, 2 * half);
    const double m = 2 * (double)all->count, away = first.mean - second.mean;
    const double within = (first.within + second.within) / (m * (first.n - 1));
    const double between = (first.centred + second.centred + m / 4 * away * away) / (m - 1); /* of means */
    const double shrunk = (first.n - 1) / first.n;
    diagnosis->rhat = sqrt(shrunk + between / within);
    /* The means of halves that are fine vary by variance / half; (m - 1) times their ratio is chi-squared, whose quantiles are
     * Wilson and Hilferty's. */
    const double cubed = 2 / (9 * (m - 1)), root = 1 - cubed + most_errors * sqrt(cubed);
    diagnosis->rhat_limit = sqrt(shrunk + variance / (first.n * within) * root * root * root);
}

/* As Geweke (Bayesian Statistics 4 (1992) 169-193), but with the first fifth. */
static double find_drift(const ensemble *all, uint64_t fifth, uint64_t last, double variance)
{
    const part_means early = find_part(all, 0, fifth), late = find_part(all, last, all->n);
    const double error2 = variance / (double)all->count * (1 / early.n + 1 / late.n);
    return (early.mean - late.mean) / sqrt(error2);
}

static void compare_parts(const ensemble *all, double variance, ulam_chain_diagnosis *diagnosis)
{
    const uint64_t half = all->n / 2 / all->width * all->width, fifth = all->n / 5 / all->width * all->width;
    const uint64_t last = all->n - half == half ? half : half + all->width;
    const double quiet = fmin(variance, quiet_variance(all, half, 2 * half));
    if (half > 1 && all->count > 1) find_rhat(all, half, quiet, diagnosis);
    if (fifth > 0) diagnosis->drift = find_drift(all, fifth, last, quiet);
}

ulam_status ulam_chain_diagnose(const ulam_chain_sums *const *chains, size_t n_chains, uint64_t n,
                                ulam_chain_diagnosis *diagnosis)
{
    ensemble all = {chains, n_chains, n, 1};
    *diagnosis = (ulam_chain_diagnosis){n_chains, n, NAN, NAN, NAN, NAN, false, NAN, NAN, NAN, NAN, NAN, NAN};
    for (size_t r = 0; r < n_chains; r++) {
        if (isnan(ulam_chain_sums_mean(chains[r], 0, n))) return ULAM_EINVAL;
        const uint64_t width = ulam_chain_sums_width(chains[r]->n);
        if (width > all.width) all.width = width;
    }
    if (n_chains == 0 || n == 0) return ULAM_EINVAL;
    const part_means whole = find_part(&all, 0, n);
    const double count = (double)n_chains * (double)n;
    diagnosis->mean = whole.mean;
    if (count > 1) diagnosis->variance = (whole.within + whole.n * whole.centred) / (count - 1);
    const ulam_chain_tau tau = ulam_chain_tau_estimate(chains, n_chains);
    diagnosis->tau = tau.tau;
    diagnosis->tau_error = tau.error;
    diagnosis->is_resolved = tau.is_resolved;
    diagnosis->tau_binning = tau.by_binning;
    diagnosis->ess = count / tau.tau;
    diagnosis->mean_error = sqrt(diagnosis->variance / diagnosis->ess);
    if (diagnosis->variance > 0) compare_parts(&all, tau.long_run_variance, diagnosis);
    return ULAM_OK;
}
