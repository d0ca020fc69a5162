/* Sleeping runs keep all ranks busy to the end: `spread POINTS RUNS MILLISECONDS MOST` fails if the time from the first
 * to the last run is above MOST times the ideal. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

int main(int argc, char **argv)
{
    int level, rank, ranks;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const size_t points = argc > 1 ? strtoul(argv[1], NULL, 10) : 16;
    const uint64_t runs = argc > 2 ? strtoull(argv[2], NULL, 10) : 640;
    const double milliseconds = argc > 3 ? atof(argv[3]) : 5, most = argc > 4 ? atof(argv[4]) : 1.1;

    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    make_job(&made, &sleeping_model, points, runs, 1);
    for (size_t p = 0; p < points; p++) made.values[p].integer = (int64_t)(1e3 * milliseconds);
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &(ulam_execution){0}, &error);

    double first, last;
    MPI_Reduce(&slept.first, &first, 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(&slept.last, &last, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    int bad = 0;
    if (rank == 0) {
        const double ideal = (double)points * (double)runs * milliseconds * 1e-3 / ranks;
        bad = status || !ulam_state_complete(&state) || (last - first) > most * ideal;
        printf("{\"ranks\": %d, \"seconds\": %.3f, \"ideal\": %.3f, \"ratio\": %.3f}\n", ranks, last - first, ideal,
               (last - first) / ideal);
        ulam_state_free(&state);
    }
    MPI_Finalize();
    return bad;
}
