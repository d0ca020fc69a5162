/* Models that are not built in: what a job says of one, and who opens it.
 *
 * A catalogue may have an opener. What a job names behind `model:` and no catalogue has, a path or a mapping, is its to
 * open: to compile, to load, to start. */

#ifndef ULAM_OPEN_MODEL_H
#define ULAM_OPEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/bytes.h>
#include <ulam/model.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a job says of its model. All of it outlives the opened model, except where it was opened by ulam_model_open(). */
typedef struct {
    const char *text; /* behind `model:`, "./needle.c"; a mapping as one line of YAML, "{command: [python3, sim.py]}" */
    const struct ulam_program *program; /* <ulam/program.h>: what a mapping declares; NULL: text is a path */
    const char *folder;                 /* where its relative paths start, "jobs/"; "": the current directory */
    const unsigned char *object;        /* [object_size], what opening it on another rank left; NULL: nothing did */
    size_t object_size;
    /* Gives the content of a file that belongs to the model, path starting at folder. It is kept with the job: it stands in
     * the result file, and a job that comes from there or from another rank brings it. Ask in the same order each time. */
    void *files;
    ulam_status (*load)(void *files, const char *path, const ulam_file **file, ulam_error *error);
    bool (*has)(void *files, const char *path); /* whether there is such a file; ask right before load */
} ulam_model_reference;

/* Starts as {0}. */
typedef struct {
    const ulam_model *model; /* its `source` is a fingerprint of all that it is made from */
    const char *source;      /* its text, for those who read the result file; of the reference; NULL: it has none */
    ulam_bytes object; /* what spares other ranks the opening: a compiled object; sent to them, not kept in files */
    const struct ulam_service *service; /* performs the runs instead of the model's functions; NULL: these do */
    void *handle;                       /* the opener's own */
} ulam_open_model;

typedef struct ulam_model_opener {
    void *self;
    /* ULAM_EINVAL: there is no such model, or it is of no use; the message names it and has no position. Otherwise as its
     * parts return. Whatever it returns, close() is called. */
    ulam_status (*open)(void *self, const ulam_model_reference *reference, ulam_open_model *opened, ulam_error *error);
    void (*close)(void *self, ulam_open_model *opened);
} ulam_model_opener;

/* Opens what text refers to, outside a job: its paths start at the current directory. ULAM_EINVAL, also where the
 * catalogue has no opener. Whatever it returns, ulam_model_close() may be called. */
ulam_status ulam_model_open(const ulam_catalogue *catalogue, const char *text, ulam_open_model *opened,
                            ulam_error *error);
void ulam_model_close(const ulam_catalogue *catalogue, ulam_open_model *opened);

#ifdef __cplusplus
}
#endif

#endif
