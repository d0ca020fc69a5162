/* What is said where a model crashes the process. */

#ifndef ULAM_CRASH_H
#define ULAM_CRASH_H

#include <ulam/job.h>

/* From now on a crash in a run of that job is told on standard error, with model, point and run and how that run is had
 * again, before the process dies of it as it would have anyway; an exit() too, which is made one with status 1. Called once;
 * the job is not looked at later. */
void ulam_tell_crashes(const ulam_job *job);

#endif
