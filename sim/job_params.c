/* Fixed parameters, and defaults for those that are not given. */

#include <string.h>

#include "job_parts.h"
#include "shown.h"

size_t ulam_job_parameter(const ulam_job_reading *self, const char *name)
{
    for (size_t i = 0; i < self->model->n_parameters; i++)
        if (!strcmp(self->names[i], name)) return i;
    return SIZE_MAX;
}

ulam_status ulam_job_fail_unknown(const ulam_job_reading *self, const ulam_yaml_node *key)
{
    const size_t n = self->model->n_parameters;
    return ulam_yaml_fail(key, self->error, "model '%s' has no parameter '%s', expected %s%s%s", self->model->name,
                          ulam_show(key->text).text, n ? "one of " : "none", ulam_show_names(self->names, n).text,
                          ulam_show_nearest(key->text, self->names, n).text);
}

ulam_status ulam_job_read_params(ulam_job_reading *self)
{
    const ulam_yaml_node *params = self->key[ULAM_KEY_PARAMS];
    const ulam_file_source files = ulam_job_files(self);
    if (!params || ulam_yaml_is_null(params->value)) return ULAM_OK;
    if (params->value->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(params->value, self->error, "params is %s, expected a mapping of parameters to values",
                              ulam_yaml_show(params->value).text);
    for (const ulam_yaml_node *key = params->value->first; key; key = key->next) {
        const size_t i = ulam_job_parameter(self, key->text);
        if (i == SIZE_MAX) return ulam_job_fail_unknown(self, key);
        const ulam_status status = ulam_value_read_node(&self->model->parameters[i], key->value, &self->storage->arena,
                                                        &files, &self->fixed[i], self->error);
        if (status) return status;
        self->fixed_node[i] = key;
    }
    return ULAM_OK;
}

static ulam_status fail_missing(const ulam_job_reading *self, const ulam_parameter *parameter)
{
    const ulam_yaml_node end = {.where = self->tree.where, .line = self->tree.last_line, .column = 1};
    const ulam_yaml_node *params = self->key[ULAM_KEY_PARAMS];
    return ulam_yaml_fail(params ? params : &end, self->error,
                          "the parameter '%s' is missing and has no default, expected %s", parameter->name,
                          ulam_expect(parameter).text);
}

static ulam_status read_default(ulam_job_reading *self, size_t index)
{
    const ulam_parameter *parameter = &self->model->parameters[index];
    const char *text = parameter->default_value;
    ulam_yaml tree;
    ulam_status status = ulam_yaml_read(&tree, "the default", false, text, strlen(text), self->error);
    if (!status && !tree.root)
        status = ulam_fail(self->error, ULAM_EINVAL, "the default of %s is empty", parameter->name);
    if (!status)
        status =
            ulam_value_read_node(parameter, tree.root, &self->storage->arena, NULL, &self->fixed[index], self->error);
    ulam_yaml_free(&tree);
    return status;
}

ulam_status ulam_job_take_defaults(ulam_job_reading *self)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->model->n_parameters && !status; i++) {
        if (self->fixed_node[i] || self->columns[i].length) continue;
        const ulam_parameter *parameter = &self->model->parameters[i];
        status = parameter->default_value ? read_default(self, i) : fail_missing(self, parameter);
    }
    return status;
}
