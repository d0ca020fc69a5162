/* The figures that a result file holds of an observable `x`: `x` itself, `x_stderr`, ... */

#ifndef ULAM_FIGURES_H
#define ULAM_FIGURES_H

#include <stdbool.h>

#include <ulam/confidence.h>
#include <ulam/model.h>
#include <ulam/moments.h>

#include "hdf5_write.h"

enum {
    ULAM_FIGURE_MEAN,
    ULAM_FIGURE_STD_ERROR,
    ULAM_FIGURE_SD,
    ULAM_FIGURE_SKEWNESS,
    ULAM_FIGURE_EXCESS_KURTOSIS,
    ULAM_FIGURE_MIN,
    ULAM_FIGURE_MAX,
    ULAM_FIGURE_LOW,
    ULAM_FIGURE_HIGH,
    ULAM_FIGURE_COUNT, /* where an observable may be NaN */
    ULAM_FIGURE_EXACT, /* where the model knows it */
    ULAM_FIGURES
};

typedef struct {
    const char *suffix;
    const char *words; /* before the observable's name in `long_name`; NULL: its help stands there */
    bool has_unit;     /* the observable's */
    ulam_h5_type type;
} ulam_figure;

extern const ulam_figure ulam_figures[ULAM_FIGURES];

/* Whether the file holds the figure for that observable. */
bool ulam_figure_applies(size_t figure, const ulam_observable *observable);

/* Writes a figure's 8 bytes, of its type, to `value`; bounds are of the mean. Not for ULAM_FIGURE_EXACT. */
void ulam_figure_get(size_t figure, const ulam_summary *summary, const ulam_bounds *bounds, void *value);

#endif
