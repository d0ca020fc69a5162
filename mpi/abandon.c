#include <stdio.h>
#include <stdlib.h>

#include "abandon.h"

_Noreturn void ulam_abandon(MPI_Comm communicator, const char *message, int status)
{
    if (message) fprintf(stderr, "ulam: %s\n", message);
    fflush(stderr);
    MPI_Abort(communicator, status);
    _Exit(status);
}
