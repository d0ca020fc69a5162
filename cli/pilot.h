/* `ulam check --pilot`: a second of runs, and what they say of the whole job. */

#ifndef ULAM_PILOT_H
#define ULAM_PILOT_H

#include <ulam/job.h>

/* Tries the job's points and prints runs and time of each and of all. Errors as ulam_try_points(). */
ulam_status ulam_print_pilot(const ulam_job *job, ulam_error *error);

#endif
