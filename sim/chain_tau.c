#include <math.h>

#include "chain_levels.h"
#include "chain_tau.h"

/* A window reaches so many times as far as the correlations do, counted in the convention 1 + 2 sum rho. That is 8 of Sokal's
 * tau_int = 1/2 + sum rho, who advises 6 to 10 where the decay is not purely exponential: "Monte Carlo methods in statistical
 * mechanics" (1997), section 3. Of an exponential decay exp(-8) is cut off. */
static const double window_reach = 4;

/* tau is not resolved where its error would be more than this part of it. */
static const double most_error = 0.75;

/* Bins of which a variance says something, as logarithmic binning needs it. */
static const double least_bins = 32;

/* The mean over all chains, less the first one's shift, so that chains of one constant value have a variance of exactly 0. */
static double pooled_mean(const ulam_chain_sums *const *chains, size_t n_chains)
{
    double n = 0, sum = 0;
    for (size_t r = 0; r < n_chains; r++) {
        n += (double)chains[r]->n;
        sum += chains[r]->levels[0].sum + (double)chains[r]->n * (chains[r]->shift - chains[0]->shift);
    }
    return sum / n;
}

/* sum of (y_i - mean)(y_{i+k} - mean), from products about 0 and the bins that have no partner before or behind them. */
static void add_centred(const ulam_chain_level *level, double bins, double mean, size_t lags, double *sum)
{
    double ends = 0;
    for (size_t k = 0; k <= lags; k++) {
        if (k > 0) ends += level->first[k - 1] + level->last[k - 1];
        sum[k] += level->product[k] - mean * (2 * level->sum - ends) + (bins - (double)k) * mean * mean;
    }
}

ulam_chain_covariances ulam_chain_find_covariances(const ulam_chain_sums *const *chains, size_t n_chains, size_t level)
{
    const double mean = pooled_mean(chains, n_chains);
    ulam_chain_covariances found = {.width = ldexp(1, 2 * (int)level), .lags = ULAM_CHAIN_LAGS};
    for (size_t r = 0; r < n_chains; r++) {
        const uint64_t bins = chains[r]->n >> 2 * level;
        if (bins <= found.lags) found.lags = (size_t)bins - 1;
        found.bins += (double)bins;
    }
    for (size_t r = 0; r < n_chains; r++) {
        const double bins = (double)(chains[r]->n >> 2 * level), own = mean - (chains[r]->shift - chains[0]->shift);
        add_centred(&chains[r]->levels[level], bins, own, found.lags, found.value);
    }
    for (size_t k = 0; k <= found.lags; k++) found.value[k] /= found.bins - (double)(k * n_chains);
    return found;
}

/* Times the width, the sum over the window, and what it lacks because the mean is that of the same measurements: every
 * covariance is too small by the variance of the mean (Wolff 2004). */
static double long_run_variance(const ulam_chain_covariances *self, size_t window)
{
    double sum = self->value[0];
    for (size_t k = 1; k <= window; k++) sum += 2 * self->value[k];
    return self->width * sum * (1 + (double)(2 * window + 1) / self->bins);
}

/* The least window that reaches far enough (Madras and Sokal 1988, appendix C). Correlations of either sign count, the negative
 * ones where they are more than noise (Bartlett 1946), so that those of alternating sign are followed to their end too. lags + 1: there is
 * none. */
static size_t find_window(const ulam_chain_covariances *self)
{
    double reach = 1, squares = 1;
    size_t window = 1;
    for (; window <= self->lags; window++) {
        const double rho = self->value[window] / self->value[0], noise = 3 * sqrt(squares / self->bins);
        reach += 2 * (rho < -noise ? -rho : rho);
        squares += 2 * rho * rho;
        if ((double)window >= window_reach * reach) break;
    }
    return window > self->lags ? self->lags + 1 : window;
}

/* Wolff 2004: the variance of tau is 4/n (window + 1/2 - tau/2) tau^2, the window being in bins here. A sum that
 * noise has brought below the bins' own variance is known no better than that. */
static double relative_error(const ulam_chain_covariances *self, size_t window, double sum, double tau)
{
    const double reach = self->width * ((double)window + 0.5) - tau / 2;
    return sqrt(4 * fmax(reach, tau / 2) / (self->width * self->bins)) * fmax(1, self->width * self->value[0] / sum);
}

/* The size of bins that Lee et al. (Phys. Rev. E 83 (2011) 066706) advise: size^3 > 2 n tau^2, where the error of tau is
 * several times what the bins are too small for; else the greatest of which there are enough. */
static void try_binning(const ulam_chain_covariances *self, double variance, double *by_binning, bool *is_enough)
{
    const double n = self->width * self->bins;
    for (int pairs = 0; pairs < 2 && !*is_enough; pairs++) {
        const double width = self->width * (1 + pairs), bins = n / width;
        if (bins < least_bins || (pairs && self->lags < 1)) return;
        const double of_bins = pairs ? (self->value[0] + self->value[1]) / 2 : self->value[0];
        *by_binning = width * of_bins * (1 + 1 / bins) / variance;
        *is_enough = width * width * width > 2 * n * *by_binning * *by_binning;
    }
}

/* Where tau is not known it is at least what any window says. */
static double greatest(const ulam_chain_covariances *self, double so_far)
{
    for (size_t window = 1; window <= self->lags; window++) so_far = fmax(so_far, long_run_variance(self, window));
    return so_far;
}

ulam_chain_tau ulam_chain_tau_estimate(const ulam_chain_sums *const *chains, size_t n_chains)
{
    ulam_chain_tau found = {NAN, NAN, NAN, false, NAN};
    size_t levels = SIZE_MAX;
    double variance = 0, bound = 0;
    bool is_binned = false;
    for (size_t r = 0; r < n_chains; r++) levels = chains[r]->n_levels < levels ? chains[r]->n_levels : levels;
    for (size_t j = 0; j < levels && !(found.is_resolved && is_binned); j++) {
        const ulam_chain_covariances level = ulam_chain_find_covariances(chains, n_chains, j);
        if (j == 0) bound = variance = level.value[0];
        if (!(variance > 0)) return found;
        if (!is_binned) try_binning(&level, variance, &found.by_binning, &is_binned);
        if (found.is_resolved) continue;
        bound = greatest(&level, bound);
        const size_t window = find_window(&level);
        if (window > level.lags) continue;
        const double sum = long_run_variance(&level, window), tau = sum / (variance + sum / level.bins / level.width);
        const double error = relative_error(&level, window, sum, tau);
        if (!(tau > 0 && error <= most_error)) continue;
        found = (ulam_chain_tau){sum, tau, tau * error, true, found.by_binning};
    }
    if (!found.is_resolved) {
        found.long_run_variance = bound;
        found.tau = bound / variance;
    }
    return found;
}
