/* A node's leader: takes work for all ranks of its node, shares it out, and joins their answers before it passes them on. */

#ifndef ULAM_LEADER_H
#define ULAM_LEADER_H

#include <ulam/job.h>
#include <ulam/samples.h>

#include "hierarchy.h"

/* Does its own share as well, until it is told how the job ended: that is what is returned. */
ulam_status ulam_leader_serve(const ulam_hierarchy *hierarchy, const ulam_job *job, const ulam_sample_sink *samples,
                              ulam_error *error);

#endif
