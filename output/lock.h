/* One writer: a job holds a lock beside its output, PATH.lock, while it may write there.
 *
 * The lock is the system's (flock), so that no death can leave it held: at most the empty file is left, which the next job
 * takes over and removes. On a file system without flock the file itself is the lock: it names host, process and that
 * process's start, and its time of change is the holder's heartbeat. */

#ifndef ULAM_LOCK_H
#define ULAM_LOCK_H

#include <stdbool.h>

#include <ulam/status.h>

enum {
    ULAM_LOCK_HEARTBEAT = 300 /* s without a touch after which a lock that is only a file counts as left behind */
};

/* Starts as {0}; not to be copied while it is held. */
typedef struct {
    char *output; /* as the caller named it */
    char *target; /* the file that is written, links followed */
    char *path;   /* of the lock */
    int file;     /* descriptor of the lock */
    bool held;
    bool file_only; /* the file system has no flock */
    char left[64];  /* the note of a holder that died; empty: none did, or it left none */
} ulam_output_lock;

/* Takes the lock of the result file at path, which need not exist, and removes the temporaries that dead jobs left beside
 * it. ULAM_EINVAL: another job holds it; the message names path, host and process. ULAM_EIO: no lock can be made there;
 * ULAM_ENOMEM. Whatever it returns, ulam_output_lock_release() may be called. */
ulam_status ulam_output_lock_take(ulam_output_lock *self, const char *path, ulam_error *error);

/* Leaves a word in the lock, without blanks, for the job that takes it over should this one die. What cannot be written is
 * forgone. */
void ulam_output_lock_leave_note(ulam_output_lock *self, const char *note);

/* Shows that the holder is alive, and that the lock is still its own: to be called at least once a minute. ULAM_EIO: the
 * lock is gone, another job may have taken it. */
ulam_status ulam_output_lock_touch(ulam_output_lock *self, ulam_error *error);

/* Removes the lock. Twice is harmless. */
void ulam_output_lock_release(ulam_output_lock *self);

/* As ulam_output_lock_take(), with another function in flock's place. */
ulam_status ulam_output_lock_take_with(ulam_output_lock *self, const char *path, int (*lock)(int file, int operation),
                                       ulam_error *error);

#endif
