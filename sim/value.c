#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "interval.h"
#include "number.h"
#include "shown.h"
#include "value.h"

static size_t count_choices(const ulam_parameter *parameter)
{
    size_t n = 0;
    while (parameter->choices && parameter->choices[n]) n++;
    return n;
}

ulam_expectation ulam_expect(const ulam_parameter *parameter)
{
    ulam_expectation self;
    const char *bounds = parameter->bounds, *unit = parameter->unit;
    const char *in = bounds ? " in " : "", *interval = bounds ? bounds : "";
    const char *comma = unit ? ", in " : "", *name = unit ? unit : "";
    switch (parameter->type) {
    case ULAM_REAL:
        snprintf(self.text, sizeof self.text, "a real%s%s%s%s", in, interval, comma, name);
        break;
    case ULAM_INTEGER:
        snprintf(self.text, sizeof self.text, "an integer%s%s%s%s", in, interval, comma, name);
        break;
    case ULAM_BOOLEAN:
        snprintf(self.text, sizeof self.text, "true or false");
        break;
    case ULAM_CHOICE:
        snprintf(self.text, sizeof self.text, "one of %s",
                 ulam_show_names(parameter->choices, count_choices(parameter)).text);
        break;
    case ULAM_STRING:
        snprintf(self.text, sizeof self.text, "a text");
        break;
    case ULAM_FILE:
        snprintf(self.text, sizeof self.text, "the path of a file");
        break;
    case ULAM_REALS:
        snprintf(self.text, sizeof self.text, "a list of reals%s%s%s%s%s%s", in, interval, comma, name,
                 parameter->length ? ", its length in " : "", parameter->length ? parameter->length : "");
        break;
    }
    return self;
}

static ulam_status fail(const ulam_parameter *parameter, const char *text, const char *why, ulam_error *error)
{
    const ulam_shown shown = ulam_show(text);
    return ulam_fail(error, ULAM_EINVAL, "%s is %s%s%s%s, expected %s", parameter->name, *text ? "'" : "",
                     *text ? shown.text : "empty", *text ? "'" : "", why, ulam_expect(parameter).text);
}

static const char *reason(ulam_number_reading reading)
{
    switch (reading) {
    case ULAM_READ_FRACTION:
        return ", which is not an integer";
    case ULAM_READ_TOO_LARGE:
        return ", which is too large to hold";
    case ULAM_READ_TOO_SMALL:
        return ", which is too small to hold";
    case ULAM_READ_NAN:
        return ", which is no number";
    default:
        return "";
    }
}

static bool within(const ulam_parameter *parameter, double value)
{
    ulam_interval interval;
    if (!parameter->bounds) return value - value == 0;
    return ulam_interval_read(&interval, parameter->bounds) && ulam_interval_has(&interval, value);
}

static ulam_status read_real(const ulam_parameter *parameter, const char *text, double *value, ulam_error *error)
{
    const ulam_number_reading reading = ulam_read_real(text, value);
    if (reading) return fail(parameter, text, reason(reading), error);
    if (within(parameter, *value)) return ULAM_OK;
    char shown[ULAM_REAL_TEXT_SIZE];
    ulam_write_real(shown, *value);
    return ulam_fail(error, ULAM_EINVAL, "%s is %s, expected %s%s", parameter->name, shown,
                     parameter->bounds ? "" : "finite, ", ulam_expect(parameter).text);
}

static ulam_status read_integer(const ulam_parameter *parameter, const char *text, int64_t *value, ulam_error *error)
{
    ulam_interval interval;
    const ulam_number_reading reading = ulam_read_integer(text, value);
    if (reading) return fail(parameter, text, reason(reading), error);
    if (!parameter->bounds) return ULAM_OK;
    if (ulam_interval_read(&interval, parameter->bounds) && ulam_interval_has_integer(&interval, *value))
        return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL, "%s is %lld, expected %s", parameter->name, (long long)*value,
                     ulam_expect(parameter).text);
}

static ulam_status read_boolean(const ulam_parameter *parameter, const char *text, bool *value, ulam_error *error)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i])) continue;
        *value = i % 2;
        return ULAM_OK;
    }
    return fail(parameter, text, "", error);
}

static ulam_status read_choice(const ulam_parameter *parameter, const char *text, size_t *value, ulam_error *error)
{
    const size_t n = count_choices(parameter);
    for (*value = 0; *value < n; ++*value)
        if (!strcmp(text, parameter->choices[*value])) return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL, "%s is '%s', expected %s%s", parameter->name, ulam_show(text).text,
                     ulam_expect(parameter).text, ulam_show_nearest(text, parameter->choices, n).text);
}

static ulam_status read_file(const ulam_parameter *parameter, const char *path, const ulam_file_source *files,
                             ulam_value *value, ulam_error *error)
{
    const ulam_hashed_file *file;
    if (files->load(files->self, path, &file, error)) return ulam_fail_within(error, "%s", parameter->name);
    value->file = &file->file;
    return ULAM_OK;
}

ulam_status ulam_value_read(const ulam_parameter *parameter, const char *text, ulam_arena *arena,
                            const ulam_file_source *files, ulam_value *value, ulam_error *error)
{
    switch (parameter->type) {
    case ULAM_REAL:
        return read_real(parameter, text, &value->real, error);
    case ULAM_INTEGER:
        return read_integer(parameter, text, &value->integer, error);
    case ULAM_BOOLEAN:
        return read_boolean(parameter, text, &value->boolean, error);
    case ULAM_CHOICE:
        return read_choice(parameter, text, &value->choice, error);
    case ULAM_STRING:
        value->string = ulam_arena_copy(arena, text, strlen(text));
        return value->string ? ULAM_OK : ulam_fail_memory(error, "reading a value");
    case ULAM_FILE:
        if (!files || !*text) return fail(parameter, text, "", error);
        return read_file(parameter, text, files, value, error);
    case ULAM_REALS:
        break;
    }
    return fail(parameter, text, "", error);
}

static ulam_status read_reals(const ulam_parameter *parameter, const ulam_yaml_node *list, ulam_arena *arena,
                              ulam_value *value, ulam_error *error)
{
    ulam_interval lengths;
    ulam_reals *reals = ulam_arena_take(arena, sizeof *reals);
    double *values = ulam_arena_take_array(arena, list->count, sizeof *values);
    if (!reals || !values) return ulam_fail_memory(error, "reading a list");
    if (parameter->length &&
        !(ulam_interval_read(&lengths, parameter->length) && ulam_interval_has_integer(&lengths, (int64_t)list->count)))
        return ulam_yaml_fail(list, error, "%s has %zu elements, expected %s", parameter->name, list->count,
                              ulam_expect(parameter).text);
    size_t n = 0;
    for (const ulam_yaml_node *item = list->first; item; item = item->next, n++) {
        if (item->kind != ULAM_YAML_SCALAR)
            return ulam_yaml_fail(item, error, "%s holds %s, expected %s", parameter->name, ulam_yaml_show(item).text,
                                  ulam_expect(parameter).text);
        if (read_real(parameter, item->text, &values[n], error)) return ulam_yaml_fail_within(item, error);
    }
    *reals = (ulam_reals){.length = n, .values = values};
    value->reals = reals;
    return ULAM_OK;
}

ulam_status ulam_value_read_node(const ulam_parameter *parameter, const ulam_yaml_node *node, ulam_arena *arena,
                                 const ulam_file_source *files, ulam_value *value, ulam_error *error)
{
    if (ulam_yaml_is_null(node))
        return ulam_yaml_fail(node, error, "%s has no value, expected %s%s", parameter->name,
                              ulam_expect(parameter).text,
                              parameter->type == ULAM_STRING ? " (in quotes if the word itself is meant)" : "");
    if (parameter->type == ULAM_REALS && node->kind == ULAM_YAML_LIST)
        return read_reals(parameter, node, arena, value, error);
    if (node->kind != ULAM_YAML_SCALAR || parameter->type == ULAM_REALS)
        return ulam_yaml_fail(node, error, "%s is %s, expected %s", parameter->name, ulam_yaml_show(node).text,
                              ulam_expect(parameter).text);
    if (ulam_value_read(parameter, node->text, arena, files, value, error)) return ulam_yaml_fail_within(node, error);
    return ULAM_OK;
}
