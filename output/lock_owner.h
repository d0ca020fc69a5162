/* Who holds a lock: what its file says. */

#ifndef ULAM_LOCK_OWNER_H
#define ULAM_LOCK_OWNER_H

#include <stdbool.h>

typedef struct {
    char host[256];
    long process;
    unsigned long long start; /* of the process, in the system's ticks; 0: not known */
    char note[64];            /* a word of its own; "-": none */
} ulam_lock_owner;

/* This process. */
ulam_lock_owner ulam_lock_owner_here(void);

/* Writes the owner into the file. Returns whether that went well. */
bool ulam_lock_owner_write(const ulam_lock_owner *self, int file);

/* Returns whether the file names an owner. */
bool ulam_lock_owner_read(ulam_lock_owner *self, int file);

/* Whether the owner ran on this host, and runs no more. */
bool ulam_lock_owner_died_here(const ulam_lock_owner *self);

#endif
