/* Errors that name the point or the run concerned, and how that run is had again. */

#ifndef ULAM_RUN_ERROR_H
#define ULAM_RUN_ERROR_H

#include <ulam/state.h>

/* Puts "model 'NAME', point P (x=1): " before the message, and returns its status. */
ulam_status ulam_fail_at_point(const ulam_job *job, size_t p, ulam_error *error);

/* Puts "model 'NAME', point P (x=1), run R: " before the message and, where the job has an output, the command that
 * performs the run alone behind it. Returns ULAM_ERUN. */
ulam_status ulam_fail_at_run(const ulam_job *job, size_t p, uint64_t run, ulam_error *error);

/* The same of a chain that failed in that sweep, thermalising ones included. */
ulam_status ulam_fail_at_chain(const ulam_job *job, size_t p, uint64_t run, uint64_t sweep, ulam_error *error);

/* Whether failed runs go into the state, or the first that fails ends the job at once. Where there are targets it may lie
 * behind a point's end, where nobody would have performed it on fewer ranks: whether it counts is judged in its turn. */
bool ulam_job_notes_failures(const ulam_job *job);

/* ULAM_ERUN: the state lists more failed runs than the job bears; `last` is named, or, if NULL or where there are targets,
 * the last that counts. */
ulam_status ulam_judge_failures(const ulam_state *state, const ulam_failure *last, ulam_error *error);

#endif
