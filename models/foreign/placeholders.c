#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "placeholders.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/* Index of the parameter of that name; n_parameters: there is none. */
static size_t parameter_of(const ulam_model *model, const char *name, size_t length)
{
    size_t i = 0;
    while (i < model->n_parameters &&
           (strncmp(model->parameters[i].name, name, length) != 0 || model->parameters[i].name[length] != '\0'))
        i++;
    return i;
}

static bool is(const char *word, const char *name, size_t length)
{
    return strlen(word) == length && strncmp(word, name, length) == 0;
}

/* Finds the next name in braces; [*start, *start + *length) is the name. *doubled: in two pairs of them. */
static bool next_name(const char *text, const char **start, size_t *length, bool *doubled)
{
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        *doubled = at[1] == '{';
        *start = at + 1 + *doubled;
        *length = strspn(*start, letters);
        const char *behind = *start + *length;
        if (*length > 0 && behind[0] == '}' && (!*doubled || behind[1] == '}')) return true;
    }
    return false;
}

static ulam_status fail_unknown(const ulam_file *template, const char *name, size_t length, ulam_error *error)
{
    size_t line = 1;
    const char *start = template->content;
    for (const char *at = template->content; at < name; at++)
        if (*at == '\n') {
            line++;
            start = at + 1;
        }
    return ulam_fail(error, ULAM_EINVAL,
                     "%s:%zu:%zu: '{%.*s}' is no parameter, expected one of the declared, or seed, seed31, run, point; "
                     "'{{%.*s}}' stands for itself in braces",
                     template->path, line, (size_t)(name - start), (int)length, name, (int)length, name);
}

ulam_status ulam_placeholders_check(const ulam_model *model, const ulam_file *template, ulam_error *error)
{
    const char *text = template->content, *name;
    size_t length;
    bool doubled;
    if (strlen(text) != template->size)
        return ulam_fail(error, ULAM_EINVAL, "the template %s is no text: it holds a zero byte", template->path);
    for (; next_name(text, &name, &length, &doubled); text = name + length)
        if (!doubled && !is("seed", name, length) && !is("seed31", name, length) && !is("run", name, length) &&
            !is("point", name, length) && parameter_of(model, name, length) == model->n_parameters)
            return fail_unknown(template, name, length, error);
    return ULAM_OK;
}

static ulam_status put(const char *text, ulam_bytes *bytes) { return ulam_bytes_put(bytes, text, strlen(text)); }

static ulam_status put_parameter(const ulam_filling *self, size_t index, ulam_bytes *bytes)
{
    const ulam_parameter *parameter = &self->job->model->parameters[index];
    const ulam_value value = self->job->points[self->point].values[index];
    if (parameter->type == ULAM_STRING) return put(value.string, bytes);
    if (parameter->type == ULAM_CHOICE) return put(parameter->choices[value.choice], bytes);
    if (parameter->type == ULAM_FILE) {
        const char *path = value.file->path;
        const ulam_status status = *path == '/' ? ULAM_OK : put(self->folder, bytes);
        return status ? status : put(path, bytes);
    }
    char *text = ulam_value_text(parameter, value);
    const ulam_status status = text ? put(text, bytes) : ULAM_ENOMEM;
    free(text);
    return status;
}

static ulam_status put_named(const ulam_filling *self, const char *name, size_t length, ulam_bytes *bytes)
{
    char number[24];
    const size_t index = parameter_of(self->job->model, name, length);
    if (index < self->job->model->n_parameters) return put_parameter(self, index, bytes);
    const ulam_seeds seeds = ulam_seeds_of(self->job, self->point, self->run);
    const uint64_t value = is("seed", name, length)     ? seeds.seed
                           : is("seed31", name, length) ? seeds.seed31
                           : is("run", name, length)    ? self->run
                                                        : self->point;
    snprintf(number, sizeof number, "%" PRIu64, value);
    return put(number, bytes);
}

ulam_status ulam_placeholders_fill(const ulam_filling *filling, const char *text, ulam_bytes *bytes)
{
    const char *name;
    size_t length;
    bool doubled;
    ulam_status status = ULAM_OK;
    while (!status && next_name(text, &name, &length, &doubled)) {
        const size_t before = (size_t)(name - 1 - text); /* with one of two braces */
        status = ulam_bytes_put(bytes, text, before);
        if (!status)
            status = doubled ? ulam_bytes_put(bytes, name, length + 1) : put_named(filling, name, length, bytes);
        text = name + length + 1 + doubled;
    }
    return status ? status : put(text, bytes);
}
