#include "pool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "merging.h"
#include "write_parts.h"

enum {
    MOST_SEEDS = 8000 /* an attribute of HDF5 holds 64 kB */
};

typedef struct {
    ulam_merging files;
    ulam_job job; /* the least seed's, with points as a pool has them */
    ulam_state state;
    ulam_pool pool;
} pooling;

static int by_value(const void *a, const void *b)
{
    const uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

static int by_place(const void *a, const void *b)
{
    const ulam_failure *one = a, *other = b;
    if (one->point != other->point) return one->point < other->point ? -1 : 1;
    if (one->seed != other->seed) return one->seed < other->seed ? -1 : 1;
    return one->run < other->run ? -1 : one->run > other->run;
}

static bool has_seed(const ulam_pool_source *source, uint64_t seed)
{
    for (size_t i = 0; i < source->n_seeds; i++)
        if (source->seeds[i] == seed) return true;
    return false;
}

static ulam_status fail_twice(const ulam_pool_source *sources, size_t n, uint64_t seed, ulam_error *error)
{
    const char *paths[2] = {0};
    for (size_t i = 0, found = 0; i < n && found < 2; i++)
        if (has_seed(&sources[i], seed)) paths[found++] = sources[i].path;
    return ulam_fail(error, ULAM_EINVAL,
                     "%s and %s both have seed %" PRIu64
                     "; to pool jobs of several seeds, name one file of each (files of one seed are merged first)",
                     paths[0], paths[1] ? paths[1] : paths[0], seed);
}

static ulam_status gather_seeds(ulam_pool *self, const ulam_pool_source *sources, size_t n, ulam_error *error)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++) all += sources[i].n_seeds;
    if (all > MOST_SEEDS)
        return ulam_fail(error, ULAM_EINVAL, "%zu seeds are too many; one file pools at most %d", all, MOST_SEEDS);
    self->seeds = malloc(all * sizeof *self->seeds);
    if (!self->seeds) return ulam_fail_memory(error, "pooling");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < sources[i].n_seeds; j++) self->seeds[self->n_seeds++] = sources[i].seeds[j];
    qsort(self->seeds, all, sizeof *self->seeds, by_value);
    for (size_t i = 1; i < all; i++)
        if (self->seeds[i] == self->seeds[i - 1]) return fail_twice(sources, n, self->seeds[i], error);
    return ULAM_OK;
}

static void set_runs(ulam_point *point, uint64_t runs)
{
    point->first = 0;
    point->runs = runs;
    point->block = runs + 1;
}

/* Counts about centres and between edges that each seed found for itself do not add up. */
static ulam_status judge_statistics(const pooling *self)
{
    if (!ulam_statistics_need_pilot(self->files.job.statistics)) return ULAM_OK;
    return ulam_fail(self->files.error, ULAM_EINVAL,
                     "jobs of several seeds cannot be pooled when they take a quantile's centre or a histogram's edges "
                     "from their first runs; jobs that declare `about`, and `low` and `high`, can");
}

static ulam_status prepare(pooling *self)
{
    self->job = self->files.job;
    self->job.until = (ulam_until){0}; /* a pool has no ladder: its runs are of several orders */
    self->job.points = calloc(self->job.n_points + 1, sizeof *self->job.points);
    if (!self->job.points) return ulam_fail_memory(self->files.error, "pooling");
    for (size_t p = 0; p < self->job.n_points; p++) {
        self->job.points[p] = self->files.job.points[p];
        set_runs(&self->job.points[p], 0);
    }
    return ulam_state_init(&self->state, &self->job) ? ulam_fail_memory(self->files.error, "pooling") : ULAM_OK;
}

/* The points of all files must be the same, in any order. */
static ulam_status judge_points(const pooling *self, size_t i, const ulam_stored *stored)
{
    const char *path = self->files.paths[i], *first = self->files.paths[0];
    bool *seen = calloc(self->job.n_points + 1, sizeof *seen);
    ulam_status status = seen ? ULAM_OK : ulam_fail_memory(self->files.error, "pooling");
    for (size_t p = 0; p < stored->job.n_points && !status; p++)
        if (stored->place[p] == SIZE_MAX)
            status = ulam_fail(self->files.error, ULAM_EINVAL, "%s has a point, its number %zu, that %s lacks", path, p,
                               first);
        else
            seen[stored->place[p]] = true;
    for (size_t p = 0; p < self->job.n_points && !status; p++)
        if (!seen[p])
            status = ulam_fail(self->files.error, ULAM_EINVAL, "%s has a point, its number %zu, that %s lacks", first,
                               p, path);
    free(seen);
    return status;
}

/* The end of the runs that a file's results cover at a point, which begin with the point's first. */
static uint64_t covered_end(const ulam_stored *stored, size_t p)
{
    return stored->points[p].first + ulam_state_runs(&stored->state, p);
}

static ulam_status add_point(pooling *self, size_t p, const ulam_stored *stored)
{
    const ulam_point_state *from = &stored->state.points[p];
    const size_t at = stored->place[p];
    ulam_point_state *to = &self->state.points[at];
    const uint64_t runs = ulam_state_runs(&stored->state, p);
    const bool tail = runs > from->blocks * stored->points[p].block;
    if (runs == 0) return ULAM_OK;
    if (runs > ULAM_MAX_RUNS - to->tail_runs)
        return ulam_fail(self->files.error, ULAM_EINVAL, "point %zu: more than 2^48 runs cannot be pooled", at);
    if ((!to->tail.moments &&
         (ulam_tally_init(&to->tail, self->job.width) || ulam_tally_keep(&to->tail, self->job.statistics))) ||
        (from->blocks > 0 && ulam_tally_merge(&to->tail, &from->prefix)) ||
        (tail && ulam_tally_merge(&to->tail, &from->tail)))
        return ulam_fail_memory(self->files.error, "pooling");
    to->tail_runs += runs;
    set_runs(&self->job.points[at], to->tail_runs);
    return ULAM_OK;
}

/* Those among the runs that count. */
static ulam_status add_failures(pooling *self, const ulam_pool_source *source, const ulam_merged_file *file)
{
    ulam_pool *pool = &self->pool;
    const size_t n = file->facts.n_failures;
    if (n == 0) return ULAM_OK;
    ulam_failure *failures = realloc(pool->failures, (pool->n_failures + n) * sizeof *failures);
    if (!failures) return ulam_fail_memory(self->files.error, "pooling");
    pool->failures = failures;
    for (size_t i = 0; i < n; i++) {
        ulam_failure failure = file->facts.failures[i];
        if (!source->pooled && failure.run >= covered_end(&file->stored, failure.point)) continue;
        if (!source->pooled) failure.seed = source->seeds[0];
        failure.point = file->stored.place[failure.point];
        failures[pool->n_failures++] = failure;
    }
    return ULAM_OK;
}

static ulam_status add_file(pooling *self, size_t i, const ulam_pool_source *source)
{
    ulam_merged_file file;
    ulam_status status = ulam_merging_read(&self->files, i, &file);
    if (!status) status = judge_points(self, i, &file.stored);
    for (size_t p = 0; !status && p < file.stored.job.n_points; p++) status = add_point(self, p, &file.stored);
    if (!status) status = add_failures(self, source, &file);
    if (!status) status = ulam_merging_add_sessions(&self->files, &file);
    ulam_merged_free(&file);
    return status;
}

ulam_status ulam_pool_merge(const char *out, const ulam_pool_source *sources, size_t n, const ulam_catalogue *catalogue,
                            ulam_error *error)
{
    const char **paths = calloc(n, sizeof *paths);
    pooling self = {.files = {.paths = paths, .n = n, .pools = true, .error = error}};
    if (!paths) return ulam_fail_memory(error, "pooling");
    for (size_t i = 0; i < n; i++) paths[i] = sources[i].path;
    ulam_status status = ulam_merging_begin(&self.files, catalogue);
    if (!status) status = gather_seeds(&self.pool, sources, n, error);
    if (!status) status = judge_statistics(&self);
    if (!status) status = prepare(&self);
    for (size_t i = 0; i < n && !status; i++) status = add_file(&self, i, &sources[i]);
    if (self.pool.n_failures > 0) qsort(self.pool.failures, self.pool.n_failures, sizeof *self.pool.failures, by_place);
    if (!status) status = ulam_write_pool(out, &self.state, &self.pool, &self.files.provenance, error);
    if (self.state.job) ulam_state_free(&self.state);
    free(self.job.points);
    free(self.pool.failures);
    free(self.pool.seeds);
    ulam_merging_end(&self.files);
    free(paths);
    return status;
}
