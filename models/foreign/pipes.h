/* Both pipes to a program: lines come in while bytes go out, and neither waits for the other. */

#ifndef ULAM_PIPES_H
#define ULAM_PIPES_H

#include <signal.h>
#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

#include "child.h"

typedef struct {
    int to, from;   /* -1: closed */
    ulam_bytes out; /* to be written */
    ulam_bytes in;  /* read; of it [taken] lines have been taken */
    size_t taken;
    size_t searched; /* there is no end of a line in the bytes from taken up to here */
} ulam_pipes;

void ulam_pipes_init(ulam_pipes *self);
void ulam_pipes_free(ulam_pipes *self);

/* Makes the pipes and forgets what was read; the program's ends, which the caller closes, go into input and output. */
ulam_status ulam_pipes_open(ulam_pipes *self, int *input, int *output, ulam_error *error);
void ulam_pipes_close_far_ends(int input, int output);
void ulam_pipes_close_output(ulam_pipes *self); /* the program's input ends */
void ulam_pipes_close(ulam_pipes *self);

/* Writes and reads what can be, and listens to the child; waits at most that many ms for something to happen. False: nothing
 * more will come. */
bool ulam_pipes_exchange(ulam_pipes *self, ulam_child *child, int milliseconds);

/* Bytes that are read and not taken. */
size_t ulam_pipes_unread(const ulam_pipes *self);
bool ulam_pipes_are_open(const ulam_pipes *self);

/* The next line, without its end, until the next exchange. */
bool ulam_pipes_has_line(ulam_pipes *self);
const char *ulam_pipes_take_line(ulam_pipes *self, size_t *size);

/* Keeps SIGPIPE from this thread, which would end a process that writes to a program that has ended. */
typedef struct {
    sigset_t before;
    bool pending;
} ulam_pipe_signal;
void ulam_pipe_signal_block(ulam_pipe_signal *self);
void ulam_pipe_signal_restore(ulam_pipe_signal *self);

#endif
