#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "difference.h"
#include "hdf5_read.h"
#include "merging.h"
#include "pool.h"
#include "read_parts.h"

ulam_status ulam_merging_begin(ulam_merging *self, const ulam_catalogue *catalogue)
{
    const ulam_status status = ulam_read_any_job(&self->job, self->paths[0], true, catalogue, self->error);
    if (status) return status;
    if (self->job.until.n_targets)
        return ulam_fail(self->error, ULAM_EINVAL,
                         "%s is of a job with `until`, whose points end where their own runs are precise enough; only "
                         "files of jobs with `runs` can be merged",
                         self->paths[0]);
    if (self->pools && ulam_job_has_chains(&self->job))
        return ulam_fail(
            self->error, ULAM_EINVAL,
            "%s is of a job of chains, which cannot be pooled with others of another seed; parts of one job "
            "can be merged",
            self->paths[0]);
    self->identity = self->pools ? ulam_pool_identity(&self->job) : ulam_job_identity(&self->job);
    return self->identity ? ULAM_OK : ulam_fail_memory(self->error, "merging");
}

void ulam_merging_end(ulam_merging *self)
{
    ulam_provenance_free(&self->provenance);
    free(self->identity);
    ulam_job_free(&self->job);
}

/* Makes one line of several. Takes over the text, which may be NULL. */
static ulam_status fail_difference(const ulam_merging *self, const char *path, const char *than, char *text)
{
    if (!text) return ulam_fail_memory(self->error, "merging");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n') text[--length] = '\0';
    for (char *at = strchr(text, '\n'); at; at = strchr(at, '\n')) *at = ';';
    ulam_fail(self->error, ULAM_EINVAL, "%s is of another job than %s (%s); only files of one job can be merged", path,
              than, text);
    free(text);
    return ULAM_EINVAL;
}

/* Which files differ in: the first file's own identity, and what the job is today. */
static ulam_status compare_identity(const ulam_merging *self, size_t i, const char *identity)
{
    char *text = NULL;
    size_t size = 0;
    const char *path = self->paths[i];
    if (strcmp(identity, self->identity) == 0) return ULAM_OK;
    FILE *out = open_memstream(&text, &size);
    if (!out) return ulam_fail_memory(self->error, "merging");
    const ulam_named_identity file = {identity, i > 0 ? path : "the file"},
                              first = {self->identity, i > 0 ? self->paths[0] : "this program"};
    ulam_identity_difference(out, &first, &file, false);
    if (fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    return fail_difference(self, path, i > 0 ? self->paths[0] : "this version of the model would make", text);
}

ulam_status ulam_merging_read(const ulam_merging *self, size_t i, ulam_merged_file *file)
{
    ulam_bytes image;
    ulam_h5 h5;
    *file = (ulam_merged_file){0};
    ulam_read_open(&h5, &image, self->paths[i], self->error);
    char *identity = h5.status == ULAM_OK ? ulam_h5_need_text(&h5, h5.file, "identity") : NULL;
    ulam_status other = ULAM_OK;
    if (h5.status == ULAM_OK && self->pools) ulam_pool_drop_seed(identity);
    if (h5.status == ULAM_OK) other = compare_identity(self, i, identity);
    if (h5.status == ULAM_OK && other == ULAM_OK) {
        ulam_stored_read(&file->stored, &h5, &self->job);
        if (h5.status == ULAM_OK) h5.status = ulam_stored_unpack(&file->stored, h5.error);
        file->facts.n_points = file->stored.job.n_points;
        if (self->pools) ulam_read_failures(&h5, &file->facts);
        ulam_read_provenance(&h5, &file->facts.provenance);
    }
    free(identity);
    const ulam_status status = ulam_read_close(&h5, &image, self->paths[i]);
    return status ? status : other;
}

void ulam_merged_free(ulam_merged_file *self)
{
    ulam_stored_free(&self->stored);
    ulam_result_free(&self->facts);
}

ulam_status ulam_merging_add_sessions(ulam_merging *self, ulam_merged_file *file)
{
    ulam_provenance *all = &self->provenance, *from = &file->facts.provenance;
    if (from->count == 0) return ULAM_OK;
    ulam_session *sessions = realloc(all->sessions, (all->count + from->count) * sizeof *sessions);
    if (!sessions) return ulam_fail_memory(self->error, "merging");
    memcpy(sessions + all->count, from->sessions, from->count * sizeof *sessions);
    all->sessions = sessions;
    all->count += from->count;
    from->count = 0; /* their texts have moved */
    return ULAM_OK;
}
