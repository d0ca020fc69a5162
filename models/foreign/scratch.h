/* Scratch: a folder under $TMPDIR in which a program works, and is not found afterwards. */

#ifndef ULAM_SCRATCH_H
#define ULAM_SCRATCH_H

#include <limits.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

/* Makes a private folder, path[size]. ULAM_ESYSTEM. */
ulam_status ulam_scratch_make(char *path, size_t size, ulam_error *error);

/* Makes a folder empty, which is there or not. ULAM_ESYSTEM. */
ulam_status ulam_scratch_renew(const char *path, ulam_error *error);

/* Removes a folder and what is in it, as far as can be. */
void ulam_scratch_remove(const char *path);

#endif
