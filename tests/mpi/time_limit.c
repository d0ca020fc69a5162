/* A time limit does not favour short runs: the observable is the run's length, log-normal with sigma 1.5, and the limit ten
 * mean runs. The mean of what the results show, over seeds, must be that of the law within three standard errors. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

enum {
    SEEDS = 16
};

static const double mean = 10e-3; /* s */

static void run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    const double length = exp(1.5 * ulam_gaussian(rng) - 0.5 * 1.5 * 1.5);
    sleep_for(mean * length);
    out[0] = length;
    out[1] = 0;
}

int main(int argc, char **argv)
{
    int level, rank, ranks, bad = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    ulam_model model = sleeping_model;
    model.run = run;
    hand_made_job made;
    make_job(&made, &model, 1, 1000000, 1);
    double sum = 0, squares = 0, runs = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ulam_state state = {0};
        ulam_summary summary[2] = {{0}};
        made.points[0].key = 1000 + seed;
        if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
        MPI_Barrier(MPI_COMM_WORLD);
        const ulam_execution execution = {.stop = {.deadline = ulam_clock() + 10 * mean, .grace = INFINITY}};
        bad |= ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &execution, NULL) != ULAM_OK;
        if (rank > 0) continue;
        bad |= ulam_state_complete(&state) || ulam_state_summarise(&state, 0, summary);
        sum += summary[0].mean;
        squares += summary[0].mean * summary[0].mean;
        runs += (double)summary[0].count;
        ulam_state_free(&state);
    }
    if (rank == 0) {
        const double average = sum / SEEDS, error = sqrt((squares / SEEDS - average * average) / (SEEDS - 1));
        printf("{\"ranks\": %d, \"mean\": %.4f, \"error\": %.4f, \"runs_a_seed\": %.0f}\n", ranks, average, error,
               runs / SEEDS);
        bad |= !(fabs(average - 1) < 3 * error);
    }
    MPI_Finalize();
    return bad;
}
