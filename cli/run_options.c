/* The options of `ulam run`. */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/duration.h>

#include "options.h"
#include "run_options.h"

static const char help[] =
    "usage: ulam run [OPTION]... JOB\n"
    "       mpirun -n N ulam run [OPTION]... JOB\n"
    "       srun --mpi=pmix ulam run [OPTION]... JOB\n"
    "\n"
    "Performs the runs that the job file JOB asks for and writes them to one HDF5 file. If that file holds the same\n"
    "job already, only what is missing is done; a file of another job is never overwritten. The results do not\n"
    "depend on the number of ranks.\n"
    "\n"
    "options:\n"
    "  -n, --ranks N          start N ranks on this machine (default: one process)\n" ULAM_JOB_HELP
    "      --part K/N         only the K-th of N equal parts of each point's runs, for 'ulam merge'; --part slurm:\n"
    "                         the part that belongs to this task of a Slurm job array\n"
    "      --time-limit T     stop in time for the runs in hand to finish by then (23h50m; default: Slurm's, if any)\n"
    "      --force-new        start over, if the output is of another job or damaged; the old file is kept aside\n"
    "      --accept-model     go on although the model's source has changed since\n"
    "      --hostfile FILE    with -n: the hosts to start ranks on\n"
    "      --retries N        with -n: start a job again whose rank or host died, up to N times\n"
    "      --stall-timeout T  with -n: end a job whose result file has not changed for so long\n"
    "  -q, --quiet            no progress, no closing line\n"
    "  -h, --help             this text\n"
    "\n"
    "exit status: 0 complete; 1 failed; 2 bad input; 3 stopped early with a valid file\n"
    "example: ulam run -n 4 --set strike=105 -o surface.h5 examples/european.yaml\n";

enum {
    OPTION_PART = 256,
    OPTION_TIME_LIMIT,
    OPTION_FORCE_NEW,
    OPTION_ACCEPT_MODEL,
    OPTION_HOSTFILE,
    OPTION_RETRIES,
    OPTION_STALL_TIMEOUT
};

static const struct option options[] = {
    {"ranks", required_argument, NULL, 'n'},
    ULAM_JOB_OPTIONS,
    {"quiet", no_argument, NULL, 'q'},
    {"part", required_argument, NULL, OPTION_PART},
    {"time-limit", required_argument, NULL, OPTION_TIME_LIMIT},
    {"force-new", no_argument, NULL, OPTION_FORCE_NEW},
    {"accept-model", no_argument, NULL, OPTION_ACCEPT_MODEL},
    {"hostfile", required_argument, NULL, OPTION_HOSTFILE},
    {"retries", required_argument, NULL, OPTION_RETRIES},
    {"stall-timeout", required_argument, NULL, OPTION_STALL_TIMEOUT},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

enum {
    MOST_RANKS = 100000,
    MOST_RETRIES = 1000000
};

static bool read_number(const char *option, const char *what, const char *text, long least, long most, int *number)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (errno || *end || end == text || value < least || value > most) {
        fprintf(stderr, "ulam run: %s: '%s' is not a number of %s; expected an integer from %ld to %ld\n", option, text,
                what, least, most);
        return false;
    }
    *number = (int)value;
    return true;
}

static bool read_duration(const char *option, const char *text, double *seconds)
{
    if (ulam_duration_read(text, seconds) && *seconds > 0) return true;
    fprintf(stderr, "ulam run: %s: '%s' is not a time; expected such as 90s, 10m or 23h50m\n", option, text);
    return false;
}

/* "slurm": the task of a job array, as "K/N". */
static bool read_part(ulam_run_options *self, const char *text)
{
    self->job.source.part = text;
    if (strcmp(text, "slurm") != 0) return true;
    const char *id = getenv("SLURM_ARRAY_TASK_ID"), *least = getenv("SLURM_ARRAY_TASK_MIN");
    const char *count = getenv("SLURM_ARRAY_TASK_COUNT");
    if (!id || !least || !count) {
        fputs("ulam run: --part slurm: this is no task of a Slurm job array (SLURM_ARRAY_TASK_ID is not set)\n",
              stderr);
        return false;
    }
    snprintf(self->part, sizeof self->part, "%ld/%s", atol(id) - atol(least) + 1, count);
    self->job.source.part = self->part;
    return true;
}

/* False: the argument is bad, which has been said. */
static bool take_option(ulam_run_options *self, int option, const char *argument)
{
    switch (option) {
    case 'q':
        return self->quiet = true;
    case 'n':
        return read_number("--ranks", "ranks", argument, 1, MOST_RANKS, &self->ranks);
    case OPTION_PART:
        return read_part(self, argument);
    case OPTION_TIME_LIMIT:
        return read_duration("--time-limit", argument, &self->time_limit);
    case OPTION_FORCE_NEW:
        return self->force_new = true;
    case OPTION_ACCEPT_MODEL:
        return self->accept_model = true;
    case OPTION_HOSTFILE:
        self->hostfile = argument;
        return true;
    case OPTION_RETRIES:
        return read_number("--retries", "retries", argument, 0, MOST_RETRIES, &self->retries);
    case OPTION_STALL_TIMEOUT:
        return read_duration("--stall-timeout", argument, &self->stall_timeout);
    default:
        return ulam_job_options_take(&self->job, option, argument);
    }
}

int ulam_run_options_read(ulam_run_options *self, int argc, char **argv)
{
    static const ulam_usage usage = {"run", help, ":n:o:qh", options};
    int status = -1;
    *self = (ulam_run_options){.time_limit = NAN, .stall_timeout = INFINITY};
    for (int option; (option = ulam_next_option(&usage, argc, argv, &status)) != -1;)
        if (!take_option(self, option, optarg)) return 2;
    if (status >= 0) return status;
    self->job.source.path = ulam_only_operand("run", "JOB", argc, argv);
    return self->job.source.path ? -1 : 2;
}

void ulam_run_options_free(ulam_run_options *self) { ulam_job_options_free(&self->job); }
