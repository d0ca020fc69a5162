/* Whole files, and bytes as a file of the system's memory. */

#ifndef ULAM_FOREIGN_FILE_H
#define ULAM_FOREIGN_FILE_H

#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

/* Appends the content of a file. ULAM_EIO, ULAM_ENOMEM. */
ulam_status ulam_file_read(const char *path, ulam_bytes *bytes, ulam_error *error);

/* A descriptor of a file that exists in memory alone and holds data, at its start; -1 with errno set. */
int ulam_file_in_memory(const char *name, const void *data, size_t size);

/* Writes all of data. False: errno says why not. */
bool ulam_file_put(int descriptor, const void *data, size_t size);

#endif
