/* What decides how an object comes out, hashed: its place in the cache. */

#ifndef ULAM_RECIPE_H
#define ULAM_RECIPE_H

#include <ulam/bytes.h>
#include <ulam/status.h>

enum {
    ULAM_HASH_SIZE = 33
};

/* The XXH3 128-bit hash of data as 32 hexadecimal digits and a NUL. */
void ulam_hash_hex(char hex[ULAM_HASH_SIZE], const void *data, size_t size);

/* The folder of the public headers, as `-I` takes it, into folder[size]: of the installation that the program belongs to,
 * or of the source tree that it was built in. ULAM_ESYSTEM: they are not there. */
ulam_status ulam_headers_find(char *folder, size_t size, ulam_error *error);

/* Appends names and contents of all headers in folder/ulam. */
ulam_status ulam_headers_put(const char *folder, ulam_bytes *recipe, ulam_error *error);

#endif
