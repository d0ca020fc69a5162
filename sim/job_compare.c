/* `compare`: a place of the sweep, to which every other point's estimates are compared. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_kept.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading what is compared");
}

static ulam_status fail_unswept(const ulam_job_reading *self, const ulam_yaml_node *key)
{
    const size_t n = self->model->n_parameters;
    const char **swept = calloc(n + 1, sizeof *swept);
    size_t n_swept = 0;
    if (!swept) return fail_memory(self);
    for (size_t i = 0; i < n; i++)
        if (self->columns[i].length) swept[n_swept++] = self->model->parameters[i].name;
    ulam_yaml_fail(key, self->error, "'%s' is not swept, expected %s%s%s", ulam_show(key->text).text,
                   n_swept ? "one of " : "a sweep along what is compared", ulam_show_names(swept, n_swept).text,
                   ulam_show_nearest(key->text, swept, n_swept).text);
    free(swept);
    return ULAM_EINVAL;
}

/* How far apart two values are; of choices, whether they are the same. */
static double distance(ulam_type type, ulam_value a, ulam_value b)
{
    switch (type) {
    case ULAM_REAL:
        return a.real == b.real ? 0 : fabs(a.real - b.real);
    case ULAM_INTEGER:
        return a.integer == b.integer ? 0 : fmax(1, fabs((double)a.integer - (double)b.integer));
    case ULAM_BOOLEAN:
        return a.boolean != b.boolean;
    default:
        return a.choice != b.choice;
    }
}

static ulam_status fail_elsewhere(const ulam_job_reading *self, const ulam_yaml_node *key, size_t parameter,
                                  size_t nearest)
{
    const ulam_parameter *declared = &self->model->parameters[parameter];
    char *text = ulam_value_text(declared, self->columns[parameter].values[nearest]);
    if (!text) return fail_memory(self);
    ulam_yaml_fail(key->value, self->error, "the sweep has no %s of %s; the nearest is %s", declared->name,
                   ulam_yaml_show(key->value).text, ulam_show(text).text);
    free(text);
    return ULAM_EINVAL;
}

/* The one index of the parameter's axis at which it has the value. */
static ulam_status find_value(const ulam_job_reading *self, const ulam_yaml_node *key, size_t parameter,
                              ulam_value value, size_t *index)
{
    const ulam_job_column *column = &self->columns[parameter];
    const ulam_parameter *declared = &self->model->parameters[parameter];
    size_t found = 0, nearest = 0;
    for (size_t i = 0; i < column->length; i++) {
        const double away = distance(declared->type, column->values[i], value);
        if (away < distance(declared->type, column->values[nearest], value)) nearest = i;
        if (away == 0) *index = i;
        found += away == 0;
    }
    if (found == 1) return ULAM_OK;
    if (found == 0) return fail_elsewhere(self, key, parameter, nearest);
    return ulam_yaml_fail(key->value, self->error, "%zu of the points that advance together have this %s, expected one",
                          found, declared->name);
}

static ulam_status read_baseline(ulam_job_reading *self, const ulam_yaml_node *key, size_t *baseline)
{
    const size_t parameter = ulam_job_parameter(self, key->text);
    ulam_value value;
    if (parameter == SIZE_MAX || self->columns[parameter].length == 0) return fail_unswept(self, key);
    const ulam_parameter *declared = &self->model->parameters[parameter];
    if (declared->type > ULAM_CHOICE)
        return ulam_yaml_fail(key, self->error,
                              "'%s' is a text or a list, expected a number, a boolean or a choice to compare with",
                              declared->name);
    const size_t axis = self->columns[parameter].axis - 1;
    if (baseline[axis] != SIZE_MAX)
        return ulam_yaml_fail(key, self->error, "'%s' advances together with what stands before, expected one of them",
                              declared->name);
    ulam_status status = ulam_value_read_node(declared, key->value, &self->storage->arena, NULL, &value, self->error);
    if (!status) status = find_value(self, key, parameter, value, &baseline[axis]);
    return status;
}

/* "strike = 100, rate = 0.1" */
static ulam_status describe(ulam_job_reading *self, const ulam_yaml_node *mapping)
{
    ulam_bytes text = {0};
    ulam_status status = ULAM_OK;
    for (const ulam_yaml_node *key = mapping->first; key && !status; key = key->next) {
        const char *const parts[] = {key == mapping->first ? "" : ", ", key->text, " = ", key->value->text};
        for (int i = 0; i < 4 && !status; i++) status = ulam_bytes_put(&text, parts[i], strlen(parts[i]));
    }
    if (!status) self->job->compared = ulam_arena_copy(&self->storage->arena, (const char *)text.data, text.size);
    ulam_bytes_free(&text);
    return self->job->compared ? ULAM_OK : fail_memory(self);
}

ulam_status ulam_job_read_compare(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_COMPARE];
    ulam_job *job = self->job;
    if (!key) return ULAM_OK;
    if (key->value->kind != ULAM_YAML_MAPPING || key->value->count == 0)
        return ulam_yaml_fail(key->value, self->error,
                              "compare is %s, expected a mapping of a swept parameter to one of its values, such as "
                              "{strike: 100}",
                              key->value->kind == ULAM_YAML_MAPPING ? "empty" : ulam_yaml_show(key->value).text);
    size_t *baseline = ulam_arena_take_array(&self->storage->arena, job->n_axes + 1, sizeof *baseline);
    if (!baseline) return fail_memory(self);
    for (size_t i = 0; i < job->n_axes; i++) baseline[i] = SIZE_MAX;
    for (const ulam_yaml_node *at = key->value->first; at; at = at->next) {
        const ulam_status status = read_baseline(self, at, baseline);
        if (status) return status;
    }
    for (size_t i = 0; i < self->model->n_observables; i++)
        if (job->extents[i].scalar) ulam_job_keep_groups(self, job->extents[i].offset);
    job->baseline = baseline;
    return describe(self, key->value);
}
