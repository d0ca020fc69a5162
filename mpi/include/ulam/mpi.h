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
 * ranks state is ignored (NULL is fine), and of execution, which may be NULL, only the sink for samples counts. Every rank
 * brings the same job.
 *
 * Rank 0 answers the others from a thread of its own while it computes, and calls the monitor from it; on further nodes a
 * leader among the ranks does so for its node. No rank waits for another's run. Which ranks share a node is found out
 * collectively at the start; the environment variable ULAM_RANKS_PER_LEADER of rank 0 bounds how many have one leader
 * (ULAM_EINVAL unless it is a whole number from 1 on). The status and the message are the same on every rank.
 *
 * Checkpoints are written from a copy of the state by a third thread, so that no rank waits for the disk. Rank 0's stop
 * counts; the others learn of it between two blocks.
 *
 * After a failure nothing more is handed out, and ranks have 2 s to finish what they have in hand. If one is then still
 * inside a run, it cannot be told: rank 0 puts the state into the sink, has the monitor say the message (or writes "ulam: "
 * and the message to standard error) and calls MPI_Abort(communicator, 1). So it is where memory or MPI itself fails in between. And so it is where a rank is
 * still inside a run when the stop's grace has passed: what it had in hand is listed in state->dropped, and the call is
 * MPI_Abort(communicator, 3). The exit status is then the launcher's. */
ulam_status ulam_mpi_execute(MPI_Comm communicator, const ulam_job *job, ulam_state *state,
                             const ulam_execution *execution, ulam_error *error);

#ifdef __cplusplus
}
#endif

#endif
