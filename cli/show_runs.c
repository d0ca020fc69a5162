/* What is said of runs that a file lacks, that failed, or that a stop cut off. */

#include <inttypes.h>
#include <string.h>

#include "progress_line.h"
#include "show.h"

enum {
    LISTED = 10
};

const char *ulam_show_unit(const ulam_result *result) { return result->sweeps ? "chains" : "runs"; }

static uint64_t lacking(const ulam_result *result, size_t point)
{
    return result->runs_asked[point] - result->runs[point];
}

void ulam_show_part(const ulam_result *result, FILE *out)
{
    bool alike = true;
    if (result->parts == 1) return;
    for (size_t i = 1; i < result->n_points; i++)
        alike &= result->first[i] == result->first[0] && result->runs_asked[i] == result->runs_asked[0];
    fprintf(out, "part      %" PRIu64 " of %" PRIu64 ": ", result->part, result->parts);
    if (result->runs_asked[0] == 0)
        fprintf(out, "no %s", ulam_show_unit(result));
    else
        fprintf(out, "%s %" PRIu64 " to %" PRIu64, ulam_show_unit(result), result->first[0],
                result->first[0] + result->runs_asked[0] - 1);
    if (result->n_points > 1) fputs(alike ? " of each point" : " of point 0, others of other points", out);
    fputc('\n', out);
}

void ulam_show_missing(const ulam_result *result, FILE *out)
{
    const size_t n = result->n_points;
    const char *separator = "missing   ", *unit = ulam_show_unit(result);
    for (size_t i = 0, groups = 0, next; i < n; i = next) {
        const uint64_t runs = lacking(result, i);
        for (next = i + 1; next < n && lacking(result, next) == runs; next++)
            ;
        if (runs == 0) continue;
        if (groups++ == LISTED) {
            fputs(", and more at further points", out);
            break;
        }
        fprintf(out, "%s%" PRIu64 " %.*s", separator, runs, (int)strlen(unit) - (runs == 1 ? 1 : 0), unit);
        separator = ", ";
        if (n > 1 && next - i == n)
            fputs(" of every point", out);
        else if (next - i > 1)
            fprintf(out, " of each of the points %zu to %zu", i, next - 1);
        else if (n > 1)
            fprintf(out, " of point %zu", i);
    }
    if (*separator == ',') fputc('\n', out);
}

void ulam_show_dropped(const ulam_result *result, FILE *out)
{
    if (result->n_dropped == 0) return;
    fprintf(out, "truncated %zu run%s in hand could not be finished before the last stop, and will be made again:\n",
            result->n_dropped, result->n_dropped == 1 ? "" : "s");
    for (size_t i = 0; i < result->n_dropped && i < LISTED; i++) {
        const ulam_dropped_run *dropped = &result->dropped[i];
        char age[32];
        ulam_format_duration(dropped->age, age, sizeof age);
        fprintf(out, "          run %" PRIu64 " of point %zu, after %s\n", dropped->run, dropped->point, age);
    }
    if (result->n_dropped > LISTED) fprintf(out, "          and %zu more\n", result->n_dropped - LISTED);
}

/* A word as a shell takes it. */
void ulam_put_word(const char *word, FILE *out)
{
    if (*word &&
        strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=:,@%") == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++) fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    fputc('\'', out);
}

void ulam_show_failures(const ulam_view *view, FILE *out)
{
    const ulam_result *result = view->result;
    const size_t listed = view->failures || result->n_failures < LISTED ? result->n_failures : LISTED;
    if (listed == 0) return;
    fprintf(out, "\nfailed %s%s:\n", ulam_show_unit(result), result->n_seeds ? "" : ", and how to have each again");
    for (size_t i = 0; i < listed; i++) {
        const ulam_failure *failure = &result->failures[i];
        if (result->n_seeds) {
            fprintf(out, "  point %zu, seed %" PRIu64 ", run %" PRIu64 ": %s\n", failure->point, failure->seed,
                    failure->run, failure->cause);
            continue;
        }
        fprintf(out, "  point %zu, run %" PRIu64 ": %s\n    ulam replay ", failure->point, failure->run,
                failure->cause);
        ulam_put_word(view->file, out);
        fprintf(out, " --point %zu --run %" PRIu64 "\n", failure->point, failure->run);
    }
    if (listed == result->n_failures) return;
    fprintf(out, "  and %zu more: ulam show ", result->n_failures - listed);
    ulam_put_word(view->file, out);
    fputs(" --failures\n", out);
}
