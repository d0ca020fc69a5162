#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <ulam/execute.h>
#include <ulam/isolate.h>

#include "isolated_child.h"
#include "stretch.h"

static const size_t board_values = (size_t)1 << 17; /* 1 MiB, or one run */
static const double patience = 1;                   /* s that a child has to tear its points down */

struct ulam_isolated {
    const ulam_job *job;
    ulam_isolated_board *board;
    size_t board_size; /* bytes */
    size_t capacity;   /* runs that the board has room for */
    pid_t child;       /* 0: none */
    bool known;        /* how the last child ended: wait_status */
    int wait_status;
    int commands;    /* socket to the child; -1: closed */
    int report;      /* its standard error; -1: closed */
    char said[1024]; /* [n_said], the latest that came from there */
    size_t n_said;
};

typedef enum {
    ANSWERED,
    DIED,
    OVERDUE
} outcome;

static void drop(int *descriptor)
{
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

/* The child's standard error */

/* Takes what there is; keeps the end of it. */
static void hear(ulam_isolated *self)
{
    const size_t keep = sizeof self->said / 2;
    while (self->report >= 0) {
        if (self->n_said > keep) {
            memmove(self->said, self->said + self->n_said - keep, keep);
            self->n_said = keep;
        }
        const ssize_t n = read(self->report, self->said + self->n_said, sizeof self->said - self->n_said);
        if (n > 0)
            self->n_said += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            drop(&self->report);
        else if (errno == EAGAIN)
            return;
    }
}

/* The last line heard, printable; empty: none. */
static void last_line(const ulam_isolated *self, char *line, size_t size)
{
    size_t end = self->n_said;
    while (end && strchr("\r\n ", self->said[end - 1])) end--;
    size_t start = end;
    while (start && self->said[start - 1] != '\n') start--;
    size_t n = 0;
    for (; start < end && n + 1 < size; start++, n++)
        line[n] = self->said[start] >= ' ' && self->said[start] <= '~' ? self->said[start] : '?';
    line[n] = '\0';
}

/* The child's life */

static ulam_status start(ulam_isolated *self, ulam_error *error)
{
    int commands[2] = {-1, -1}, report[2] = {-1, -1};
    ulam_status status = ULAM_OK;
    sigset_t all, before;
    pid_t child = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, commands) || pipe2(report, O_CLOEXEC) ||
        fcntl(report[0], F_SETFL, O_NONBLOCK))
        goto out;
    const ulam_isolated_terms terms = {
        .job = self->job, .board = self->board, .commands = commands[1], .report = report[1], .parent = getpid()};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* none of the parent's handlers may run in the child */
    child = fork();
    if (child == 0) ulam_isolated_child(&terms);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
out:
    if (child < 0) {
        status = ulam_fail(error, ULAM_ESYSTEM, "no child process can be had to perform runs in: %s", strerror(errno));
        drop(&commands[0]);
        drop(&report[0]);
    } else {
        self->child = child;
        self->commands = commands[0];
        self->report = report[0];
    }
    drop(&commands[1]);
    drop(&report[1]);
    return status;
}

/* Sees whether the child has ended, without waiting, or with. */
static bool ended(ulam_isolated *self, int how)
{
    pid_t n;
    do n = waitpid(self->child, &self->wait_status, how);
    while (n < 0 && errno == EINTR);
    if (n == 0) return false;
    self->known = n > 0; /* not where SIGCHLD is ignored */
    self->child = 0;
    hear(self);
    drop(&self->commands);
    drop(&self->report);
    return true;
}

static void end(ulam_isolated *self)
{
    kill(self->child, SIGKILL);
    ended(self, 0);
}

/* Commands */

static bool post(ulam_isolated *self, const ulam_stretch *stretch)
{
    ulam_isolated_board *board = self->board;
    board->command = *stretch;
    board->stride = self->capacity;
    board->failure = (ulam_error){0};
    atomic_store(&board->progress, ULAM_CHILD_IDLE);
    ssize_t sent;
    do sent = send(self->commands, "", 1, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == 1;
}

/* Waits until the child has done its command, has ended, or is too long about one run. *progress: how far it was seen to
 * have come. */
static outcome await(ulam_isolated *self, uint64_t *progress)
{
    const double timeout = self->job->conduct.run_timeout;
    const int slice = timeout < 1 ? 1 + (int)(timeout * 100) : 100; /* ms */
    double waited = 0, before = ulam_clock();
    int commands = self->commands;
    for (;;) {
        struct pollfd ready[] = {{.fd = commands, .events = POLLIN}, {.fd = self->report, .events = POLLIN}};
        const int n = poll(ready, 2, commands < 0 ? 1 : slice);
        char byte;
        if (n > 0 && ready[1].revents) hear(self);
        if (n > 0 && ready[0].revents) {
            if (recv(commands, &byte, 1, MSG_DONTWAIT) == 1) return ANSWERED;
            commands = -1;
        }
        if (ended(self, WNOHANG)) return DIED;

        const double now = ulam_clock();
        const uint64_t seen = atomic_load(&self->board->progress);
        /* A job that was halted for a while, child and all, has not computed meanwhile. */
        waited = seen == *progress ? waited + fmin(now - before, 2e-3 * slice) : 0;
        before = now;
        *progress = seen;
        if (seen >= ULAM_CHILD_RUNNING && waited > timeout) return OVERDUE;
    }
}

static void describe_end(const ulam_isolated *self, bool running, ulam_error *cause)
{
    char how[128], line[256];
    if (!self->known)
        snprintf(how, sizeof how, "ended without a known reason");
    else if (WIFSIGNALED(self->wait_status))
        snprintf(how, sizeof how, "killed by signal %d (%s)", WTERMSIG(self->wait_status),
                 strsignal(WTERMSIG(self->wait_status)));
    else
        snprintf(how, sizeof how, "exited with status %d%s", WEXITSTATUS(self->wait_status),
                 running ? " in the middle of the run" : "");
    last_line(self, line, sizeof line);
    ulam_fail(cause, ULAM_ERUN, "%s%s%s%s", how, running ? "" : " while the point was set up",
              *line ? "; last message: " : "", line);
}

/* What the child wrote, which a wild pointer may have gone over. */
static void read_failure(ulam_isolated *self, ulam_status status, ulam_error *error)
{
    self->board->failure.message[ULAM_MESSAGE_SIZE - 1] = '\0';
    ulam_fail(error, status, "%s", self->board->failure.message);
}

/* Performs a stretch that fits on the board. *done runs were done; *failed: and the one behind them failed. If the child was
 * lost in a group of lanes, that group is left to be performed one by one. */
static ulam_status perform(ulam_isolated *self, ulam_stretch *stretch, uint64_t *done, bool *failed, ulam_error *cause,
                           ulam_error *error)
{
    uint64_t progress = ULAM_CHILD_IDLE, seen = ULAM_CHILD_IDLE;
    outcome reply = DIED;
    for (int tries = 0; progress == ULAM_CHILD_IDLE && tries < 3; tries++) {
        if (!self->child && start(self, error)) return ULAM_ESYSTEM;
        self->n_said = 0;
        reply = post(self, stretch) ? await(self, &seen) : DIED;
        if (reply != ANSWERED && self->child) end(self);
        progress = atomic_load(&self->board->progress);
    }
    if (progress == ULAM_CHILD_IDLE)
        return ulam_fail(error, ULAM_ESYSTEM, "the child process to perform runs in ended before it had begun one");
    const bool running = progress >= ULAM_CHILD_RUNNING;
    *done = running ? progress - ULAM_CHILD_RUNNING : 0;
    if (*done >= stretch->n) {
        *done = stretch->n;
        return ULAM_OK;
    }
    if (reply == OVERDUE && progress != seen) return ULAM_OK; /* it just made it */
    if (reply == ANSWERED && !running) {
        const ulam_status status = self->board->failure.status;
        read_failure(self, status ? status : ULAM_EINVAL, error);
        return status ? status : ULAM_EINVAL;
    }
    const uint64_t at = stretch->first + *done;
    if (reply != ANSWERED && running && at >= stretch->lanes_from) {
        stretch->lanes_from = at + ULAM_LANES;
        return ULAM_OK;
    }
    *failed = true;
    if (reply == ANSWERED)
        read_failure(self, ULAM_ERUN, cause);
    else if (reply == OVERDUE)
        ulam_fail(cause, ULAM_ERUN, "took longer than %g s", self->job->conduct.run_timeout);
    else
        describe_end(self, running, cause);
    return ULAM_OK;
}

/* The public functions */

ulam_isolated *ulam_isolated_open(const ulam_job *job)
{
    ulam_isolated *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    const size_t width = job->width ? job->width : 1;
    *self = (ulam_isolated){.job = job, .commands = -1, .report = -1};
    self->capacity = width < board_values ? board_values / width : 1;
    if (self->capacity > ULAM_LANES) self->capacity -= self->capacity % ULAM_LANES;
    self->board_size = sizeof *self->board + self->capacity * width * sizeof *self->board->values;
    self->board = mmap(NULL, self->board_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (self->board != MAP_FAILED) return self;
    free(self);
    return NULL;
}

void ulam_isolated_close(ulam_isolated *self)
{
    if (!self) return;
    const double until = ulam_clock() + patience;
    drop(&self->commands);
    while (self->child && !ended(self, WNOHANG)) {
        struct pollfd report = {.fd = self->report, .events = POLLIN};
        if (ulam_clock() > until)
            end(self);
        else if (poll(&report, 1, 1) > 0)
            hear(self);
    }
    munmap(self->board, self->board_size);
    free(self);
}

static void collect(const ulam_isolated *self, double *values, size_t stride, size_t runs)
{
    const double *from = self->board->values;
    for (size_t e = 0; e < self->job->width; e++)
        memcpy(values + e * stride, from + e * self->capacity, runs * sizeof *values);
}

ulam_status ulam_isolated_perform(ulam_isolated *self, ulam_stretch stretch, double *values, size_t stride,
                                  uint64_t *done, ulam_error *cause, ulam_error *error)
{
    bool failed = false;
    ulam_status status = ULAM_OK;
    *done = 0;
    while (!status && !failed && stretch.n) {
        ulam_stretch command = stretch;
        if (command.n > self->capacity) command.n = self->capacity;
        uint64_t now = 0;
        status = perform(self, &command, &now, &failed, cause, error);
        if (!status) collect(self, values + *done, stride, (size_t)now);
        stretch = (ulam_stretch){stretch.point, stretch.first + now, stretch.n - now, command.lanes_from};
        *done += now;
    }
    return status;
}
