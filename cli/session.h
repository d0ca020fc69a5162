/* One `ulam run`, as the process that holds the result file sees it: the job, what is known of it, and the file. */

#ifndef ULAM_SESSION_H
#define ULAM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <ulam/execute.h>
#include <ulam/job.h>
#include <ulam/state.h>

#include "lock.h"
#include "result_file.h"
#include "run_options.h"
#include "samples.h"

/* Starts as {0}. */
typedef struct {
    const ulam_run_options *options;
    ulam_job job;
    ulam_state state;
    ulam_provenance provenance; /* the last entry is this session's, once it has begun */
    ulam_output_lock lock;
    bool found;   /* the output held this job already */
    double start; /* on ulam_clock() */
    uint64_t runs_before;
    ulam_samples *samples; /* NULL: the job keeps none, or they are not open yet */
} ulam_run_session;

/* Reads the job, and from its output what is known of it already. `hold`: takes the output for this process, until
 * ulam_session_close(). ULAM_EIDENTITY: the output belongs to another job. Whatever it returns, ulam_session_close() may be
 * called. */
ulam_status ulam_session_open(ulam_run_session *self, const ulam_run_options *options, bool hold, ulam_error *error);
void ulam_session_close(ulam_run_session *self);

/* Notes that runs are about to begin: who asked for them, on which hosts (comma-separated) and how many ranks. */
ulam_status ulam_session_begin(ulam_run_session *self, int argc, char **argv, const char *hosts, int ranks,
                               ulam_error *error);

/* Opens the job's samples, if it keeps any, and appends what the other ranks need for it. */
ulam_status ulam_session_open_samples(ulam_run_session *self, ulam_bytes *bytes, ulam_error *error);

/* Judges the samples of a job that is complete, and compresses them where that is asked for and not done yet. `only_look`:
 * says whether it would. */
ulam_status ulam_session_finish_samples(ulam_run_session *self, bool *only_look, ulam_error *error);

/* Writes the result file, once the samples that it counts on are on the disk. `session` is a ulam_run_session whose state is the one given, or of which it is a copy. */
ulam_status ulam_session_put(void *session, const ulam_state *state, ulam_error *error);

/* Says on standard error how the session ended. */
void ulam_session_say_outcome(const ulam_run_session *self, bool complete_before);

#endif
