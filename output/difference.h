/* In what two jobs differ, in words. */

#ifndef ULAM_DIFFERENCE_H
#define ULAM_DIFFERENCE_H

#include "result_file.h"

/* Compares a file's job, by its identity text and its points, with a job: a line each, "seed: 1 in the file, 2 in the
 * job". Never empty. Owned by the caller. NULL: out of memory. */
char *ulam_job_difference(const char *old_identity, const char *new_identity, const ulam_result *points,
                          const ulam_job *job);

#endif
