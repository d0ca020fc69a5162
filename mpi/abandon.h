/* The way out when other ranks cannot be told: they sit in a run, or memory or MPI failed here. */

#ifndef ULAM_ABANDON_H
#define ULAM_ABANDON_H

#include <mpi.h>

/* Writes "ulam: message" to standard error (NULL: it has been said) and ends all ranks with that exit status. */
_Noreturn void ulam_abandon(MPI_Comm communicator, const char *message, int status);

#endif
