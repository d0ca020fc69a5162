/* What is said of chains: how correlated their measurements are, and what is to be doubted. */

#include <math.h>
#include <string.h>

#include "show.h"

enum {
    LISTED = 10
};

const char *const ulam_chain_figure_names[ULAM_CHAIN_FIGURES] = {"τ (sweeps)", "eff. samples", "R̂", "drift"};

void ulam_chain_figures(const ulam_result_observable *observable, size_t index, bool full,
                        char text[ULAM_CHAIN_FIGURES][ULAM_ESTIMATE_SIZE])
{
    const double tau = observable->tau[index], error = observable->tau_error[index];
    const double figure[] = {observable->ess[index], observable->rhat[index], observable->drift[index]};
    static const char *const formats[] = {"%.0f", "%.4f", "%+.1fσ"};
    const ulam_precision precision = ulam_precision_of(tau, error, full);
    if (isnan(error) && !isnan(tau))
        snprintf(text[0], ULAM_ESTIMATE_SIZE, "> %.3g", tau);
    else
        ulam_estimate_text(text[0], tau, error, &precision);
    for (size_t i = 0; i < sizeof figure / sizeof *figure; i++)
        if (isnan(figure[i]))
            strcpy(text[1 + i], "—");
        else
            snprintf(text[1 + i], ULAM_ESTIMATE_SIZE, formats[i], figure[i]);
}

void ulam_range_of_sweeps(const ulam_result *result, uint64_t *least, uint64_t *most)
{
    *least = UINT64_MAX;
    *most = 0;
    for (size_t i = 0; i < result->n_points; i++) {
        if (result->sweeps[i] < *least) *least = result->sweeps[i];
        if (result->sweeps[i] > *most) *most = result->sweeps[i];
    }
}

/* The scalar whose measurements are the most correlated, and where. */
static const ulam_result_observable *find_slowest(const ulam_result *result, size_t *point)
{
    const ulam_result_observable *slowest = NULL;
    for (size_t i = 0; i < result->n_observables; i++) {
        const ulam_result_observable *observable = &result->observables[i];
        for (size_t p = 0; observable->tau && observable->scalar && p < result->n_points; p++) {
            if (isnan(observable->tau[p]) || (slowest && observable->tau[p] <= slowest->tau[*point])) continue;
            slowest = observable;
            *point = p;
        }
    }
    return slowest;
}

/* Folds a line's text between words, behind a margin of ten columns. */
static void put_folded(const char *text, size_t width, FILE *out)
{
    enum {
        MARGIN = 10
    };
    size_t used = MARGIN;
    for (size_t size; *text; text += size) {
        size = strcspn(text + 1, " ") + 1;
        if (width && used > MARGIN && used + size > width) {
            fprintf(out, "\n%*s", MARGIN, "");
            used = MARGIN;
            text++;
            size--;
        }
        fprintf(out, "%.*s", (int)size, text);
        used += size;
    }
    fputc('\n', out);
}

void ulam_show_chains(const ulam_view *view, FILE *out)
{
    const ulam_result *result = view->result;
    size_t point = 0;
    if (!result->sweeps) return;
    const ulam_result_observable *slowest = find_slowest(result, &point);
    if (slowest) {
        fprintf(out, "slowest   %s: autocorrelation time %s%.3g sweeps, %.0f effective samples", slowest->name,
                isnan(slowest->tau_error[point]) ? "above " : "", slowest->tau[point], slowest->ess[point]);
        fprintf(out, result->n_points > 1 ? ", at point %zu\n" : "\n", point);
    }
    for (size_t i = 0; i < result->n_warnings && i < LISTED; i++) {
        fputs("warning   ", out);
        put_folded(result->warnings[i], view->width, out);
    }
    if (result->n_warnings > LISTED) fprintf(out, "          and %zu more\n", result->n_warnings - LISTED);
}
