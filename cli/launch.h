/* `ulam run -n N`: a launcher started and supervised from here. */

#ifndef ULAM_LAUNCH_H
#define ULAM_LAUNCH_H

#include <stdbool.h>

#include <ulam/status.h>

/* Set for the ranks where progress goes to a terminal, which they cannot see through the launcher's pipe. */
#define ULAM_TERMINAL_VARIABLE "ULAM_TERMINAL"

typedef struct {
    int ranks;
    const char *hostfile;     /* handed on to the launcher; NULL: this machine */
    int retries;              /* times that a job whose rank or host died is started again */
    double time_limit, start; /* s, of all starts together, and on ulam_clock(); NAN: none */
    double stall_timeout; /* s without a change of the result file after which a job counts as dead; INFINITY: never */
    const char *job;      /* path of the job file */
    const char *output;   /* path of the result file */
} ulam_launch_plan;

/* Starts a launcher with so many processes of this program and the arguments argv (argv[0] is the subcommand's name), waits
 * for it, and starts it again from the result file if a rank, a host or the launcher died. SIGINT, SIGTERM and SIGUSR1
 * reach the ranks as a request to stop; a second SIGINT kills them. *exit_status is the job's. ULAM_EINVAL: this
 * program was built without MPI, or the job file cannot be read twice. ULAM_ESYSTEM: there is no launcher. */
ulam_status ulam_launch(const ulam_launch_plan *plan, int argc, char **argv, int *exit_status, ulam_error *error);

/* Says on standard error that more ranks run on this host than it has cores, if that is so. */
void ulam_warn_oversubscribed(int ranks);

#endif
