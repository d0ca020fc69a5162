#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "scratch.h"

enum {
    OPEN_FOLDERS = 16
};

ulam_status ulam_scratch_make(char *path, size_t size, ulam_error *error)
{
    const char *folder = getenv("TMPDIR");
    char found[PATH_MAX];
    if (!folder || !*folder) folder = "/tmp";
    if (!realpath(folder, found)) /* the program is started elsewhere */
        return ulam_fail(error, ULAM_ESYSTEM, "the folder for scratch files, %.200s (TMPDIR): %s", folder,
                         strerror(errno));
    const int n = snprintf(path, size, "%s/ulam-XXXXXX", found);
    if (n > 0 && (size_t)n < size && mkdtemp(path)) return ULAM_OK;
    const int cause = (size_t)n < size ? errno : ENAMETOOLONG;
    *path = '\0';
    return ulam_fail(error, ULAM_ESYSTEM, "cannot make a folder for scratch files in %.200s (TMPDIR): %s", found,
                     strerror(cause));
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

/* A program may have taken away its own right to write into a folder that it made. */
static int open_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)place;
    if (kind == FTW_DNR || kind == FTW_D) chmod(path, S_IRWXU);
    return 0;
}

void ulam_scratch_remove(const char *path)
{
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    if (access(path, F_OK) != 0) return;
    nftw(path, open_one, OPEN_FOLDERS, FTW_PHYS);
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

ulam_status ulam_scratch_renew(const char *path, ulam_error *error)
{
    ulam_scratch_remove(path);
    if (mkdir(path, S_IRWXU) == 0) return ULAM_OK;
    return ulam_fail(error, ULAM_ESYSTEM, "cannot make the folder %s: %s", path, strerror(errno));
}
