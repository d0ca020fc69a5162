/* Pools: the runs of jobs that differ in their seeds alone, as one set of results. A pool is a state over points of a single
 * unfinished block each, whose runs are all the runs that the files' results cover. */

#ifndef ULAM_POOL_H
#define ULAM_POOL_H

#include <stdio.h>

#include "hdf5_file.h"
#include "result_file.h"

/* What a pooled file holds beside a state. */
typedef struct {
    uint64_t *seeds; /* [n_seeds], ascending, owned */
    size_t n_seeds;
    ulam_failure *failures; /* [n_failures], sorted by point, seed and run, owned */
    size_t n_failures;
} ulam_pool;

/* A file that may come to a pool. */
typedef struct {
    const char *path;
    uint64_t *seeds; /* [n_seeds], ascending, owned */
    size_t n_seeds;
    bool pooled; /* it is a pool itself */
} ulam_pool_source;

/* What the jobs of a pool have in common: the identity without its seed. Owned by the caller. NULL: out of memory. */
char *ulam_pool_identity(const ulam_job *job);

/* Makes such a text of an identity, in its place. */
void ulam_pool_drop_seed(char *identity);

/* Refuses a file that is a pool. ULAM_EINVAL. */
void ulam_pool_refuse(ulam_h5 *h5);

/* Says of a file that it is a pool, if it is one. */
bool ulam_pool_mention(ulam_h5 *h5, FILE *out);

/* Reads whose runs the files hold, into sources[n], sorted by seed. Whatever it returns, ulam_pool_close() may be called. */
ulam_status ulam_pool_open(ulam_pool_source *sources, const char *const *paths, size_t n, ulam_error *error);
void ulam_pool_close(ulam_pool_source *sources, size_t n);

/* Whether they are of several seeds, or of a pool. */
bool ulam_pool_needed(const ulam_pool_source *sources, size_t n);

/* Writes the pool of the files to `out`; it is the same in any order of theirs. Errors as of ulam_result_merge(). */
ulam_status ulam_pool_merge(const char *out, const ulam_pool_source *sources, size_t n, const ulam_catalogue *catalogue,
                            ulam_error *error);

#endif
