/* Replacements from a command line: they are made in the job file's tree, so that they are read and judged as if they
 * stood there. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_parts.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading the options");
}

/* Moves a tree's root into the job's: nodes are copied one by one, since arenas are freed apart. */
static ulam_yaml_node *copy_tree(ulam_yaml *tree, const ulam_yaml_node *node)
{
    ulam_yaml_node *copy = ulam_yaml_make(tree, node->kind, node->where, node->text);
    if (!copy) return NULL;
    copy->plain = node->plain;
    copy->count = node->count;
    for (const ulam_yaml_node *child = node->first; child; child = child->next) {
        ulam_yaml_node *twin = copy_tree(tree, child);
        if (!twin) return NULL;
        if (child->value && !(twin->value = copy_tree(tree, child->value))) return NULL;
        if (copy->last) copy->last->next = twin;
        if (!copy->first) copy->first = twin;
        copy->last = twin;
    }
    return copy;
}

/* Takes name out of the sweep, and of the zip group that it stands in; what is empty then goes too. */
static void remove_from_sweep(ulam_yaml_node *root, const char *name)
{
    ulam_yaml_node *sweep = ulam_yaml_find(root, "sweep"), *zip = ulam_yaml_find(root, "zip");
    if (!sweep || sweep->value->kind != ULAM_YAML_MAPPING) return;
    const ulam_yaml_node *key = ulam_yaml_find(sweep->value, name);
    if (!key) return;
    ulam_yaml_remove(sweep->value, key);
    if (sweep->value->count == 0) ulam_yaml_remove(root, sweep);
    if (!zip || zip->value->kind != ULAM_YAML_LIST) return;
    for (ulam_yaml_node *group = zip->value->first, *next; group; group = next) {
        next = group->next;
        if (group->kind != ULAM_YAML_LIST) continue;
        for (ulam_yaml_node *member = group->first, *after; member; member = after) {
            after = member->next;
            if (member->kind == ULAM_YAML_SCALAR && !strcmp(member->text, name)) ulam_yaml_remove(group, member);
        }
        if (group->count < 2) ulam_yaml_remove(zip->value, group);
    }
    if (zip->value->count == 0) ulam_yaml_remove(root, zip);
}

static ulam_status put_parameter(ulam_job_reading *self, const char *name, ulam_yaml_node *value)
{
    ulam_yaml_node *root = self->tree.root, *params = ulam_yaml_find(root, "params");
    remove_from_sweep(root, name);
    if (!params || ulam_yaml_is_null(params->value)) {
        ulam_yaml_node *mapping = ulam_yaml_make(&self->tree, ULAM_YAML_MAPPING, value->where, NULL);
        if (!mapping || ulam_yaml_put(&self->tree, root, "params", mapping)) return fail_memory(self);
        params = ulam_yaml_find(root, "params");
    }
    if (params->value->kind != ULAM_YAML_MAPPING) return ULAM_OK; /* judged where it is read */
    return ulam_yaml_put(&self->tree, params->value, name, value) ? fail_memory(self) : ULAM_OK;
}

static ulam_status read_option(ulam_job_reading *self, const char *where, const char *text, ulam_yaml_node **value)
{
    ulam_yaml option;
    ulam_status status = ulam_yaml_read(&option, where, false, text, strlen(text), self->error);
    if (!status) {
        *value = option.root ? copy_tree(&self->tree, option.root)
                             : ulam_yaml_make(&self->tree, ULAM_YAML_SCALAR, where, "");
        if (!*value) status = fail_memory(self);
    }
    ulam_yaml_free(&option);
    return status;
}

static ulam_status set_parameter(ulam_job_reading *self, const char *assignment)
{
    const ulam_shown shown = ulam_show(assignment);
    char where[sizeof shown.text + 8];
    snprintf(where, sizeof where, "--set %s", shown.text);
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment) return ulam_fail(self->error, ULAM_EINVAL, "%s: expected name=value", where);
    char *name = ulam_arena_copy(&self->tree.arena, assignment, (size_t)(equals - assignment));
    if (!name) return fail_memory(self);
    ulam_yaml_node *value = NULL;
    const ulam_status status = read_option(self, where, equals + 1, &value);
    return status ? status : put_parameter(self, name, value);
}

/* Gives a key of the job the text of an option, which is not YAML: it is taken as it is. */
static ulam_status replace_key(ulam_job_reading *self, const char *option, const char *key, const char *text)
{
    char where[ULAM_SHOWN_SIZE + 16];
    if (!text) return ULAM_OK;
    snprintf(where, sizeof where, "%s %s", option, ulam_show(text).text);
    ulam_yaml_node *value = ulam_yaml_make(&self->tree, ULAM_YAML_SCALAR, where, text);
    if (!value || ulam_yaml_put(&self->tree, self->tree.root, key, value)) return fail_memory(self);
    return ULAM_OK;
}

/* A number of runs takes the place of `until`, unless runs are chains, whose sweeps it asks for. */
static ulam_status replace_runs(ulam_job_reading *self)
{
    ulam_yaml_node *root = self->tree.root;
    const bool chains = ulam_yaml_find(root, "thermalize");
    const ulam_yaml_node *until = self->source->runs && !chains ? ulam_yaml_find(root, "until") : NULL;
    if (until) ulam_yaml_remove(root, until);
    return replace_key(self, "--runs", "runs", self->source->runs);
}

ulam_status ulam_job_replace(ulam_job_reading *self)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->source->n_set && !status; i++) status = set_parameter(self, self->source->set[i]);
    if (!status) status = replace_runs(self);
    if (!status) status = replace_key(self, "--seed", "seed", self->source->seed);
    return status;
}
