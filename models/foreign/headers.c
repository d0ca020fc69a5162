#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "file.h"
#include "recipe.h"

void ulam_hash_hex(char hex[ULAM_HASH_SIZE], const void *data, size_t size)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    for (size_t i = 0; i < sizeof canonical.digest; i++) sprintf(hex + 2 * i, "%02x", canonical.digest[i]);
}

static bool holds_headers(const char *folder)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/ulam/model.h", folder);
    return access(path, R_OK) == 0;
}

ulam_status ulam_headers_find(char *folder, size_t size, ulam_error *error)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) {
        *slash = '\0';
        snprintf(folder, size, "%s/" ULAM_HEADERS_FROM_PROGRAM, program);
        if (holds_headers(folder)) return ULAM_OK;
    }
    snprintf(folder, size, "%s", ULAM_HEADERS_IN_SOURCE);
    if (holds_headers(folder)) return ULAM_OK;
    return ulam_fail(error, ULAM_ESYSTEM,
                     "the headers of ulam, which a model is compiled with, are not in %s/" ULAM_HEADERS_FROM_PROGRAM
                     "/ulam; install ulam anew",
                     program);
}

static int is_header(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 2 && strcmp(entry->d_name + length - 2, ".h") == 0;
}

ulam_status ulam_headers_put(const char *folder, ulam_bytes *recipe, ulam_error *error)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct dirent **entries = NULL;
    snprintf(path, sizeof path, "%s/ulam", folder);
    const int n = scandir(path, &entries, is_header, alphasort);
    ulam_status status = n < 0 ? ulam_fail(error, ULAM_EIO, "cannot read %s: %s", path, strerror(errno)) : ULAM_OK;
    for (int i = 0; i < n; i++) {
        ulam_bytes content = {0};
        snprintf(path, sizeof path, "%s/ulam/%s", folder, entries[i]->d_name);
        if (!status) status = ulam_file_read(path, &content, error);
        if (!status && (ulam_bytes_put_text(recipe, entries[i]->d_name) || ulam_bytes_put_u64(recipe, content.size) ||
                        ulam_bytes_put(recipe, content.data, content.size)))
            status = ulam_fail_memory(error, "reading the headers");
        ulam_bytes_free(&content);
        free(entries[i]);
    }
    free(entries);
    return status;
}
