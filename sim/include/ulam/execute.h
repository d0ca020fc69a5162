/* Carrying a job out: in this process here, over the ranks of a communicator in <ulam/mpi.h>. */

#ifndef ULAM_EXECUTE_H
#define ULAM_EXECUTE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <ulam/job.h>
#include <ulam/samples.h>
#include <ulam/state.h>
#include <ulam/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a state is put: the result file's writer, seen from here. */
typedef struct {
    void *self;
    /* Called by one thread at a time, with a state that nobody changes meanwhile. */
    ulam_status (*put)(void *self, const ulam_state *state, ulam_error *error);
} ulam_sink;

/* How far a job is. */
typedef struct {
    size_t points, points_complete;
    bool chains;               /* runs are chains, and what is counted are their sweeps; */
    uint64_t runs, runs_asked; /* over all points; runs that came early count. Of a job with targets, those foreseen */
    double seconds;            /* since the start of this session */
    uint64_t session_runs;     /* done in this session */
    double rel_error; /* the largest std_error / |mean| of any scalar observable at any point; NaN: none defined */
    bool until;       /* the job has targets; */
    double farthest;  /* the largest half-width over what is asked for at an open point; NaN: none is known yet */
} ulam_progress;

typedef struct {
    void *self;
    void (*show)(void *self, const ulam_progress *progress);
    double interval; /* s, between calls */
    /* Says why all ranks are about to be ended (<ulam/mpi.h>); NULL: it is written to standard error. */
    void (*say_last)(void *self, const char *reason);
} ulam_monitor;

/* When to stop early. The runs in hand are finished and count, since to drop them would favour short runs (Glynn and
 * Heidelberger 1991); hand-out ends early enough, judged by the longest runs seen, that they are done by the deadline. */
typedef struct {
    const volatile sig_atomic_t *requested; /* set by a signal handler: stop handing out now; NULL: never */
    double deadline;                        /* on ulam_clock(), s; INFINITY or 0: none */
    /* s past the request or the deadline after which runs still in hand are dropped; INFINITY: none is. In one process none
     * ever is: the block in hand is waited for. */
    double grace;
} ulam_stop;

typedef struct {
    ulam_sink sink;       /* put NULL: nowhere; the caller finds everything in the state */
    ulam_monitor monitor; /* show NULL: none */
    ulam_stop stop;
    ulam_sample_sink samples; /* write NULL: samples are kept nowhere. The only part that counts on every rank */
} ulam_execution;

/* Seconds of a clock that never steps back. */
double ulam_clock(void);

/* Performs the runs that state lacks, in this process, and puts the state into the sink every job->conduct.checkpoint
 * seconds (0 or INFINITY: not) and at the end; a checkpoint that fails ends the job, and the put at the end is tried all
 * the same. Stopped early it returns ULAM_OK with an incomplete state. ULAM_ERUN: a run failed, or more than max_failed;
 * the message names model, point and run. Others as the parts return them; what was done before is in the state. */
ulam_status ulam_execute(const ulam_job *job, ulam_state *state, const ulam_execution *execution, ulam_error *error);

/* Runs that a model was called for and has not returned from. */
typedef struct {
    size_t point;
    uint64_t first, n; /* n > 1: lanes, or chains, that are performed together; 0: none */
} ulam_runs_in_hand;

/* What the calling thread has in hand. A signal handler may ask it, to tell in which run a model crashed. */
ulam_runs_in_hand ulam_execution_in_hand(void);

/* Performs one run of a point again, in this process, into values[job->width]. ULAM_ERUN: it fails, as it did; others as
 * the model's setup returns them. */
ulam_status ulam_replay(const ulam_job *job, size_t point, uint64_t run, double *values, ulam_error *error);

/* Performs the state's witness block again, in this process, and compares: a job that goes on must not mix numbers of two
 * kinds. ULAM_EIDENTITY: they differ; others as ulam_execute(). Without a witness there is nothing to compare. */
ulam_status ulam_state_verify(const ulam_state *state, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
