/* ulam inside another program: its own model, a job built in memory, carried out on a communicator of its own, and the
 * results in memory. CMakeLists.txt builds it, and so does
 *
 *     mpicc embed.c -o embed $(pkg-config --cflags --libs ulam)
 *
 * Then `mpirun -n 4 ./embed 1e7` prints pi; on any number of processes the same digits. */

#include <stdio.h>

#include <ulam/mpi.h>

static void darts_run(const void *point, ulam_rng *rng, double *pi)
{
    const double x = ulam_uniform(rng), y = ulam_uniform(rng);
    (void)point;
    *pi = x * x + y * y < 1 ? 4 : 0;
}

static const ulam_observable observables[] = {{.name = "pi", .help = "4 for a hit, else 0"}};

static const ulam_model darts = {
    .interface = ULAM_MODEL_INTERFACE,
    .name = "darts",
    .summary = "darts thrown at a circle",
    .observables = observables,
    .n_observables = 1,
    .run = darts_run,
};

/* Reads the job; every process brings the same one. */
static ulam_status make_job(ulam_job *job, const char *runs, ulam_error *error)
{
    static const ulam_model *const models[] = {&darts};
    static const ulam_catalogue catalogue = {.models = models, .count = 1};
    static const char text[] = "{model: darts, seed: 1, block: 4096}";
    const ulam_job_source source = {.path = "embed", .text = text, .size = sizeof text - 1, .runs = runs};
    return ulam_job_read(job, &source, &catalogue, error);
}

static void print_results(const ulam_state *state)
{
    ulam_summary pi;
    if (ulam_state_summarise(state, 0, &pi) == ULAM_OK)
        printf("pi = %.15g +- %.2g from %llu runs\n", pi.mean, pi.std_error, (unsigned long long)pi.count);
}

static ulam_status execute(const ulam_job *job, ulam_state *state, ulam_error *error)
{
    const ulam_execution execution = {0};
    MPI_Comm own;
    MPI_Comm_dup(MPI_COMM_WORLD, &own); /* or any part of the program's processes */
    const ulam_status status = ulam_mpi_execute(own, job, state, &execution, error);
    MPI_Comm_free(&own);
    return status;
}

int main(int argc, char **argv)
{
    ulam_error error = {0};
    ulam_job job = {0};
    ulam_state state = {0};
    int rank, provided;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);

    ulam_status status = make_job(&job, argc > 1 ? argv[1] : "1e6", &error);
    if (!status) status = ulam_state_init(&state, &job);
    if (!status) status = execute(&job, &state, &error);
    if (rank == 0 && status) fprintf(stderr, "embed: %s\n", error.message);
    if (rank == 0 && !status) print_results(&state);

    ulam_state_free(&state);
    ulam_job_free(&job);
    MPI_Finalize();
    return status ? 1 : 0;
}
