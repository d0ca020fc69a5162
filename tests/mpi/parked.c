/* Ranks without work leave the cores alone: one run of three seconds, and what the other ranks and the answering thread
 * of rank 0 use meanwhile. Above 5 % of a core it fails. */

#include <stdio.h>
#include <sys/resource.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    int level, rank, ranks;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    make_job(&made, &sleeping_model, 1, 1, 1);
    made.values[0].integer = 3000000;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = seconds_now(), cpu = cpu_seconds();
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &(ulam_execution){0}, &error);
    double share = (cpu_seconds() - cpu) / (seconds_now() - start), most;
    MPI_Reduce(&share, &most, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0) printf("{\"ranks\": %d, \"largest_share_of_a_core\": %.4f}\n", ranks, most);
    if (rank == 0) ulam_state_free(&state);
    MPI_Finalize();
    return status || (rank == 0 && most > 0.05);
}
