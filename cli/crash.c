#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "crash.h"

static const struct {
    int number;
    const char *what;
} signals[] = {
    {SIGSEGV, "crashed (segmentation fault)"},
    {SIGBUS, "crashed (bus error)"},
    {SIGFPE, "crashed (arithmetic error)"},
    {SIGILL, "crashed (illegal instruction)"},
    {SIGABRT, "aborted"},
};

enum {
    N_SIGNALS = sizeof signals / sizeof *signals,
    STACK = 1 << 14 /* of its own, since a model's may have overflowed */
};

/* A signal handler can reach nothing else. */
static char model[128], output[4096];
static struct sigaction before[N_SIGNALS];
static pid_t process;

typedef struct {
    char text[sizeof output + 512];
    size_t length;
} line;

static void put(line *self, const char *text)
{
    while (*text && self->length < sizeof self->text) self->text[self->length++] = *text++;
}

/* printf() may not be called in a signal handler. */
static void put_number(line *self, uint64_t number)
{
    char digits[24], *at = digits + sizeof digits - 1;
    *at = '\0';
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    put(self, at);
}

static void put_place(line *self, const ulam_runs_in_hand *runs)
{
    put(self, " at point ");
    put_number(self, runs->point);
    put(self, runs->n == 1 ? ", run " : ", in one of the runs ");
    put_number(self, runs->first);
    if (runs->n == 1) return;
    put(self, " to ");
    put_number(self, runs->first + runs->n - 1);
}

/* A job that has not come to write its file has none that a run could be replayed from. */
static void put_advice(line *self, const ulam_runs_in_hand *runs)
{
    if (runs->n > 1 || !*output || access(output, F_OK) != 0) {
        put(self,
            "; with `isolate: true` that run is found, the job ends in order, and `ulam replay` performs it alone\n");
        return;
    }
    put(self, "; 'ulam replay ");
    put(self, output);
    put(self, " --point ");
    put_number(self, runs->point);
    put(self, " --run ");
    put_number(self, runs->first);
    put(self, "' performs it alone\n");
}

static void tell(const char *what, const ulam_runs_in_hand *runs)
{
    line told = {.length = 0};
    put(&told, "\nulam run: model '");
    put(&told, model);
    put(&told, "' ");
    put(&told, what);
    put_place(&told, runs);
    put_advice(&told, runs);
    const ssize_t written = write(STDERR_FILENO, told.text, told.length);
    (void)written;
}

static void take_signal(int number, siginfo_t *information, void *context)
{
    const ulam_runs_in_hand runs = ulam_execution_in_hand();
    size_t i = 0;
    (void)context;
    while (i < N_SIGNALS - 1 && signals[i].number != number) i++;
    if (runs.n) tell(signals[i].what, &runs);
    sigaction(number, &before[i], NULL);
    if (information->si_code <= 0) raise(number); /* sent: what the processor finds comes again by itself */
}

/* A child process that performs isolated runs tells its parent in its own way. */
static void take_exit(void)
{
    const ulam_runs_in_hand runs = ulam_execution_in_hand();
    if (!runs.n || getpid() != process) return;
    tell("called exit()", &runs);
    _exit(EXIT_FAILURE);
}

void ulam_tell_crashes(const ulam_job *job)
{
    static char stack[STACK];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction action = {.sa_sigaction = take_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    snprintf(model, sizeof model, "%s", job->model->name);
    snprintf(output, sizeof output, "%s", job->output ? job->output : "");
    process = getpid();
    sigaltstack(&own, NULL);
    for (size_t i = 0; i < N_SIGNALS; i++) sigaction(signals[i].number, &action, &before[i]);
    atexit(take_exit);
}
