/* Reading a job file: its keys, in the order in which each needs those before it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_parts.h"
#include "number.h"
#include "shown.h"

static const char *const keys[ULAM_KEYS] = {
    "model",       "seed",       "params",     "sweep",     "zip",           "points",     "runs",       "until",
    "confidence",  "streams",    "block",      "output",    "checkpoint",    "on_failure", "max_failed", "isolate",
    "run_timeout", "samples",    "compress",   "quantiles", "histogram",     "covariance", "derived",    "compare",
    "control",     "antithetic", "thermalize", "sweeps",    "measure_every", "series",
};

static ulam_status read_keys(ulam_job_reading *self)
{
    const ulam_yaml_node *root = self->tree.root;
    for (const ulam_yaml_node *key = root->first; key; key = key->next) {
        size_t i = 0;
        while (i < ULAM_KEYS && strcmp(key->text, keys[i]) != 0) i++;
        if (i == ULAM_KEYS)
            return ulam_yaml_fail(key, self->error, "a job has no key '%s', expected one of %s%s",
                                  ulam_show(key->text).text, ulam_show_names(keys, ULAM_KEYS).text,
                                  ulam_show_nearest(key->text, keys, ULAM_KEYS).text);
        self->key[i] = key;
    }
    return ULAM_OK;
}

ulam_status ulam_job_read_scalar(const ulam_job_reading *self, ulam_job_key which, const char *expected,
                                 const char **text)
{
    const ulam_yaml_node *node = self->key[which]->value;
    *text = node->text;
    if (node->kind == ULAM_YAML_SCALAR && !ulam_yaml_is_null(node) && *node->text) return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "%s is %s, expected %s", keys[which], ulam_yaml_show(node).text, expected);
}

ulam_status ulam_job_fail_missing(const ulam_job_reading *self, ulam_job_key which, const char *expected)
{
    const ulam_yaml_node end = {.where = self->tree.where, .line = self->tree.last_line, .column = 1};
    return ulam_yaml_fail(&end, self->error, "the key '%s' is missing, expected %s", keys[which], expected);
}

static ulam_status read_seed(ulam_job_reading *self)
{
    const char *text, *expected = "an integer from 0 to 18446744073709551615";
    self->job->seed = ULAM_DEFAULT_SEED;
    if (!self->key[ULAM_KEY_SEED]) return ULAM_OK;
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_SEED, expected, &text);
    if (status || ulam_read_natural(text, &self->job->seed) == ULAM_READ_OK) return status;
    return ulam_yaml_fail(self->key[ULAM_KEY_SEED]->value, self->error, "seed is '%s', expected %s",
                          ulam_show(text).text, expected);
}

static ulam_status read_streams(ulam_job_reading *self)
{
    static const char *const words[] = {"independent", "common"};
    const char *text, *expected = "independent or common";
    if (!self->key[ULAM_KEY_STREAMS]) return ULAM_OK;
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_STREAMS, expected, &text);
    if (status) return status;
    self->job->streams = !strcmp(text, "common") ? ULAM_STREAMS_COMMON : ULAM_STREAMS_INDEPENDENT;
    if (!strcmp(text, words[self->job->streams])) return ULAM_OK;
    return ulam_yaml_fail(self->key[ULAM_KEY_STREAMS]->value, self->error, "streams is '%s', expected %s%s",
                          ulam_show(text).text, expected, ulam_show_nearest(text, words, 2).text);
}

ulam_status ulam_job_read_boolean(const ulam_yaml_node *node, const char *name, const char *expected, bool *value,
                                  ulam_error *error)
{
    const bool scalar = node->kind == ULAM_YAML_SCALAR;
    *value = scalar && !strcmp(node->text, "true");
    if (*value || (scalar && !strcmp(node->text, "false"))) return ULAM_OK;
    return ulam_yaml_fail(node, error, "%s is %s, expected %s", name, ulam_yaml_show(node).text, expected);
}

ulam_status ulam_job_read_key_count(const ulam_job_reading *self, ulam_job_key which, uint64_t most, uint64_t *count)
{
    const char *text;
    const ulam_status status = ulam_job_read_scalar(self, which, "an integer of at least 1", &text);
    if (status || !ulam_job_read_count(keys[which], text, most, count, self->error)) return status;
    return ulam_yaml_fail_within(self->key[which]->value, self->error);
}

static ulam_status read_block(ulam_job_reading *self)
{
    const uint64_t most = UINT64_C(1) << 27;
    return self->key[ULAM_KEY_BLOCK] ? ulam_job_read_key_count(self, ULAM_KEY_BLOCK, most, &self->storage->block)
                                     : ULAM_OK;
}

/* The job file's name with .h5 for its ending, in the current directory. */
static char *default_output(ulam_job_reading *self)
{
    const char *path = self->storage->path, *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    const size_t stem = dot && dot > name && strcmp(dot, ".h5") != 0 ? (size_t)(dot - name) : strlen(name);
    char *output = ulam_arena_take(&self->storage->arena, stem + 4);
    if (!output) return NULL;
    memcpy(output, name, stem);
    memcpy(output + stem, ".h5", 4);
    return output;
}

static ulam_status read_output(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_OUTPUT];
    const char *text = NULL;
    const ulam_status status =
        key ? ulam_job_read_scalar(self, ULAM_KEY_OUTPUT, "the path of the result file", &text) : ULAM_OK;
    if (status) return status;
    if (self->source->output) text = self->source->output;
    if (text && !*text) return ulam_fail(self->error, ULAM_EINVAL, "--output is empty, expected a path");
    self->job->output = text ? ulam_arena_copy(&self->storage->arena, text, strlen(text)) : default_output(self);
    if (!self->job->output) return ulam_fail_memory(self->error, "reading a job");
    if (strcmp(self->job->output, self->storage->path) != 0) return ULAM_OK;
    return ulam_fail(self->error, ULAM_EINVAL, "%s is the job file and the output, expected another output",
                     ulam_show_path(self->storage->path).text);
}

/* The job's text, with the replacements written out. */
static ulam_status keep_text(ulam_job_reading *self, const char *text, size_t size)
{
    const ulam_job_source *source = self->source;
    const bool replaced = source->n_set || source->runs || source->seed;
    ulam_bytes bytes = {0};
    ulam_status status = replaced ? ulam_yaml_write(self->tree.root, &bytes) : ULAM_OK;
    if (!status)
        self->job->text =
            ulam_arena_copy(&self->storage->arena, replaced ? (char *)bytes.data : text, replaced ? bytes.size : size);
    ulam_bytes_free(&bytes);
    return self->job->text ? ULAM_OK : ulam_fail_memory(self->error, "reading a job");
}

static ulam_status read_tree(ulam_job_reading *self, const char *text, size_t size)
{
    const char *path = self->storage->path;
    const ulam_yaml_node start = {.where = path, .line = 1, .column = 1};
    if (size > ULAM_YAML_SIZE)
        return ulam_yaml_fail(&start, self->error,
                              "larger than %d MB, expected a job file; points: FILE.csv holds long "
                              "lists",
                              (int)ULAM_YAML_SIZE >> 20);
    const ulam_status status = ulam_yaml_read(&self->tree, path, true, text, size, self->error);
    if (status) return status;
    if (!self->tree.root || ulam_yaml_is_null(self->tree.root))
        return ulam_yaml_fail(&start, self->error, "the job file is empty, expected at least `model:` and `runs:`");
    if (self->tree.root->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(self->tree.root, self->error,
                              "%s, expected a mapping with keys such as `model:` and `runs:`",
                              ulam_yaml_show(self->tree.root).text);
    return ulam_job_replace(self);
}

static ulam_status read_parts(ulam_job_reading *self)
{
    static ulam_status (*const parts[])(ulam_job_reading *) = {
        read_keys,
        ulam_job_read_model,
        read_seed,
        read_streams,
        read_block,
        ulam_job_read_antithetic,
        ulam_job_read_params,
        ulam_job_read_points,
        ulam_job_read_sweep,
        ulam_job_take_defaults,
        ulam_job_read_confidence,
        ulam_job_read_chain,
        ulam_job_read_runs,
        read_output,
        ulam_job_read_conduct,
        ulam_job_check_chain,
        ulam_job_read_samples,
        ulam_job_read_part,
        ulam_job_make_points,
        ulam_job_check_lengths,
        ulam_job_read_statistics,
        ulam_job_read_derived,
        ulam_job_read_compare,
        ulam_job_read_control,
        ulam_job_settle_statistics,
        ulam_job_settle_derived,
    };
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !status; i++) status = parts[i](self);
    return status;
}

static ulam_status read_text(ulam_job_reading *self)
{
    const ulam_job_source *source = self->source;
    ulam_bytes bytes = {0};
    const char *text = source->text;
    size_t size = source->size;
    ulam_status status = ULAM_OK;
    if (!text) {
        status = ulam_job_read_file(self->storage->path, ULAM_YAML_SIZE, &bytes, self->error);
        text = (const char *)bytes.data;
        size = bytes.size;
    }
    if (!status) status = read_tree(self, text, size);
    if (!status) status = read_parts(self);
    if (!status) status = keep_text(self, text, size);
    ulam_bytes_free(&bytes);
    return status;
}

static void read_object(ulam_job_reading *self)
{
    const uint64_t size = ulam_reader_get_u64(self->packed);
    self->object_size = (size_t)size;
    self->object = size > 0 ? ulam_reader_get(self->packed, (size_t)size) : NULL;
}

ulam_status ulam_job_read_packed(ulam_job *self, const ulam_job_source *source, ulam_reader *packed,
                                 const ulam_catalogue *catalogue, ulam_error *error)
{
    ulam_error own = {0};
    ulam_job_reading reading = {
        .job = self, .source = source, .catalogue = catalogue, .packed = packed, .error = error ? error : &own};
    const char *path = source->path ? source->path : "job";
    *self = (ulam_job){.part = 1, .parts = 1, .storage = calloc(1, sizeof *self->storage)};
    if (!self->storage) return ulam_fail_memory(error, "reading a job");
    reading.storage = self->storage;
    self->storage->catalogue = *catalogue;
    if (packed) read_object(&reading);
    if (packed && packed->failed) return ulam_fail(error, ULAM_EFORMAT, "a packed job ends early");
    self->storage->path = ulam_arena_copy(&self->storage->arena, path, strlen(path));
    const ulam_status status = self->storage->path ? read_text(&reading) : ulam_fail_memory(error, "reading a job");
    free(reading.point_runs);
    ulam_yaml_free(&reading.tree);
    return status;
}

ulam_status ulam_job_read(ulam_job *self, const ulam_job_source *source, const ulam_catalogue *catalogue,
                          ulam_error *error)
{
    return ulam_job_read_packed(self, source, NULL, catalogue, error);
}

void ulam_job_free(ulam_job *self)
{
    if (self->storage) ulam_model_close(&self->storage->catalogue, &self->storage->opened);
    if (self->storage) ulam_arena_free(&self->storage->arena);
    free(self->storage);
    *self = (ulam_job){0};
}
