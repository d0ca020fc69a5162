#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include <ulam/confidence.h>

/* From so many degrees of freedom, or hits and misses, on the expansions below are as good as a double, or to 10^-5 of the
 * interval's width. */
static const double many_degrees = 1000, many_hits = 10000;

static const ulam_bounds undefined = {NAN, NAN};

static bool is_level(double level) { return level > 0 && level < 1; }

/* log(x / (1 - x)) of the beta distribution's p-quantile x, by Newton's method within a bracket; p <= 1/2 or not. GSL's
 * own inverse may call its error handler, which ends the process. */
static double beta_quantile_logit(double p, double a, double b)
{
    double low = -745, high = 745, w = log(a / b);
    for (int step = 0; step < 200; step++) {
        const double x = 1 / (1 + exp(-w));
        const double excess = gsl_cdf_beta_P(x, a, b) - p;
        if (excess > 0)
            high = w;
        else
            low = w;
        const double slope = gsl_ran_beta_pdf(x, a, b) * x / (1 + exp(w));
        double next = w - excess / slope;
        if (!(next > low && next < high)) next = low + (high - low) / 2;
        if (fabs(next - w) <= 1e-14 * fmax(1, fabs(w))) return next;
        w = next;
    }
    return w;
}

/* Abramowitz and Stegun, Handbook, 26.5.22 (Carter 1947): the same for large a and b. */
static double beta_quantile_logit_of_many(double p, double a, double b)
{
    const double z = gsl_cdf_ugaussian_Qinv(p), one = 1 / (2 * a - 1), two = 1 / (2 * b - 1);
    const double h = 2 / (one + two), lambda = (z * z - 3) / 6;
    const double w = z * sqrt(h + lambda) / h - (two - one) * (lambda + 5. / 6 - 2 / (3 * h));
    return log(a / b) - 2 * w;
}

static double beta_quantile(double p, double a, double b)
{
    const bool many = fmin(a, b) > many_hits;
    return 1 / (1 + exp(-(many ? beta_quantile_logit_of_many(p, a, b) : beta_quantile_logit(p, a, b))));
}

/* The (1 + level) / 2 quantile of Student's distribution: n / (n + t^2) is beta distributed; for many degrees of freedom
 * the expansion about the normal quantile, Abramowitz and Stegun 26.7.5. */
static double student_quantile(double level, double n)
{
    if (n <= many_degrees) return sqrt(n * exp(-beta_quantile_logit(1 - level, n / 2, 0.5)));
    const double z = gsl_cdf_ugaussian_Qinv((1 - level) / 2), s = z * z;
    const double g1 = (s + 1) / 4, g2 = ((5 * s + 16) * s + 3) / 96, g3 = (((3 * s + 19) * s + 17) * s - 15) / 384;
    const double g4 = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160;
    return z * (1 + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n);
}

ulam_bounds ulam_student_interval(uint64_t count, double mean, double sd, double level)
{
    if (count < 2 || !is_level(level) || isnan(mean) || isnan(sd)) return undefined;
    const double n = (double)count, half = student_quantile(level, n - 1) * sd / sqrt(n);
    return (ulam_bounds){mean - half, mean + half};
}

static bool is_proportion(uint64_t hits, uint64_t runs) { return runs > 0 && hits <= runs; }

ulam_bounds ulam_wilson_interval(uint64_t hits, uint64_t runs, double level)
{
    if (!is_proportion(hits, runs) || !is_level(level)) return undefined;
    const double n = (double)runs, k = (double)hits, z = gsl_cdf_ugaussian_Qinv((1 - level) / 2);
    const double centre = k + z * z / 2, half = z * sqrt(k * ((n - k) / n) + z * z / 4);
    /* The ends are exact at no hit and no miss, where rounding would put them aside. */
    const double low = hits == 0 ? 0 : (centre - half) / (n + z * z);
    const double high = hits == runs ? 1 : (centre + half) / (n + z * z);
    return (ulam_bounds){low, high};
}

/* 1 - p^(1/n), also for large n. */
static double no_hit(double p, double n) { return -expm1(log(p) / n); }

ulam_bounds ulam_exact_binomial_interval(uint64_t hits, uint64_t runs, double level)
{
    if (!is_proportion(hits, runs) || !is_level(level)) return undefined;
    const double n = (double)runs, k = (double)hits, outside = (1 - level) / 2;
    if (hits == 0) return (ulam_bounds){0, no_hit(outside, n)};
    if (hits == runs) return (ulam_bounds){exp(log(outside) / n), 1};
    return (ulam_bounds){beta_quantile(outside, k, n - k + 1), beta_quantile(1 - outside, k + 1, n - k)};
}

double ulam_no_hit_bound(uint64_t runs, double level)
{
    return runs > 0 && is_level(level) ? no_hit(1 - level, (double)runs) : NAN;
}

ulam_bounds ulam_mean_interval(ulam_kind kind, const ulam_summary *summary, double level)
{
    if (kind != ULAM_INDICATOR || isnan(summary->mean))
        return ulam_student_interval(summary->count, summary->mean, summary->sd, level);
    const double hits = round(summary->mean * (double)summary->count);
    if (hits < 0 || hits > (double)summary->count) return undefined;
    return ulam_exact_binomial_interval((uint64_t)hits, summary->count, level);
}
