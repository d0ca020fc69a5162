/* Warden: a process beside this one that outlives it, however it ends, and then ends the program that was started last with
 * all that it started, and removes the folder in which it worked. */

#ifndef ULAM_WARDEN_H
#define ULAM_WARDEN_H

#include <limits.h>
#include <stdatomic.h>

#include <sys/types.h>

#include <ulam/status.h>

/* Memory that the warden shares with this process and the program's first moments. */
typedef struct {
    _Atomic pid_t group;    /* of processes; 0: none */
    char scratch[PATH_MAX]; /* empty: none */
} ulam_warden_board;

/* Starts as {0}: no warden. */
typedef struct {
    ulam_warden_board *board;
    pid_t process;
    int line; /* its end tells the warden that this process has ended */
} ulam_warden;

/* Starts the warden, unless it is there. ULAM_ESYSTEM. */
ulam_status ulam_warden_start(ulam_warden *self, ulam_error *error);

/* Lets it do its work and waits for it. */
void ulam_warden_end(ulam_warden *self);

/* Makes this process, right after a fork, let go of what its parent had: standard streams become /dev/null, descriptors
 * close but for `kept`, signals are as a program finds them. */
void ulam_warden_detach(int kept);

#endif
