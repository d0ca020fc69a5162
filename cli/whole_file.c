#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "whole_file.h"

static ulam_status fail(const char *path, int cause, ulam_error *error)
{
    return strcmp(path, "-") == 0 ? ulam_fail(error, ULAM_EIO, "cannot write to standard output: %s", strerror(cause))
                                  : ulam_fail(error, ULAM_EIO, "cannot write %s: %s", path, strerror(cause));
}

/* Something that a file cannot take the place of. */
static bool is_special(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static void forget_names(ulam_whole_file *self)
{
    free(self->temporary);
    free(self->target);
    self->temporary = self->target = NULL;
}

ulam_status ulam_whole_file_open(ulam_whole_file *self, const char *path, ulam_error *error)
{
    *self = (ulam_whole_file){.path = path, .out = stdout};
    if (strcmp(path, "-") == 0) return ULAM_OK;
    if (is_special(path)) {
        self->out = fopen(path, "w");
        return self->out ? ULAM_OK : fail(path, errno, error);
    }
    struct stat facts;
    self->target = lstat(path, &facts) == 0 ? realpath(path, NULL) : strdup(path);
    if (!self->target) return fail(path, errno, error); /* a link that leads nowhere */
    if (asprintf(&self->temporary, "%s.tmp-%ld", self->target, (long)getpid()) < 0) {
        self->temporary = NULL;
        forget_names(self);
        return ulam_fail_memory(error, "naming a temporary file");
    }
    self->out = fopen(self->temporary, "wx");
    if (self->out) return ULAM_OK;
    const int cause = errno;
    forget_names(self);
    return fail(path, cause, error);
}

ulam_status ulam_whole_file_close(ulam_whole_file *self, bool keep, ulam_error *error)
{
    int cause = 0;
    if (fflush(self->out) || ferror(self->out)) cause = errno ? errno : EIO;
    if (self->temporary && !cause && keep && fsync(fileno(self->out))) cause = errno;
    if (self->out != stdout && fclose(self->out) && !cause) cause = errno;
    if (self->temporary && !cause && keep && rename(self->temporary, self->target)) cause = errno;
    if (self->temporary && (cause || !keep)) unlink(self->temporary);
    forget_names(self);
    return cause ? fail(self->path, cause, error) : ULAM_OK;
}
