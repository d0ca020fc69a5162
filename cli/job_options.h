/* The options of every subcommand that reads a job: --set, --runs, --seed, -o. */

#ifndef ULAM_JOB_OPTIONS_H
#define ULAM_JOB_OPTIONS_H

#include <stdbool.h>

#include <getopt.h>

#include <ulam/job.h>

#define ULAM_JOB_OPTIONS                                                                                               \
    {"set", required_argument, NULL, 's'}, {"runs", required_argument, NULL, 'r'},                                     \
        {"seed", required_argument, NULL, 'S'},                                                                        \
    {                                                                                                                  \
        "output", required_argument, NULL, 'o'                                                                         \
    }
#define ULAM_JOB_HELP                                                                                                  \
    "      --set NAME=VALUE   fix a parameter, instead of what the job file says; may be repeated\n"                   \
    "      --runs N           runs of each point, instead of the job file's\n"                                         \
    "      --seed N           seed, instead of the job file's\n"                                                       \
    "  -o, --output FILE      result file, instead of the job file's (default: the job file's name with .h5)\n"

/* Starts as {0}. */
typedef struct {
    ulam_job_source source;
    const char **set; /* owned; source.set points to it */
} ulam_job_options;

/* Takes an option if it is one of these. False: it is not, or memory ran out, which is said. The argument must outlive
 * self. */
bool ulam_job_options_take(ulam_job_options *self, int option, const char *argument);
void ulam_job_options_free(ulam_job_options *self);

#endif
