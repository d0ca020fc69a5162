#include <math.h>
#include <stdio.h>

#include "show.h"
#include "show_printer.h"

/* An exact value is shown where the theory knows it at some point. */
static bool has_exact(const ulam_result_observable *observable, size_t n_points)
{
    for (size_t i = 0; observable->exact && i < n_points * observable->length; i++)
        if (!isnan(observable->exact[i])) return true;
    return false;
}

static size_t estimate_columns(const ulam_result_observable *observable, size_t n_points)
{
    return 1u + (observable->reduction ? 1u : 0u) + (has_exact(observable, n_points) ? 2u : 0u);
}

static void head_estimate(ulam_printer *self, const ulam_result_observable *observable, const char *name)
{
    ulam_printer_head(self, name, observable->unit, false);
    if (observable->reduction) ulam_printer_head(self, "variance ÷", NULL, false);
    if (!has_exact(observable, self->view->result->n_points)) return;
    ulam_printer_head(self, "exact", NULL, false);
    ulam_printer_head(self, "off by", NULL, false);
}

/* The factor by which a control or antithetic pairs make the variance less. */
static void set_reduction(ulam_printer *self, const ulam_result_observable *observable, size_t index)
{
    char text[ULAM_ESTIMATE_SIZE];
    const double factor = observable->reduction[index];
    const double error = observable->reduction_error ? observable->reduction_error[index] : NAN;
    const ulam_precision precision = ulam_precision_of(factor, error, self->view->full);
    snprintf(text, sizeof text, factor < 100 || factor >= 1e6 ? "%.3g" : "%.0f", factor);
    if (isfinite(factor) && isfinite(error)) ulam_estimate_text(text, factor, error, &precision);
    ulam_printer_set(self, isnan(factor) ? "—" : text);
}

static void set_estimate(ulam_printer *self, const ulam_result_observable *observable, size_t index)
{
    char text[ULAM_ESTIMATE_SIZE];
    const double mean = observable->mean[index], std_error = observable->std_error[index];
    const ulam_precision precision = ulam_precision_of(mean, std_error, self->view->full);
    ulam_estimate_text(text, mean, std_error, &precision);
    ulam_printer_set(self, text);
    if (observable->reduction) set_reduction(self, observable, index);
    if (!has_exact(observable, self->view->result->n_points)) return;
    ulam_printer_set_number(self, observable->exact[index], &precision);
    ulam_deviation_text(text, mean, std_error, observable->exact[index]);
    ulam_printer_set(self, text);
}

static bool has_column(const ulam_result_observable *observable, bool differences)
{
    return observable->scalar && observable->difference == differences;
}

bool ulam_show_estimates(const ulam_view *view, bool differences, FILE *out)
{
    const ulam_result *result = view->result;
    ulam_printer self;
    size_t columns = 0;
    for (size_t i = 0; i < result->n_observables; i++)
        if (has_column(&result->observables[i], differences))
            columns += estimate_columns(&result->observables[i], result->n_points);
    ulam_printer_begin(&self, view, columns);
    for (size_t i = 0; i < result->n_observables; i++)
        if (has_column(&result->observables[i], differences))
            head_estimate(&self, &result->observables[i], result->observables[i].name);
    for (size_t point = view->first; point <= view->last; point++) {
        ulam_printer_row(&self, point);
        for (size_t i = 0; i < result->n_observables; i++)
            if (has_column(&result->observables[i], differences)) set_estimate(&self, &result->observables[i], point);
    }
    return ulam_printer_end(&self, out);
}

static void head_figures(ulam_printer *self, const ulam_result_observable *observable)
{
    static const char *const figures[] = {"sd", "skewness", "excess kurtosis", "min", "max"};
    char interval[48];
    snprintf(interval, sizeof interval, "%.12g %% interval", 100 * self->view->result->confidence);
    head_estimate(self, observable, observable->name);
    ulam_printer_head(self, interval, NULL, false);
    for (size_t i = 0; i < sizeof figures / sizeof *figures && !observable->derived; i++)
        ulam_printer_head(self, figures[i], NULL, false);
    if (observable->count) ulam_printer_head(self, "values", NULL, false);
}

/* To the digits of the estimate; where this has no error to go by, as many as it takes. */
static void set_interval(ulam_printer *self, const ulam_result_observable *observable, size_t index)
{
    char text[ULAM_INTERVAL_SIZE];
    const ulam_precision precision =
        ulam_precision_of(observable->mean[index], observable->std_error[index], self->view->full);
    ulam_interval_text(text, observable->low[index], observable->high[index], &precision);
    ulam_printer_set(self, text);
}

static void set_figures(ulam_printer *self, const ulam_result_observable *observable, size_t index)
{
    const ulam_precision plain = {.full = self->view->full};
    set_estimate(self, observable, index);
    set_interval(self, observable, index);
    if (observable->derived) return;
    ulam_printer_set_number(self, observable->sd[index], &plain);
    ulam_printer_set_number(self, observable->skewness[index], &plain);
    ulam_printer_set_number(self, observable->excess_kurtosis[index], &plain);
    ulam_printer_set_number(self, observable->min[index], &plain);
    ulam_printer_set_number(self, observable->max[index], &plain);
    if (observable->count) ulam_printer_set_count(self, observable->count[index]);
}

static size_t figure_columns(const ulam_result_observable *observable, size_t n_points)
{
    return estimate_columns(observable, n_points) + (observable->derived ? 1 : 6) + (observable->count ? 1 : 0);
}

/* A table of its own: how the observable behaves along chains. */
static bool show_along_chains(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    const ulam_precision plain = {.full = view->full};
    const bool elements = !observable->scalar;
    ulam_printer self;
    if (!observable->tau) return true;
    fputc('\n', out);
    ulam_printer_begin(&self, view, ULAM_CHAIN_FIGURES + (elements ? 1 : 0));
    if (elements) ulam_printer_head(&self, observable->dimension, observable->dimension_unit, false);
    for (size_t i = 0; i < ULAM_CHAIN_FIGURES; i++) ulam_printer_head(&self, ulam_chain_figure_names[i], NULL, false);
    for (size_t point = view->first; point <= view->last; point++)
        for (size_t i = 0; i < observable->length; i++) {
            char text[ULAM_CHAIN_FIGURES][ULAM_ESTIMATE_SIZE];
            const size_t index = point * observable->length + i;
            ulam_printer_row(&self, point);
            if (elements) ulam_printer_set_number(&self, observable->coordinate[index], &plain);
            ulam_chain_figures(observable, index, view->full, text);
            for (size_t k = 0; k < ULAM_CHAIN_FIGURES; k++) ulam_printer_set(&self, text[k]);
        }
    if (elements) self.keys++;
    return ulam_printer_end(&self, out);
}

bool ulam_show_scalar(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    ulam_printer self;
    ulam_printer_begin(&self, view, figure_columns(observable, view->result->n_points));
    head_figures(&self, observable);
    for (size_t point = view->first; point <= view->last; point++) {
        ulam_printer_row(&self, point);
        set_figures(&self, observable, point);
    }
    return ulam_printer_end(&self, out) && show_along_chains(view, observable, out);
}

bool ulam_show_array(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    const ulam_precision plain = {.full = view->full};
    ulam_printer self;
    ulam_printer_begin(&self, view, 1 + figure_columns(observable, view->result->n_points));
    ulam_printer_head(&self, observable->dimension, observable->dimension_unit, false);
    head_figures(&self, observable);
    for (size_t point = view->first; point <= view->last; point++)
        for (size_t i = 0; i < observable->length; i++) {
            const size_t index = point * observable->length + i;
            ulam_printer_row(&self, point);
            ulam_printer_set_number(&self, observable->coordinate[index], &plain);
            set_figures(&self, observable, index);
        }
    self.keys++;
    return ulam_printer_end(&self, out) && show_along_chains(view, observable, out);
}
