/* How much memory a job takes. */

#ifndef ULAM_MEMORY_H
#define ULAM_MEMORY_H

#include <ulam/job.h>

/* Bytes, about, at their highest. */
typedef struct {
    double root; /* on rank 0: while the file is written, whose image is in memory beside the sums */
    double others;
} ulam_memory;

/* What a job that has come to its end takes beside the program; of targets, as far as a million measurements of each chain. The
 * model's setup is called for points of chains, whose states only it can tell the size of. */
ulam_memory ulam_memory_of(const ulam_job *job);

#endif
