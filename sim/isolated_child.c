#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "isolated_child.h"
#include "prepared.h"
#include "stretch.h"

enum {
    COMMANDS = 3 /* its descriptor in the child */
};

/* A model that calls exit() must not run what the parent registered for its own end. */
static void leave(int status, void *unused)
{
    (void)unused;
    _exit(status);
}

/* What asks a job to stop is sent to whole process groups, and the parent lets the runs in hand finish. */
static void reset_signals(void)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++) sigaction(i, &action, NULL);
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) sigaction(stops[i], &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The parent's files, locks and connections stay with it. */
static void reset_descriptors(const ulam_isolated_terms *terms)
{
    const int commands = fcntl(terms->commands, F_DUPFD, COMMANDS), report = fcntl(terms->report, F_DUPFD, COMMANDS);
    const int null = open("/dev/null", O_RDWR);
    if (commands < 0 || report < 0 || null < 0) _exit(EXIT_FAILURE);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(report, STDERR_FILENO);
    dup2(commands, COMMANDS);
    fcntl(COMMANDS, F_SETFD, FD_CLOEXEC);
#ifdef SYS_close_range
    syscall(SYS_close_range, COMMANDS + 1, ~0u, 0);
#endif
}

static void detach(const ulam_isolated_terms *terms)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != terms->parent) _exit(EXIT_FAILURE); /* it died before that */
    reset_descriptors(terms);
    struct rlimit core;
    getrlimit(RLIMIT_CORE, &core);
    core.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &core);
    on_exit(leave, NULL);
    reset_signals();
}

static void perform(ulam_performer *performer, ulam_prepared *prepared, ulam_isolated_board *board)
{
    ulam_stretch rest = board->command;
    const size_t stride = board->stride;
    const void *point;
    uint64_t done = 0;
    ulam_error failure = {0};
    atomic_store(&board->progress, ULAM_CHILD_SETTING_UP);
    if (!ulam_prepare(prepared, rest.point, &point, &failure)) {
        atomic_store(&board->progress, ULAM_CHILD_RUNNING);
        while (rest.n) {
            const uint64_t n = ulam_perform_next(performer, point, &rest, board->values + done, stride, &failure);
            if (n == 0) break;
            done += n;
            atomic_store_explicit(&board->progress, ULAM_CHILD_RUNNING + done, memory_order_release);
        }
    }
    if (failure.status) board->failure = failure;
}

static bool take(int commands)
{
    char byte;
    ssize_t n;
    do n = read(commands, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static bool answer(int commands)
{
    ssize_t n;
    do n = send(commands, "", 1, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

_Noreturn void ulam_isolated_child(const ulam_isolated_terms *terms)
{
    detach(terms);
    ulam_prepared prepared;
    ulam_performer performer;
    ulam_prepared_init(&prepared, terms->job);
    if (ulam_performer_init(&performer, terms->job)) _exit(EXIT_FAILURE);
    while (take(COMMANDS)) {
        perform(&performer, &prepared, terms->board);
        if (!answer(COMMANDS)) break;
    }
    ulam_performer_free(&performer);
    ulam_prepared_free(&prepared);
    _exit(EXIT_SUCCESS);
}
