#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "file.h"
#include "once.h"
#include "placeholders.h"
#include "served.h"

/* What is in model->run's place: the runs are the service's. */
static void run_nothing(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    (void)out;
    ulam_run_fail(rng, "the runs of a program are performed by that program");
}

char *ulam_served_path(const ulam_served *self, const char *path)
{
    const char *folder = *path == '/' ? "" : self->folder;
    char *full = malloc(strlen(folder) + strlen(path) + 1);
    if (full) strcat(strcpy(full, folder), path);
    return full;
}

/* Files of the command, and its identity */

/* The words that are paths of files beside the job; the first one only with a slash, since a name alone is looked for in
 * PATH. */
static ulam_status load_files(ulam_served *self, const ulam_model_reference *reference, ulam_error *error)
{
    const ulam_program *program = self->program;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < program->n_words && !status; i++) {
        const char *word = program->command[i];
        if (!*word || *word == '/' || (i == 0 && !strchr(word, '/')) || !reference->has(reference->files, word))
            continue;
        status = reference->load(reference->files, word, &self->word_files[i], error);
    }
    if (!status && program->input_template)
        status = reference->load(reference->files, program->input_template, &self->template, error);
    return status;
}

static ulam_status put_file(const ulam_file *file, ulam_bytes *bytes)
{
    if (!file) return ulam_bytes_put_u64(bytes, 0);
    ulam_status status = ulam_bytes_put_u64(bytes, 1 + file->size);
    return status ? status : ulam_bytes_put(bytes, file->content, file->size);
}

static ulam_status put_identity(const ulam_served *self, ulam_bytes *bytes)
{
    const ulam_program *program = self->program;
    ulam_status status = ulam_bytes_put_u64(bytes, program->n_words);
    for (size_t i = 0; i < program->n_words && !status; i++) {
        status = ulam_bytes_put_text(bytes, program->command[i]);
        if (!status) status = put_file(self->word_files[i], bytes);
    }
    if (!status) status = ulam_bytes_put_u64(bytes, program->once);
    if (!status) status = ulam_bytes_put_text(bytes, program->input_file);
    if (!status) status = ulam_bytes_put_text(bytes, program->output);
    if (!status) status = put_file(self->template, bytes);
    for (size_t i = 0; i < program->model.n_observables && !status; i++) {
        status = ulam_bytes_put_u64(bytes, program->places[i].kind);
        if (!status) status = ulam_bytes_put_text(bytes, program->places[i].text);
    }
    return status;
}

static ulam_status fingerprint(ulam_served *self, ulam_error *error)
{
    ulam_bytes bytes = {0};
    const ulam_status status = put_identity(self, &bytes);
    if (!status) ulam_hash_hex(self->source, bytes.data, bytes.size);
    ulam_bytes_free(&bytes);
    return status ? ulam_fail_memory(error, "opening a program") : ULAM_OK;
}

/* The first script of the command, for those who read the result file. */
static const char *source_text(const ulam_served *self)
{
    for (size_t i = 0; i < self->program->n_words; i++) {
        const ulam_file *file = self->word_files[i];
        if (file && strlen(file->content) == file->size) return file->content;
    }
    return NULL;
}

ulam_status ulam_served_open(const ulam_model_reference *reference, ulam_served **served, ulam_open_model *opened,
                             ulam_error *error)
{
    const ulam_program *program = reference->program;
    ulam_served *self = *served = calloc(1, sizeof *self);
    if (self) self->word_files = calloc(program->n_words, sizeof *self->word_files);
    if (!self || !self->word_files) return ulam_fail_memory(error, "opening a program");
    self->program = program;
    self->folder = reference->folder;
    self->model = program->model;
    self->model.source = self->source;
    self->model.run = run_nothing;
    ulam_status status = load_files(self, reference, error);
    if (!status && self->template) status = ulam_placeholders_check(&self->model, self->template, error);
    if (!status) status = fingerprint(self, error);
    self->service = program->once ? ulam_once_service : ulam_dialogue_service;
    self->service.self = self;
    opened->model = &self->model;
    opened->source = source_text(self);
    opened->service = &self->service;
    return status;
}

void ulam_served_close(ulam_served *self)
{
    if (self) free(self->word_files);
    free(self);
}

static ulam_status check_file(const ulam_served *self, const ulam_file *file, ulam_error *error)
{
    ulam_bytes now = {0};
    char *path = ulam_served_path(self, file->path);
    ulam_status status = path ? ulam_file_read(path, &now, error) : ulam_fail_memory(error, "opening a program");
    if (status == ULAM_EIO) error->status = status = ULAM_EINVAL;
    if (!status && (now.size != file->size || (now.size && memcmp(now.data, file->content, now.size) != 0)))
        status = ulam_fail(error, ULAM_EINVAL, "the file %s is not what it was when this job was read", path);
    ulam_bytes_free(&now);
    free(path);
    return status;
}

ulam_status ulam_served_check_files(const ulam_served *self, ulam_error *error)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < self->program->n_words && !status; i++)
        if (self->word_files[i]) status = check_file(self, self->word_files[i], error);
    return status;
}
