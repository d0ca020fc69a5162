/* A shared object with a model in it, loaded. */

#ifndef ULAM_OBJECT_H
#define ULAM_OBJECT_H

#include <ulam/bytes.h>
#include <ulam/model.h>
#include <ulam/status.h>

/* Starts as {.memory = -1}. */
typedef struct {
    void *library;
    int memory; /* descriptor of the copy that was loaded; -1: none was needed */
} ulam_object;

/* Judges bytes that are to be a shared object of this kind of machine. ULAM_EINVAL says what they are instead. */
ulam_status ulam_object_judge(const char *name, const void *data, size_t size, ulam_error *error);

/* Loads it, from the file at path that holds it (empty: none does) or from data, and gives the model that ULAM_MODEL() names in it. ULAM_EINVAL: it
 * lacks a symbol, or was compiled for another interface. Whatever it returns, ulam_object_close() may be called. */
ulam_status ulam_object_open(ulam_object *self, const char *name, const char *path, const void *data, size_t size,
                             const ulam_model **model, ulam_error *error);
void ulam_object_close(ulam_object *self);

#endif
