/* Objects that were compiled before: files RECIPE-COMPILER.so in a folder of the user's, each with the hash of its content
 * behind it. They may be deleted at any time. */

#ifndef ULAM_CACHE_H
#define ULAM_CACHE_H

#include <limits.h>
#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

#include "recipe.h"

/* Where an object lies; both hashes as ulam_hash_hex() gives. */
typedef struct {
    char recipe[ULAM_HASH_SIZE];
    char compiler[ULAM_HASH_SIZE]; /* empty: there is none */
} ulam_cache_key;

/* The cache folder, whether it is there or not: $XDG_CACHE_HOME/ulam or ~/.cache/ulam. False: neither is set. */
bool ulam_cache_folder(char folder[PATH_MAX]);

/* Reads the object of that key; without a compiler, one that any compiler made of the recipe. path receives where it
 * lies. False: there is none that is whole. */
bool ulam_cache_get(const ulam_cache_key *key, ulam_bytes *object, char path[PATH_MAX]);

/* A file to compile into, named by path: in the cache folder, which is made if need be, or where that cannot be written
 * in a private folder of its own, with *kept false. ULAM_ESYSTEM: there neither. */
ulam_status ulam_cache_begin(char path[PATH_MAX], bool *kept, ulam_error *error);

/* Reads the object that was compiled into path and moves it to the key's place, or removes it if it is not to be kept;
 * path receives where it lies, or becomes empty. ULAM_EIO, ULAM_ENOMEM. */
ulam_status ulam_cache_end(const ulam_cache_key *key, char path[PATH_MAX], bool kept, ulam_bytes *object,
                           ulam_error *error);

/* Removes what ulam_cache_begin() made. */
void ulam_cache_abandon(const char *path, bool kept);

#endif
