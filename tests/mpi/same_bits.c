/* Whatever the ranks, the state has the bytes that one process gives it. */

#include <stdio.h>

#include <ulam/mpi.h>

#include "sleeping_model.h"

typedef struct {
    const char *name;
    size_t points;
    int64_t microseconds[3];
    uint64_t runs, block;
} test_job;

static const test_job jobs[] = {
    {"cheap", 40, {0, 0, 0}, 5003, 64},        {"one run a block", 40, {0, 0, 0}, 301, 1},
    {"unequal", 3, {0, 50, 4000}, 403, 7},     {"more ranks than blocks", 2, {1000, 1000, 0}, 2, 1},
    {"less than a block", 3, {0, 0, 0}, 5, 8},
};

static ulam_status keep(void *self, const ulam_state *state, ulam_error *error)
{
    return ulam_state_pack(state, self) ? ulam_fail_memory(error, "keeping a state") : ULAM_OK;
}

static int differs(const test_job *test, int rank)
{
    hand_made_job made;
    ulam_state spread = {0}, alone = {0};
    ulam_bytes spread_bytes = {0}, alone_bytes = {0};
    ulam_error error = {0};
    int bad = 0;
    make_job(&made, &sleeping_model, test->points, test->runs, test->block);
    for (size_t p = 0; p < test->points; p++) made.values[p].integer = test->microseconds[p % 3];
    if (rank == 0 && (ulam_state_init(&spread, &made.job) || ulam_state_init(&alone, &made.job))) return 1;
    const ulam_execution to_spread = {.sink = {&spread_bytes, keep}}, to_alone = {.sink = {&alone_bytes, keep}};
    if (ulam_mpi_execute(MPI_COMM_WORLD, &made.job, &spread, &to_spread, &error)) bad = 1;
    if (rank == 0) {
        if (ulam_execute(&made.job, &alone, &to_alone, &error)) bad = 1;
        bad |= !ulam_state_complete(&spread) || spread_bytes.size != alone_bytes.size ||
               memcmp(spread_bytes.data, alone_bytes.data, alone_bytes.size) != 0;
        printf("{\"job\": \"%s\", \"bytes\": %zu, \"equal\": %s}\n", test->name, alone_bytes.size,
               bad ? "false" : "true");
        ulam_bytes_free(&spread_bytes);
        ulam_bytes_free(&alone_bytes);
        ulam_state_free(&spread);
        ulam_state_free(&alone);
    }
    return bad;
}

int main(int argc, char **argv)
{
    int level, rank, bad = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) bad |= differs(&jobs[i], rank);
    MPI_Finalize();
    return bad;
}
