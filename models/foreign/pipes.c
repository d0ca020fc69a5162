#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pipes.h"

enum {
    PIECE = 1 << 16
};

static void drop(int *descriptor)
{
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

void ulam_pipes_init(ulam_pipes *self) { *self = (ulam_pipes){.to = -1, .from = -1}; }

void ulam_pipes_free(ulam_pipes *self)
{
    ulam_pipes_close(self);
    ulam_bytes_free(&self->out);
    ulam_bytes_free(&self->in);
}

ulam_status ulam_pipes_open(ulam_pipes *self, int *input, int *output, ulam_error *error)
{
    int there[2] = {-1, -1}, back[2] = {-1, -1};
    const bool made = !pipe2(there, O_CLOEXEC) && !pipe2(back, O_CLOEXEC) && !fcntl(there[1], F_SETFL, O_NONBLOCK) &&
                      !fcntl(back[0], F_SETFL, O_NONBLOCK);
    const int cause = errno;
    self->to = there[1];
    self->from = back[0];
    *input = there[0];
    *output = back[1];
    self->in.size = self->out.size = self->taken = self->searched = 0;
    return made ? ULAM_OK : ulam_fail(error, ULAM_ESYSTEM, "cannot make a pipe: %s", strerror(cause));
}

void ulam_pipes_close_far_ends(int input, int output)
{
    drop(&input);
    drop(&output);
}

void ulam_pipes_close_output(ulam_pipes *self) { drop(&self->to); }

void ulam_pipes_close(ulam_pipes *self)
{
    drop(&self->to);
    drop(&self->from);
    self->in.size = self->out.size = self->taken = self->searched = 0;
}

/* A program that no longer reads is found out by what it does not write. */
static void write_some(ulam_pipes *self)
{
    while (self->to >= 0 && self->out.size > 0) {
        const ssize_t n = write(self->to, self->out.data, self->out.size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) self->out.size = 0;
        if (n <= 0) return;
        self->out.size -= (size_t)n;
        memmove(self->out.data, self->out.data + n, self->out.size);
    }
}

static void forget_taken(ulam_pipes *self)
{
    if (!self->taken) return;
    self->in.size -= self->taken;
    memmove(self->in.data, self->in.data + self->taken, self->in.size);
    self->searched -= self->taken;
    self->taken = 0;
}

static bool read_some(ulam_pipes *self)
{
    unsigned char piece[PIECE];
    ssize_t n;
    do n = read(self->from, piece, sizeof piece);
    while (n < 0 && errno == EINTR);
    if (n < 0) return errno == EAGAIN;
    return n > 0 && !ulam_bytes_put(&self->in, piece, (size_t)n);
}

bool ulam_pipes_exchange(ulam_pipes *self, ulam_child *child, int milliseconds)
{
    forget_taken(self);
    write_some(self);
    struct pollfd ready[] = {{.fd = self->from, .events = POLLIN},
                             {.fd = child->errors, .events = POLLIN},
                             {.fd = self->out.size ? self->to : -1, .events = POLLOUT}};
    if (poll(ready, 3, milliseconds) <= 0) return true;
    if (ready[1].revents) ulam_child_hear(child);
    if (ready[2].revents) write_some(self);
    return !ready[0].revents || read_some(self);
}

size_t ulam_pipes_unread(const ulam_pipes *self) { return self->in.size - self->taken; }

bool ulam_pipes_are_open(const ulam_pipes *self) { return self->from >= 0; }

bool ulam_pipes_has_line(ulam_pipes *self)
{
    if (self->searched < self->taken) self->searched = self->taken;
    if (self->searched == self->in.size) return false;
    const unsigned char *from = self->in.data + self->searched;
    const unsigned char *end = memchr(from, '\n', self->in.size - self->searched);
    self->searched = end ? (size_t)(end - self->in.data) : self->in.size;
    return end != NULL;
}

const char *ulam_pipes_take_line(ulam_pipes *self, size_t *size)
{
    const size_t start = self->taken;
    *size = self->searched - start;
    self->taken = ++self->searched;
    return (const char *)self->in.data + start;
}

void ulam_pipe_signal_block(ulam_pipe_signal *self)
{
    sigset_t pipe_signal, pending;
    sigpending(&pending);
    self->pending = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &self->before);
}

void ulam_pipe_signal_restore(ulam_pipe_signal *self)
{
    const struct timespec at_once = {0, 0};
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    if (!self->pending)
        while (sigtimedwait(&pipe_signal, NULL, &at_once) < 0 && errno == EINTR) continue;
    pthread_sigmask(SIG_SETMASK, &self->before, NULL);
}
