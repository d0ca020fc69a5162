/* Hundreds of tiny jobs one after another: `many_jobs JOBS SECONDS` fails if one has not ended after so many seconds, or
 * has not done all its runs. A rank that is forgotten, at the start, the end or between two assignments, shows here.
 *
 * Whoever looks for messages is slow at times, so that a rank has often answered a reply before the reply's own request is
 * looked at. */

#include <stdio.h>
#include <unistd.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

static _Atomic unsigned replies;

int MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm communicator,
              MPI_Request *request)
{
    if (to != 0) replies++;
    return PMPI_Isend(data, count, type, to, tag, communicator, request);
}

/* Only those who are asked look for messages from anybody. The first look after a while may only bring them in. */
int MPI_Improbe(int source, int tag, MPI_Comm communicator, int *there, MPI_Message *message, MPI_Status *status)
{
    const bool slow = source == MPI_ANY_SOURCE && replies > 1;
    if (slow) {
        replies = 0;
        sleep_for(2e-3);
    }
    const int failed = PMPI_Improbe(source, tag, communicator, there, message, status);
    return failed || *there || !slow ? failed : PMPI_Improbe(source, tag, communicator, there, message, status);
}

int main(int argc, char **argv)
{
    int level, rank, bad = 0;
    const unsigned jobs = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
    const unsigned seconds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const double start = seconds_now();
    for (unsigned i = 0; i < jobs && !bad; i++) {
        hand_made_job made;
        ulam_state state = {0};
        ulam_error error = {0};
        make_job(&made, &sleeping_model, 1 + i % 5, i % 61, 1 + i % 3);
        for (size_t p = 0; p < made.job.n_points; p++) made.values[p].integer = 1;
        alarm(seconds); /* SIGALRM ends this process, and the launcher the others */
        if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
        bad = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &(ulam_execution){0}, &error) != ULAM_OK;
        if (rank == 0) bad |= !ulam_state_complete(&state);
        ulam_state_free(&state);
        MPI_Bcast(&bad, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    if (rank == 0) printf("{\"jobs\": %u, \"bad\": %d, \"seconds\": %.2f}\n", jobs, bad, seconds_now() - start);
    MPI_Finalize();
    return bad;
}
