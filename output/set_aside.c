#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "image.h"
#include "result_file.h"

/* A name of that time which the first attempts leave plain; the caller frees it. NULL: out of memory. */
static char *name_aside(const char *target, const char *stamp, unsigned attempt)
{
    const char *slash = strrchr(target, '/'), *dot = strrchr(slash ? slash : target, '.');
    const bool has_suffix = dot && strcmp(dot, ".h5") == 0;
    const int stem = (int)(has_suffix ? (size_t)(dot - target) : strlen(target));
    char number[16] = "", *name;
    if (attempt > 0) snprintf(number, sizeof number, ".%u", attempt);
    const int length = asprintf(&name, "%.*s.old-%s%s%s", stem, target, stamp, number, has_suffix ? ".h5" : "");
    return length < 0 ? NULL : name;
}

static ulam_status fail_system(const char *path, ulam_error *error)
{
    return ulam_fail(error, ULAM_EIO, "%s: cannot set the file aside: %s", path, strerror(errno));
}

/* Never over another file: a hard link cannot be; where there are none, a look comes first. */
static int move(const char *from, const char *to)
{
    if (link(from, to) == 0) return unlink(from);
    if (errno == EEXIST || errno == ENOENT) return -1;
    if (access(to, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

ulam_status ulam_result_set_aside(const char *path, char **aside, ulam_error *error)
{
    enum {
        ATTEMPTS = 10000
    };
    char stamp[32], *target = NULL;
    const time_t now = time(NULL);
    struct tm utc;
    *aside = NULL;
    ulam_status status = ulam_image_target(path, &target, error);
    if (status == ULAM_OK && access(target, F_OK) != 0) {
        status = errno == ENOENT ? ULAM_OK : fail_system(path, error);
        goto out;
    }
    if (status != ULAM_OK) goto out;
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", gmtime_r(&now, &utc));
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        *aside = name_aside(target, stamp, i);
        if (!*aside) {
            status = ulam_fail_memory(error, "setting a file aside");
            goto out;
        }
        if (move(target, *aside) == 0) goto out;
        const bool taken = errno == EEXIST;
        if (!taken) status = fail_system(path, error);
        free(*aside);
        *aside = NULL;
        if (!taken) goto out;
    }
    status = ulam_fail(error, ULAM_EIO, "%s: cannot set the file aside: every name is taken", path);
out:
    free(target);
    return status;
}
