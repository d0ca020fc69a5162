#include <stdio.h>
#include <stdlib.h>

#include "abandon.h"

_Noreturn void ulam_abandon(MPI_Comm communicator, const char *message)
{
    fprintf(stderr, "ulam: %s\n", message);
    fflush(stderr);
    MPI_Abort(communicator, 1);
    _Exit(1);
}
