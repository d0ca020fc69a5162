#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "difference.h"
#include "hdf5_read.h"
#include "pool.h"
#include "read_parts.h"
#include "stored.h"

typedef struct {
    ulam_h5 h5;
    ulam_state *state;
    bool accept_model;
    bool other_model; /* and it was accepted */
    FILE *difference; /* what was found so far */
    ulam_bytes image; /* the file's */
    ulam_result points;
    ulam_stored stored;
} resumption;

static bool differs(resumption *self) { return fflush(self->difference) == 0 && ftell(self->difference) > 0; }

static void compare_jobs(resumption *self)
{
    ulam_h5 *h5 = &self->h5;
    const ulam_job *job = self->state->job;
    char text[48], other[48];
    char *identity = ulam_h5_need_text(h5, h5->file, "identity"), *now = ulam_job_identity(job);
    const uint64_t part = ulam_h5_get_unsigned(h5, h5->file, "part"),
                   parts = ulam_h5_get_unsigned(h5, h5->file, "parts");
    if (!now) ulam_h5_fail_memory(h5);
    if (h5->status == ULAM_OK) {
        const ulam_named_identity file = {identity, "the file"}, here = {now, "the job"};
        ulam_identity_difference(self->difference, &file, &here, self->accept_model);
        self->other_model = strcmp(identity, now) != 0;
        if (part != job->part || parts != job->parts)
            fprintf(self->difference, "part: %s in the file, %s in the job\n", ulam_part_text(text, part, parts),
                    ulam_part_text(other, job->part, job->parts));
    }
    free(now);
    free(identity);
}

static void read_points(resumption *self)
{
    ulam_stored_read(&self->stored, &self->h5, self->state->job);
    ulam_read_points(&self->h5, &self->points);
    if (self->h5.status == ULAM_OK && self->points.n_points != self->stored.job.n_points)
        ulam_h5_fail_format(&self->h5, "not of the expected length", "points");
}

static void compare_points(resumption *self)
{
    self->h5.status = ulam_stored_unpack(&self->stored, self->h5.error);
    if (self->h5.status == ULAM_OK)
        ulam_stored_difference(self->difference, &self->stored, &self->points, self->state->job);
}

/* Takes over what the file knows, all or nothing. */
static void take(resumption *self)
{
    ulam_h5 *h5 = &self->h5;
    ulam_state read;
    h5->status = ulam_state_init(&read, self->state->job);
    if (h5->status != ULAM_OK) ulam_fail_memory(h5->error, "reading a state");
    if (h5->status == ULAM_OK) h5->status = ulam_stored_move(&self->stored, &read, h5->error);
    if (h5->status != ULAM_OK) {
        ulam_state_free(&read);
        return;
    }
    if (self->other_model) ulam_bytes_free(&read.witness); /* it was the other's */
    ulam_state_free(self->state);
    *self->state = read;
}

/* The file's image, its packed state and the state need not be in memory all at once. */
static ulam_file_relation compare(resumption *self, ulam_provenance *provenance)
{
    if (!ulam_pool_mention(&self->h5, self->difference)) compare_jobs(self);
    if (self->h5.status != ULAM_OK || differs(self)) return ULAM_FILE_OTHER;
    read_points(self);
    ulam_read_provenance(&self->h5, provenance);
    ulam_read_release(&self->h5, &self->image);
    if (self->h5.status == ULAM_OK) compare_points(self);
    if (self->h5.status != ULAM_OK || differs(self)) return ULAM_FILE_OTHER;
    take(self);
    return ULAM_FILE_SAME;
}

ulam_status ulam_result_resume(const char *path, ulam_state *state, bool accept_model, ulam_provenance *provenance,
                               ulam_file_relation *relation, char **difference, ulam_error *error)
{
    struct stat facts;
    *relation = ULAM_FILE_ABSENT;
    *difference = NULL;
    *provenance = (ulam_provenance){0};
    if (!ulam_h5_start()) return ulam_fail(error, ULAM_ESYSTEM, "HDF5 cannot be started");
    if (stat(path, &facts) != 0 && errno == ENOENT) return ULAM_OK;

    ulam_error unused = {0};
    size_t size;
    resumption self = {.state = state, .accept_model = accept_model};
    self.difference = open_memstream(difference, &size);
    ulam_read_open(&self.h5, &self.image, path, error ? error : &unused);
    if (!self.difference) ulam_h5_fail_memory(&self.h5);
    *relation = ULAM_FILE_OTHER;
    if (self.h5.status == ULAM_OK) *relation = compare(&self, provenance);
    ulam_stored_free(&self.stored);
    ulam_result_free(&self.points);
    if (self.difference && fclose(self.difference) != 0) ulam_h5_fail_memory(&self.h5);
    const ulam_status status = ulam_read_close(&self.h5, &self.image, path);
    if (status != ULAM_OK || *relation == ULAM_FILE_SAME) {
        free(*difference);
        *difference = NULL;
    }
    if (status != ULAM_OK || *relation != ULAM_FILE_SAME) ulam_provenance_free(provenance);
    return status;
}
