#include <stdio.h>
#include <stdlib.h>

#include "job_options.h"

static bool add_set(ulam_job_options *self, const char *assignment)
{
    const char **set = realloc(self->set, (self->source.n_set + 1) * sizeof *set);
    if (!set) {
        fputs("ulam: out of memory\n", stderr);
        return false;
    }
    set[self->source.n_set++] = assignment;
    self->set = set;
    self->source.set = set;
    return true;
}

bool ulam_job_options_take(ulam_job_options *self, int option, const char *argument)
{
    switch (option) {
    case 's':
        return add_set(self, argument);
    case 'r':
        self->source.runs = argument;
        return true;
    case 'S':
        self->source.seed = argument;
        return true;
    case 'o':
        self->source.output = argument;
        return true;
    default:
        return false;
    }
}

void ulam_job_options_free(ulam_job_options *self)
{
    free(self->set);
    *self = (ulam_job_options){0};
}
