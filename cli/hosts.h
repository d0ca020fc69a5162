/* The hosts of a hostfile, and which of them a launcher can still reach. */

#ifndef ULAM_HOSTS_H
#define ULAM_HOSTS_H

#include <stddef.h>

#include <ulam/status.h>

/* Starts as {0}. */
typedef struct {
    char *path;    /* a temporary hostfile of the hosts that were reached, owned; NULL: none was made */
    size_t hosts;  /* in the hostfile */
    size_t within; /* reached */
} ulam_hosts;

/* Has the launcher start a process on every host of the hostfile, in turn, and keeps the lines of those that answer within
 * ten seconds. ULAM_EIO: the hostfile cannot be read, or none answers; ULAM_ENOMEM. Whatever it returns,
 * ulam_hosts_free(), which removes the file, may be called. */
ulam_status ulam_hosts_reach(ulam_hosts *self, const char *launcher, const char *hostfile, ulam_error *error);
void ulam_hosts_free(ulam_hosts *self);

#endif
