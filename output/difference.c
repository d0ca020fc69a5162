#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
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

/* Lines of `from` that `other` has not, or (if changed) has with another value. */
static void compare_lines(FILE *out, const char *from, const char *other, bool changed, const char *where,
                          const char *not_where)
{
    for (const char *line = from; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *colon = memchr(line, ':', (size_t)(end - line));
        size_t length = 0, other_length = 0;
        const char *value = colon ? find_value(line, line, (size_t)(colon - line), &length) : NULL;
        const char *theirs = colon ? find_value(other, line, (size_t)(colon - line), &other_length) : NULL;
        if (value && !theirs)
            fprintf(out, "%.*s: %.*s in %s, not in %s\n", (int)(colon - line), line, (int)length, value, where,
                    not_where);
        else if (value && changed && (length != other_length || strncmp(value, theirs, length) != 0))
            fprintf(out, "%.*s: %.*s in %s, %.*s in %s\n", (int)(colon - line), line, (int)length, value, where,
                    (int)other_length, theirs, not_where);
        line = *end ? end + 1 : end;
    }
}

/* A parameter's value at a point, as the file would have it. Owned by the caller. */
static char *value_now(const ulam_job *job, size_t parameter, size_t point)
{
    const ulam_parameter *declared = &job->model->parameters[parameter];
    const ulam_value value = job->points[point].values[parameter];
    if (declared->type == ULAM_CHOICE) return strdup(declared->choices[value.choice]);
    if (declared->type == ULAM_STRING) return strdup(value.string);
    if (declared->type == ULAM_FILE) return strdup(value.file->path);
    if (declared->type == ULAM_REALS) return ulam_reals_text(value.reals);
    return ulam_value_text(declared, value);
}

/* The first difference between the points. Returns whether memory sufficed. */
static bool compare_points(FILE *out, const ulam_result *points, const ulam_job *job)
{
    if (points->n_points != job->n_points)
        fprintf(out, "points: %zu in the file, %zu in the job\n", points->n_points, job->n_points);
    const size_t n = points->n_points < job->n_points ? points->n_points : job->n_points;
    for (size_t i = 0; i < n; i++) {
        bool differs = false;
        for (size_t k = 0; k < points->n_parameters && k < job->model->n_parameters; k++) {
            char *now = value_now(job, k, i);
            if (!now) return false;
            if (strcmp(now, points->parameters[k].text[i]) != 0) {
                fprintf(out, "point %zu: %s is %s in the file, %s in the job\n", i, points->parameters[k].name,
                        points->parameters[k].text[i], now);
                differs = true;
            }
            free(now);
        }
        if (differs) break;
    }
    return true;
}

char *ulam_job_difference(const char *old_identity, const char *new_identity, const ulam_result *points,
                          const ulam_job *job)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    compare_lines(out, old_identity, new_identity, true, "the file", "the job");
    compare_lines(out, new_identity, old_identity, false, "the job", "the file");
    bool whole = true;
    if (fflush(out) == 0 && size == 0) whole = compare_points(out, points, job);
    if (fflush(out) == 0 && size == 0)
        fprintf(out, "points: the content of a file or of a long list of values differs\n");
    if (fclose(out) == 0 && whole) return text;
    free(text);
    return NULL;
}
