/* Carrying a job out over the ranks of a communicator. */

#ifndef ULAM_MPI_H
#define ULAM_MPI_H

#include <mpi.h>

#include <ulam/execute.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Performs the runs that state lacks on all ranks of communicator. Collective; MPI must have been initialised with at
 * least MPI_THREAD_SERIALIZED. Rank 0 brings the job's state, sink and monitor and has the whole state afterwards; on other
 * ranks state is ignored (NULL is fine) and execution may be NULL. Every rank brings the same job.
 *
 * Rank 0 answers the others from a thread of its own while it computes; no rank waits for another's run. The status and
 * the message are the same on every rank. */
ulam_status ulam_mpi_execute(MPI_Comm communicator, const ulam_job *job, ulam_state *state,
                             const ulam_execution *execution, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
