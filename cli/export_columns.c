#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "export_columns.h"

enum {
    MOST_CELLS = 1 << 17 /* of samples in memory */
};

typedef enum {
    COLUMN_INDEX, /* the row's number */
    COLUMN_TEXT,
    COLUMN_NUMBER, /* spelt out */
    COLUMN_COUNT,
    COLUMN_REAL,
} column_kind;

typedef struct {
    char *name; /* owned */
    const char *unit;
    column_kind kind;
    const void *values; /* of point p: values[p * stride + offset] */
    size_t stride, offset;
} column;

typedef struct {
    column *columns; /* [n], owned */
    size_t n, capacity;
    bool failed; /* memory ran out */
} columns;

static void columns_free(columns *self)
{
    for (size_t i = 0; i < self->n; i++) free(self->columns[i].name);
    free(self->columns);
}

static void add(columns *self, char *name, column what)
{
    if (name && self->n == self->capacity) {
        const size_t capacity = self->capacity ? 2 * self->capacity : 64;
        column *grown = realloc(self->columns, capacity * sizeof *grown);
        if (grown) {
            self->columns = grown;
            self->capacity = capacity;
        }
    }
    if (!name || self->n == self->capacity) {
        free(name);
        self->failed = true;
        return;
    }
    what.name = name;
    self->columns[self->n++] = what;
}

static char *element_name(const ulam_result_observable *observable, const char *figure, size_t element)
{
    char *name = NULL;
    const int length = observable->scalar ? asprintf(&name, "%s%s", observable->name, figure)
                                          : asprintf(&name, "%s%s[%zu]", observable->name, figure, element);
    return length < 0 ? NULL : name;
}

static void add_figure(columns *self, const ulam_result_observable *observable, const char *figure, bool has_unit,
                       column_kind kind, const void *values)
{
    if (!values) return;
    for (size_t i = 0; i < observable->length; i++)
        add(self, element_name(observable, figure, i),
            (column){.unit = has_unit ? observable->unit : NULL,
                     .kind = kind,
                     .values = values,
                     .stride = observable->length,
                     .offset = i});
}

/* "price_quantile_0.95": a column a level, and its interval's ends. */
static void add_quantiles(columns *self, const ulam_result_observable *observable)
{
    static const char *const ends[] = {"", "_low", "_high"};
    const ulam_result_quantiles *of = &observable->quantiles;
    const double *const values[] = {of->value, of->low, of->high};
    for (size_t k = 0; k < of->n_levels; k++)
        for (size_t e = 0; e < 3; e++)
            for (size_t i = 0; i < observable->length; i++) {
                char figure[64];
                snprintf(figure, sizeof figure, "_quantile_%.12g%s", of->level[k], ends[e]);
                add(self, element_name(observable, figure, i),
                    (column){.unit = observable->unit,
                             .kind = COLUMN_REAL,
                             .values = values[e],
                             .stride = observable->length * of->n_levels,
                             .offset = i * of->n_levels + k});
            }
}

static void add_observable(columns *self, const ulam_result_observable *observable)
{
    add_figure(self, observable, "", true, COLUMN_REAL, observable->mean);
    add_figure(self, observable, "_stderr", true, COLUMN_REAL, observable->std_error);
    add_figure(self, observable, "_sd", true, COLUMN_REAL, observable->sd);
    add_figure(self, observable, "_skewness", false, COLUMN_REAL, observable->skewness);
    add_figure(self, observable, "_excess_kurtosis", false, COLUMN_REAL, observable->excess_kurtosis);
    add_figure(self, observable, "_min", true, COLUMN_REAL, observable->min);
    add_figure(self, observable, "_max", true, COLUMN_REAL, observable->max);
    add_figure(self, observable, "_low", true, COLUMN_REAL, observable->low);
    add_figure(self, observable, "_high", true, COLUMN_REAL, observable->high);
    add_figure(self, observable, "_count", false, COLUMN_COUNT, observable->count);
    const char *reduction = observable->derived ? "_variance_reduction" : "_antithetic_reduction";
    add_figure(self, observable, reduction, false, COLUMN_REAL, observable->reduction);
    add_figure(self, observable, "_antithetic_reduction_stderr", false, COLUMN_REAL, observable->reduction_error);
    add_figure(self, observable, "_exact", true, COLUMN_REAL, observable->exact);
    add_figure(self, observable, "_tau", false, COLUMN_REAL, observable->tau);
    add_figure(self, observable, "_tau_stderr", false, COLUMN_REAL, observable->tau_error);
    add_figure(self, observable, "_ess", false, COLUMN_REAL, observable->ess);
    add_figure(self, observable, "_ess_stderr", true, COLUMN_REAL, observable->ess_error);
    add_figure(self, observable, "_rhat", false, COLUMN_REAL, observable->rhat);
    add_figure(self, observable, "_drift", false, COLUMN_REAL, observable->drift);
    add_quantiles(self, observable);
}

static void list(columns *self, const ulam_result *result, bool all_parameters)
{
    add(self, strdup("point"), (column){.kind = COLUMN_INDEX});
    for (size_t i = 0; i < result->n_parameters; i++) {
        const ulam_result_parameter *parameter = &result->parameters[i];
        if (!all_parameters && !parameter->dimension) continue;
        add(self, strdup(parameter->name),
            (column){.unit = parameter->unit,
                     .kind = parameter->is_text ? COLUMN_TEXT : COLUMN_NUMBER,
                     .values = parameter->text,
                     .stride = 1});
    }
    add(self, strdup("runs"), (column){.kind = COLUMN_COUNT, .values = result->runs, .stride = 1});
    add(self, strdup("failed"), (column){.kind = COLUMN_COUNT, .values = result->failed, .stride = 1});
    if (result->sweeps)
        add(self, strdup("sweeps"), (column){.kind = COLUMN_COUNT, .values = result->sweeps, .stride = 1});
    for (size_t i = 0; i < result->n_observables; i++) add_observable(self, &result->observables[i]);
}

static void put_real(double value, bool json, FILE *out)
{
    char text[ULAM_ESTIMATE_SIZE];
    const ulam_precision every_digit = {.full = true};
    ulam_number_text(text, value, &every_digit);
    if (json)
        fputs(isfinite(value) ? text : "null", out); /* JSON has no word for what is infinite */
    else
        fputs(isnan(value) ? "NaN" : text, out);
}

/* RFC 4180: quoted where it must be, quotes doubled. */
static void put_field(const char *text, FILE *out)
{
    if (!strpbrk(text, ",\"\r\n") && *text != ' ') {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"') putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void put_string(const char *text, FILE *out)
{
    putc('"', out);
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            putc(byte, out);
    }
    putc('"', out);
}

/* A spreadsheet would take a name that begins like this for a formula. */
static const char *defused(const char *name) { return strchr("=+-@\t\r", *name) ? "'" : ""; }

static void put_csv_head(const columns *self, FILE *out)
{
    for (size_t i = 0; i < self->n; i++) {
        const column *at = &self->columns[i];
        char *head = NULL;
        if (asprintf(&head, "%s%s%s%s%s", defused(at->name), at->name, at->unit ? " [" : "", at->unit ? at->unit : "",
                     at->unit ? "]" : "") < 0)
            return;
        if (i > 0) putc(',', out);
        put_field(head, out);
        free(head);
    }
    putc('\n', out);
}

static void put_value(const column *at, size_t point, ulam_export_format format, FILE *out)
{
    const bool json = format == ULAM_EXPORT_JSON_LINES;
    const size_t index = point * at->stride + at->offset;
    switch (at->kind) {
    case COLUMN_INDEX:
        fprintf(out, "%zu", point);
        break;
    case COLUMN_COUNT:
        fprintf(out, "%" PRIu64, ((const uint64_t *)at->values)[index]);
        break;
    case COLUMN_REAL:
        put_real(((const double *)at->values)[index], json, out);
        break;
    case COLUMN_NUMBER:
        fputs(((char *const *)at->values)[index], out);
        break;
    case COLUMN_TEXT:
        (json ? put_string : put_field)(((char *const *)at->values)[index], out);
        break;
    }
}

static void put_row(const columns *self, size_t point, ulam_export_format format, FILE *out)
{
    const bool json = format == ULAM_EXPORT_JSON_LINES;
    if (json) putc('{', out);
    for (size_t i = 0; i < self->n; i++) {
        if (i > 0) fputs(json ? ", " : ",", out);
        if (json) put_string(self->columns[i].name, out);
        if (json) fputs(": ", out);
        put_value(&self->columns[i], point, format, out);
    }
    fputs(json ? "}\n" : "\n", out);
}

/* Runs of a point, as many at a time as fit. */
typedef struct {
    columns columns;
    uint64_t point, *run; /* [most] */
    double **values;      /* [n_samples][most * length] */
    size_t n_samples, most;
} batch;

static void batch_free(batch *self)
{
    for (size_t i = 0; self->values && i < self->n_samples; i++) free(self->values[i]);
    free(self->values);
    free(self->run);
    columns_free(&self->columns);
}

static const ulam_result_observable *observable_of(const ulam_result *result, size_t sample)
{
    for (size_t i = 0; i < result->n_observables; i++)
        if (strcmp(result->observables[i].name, result->samples[sample]) == 0) return &result->observables[i];
    return NULL;
}

/* The samples are open: each has its observable. */
static void batch_make(batch *self, const ulam_result *result)
{
    size_t width = 1;
    *self = (batch){.n_samples = result->n_samples};
    for (size_t i = 0; i < result->n_samples; i++) width += observable_of(result, i)->length;
    self->most = width < MOST_CELLS ? MOST_CELLS / width : 1;
    self->run = calloc(self->most, sizeof *self->run);
    self->values = calloc(result->n_samples, sizeof *self->values);
    add(&self->columns, strdup("point"), (column){.kind = COLUMN_COUNT, .values = &self->point});
    add(&self->columns, strdup("run"), (column){.kind = COLUMN_COUNT, .values = self->run, .stride = 1});
    self->columns.failed |= !self->run || !self->values;
    for (size_t i = 0; i < result->n_samples && !self->columns.failed; i++) {
        const ulam_result_observable *observable = observable_of(result, i);
        self->values[i] = malloc(self->most * observable->length * sizeof *self->values[i]);
        add_figure(&self->columns, observable, "", true, COLUMN_REAL, self->values[i]);
        self->columns.failed |= !self->values[i];
    }
}

static ulam_status put_batch(batch *self, const ulam_result *result, ulam_sample_values *samples, uint64_t k,
                             ulam_export_format format, FILE *out, ulam_error *error)
{
    const uint64_t left = result->runs[self->point] - k;
    const size_t n = left < self->most ? (size_t)left : self->most;
    ulam_status status;
    for (size_t i = 0; i < self->n_samples; i++)
        if ((status = ulam_sample_values_get(samples, i, (size_t)self->point, k, n, self->values[i], error)))
            return status;
    for (size_t i = 0; i < n; i++) self->run[i] = result->first[self->point] + k + i;
    for (size_t i = 0; i < n; i++) put_row(&self->columns, i, format, out);
    return ULAM_OK;
}

ulam_status ulam_export_samples(const ulam_result *result, ulam_sample_values *samples, ulam_export_format format,
                                FILE *out, ulam_error *error)
{
    batch self;
    ulam_status status = ULAM_OK;
    batch_make(&self, result);
    if (self.columns.failed) status = ulam_fail_memory(error, "exporting samples");
    if (!status && format == ULAM_EXPORT_CSV) put_csv_head(&self.columns, out);
    for (; self.point < result->n_points && !status; self.point++)
        for (uint64_t k = 0; k < result->runs[self.point] && !status && !ferror(out); k += self.most)
            status = put_batch(&self, result, samples, k, format, out, error);
    batch_free(&self);
    return status;
}

ulam_status ulam_export_result(const ulam_result *result, bool all_parameters, ulam_export_format format, FILE *out,
                               ulam_error *error)
{
    columns self = {0};
    list(&self, result, all_parameters);
    if (!self.failed && format == ULAM_EXPORT_CSV) put_csv_head(&self, out);
    for (size_t point = 0; !self.failed && point < result->n_points; point++) put_row(&self, point, format, out);
    columns_free(&self);
    return self.failed ? ulam_fail_memory(error, "exporting a result") : ULAM_OK;
}
