/* The model of a job: one that the catalogue has, or one that its opener opens. */

#include <stdlib.h>
#include <string.h>

#include "job_parts.h"
#include "shown.h"

static const char *expected_model(const ulam_job_reading *self)
{
    return self->catalogue->opener ? "the name of a model, or a path such as ./needle.c" : "the name of a model";
}

static ulam_status fail_unknown(const ulam_job_reading *self, const ulam_yaml_node *node)
{
    const size_t n = self->catalogue->count;
    const char **names = calloc(n + 1, sizeof *names);
    if (!names) return ulam_fail_memory(self->error, "reading a job");
    for (size_t i = 0; i < n; i++) names[i] = self->catalogue->models[i]->name;
    ulam_yaml_fail(node, self->error, "there is no model '%s', expected one of %s%s%s", ulam_show(node->text).text,
                   ulam_show_names(names, n).text, self->catalogue->opener ? ", or a path such as ./needle.c" : "",
                   ulam_show_nearest(node->text, names, n).text);
    free(names);
    return ULAM_EINVAL;
}

/* What stands behind the key as one line of text, in the job's arena. NULL: out of memory. */
static char *text_of(ulam_job_reading *self, const ulam_yaml_node *node)
{
    ulam_bytes bytes = {0};
    char *text = NULL;
    if (node->kind == ULAM_YAML_SCALAR) return ulam_arena_copy(&self->storage->arena, node->text, strlen(node->text));
    if (!ulam_yaml_write_flow(node, &bytes))
        text = ulam_arena_copy(&self->storage->arena, (const char *)bytes.data, bytes.size);
    ulam_bytes_free(&bytes);
    return text;
}

static ulam_status load_file(void *reading, const char *path, const ulam_file **file, ulam_error *error)
{
    const ulam_file_source files = ulam_job_files(reading);
    const ulam_hashed_file *hashed = NULL;
    const ulam_status status = files.load(files.self, path, &hashed, error);
    if (!status) *file = &hashed->file;
    return status;
}

static bool has_file(void *reading, const char *path) { return ulam_job_has_file(reading, path); }

static ulam_status open_model(ulam_job_reading *self, const ulam_yaml_node *node)
{
    const ulam_model_opener *opener = self->catalogue->opener;
    ulam_open_model *opened = &self->storage->opened;
    const ulam_program *program = NULL;
    ulam_status status = node->kind == ULAM_YAML_MAPPING ? ulam_job_read_program(self, node, &program) : ULAM_OK;
    if (status) return status;
    const ulam_model_reference reference = {
        .text = text_of(self, node),
        .program = program,
        .folder = ulam_job_resolve(self, ""),
        .object = self->object,
        .object_size = self->object_size,
        .files = self,
        .load = load_file,
        .has = has_file,
    };
    if (!reference.text || !reference.folder) return ulam_fail_memory(self->error, "reading a job");
    status = opener->open(opener->self, &reference, opened, self->error);
    if (status) {
        ulam_yaml_fail_within(node, self->error);
        return status;
    }
    self->job->model = opened->model;
    self->job->model_source = opened->source;
    self->job->service = opened->service;
    return ULAM_OK;
}

/* Names have neither dots nor slashes. */
static bool is_reference(const ulam_yaml_node *node)
{
    return node->kind == ULAM_YAML_MAPPING || (node->kind == ULAM_YAML_SCALAR && strpbrk(node->text, "./"));
}

static ulam_status prepare_parameters(ulam_job_reading *self)
{
    const size_t n = self->model->n_parameters;
    ulam_arena *arena = &self->tree.arena;
    self->names = ulam_arena_take_array(arena, n + 1, sizeof *self->names);
    self->fixed_node = ulam_arena_take_array(arena, n + 1, sizeof *self->fixed_node);
    self->fixed = ulam_arena_take_array(arena, n + 1, sizeof *self->fixed);
    self->columns = ulam_arena_take_array(arena, n + 1, sizeof *self->columns);
    self->storage->swept = ulam_arena_take_array(&self->storage->arena, n + 1, sizeof *self->storage->swept);
    self->job->axes = ulam_arena_take_array(&self->storage->arena, n + 1, sizeof *self->job->axes);
    if (!self->names || !self->fixed_node || !self->fixed || !self->columns || !self->storage->swept ||
        !self->job->axes)
        return ulam_fail_memory(self->error, "reading a job");
    for (size_t i = 0; i < n; i++) self->names[i] = self->model->parameters[i].name;
    self->job->n_points = 1;
    return ULAM_OK;
}

static ulam_status find_model(ulam_job_reading *self, const ulam_yaml_node *node)
{
    const char *name;
    if (self->catalogue->opener && is_reference(node)) return open_model(self, node);
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_MODEL, expected_model(self), &name);
    if (status) return status;
    self->job->model = ulam_catalogue_find(self->catalogue, name);
    return self->job->model ? ULAM_OK : fail_unknown(self, node);
}

ulam_status ulam_job_read_model(ulam_job_reading *self)
{
    if (!self->key[ULAM_KEY_MODEL]) return ulam_job_fail_missing(self, ULAM_KEY_MODEL, expected_model(self));
    const ulam_yaml_node *node = self->key[ULAM_KEY_MODEL]->value;
    const ulam_status status = find_model(self, node);
    if (status) return status;
    self->model = self->job->model;
    if (ulam_model_check(self->model, self->error)) return ulam_yaml_fail_within(node, self->error);
    return prepare_parameters(self);
}
