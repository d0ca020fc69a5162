/* The processes of one `ulam run`: one alone, or the ranks of MPI where a launcher started them. */

#ifndef ULAM_RANKS_H
#define ULAM_RANKS_H

#include <stdbool.h>

#include <ulam/bytes.h>
#include <ulam/execute.h>
#include <ulam/status.h>

typedef struct {
    int rank;
    int size;
    int local_size; /* ranks on this host */
    bool mpi;       /* MPI has been started */
} ulam_ranks;

/* The MPI library that this program was built with, or "without MPI". */
const char *ulam_ranks_library(void);

/* True in a process that mpirun started, or srun as one of several or with PMI: it is one of a launcher's ranks. */
bool ulam_ranks_launched(void);

/* True in the one process that speaks, as far as can be told before MPI is started. */
bool ulam_ranks_speaks(void);

/* Starts MPI where a launcher is there; without one it costs nothing. ULAM_EINVAL where the launcher belongs to another
 * MPI, and would have each process do the whole job. */
ulam_status ulam_ranks_start(ulam_ranks *self, ulam_error *error);
void ulam_ranks_end(ulam_ranks *self);

/* Rank 0's status, message and bytes (owned by the caller) on every rank. Collective. */
ulam_status ulam_ranks_share(const ulam_ranks *self, ulam_status status, ulam_bytes *bytes, ulam_error *error);

/* The names of the hosts that ranks run on, each once, comma-separated, on rank 0; elsewhere NULL. Owned by the caller.
 * Collective. */
char *ulam_ranks_hosts(const ulam_ranks *self);

/* The name that what this launch keeps in shared memory bears, into name[size]; empty: none is known. */
void ulam_ranks_memory_name(const ulam_ranks *self, char *name, size_t size);

/* Removes what a killed launch of that name left in this host's shared memory, if it is this user's. */
void ulam_ranks_clear_memory(const char *name);

/* Agrees on a status after what may have failed on some ranks only: every rank that others wait for calls it. ULAM_OK where
 * it is everywhere; else the status and message of the lowest rank that failed. Collective. */
ulam_status ulam_ranks_agree(const ulam_ranks *self, ulam_status status, ulam_error *error);

/* Carries the job out on these ranks. As ulam_mpi_execute(). */
ulam_status ulam_ranks_execute(const ulam_ranks *self, const ulam_job *job, ulam_state *state,
                               const ulam_execution *execution, ulam_error *error);

#endif
