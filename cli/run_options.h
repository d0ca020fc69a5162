/* What `ulam run` is asked on its command line. */

#ifndef ULAM_RUN_OPTIONS_H
#define ULAM_RUN_OPTIONS_H

#include <stdbool.h>

#include "job_options.h"

typedef struct {
    ulam_job_options job;
    int ranks; /* to be started; 0: none */
    bool quiet, force_new, accept_model;
    double time_limit; /* s; NAN: none given */
    double stall_timeout;
    const char *hostfile;
    int retries;
    char part[48]; /* the argument of --part slurm, made out */
} ulam_run_options;

/* Reads the options and the job's path. Returns -1 to go on, or the exit status: help has been printed, or what is wrong.
 * Whatever it returns, ulam_run_options_free() may be called. */
int ulam_run_options_read(ulam_run_options *self, int argc, char **argv);
void ulam_run_options_free(ulam_run_options *self);

#endif
