#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/confidence.h>

#include "picture_choice.h"

/* Texts */

static char *with_unit(const char *name, const char *unit)
{
    char *text = NULL;
    return asprintf(&text, unit ? "%s (%s)" : "%s", name, unit) < 0 ? NULL : text;
}

static char *name_of_y(const ulam_choice *self)
{
    char name[256];
    if (self->y->scalar || self->along_element) return with_unit(self->y->name, self->y->unit);
    snprintf(name, sizeof name, "%.200s[%zu]", self->y->name, self->element);
    return with_unit(name, self->y->unit);
}

static bool runs_along(const ulam_choice *self, size_t axis, size_t dimension)
{
    return axis != ULAM_NO_PARAMETER && ulam_choice_dimension(self, axis) == dimension;
}

/* "european: discounted payoff (maturity = 1)" */
static char *make_title(const ulam_choice *self)
{
    char *title = NULL;
    size_t size, cuts = 0;
    const ulam_result *result = self->result;
    FILE *out = open_memstream(&title, &size);
    if (!out) return NULL;
    fprintf(out, "%s: %s", result->model, self->y->help ? self->y->help : self->y->name);
    for (size_t i = 0; i < result->n_swept; i++) {
        const size_t parameter = result->swept[i], d = ulam_choice_dimension(self, parameter);
        if (ulam_choice_length(self, parameter) < 2 || runs_along(self, self->x, d) || runs_along(self, self->by, d))
            continue;
        fprintf(out, "%s%s = %s", cuts++ ? ", " : " (", result->parameters[parameter].name,
                ulam_choice_text(self, parameter, self->cut[d]));
    }
    if (cuts) putc(')', out);
    fclose(out);
    return title;
}

/* A histogram's is per unit of x. */
static char *label_of_density(const ulam_choice *self)
{
    char *label = NULL;
    if (!self->y->unit) return strdup("density");
    return asprintf(&label, "density (1/(%s))", self->y->unit) < 0 ? NULL : label;
}

static char *label_of_x(const ulam_choice *self)
{
    const ulam_result_parameter *x = self->x == ULAM_NO_PARAMETER ? NULL : &self->result->parameters[self->x];
    if (self->request->subject == ULAM_PICTURE_HISTOGRAM) return name_of_y(self);
    if (self->request->subject == ULAM_PICTURE_CONVERGENCE)
        return strdup(self->result->sweeps ? "sweeps of each chain" : "runs");
    if (self->along_element) return with_unit(self->y->dimension, self->y->dimension_unit);
    return x ? with_unit(x->name, x->unit) : strdup("");
}

static char *words_of_interval(const ulam_choice *self)
{
    static const char *const words[] = {[ULAM_PICTURE_MEANS] = "mean and %.12g %% interval",
                                        [ULAM_PICTURE_QUANTILES] = "quantile and %.12g %% interval",
                                        [ULAM_PICTURE_CONVERGENCE] = "mean and %.12g %% interval (Student)"};
    char *text = NULL;
    if (self->request->subject == ULAM_PICTURE_HISTOGRAM) return strdup("");
    return asprintf(&text, words[self->request->subject], 100 * self->result->confidence) < 0 ? NULL : text;
}

static bool make_texts(const ulam_choice *self, ulam_picture *picture)
{
    const ulam_picture_subject subject = self->request->subject;
    const ulam_result_parameter *by = self->by == ULAM_NO_PARAMETER ? NULL : &self->result->parameters[self->by];
    const bool heat = picture->kind == ULAM_PICTURE_HEAT_MAP, keyed = by || subject == ULAM_PICTURE_QUANTILES;
    picture->title = make_title(self);
    picture->x_label = label_of_x(self);
    char *value = subject == ULAM_PICTURE_HISTOGRAM ? label_of_density(self) : name_of_y(self);
    picture->value_label = heat ? value : NULL;
    picture->y_label = heat ? with_unit(by->name, by->unit) : value;
    if (keyed && !heat) picture->key_title = by ? with_unit(by->name, by->unit) : strdup("quantile");
    picture->interval = words_of_interval(self);
    return picture->title && picture->x_label && value && picture->y_label && picture->interval &&
           (!keyed || heat || picture->key_title);
}

/* Numbers */

static bool is_text(const ulam_choice *self, size_t parameter)
{
    return parameter != ULAM_NO_PARAMETER && self->result->parameters[parameter].is_text;
}

/* Levels of the quantiles, or values that tell points apart. */
static size_t curves_of(const ulam_choice *self)
{
    if (self->request->subject == ULAM_PICTURE_QUANTILES) return self->y->quantiles.n_levels;
    return self->by == ULAM_NO_PARAMETER ? 1 : ulam_choice_length(self, self->by);
}

/* NULL: there is none, or, with *whole false, no memory for it. */
static char *label_of(const ulam_choice *self, size_t i, bool *whole)
{
    char *label = NULL;
    if (self->request->subject == ULAM_PICTURE_QUANTILES)
        *whole = asprintf(&label, "%.12g %%", 100 * self->y->quantiles.level[i]) >= 0;
    else if (self->by != ULAM_NO_PARAMETER)
        *whole = (label = strdup(ulam_choice_text(self, self->by, i))) != NULL;
    return *whole ? label : NULL;
}

static ulam_curve *add_curve(const ulam_choice *self, ulam_picture *picture, size_t i, size_t n)
{
    bool whole = true;
    char *label = label_of(self, i, &whole);
    ulam_curve *curve = whole ? ulam_picture_add_curve(picture, label, n) : NULL;
    if (curve && self->by != ULAM_NO_PARAMETER && !is_text(self, self->by)) curve->at = strtod(label, NULL);
    return curve;
}

static void fill_mean(const ulam_result_observable *y, ulam_curve *curve, size_t k, size_t cell)
{
    curve->y[k] = y->mean[cell];
    curve->low[k] = y->low[cell];
    curve->high[k] = y->high[cell];
    if (y->exact) curve->exact[k] = y->exact[cell];
}

static void fill_quantile(const ulam_result_quantiles *of, ulam_curve *curve, size_t k, size_t cell, size_t level)
{
    const size_t index = cell * of->n_levels + level;
    curve->y[k] = of->value[index];
    curve->low[k] = of->low[index];
    curve->high[k] = of->high[index];
}

/* Means or quantiles along the sweep or the elements. */
static bool collect_estimates(const ulam_choice *self, ulam_picture *picture, size_t i)
{
    const bool along = self->along_element, levels = self->request->subject == ULAM_PICTURE_QUANTILES;
    const size_t by = levels ? 0 : i;
    const size_t n = along ? self->y->length : self->x == ULAM_NO_PARAMETER ? 1 : ulam_choice_length(self, self->x);
    ulam_curve *curve = add_curve(self, picture, i, n);
    if (!curve) return false;
    for (size_t k = 0; k < n; k++) {
        const size_t point = ulam_choice_point(self, along ? 0 : k, by);
        const size_t cell = point * self->y->length + (along ? k : self->element);
        curve->x[k] = 0;
        if (along)
            curve->x[k] = self->y->coordinate[cell];
        else if (self->x != ULAM_NO_PARAMETER)
            curve->x[k] = is_text(self, self->x) ? (double)k : strtod(ulam_choice_text(self, self->x, k), NULL);
        if (levels)
            fill_quantile(&self->y->quantiles, curve, k, cell, i);
        else
            fill_mean(self->y, curve, k, cell);
    }
    return true;
}

/* The share of the values in each bin, by the bin's width. */
static bool collect_histogram(const ulam_choice *self, ulam_picture *picture, size_t by)
{
    const ulam_result_histogram *of = &self->y->histogram;
    const size_t cell = ulam_choice_point(self, 0, by) * self->y->length + self->element, bins = of->bins;
    const double *edge = of->edge + cell * (bins + 1);
    const uint64_t *count = of->count + cell * bins;
    ulam_curve *curve = add_curve(self, picture, by, bins + 2);
    if (!curve) return false;
    uint64_t total = of->below[cell] + of->above[cell];
    for (size_t k = 0; k < bins; k++) total += count[k];
    if (total == 0) return true;
    for (size_t k = 0; k < bins; k++) {
        curve->x[k + 1] = edge[k];
        curve->y[k + 1] = (double)count[k] / (double)total / (edge[k + 1] - edge[k]);
    }
    curve->x[0] = edge[0];
    curve->x[bins + 1] = edge[bins];
    curve->y[0] = curve->y[bins + 1] = 0;
    return true;
}

/* What an error at a rung counts: runs, pairs of them, or chains, of which a rung has so many sweeps. */
static uint64_t values_at(const ulam_result *result, size_t point, uint64_t rung)
{
    if (result->sweeps) return result->runs[point] - result->failed[point];
    return result->antithetic ? rung / 2 : rung;
}

static bool collect_convergence(const ulam_choice *self, ulam_picture *picture, size_t by)
{
    const ulam_result *result = self->result;
    const size_t point = ulam_choice_point(self, 0, by), from = point * result->n_rungs;
    size_t n = 0;
    while (n < result->n_rungs && result->rung_runs[from + n] > 0) n++;
    ulam_curve *curve = add_curve(self, picture, by, n);
    if (!curve) return false;
    for (size_t k = 0; k < n; k++) {
        const uint64_t runs = result->rung_runs[from + k];
        const double mean = self->y->trace_mean[from + k];
        const uint64_t values = values_at(result, point, runs);
        const double sd = self->y->trace_std_error[from + k] * sqrt((double)values);
        const ulam_bounds bounds = ulam_student_interval(values, mean, sd, result->confidence);
        curve->x[k] = (double)runs;
        curve->y[k] = mean;
        curve->low[k] = bounds.low;
        curve->high[k] = bounds.high;
        if (self->y->exact) curve->exact[k] = self->y->exact[point];
    }
    return true;
}

static bool collect_curve(const ulam_choice *self, ulam_picture *picture, size_t i)
{
    switch (self->request->subject) {
    case ULAM_PICTURE_HISTOGRAM:
        return collect_histogram(self, picture, i);
    case ULAM_PICTURE_CONVERGENCE:
        return collect_convergence(self, picture, i);
    case ULAM_PICTURE_MEANS:
    case ULAM_PICTURE_QUANTILES:
        break;
    }
    return collect_estimates(self, picture, i);
}

static bool collect_categories(const ulam_choice *self, ulam_picture *picture)
{
    if (self->along_element || !is_text(self, self->x)) return true;
    const size_t n = ulam_choice_length(self, self->x);
    picture->category = calloc(n, sizeof *picture->category);
    if (!picture->category) return false;
    picture->n_categories = n;
    bool whole = true;
    for (size_t k = 0; k < n; k++) whole &= (picture->category[k] = strdup(ulam_choice_text(self, self->x, k))) != NULL;
    return whole;
}

/* Equal factors between neighbours, over more than a decade. */
static bool is_geometric(const ulam_curve *curve)
{
    if (curve->n < 3 || !(curve->x[0] > 0) || !(curve->x[curve->n - 1] > 10 * curve->x[0])) return false;
    const double ratio = curve->x[1] / curve->x[0];
    for (size_t k = 1; k < curve->n; k++)
        if (!(fabs(curve->x[k] / curve->x[k - 1] / ratio - 1) < 0.05)) return false;
    return true;
}

bool ulam_picture_collect(const ulam_choice *self, ulam_picture *picture)
{
    const ulam_picture_subject subject = self->request->subject;
    const bool curves = picture->kind == ULAM_PICTURE_CURVES;
    for (size_t i = 0; i < curves_of(self); i++)
        if (!collect_curve(self, picture, i)) return false;
    picture->stepped = subject == ULAM_PICTURE_HISTOGRAM;
    picture->log_x = subject == ULAM_PICTURE_CONVERGENCE ||
                     (curves && subject != ULAM_PICTURE_HISTOGRAM && is_geometric(&picture->curves[0]));
    picture->joined = curves && (self->along_element || !is_text(self, self->x));
    return collect_categories(self, picture) && make_texts(self, picture);
}
