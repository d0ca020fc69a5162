/* The ranks that nobody asks. */

#ifndef ULAM_RANK_H
#define ULAM_RANK_H

#include <ulam/job.h>
#include <ulam/samples.h>

#include "hierarchy.h"

/* Asks for work, does it and answers, until it is told how the job ended: that is what is returned. */
ulam_status ulam_rank_serve(const ulam_hierarchy *hierarchy, const ulam_job *job, const ulam_sample_sink *samples,
                            ulam_error *error);

#endif
