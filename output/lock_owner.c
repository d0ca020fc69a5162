#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lock_owner.h"

/* A process's start, the 22nd field of its line in /proc, the 20th behind the command's name. 0: not known. */
static unsigned long long start_of(long process)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    const size_t size = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[size] = '\0';
    const char *at = strrchr(line, ')'); /* the name may hold blanks and brackets itself */
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    unsigned long long start = 0;
    return at && sscanf(at, "%llu", &start) == 1 ? start : 0;
}

ulam_lock_owner ulam_lock_owner_here(void)
{
    ulam_lock_owner self = {.process = (long)getpid()};
    if (gethostname(self.host, sizeof self.host) != 0) strcpy(self.host, "?");
    self.host[sizeof self.host - 1] = '\0';
    self.start = start_of(self.process);
    return self;
}

bool ulam_lock_owner_write(const ulam_lock_owner *self, int file)
{
    char text[320];
    const int length = snprintf(text, sizeof text, "%s %ld %llu\n", self->host, self->process, self->start);
    return ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)length, 0) == length;
}

bool ulam_lock_owner_read(ulam_lock_owner *self, int file)
{
    char text[320];
    *self = (ulam_lock_owner){0};
    const ssize_t size = pread(file, text, sizeof text - 1, 0);
    if (size <= 0) return false;
    text[size] = '\0';
    return sscanf(text, "%255s %ld %llu", self->host, &self->process, &self->start) == 3 && self->process > 0;
}

bool ulam_lock_owner_died_here(const ulam_lock_owner *self)
{
    const ulam_lock_owner here = ulam_lock_owner_here();
    if (strcmp(self->host, here.host) != 0) return false;
    if (kill((pid_t)self->process, 0) != 0 && errno == ESRCH) return true;
    const unsigned long long start = start_of(self->process);
    return self->start && start && start != self->start;
}
