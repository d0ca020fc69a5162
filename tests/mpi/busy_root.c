/* `busy_root RANK`: the runs of one rank, 0 or a leader, take five seconds of computing, the others' five milliseconds of
 * sleep: these get their work all the same. Prints the longest time that one of them was without a run during that rank's
 * first; above 10 ms it fails. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

enum {
    MOST_GAPS = 2000
};

static int rank, busy;
static double end_of_busy_run;
static double gap_end[MOST_GAPS], gap_length[MOST_GAPS];
static size_t n_gaps;

static void run(const void *point, ulam_rng *rng, double *out)
{
    const double start = seconds_now();
    if (!isinf(slept.last) && n_gaps < MOST_GAPS) {
        gap_end[n_gaps] = start;
        gap_length[n_gaps++] = start - slept.last;
    }
    while (rank == busy && seconds_now() < start + 5) continue;
    sleeping_run(point, rng, out);
    if (end_of_busy_run == 0) end_of_busy_run = slept.last;
}

/* The longest wait and the number of runs on this rank while the busy one was inside its first run. */
static double longest_wait(int *runs)
{
    double longest = 0;
    *runs = 0;
    for (size_t i = 0; rank != busy && i < n_gaps && gap_end[i] < end_of_busy_run; i++) {
        longest = fmax(longest, gap_length[i]);
        ++*runs;
    }
    return longest;
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc > 1) busy = atoi(argv[1]);
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

    MPI_Bcast(&end_of_busy_run, 1, MPI_DOUBLE, busy, MPI_COMM_WORLD);
    int own_runs, runs = 0, bad = 0;
    double longest, own = longest_wait(&own_runs);
    MPI_Reduce(&own, &longest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    MPI_Reduce(&own_runs, &runs, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        bad = status || !ulam_state_complete(&state) || longest > 10e-3 || runs < 1000;
        printf("{\"runs_elsewhere\": %d, \"longest_wait_ms\": %.3f}\n", runs, 1e3 * longest);
        ulam_state_free(&state);
    }
    MPI_Finalize();
    return bad;
}
