/* Stops and checkpoints over ranks. `stopping request`: half a second into the job; `stopping limit`: a deadline;
 * `stopping checkpoint`: with a slow sink; `stopping full`: a sink that fails at the second write; `stopping grace`: a
 * rank is inside a run of a minute. Each fails if the job does not end as it should. */

#include <pthread.h>
#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

static int rank;
static const char *mode;
static volatile sig_atomic_t requested;
static double requested_at;

static void run(const void *point, ulam_rng *rng, double *out)
{
    if (strcmp(mode, "grace") == 0 && rng->run == 7) sleep_for(60);
    sleeping_run(point, rng, out);
}

typedef struct {
    int puts;
    double delay;
    int fails_at;
    ulam_bytes bytes;
} slow_sink;

static ulam_status put(void *self, const ulam_state *state, ulam_error *error)
{
    slow_sink *sink = self;
    sleep_for(sink->delay);
    sink->bytes.size = 0;
    if (++sink->puts == sink->fails_at) return ulam_fail(error, ULAM_EIO, "the disk is full");
    if (state->n_dropped) {
        printf("{\"dropped\": %zu, \"run\": %llu, \"age\": %.1f}\n", state->n_dropped,
               (unsigned long long)state->dropped[0].run, state->dropped[0].age);
        fflush(stdout);
    }
    return ulam_state_pack(state, &sink->bytes);
}

static void *request_later(void *unused)
{
    (void)unused;
    sleep_for(0.5);
    requested_at = seconds_now();
    requested = 1;
    return NULL;
}

/* The job goes on where it was stopped, and ends with the bytes that one process gives it. */
static int differs_in_the_end(const ulam_job *job, ulam_state *state)
{
    ulam_state alone = {0};
    slow_sink spread = {0}, single = {0};
    int bad = ulam_mpi_execute(MPI_COMM_WORLD, job, state, &(ulam_execution){.sink = {&spread, put}}, NULL) != ULAM_OK;
    if (rank == 0) {
        bad |= !ulam_state_complete(state) || ulam_state_init(&alone, job) ||
               ulam_execute(job, &alone, &(ulam_execution){.sink = {&single, put}}, NULL) ||
               spread.bytes.size != single.bytes.size ||
               memcmp(spread.bytes.data, single.bytes.data, single.bytes.size) != 0;
        ulam_state_free(&alone);
    }
    ulam_bytes_free(&spread.bytes);
    ulam_bytes_free(&single.bytes);
    return bad;
}

static uint64_t runs_in(const ulam_state *state)
{
    uint64_t runs = ulam_state_runs(state, 0);
    for (size_t i = 0; i < state->points[0].n_early; i++) runs += state->points[0].early[i].blocks;
    return runs;
}

int main(int argc, char **argv)
{
    int level, ranks, bad = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    mode = argc > 1 ? argv[1] : "request";
    const bool checkpoints = !strcmp(mode, "checkpoint"), full = !strcmp(mode, "full");
    const bool limit = !strcmp(mode, "limit"), grace = !strcmp(mode, "grace");
    ulam_model model = sleeping_model;
    model.run = run;
    hand_made_job made;
    ulam_state state = {0};
    ulam_error error = {0};
    make_job(&made, &model, 1, (uint64_t)ranks * (limit ? 25 : 60), 1);
    made.values[0].integer = limit ? 100000 : 20000;
    if (checkpoints || full) made.job.conduct.checkpoint = 0.1;
    if (rank == 0 && ulam_state_init(&state, &made.job)) return 1;
    slow_sink sink = {.delay = checkpoints ? 0.3 : 0, .fails_at = full ? 2 : 0};
    pthread_t thread;
    if (!strcmp(mode, "request") || grace) pthread_create(&thread, NULL, request_later, NULL);
    MPI_Barrier(MPI_COMM_WORLD);
    const double start = seconds_now();
    const ulam_stop stop = {
        .requested = &requested, .deadline = limit ? start + 1 : INFINITY, .grace = grace ? 1 : INFINITY};
    const ulam_execution execution = {.sink = {&sink, put}, .stop = stop};
    const ulam_status status = ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &state, &execution, &error);

    const double end = seconds_now();
    double gap = rank == 0 ? 0 : slept.longest_gap, longest;
    MPI_Reduce(&gap, &longest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        const double late = limit ? end - start - 1 : end - requested_at;
        printf("{\"mode\": \"%s\", \"ranks\": %d, \"status\": %d, \"seconds\": %.3f, \"late\": %.3f, \"puts\": %d, "
               "\"runs\": %llu, \"longest_wait\": %.4f}\n",
               mode, ranks, status, end - start, late, sink.puts, (unsigned long long)runs_in(&state), longest);
        bad = full ? status != ULAM_EIO || end - start > 2 : status != ULAM_OK;
        if (checkpoints) bad |= !ulam_state_complete(&state) || sink.puts < 4 || longest > 50e-3;
        if (!strcmp(mode, "request")) bad |= ulam_state_complete(&state) || late > 0.25;
        if (limit) bad |= ulam_state_complete(&state) || late > 0.05 || runs_in(&state) < (uint64_t)(5 * ranks);
        bad |= state.n_dropped > 0 || grace;
    }
    if (!strcmp(mode, "request") || grace) pthread_join(thread, NULL);
    requested = 0;
    made.values[0].integer = 0; /* the numbers do not depend on it */
    if (!strcmp(mode, "request")) bad |= differs_in_the_end(&made.job, &state);
    ulam_bytes_free(&sink.bytes);
    ulam_state_free(&state);
    MPI_Finalize();
    return bad;
}
