#include <ulam/mpi.h>

#include "rank.h"
#include "root.h"

ulam_status ulam_mpi_execute(MPI_Comm communicator, const ulam_job *job, ulam_state *state,
                             const ulam_execution *execution, ulam_error *error)
{
    int rank, ranks;
    MPI_Comm own;
    if (MPI_Comm_rank(communicator, &rank) || MPI_Comm_size(communicator, &ranks))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI does not know this communicator");
    if (ranks == 1) return ulam_execute(job, state, execution, error);
    if (MPI_Comm_dup(communicator, &own)) return ulam_fail(error, ULAM_ESYSTEM, "MPI has no communicator left");
    const ulam_status status = rank == 0 ? ulam_root_execute(own, state, execution, error)
                                         : ulam_rank_serve(own, job, execution ? &execution->samples : NULL, error);
    MPI_Comm_free(&own);
    return status;
}
