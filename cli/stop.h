/* Reasons to stop early: signals and time limits. */

#ifndef ULAM_CLI_STOP_H
#define ULAM_CLI_STOP_H

#include <ulam/execute.h>
#include <ulam/status.h>

/* Takes SIGUSR1, SIGTERM and SIGINT as requests to stop: the runs in hand are finished and count, and the job ends with
 * exit status 3. A second SIGINT ends the process at once. */
void ulam_stop_on_signals(void);

/* What an execution is to watch: the signals above, and a time limit in seconds from `start` (on ulam_clock(); NAN: the
 * scheduler's, where Slurm tells it; else none), and the most that the job itself allows, in seconds from `start` too
 * (INFINITY: any). */
ulam_stop ulam_stop_watch(double start, double limit, double most);

#endif
