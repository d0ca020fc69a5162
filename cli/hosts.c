#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "hosts.h"

static const double patience = 10; /* s, for a host to answer */

static _Noreturn void ask(const char *launcher, const char *host)
{
    const int nowhere = open("/dev/null", O_RDWR);
    setpgid(0, 0);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execlp(launcher, launcher, "-n", "1", "-host", host, "true", (char *)NULL);
    _exit(127);
}

static bool answers(const char *launcher, const char *host)
{
    const struct timespec nap = {.tv_nsec = 20000000};
    const double end = ulam_clock() + patience;
    int status = 1;
    const pid_t child = fork();
    if (child == 0) ask(launcher, host);
    if (child < 0) return false;
    setpgid(child, child);
    for (;;) {
        const pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if ((ended < 0 && errno != EINTR) || ulam_clock() > end) break;
        nanosleep(&nap, NULL);
    }
    kill(-child, SIGKILL);
    waitpid(child, NULL, 0);
    return false;
}

/* Copies the lines whose hosts answer: a name, then what the launcher makes of the rest. */
static ulam_status copy_lines(ulam_hosts *self, const char *launcher, FILE *in, FILE *out, ulam_error *error)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, in) > 0) {
        char host[256];
        if (sscanf(line, " %255[^# \t\r\n:]", host) != 1) continue;
        self->hosts++;
        if (!answers(launcher, host)) continue;
        self->within++;
        fputs(line, out);
        if (!strchr(line, '\n')) fputc('\n', out);
    }
    free(line);
    if (self->within == 0) return ulam_fail(error, ULAM_EIO, "none of the %zu hosts answers", self->hosts);
    return ULAM_OK;
}

ulam_status ulam_hosts_reach(ulam_hosts *self, const char *launcher, const char *hostfile, ulam_error *error)
{
    ulam_hosts_free(self);
    const char *folder = getenv("TMPDIR");
    ulam_status status = ULAM_OK;
    FILE *in = fopen(hostfile, "re"), *out = NULL;
    if (!in) return ulam_fail(error, ULAM_EIO, "%s: %s", hostfile, strerror(errno));
    if (asprintf(&self->path, "%s/ulam-hosts-XXXXXX", folder ? folder : "/tmp") < 0) {
        self->path = NULL;
        status = ulam_fail_memory(error, "looking for hosts");
        goto out;
    }
    const int file = mkostemp(self->path, O_CLOEXEC);
    out = file < 0 ? NULL : fdopen(file, "w");
    if (!out) {
        status = ulam_fail(error, ULAM_EIO, "%s: %s", self->path, strerror(errno));
        goto out;
    }
    status = copy_lines(self, launcher, in, out, error);
out:
    if (out && fclose(out) != 0 && !status) status = ulam_fail(error, ULAM_EIO, "%s: %s", self->path, strerror(errno));
    fclose(in);
    return status;
}

void ulam_hosts_free(ulam_hosts *self)
{
    if (self->path) unlink(self->path);
    free(self->path);
    *self = (ulam_hosts){0};
}
