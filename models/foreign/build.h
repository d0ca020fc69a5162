/* A model's source turned into an object: out of the cache, or by the compiler. */

#ifndef ULAM_BUILD_H
#define ULAM_BUILD_H

#include <limits.h>

#include <ulam/bytes.h>
#include <ulam/model.h>
#include <ulam/status.h>

#include "compiler.h"

/* Makes the shared object of a source, which messages call name. path receives the file in the cache that holds it; empty:
 * it is in no file. ULAM_EINVAL: it does not compile, or there is no compiler and nothing in the cache. */
ulam_status ulam_build(const ulam_language *language, const char *name, const ulam_file *source, ulam_bytes *object,
                       char path[PATH_MAX], ulam_error *error);

#endif
