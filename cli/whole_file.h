/* A file that is there whole or not at all: it replaces what stood there only once it is written and synced. A device or
 * a pipe is written to as it is. */

#ifndef ULAM_WHOLE_FILE_H
#define ULAM_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include <ulam/status.h>

typedef struct {
    const char *path;
    char *target;    /* owned: path, with links followed */
    char *temporary; /* owned: where out leads, which another program may write to instead; NULL: to the path itself */
    FILE *out;       /* where to write */
} ulam_whole_file;

/* Opens a file beside path; "-" is standard output. Keeps a pointer to path. ULAM_EIO names it and the reason; ULAM_ENOMEM. */
ulam_status ulam_whole_file_open(ulam_whole_file *self, const char *path, ulam_error *error);

/* Puts the file into its place, or without keep removes it. ULAM_EIO: something could not be written; nothing is left then. */
ulam_status ulam_whole_file_close(ulam_whole_file *self, bool keep, ulam_error *error);

#endif
