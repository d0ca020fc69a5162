#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "whole_file.h"

static ulam_status fail(const char *path, int cause, ulam_error *error)
{
    return strcmp(path, "-") == 0 ? ulam_fail(error, ULAM_EIO, "cannot write to standard output: %s", strerror(cause))
                                  : ulam_fail(error, ULAM_EIO, "cannot write %s: %s", path, strerror(cause));
}

ulam_status ulam_whole_file_open(ulam_whole_file *self, const char *path, ulam_error *error)
{
    *self = (ulam_whole_file){.path = path, .out = stdout};
    if (strcmp(path, "-") == 0) return ULAM_OK;
    if (asprintf(&self->temporary, "%s.tmp-%ld", path, (long)getpid()) < 0) {
        self->temporary = NULL;
        return ulam_fail_memory(error, "naming a temporary file");
    }
    self->out = fopen(self->temporary, "wx");
    if (self->out) return ULAM_OK;
    free(self->temporary);
    return fail(path, errno, error);
}

ulam_status ulam_whole_file_close(ulam_whole_file *self, bool keep, ulam_error *error)
{
    int cause = 0;
    if (fflush(self->out) || ferror(self->out)) cause = errno ? errno : EIO;
    if (self->temporary) {
        if (!cause && keep && fsync(fileno(self->out))) cause = errno;
        if (fclose(self->out) && !cause) cause = errno;
        if (!cause && keep && rename(self->temporary, self->path)) cause = errno;
        if (cause || !keep) unlink(self->temporary);
        free(self->temporary);
    }
    return cause ? fail(self->path, cause, error) : ULAM_OK;
}
