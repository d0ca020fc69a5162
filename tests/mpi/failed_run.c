/* A run fails: every rank returns the same message, which rank 0 writes. `failed_run long`: rank 0 is inside a run of a
 * minute meanwhile. `failed_run sink`: no run fails, but the sink does. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

static int rank;
static bool is_long;

static void run(const void *point, ulam_rng *rng, double *out)
{
    if (is_long && rank == 0) sleep_for(60);
    sleeping_run(point, rng, out);
    if (rng->run == 150) ulam_run_fail(rng, "it diverged");
}

static ulam_status put(void *self, const ulam_state *state, ulam_error *error)
{
    const bool *fails = self;
    if (*fails) return ulam_fail(error, ULAM_EIO, "the disk is full");
    printf("{\"runs\": %llu}\n", (unsigned long long)ulam_state_runs(state, 0));
    fflush(stdout);
    return ULAM_OK;
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    bool sink = argc > 1 && strcmp(argv[1], "sink") == 0;
    ulam_model model = sleeping_model;
    model.run = run;
    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0}, first;
    make_job(&made, &model, 1, sink ? 100 : 400, 1);
    made.values[0].integer = 5000;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    const ulam_execution execution = {.sink = {&sink, put}};
    ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &execution, &error);

    first = error;
    MPI_Bcast(&first, sizeof first, MPI_BYTE, 0, MPI_COMM_WORLD);
    if (strcmp(first.message, error.message) != 0 || first.status != error.status || error.status != status)
        status = 99;
    if (rank == 0) fprintf(stderr, "message: %s\n", error.message);
    if (status == 99) fprintf(stderr, "message: rank %d has another one: %s\n", rank, error.message);
    ulam_state_free(&state);
    MPI_Finalize();
    return status != ULAM_OK;
}
