#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ulam/execute.h>

#include "child.h"

static void drop(int *descriptor)
{
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

/* Between fork and exec */

typedef struct {
    const ulam_child_plan *plan;
    ulam_warden_board *board;
    int errors;
    int report; /* an error number is written there if the program cannot be had */
    pid_t parent;
} beginning;

static void reset_signals(void)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int i = 1; i < NSIG; i++) sigaction(i, &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Several ranks share a machine's cores, and a sum's order may depend on the number of threads. */
static void limit_threads(void) { setenv("OMP_NUM_THREADS", "1", 0); }

/* Descriptors that the streams' own copies must not be overwritten by. */
static bool take_streams(const beginning *self)
{
    const int above = STDERR_FILENO + 1;
    const int input = fcntl(self->plan->input, F_DUPFD_CLOEXEC, above);
    const int output = fcntl(self->plan->output, F_DUPFD_CLOEXEC, above);
    const int errors = fcntl(self->errors, F_DUPFD_CLOEXEC, above);
    return dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0;
}

/* Whatever descriptor a library of this process left open across an exec is not for the program. */
static void close_on_exec(void)
{
#ifdef SYS_close_range
    const unsigned only_mark = 1u << 2; /* CLOSE_RANGE_CLOEXEC, which older headers do not name */
    if (syscall(SYS_close_range, STDERR_FILENO + 1u, ~0u, only_mark) == 0) return;
#endif
    for (int i = STDERR_FILENO + 1; i < 256; i++) fcntl(i, F_SETFD, FD_CLOEXEC);
}

static _Noreturn void become(const beginning *self)
{
    const struct rlimit no_core = {0, 0};
    setpgid(0, 0);
    atomic_store(&self->board->group, getpid());
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self->parent) _exit(EXIT_FAILURE);
    setrlimit(RLIMIT_CORE, &no_core);
    reset_signals();
    limit_threads();
    if (take_streams(self)) {
        close_on_exec();
        if (!*self->plan->folder || chdir(self->plan->folder) == 0)
            execvp(self->plan->words[0], (char *const *)self->plan->words);
    }
    const int cause = errno;
    if (write(self->report, &cause, sizeof cause) < 0) _exit(EXIT_FAILURE);
    _exit(127);
}

/* In this process */

static pid_t fork_quietly(const beginning *self)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* none of this process's handlers may run in the program's */
    const pid_t process = fork();
    if (process == 0) become(self);
    const int cause = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = cause;
    return process;
}

/* The error number that the program's process left on the pipe; 0: it became the program. */
static int read_report(int report)
{
    int cause = 0;
    ssize_t n;
    do n = read(report, &cause, sizeof cause);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof cause ? cause : 0;
}

ulam_status ulam_child_start(ulam_child *self, const ulam_child_plan *plan, ulam_warden *warden, ulam_error *error)
{
    int errors[2] = {-1, -1}, report[2] = {-1, -1};
    int cause = 0;
    ulam_status status = ulam_warden_start(warden, error);
    *self = (ulam_child){.errors = -1, .warden = warden};
    if (status) return status;
    if (pipe2(errors, O_CLOEXEC) || pipe2(report, O_CLOEXEC) || fcntl(errors[0], F_SETFL, O_NONBLOCK)) {
        cause = errno;
        goto out;
    }
    const beginning start = {plan, warden->board, errors[1], report[1], getpid()};
    self->process = fork_quietly(&start);
    if (self->process < 0) {
        cause = errno;
        self->process = 0;
        goto out;
    }
    setpgid(self->process, self->process);
    self->errors = errors[0];
    errors[0] = -1;
    drop(&report[1]);
    cause = read_report(report[0]);
    if (cause) ulam_child_end(self);
    if (cause == ENOENT || cause == EACCES || cause == ENOTDIR || cause == ENOEXEC || cause == EISDIR)
        status = ULAM_EINVAL;
out:
    drop(&errors[0]);
    drop(&errors[1]);
    drop(&report[0]);
    drop(&report[1]);
    if (!cause) return ULAM_OK;
    return ulam_fail(error, status ? status : ULAM_ESYSTEM, "the program %s cannot be started: %s", plan->words[0],
                     strerror(cause));
}

void ulam_child_hear(ulam_child *self)
{
    const size_t keep = sizeof self->said / 2;
    while (self->errors >= 0) {
        if (self->n_said > keep) {
            memmove(self->said, self->said + self->n_said - keep, keep);
            self->n_said = keep;
        }
        const ssize_t n = read(self->errors, self->said + self->n_said, sizeof self->said - self->n_said);
        if (n > 0)
            self->n_said += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            drop(&self->errors);
        else if (errno == EAGAIN)
            return;
    }
}

/* It has been waited for: what it left behind in its group goes too. */
static void forget(ulam_child *self)
{
    kill(-self->process, SIGKILL);
    atomic_store(&self->warden->board->group, 0);
    self->process = 0;
    ulam_child_hear(self);
    drop(&self->errors);
}

static bool reaped(ulam_child *self, int how)
{
    pid_t n;
    do n = waitpid(self->process, &self->outcome, how);
    while (n < 0 && errno == EINTR);
    if (n == 0) return false;
    self->known = n > 0; /* not where SIGCHLD is ignored */
    forget(self);
    return true;
}

bool ulam_child_ended(ulam_child *self, double patience)
{
    const double until = ulam_clock() + patience;
    while (self->process && !reaped(self, WNOHANG)) {
        if (ulam_clock() >= until) return false;
        struct pollfd errors = {.fd = self->errors, .events = POLLIN};
        if (poll(&errors, 1, 1) > 0) ulam_child_hear(self);
    }
    return true;
}

void ulam_child_end(ulam_child *self)
{
    if (!self->process) return;
    kill(-self->process, SIGKILL);
    kill(self->process, SIGKILL);
    reaped(self, 0);
}

void ulam_child_last_words(const ulam_child *self, char text[ULAM_LAST_WORDS])
{
    size_t end = self->n_said, n;
    while (end && strchr("\r\n ", self->said[end - 1])) end--;
    size_t start = end;
    while (start && self->said[start - 1] != '\n') start--;
    n = start < end ? (size_t)snprintf(text, ULAM_LAST_WORDS, "; last message: ") : 0;
    for (; start < end && n + 1 < ULAM_LAST_WORDS; start++) {
        const unsigned char c = (unsigned char)self->said[start];
        text[n++] = c >= ' ' && c != 0x7f ? (char)c : '?';
    }
    text[n] = '\0';
}

void ulam_child_describe_end(const ulam_child *self, char text[ULAM_LAST_WORDS])
{
    char words[ULAM_LAST_WORDS], how[96];
    ulam_child_last_words(self, words);
    if (!self->known)
        snprintf(how, sizeof how, "ended without a known reason");
    else if (WIFSIGNALED(self->outcome))
        snprintf(how, sizeof how, "killed by signal %d (%s)", WTERMSIG(self->outcome),
                 strsignal(WTERMSIG(self->outcome)));
    else
        snprintf(how, sizeof how, "exited with status %d", WEXITSTATUS(self->outcome));
    snprintf(text, ULAM_LAST_WORDS, "%s%.*s", how, (int)(ULAM_LAST_WORDS - sizeof how), words);
}
