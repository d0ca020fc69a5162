#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "samples.h"
#include "show.h"
#include "table.h"
#include "work.h"

/* An integer with its digits in groups of three. */
static const char *grouped(char text[32], uint64_t value)
{
    char *at = text + 31;
    *at = '\0';
    for (int digits = 0; value > 0 || digits == 0; digits++, value /= 10) {
        if (digits > 0 && digits % 3 == 0) *--at = ',';
        *--at = (char)('0' + value % 10);
    }
    return at;
}

/* "12: rate + size (2), flag (2), kind (3)", in the order of the sweep. */
static void show_points(const ulam_result *result, FILE *out)
{
    char text[32];
    fprintf(out, "points    %s", grouped(text, result->n_points));
    size_t k = 0;
    for (size_t d = 0; d < result->n_dimensions; d++) {
        const ulam_result_dimension *dimension = &result->dimensions[d];
        const char *separator = d ? ", " : ": ";
        for (; k < result->n_swept; k++) {
            const ulam_result_parameter *parameter = &result->parameters[result->swept[k]];
            if (strcmp(parameter->dimension, dimension->name) != 0) break;
            fprintf(out, "%s%s", separator, parameter->name);
            separator = " + ";
        }
        fprintf(out, " (%s)", grouped(text, dimension->length));
    }
    fputc('\n', out);
}

static void show_runs(const ulam_result *result, FILE *out)
{
    uint64_t runs = 0, asked = 0, failed = 0, least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < result->n_points; i++) {
        runs += result->runs[i];
        asked += result->runs_asked[i];
        failed += result->failed[i];
        if (result->runs[i] < least) least = result->runs[i];
        if (result->runs[i] > most) most = result->runs[i];
    }
    char text[32], other[32];
    fprintf(out, "%-10s%s", ulam_show_unit(result), grouped(text, runs));
    if (runs != asked && !result->until) fprintf(out, " of %s", grouped(text, asked));
    if (result->n_points > 1 && least == most) fprintf(out, ", %s at each point", grouped(text, least));
    if (least != most) fprintf(out, ", %s to %s at a point", grouped(text, least), grouped(other, most));
    if (result->antithetic) fputs(", in antithetic pairs", out);
    fputc('\n', out);
    if (failed > 0)
        fprintf(out, "failed    estimates are means given success: %s of %s %s failed and are left out\n",
                grouped(text, failed), grouped(other, runs), ulam_show_unit(result));
}

/* "sweeps    1,000 to 1,200 of 20,000 of each chain, behind 500 that thermalise; measured once in 10". */
static void show_sweeps(const ulam_result *result, FILE *out)
{
    uint64_t least, most;
    bool complete = true;
    char text[32];
    if (!result->sweeps) return;
    ulam_range_of_sweeps(result, &least, &most);
    for (size_t i = 0; i < result->n_points; i++) complete &= result->sweeps[i] == result->sweeps_asked[i];
    fprintf(out, "sweeps    %s", grouped(text, least));
    if (least != most) fprintf(out, " to %s", grouped(text, most));
    if (!complete && !result->until) fprintf(out, " of %s", grouped(text, result->sweeps_asked[0]));
    fprintf(out, " of each chain, behind %s that thermalise", grouped(text, result->thermalize));
    if (result->every > 1) fprintf(out, "; measured once in %s", grouped(text, result->every));
    fputc('\n', out);
}

/* "name = value unit, ..." folded at the width. */
static void show_fixed(const ulam_result *result, size_t width, FILE *out)
{
    static const char margin[] = "          ";
    size_t used = 0;
    for (size_t i = 0; i < result->n_parameters; i++) {
        const ulam_result_parameter *parameter = &result->parameters[i];
        if (parameter->dimension) continue;
        const char *unit = parameter->unit ? parameter->unit : "";
        const size_t size =
            strlen(parameter->name) + 3 + ulam_text_width(parameter->text[0]) + (*unit ? 1 + ulam_text_width(unit) : 0);
        if (used == 0)
            fputs("fixed     ", out);
        else if (used + 2 + size + sizeof margin > (width ? width : 100))
            fprintf(out, ",\n%s", margin);
        else
            fputs(", ", out);
        used = used == 0 || used + 2 + size + sizeof margin > (width ? width : 100) ? size : used + 2 + size;
        fprintf(out, "%s = %s%s%s", parameter->name, parameter->text[0], *unit ? " " : "", unit);
    }
    if (used > 0) fputc('\n', out);
}

static void show_sessions(const ulam_result *result, FILE *out)
{
    const ulam_provenance *provenance = &result->provenance;
    char text[32];
    for (size_t i = 0; i < provenance->count; i++) {
        const ulam_session *session = &provenance->sessions[i];
        fprintf(out, "%s%s, %" PRIu64 " rank%s, %s %s in %.3g s\n", i == 0 ? "sessions  " : "          ",
                session->start, session->ranks, session->ranks == 1 ? "" : "s", grouped(text, session->runs),
                ulam_work_unit(result), session->seconds);
    }
}

static void show_samples(const ulam_view *self, FILE *out)
{
    const ulam_result *result = self->result;
    struct stat facts;
    char *path = result->n_samples ? ulam_samples_path(self->file) : NULL;
    if (!path) return;
    fputs("samples   ", out);
    for (size_t i = 0; i < result->n_samples; i++) fprintf(out, "%s%s", i ? ", " : "", result->samples[i]);
    fprintf(out, stat(path, &facts) == 0 ? " in %s\n" : " in %s, which is missing\n", path);
    free(path);
}

static void show_seeds(const ulam_result *result, FILE *out)
{
    if (result->n_seeds == 0) {
        fprintf(out, "seed      %" PRIu64 "\n", result->seed);
        return;
    }
    fputs("seeds     ", out);
    ulam_seeds_list(result->seeds, result->n_seeds, out);
    fputc('\n', out);
}

void ulam_show_head(const ulam_view *self, FILE *out)
{
    const ulam_result *result = self->result;
    fprintf(out, "%s: %s\n\n", self->file,
            result->n_seeds    ? "pooled: cannot be gone on with"
            : result->complete ? "complete"
                               : "partial, the job goes on from here");
    fprintf(out, "model     %s\n", result->model);
    show_seeds(result, out);
    show_points(result, out);
    ulam_show_part(result, out);
    show_runs(result, out);
    show_sweeps(result, out);
    if (!result->until) ulam_show_missing(result, out);
    ulam_show_until(result, out);
    ulam_show_dropped(result, out);
    ulam_show_chains(self, out);
    show_fixed(result, self->width, out);
    show_samples(self, out);
    show_sessions(result, out);
}
