/* Rank 0's runs take five seconds of computing, the others' five milliseconds of sleep: these get their work all the same.
 * Prints the longest time that one of them was without a run while there was work; above 10 ms it fails. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

static int rank;

static void run(const void *point, ulam_rng *rng, double *out)
{
    const double end = seconds_now() + 5;
    while (rank == 0 && seconds_now() < end) continue;
    sleeping_run(point, rng, out);
}

int main(int argc, char **argv)
{
    int level, ranks;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    ulam_model model = sleeping_model;
    model.run = run;

    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    make_job(&made, &model, 4, 400, 1);
    for (size_t p = 0; p < 4; p++) made.values[p].integer = 5000;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &(ulam_execution){0}, &error);

    double longest, own = rank == 0 ? 0 : slept.longest_gap;
    MPI_Reduce(&own, &longest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    int bad = 0;
    if (rank == 0) {
        bad = status || !ulam_state_complete(&state) || longest > 10e-3;
        printf("{\"ranks\": %d, \"longest_wait_ms\": %.3f}\n", ranks, 1e3 * longest);
        ulam_state_free(&state);
    }
    MPI_Finalize();
    return bad;
}
