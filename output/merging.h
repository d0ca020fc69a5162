/* Files that are to become one: what is common to joining runs and pooling seeds. */

#ifndef ULAM_MERGING_H
#define ULAM_MERGING_H

#include "result_file.h"
#include "stored.h"

typedef struct {
    const char *const *paths; /* [n] */
    size_t n;
    bool pools;     /* the files may differ in their seeds */
    ulam_job job;   /* the first file's, the whole of it */
    char *identity; /* of this job; if it pools, of the jobs of all seeds */
    ulam_provenance provenance;
    ulam_error *error;
} ulam_merging;

/* What one of the files holds. */
typedef struct {
    ulam_stored stored;
    ulam_result facts; /* only the provenance and, for a pool, the failures */
} ulam_merged_file;

/* Reads the job. Set paths, n, pools and error before. Whatever it returns, ulam_merging_end() may be called. */
ulam_status ulam_merging_begin(ulam_merging *self, const ulam_catalogue *catalogue);
void ulam_merging_end(ulam_merging *self);

/* Reads the i-th file, which must be of the job. ULAM_EINVAL names what differs. Whatever it returns, ulam_merged_free()
 * may be called. */
ulam_status ulam_merging_read(const ulam_merging *self, size_t i, ulam_merged_file *file);
void ulam_merged_free(ulam_merged_file *self);

/* Moves the file's sessions to those of all. */
ulam_status ulam_merging_add_sessions(ulam_merging *self, ulam_merged_file *file);

#endif
