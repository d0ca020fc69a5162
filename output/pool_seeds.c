#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "pool.h"
#include "read_parts.h"

void ulam_seeds_list(const uint64_t *seeds, size_t n, FILE *out)
{
    enum {
        LISTED = 10
    };
    for (size_t i = 0; i < n && i < LISTED; i++) fprintf(out, "%s%" PRIu64, i ? ", " : "", seeds[i]);
    if (n > LISTED) fprintf(out, " and %zu more", n - LISTED);
}

void ulam_pool_drop_seed(char *identity)
{
    char *line = strstr(identity, "\nseed: ");
    if (!line) return;
    const char *rest = strchrnul(line + 1, '\n');
    memmove(line, rest, strlen(rest) + 1);
}

char *ulam_pool_identity(const ulam_job *job)
{
    char *identity = ulam_job_identity(job);
    if (identity) ulam_pool_drop_seed(identity);
    return identity;
}

/* The seeds of a file that is a pool; none of another. Owned by the caller. */
static uint64_t *get_seeds(ulam_h5 *h5, size_t *n) { return ulam_h5_get_unsigneds(h5, h5->file, "seeds", n); }

bool ulam_pool_mention(ulam_h5 *h5, FILE *out)
{
    size_t n;
    uint64_t *seeds = get_seeds(h5, &n);
    if (n > 0) {
        fputs("it pools jobs of seeds ", out);
        ulam_seeds_list(seeds, n, out);
        fputs(", and cannot be gone on with\n", out);
    }
    free(seeds);
    return n > 0;
}

void ulam_pool_refuse(ulam_h5 *h5)
{
    size_t n;
    uint64_t *seeds = get_seeds(h5, &n);
    if (n > 0)
        h5->status = ulam_fail(h5->error, ULAM_EINVAL,
                               "it pools jobs of %zu seeds, from %" PRIu64
                               " on; to perform a run again, name the file of the seed it is of",
                               n, seeds[0]);
    free(seeds);
}

static ulam_status read_source(ulam_pool_source *self, const char *path, ulam_error *error)
{
    ulam_bytes image;
    ulam_h5 h5;
    self->path = path;
    ulam_read_open(&h5, &image, path, error);
    const uint64_t seed = ulam_h5_get_unsigned(&h5, h5.file, "seed");
    self->seeds = get_seeds(&h5, &self->n_seeds);
    self->pooled = self->n_seeds > 0;
    if (h5.status == ULAM_OK && !self->pooled) {
        free(self->seeds);
        self->seeds = malloc(sizeof *self->seeds);
        if (self->seeds) self->seeds[self->n_seeds++] = seed;
        if (!self->seeds) ulam_h5_fail_memory(&h5);
    }
    return ulam_read_close(&h5, &image, path);
}

static int by_seed(const void *a, const void *b)
{
    const ulam_pool_source *one = a, *other = b;
    return one->seeds[0] < other->seeds[0] ? -1 : one->seeds[0] > other->seeds[0];
}

ulam_status ulam_pool_open(ulam_pool_source *sources, const char *const *paths, size_t n, ulam_error *error)
{
    memset(sources, 0, n * sizeof *sources);
    for (size_t i = 0; i < n; i++) {
        const ulam_status status = read_source(&sources[i], paths[i], error);
        if (status) return status;
    }
    qsort(sources, n, sizeof *sources, by_seed);
    return ULAM_OK;
}

void ulam_pool_close(ulam_pool_source *sources, size_t n)
{
    for (size_t i = 0; i < n; i++) free(sources[i].seeds);
}

bool ulam_pool_needed(const ulam_pool_source *sources, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sources[i].pooled || sources[i].seeds[0] != sources[0].seeds[0]) return true;
    return false;
}
