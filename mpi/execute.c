#include <ulam/mpi.h>

#include "hierarchy.h"
#include "leader.h"
#include "rank.h"
#include "root.h"
#include "state_chains.h"

static ulam_status execute(const ulam_hierarchy *hierarchy, const ulam_job *job, ulam_state *state,
                           const ulam_execution *execution, ulam_error *error)
{
    if (hierarchy->asks == MPI_COMM_NULL) return ulam_root_execute(hierarchy, state, execution, error);
    const ulam_sample_sink samples = execution ? execution->samples : (ulam_sample_sink){0};
    if (hierarchy->serves == MPI_COMM_NULL) return ulam_rank_serve(hierarchy, job, &samples, error);
    return ulam_leader_serve(hierarchy, job, &samples, error);
}

ulam_status ulam_mpi_execute(MPI_Comm communicator, const ulam_job *job, ulam_state *state, const ulam_execution *how,
                             ulam_error *error)
{
    int rank, ranks;
    ulam_hierarchy hierarchy;
    if (MPI_Comm_rank(communicator, &rank) || MPI_Comm_size(communicator, &ranks))
        return ulam_fail(error, ULAM_ESYSTEM, "MPI does not know this communicator");
    if (ranks == 1) return ulam_execute(job, state, how, error);
    ulam_status status = ulam_hierarchy_init(&hierarchy, communicator, !ulam_job_has_chains(job), error);
    if (!status) status = execute(&hierarchy, job, state, how, error);
    ulam_hierarchy_free(&hierarchy);
    return status;
}
