#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "difference.h"

/* The value on the line "name: value" of an identity text; length is set. NULL: there is no such line. */
static const char *find_value(const char *identity, const char *name, size_t name_length, size_t *length)
{
    for (const char *line = identity; *line;) {
        const char *end = strchrnul(line, '\n');
        if (strncmp(line, name, name_length) == 0 && line[name_length] == ':') {
            const char *value = line + name_length + 1;
            if (*value == ' ') value++;
            *length = (size_t)(end - value);
            return value;
        }
        line = *end ? end + 1 : end;
    }
    return NULL;
}

static bool is_fingerprint(const char *line) { return strncmp(line, "model fingerprint:", 18) == 0; }

/* Lines of `from` that `other` has not, or (if changed) has with another value. */
static void compare_lines(FILE *out, const ulam_named_identity *from, const ulam_named_identity *other, bool changed,
                          bool accept_model)
{
    for (const char *line = from->text; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *colon = memchr(line, ':', (size_t)(end - line));
        const bool counts = colon && !(accept_model && is_fingerprint(line));
        size_t length = 0, other_length = 0;
        const char *value = counts ? find_value(line, line, (size_t)(colon - line), &length) : NULL;
        const char *theirs = counts ? find_value(other->text, line, (size_t)(colon - line), &other_length) : NULL;
        if (value && !theirs)
            fprintf(out, "%.*s: %.*s in %s, not in %s\n", (int)(colon - line), line, (int)length, value, from->name,
                    other->name);
        else if (value && changed && (length != other_length || strncmp(value, theirs, length) != 0))
            fprintf(out, "%.*s: %.*s in %s, %.*s in %s\n", (int)(colon - line), line, (int)length, value, from->name,
                    (int)other_length, theirs, other->name);
        line = *end ? end + 1 : end;
    }
}

void ulam_identity_difference(FILE *out, const ulam_named_identity *one, const ulam_named_identity *other,
                              bool accept_model)
{
    compare_lines(out, one, other, true, accept_model);
    compare_lines(out, other, one, false, accept_model);
}

const char *ulam_part_text(char text[48], uint64_t part, uint64_t parts)
{
    if (parts == 1) return "the whole";
    snprintf(text, 48, "%" PRIu64 " of %" PRIu64, part, parts);
    return text;
}

/* "point 3 (rate 0.5, kind put)". */
static void name_point(FILE *out, const ulam_result *points, size_t point)
{
    const char *separator = " (";
    fprintf(out, "point %zu", point);
    for (size_t i = 0; i < points->n_parameters; i++) {
        const ulam_result_parameter *parameter = &points->parameters[i];
        if (!parameter->dimension) continue;
        fprintf(out, "%s%s %s", separator, parameter->name, parameter->text[point]);
        separator = ", ";
    }
    if (*separator == ',') fputc(')', out);
}

static bool sweeps_files(const ulam_job *job)
{
    for (size_t i = 0; i < job->n_axes; i++)
        for (size_t j = 0; j < job->axes[i].n_parameters; j++)
            if (job->model->parameters[job->axes[i].parameters[j]].type == ULAM_FILE) return true;
    return false;
}

static void list_lacking_points(FILE *out, const ulam_stored *stored, const ulam_result *points, const ulam_job *job)
{
    enum {
        LISTED = 5
    };
    size_t lacking = 0;
    for (size_t p = 0; p < stored->job.n_points; p++) {
        if (stored->place[p] != SIZE_MAX || lacking++ >= LISTED) continue;
        name_point(out, points, p);
        fprintf(out, " is in the file, not in the job%s\n",
                sweeps_files(job) ? " (a swept file counts by its content)" : "");
    }
    if (lacking > LISTED) fprintf(out, "%zu more points are in the file, not in the job\n", lacking - LISTED);
}

/* The runs that the file knows at a point, from the first to the last. False: none. */
static bool known_runs(const ulam_stored *stored, size_t p, ulam_run_range *known)
{
    ulam_run_range range;
    size_t n = 0;
    for (; ulam_known_range(&stored->state, p, n, &range); n++) {
        if (n == 0) *known = range;
        known->end = range.end;
    }
    return n > 0;
}

static void say_runs(FILE *out, uint64_t first, uint64_t end)
{
    if (first == 0)
        fprintf(out, "%" PRIu64, end);
    else
        fprintf(out, "%" PRIu64 " to %" PRIu64, first, end - 1);
}

/* Whether the job has this point of the file as the file has it; if not, says so. */
static bool fits(FILE *out, const ulam_stored *stored, const ulam_result *points, const ulam_job *job, size_t p)
{
    const ulam_point *here = &stored->points[p], *there = &job->points[stored->place[p]];
    ulam_run_range known;
    if (here->block != there->block) {
        name_point(out, points, p);
        fprintf(out, ": block is %" PRIu64 " in the file, %" PRIu64 " in the job\n", here->block, there->block);
        return false;
    }
    const uint64_t sweeps = ulam_state_longest_chain(&stored->state, p);
    if (sweeps > job->chain.sweeps) {
        fprintf(out, "sweeps: %" PRIu64 " in the file, %" PRIu64 " in the job\n", sweeps, job->chain.sweeps);
        return false;
    }
    if (!known_runs(stored, p, &known) || (known.first >= there->first && known.end <= there->runs)) return true;
    if (job->n_points > 1) name_point(out, points, p);
    if (job->n_points > 1) fputs(": ", out);
    fputs("runs: ", out);
    say_runs(out, known.first, known.end);
    fputs(" in the file, ", out);
    say_runs(out, there->first, there->runs);
    fputs(" in the job\n", out);
    return false;
}

void ulam_stored_difference(FILE *out, const ulam_stored *stored, const ulam_result *points, const ulam_job *job)
{
    list_lacking_points(out, stored, points, job);
    for (size_t p = 0; p < stored->job.n_points; p++)
        if (stored->place[p] != SIZE_MAX && !fits(out, stored, points, job, p)) return;
}
