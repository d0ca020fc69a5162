#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "show.h"
#include "table.h"

/* Which columns stand before the observables'. */
typedef struct {
    const ulam_view *view;
    ulam_table table;
    size_t keys;       /* point, and the swept parameters */
    bool runs, failed; /* columns of their own: they differ between points; there are some */
    bool target;       /* a column: the job has targets */
    size_t next;       /* column to fill */
} printer;

static void head(printer *self, const char *name, const char *unit, bool left)
{
    char text[256];
    snprintf(text, sizeof text, unit ? "%.150s (%.80s)" : "%.150s", name, unit ? unit : "");
    ulam_table_head(&self->table, self->next++, text, left);
}

static void begin(printer *self, const ulam_view *view, size_t columns)
{
    const ulam_result *result = view->result;
    *self = (printer){.view = view, .keys = result->n_swept + (result->n_points > 1 ? 1 : 0)};
    for (size_t i = 0; i < result->n_points; i++) {
        self->runs |= result->runs[i] != result->runs[0];
        self->failed |= result->failed[i] != 0;
    }
    self->target = result->until != NULL;
    ulam_table_init(&self->table, self->keys + (size_t)self->runs + self->failed + self->target + columns);
    if (result->n_points > 1) head(self, "point", NULL, false);
    for (size_t i = 0; i < result->n_swept; i++) {
        const ulam_result_parameter *parameter = &result->parameters[result->swept[i]];
        head(self, parameter->name, parameter->unit, parameter->is_text);
    }
    if (self->runs) head(self, "runs", NULL, false);
    if (self->failed) head(self, "failed", NULL, false);
    if (self->target) head(self, "error/target", NULL, false);
}

static void set(printer *self, const char *text) { ulam_table_set(&self->table, self->next++, text); }

static void set_count(printer *self, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, value);
    set(self, text);
}

static void set_number(printer *self, double value, const ulam_precision *precision)
{
    char text[ULAM_ESTIMATE_SIZE];
    ulam_number_text(text, value, precision);
    set(self, text);
}

/* 1 and less is reached; of numbers that never varied nothing can be said. */
static void set_ratio(printer *self, double ratio, uint64_t ending)
{
    char text[32];
    snprintf(text, sizeof text, "%.*f", ratio < 10 ? 2 : 0, ratio);
    set(self, ending == ULAM_TARGETS_CONSTANT ? "constant" : isfinite(ratio) && ratio < 1e9 ? text : "—");
}

static void begin_row(printer *self, size_t point)
{
    const ulam_result *result = self->view->result;
    ulam_table_row(&self->table);
    self->next = 0;
    if (result->n_points > 1) set_count(self, point);
    for (size_t i = 0; i < result->n_swept; i++) set(self, result->parameters[result->swept[i]].text[point]);
    if (self->runs) set_count(self, result->runs[point]);
    if (self->failed) set_count(self, result->failed[point]);
    if (self->target) set_ratio(self, result->target_ratio[point], result->ending[point]);
}

/* An exact value is shown where the theory knows it at some point. */
static bool has_exact(const ulam_result_observable *observable, size_t n_points)
{
    for (size_t i = 0; observable->exact && i < n_points * observable->length; i++)
        if (!isnan(observable->exact[i])) return true;
    return false;
}

static size_t estimate_columns(const ulam_result_observable *observable, size_t n_points)
{
    return has_exact(observable, n_points) ? 3 : 1;
}

static void head_estimate(printer *self, const ulam_result_observable *observable, const char *name)
{
    head(self, name, observable->unit, false);
    if (!has_exact(observable, self->view->result->n_points)) return;
    head(self, "exact", NULL, false);
    head(self, "off by", NULL, false);
}

static void set_estimate(printer *self, const ulam_result_observable *observable, size_t index)
{
    char text[ULAM_ESTIMATE_SIZE];
    const double mean = observable->mean[index], std_error = observable->std_error[index];
    const ulam_precision precision = ulam_precision_of(mean, std_error, self->view->full);
    ulam_estimate_text(text, mean, std_error, &precision);
    set(self, text);
    if (!has_exact(observable, self->view->result->n_points)) return;
    set_number(self, observable->exact[index], &precision);
    ulam_deviation_text(text, mean, std_error, observable->exact[index]);
    set(self, text);
}

static bool end(printer *self, FILE *out)
{
    ulam_table_print(&self->table, out, self->view->width, self->keys);
    const bool whole = !self->table.failed;
    ulam_table_free(&self->table);
    return whole;
}

bool ulam_show_estimates(const ulam_view *view, FILE *out)
{
    const ulam_result *result = view->result;
    printer self;
    size_t columns = 0;
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) columns += estimate_columns(&result->observables[i], result->n_points);
    begin(&self, view, columns);
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) head_estimate(&self, &result->observables[i], result->observables[i].name);
    for (size_t point = view->first; point <= view->last; point++) {
        begin_row(&self, point);
        for (size_t i = 0; i < result->n_observables; i++)
            if (result->observables[i].scalar) set_estimate(&self, &result->observables[i], point);
    }
    return end(&self, out);
}

static void head_figures(printer *self, const ulam_result_observable *observable)
{
    static const char *const figures[] = {"sd", "skewness", "excess kurtosis", "min", "max"};
    head_estimate(self, observable, observable->name);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) head(self, figures[i], NULL, false);
    if (observable->count) head(self, "values", NULL, false);
}

static void set_figures(printer *self, const ulam_result_observable *observable, size_t index)
{
    const ulam_precision plain = {.full = self->view->full};
    set_estimate(self, observable, index);
    set_number(self, observable->sd[index], &plain);
    set_number(self, observable->skewness[index], &plain);
    set_number(self, observable->excess_kurtosis[index], &plain);
    set_number(self, observable->min[index], &plain);
    set_number(self, observable->max[index], &plain);
    if (observable->count) set_count(self, observable->count[index]);
}

static size_t figure_columns(const ulam_result_observable *observable, size_t n_points)
{
    return estimate_columns(observable, n_points) + 5 + (observable->count ? 1 : 0);
}

bool ulam_show_scalar(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    printer self;
    begin(&self, view, figure_columns(observable, view->result->n_points));
    head_figures(&self, observable);
    for (size_t point = view->first; point <= view->last; point++) {
        begin_row(&self, point);
        set_figures(&self, observable, point);
    }
    return end(&self, out);
}

bool ulam_show_array(const ulam_view *view, const ulam_result_observable *observable, FILE *out)
{
    const ulam_precision plain = {.full = view->full};
    printer self;
    begin(&self, view, 1 + figure_columns(observable, view->result->n_points));
    head(&self, observable->dimension, observable->dimension_unit, false);
    head_figures(&self, observable);
    for (size_t point = view->first; point <= view->last; point++)
        for (size_t i = 0; i < observable->length; i++) {
            const size_t index = point * observable->length + i;
            begin_row(&self, point);
            set_number(&self, observable->coordinate[index], &plain);
            set_figures(&self, observable, index);
        }
    self.keys++;
    return end(&self, out);
}
