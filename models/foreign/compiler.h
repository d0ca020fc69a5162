/* The system's compilers, and one call of one. */

#ifndef ULAM_COMPILER_H
#define ULAM_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/bytes.h>
#include <ulam/model.h>
#include <ulam/status.h>

/* What a model may be written in. */
typedef struct {
    const char *endings[4]; /* of the file's name, up to a NULL */
    const char *name;       /* as a sentence has it */
    const char *variable;   /* of the environment, which names the compiler */
    const char *command;    /* where that is not set */
    const char *language;   /* as `-x` takes it */
    const char *standard;
} ulam_language;

/* The language of a file by the ending of its name; NULL: none that is compiled here. */
const ulam_language *ulam_language_of(const char *path);

enum {
    ULAM_COMPILER_WORDS = 16
};

/* Starts as {0}. */
typedef struct {
    char *text;                       /* owned; what the words point into */
    char *words[ULAM_COMPILER_WORDS]; /* the command and its first arguments, up to a NULL */
    char *path;                       /* of the command; owned; NULL: it is not there */
    ulam_bytes version;               /* what it answers to --version */
} ulam_compiler;

/* Finds the language's compiler. A compiler that is not there is no failure: path is NULL then. Whatever it returns,
 * ulam_compiler_free() may be called. ULAM_EINVAL: the variable cannot be made sense of; ULAM_ENOMEM. */
ulam_status ulam_compiler_find(ulam_compiler *self, const ulam_language *language, ulam_error *error);
void ulam_compiler_free(ulam_compiler *self);

/* The flags that decide how the object comes out, up to a NULL. */
extern const char *const ulam_compiler_flags[];

/* Compiles source into a shared object at `object`. The compiler's own messages go to standard error as they are, and name
 * the file `name`. ULAM_EINVAL: it does not compile, or includes a file beside it. */
ulam_status ulam_compile(const ulam_compiler *self, const ulam_language *language, const char *headers,
                         const char *name, const ulam_file *source, const char *object, ulam_error *error);

#endif
