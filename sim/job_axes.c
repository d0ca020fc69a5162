/* Axes: which swept parameters are crossed, and which advance together. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "job_parts.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading a sweep");
}

typedef struct {
    XXH128_hash_t hash;
    size_t index;
} entry;

static int by_hash(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    const int order = XXH128_cmp(&left->hash, &right->hash);
    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static ulam_status hash_entry(const ulam_job_reading *self, const ulam_axis *axis, size_t index, ulam_bytes *bytes,
                              XXH128_hash_t *hash)
{
    ulam_status status = ULAM_OK;
    bytes->size = 0;
    for (size_t i = 0; i < axis->n_parameters && !status; i++) {
        const size_t parameter = axis->parameters[i];
        status = ulam_value_write_canonical(&self->model->parameters[parameter], self->columns[parameter].values[index],
                                            bytes);
        if (!status) status = ulam_bytes_put(bytes, "\n", 1);
    }
    *hash = XXH3_128bits(bytes->data, bytes->size);
    return status;
}

ulam_status ulam_job_find_twins(const ulam_job_reading *self, const ulam_axis *axis, bool *found, size_t *first,
                                size_t *second)
{
    ulam_bytes bytes = {0};
    ulam_status status = ULAM_OK;
    entry *entries = malloc(axis->length * sizeof *entries);
    if (!entries) return ULAM_ENOMEM;
    for (size_t i = 0; i < axis->length && !status; i++) {
        entries[i].index = i;
        status = hash_entry(self, axis, i, &bytes, &entries[i].hash);
    }
    if (!status) qsort(entries, axis->length, sizeof *entries, by_hash);
    *found = false;
    for (size_t i = 1; i < axis->length && !status; i++) {
        if (!XXH128_isEqual(entries[i].hash, entries[i - 1].hash) || (*found && entries[i].index >= *second)) continue;
        *found = true;
        *first = entries[i - 1].index;
        *second = entries[i].index;
    }
    ulam_bytes_free(&bytes);
    free(entries);
    return status;
}

ulam_status ulam_job_add_axis(ulam_job_reading *self, const char *name, size_t length, size_t *parameters, size_t n)
{
    ulam_job *job = self->job;
    char *copy = ulam_arena_copy(&self->storage->arena, name, strlen(name));
    if (!copy) return fail_memory(self);
    for (size_t i = 0; i < n; i++) self->columns[parameters[i]].axis = job->n_axes + 1;
    job->axes[job->n_axes++] = (ulam_axis){.name = copy, .length = length, .parameters = parameters, .n_parameters = n};
    if (length > ULAM_MOST_POINTS / job->n_points)
        return ulam_yaml_fail(self->columns[parameters[0]].node, self->error,
                              "the sweep has more than %d points, the most that a job may have", (int)ULAM_MOST_POINTS);
    job->n_points *= length;
    return ULAM_OK;
}

/* Makes the axis of a zip group. */
static ulam_status add_group(ulam_job_reading *self, const ulam_yaml_node *group, size_t number)
{
    size_t *members = ulam_arena_take_array(&self->storage->arena, group->count, sizeof *members);
    char name[32] = "point";
    size_t n = 0;
    if (!members) return fail_memory(self);
    for (const ulam_yaml_node *member = group->first; member; member = member->next)
        members[n++] = ulam_job_parameter(self, member->text);
    if (number > 1) snprintf(name, sizeof name, "point_%zu", number);
    return ulam_job_add_axis(self, name, self->columns[members[0]].length, members, n);
}

static ulam_status check_member(const ulam_job_reading *self, const ulam_yaml_node *member, bool *zipped,
                                size_t *length)
{
    if (member->kind != ULAM_YAML_SCALAR)
        return ulam_yaml_fail(member, self->error, "a zip group holds %s, expected names of swept parameters",
                              ulam_yaml_show(member).text);
    const size_t index = ulam_job_parameter(self, member->text);
    if (index == SIZE_MAX) return ulam_job_fail_unknown(self, member);
    const ulam_job_column *column = &self->columns[index];
    if (!column->length)
        return ulam_yaml_fail(member, self->error, "%s is zipped but not swept, expected it in sweep", member->text);
    if (zipped[index])
        return ulam_yaml_fail(member, self->error, "%s stands twice in zip, expected once", member->text);
    zipped[index] = true;
    if (*length && column->length != *length)
        return ulam_yaml_fail(member, self->error, "%s has %zu values and what it is zipped with %zu, expected as many",
                              member->text, column->length, *length);
    *length = column->length;
    return ULAM_OK;
}

static ulam_status check_zip(ulam_job_reading *self, const ulam_yaml_node *zip)
{
    static const char form[] = "expected a list of groups of swept parameters: [[a, b]]";
    bool *zipped = ulam_arena_take_array(&self->tree.arena, self->model->n_parameters + 1, sizeof *zipped);
    ulam_status status = ULAM_OK;
    if (!zipped) return fail_memory(self);
    if (zip->kind != ULAM_YAML_LIST || zip->count == 0)
        return ulam_yaml_fail(zip, self->error, "zip is %s, %s",
                              zip->kind == ULAM_YAML_LIST ? "an empty list" : ulam_yaml_show(zip).text, form);
    for (const ulam_yaml_node *group = zip->first; group && !status; group = group->next) {
        size_t length = 0;
        if (group->kind != ULAM_YAML_LIST)
            return ulam_yaml_fail(group, self->error, "zip holds %s, %s", ulam_yaml_show(group).text, form);
        if (group->count < 2)
            return ulam_yaml_fail(group, self->error, "a zip group has %zu members, expected at least 2", group->count);
        for (const ulam_yaml_node *member = group->first; member && !status; member = member->next)
            status = check_member(self, member, zipped, &length);
    }
    return status;
}

static const ulam_yaml_node *find_group(const ulam_yaml_node *zip, const char *name)
{
    for (const ulam_yaml_node *group = zip ? zip->first : NULL; group; group = group->next)
        for (const ulam_yaml_node *member = group->first; member; member = member->next)
            if (!strcmp(member->text, name)) return group;
    return NULL;
}

static const ulam_yaml_node *item_at(const ulam_yaml_node *node, size_t index)
{
    if (node->kind != ULAM_YAML_LIST) return node;
    node = node->first;
    while (index-- > 0) node = node->next;
    return node;
}

static ulam_status refuse_twins(const ulam_job_reading *self, const ulam_axis *axis)
{
    size_t first, second;
    bool found;
    const ulam_parameter *parameter = &self->model->parameters[axis->parameters[0]];
    const ulam_job_column *column = &self->columns[axis->parameters[0]];
    if (ulam_job_find_twins(self, axis, &found, &first, &second)) return fail_memory(self);
    if (!found) return ULAM_OK;
    ulam_bytes text = {0};
    if (ulam_value_write(parameter, column->values[second], &text) || ulam_bytes_put(&text, "", 1)) {
        ulam_bytes_free(&text);
        return fail_memory(self);
    }
    ulam_yaml_fail(item_at(column->node, second), self->error,
                   "the sweep of %s%s holds %s twice, as values %zu and %zu", parameter->name,
                   axis->n_parameters > 1 ? " with what it is zipped with" : "", ulam_show((char *)text.data).text,
                   first + 1, second + 1);
    ulam_bytes_free(&text);
    return ULAM_EINVAL;
}

/* In the order of the sweep's keys; a zip group stands where its first member does. */
ulam_status ulam_job_add_axes(ulam_job_reading *self, const ulam_yaml_node *sweep, const ulam_yaml_node *zip)
{
    size_t groups = 0;
    ulam_status status = zip ? check_zip(self, zip) : ULAM_OK;
    for (const ulam_yaml_node *key = sweep->first; key && !status; key = key->next) {
        const size_t index = ulam_job_parameter(self, key->text);
        const ulam_yaml_node *group = find_group(zip, key->text);
        if (self->columns[index].axis) continue;
        if (group) {
            status = add_group(self, group, ++groups);
            continue;
        }
        size_t *parameter = ulam_arena_take(&self->storage->arena, sizeof *parameter);
        if (!parameter) return fail_memory(self);
        *parameter = index;
        status = ulam_job_add_axis(self, key->text, self->columns[index].length, parameter, 1);
    }
    for (size_t i = 0; i < self->job->n_axes && !status; i++) status = refuse_twins(self, &self->job->axes[i]);
    return status;
}
