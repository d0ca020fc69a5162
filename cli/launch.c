#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "hosts.h"
#include "launch.h"

#ifdef ULAM_MPIEXEC
static char *const mpiexec = ULAM_MPIEXEC;
#else
static char *const mpiexec = NULL; /* built without MPI */
#endif

enum {
    STOPPED_EARLY = 3,
    HOSTFILE = 4 /* where it stands in the launcher's command */
};

static const double first_pause = 1, longest_pause = 60; /* s, before a job is started again */

/* What a signal handler can reach: the launcher's process group, and how often a stop was asked for. */
static volatile sig_atomic_t launcher;
static volatile sig_atomic_t requests;

static void pass_on(int number)
{
    const bool again = number == SIGINT && requests > 0;
    requests = 1;
    if (launcher > 0) kill(again ? -launcher : launcher, again ? SIGKILL : SIGUSR1);
}

void ulam_warn_oversubscribed(int ranks)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores > 0 && ranks > cores)
        fprintf(stderr, "ulam: warning: %d ranks share %ld cores here; more ranks than cores make nothing faster\n",
                ranks, cores);
}

/* How Open MPI's mpirun does best; what the user has set stands, and other launchers ignore it. */
static void prepare_environment(const ulam_launch_plan *plan)
{
    if (!plan->hostfile) setenv("OMPI_MCA_pml", "ob1", 0);
    setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 0);
    setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 0);
    setenv("OMPI_MCA_orte_execute_quiet", "1", 0);
    /* A dead host is noticed in seconds, not in the minutes of TCP's own patience. */
    setenv("OMPI_MCA_oob_tcp_keepalive_time", "1", 0);
    setenv("OMPI_MCA_oob_tcp_keepalive_intvl", "1", 0);
    setenv("OMPI_MCA_oob_tcp_keepalive_probes", "3", 0);
    if (geteuid() == 0) {
        setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
        setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    }
    if (isatty(STDERR_FILENO)) setenv(ULAM_TERMINAL_VARIABLE, "1", 1);
}

/* The launcher's command line, ending in NULL. The array is the caller's, its texts are not. */
static char **make_command(const ulam_launch_plan *plan, char *program, char *count, int argc, char **argv)
{
    char **command = calloc((size_t)argc + 8, sizeof *command);
    if (!command) return NULL;
    int n = 0;
    command[n++] = mpiexec;
    command[n++] = "-n";
    command[n++] = count;
    if (plan->hostfile) {
        command[n++] = "--hostfile";
        command[n++] = (char *)plan->hostfile; /* HOSTFILE */
    }
    command[n++] = program;
    for (int i = 0; i < argc; i++) command[n++] = argv[i];
    return command;
}

/* Starts the launcher in a process group of its own, so that a terminal's Ctrl-C reaches it through here only. */
static pid_t start(char **command, ulam_error *error)
{
    int report[2], cause = 0;
    sigset_t stops, before;
    if (pipe2(report, O_CLOEXEC)) return -1;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGUSR1);
    sigprocmask(SIG_BLOCK, &stops, &before); /* until there is somebody to pass them on to */
    const pid_t parent = getpid(), child = fork();
    if (child == 0) {
        setpgid(0, 0);
        const int nothing = open("/dev/null", O_RDONLY); /* a background group may not read from the terminal */
        if (nothing >= 0) dup2(nothing, STDIN_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(1);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGUSR1, SIG_DFL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(command[0], command);
        cause = errno;
        if (write(report[1], &cause, sizeof cause) < 0) _exit(126);
        _exit(127);
    }
    close(report[1]);
    if (child > 0) {
        setpgid(child, child);
        launcher = child;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0 || read(report[0], &cause, sizeof cause) > 0) {
        if (child > 0) waitpid(child, NULL, 0);
        launcher = 0;
        ulam_fail(error, ULAM_ESYSTEM, "cannot start '%s': %s; it comes with the MPI library (openmpi-bin on Debian)",
                  command[0], strerror(child < 0 ? errno : cause));
        close(report[0]);
        return -1;
    }
    close(report[0]);
    return child;
}

/* When the result file was last replaced, as a number that changes with it. */
static double last_change(const char *path)
{
    struct stat status;
    if (stat(path, &status)) return 0;
    return (double)status.st_mtim.tv_sec + 1e-9 * (double)status.st_mtim.tv_nsec;
}

/* Waits for the launcher's end; *stalled: it was killed for lack of progress. Returns its exit status, 128 + the signal
 * where one ended it. */
static int wait_for(pid_t child, const ulam_launch_plan *plan, bool *stalled)
{
    const struct timespec nap = {.tv_nsec = 5000000};
    double change = last_change(plan->output), since = ulam_clock();
    int status;
    *stalled = false;
    for (;;) {
        const pid_t ended = waitpid(child, &status, isfinite(plan->stall_timeout) ? WNOHANG : 0);
        if (ended == child) break;
        if (ended < 0 && errno != EINTR) return 1;
        if (ended != 0) continue;
        nanosleep(&nap, NULL);
        const double now = last_change(plan->output);
        if (now != change) since = ulam_clock();
        change = now;
        if (*stalled || ulam_clock() - since < plan->stall_timeout) continue;
        *stalled = true;
        kill(-child, SIGKILL);
    }
    launcher = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Sleeps, unless a stop is asked for. */
static void pause_for(double seconds)
{
    const double end = ulam_clock() + seconds;
    const struct timespec nap = {.tv_nsec = 50000000};
    while (!requests && ulam_clock() < end) nanosleep(&nap, NULL);
}

/* 0 complete, 1 failed by itself, 2 bad input, 3 stopped: what a job says of itself, and trying again would not change. */
static bool job_has_spoken(int exit_status) { return exit_status >= 0 && exit_status <= 3; }

/* After a death the job goes on with the hosts that are left. */
static void leave_out_dead_hosts(const ulam_launch_plan *plan, char **command, ulam_hosts *hosts)
{
    ulam_error error = {0};
    if (!plan->hostfile) return;
    command[HOSTFILE] = (char *)plan->hostfile;
    if (ulam_hosts_reach(hosts, mpiexec, plan->hostfile, &error))
        fprintf(stderr, "ulam run: %s\n", error.message);
    else if (hosts->within < hosts->hosts) {
        fprintf(stderr, "ulam run: %zu of %zu hosts answer; going on with these\n", hosts->within, hosts->hosts);
        command[HOSTFILE] = hosts->path;
    }
}

/* Gives a further start what is left of the time limit, as the last of its options, which counts. False: nothing is. */
static bool limit_rest(const ulam_launch_plan *plan, char **command, char *text, size_t size)
{
    if (isnan(plan->time_limit)) return true;
    const double rest = plan->start + plan->time_limit - ulam_clock();
    if (rest <= 0) return false;
    snprintf(text, size, "--time-limit=%.3f", rest);
    size_t n = 0;
    while (command[n] && command[n] != text && strcmp(command[n], "--") != 0) n++;
    if (!command[n]) command[n] = text;
    return true;
}

static int supervise(const ulam_launch_plan *plan, char **command, ulam_error *error)
{
    double pause = first_pause;
    char limit[48];
    ulam_hosts hosts = {0};
    int status;
    for (int attempt = 0;; attempt++) {
        bool stalled;
        const pid_t child = start(command, error);
        status = child < 0 ? -1 : wait_for(child, plan, &stalled);
        if (child < 0 || (!stalled && job_has_spoken(status))) break;
        if (requests) {
            fputs("ulam run: stopped; the last checkpoint stands\n", stderr);
            status = STOPPED_EARLY;
            break;
        }
        if (attempt >= plan->retries) {
            fprintf(stderr, "ulam run: the job %s (launcher's exit status %d); run the same command to go on\n",
                    stalled ? "made no progress and was ended" : "died", status);
            status = 1;
            break;
        }
        fprintf(stderr, "ulam run: the job %s (launcher's exit status %d); starting it again in %.0f s, try %d of %d\n",
                stalled ? "made no progress and was ended" : "died", status, pause, attempt + 1, plan->retries);
        pause_for(pause);
        pause = fmin(2 * pause, longest_pause);
        leave_out_dead_hosts(plan, command, &hosts);
        if (requests || !limit_rest(plan, command, limit, sizeof limit)) {
            status = STOPPED_EARLY;
            break;
        }
    }
    ulam_hosts_free(&hosts);
    return status;
}

/* A pipe is empty when rank 0 comes to it. */
static bool can_be_read_again(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

ulam_status ulam_launch(const ulam_launch_plan *plan, int argc, char **argv, int *exit_status, ulam_error *error)
{
    char program[4096], count[16];
    if (!mpiexec)
        return ulam_fail(error, ULAM_EINVAL,
                         "this ulam was built without MPI and runs as one process: leave out --ranks, --hostfile and "
                         "--retries");
    if (!can_be_read_again(plan->job))
        return ulam_fail(error, ULAM_EINVAL,
                         "%s is no regular file, and the ranks read the job again: write the job to a file, or leave "
                         "out --ranks, --hostfile and --retries",
                         plan->job);
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) return ulam_fail(error, ULAM_ESYSTEM, "cannot find this program's own file: %s", strerror(errno));
    program[length] = '\0';
    snprintf(count, sizeof count, "%d", plan->ranks);
    char **command = make_command(plan, program, count, argc, argv);
    if (!command) return ulam_fail_memory(error, "starting ranks");

    const struct sigaction action = {.sa_handler = pass_on};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    prepare_environment(plan);
    *exit_status = supervise(plan, command, error);
    free(command);
    return *exit_status < 0 ? ULAM_ESYSTEM : ULAM_OK;
}
