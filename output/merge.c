#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "merging.h"
#include "missing.h"
#include "pool.h"
#include "samples.h"

typedef struct {
    ulam_merging files;
    ulam_state state;
} merger;

/* A file is known by its inode, whatever the ways to it. */
static ulam_status refuse_twins(const char *const *paths, size_t n, ulam_error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            struct stat one, other;
            if (stat(paths[i], &one) != 0 || stat(paths[j], &other) != 0) continue;
            if (one.st_dev != other.st_dev || one.st_ino != other.st_ino) continue;
            return ulam_fail(error, ULAM_EINVAL, "%s and %s are the same file; each counts once", paths[j], paths[i]);
        }
    return ULAM_OK;
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

/* Finds the file before i that holds runs of that range at a point of the job. */
static ulam_status fail_overlap(merger *self, size_t i, size_t point, const ulam_run_range *range)
{
    for (size_t j = 0; j < i; j++) {
        ulam_merged_file file;
        bool found = false;
        ulam_run_range common = {0};
        const ulam_status status = ulam_merging_read(&self->files, j, &file);
        const ulam_stored *stored = &file.stored;
        for (size_t p = 0; !status && p < stored->job.n_points && !found; p++) {
            if (stored->place[p] != point) continue;
            ulam_run_range known;
            for (size_t k = 0; !found && ulam_known_range(&stored->state, p, k, &known); k++) {
                common.first = known.first > range->first ? known.first : range->first;
                common.end = known.end < range->end ? known.end : range->end;
                found = common.first < common.end;
            }
        }
        ulam_merged_free(&file);
        if (status) return status;
        if (found)
            return ulam_fail(self->files.error, ULAM_EINVAL,
                             "%s and %s both hold runs %" PRIu64 " to %" PRIu64 " of point %zu; each may count once",
                             self->files.paths[j], self->files.paths[i], common.first, common.end - 1, point);
    }
    return ulam_fail(self->files.error, ULAM_EINVAL, "%s holds runs of point %zu that another file holds too",
                     self->files.paths[i], point);
}

/* Chains longer than the first file's job asks for. */
static ulam_status judge_chains(const merger *self, size_t i, const ulam_stored *stored, size_t p)
{
    const uint64_t sweeps = ulam_state_longest_chain(&stored->state, p);
    if (sweeps <= self->files.job.chain.sweeps) return ULAM_OK;
    return ulam_fail(self->files.error, ULAM_EINVAL,
                     "%s holds chains of %" PRIu64 " sweeps, the job of %s asks for %" PRIu64
                     "; name the file of the larger job first",
                     self->files.paths[i], sweeps, self->files.paths[0], self->files.job.chain.sweeps);
}

/* What the first file's job has not. */
static ulam_status judge_points(const merger *self, size_t i, const ulam_stored *stored)
{
    for (size_t p = 0; p < stored->job.n_points; p++) {
        const size_t to = stored->place[p];
        ulam_run_range known = {0};
        if (to == SIZE_MAX)
            return ulam_fail(self->files.error, ULAM_EINVAL, "%s has a point, its number %zu, that %s lacks",
                             self->files.paths[i], p, self->files.paths[0]);
        for (size_t k = 0; ulam_known_range(&stored->state, p, k, &known); k++)
            if (known.end > self->files.job.points[to].runs ||
                stored->points[p].block != self->files.job.points[to].block)
                return ulam_fail(self->files.error, ULAM_EINVAL,
                                 "%s holds runs %" PRIu64 " to %" PRIu64
                                 " of point %zu, the job of %s asks for %" PRIu64
                                 "; name the file of the larger job first",
                                 self->files.paths[i], known.first, known.end - 1, to, self->files.paths[0],
                                 self->files.job.points[to].runs);
        const ulam_status status = judge_chains(self, i, stored, p);
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status add_file(merger *self, size_t i)
{
    ulam_merged_file file;
    ulam_stored *stored = &file.stored;
    ulam_status status = ulam_merging_read(&self->files, i, &file);
    if (!status) status = judge_points(self, i, stored);
    for (size_t p = 0; !status && p < stored->job.n_points; p++) {
        ulam_run_range common;
        if (find_common(stored, p, &self->state, &common)) status = fail_overlap(self, i, stored->place[p], &common);
    }
    if (!status && (status = ulam_stored_move(stored, &self->state, self->files.error)))
        ulam_fail_within(self->files.error, "%s", self->files.paths[i]);
    if (!status) status = ulam_merging_add_sessions(&self->files, &file);
    ulam_merged_free(&file);
    return status;
}

/* A second pass over the files, now that it is known what they hold together. */
static ulam_status join_samples(merger *self, const char *out)
{
    ulam_error *error = self->files.error;
    ulam_samples_joint *joint = NULL;
    if (self->files.job.n_samples == 0) return ULAM_OK;
    ulam_status status = ulam_samples_joint_make(&joint, out, &self->state, error);
    for (size_t i = 0; i < self->files.n && !status; i++) {
        ulam_merged_file file;
        status = ulam_merging_read(&self->files, i, &file);
        if (!status)
            status = ulam_samples_joint_add(joint, self->files.paths[i], &file.stored.state, file.stored.place, error);
        ulam_merged_free(&file);
    }
    if (!status) status = ulam_samples_joint_settle(joint, error);
    ulam_samples_joint_close(joint);
    return status;
}

/* Joins files of one seed. */
static ulam_status join(const char *out, const char *const *paths, size_t n, const ulam_catalogue *catalogue,
                        char **missing, ulam_error *error)
{
    merger self = {.files = {.paths = paths, .n = n, .error = error}};
    ulam_status status = ulam_merging_begin(&self.files, catalogue);
    if (!status && ulam_state_init(&self.state, &self.files.job)) status = ulam_fail_memory(error, "merging");
    for (size_t i = 0; i < n && !status; i++) status = add_file(&self, i);
    if (!status && ulam_state_publish(&self.state)) status = ulam_fail_memory(error, "merging");
    if (!status && ulam_missing_runs(&self.state, missing)) status = ulam_fail_memory(error, "merging");
    if (!status) status = join_samples(&self, out);
    if (!status) status = ulam_result_write(out, &self.state, &self.files.provenance, error);
    if (self.state.job) ulam_state_free(&self.state);
    ulam_merging_end(&self.files);
    return status;
}

ulam_status ulam_result_merge(const char *out, const char *const *paths, size_t n, const ulam_catalogue *catalogue,
                              char **missing, ulam_error *error)
{
    ulam_error own = {0};
    if (!error) error = &own;
    *missing = NULL;
    if (n == 0) return ulam_fail(error, ULAM_EINVAL, "there is no file to merge");
    ulam_pool_source *sources = calloc(n, sizeof *sources);
    if (!sources) return ulam_fail_memory(error, "merging");
    ulam_status status = refuse_twins(paths, n, error);
    if (!status) status = ulam_pool_open(sources, paths, n, error);
    if (!status)
        status = ulam_pool_needed(sources, n) ? ulam_pool_merge(out, sources, n, catalogue, error)
                                              : join(out, paths, n, catalogue, missing, error);
    if (status) {
        free(*missing);
        *missing = NULL;
    }
    ulam_pool_close(sources, n);
    free(sources);
    return status;
}
