#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "warden.h"

static void close_others(int kept)
{
    int from = STDERR_FILENO + 1;
    for (; from < kept; from++) close(from);
    if (kept >= from) from = kept + 1;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)from, ~0u, 0) == 0) return;
#endif
    for (const int end = (int)sysconf(_SC_OPEN_MAX); from < end && from < 65536; from++) close(from);
}

void ulam_warden_detach(int kept)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int i = 1; i < NSIG; i++) sigaction(i, &by_default, NULL);
    const int null = open("/dev/null", O_RDWR);
    for (int stream = 0; stream <= STDERR_FILENO; stream++) dup2(null, stream);
    close_others(kept);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void remove_scratch(const char *path)
{
    if (!*path) return;
    execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
    _exit(1);
}

/* In a session of its own, where no signal to this process's group and no terminal reaches it. */
static _Noreturn void keep(const ulam_warden_board *board, int line)
{
    char byte;
    ssize_t n;
    setsid();
    ulam_warden_detach(line);
    do n = read(line, &byte, 1);
    while (n > 0 || (n < 0 && errno == EINTR));
    const pid_t group = atomic_load(&board->group);
    if (group > 0) kill(-group, SIGKILL);
    remove_scratch(board->scratch);
    _exit(0);
}

static ulam_status fork_warden(ulam_warden *self, ulam_error *error)
{
    int line[2];
    sigset_t all, before;
    if (pipe2(line, O_CLOEXEC)) return ulam_fail(error, ULAM_ESYSTEM, "cannot make a pipe: %s", strerror(errno));
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    self->process = fork();
    if (self->process == 0) keep(self->board, line[0]);
    const int cause = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(line[0]);
    self->line = line[1];
    if (self->process > 0) return ULAM_OK;
    close(line[1]);
    return ulam_fail(error, ULAM_ESYSTEM, "cannot start a process: %s", strerror(cause));
}

ulam_status ulam_warden_start(ulam_warden *self, ulam_error *error)
{
    if (self->process > 0) return ULAM_OK;
    if (!self->board) {
        void *memory = mmap(NULL, sizeof *self->board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return ulam_fail_memory(error, "starting a program");
        self->board = memory;
    }
    return fork_warden(self, error);
}

void ulam_warden_end(ulam_warden *self)
{
    if (self->process > 0) {
        close(self->line);
        while (waitpid(self->process, NULL, 0) < 0 && errno == EINTR) continue;
    }
    if (self->board) munmap(self->board, sizeof *self->board);
    *self = (ulam_warden){0};
}
