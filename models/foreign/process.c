#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

extern char **environ;

static ulam_status fail_start(const char *path, int cause, ulam_error *error)
{
    return ulam_fail(error, ULAM_ESYSTEM, "%s cannot be started: %s", path, strerror(cause));
}

/* Starts a program with these descriptors for its standard streams; an errors of -1 is nowhere. Returns an error number. */
static int start(const char *path, char *const *argv, int input, int output, int errors, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    int cause = posix_spawn_file_actions_init(&actions);
    if (cause) return cause;
    if (input >= 0)
        cause = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    else
        cause = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!cause) cause = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!cause && errors < 0)
        cause = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!cause) cause = posix_spawn(child, path, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return cause;
}

static bool wait_for(pid_t child, int *outcome)
{
    pid_t ended;
    while ((ended = waitpid(child, outcome, 0)) < 0 && errno == EINTR) continue;
    return ended == child;
}

ulam_status ulam_process_run(const char *path, char *const *argv, int input, int *outcome, ulam_error *error)
{
    pid_t child;
    const int cause = start(path, argv, input, STDERR_FILENO, STDERR_FILENO, &child);
    if (cause) return fail_start(path, cause, error);
    return wait_for(child, outcome) ? ULAM_OK : fail_start(path, errno, error);
}

ulam_status ulam_process_output(const char *path, char *const *argv, ulam_bytes *output, ulam_error *error)
{
    char piece[4096];
    int ends[2], outcome;
    ssize_t n;
    pid_t child;
    ulam_status status = ULAM_OK;
    if (pipe2(ends, O_CLOEXEC) != 0) return fail_start(path, errno, error);
    const int cause = start(path, argv, -1, ends[1], -1, &child);
    close(ends[1]);
    if (cause) status = fail_start(path, cause, error);
    while (!cause && ((n = read(ends[0], piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)))
        if (!status && n > 0 && ulam_bytes_put(output, piece, (size_t)n))
            status = ulam_fail_memory(error, "asking a compiler for its version");
    close(ends[0]);
    if (!cause) wait_for(child, &outcome);
    return status;
}
