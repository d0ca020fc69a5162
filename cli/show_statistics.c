/* Quantiles, histograms in a line, and correlations. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "show_printer.h"

enum {
    MOST_PAIRS = 10 /* in a table that nobody asked for */
};

void ulam_interval_text(char *text, double low, double high, const ulam_precision *precision)
{
    char first[ULAM_ESTIMATE_SIZE], second[ULAM_ESTIMATE_SIZE];
    if (isnan(low) || isnan(high)) {
        snprintf(text, ULAM_INTERVAL_SIZE, "—");
        return;
    }
    ulam_number_text(first, low, precision);
    ulam_number_text(second, high, precision);
    snprintf(text, ULAM_INTERVAL_SIZE, "%s%s, %s%s", isinf(low) ? "(" : "[", first, second, isinf(high) ? ")" : "]");
}

/* As many digits as the interval's width calls for, where both ends are known. */
static void set_quantile(ulam_printer *self, const ulam_result_quantiles *of, size_t cell)
{
    const double value = of->value[cell], low = of->low[cell], high = of->high[cell];
    const double half = isfinite(low) && isfinite(high) ? (high - low) / 2 : NAN;
    const ulam_precision precision = ulam_precision_of(value, half, self->view->full);
    char number[ULAM_ESTIMATE_SIZE], interval[ULAM_INTERVAL_SIZE], text[ULAM_ESTIMATE_SIZE + ULAM_INTERVAL_SIZE + 2];
    ulam_number_text(number, value, &precision);
    ulam_interval_text(interval, low, high, &precision);
    snprintf(text, sizeof text, "%s %s", number, interval);
    ulam_printer_set(self, isnan(value) ? "—" : text);
}

bool ulam_show_quantiles(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    const ulam_result_quantiles *of = &observable->quantiles;
    const ulam_precision plain = {.full = view->full};
    ulam_printer self;
    if (of->n_levels == 0) return true;
    fprintf(out, "\nquantiles of %s%s%s%s, with %.12g %% intervals\n\n", observable->name, observable->unit ? " (" : "",
            observable->unit ? observable->unit : "", observable->unit ? ")" : "", 100 * view->result->confidence);
    ulam_printer_begin(&self, view, of->n_levels + (observable->scalar ? 0 : 1));
    if (!observable->scalar) ulam_printer_head(&self, observable->dimension, observable->dimension_unit, false);
    for (size_t k = 0; k < of->n_levels; k++) {
        char level[32];
        snprintf(level, sizeof level, "%.12g %%", 100 * of->level[k]);
        ulam_printer_head(&self, level, NULL, false);
    }
    for (size_t point = view->first; point <= view->last; point++)
        for (size_t i = 0; i < observable->length; i++) {
            const size_t cell = point * observable->length + i;
            ulam_printer_row(&self, point);
            if (!observable->scalar) ulam_printer_set_number(&self, observable->coordinate[cell], &plain);
            for (size_t k = 0; k < of->n_levels; k++) set_quantile(&self, of, cell * of->n_levels + k);
        }
    if (!observable->scalar) self.keys++;
    return ulam_printer_end(&self, out);
}

void ulam_mention_histograms(const ulam_view *view, FILE *out)
{
    const ulam_result *result = view->result;
    const char *first = NULL;
    for (size_t i = 0; i < result->n_observables; i++) {
        const ulam_result_observable *observable = &result->observables[i];
        if (observable->histogram.bins == 0) continue;
        fprintf(out, "%s%s (%zu bins)", first ? ", " : "\nhistograms of ", observable->name,
                observable->histogram.bins);
        if (!first) first = observable->name;
    }
    if (!first) return;
    fputs(": ulam show ", out);
    ulam_put_word(view->file, out);
    fprintf(out, " --histogram %s\n", first);
}

/* Pairs i < j of which there is a covariance at some point. */
static bool is_kept(const ulam_result *result, size_t i, size_t j)
{
    const ulam_result_covariance *of = &result->covariance;
    for (size_t p = 0; p < result->n_points; p++)
        if (!isnan(of->covariance[(p * of->n + i) * of->n + j])) return true;
    return false;
}

static size_t count_pairs(const ulam_result *result)
{
    size_t pairs = 0;
    for (size_t i = 0; i < result->covariance.n; i++)
        for (size_t j = i + 1; j < result->covariance.n; j++) pairs += is_kept(result, i, j);
    return pairs;
}

static bool print_correlations(const ulam_view *view, size_t pairs, FILE *out)
{
    const ulam_result *result = view->result;
    const ulam_result_covariance *of = &result->covariance;
    const ulam_precision plain = {.full = view->full};
    ulam_printer self;
    fputs("\ncorrelations\n\n", out);
    ulam_printer_begin(&self, view, pairs);
    for (size_t i = 0; i < of->n; i++)
        for (size_t j = i + 1; j < of->n; j++) {
            char name[160];
            snprintf(name, sizeof name, "%.75s, %.75s", of->name[i], of->name[j]);
            if (is_kept(result, i, j)) ulam_printer_head(&self, name, NULL, false);
        }
    for (size_t point = view->first; point <= view->last; point++) {
        ulam_printer_row(&self, point);
        for (size_t i = 0; i < of->n; i++)
            for (size_t j = i + 1; j < of->n; j++)
                if (is_kept(result, i, j))
                    ulam_printer_set_number(&self, of->correlation[(point * of->n + i) * of->n + j], &plain);
    }
    return ulam_printer_end(&self, out);
}

bool ulam_show_correlations(const ulam_view *view, bool all, FILE *out)
{
    const size_t pairs = count_pairs(view->result);
    if (pairs == 0 && all) fputs("\nno correlations: the job asks for no covariance, or no runs are there yet\n", out);
    if (pairs == 0) return true;
    if (all || pairs <= MOST_PAIRS) return print_correlations(view, pairs, out);
    fprintf(out, "\n%zu correlations: ulam show ", pairs);
    ulam_put_word(view->file, out);
    fputs(" --correlations\n", out);
    return true;
}
