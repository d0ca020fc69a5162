#include <string.h>

#include "figures.h"

const ulam_figure ulam_figures[ULAM_FIGURES] = {
    [ULAM_FIGURE_MEAN] = {"", NULL, true, ULAM_H5_REAL},
    [ULAM_FIGURE_STD_ERROR] = {"_stderr", "standard error of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_SD] = {"_sd", "standard deviation of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_SKEWNESS] = {"_skewness", "skewness of", false, ULAM_H5_REAL},
    [ULAM_FIGURE_EXCESS_KURTOSIS] = {"_excess_kurtosis", "excess kurtosis of", false, ULAM_H5_REAL},
    [ULAM_FIGURE_MIN] = {"_min", "minimum of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_MAX] = {"_max", "maximum of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_LOW] = {"_low", "lower end of a confidence interval of the mean of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_HIGH] = {"_high", "upper end of a confidence interval of the mean of", true, ULAM_H5_REAL},
    [ULAM_FIGURE_COUNT] = {"_count", "runs with a value of", false, ULAM_H5_INTEGER},
    [ULAM_FIGURE_EXACT] = {"_exact", "exact mean, by the model's theory, of", true, ULAM_H5_REAL},
};

bool ulam_figure_applies(size_t figure, const ulam_observable *observable)
{
    if (figure == ULAM_FIGURE_COUNT) return observable->may_be_nan;
    if (figure == ULAM_FIGURE_EXACT) return observable->exact != NULL;
    return true;
}

void ulam_figure_get(size_t figure, const ulam_summary *summary, const ulam_bounds *bounds, void *value)
{
    const double reals[] = {
        [ULAM_FIGURE_MEAN] = summary->mean,
        [ULAM_FIGURE_STD_ERROR] = summary->std_error,
        [ULAM_FIGURE_SD] = summary->sd,
        [ULAM_FIGURE_SKEWNESS] = summary->skewness,
        [ULAM_FIGURE_EXCESS_KURTOSIS] = summary->excess_kurtosis,
        [ULAM_FIGURE_MIN] = summary->min,
        [ULAM_FIGURE_MAX] = summary->max,
        [ULAM_FIGURE_LOW] = bounds->low,
        [ULAM_FIGURE_HIGH] = bounds->high,
    };
    const int64_t count = (int64_t)summary->count;
    memcpy(value, figure == ULAM_FIGURE_COUNT ? (const void *)&count : (const void *)&reals[figure], 8);
}
