#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ulam/duration.h>

#include "stop.h"

/* What the file needs at the end of an allocation. */
static const double slurm_margin = 30; /* s */

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t requested;

static void request(int number)
{
    if (number == SIGINT && requested) {
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    requested = 1;
}

void ulam_stop_on_signals(void)
{
    const struct sigaction action = {.sa_handler = request, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

/* Seconds that Slurm leaves this job; NAN: it does not say. */
static double slurm_seconds_left(void)
{
    const char *job = getenv("SLURM_JOB_ID"), *end = getenv("SLURM_JOB_END_TIME");
    if (!job) return NAN;
    if (end && atoll(end) > 0) return difftime((time_t)atoll(end), time(NULL));
    /* One task of an array has the number of the whole, under which squeue lists all of them. */
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID");
    char name[48], command[96], answer[64] = "";
    snprintf(name, sizeof name, "%ld", atol(job));
    if (array && task) snprintf(name, sizeof name, "%ld_%ld", atol(array), atol(task));
    snprintf(command, sizeof command, "squeue -h -o %%L -j %s 2>/dev/null", name);
    FILE *squeue = popen(command, "r");
    if (!squeue) return NAN;
    if (fscanf(squeue, "%63s", answer) != 1) answer[0] = '\0';
    double seconds;
    return pclose(squeue) == 0 && ulam_duration_read(answer, &seconds) ? seconds : NAN;
}

ulam_stop ulam_stop_watch(double start, double limit, double most)
{
    ulam_stop stop = {.requested = &requested, .deadline = INFINITY, .grace = INFINITY};
    const double slurm = isnan(limit) ? slurm_seconds_left() : NAN;
    if (!isnan(limit)) stop.deadline = start + limit;
    if (!isnan(slurm)) stop.deadline = ulam_clock() + fmax(slurm - slurm_margin, 0);
    if (!isnan(slurm)) stop.grace = slurm_margin / 2;
    stop.deadline = fmin(stop.deadline, start + most);
    return stop;
}
