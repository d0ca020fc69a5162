/* The opener: by the ending of its path a model is compiled and loaded, or loaded as it is; a mapping is a program. */

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/foreign.h>

#include "build.h"
#include "compiler.h"
#include "object.h"
#include "recipe.h"
#include "served.h"

/* An opened model; its handle. */
typedef struct {
    ulam_object object;
    ulam_model model; /* the object's own, known by its source */
    char source[ULAM_HASH_SIZE];
    ulam_served *program; /* instead of all that; NULL: it is none */
} foreign;

static bool is_shared_object(const char *path)
{
    const size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".so") == 0;
}

/* On one line, whatever the job file has there. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text)) *text = '?';
}

static ulam_status fail_ending(const ulam_model_reference *reference, ulam_error *error)
{
    char shown[96];
    snprintf(shown, sizeof shown, "'%.80s'", reference->text);
    make_printable(shown);
    return ulam_fail(error, ULAM_EINVAL,
                     "model is %s, expected the name of a model, or a path that ends in .c, .cc, .cpp, .cxx or .so",
                     shown);
}

/* Puts the model's object into opened->object. path: where a file holds it, or empty. */
static ulam_status get_object(const ulam_model_reference *reference, const ulam_language *language, const char *name,
                              const ulam_file *source, ulam_open_model *opened, char path[PATH_MAX], ulam_error *error)
{
    *path = '\0';
    if (!reference->object) return ulam_build(language, name, source, &opened->object, path, error);
    if (ulam_bytes_put(&opened->object, reference->object, reference->object_size))
        return ulam_fail_memory(error, "loading a model");
    return ULAM_OK;
}

static ulam_status load(foreign *self, const char *name, const ulam_file *file, const char *path, const void *object,
                        size_t size, ulam_error *error)
{
    const ulam_model *model = NULL;
    const ulam_status status = ulam_object_open(&self->object, name, path, object, size, &model, error);
    if (status) return status;
    ulam_hash_hex(self->source, file->content, file->size);
    self->model = *model;
    self->model.source = self->source;
    return ULAM_OK;
}

/* As messages and the compiler name the model: the path from here on, and not from the job's folder. */
static void name_model(const ulam_model_reference *reference, char name[PATH_MAX])
{
    const char *folder = *reference->text == '/' ? "" : reference->folder, *text = reference->text;
    if (*folder && strncmp(text, "./", 2) == 0) text += 2;
    snprintf(name, PATH_MAX, "%s%s", folder, text);
    make_printable(name);
}

static ulam_status open_code(foreign *self, const ulam_model_reference *reference, ulam_open_model *opened,
                             ulam_error *error)
{
    char name[PATH_MAX], path[PATH_MAX] = "";
    const ulam_file *file = NULL;
    const ulam_language *language = ulam_language_of(reference->text);
    if (!language && !is_shared_object(reference->text)) return fail_ending(reference, error);
    name_model(reference, name);
    ulam_status status = reference->load(reference->files, reference->text, &file, error);
    if (status) return status;
    if (language) status = get_object(reference, language, name, file, opened, path, error);
    const void *object = language ? opened->object.data : (const void *)file->content;
    if (!status) status = load(self, name, file, path, object, language ? opened->object.size : file->size, error);
    if (status) return status;
    opened->model = &self->model;
    opened->source = language ? file->content : NULL;
    return ULAM_OK;
}

static ulam_status open_foreign(void *nobody, const ulam_model_reference *reference, ulam_open_model *opened,
                                ulam_error *error)
{
    (void)nobody;
    foreign *self = opened->handle = calloc(1, sizeof *self);
    if (!self) return ulam_fail_memory(error, "loading a model");
    self->object.memory = -1;
    return reference->program ? ulam_served_open(reference, &self->program, opened, error)
                              : open_code(self, reference, opened, error);
}

static void close_foreign(void *nobody, ulam_open_model *opened)
{
    (void)nobody;
    foreign *self = opened->handle;
    if (self) ulam_object_close(&self->object);
    if (self) ulam_served_close(self->program);
    free(self);
    opened->handle = NULL;
}

const ulam_model_opener *ulam_foreign_models(void)
{
    static const ulam_model_opener opener = {.open = open_foreign, .close = close_foreign};
    return &opener;
}
