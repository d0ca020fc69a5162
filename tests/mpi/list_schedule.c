/* Sleeping runs of log-normal lengths: `list_schedule POINTS RUNS MILLISECONDS SIGMA SEED LEAST` performs RUNS runs at each
 * of POINTS points, MILLISECONDS long on average, and compares with the ideal list schedule (Graham 1966): the same runs,
 * handed out in the order of points and runs for nothing, each to the rank that is idle first. Fails if the ideal time is
 * less than LEAST of the measured one. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

typedef struct {
    double median, sigma;
} law;

static double length_of(const law *self, ulam_rng *rng) { return self->median * exp(self->sigma * ulam_gaussian(rng)); }

static law lengths;

static void log_normal_run(const void *point, ulam_rng *rng, double *length)
{
    (void)point;
    *length = length_of(&lengths, rng);
    sleep_for(*length);
}

static const ulam_observable length_observable = {.name = "length"};

static const ulam_model log_normal_model = {.interface = ULAM_MODEL_INTERFACE,
                                            .name = "log-normal sleeper",
                                            .parameters = &hand_made_parameter,
                                            .n_parameters = 1,
                                            .observables = &length_observable,
                                            .n_observables = 1,
                                            .run = log_normal_run};

/* Moves the root of a heap of times, least first, down to where it belongs. */
static void sink_root(double *heap, int n)
{
    const double time = heap[0];
    int at = 0;
    for (int child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && heap[child + 1] < heap[child]) child++;
        if (heap[child] >= time) break;
        heap[at] = heap[child];
    }
    heap[at] = time;
}

/* Seconds that the runs take by list scheduling; *least: no schedule takes less. 0: out of memory. */
static double ideal_seconds(const ulam_job *job, int ranks, double *least)
{
    double *idle_at = calloc((size_t)ranks, sizeof *idle_at), end = 0, total = 0, longest = 0;
    for (size_t p = 0; idle_at && p < job->n_points; p++)
        for (uint64_t run = 0; run < job->points[p].runs; run++) {
            ulam_rng rng;
            ulam_rng_start(&rng, job->points[p].key, run);
            const double length = length_of(&lengths, &rng);
            total += length;
            longest = fmax(longest, length);
            idle_at[0] += length;
            end = fmax(end, idle_at[0]);
            sink_root(idle_at, ranks);
        }
    free(idle_at);
    *least = fmax(longest, total / ranks);
    return end;
}

int main(int argc, char **argv)
{
    int level, rank, ranks;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const size_t points = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
    const uint64_t runs = argc > 2 ? strtoull(argv[2], NULL, 10) : 1600,
                   seed = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
    const double mean = 1e-3 * (argc > 3 ? atof(argv[3]) : 60), sigma = argc > 4 ? atof(argv[4]) : 1.5;
    const double at_least = argc > 6 ? atof(argv[6]) : 0.95;
    lengths = (law){.median = mean * exp(-0.5 * sigma * sigma), .sigma = sigma};

    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    if (points < 1 || points > sizeof made.points / sizeof *made.points || runs < 1) return 2;
    make_job(&made, &log_normal_model, points, runs, 1);
    for (size_t p = 0; p < points; p++) made.points[p].key += seed;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = seconds_now();
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &(ulam_execution){0}, &error);
    const double taken = seconds_now() - start;

    int bad = status != ULAM_OK;
    if (rank == 0) {
        double least;
        const double ideal = ideal_seconds(&made.job, ranks, &least);
        bad = bad || !ulam_state_complete(&state) || ideal < at_least * taken;
        printf("ranks=%d seconds=%.3f ideal=%.3f least=%.3f efficiency=%.4f\n", ranks, taken, ideal, least,
               ideal / taken);
        ulam_state_free(&state);
    }
    MPI_Finalize();
    return bad;
}
