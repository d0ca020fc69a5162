#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "difference.h"
#include "hdf5_read.h"
#include "missing.h"
#include "read_parts.h"
#include "result_file.h"
#include "stored.h"

typedef struct {
    const char *const *paths; /* [n] */
    size_t n;
    ulam_job job; /* the first file's */
    char *identity;
    ulam_state state;
    ulam_provenance provenance;
    ulam_error *error;
} merger;

/* A file is known by its inode, whatever the ways to it. */
static ulam_status refuse_twins(const merger *self)
{
    for (size_t i = 0; i < self->n; i++)
        for (size_t j = 0; j < i; j++) {
            struct stat one, other;
            if (stat(self->paths[i], &one) != 0 || stat(self->paths[j], &other) != 0) continue;
            if (one.st_dev != other.st_dev || one.st_ino != other.st_ino) continue;
            return ulam_fail(self->error, ULAM_EINVAL, "%s and %s are the same file; each counts once", self->paths[j],
                             self->paths[i]);
        }
    return ULAM_OK;
}

/* Makes one line of several. Takes over the text, which may be NULL. */
static ulam_status fail_difference(const merger *self, const char *path, const char *than, char *text)
{
    if (!text) return ulam_fail_memory(self->error, "merging");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n') text[--length] = '\0';
    for (char *at = strchr(text, '\n'); at; at = strchr(at, '\n')) *at = ';';
    const bool seed = strncmp(text, "seed: ", 6) == 0 && !strchr(text, ';');
    ulam_fail(self->error, ULAM_EINVAL, "%s is of another job than %s (%s); %s", path, than, text,
              seed ? "merging files of different seeds is not supported" : "only files of one job can be merged");
    free(text);
    return ULAM_EINVAL;
}

/* Which files differ in: the first file's own identity, and what the job is today. */
static ulam_status compare_identity(const merger *self, size_t i, const char *identity)
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

/* The first run that is known both to a file, at its point p, and to a state of the job. */
static bool find_common(const ulam_stored *stored, size_t p, const ulam_state *state, ulam_run_range *common)
{
    ulam_run_range here, there;
    for (size_t i = 0; ulam_known_range(&stored->state, p, i, &here); i++)
        for (size_t j = 0; ulam_known_range(state, stored->place[p], j, &there); j++) {
            common->first = here.first > there.first ? here.first : there.first;
            common->end = here.end < there.end ? here.end : there.end;
            if (common->first < common->end) return true;
        }
    return false;
}

/* Reads what file i knows. */
static ulam_status read_stored(merger *self, size_t i, ulam_stored *stored, ulam_provenance *provenance)
{
    ulam_bytes image;
    ulam_h5 h5;
    *stored = (ulam_stored){0};
    *provenance = (ulam_provenance){0};
    ulam_read_open(&h5, &image, self->paths[i], self->error);
    char *identity = h5.status == ULAM_OK ? ulam_h5_need_text(&h5, h5.file, "identity") : NULL;
    ulam_status other = ULAM_OK;
    if (h5.status == ULAM_OK) other = compare_identity(self, i, identity);
    if (h5.status == ULAM_OK && other == ULAM_OK) {
        ulam_stored_read(stored, &h5, &self->job);
        ulam_read_provenance(&h5, provenance);
    }
    free(identity);
    const ulam_status status = ulam_read_close(&h5, &image, self->paths[i]);
    return status ? status : other;
}

/* Finds the file before i that holds runs of that range at a point of the job. */
static ulam_status fail_overlap(merger *self, size_t i, size_t point, const ulam_run_range *range)
{
    for (size_t j = 0; j < i; j++) {
        ulam_stored stored;
        ulam_provenance unused;
        bool found = false;
        ulam_run_range common = {0};
        const ulam_status status = read_stored(self, j, &stored, &unused);
        for (size_t p = 0; !status && p < stored.job.n_points && !found; p++) {
            if (stored.place[p] != point) continue;
            ulam_run_range known;
            for (size_t k = 0; !found && ulam_known_range(&stored.state, p, k, &known); k++) {
                common.first = known.first > range->first ? known.first : range->first;
                common.end = known.end < range->end ? known.end : range->end;
                found = common.first < common.end;
            }
        }
        ulam_stored_free(&stored);
        ulam_provenance_free(&unused);
        if (status) return status;
        if (found)
            return ulam_fail(self->error, ULAM_EINVAL,
                             "%s and %s both hold runs %" PRIu64 " to %" PRIu64 " of point %zu; each may count once",
                             self->paths[j], self->paths[i], common.first, common.end - 1, point);
    }
    return ulam_fail(self->error, ULAM_EINVAL, "%s holds runs of point %zu that another file holds too", self->paths[i],
                     point);
}

/* What the first file's job has not. */
static ulam_status judge_points(const merger *self, size_t i, const ulam_stored *stored)
{
    for (size_t p = 0; p < stored->job.n_points; p++) {
        const size_t to = stored->place[p];
        ulam_run_range known = {0};
        if (to == SIZE_MAX)
            return ulam_fail(self->error, ULAM_EINVAL, "%s has a point, its number %zu, that %s lacks", self->paths[i],
                             p, self->paths[0]);
        for (size_t k = 0; ulam_known_range(&stored->state, p, k, &known); k++)
            if (known.end > self->job.points[to].runs || stored->points[p].block != self->job.points[to].block)
                return ulam_fail(
                    self->error, ULAM_EINVAL,
                    "%s holds runs %" PRIu64 " to %" PRIu64 " of point %zu, the job of %s asks for %" PRIu64
                    "; name the file of the larger job first",
                    self->paths[i], known.first, known.end - 1, to, self->paths[0], self->job.points[to].runs);
    }
    return ULAM_OK;
}

static ulam_status add_sessions(merger *self, ulam_provenance *from)
{
    ulam_provenance *all = &self->provenance;
    if (from->count == 0) return ULAM_OK;
    ulam_session *sessions = realloc(all->sessions, (all->count + from->count) * sizeof *sessions);
    if (!sessions) return ulam_fail_memory(self->error, "merging");
    memcpy(sessions + all->count, from->sessions, from->count * sizeof *sessions);
    all->sessions = sessions;
    all->count += from->count;
    from->count = 0; /* their texts have moved */
    return ULAM_OK;
}

static ulam_status add_file(merger *self, size_t i)
{
    ulam_stored stored;
    ulam_provenance provenance;
    ulam_status status = read_stored(self, i, &stored, &provenance);
    if (!status) status = judge_points(self, i, &stored);
    for (size_t p = 0; !status && p < stored.job.n_points; p++) {
        ulam_run_range common;
        if (find_common(&stored, p, &self->state, &common)) status = fail_overlap(self, i, stored.place[p], &common);
    }
    if (!status && (status = ulam_stored_move(&stored, &self->state, self->error)))
        ulam_fail_within(self->error, "%s", self->paths[i]);
    if (!status) status = add_sessions(self, &provenance);
    ulam_provenance_free(&provenance);
    ulam_stored_free(&stored);
    return status;
}

ulam_status ulam_result_merge(const char *out, const char *const *paths, size_t n, const ulam_catalogue *catalogue,
                              char **missing, ulam_error *error)
{
    ulam_error own = {0};
    merger self = {.paths = paths, .n = n, .error = error ? error : &own};
    *missing = NULL;
    if (n == 0) return ulam_fail(error, ULAM_EINVAL, "there is no file to merge");
    ulam_status status = refuse_twins(&self);
    if (!status) status = ulam_result_read_job(&self.job, paths[0], true, catalogue, self.error);
    if (status) goto out;
    self.identity = ulam_job_identity(&self.job);
    status = ulam_state_init(&self.state, &self.job);
    if (status || !self.identity) {
        status = ulam_fail_memory(self.error, "merging");
        goto out;
    }
    for (size_t i = 0; i < n && !status; i++) status = add_file(&self, i);
    if (!status && ulam_missing_runs(&self.state, missing)) status = ulam_fail_memory(self.error, "merging");
    if (!status) status = ulam_result_write(out, &self.state, &self.provenance, self.error);
out:
    if (status) {
        free(*missing);
        *missing = NULL;
    }
    ulam_provenance_free(&self.provenance);
    if (self.state.job) ulam_state_free(&self.state);
    free(self.identity);
    ulam_job_free(&self.job);
    return status;
}
