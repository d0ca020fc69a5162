#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extract.h"
#include "json.h"

enum {
    LONGEST_NUMBER = 64
};

/* Where the numbers of one observable go. */
typedef struct {
    const ulam_observable *observable;
    size_t length;
    double *values;
    size_t stride;
    ulam_error *cause;
} target;

/* Reads a number, also in Fortran's form 1.5D+03. */
static ulam_status take_number(const target *self, size_t index, const char *text, size_t size)
{
    char copy[LONGEST_NUMBER], *end;
    while (size && strchr(" \t\r", *text)) text++, size--;
    while (size && strchr(" \t\r", text[size - 1])) size--;
    snprintf(copy, sizeof copy, "%.*s", (int)(size < sizeof copy ? size : sizeof copy - 1), text);
    for (char *at = copy; *at; at++)
        if (*at == 'D' || *at == 'd') *at = 'e';
    const double value = strtod(copy, &end);
    const bool read = size > 0 && size < sizeof copy && *end == '\0';
    if (read && (isfinite(value) || (isnan(value) && self->observable->may_be_nan))) {
        self->values[index * self->stride] = value;
        return ULAM_OK;
    }
    return ulam_fail(self->cause, ULAM_ERUN, "observable '%s' is '%.*s' in the output, expected a number%s",
                     self->observable->name, (int)(size < 40 ? size : 40), text,
                     read && isnan(value) ? ", as it is not declared that it may be NaN" : "");
}

static ulam_status fail_count(const target *self, size_t found, const char *what)
{
    return ulam_fail(self->cause, ULAM_ERUN, "observable '%s' stands %zu times in the output, expected %zu %s",
                     self->observable->name, found, self->length, what);
}

/* A scalar is the last match; an array all of them, in turn. */
static ulam_status take_matches(const target *self, const char *text, const char *pattern, bool scalar)
{
    regex_t compiled;
    regmatch_t match[2];
    size_t found = 0;
    ulam_status status = ULAM_OK;
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE))
        return ulam_fail_memory(self->cause, "reading a pattern");
    for (int flags = 0; !status && regexec(&compiled, text, 2, match, flags) == 0;
         flags = text[-1] == '\n' ? 0 : REG_NOTBOL) {
        const size_t index = scalar ? 0 : found;
        found++;
        if (match[1].rm_so >= 0 && index < self->length)
            status = take_number(self, index, text + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so));
        text += match[0].rm_eo;
        if (match[0].rm_eo == match[0].rm_so && *text++ == '\0') break;
    }
    regfree(&compiled);
    if (!status && (scalar ? found == 0 : found != self->length)) return fail_count(self, found, "matches");
    return status;
}

/* The line that ends before `end`, without blank ones; NULL: there is none above. */
static const char *line_above(const char *text, const char **end)
{
    while (*end > text && strchr(" \t\r\n", (*end)[-1])) --*end;
    const char *start = *end;
    while (start > text && start[-1] != '\n') start--;
    return start < *end ? start : NULL;
}

/* The column-th word of a line, separated by blanks, commas or semicolons. */
static const char *word_of(const char *line, const char *end, size_t column, size_t *size)
{
    static const char between[] = " \t\r,;";
    for (;; column--) {
        while (line < end && strchr(between, *line)) line++;
        const char *start = line;
        while (line < end && !strchr(between, *line)) line++;
        *size = (size_t)(line - start);
        if (*size == 0) return NULL;
        if (column == 1) return start;
    }
}

/* Words of the last lines, of which there are as many as elements. */
static ulam_status take_column(const target *self, const char *text, size_t size, size_t column)
{
    const char *end = text + size;
    ulam_status status = ULAM_OK;
    for (size_t i = self->length; i-- > 0 && !status;) {
        size_t length = 0;
        const char *line = line_above(text, &end);
        if (!line) return fail_count(self, self->length - 1 - i, "lines");
        const char *word = word_of(line, end, column, &length);
        if (!word)
            return ulam_fail(self->cause, ULAM_ERUN, "observable '%s': a line of the output has no column %zu",
                             self->observable->name, column);
        status = take_number(self, i, word, length);
        end = line;
    }
    return status;
}

/* The value behind "result.energy". */
static const json_t *find_key(const json_t *root, const char *path)
{
    char key[256];
    while (root && *path) {
        const size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        root = json_object_get(root, key);
        path += length + (path[length] == '.');
    }
    return root;
}

static ulam_status take_key(const target *self, const ulam_extent *extent, const json_t *root, const char *path)
{
    const json_t *value = find_key(root, path);
    if (value) return ulam_json_take(value, self->observable, extent, self->values, self->stride, self->cause);
    return ulam_fail(self->cause, ULAM_ERUN, "observable '%s': the output has no key '%s'", self->observable->name,
                     path);
}

/* Reads the output as JSON if an observable is looked for in it. */
static ulam_status read_json(const ulam_program *program, const char *text, size_t size, json_t **root,
                             ulam_error *cause)
{
    char why[JSON_ERROR_TEXT_LENGTH];
    for (size_t i = 0; i < program->model.n_observables && !*root; i++)
        if (program->places[i].kind == ULAM_IN_JSON && !(*root = ulam_json_read(text, size, why)))
            return ulam_fail(cause, ULAM_ERUN, "the output is no JSON: %s", why);
    return ULAM_OK;
}

ulam_status ulam_extract(const ulam_program *program, const ulam_job *job, const char *text, size_t size,
                         double *values, size_t stride, ulam_error *cause)
{
    json_t *root = NULL;
    ulam_status status = read_json(program, text, size, &root, cause);
    for (size_t i = 0; i < program->model.n_observables && !status; i++) {
        const ulam_extent *extent = &job->extents[i];
        const ulam_place *place = &program->places[i];
        const target to = {&job->model->observables[i], extent->length, values + extent->offset * stride, stride,
                           cause};
        if (place->kind == ULAM_IN_JSON)
            status = take_key(&to, extent, root, place->text);
        else if (place->kind == ULAM_IN_COLUMN)
            status = take_column(&to, text, size, place->column);
        else
            status = take_matches(&to, text, place->text, extent->scalar);
    }
    json_decref(root);
    for (char *at = cause->message; *at; at++)
        if ((unsigned char)*at < ' ') *at = '?';
    return status;
}
