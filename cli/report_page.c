#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "html.h"
#include "report_assets.h"
#include "report_chains.h"
#include "report_page.h"
#include "report_table.h"
#include "show.h"
#include "work.h"

enum {
    MOST_PICTURES = 24,
    MOST_COURSES = 4, /* of convergence */
    MOST_FAILURES = 100
};

typedef struct {
    const ulam_result *result;
    const char *file;
    FILE *out;
    uint64_t failed; /* runs, of all points */
    bool *has_exact; /* [n_observables] */
    size_t pictures; /* put so far */
} page;

/* Words */

static void put(const page *self, const char *text) { ulam_html_put(text, self->out); }

static void put_entry(const page *self, const char *term, const char *text)
{
    fprintf(self->out, "<dt>%s</dt><dd>", term);
    put(self, text);
    fputs("</dd>\n", self->out);
}

static void put_count(const page *self, const char *term, uint64_t count)
{
    fprintf(self->out, "<dt>%s</dt><dd>%" PRIu64 "</dd>\n", term, count);
}

/* Head */

static void put_head(const page *self)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
          "'unsafe-inline'; "
          "script-src 'unsafe-inline'\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
          self->out);
    put(self, self->result->model);
    fputs(": ", self->out);
    put(self, self->file);
    fprintf(self->out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", report_css);
    put(self, self->result->model);
    fputs("</h1>\n", self->out);
}

static uint64_t total(const uint64_t *counts, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += counts[i];
    return sum;
}

static void put_dimensions(const page *self)
{
    const ulam_result *result = self->result;
    if (result->n_dimensions == 0) return;
    fputs("<dt>sweep</dt><dd>", self->out);
    for (size_t d = 0; d < result->n_dimensions; d++) {
        if (d > 0) fputs(" × ", self->out);
        put(self, result->dimensions[d].name);
        fprintf(self->out, " (%zu)", result->dimensions[d].length);
    }
    fputs("</dd>\n", self->out);
}

static void put_fixed(const page *self)
{
    const ulam_result *result = self->result;
    size_t n = 0;
    for (size_t i = 0; i < result->n_parameters; i++) {
        const ulam_result_parameter *parameter = &result->parameters[i];
        if (parameter->dimension) continue;
        fputs(n++ ? ", " : "<dt>fixed</dt><dd>", self->out);
        put(self, parameter->name);
        fputs(" = ", self->out);
        put(self, parameter->text[0]);
        if (!parameter->unit) continue;
        fputs(" ", self->out);
        put(self, parameter->unit);
    }
    if (n) fputs("</dd>\n", self->out);
}

static void put_summary(const page *self)
{
    const ulam_result *result = self->result;
    fputs("<dl>\n", self->out);
    put_entry(self, "file", self->file);
    put_entry(self, "status", result->complete ? "complete" : "partial");
    if (!result->n_seeds) put_count(self, "seed", result->seed);
    put_count(self, "points", result->n_points);
    put_dimensions(self);
    put_count(self, ulam_show_unit(result), total(result->runs, result->n_points));
    ulam_report_sweeps(result, self->out);
    put_fixed(self);
    fputs("</dl>\n", self->out);
}

/* Warnings */

static bool all_equal(const page *self, const ulam_result_observable *observable, size_t point)
{
    if (observable->derived) return false;
    for (size_t i = 0; i < observable->length; i++)
        if (observable->sd[point * observable->length + i] != 0) return false;
    return self->result->runs[point] > 1;
}

/* A run that never varied says little about its error. */
static void warn_of_equal_values(const page *self)
{
    const ulam_result *result = self->result;
    for (size_t o = 0; o < result->n_observables; o++) {
        size_t points = 0;
        for (size_t p = 0; p < result->n_points; p++) points += all_equal(self, &result->observables[o], p) ? 1 : 0;
        if (points == 0) continue;
        fputs("<p class=\"warning\">All values of ", self->out);
        put(self, result->observables[o].name);
        fprintf(self->out,
                " are equal at %zu of %zu points: an error of 0 there means that nothing else was seen, not that "
                "nothing else can happen.</p>\n",
                points, result->n_points);
    }
}

static uint64_t add_up(const ulam_result *result, uint64_t (*work)(const ulam_result *, size_t))
{
    uint64_t sum = 0;
    for (size_t i = 0; i < result->n_points; i++) sum += work(result, i);
    return sum;
}

static void put_warnings(const page *self)
{
    const ulam_result *result = self->result;
    const uint64_t failed = self->failed, runs = total(result->runs, result->n_points);
    if (!result->complete && !result->n_seeds)
        fprintf(self->out,
                "<p class=\"warning\">Partial: %" PRIu64 " of %" PRIu64
                " %s have been done. The same command goes on from here.</p>\n",
                add_up(result, ulam_work_done), add_up(result, ulam_work_asked), ulam_work_unit(result));
    if (failed)
        fprintf(self->out,
                "<p class=\"warning\">%" PRIu64 " of %" PRIu64
                " %s failed and are left out: the estimates are means given success.</p>\n",
                failed, runs, ulam_show_unit(result));
    ulam_report_doubts(result, self->out);
    if (result->n_dropped)
        fprintf(self->out,
                "<p class=\"warning\">%zu runs in hand could not be finished before the last stop; they will be made "
                "again.</p>\n",
                result->n_dropped);
    warn_of_equal_values(self);
}

/* Pictures */

static const char *const behind_title[] = {[ULAM_PICTURE_MEANS] = "",
                                           [ULAM_PICTURE_QUANTILES] = ", quantiles",
                                           [ULAM_PICTURE_HISTOGRAM] = ", histogram",
                                           [ULAM_PICTURE_CONVERGENCE] = ", convergence"};

static ulam_status put_picture(page *self, const ulam_result_observable *observable, ulam_picture_subject subject,
                               ulam_error *error)
{
    ulam_picture picture;
    const ulam_picture_request request = {.subject = subject, .y = observable->name};
    const ulam_status status = ulam_picture_choose(&picture, self->result, &request, error);
    if (!status) {
        fputs("<figure><figcaption>", self->out);
        put(self, picture.title);
        put(self, behind_title[subject]);
        fputs("</figcaption>\n", self->out);
        self->pictures++;
        if (ulam_picture_is_empty(&picture))
            fputs("<p class=\"key\">No value yet.</p>\n", self->out);
        else
            ulam_svg_put(&picture, self->pictures, self->out);
        fputs("</figure>\n", self->out);
    }
    ulam_picture_free(&picture);
    return status;
}

/* What the file has of an observable. A single number makes no picture. */
static bool has_picture(const page *self, const ulam_result_observable *observable, ulam_picture_subject subject)
{
    switch (subject) {
    case ULAM_PICTURE_QUANTILES:
        return observable->quantiles.n_levels > 0 && (self->result->n_points > 1 || observable->length > 1);
    case ULAM_PICTURE_HISTOGRAM:
        return observable->histogram.bins > 0;
    case ULAM_PICTURE_CONVERGENCE:
        return observable->trace_mean && self->result->n_rungs > 0;
    case ULAM_PICTURE_MEANS:
        break;
    }
    return self->result->n_points > 1 || observable->length > 1;
}

static ulam_status put_subject(page *self, ulam_picture_subject subject, const char *heading, size_t most,
                               ulam_error *error)
{
    const ulam_result *result = self->result;
    const size_t before = self->pictures;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < result->n_observables && self->pictures - before < most && !status; i++) {
        if (!has_picture(self, &result->observables[i], subject)) continue;
        if (self->pictures == before) fprintf(self->out, "<h2>%s</h2>\n<div class=\"pictures\">\n", heading);
        status = put_picture(self, &result->observables[i], subject, error);
    }
    if (self->pictures > before) fputs("</div>\n", self->out);
    return status;
}

static ulam_status put_pictures(page *self, ulam_error *error)
{
    ulam_status status = put_subject(self, ULAM_PICTURE_MEANS, "Pictures", MOST_PICTURES, error);
    if (!status) status = put_subject(self, ULAM_PICTURE_QUANTILES, "Quantiles", MOST_PICTURES, error);
    if (!status) status = put_subject(self, ULAM_PICTURE_HISTOGRAM, "Histograms", MOST_PICTURES, error);
    return status ? status : put_subject(self, ULAM_PICTURE_CONVERGENCE, "Convergence", MOST_COURSES, error);
}

/* Table */

static void put_columns(const page *self)
{
    const ulam_result *result = self->result;
    fputs("<thead><tr>", self->out);
    ulam_report_point_columns(result, self->out);
    ulam_report_column(ulam_show_unit(result), NULL, false, self->out);
    if (result->sweeps) ulam_report_column("sweeps", NULL, false, self->out);
    if (self->failed) ulam_report_column("failed", NULL, false, self->out);
    for (size_t i = 0; i < result->n_observables; i++) {
        const ulam_result_observable *observable = &result->observables[i];
        if (!observable->scalar) continue;
        ulam_report_column(observable->name, observable->unit, false, self->out);
        if (self->has_exact[i]) ulam_report_column("off by", NULL, false, self->out);
    }
    fputs("</tr></thead>\n", self->out);
}

static void put_estimate(const page *self, size_t i, size_t point)
{
    const ulam_result_observable *observable = &self->result->observables[i];
    char text[ULAM_ESTIMATE_SIZE];
    const double mean = observable->mean[point], std_error = observable->std_error[point];
    const ulam_precision precision = ulam_precision_of(mean, std_error, false);
    ulam_estimate_text(text, mean, std_error, &precision);
    ulam_report_cell(mean, text, self->out);
    if (!self->has_exact[i]) return;
    ulam_deviation_text(text, mean, std_error, observable->exact[point]);
    ulam_report_cell((mean - observable->exact[point]) / std_error, text, self->out);
}

static void put_row(const page *self, size_t point)
{
    const ulam_result *result = self->result;
    fputs("<tr>", self->out);
    ulam_report_point(result, point, self->out);
    fprintf(self->out, "<td>%" PRIu64 "</td>", result->runs[point]);
    if (result->sweeps) fprintf(self->out, "<td>%" PRIu64 "</td>", result->sweeps[point]);
    if (self->failed) fprintf(self->out, "<td>%" PRIu64 "</td>", result->failed[point]);
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) put_estimate(self, i, point);
    fputs("</tr>\n", self->out);
}

static void put_table(const page *self)
{
    bool any = false;
    for (size_t i = 0; i < self->result->n_observables; i++) any |= self->result->observables[i].scalar;
    if (!any) return;
    fputs("<h2>Estimates</h2>\n<p>Mean ± standard error. A column's head sorts by it.</p>\n"
          "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"estimates\">\n<table>\n",
          self->out);
    put_columns(self);
    fputs("<tbody>\n", self->out);
    for (size_t point = 0; point < self->result->n_points; point++) put_row(self, point);
    fputs("</tbody>\n</table>\n</div>\n", self->out);
}

/* Failed runs, and how to have it all again */

/* A word of a command line. */
static void put_word(const page *self, const char *word)
{
    char *quoted = NULL;
    size_t size;
    FILE *out = open_memstream(&quoted, &size);
    if (!out) return;
    ulam_put_word(word, out);
    if (fclose(out) == 0) put(self, quoted);
    free(quoted);
}

static void put_failures(const page *self)
{
    const ulam_result *result = self->result;
    if (result->n_failures == 0) return;
    fprintf(self->out, "<h2>Failed %s</h2>\n<ul>\n", ulam_show_unit(result));
    for (size_t i = 0; i < result->n_failures && i < MOST_FAILURES; i++) {
        const ulam_failure *failure = &result->failures[i];
        fprintf(self->out, "<li>point %zu, run %" PRIu64 ": ", failure->point, failure->run);
        put(self, failure->cause);
        if (!result->n_seeds) {
            fputs("<pre>ulam replay ", self->out);
            put_word(self, self->file);
            fprintf(self->out, " --point %zu --run %" PRIu64 "</pre>", failure->point, failure->run);
        }
        fputs("</li>\n", self->out);
    }
    fputs("</ul>\n", self->out);
    if (result->n_failures > MOST_FAILURES)
        fprintf(self->out, "<p>And %zu more.</p>\n", result->n_failures - MOST_FAILURES);
}

static void put_session(const page *self, const ulam_session *session)
{
    fputs("<tr><td class=\"text\">", self->out);
    put(self, session->start);
    fputs("</td><td class=\"text\">", self->out);
    put(self, session->command);
    fputs("</td><td class=\"text\">", self->out);
    put(self, session->hosts);
    fprintf(self->out, "</td><td>%" PRIu64 "</td><td>%" PRIu64 "</td><td>%.3g</td><td class=\"text\">", session->ranks,
            session->runs, session->seconds);
    put(self, session->libraries);
    fputs("</td></tr>\n", self->out);
}

static void put_origin(const page *self)
{
    const ulam_provenance *provenance = &self->result->provenance;
    fputs("<h2>The job</h2>\n<p>Saved as a file and run afresh, this gives the same bits.</p>\n<pre>", self->out);
    put(self, self->result->job);
    fputs(
        "</pre>\n<h2>Sessions</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"sessions\">\n"
        "<table>\n<thead><tr><th class=\"text\">start</th><th class=\"text\">command</th><th class=\"text\">hosts</th>"
        "<th>ranks</th><th>",
        self->out);
    fputs(ulam_work_unit(self->result), self->out);
    fputs("</th><th>seconds</th><th class=\"text\">libraries</th></tr></thead>\n<tbody>\n", self->out);
    for (size_t i = 0; i < provenance->count; i++) put_session(self, &provenance->sessions[i]);
    fputs("</tbody>\n</table>\n</div>\n", self->out);
}

static bool is_exact_known(const ulam_result *result, const ulam_result_observable *observable)
{
    for (size_t i = 0; observable->exact && i < result->n_points * observable->length; i++)
        if (!isnan(observable->exact[i])) return true;
    return false;
}

ulam_status ulam_report_write(const ulam_result *result, const char *file, FILE *out, ulam_error *error)
{
    page self = {.result = result, .file = file, .out = out, .failed = total(result->failed, result->n_points)};
    self.has_exact = calloc(result->n_observables + 1, sizeof *self.has_exact);
    if (!self.has_exact) return ulam_fail_memory(error, "writing a report");
    for (size_t i = 0; i < result->n_observables; i++)
        self.has_exact[i] = is_exact_known(result, &result->observables[i]);
    put_head(&self);
    put_summary(&self);
    put_warnings(&self);
    const ulam_status status = put_pictures(&self, error);
    put_table(&self);
    ulam_report_chains(result, out);
    put_failures(&self);
    put_origin(&self);
    fputs("</main>\n<footer>Written by ulam ", out);
    put(&self, result->version);
    fprintf(out, ".</footer>\n<div id=\"tip\" role=\"status\" hidden></div>\n<script>\n%s</script>\n</body>\n</html>\n",
            report_js);
    free(self.has_exact);
    return status;
}
