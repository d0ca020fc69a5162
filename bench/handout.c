/* What hand-out and gathering cost the root: `handout POINTS RUNS MICROSECONDS WIDTH` prints, as one line of JSON, the CPU
 * time of the thread that answers rank 0's askers, the messages that it sent and took, and the time that the job took
 * against the greedy list schedule's. Runs sleep; with MICROSECONDS below 0 their lengths are log-normal with sigma 1.5 and
 * that mean. */

#include <stdio.h>
#include <sys/resource.h>

#include <ulam/mpi.h>

#include "../tests/mpi/sleeping_model.h"
#include "../tests/unit/hand_made_job.h"

/* MPI calls of the service thread are counted on their way. */
static struct {
    _Atomic unsigned long replies, replied_bytes, answers, answered_bytes;
} traffic;

int MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm communicator,
              MPI_Request *request)
{
    traffic.replies++;
    traffic.replied_bytes += (unsigned long)count;
    return PMPI_Isend(data, count, type, to, tag, communicator, request);
}

int MPI_Imrecv(void *data, int count, MPI_Datatype type, MPI_Message *message, MPI_Request *request)
{
    traffic.answers++;
    traffic.answered_bytes += (unsigned long)count;
    return PMPI_Imrecv(data, count, type, message, request);
}

static size_t width;

static double length_of(const ulam_value *x, uint64_t key, uint64_t run)
{
    if (x->integer >= 0) return 1e-6 * (double)x->integer;
    ulam_rng rng;
    ulam_rng_start(&rng, key, run);
    return -1e-6 * (double)x->integer * exp(1.5 * ulam_gaussian(&rng) - 0.5 * 1.5 * 1.5);
}

static void run(const void *point, ulam_rng *rng, double *out)
{
    slept.first = fmin(slept.first, seconds_now());
    sleep_for(length_of(point, rng->key, rng->run));
    for (size_t i = 0; i < width; i++) out[i] = ulam_uniform(rng);
    slept.last = seconds_now();
}

/* Seconds from the first run to the last if each rank took the next run, in order, as soon as it was free. */
static double list_schedule(const ulam_job *job, int ranks)
{
    double *free_at = calloc((size_t)ranks, sizeof *free_at), end = 0;
    for (size_t p = 0; free_at && p < job->n_points; p++) {
        for (uint64_t r = 0; r < job->points[p].runs; r++) {
            int next = 0;
            for (int i = 1; i < ranks; i++)
                if (free_at[i] < free_at[next]) next = i;
            free_at[next] += length_of(job->points[p].values, job->points[p].key, r);
            end = fmax(end, free_at[next]);
        }
    }
    free(free_at);
    return end;
}

/* The monitor is called on the service thread: its clock is the cost. */
static void look(void *self, const ulam_progress *progress)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    if (progress->runs < progress->runs_asked) *(double *)self = (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static void print(int ranks, double cpu, const ulam_job *job, double seconds)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const double ideal = list_schedule(job, ranks);
    printf("{\"ranks\": %d, \"width\": %zu, \"cpu_ms\": %.3f, \"replies\": %lu, \"replied_bytes\": %lu, "
           "\"answers\": %lu, \"answered_bytes\": %lu, \"seconds\": %.3f, \"ideal\": %.3f, \"efficiency\": %.3f, "
           "\"root_MB\": %.1f}\n",
           ranks, width, 1e3 * cpu, traffic.replies, traffic.replied_bytes, traffic.answers, traffic.answered_bytes,
           seconds, ideal, ideal / seconds, (double)usage.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
    int level, rank, ranks;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const size_t points = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    const uint64_t runs = argc > 2 ? strtoull(argv[2], NULL, 10) : 3200;
    const long microseconds = argc > 3 ? strtol(argv[3], NULL, 10) : -20000;
    width = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;

    const ulam_observable profile = {.name = "profile", .length = width};
    ulam_model model = sleeping_model;
    model.observables = &profile;
    model.n_observables = 1;
    model.run = run;
    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    make_job(&made, &model, points < 64 ? points : 64, runs, 1);
    for (size_t p = 0; p < made.job.n_points; p++) made.values[p].integer = microseconds;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    MPI_Barrier(MPI_COMM_WORLD);
    double cpu = 0;
    const ulam_execution execution = {.monitor = {.self = &cpu, .show = look, .interval = 0.05}};
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &execution, &error);

    double first, last;
    MPI_Reduce(&slept.first, &first, 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(&slept.last, &last, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (status) fprintf(stderr, "%s\n", error.message);
    if (rank == 0 && !status) print(ranks, cpu, &made.job, last - first);
    ulam_state_free(&state);
    MPI_Finalize();
    return status != ULAM_OK;
}
