/* A program that was started, whose standard error is listened to. */

#ifndef ULAM_CHILD_H
#define ULAM_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#include <ulam/status.h>

#include "warden.h"

enum {
    ULAM_LAST_WORDS = 512
};

typedef struct {
    const char *const
        *words;         /* the program and its arguments, up to a NULL; a name without a slash is looked for in PATH */
    const char *folder; /* in which it is started; "": this one */
    int input, output;  /* become its standard streams */
} ulam_child_plan;

/* Starts as {0}. */
typedef struct {
    ulam_warden *warden;
    pid_t process; /* 0: none */
    int errors;    /* its standard error; -1: closed */
    bool known;    /* how it ended: outcome, as waitpid() gives it */
    int outcome;
    char said[4096]; /* [n_said], the latest that came from its standard error */
    size_t n_said;
} ulam_child;

/* Starts a program in a process group of its own, which ends with the calling thread at the latest. ULAM_EINVAL: there is no
 * such program or folder; ULAM_ESYSTEM. */
ulam_status ulam_child_start(ulam_child *self, const ulam_child_plan *plan, ulam_warden *warden, ulam_error *error);

/* Takes what it wrote to standard error. */
void ulam_child_hear(ulam_child *self);

/* Whether it has ended; waits up to that many seconds for it. What it started and left behind is ended too. */
bool ulam_child_ended(ulam_child *self, double patience);

/* Ends it with all that it started. Nothing is done if it has ended. */
void ulam_child_end(ulam_child *self);

/* "exited with status 1; last message: ..." of one that has ended. */
void ulam_child_describe_end(const ulam_child *self, char text[ULAM_LAST_WORDS]);

/* "; last message: ...", its last line on standard error, printable; or empty. */
void ulam_child_last_words(const ulam_child *self, char text[ULAM_LAST_WORDS]);

#endif
