#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lock_owner.h"

/* A process's start, the 22nd field of its line in /proc, and its state, the 3rd. False: not known. */
static bool find_process(long process, unsigned long long *start, char *state)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (!file) return false;
    const size_t size = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[size] = '\0';
    const char *at = strrchr(line, ')'); /* the name may hold blanks and brackets itself */
    if (!at || sscanf(at, ") %c", state) != 1) return false;
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    return at && sscanf(at, "%llu", start) == 1;
}

ulam_lock_owner ulam_lock_owner_here(void)
{
    ulam_lock_owner self = {.process = (long)getpid(), .note = "-"};
    if (gethostname(self.host, sizeof self.host) != 0) strcpy(self.host, "?");
    self.host[sizeof self.host - 1] = '\0';
    char state;
    if (!find_process(self.process, &self.start, &state)) self.start = 0;
    return self;
}

bool ulam_lock_owner_write(const ulam_lock_owner *self, int file)
{
    char text[384];
    const int length =
        snprintf(text, sizeof text, "%s %ld %llu %s\n", self->host, self->process, self->start, self->note);
    return ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)length, 0) == length;
}

bool ulam_lock_owner_read(ulam_lock_owner *self, int file)
{
    char text[384];
    *self = (ulam_lock_owner){0};
    const ssize_t size = pread(file, text, sizeof text - 1, 0);
    if (size <= 0) return false;
    text[size] = '\0';
    return sscanf(text, "%255s %ld %llu %63s", self->host, &self->process, &self->start, self->note) >= 3 &&
           self->process > 0;
}

bool ulam_lock_owner_died_here(const ulam_lock_owner *self)
{
    const ulam_lock_owner here = ulam_lock_owner_here();
    if (strcmp(self->host, here.host) != 0) return false;
    if (kill((pid_t)self->process, 0) != 0 && errno == ESRCH) return true;
    unsigned long long start;
    char state;
    if (!find_process(self->process, &start, &state)) return false;
    return state == 'Z' || state == 'X' || (self->start && start != self->start);
}
