/* A declared program, opened: by which it is known, and where it is started. */

#ifndef ULAM_SERVED_H
#define ULAM_SERVED_H

#include <ulam/open_model.h>
#include <ulam/program.h>

#include "recipe.h"

typedef struct {
    const ulam_program *program;
    ulam_model model;   /* the declared one, with its source */
    const char *folder; /* of the job, "jobs/"; "": the current directory */
    const ulam_file *
        *word_files; /* [n_words]: the word is the path of this file, which belongs to the job; NULL: it is none */
    const ulam_file *template; /* NULL: there is none */
    char source[ULAM_HASH_SIZE];
    ulam_service service;
} ulam_served;

/* Opens the program of a reference. On success opened has its model and service; whatever it returns, *served goes to
 * ulam_served_close(). ULAM_EINVAL, ULAM_ENOMEM, and what reference->load returns. */
ulam_status ulam_served_open(const ulam_model_reference *reference, ulam_served **served, ulam_open_model *opened,
                             ulam_error *error);
void ulam_served_close(ulam_served *self);

/* ULAM_EINVAL: a file of the command is not there, or is not the one that the job was read with. */
ulam_status ulam_served_check_files(const ulam_served *self, ulam_error *error);

/* Where a path that starts at the job's folder lies. The caller frees it. NULL: out of memory. */
char *ulam_served_path(const ulam_served *self, const char *path);

#endif
