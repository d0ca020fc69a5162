#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "progress_line.h"
#include "show.h"
#include "table.h"
#include "watch_frame.h"
#include "work.h"

enum {
    HEAD_ROWS = 5, /* file, progress, rate, an empty line, failures or more points */
    TABLE_HEAD = 2,
    BAR = 24
};

typedef struct {
    uint64_t runs, asked, failed;
    size_t complete;
} totals;

static totals add_up(const ulam_result *result)
{
    totals all = {0};
    for (size_t i = 0; i < result->n_points; i++) {
        all.runs += ulam_work_done(result, i);
        all.asked += ulam_work_asked(result, i);
        all.failed += result->failed[i];
        all.complete += ulam_work_done(result, i) >= ulam_work_asked(result, i) ? 1 : 0;
    }
    return all;
}

/* The first columns of UTF-8 text; control characters, which could move the cursor, as '?'. */
static void put_cut(const char *text, size_t columns, FILE *out)
{
    for (size_t used = 0; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if ((byte & 0xc0) != 0x80 && used++ == columns) return;
        putc(byte < 0x20 || byte == 0x7f ? '?' : byte, out);
    }
}

static void put_bar(double share, FILE *out)
{
    const int full = (int)(share * BAR);
    for (int i = 0; i < BAR; i++) fputs(i < full ? "█" : "░", out);
}

/* "█████░░░ 41 %, 3 of 9 points, 1.2e+07 of 3e+07 runs" */
static void describe_progress(const totals *all, size_t points, const char *unit, FILE *out)
{
    const double share = all->asked ? (double)all->runs / (double)all->asked : 1;
    put_bar(share, out);
    fprintf(out, " %.0f %%, %zu of %zu point%s, %.4g of %.4g %s", floor(100 * share), all->complete, points,
            points == 1 ? "" : "s", (double)all->runs, (double)all->asked, unit);
}

static void describe_pace(const ulam_result *result, const totals *all, time_t written, FILE *out)
{
    const ulam_provenance *provenance = &result->provenance;
    const ulam_session *last = provenance->count ? &provenance->sessions[provenance->count - 1] : NULL;
    const double rate = last && last->seconds > 0 ? (double)last->runs / last->seconds : 0;
    char text[32];
    if (last) fprintf(out, "%" PRIu64 " rank%s", last->ranks, last->ranks == 1 ? "" : "s");
    if (rate > 0) fprintf(out, ", %.3g %s/s", rate, ulam_work_unit(result));
    if (rate > 0 && all->asked > all->runs) {
        ulam_format_duration((double)(all->asked - all->runs) / rate, text, sizeof text);
        fprintf(out, ", %s left", text);
    }
    ulam_format_duration(fmax(0, difftime(time(NULL), written)), text, sizeof text);
    fprintf(out, "%swritten %s ago", last ? ", " : "", text);
}

static void set_progress(ulam_table *table, size_t column, const ulam_result *result, size_t point)
{
    char text[32];
    const uint64_t asked = ulam_work_asked(result, point);
    const double share = asked ? (double)ulam_work_done(result, point) / (double)asked : 1;
    snprintf(text, sizeof text, "%.0f %%", floor(100 * share));
    ulam_table_set(table, column, text);
}

static void set_row(ulam_table *table, const ulam_result *result, size_t point)
{
    char text[ULAM_ESTIMATE_SIZE];
    size_t column = 0;
    ulam_table_row(table);
    snprintf(text, sizeof text, "%zu", point);
    ulam_table_set(table, column++, text);
    for (size_t i = 0; i < result->n_swept; i++)
        ulam_table_set(table, column++, result->parameters[result->swept[i]].text[point]);
    set_progress(table, column++, result, point);
    for (size_t i = 0; i < result->n_observables; i++) {
        const ulam_result_observable *observable = &result->observables[i];
        if (!observable->scalar) continue;
        const ulam_precision precision =
            ulam_precision_of(observable->mean[point], observable->std_error[point], false);
        ulam_estimate_text(text, observable->mean[point], observable->std_error[point], &precision);
        ulam_table_set(table, column++, text);
    }
}

static size_t count_scalars(const ulam_result *result)
{
    size_t n = 0;
    for (size_t i = 0; i < result->n_observables; i++) n += result->observables[i].scalar ? 1 : 0;
    return n;
}

static void put_points(const ulam_result *result, size_t first, size_t last, FILE *out)
{
    ulam_table table;
    size_t column = 0;
    ulam_table_init(&table, 2 + result->n_swept + count_scalars(result));
    ulam_table_head(&table, column++, "point", false);
    for (size_t i = 0; i < result->n_swept; i++) {
        const ulam_result_parameter *parameter = &result->parameters[result->swept[i]];
        ulam_table_head(&table, column++, parameter->name, parameter->is_text);
    }
    ulam_table_head(&table, column++, "done", false);
    for (size_t i = 0; i < result->n_observables; i++)
        if (result->observables[i].scalar) ulam_table_head(&table, column++, result->observables[i].name, false);
    for (size_t point = first; point < last; point++) set_row(&table, result, point);
    ulam_table_print(&table, out, 0, 0);
    ulam_table_free(&table);
}

/* Line by line, what is too wide cut off. */
static void put_lines(char *text, const ulam_watch_view *view, FILE *out)
{
    size_t rows = 0;
    for (char *end; *text && (!view->rows || rows < view->rows); text = end, rows++) {
        end = strchrnul(text, '\n');
        if (*end) *end++ = '\0';
        const bool bold = view->colour && rows == 0;
        if (bold) fputs("\033[1m", out);
        put_cut(text, view->columns, out);
        fputs(bold ? "\033[0m\n" : "\n", out);
    }
}

size_t ulam_watch_room(size_t rows) { return rows > HEAD_ROWS + TABLE_HEAD ? rows - HEAD_ROWS - TABLE_HEAD : 1; }

void ulam_watch_frame(const ulam_result *result, const char *file, time_t written, const ulam_watch_view *view,
                      FILE *out)
{
    char *text = NULL;
    size_t size;
    const totals all = add_up(result);
    const size_t room = view->rows ? ulam_watch_room(view->rows) : result->n_points;
    const size_t last = result->n_points - view->first < room ? result->n_points : view->first + room;
    FILE *lines = open_memstream(&text, &size);
    if (!lines) return;
    fprintf(lines, "%s: %s, %s\n", file, result->model, result->complete ? "complete" : "partial");
    describe_progress(&all, result->n_points, ulam_work_unit(result), lines);
    putc('\n', lines);
    describe_pace(result, &all, written, lines);
    fputs("\n\n", lines);
    put_points(result, view->first, last, lines);
    if (all.failed) fprintf(lines, "%" PRIu64 " %s failed; ", all.failed, ulam_show_unit(result));
    if (last - view->first < result->n_points)
        fprintf(lines, "points %zu to %zu of %zu", view->first, last - 1, result->n_points);
    fclose(lines);
    put_lines(text, view, out);
    free(text);
}
