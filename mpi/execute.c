#include <ulam/mpi.h>

#include "groups.h"
#include "leader.h"
#include "rank.h"
#include "root.h"

static ulam_status execute(const ulam_groups *groups, const ulam_job *job, ulam_state *state,
                           const ulam_execution *execution, ulam_error *error)
{
    if (groups->asks == MPI_COMM_NULL) return ulam_root_execute(groups, state, execution, error);
    if (groups->serves == MPI_COMM_NULL) return ulam_rank_serve(groups, job, error);
    return ulam_leader_serve(groups, job, error);
}

ulam_status ulam_mpi_execute(MPI_Comm communicator, const ulam_job *job, ulam_state *state, const ulam_execution *how,
                             ulam_error *error)
{
    int rank, ranks;
    ulam_groups groups;
    if (MPI_Comm_rank(communicator, &rank) || MPI_Comm_size(communicator, &ranks))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI does not know this communicator");
    if (ranks == 1) return ulam_execute(job, state, how, error);
    ulam_status status = ulam_groups_init(&groups, communicator, error);
    if (!status) status = execute(&groups, job, state, how, error);
    ulam_groups_free(&groups);
    return status;
}
