/* `sweep`: the values of swept parameters, as lists and ranges. */

#include <string.h>

#include "job_parts.h"
#include "range.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading a sweep");
}

static ulam_status read_list(ulam_job_reading *self, const ulam_parameter *parameter, const ulam_yaml_node *list,
                             ulam_job_column *column)
{
    const ulam_file_source files = ulam_job_files(self);
    if (list->count == 0)
        return ulam_yaml_fail(list, self->error, "the sweep of %s is empty, expected at least one value",
                              parameter->name);
    column->values = ulam_arena_take_array(&self->storage->arena, list->count, sizeof *column->values);
    if (!column->values) return fail_memory(self);
    for (const ulam_yaml_node *item = list->first; item; item = item->next) {
        const ulam_status status = ulam_value_read_node(parameter, item, &self->storage->arena, &files,
                                                        &column->values[column->length], self->error);
        if (status) return status;
        column->length++;
    }
    return ULAM_OK;
}

static ulam_status read_end(const ulam_job_reading *self, const ulam_parameter *parameter, const ulam_yaml_node *range,
                            const char *name, ulam_decimal *end)
{
    const ulam_yaml_node *key = ulam_yaml_find(range, name);
    double value;
    if (!key)
        return ulam_yaml_fail(range, self->error, "the range of %s lacks '%s', expected {from, to, steps, scale}",
                              parameter->name, name);
    if (key->value->kind == ULAM_YAML_SCALAR && !ulam_read_decimal(key->value->text, end) &&
        !ulam_read_real(key->value->text, &value))
        return ULAM_OK;
    return ulam_yaml_fail(key->value, self->error, "%s of the range of %s is %s, expected %s", name, parameter->name,
                          ulam_yaml_show(key->value).text, ulam_expect(parameter).text);
}

ulam_status ulam_job_read_count(const char *what, const char *text, uint64_t most, uint64_t *count, ulam_error *error)
{
    const ulam_number_reading reading = ulam_read_natural(text, count);
    if (!reading && *count >= 1 && *count <= most) return ULAM_OK;
    const char *why = reading == ULAM_READ_FRACTION    ? ", which is not an integer"
                      : reading == ULAM_READ_TOO_SMALL ? ", which is negative"
                                                       : "";
    return ulam_fail(error, ULAM_EINVAL, "%s is %s%s%s%s, expected an integer from 1 to %llu", what, *text ? "'" : "",
                     *text ? ulam_show(text).text : "empty", *text ? "'" : "", why, (unsigned long long)most);
}

static ulam_status read_steps(const ulam_job_reading *self, const ulam_parameter *parameter,
                              const ulam_yaml_node *range, size_t *steps)
{
    const ulam_yaml_node *key = ulam_yaml_find(range, "steps");
    uint64_t count;
    if (!key)
        return ulam_yaml_fail(range, self->error, "the range of %s lacks 'steps', expected {from, to, steps, scale}",
                              parameter->name);
    if (key->value->kind != ULAM_YAML_SCALAR)
        return ulam_yaml_fail(key->value, self->error, "steps is %s, expected an integer of at least 1",
                              ulam_yaml_show(key->value).text);
    if (ulam_job_read_count("steps", key->value->text, ULAM_MOST_POINTS, &count, self->error))
        return ulam_yaml_fail_within(key->value, self->error);
    *steps = (size_t)count;
    return ULAM_OK;
}

static ulam_status read_scale(const ulam_job_reading *self, const ulam_yaml_node *range, bool *logarithmic)
{
    static const char *const scales[] = {"linear", "log"};
    const ulam_yaml_node *key = ulam_yaml_find(range, "scale");
    if (!key) return ULAM_OK;
    const char *text = key->value->kind == ULAM_YAML_SCALAR ? key->value->text : "";
    *logarithmic = !strcmp(text, "log");
    if (*logarithmic || !strcmp(text, "linear")) return ULAM_OK;
    return ulam_yaml_fail(key->value, self->error, "scale is %s, expected linear or log%s",
                          ulam_yaml_show(key->value).text, ulam_show_nearest(text, scales, 2).text);
}

static ulam_status check_range(const ulam_job_reading *self, const ulam_parameter *parameter,
                               const ulam_yaml_node *node, const ulam_range *range)
{
    const ulam_decimal *from = &range->from, *to = &range->to;
    if (range->logarithmic && (!from->count || !to->count || from->negative != to->negative))
        return ulam_yaml_fail(node, self->error,
                              "the range of %s has a log scale, expected ends that are both above 0 or both below 0",
                              parameter->name);
    const bool same = from->count == to->count && from->exponent == to->exponent &&
                      (from->negative == to->negative || !from->count) && !strcmp(from->digits, to->digits);
    if (range->steps == 1 && !same)
        return ulam_yaml_fail(node, self->error,
                              "the range of %s has 1 step between two ends, expected at least 2 (both ends count)",
                              parameter->name);
    if (range->steps > 1 && same)
        return ulam_yaml_fail(node, self->error, "the range of %s begins where it ends, expected two ends or 1 step",
                              parameter->name);
    return ULAM_OK;
}

typedef struct {
    ulam_job_reading *reading;
    const ulam_parameter *parameter;
    ulam_job_column *column;
} range_reader;

static ulam_status take_value(void *context, size_t index, const char *text)
{
    range_reader *self = context;
    const ulam_parameter *parameter = self->parameter;
    int64_t whole;
    if (parameter->type == ULAM_INTEGER && ulam_read_integer(text, &whole) == ULAM_READ_FRACTION)
        return ulam_fail(self->reading->error, ULAM_EINVAL,
                         "step %zu of the range of %s falls between integers, expected steps that fall on them",
                         index + 1, parameter->name);
    return ulam_value_read(parameter, text, NULL, NULL, &self->column->values[index], self->reading->error);
}

static ulam_status read_range(ulam_job_reading *self, const ulam_parameter *parameter, const ulam_yaml_node *node,
                              ulam_job_column *column)
{
    static const char *const keys[] = {"from", "to", "steps", "scale"};
    ulam_range range = {.steps = 0};
    if (parameter->type != ULAM_REAL && parameter->type != ULAM_INTEGER)
        return ulam_yaml_fail(node, self->error, "the sweep of %s is a range, expected a list: each %s",
                              parameter->name, ulam_expect(parameter).text);
    for (const ulam_yaml_node *key = node->first; key; key = key->next)
        if (strcmp(key->text, "from") && strcmp(key->text, "to") && strcmp(key->text, "steps") &&
            strcmp(key->text, "scale"))
            return ulam_yaml_fail(key, self->error, "a range has no key '%s', expected one of from, to, steps, scale%s",
                                  ulam_show(key->text).text, ulam_show_nearest(key->text, keys, 4).text);
    ulam_status status = read_end(self, parameter, node, "from", &range.from);
    if (!status) status = read_end(self, parameter, node, "to", &range.to);
    if (!status) status = read_steps(self, parameter, node, &range.steps);
    if (!status) status = read_scale(self, node, &range.logarithmic);
    if (!status) status = check_range(self, parameter, node, &range);
    if (status) return status;
    column->values = ulam_arena_take_array(&self->storage->arena, range.steps, sizeof *column->values);
    if (!column->values) return fail_memory(self);
    column->length = range.steps;
    range_reader reader = {.reading = self, .parameter = parameter, .column = column};
    self->error->status = ULAM_OK;
    status = ulam_range_each(&range, take_value, &reader);
    if (!status) return ULAM_OK;
    if (self->error->status == ULAM_OK) return fail_memory(self);
    return ulam_yaml_fail_within(node, self->error);
}

static ulam_status read_swept(ulam_job_reading *self, const ulam_yaml_node *key)
{
    const size_t index = ulam_job_parameter(self, key->text);
    if (index == SIZE_MAX) return ulam_job_fail_unknown(self, key);
    const ulam_parameter *parameter = &self->model->parameters[index];
    const ulam_yaml_node *fixed = self->fixed_node[index];
    if (fixed)
        return ulam_yaml_fail(key, self->error, "%s is swept and also fixed in params at line %u, expected one of them",
                              parameter->name, fixed->line);
    ulam_job_column *column = &self->columns[index];
    column->node = key->value;
    if (key->value->kind == ULAM_YAML_LIST) return read_list(self, parameter, key->value, column);
    if (key->value->kind == ULAM_YAML_MAPPING) return read_range(self, parameter, key->value, column);
    return ulam_yaml_fail(
        key->value, self->error,
        "the sweep of %s is %s, expected a list or {from, to, steps}; a single value belongs in params",
        parameter->name, ulam_yaml_show(key->value).text);
}

ulam_status ulam_job_read_sweep(ulam_job_reading *self)
{
    const ulam_yaml_node *sweep = self->key[ULAM_KEY_SWEEP], *zip = self->key[ULAM_KEY_ZIP];
    if (!sweep && zip) return ulam_yaml_fail(zip, self->error, "zip without a sweep, expected what it zips in sweep");
    if (!sweep) return ULAM_OK;
    if (sweep->value->kind != ULAM_YAML_MAPPING && !ulam_yaml_is_null(sweep->value))
        return ulam_yaml_fail(sweep->value, self->error,
                              "sweep is %s, expected a mapping of parameters to lists or ranges",
                              ulam_yaml_show(sweep->value).text);
    if (sweep->value->count == 0)
        return ulam_yaml_fail(sweep->value, self->error, "the sweep is empty, expected a parameter to sweep");
    ulam_status status = ULAM_OK;
    for (const ulam_yaml_node *key = sweep->value->first; key && !status; key = key->next)
        status = read_swept(self, key);
    return status ? status : ulam_job_add_axes(self, sweep->value, zip ? zip->value : NULL);
}
