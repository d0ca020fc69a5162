#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "image.h"
#include "sample_file.h"
#include "samples.h"

enum {
    NEW_FILE = 2001 /* numbers a temporary */
};

struct ulam_samples_joint {
    const ulam_state *state;
    char *path, *temporary;
    ulam_sample_file file;
};

static ulam_status make(ulam_samples_joint *self, ulam_error *error)
{
    const ulam_job *job = self->state->job;
    if (access(self->path, F_OK) == 0)
        return ulam_fail(error, ULAM_EINVAL, "%s exists; name another file with -o, or move it away", self->path);
    if (asprintf(&self->temporary, ULAM_TEMPORARY_NAME, self->path, (long)getpid(), NEW_FILE) < 0) {
        self->temporary = NULL;
        return ulam_fail_memory(error, "merging samples");
    }
    unlink(self->temporary); /* of a dead process with this one's number */
    ulam_status status = ulam_sample_file_create(self->temporary, job, false, error);
    if (!status) status = ulam_sample_file_open(&self->file, self->temporary, job, ULAM_SAMPLES_WRITE, false, error);
    if (!status) status = ulam_sample_file_reserve(&self->file, error);
    return status ? status : ulam_sample_file_fill(&self->file, self->state, error);
}

ulam_status ulam_samples_joint_make(ulam_samples_joint **self, const char *output, const ulam_state *state,
                                    ulam_error *error)
{
    *self = calloc(1, sizeof **self);
    if (!*self) return ulam_fail_memory(error, "merging samples");
    (*self)->state = state;
    (*self)->file.file = -1;
    (*self)->path = ulam_samples_path(output);
    return (*self)->path ? make(*self, error) : ulam_fail_memory(error, "merging samples");
}

ulam_status ulam_samples_joint_add(ulam_samples_joint *self, const char *from, const ulam_state *known,
                                   const size_t *place, ulam_error *error)
{
    ulam_sample_file part = {.file = -1};
    char *path = ulam_samples_path(from);
    if (!path) return ulam_fail_memory(error, "merging samples");
    ulam_status status = ulam_sample_file_open(&part, path, self->state->job, ULAM_SAMPLES_READ, false, error);
    if (!status) status = ulam_sample_file_check(&part, known, place, &self->file, error);
    ulam_sample_file_close(&part, NULL);
    free(path);
    return status;
}

ulam_status ulam_samples_joint_settle(ulam_samples_joint *self, ulam_error *error)
{
    const ulam_status status = ulam_image_settle(self->temporary, self->path, error);
    if (status) return status;
    free(self->temporary);
    self->temporary = NULL;
    return ULAM_OK;
}

void ulam_samples_joint_close(ulam_samples_joint *self)
{
    if (!self) return;
    ulam_sample_file_close(&self->file, NULL);
    if (self->temporary) unlink(self->temporary);
    free(self->temporary);
    free(self->path);
    free(self);
}
