/* The child process that performs isolated runs, and the memory through which it answers. */

#ifndef ULAM_ISOLATED_CHILD_H
#define ULAM_ISOLATED_CHILD_H

#include <stdatomic.h>

#include <sys/types.h>

#include <ulam/isolate.h>
#include <ulam/job.h>

/* ulam_isolated_board.progress; further on it is ULAM_CHILD_RUNNING + the runs done. */
enum {
    ULAM_CHILD_IDLE,       /* the command has not been taken up */
    ULAM_CHILD_SETTING_UP, /* the point */
    ULAM_CHILD_RUNNING
};

/* Shared memory. The parent writes a command, then a byte to the child; the child the rest, then a byte back. */
typedef struct {
    ulam_stretch command;
    size_t stride; /* runs that there is room for */
    _Atomic uint64_t progress;
    ulam_error failure; /* of the run at which the child stopped (ULAM_ERUN), or of the point's setup */
    double values[];    /* [element][stride]; of as many runs as progress says */
} ulam_isolated_board;

/* What the child is started with. */
typedef struct {
    const ulam_job *job;
    ulam_isolated_board *board;
    int commands; /* a stream socket; its end means: leave */
    int report;   /* takes the place of standard error */
    pid_t parent;
} ulam_isolated_terms;

/* Becomes the child, right after the fork and with all signals blocked: lets go of what belongs to the parent, takes
 * commands, and never returns. */
_Noreturn void ulam_isolated_child(const ulam_isolated_terms *terms);

#endif
