#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <ulam/state.h>

#include "hand_made_job.h"

static const ulam_observable observable = {.name = "value"};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "numbers",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1};

/* What run r of a point would have given. */
static double value_of(size_t point, uint64_t r) { return sin((double)r + 0.1) * 1e3 + (double)point; }

static ulam_chunk chunk_of(const ulam_job *job, size_t point, uint64_t first, uint64_t blocks)
{
    const uint64_t size = job->points[point].block, end = (first + blocks) * size;
    const uint64_t runs = end <= job->points[point].runs ? blocks * size : job->points[point].runs - first * size;
    return (ulam_chunk){.point = point, .first = first, .blocks = blocks, .runs = runs};
}

static void sum_chunk(const ulam_job *job, const ulam_chunk *chunk, ulam_tally *tally)
{
    double values[100];
    assert_int_equal(ulam_tally_init(tally, job->width), ULAM_OK);
    uint64_t run = chunk->first * job->points[chunk->point].block, left = chunk->runs;
    while (left) {
        const uint64_t n = left < job->points[chunk->point].block ? left : job->points[chunk->point].block;
        for (uint64_t i = 0; i < n; i++) values[i] = value_of(chunk->point, run + i);
        assert_int_equal(ulam_tally_add_block(tally, values, (size_t)n, (size_t)n), ULAM_OK);
        run += n;
        left -= n;
    }
}

static ulam_status add(ulam_state *state, size_t point, uint64_t first, uint64_t blocks)
{
    const ulam_chunk chunk = chunk_of(state->job, point, first, blocks);
    ulam_tally tally;
    sum_chunk(state->job, &chunk, &tally);
    const ulam_status status = ulam_state_add(state, &chunk, &tally, NULL);
    if (!status) assert_null(tally.moments);
    ulam_tally_free(&tally);
    return status;
}

static void assert_same_bytes(const ulam_state *a, const ulam_state *b)
{
    ulam_bytes first = {0}, second = {0};
    assert_int_equal(ulam_state_pack(a, &first), ULAM_OK);
    assert_int_equal(ulam_state_pack(b, &second), ULAM_OK);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    ulam_bytes_free(&first);
    ulam_bytes_free(&second);
}

static void any_order_of_chunks_gives_the_same_state(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 47, 4); /* 11 whole blocks and 3 runs */
    ulam_state forward, shuffled;
    assert_int_equal(ulam_state_init(&forward, &made.job), ULAM_OK);
    assert_int_equal(ulam_state_init(&shuffled, &made.job), ULAM_OK);
    for (size_t p = 0; p < 2; p++)
        for (uint64_t b = 0; b < 12; b++) assert_int_equal(add(&forward, p, b, 1), ULAM_OK);

    static const uint64_t order[][2] = {{11, 1}, {9, 2}, {3, 1}, {5, 1}, {4, 1},
                                        {7, 2},  {0, 1}, {1, 1}, {6, 1}, {2, 1}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t p = 2; p-- > 0;) assert_int_equal(add(&shuffled, p, order[i][0], order[i][1]), ULAM_OK);
    assert_true(ulam_state_complete(&forward));
    assert_true(ulam_state_complete(&shuffled));
    assert_same_bytes(&forward, &shuffled);
    assert_int_equal(shuffled.points[1].n_early, 0);
    assert_int_equal(shuffled.points[1].blocks, 11);
    ulam_state_free(&forward);
    ulam_state_free(&shuffled);
    ulam_state_free(&shuffled);
}

static void early_pieces_are_never_more_than_gaps(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 100, 5);
    ulam_state state;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(add(&state, 0, 2, 2), ULAM_OK);
    assert_int_equal(add(&state, 0, 6, 2), ULAM_OK);
    assert_int_equal(add(&state, 0, 10, 1), ULAM_OK);
    assert_int_equal(state.points[0].n_early, 3);
    assert_int_equal(add(&state, 0, 4, 2), ULAM_OK); /* closes the gap between the first two */
    assert_int_equal(state.points[0].n_early, 2);
    assert_int_equal(state.points[0].early[0].first, 2);
    assert_int_equal(state.points[0].early[0].blocks, 6);
    assert_int_equal(add(&state, 0, 9, 1), ULAM_OK); /* touches the one behind */
    assert_int_equal(state.points[0].n_early, 2);
    assert_int_equal(ulam_state_runs(&state, 0), 0);
    assert_int_equal(add(&state, 0, 0, 2), ULAM_OK);
    assert_int_equal(state.points[0].n_early, 1);
    assert_int_equal(ulam_state_runs(&state, 0), 40);
    ulam_state_free(&state);
}

static void a_block_is_never_counted_twice(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 47, 4);
    ulam_state state;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(add(&state, 0, 0, 2), ULAM_OK);
    assert_int_equal(add(&state, 0, 5, 3), ULAM_OK);
    assert_int_equal(add(&state, 0, 11, 1), ULAM_OK);
    static const uint64_t known[][2] = {{0, 1}, {1, 2}, {5, 1}, {7, 1}, {4, 2}, {7, 2}, {3, 7}, {11, 1}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(add(&state, 0, known[i][0], known[i][1]), ULAM_EINVAL);
    assert_int_equal(ulam_state_runs(&state, 0), 8);
    ulam_state_free(&state);
}

static void a_chunk_that_is_no_part_of_the_job_is_refused(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 47, 4);
    ulam_state state;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    static const ulam_chunk wrong[] = {
        {.point = 1, .first = 0, .blocks = 1, .runs = 4},          {.point = 0, .first = 0, .blocks = 0, .runs = 0},
        {.point = 0, .first = 0, .blocks = 1, .runs = 3},          {.point = 0, .first = 11, .blocks = 1, .runs = 4},
        {.point = 0, .first = 10, .blocks = 2, .runs = 7},         {.point = 0, .first = 11, .blocks = 1, .runs = 2},
        {.point = 0, .first = UINT64_MAX, .blocks = 2, .runs = 8},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ulam_tally tally;
        ulam_error error = {0};
        assert_int_equal(ulam_tally_init(&tally, 1), ULAM_OK);
        tally.runs = wrong[i].runs;
        assert_int_equal(ulam_state_add(&state, &wrong[i], &tally, &error), ULAM_EINVAL);
        assert_true(error.message[0] != '\0');
        ulam_tally_free(&tally);
    }
    ulam_state_free(&state);
}

static void results_count_the_tail_once_all_before_it_is_there(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 10, 4);
    ulam_state state;
    ulam_summary summary;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_int_equal(summary.count, 0);
    assert_true(isnan(summary.mean));
    assert_int_equal(add(&state, 0, 2, 1), ULAM_OK);
    assert_int_equal(ulam_state_runs(&state, 0), 0);
    assert_int_equal(add(&state, 0, 0, 1), ULAM_OK);
    assert_int_equal(ulam_state_runs(&state, 0), 4);
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_int_equal(summary.count, 4);
    assert_false(ulam_state_complete(&state));
    assert_int_equal(add(&state, 0, 1, 1), ULAM_OK);
    assert_int_equal(ulam_state_runs(&state, 0), 10);
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_int_equal(summary.count, 10);
    double mean = 0;
    for (uint64_t r = 0; r < 10; r++) mean += value_of(0, r) / 10;
    assert_true(fabs(summary.mean - mean) < 1e-12);
    assert_true(ulam_state_complete(&state));
    ulam_state_free(&state);
}

static void runs_fewer_than_a_block_are_a_tail_alone(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 3, 4);
    ulam_state state;
    ulam_summary summary;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(add(&state, 0, 0, 1), ULAM_OK);
    assert_true(ulam_state_complete(&state));
    assert_int_equal(ulam_state_summarise(&state, 0, &summary), ULAM_OK);
    assert_int_equal(summary.count, 3);
    ulam_state_free(&state);
}

/* Two points: one with a gap and a tail, one untouched. */
static void make_partial(ulam_state *state, const ulam_job *job)
{
    assert_int_equal(ulam_state_init(state, job), ULAM_OK);
    assert_int_equal(add(state, 0, 0, 3), ULAM_OK);
    assert_int_equal(add(state, 0, 5, 2), ULAM_OK);
    assert_int_equal(add(state, 0, 11, 1), ULAM_OK);
}

static void a_state_is_read_back_as_it_was(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 47, 4);
    ulam_state state, read;
    make_partial(&state, &made.job);
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&state, &bytes), ULAM_OK);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(&read, &made.job, &reader, NULL), ULAM_OK);
    assert_ptr_equal(reader.at, reader.end);
    assert_same_bytes(&state, &read);
    assert_int_equal(add(&read, 0, 3, 2), ULAM_OK);
    assert_int_equal(read.points[0].blocks, 7);
    ulam_bytes_free(&bytes);
    ulam_state_free(&state);
    ulam_state_free(&read);
}

static void extending_gives_what_one_long_job_gives(void **unused)
{
    (void)unused;
    hand_made_job made, longer;
    make_job(&made, &model, 1, 10, 4);
    make_job(&longer, &model, 3, 21, 4);
    ulam_state state, extended, whole;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    for (uint64_t b = 0; b < 3; b++) assert_int_equal(add(&state, 0, b, 1), ULAM_OK);
    assert_true(ulam_state_complete(&state));

    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&state, &bytes), ULAM_OK);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(&extended, &longer.job, &reader, NULL), ULAM_OK);
    assert_int_equal(ulam_state_runs(&extended, 0), 8); /* the old tail is gone */
    assert_int_equal(ulam_state_init(&whole, &longer.job), ULAM_OK);
    for (size_t p = 0; p < 3; p++)
        for (uint64_t b = 0; b < 6; b++) {
            if (p || b >= 2) assert_int_equal(add(&extended, p, b, 1), ULAM_OK);
            assert_int_equal(add(&whole, p, b, 1), ULAM_OK);
        }
    assert_same_bytes(&extended, &whole);
    ulam_bytes_free(&bytes);
    ulam_state_free(&state);
    ulam_state_free(&extended);
    ulam_state_free(&whole);
}

static void read_back(ulam_state *read, const ulam_state *state, const ulam_job *job)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(state, &bytes), ULAM_OK);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(read, job, &reader, NULL), ULAM_OK);
    assert_ptr_equal(reader.at, reader.end);
    ulam_bytes_free(&bytes);
}

static void a_part_covers_its_own_runs(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 30, 4);
    made.points[0].first = 12;
    ulam_state state, read;
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(add(&state, 0, 2, 1), ULAM_EINVAL); /* before it */
    assert_int_equal(add(&state, 0, 5, 2), ULAM_OK);
    assert_int_equal(add(&state, 0, 7, 1), ULAM_OK); /* the partial last one */
    assert_int_equal(ulam_state_runs(&state, 0), 0);
    assert_int_equal(add(&state, 0, 3, 1), ULAM_OK);
    assert_int_equal(ulam_state_runs(&state, 0), 4);
    read_back(&read, &state, &made.job);
    assert_same_bytes(&state, &read);
    assert_int_equal(add(&read, 0, 4, 1), ULAM_OK);
    assert_int_equal(ulam_state_runs(&read, 0), 18);
    assert_true(ulam_state_complete(&read));
    ulam_state_free(&state);
    ulam_state_free(&read);
}

static void parts_are_read_into_the_whole_job_as_early_pieces(void **unused)
{
    (void)unused;
    hand_made_job made, first, second;
    make_job(&made, &model, 1, 30, 4);
    make_job(&first, &model, 1, 12, 4);
    make_job(&second, &model, 1, 30, 4);
    second.points[0].first = 12;
    ulam_state whole, a, b, joined;
    assert_int_equal(ulam_state_init(&whole, &made.job), ULAM_OK);
    assert_int_equal(ulam_state_init(&a, &first.job), ULAM_OK);
    assert_int_equal(ulam_state_init(&b, &second.job), ULAM_OK);
    for (uint64_t block = 0; block < 8; block++) {
        assert_int_equal(add(&whole, 0, block, 1), ULAM_OK);
        assert_int_equal(add(block < 3 ? &a : &b, 0, block, 1), ULAM_OK);
    }
    assert_true(ulam_state_complete(&a) && ulam_state_complete(&b));
    read_back(&joined, &b, &made.job);
    assert_int_equal(joined.points[0].n_early, 1);
    assert_int_equal(joined.points[0].early[0].first, 3);
    assert_int_equal(ulam_state_runs(&joined, 0), 0);
    for (uint64_t block = 0; block < 3; block++) assert_int_equal(add(&joined, 0, block, 1), ULAM_OK);
    assert_same_bytes(&joined, &whole);
    ulam_state_free(&joined);

    /* Not the other way: the part has no place for earlier runs. */
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&a, &bytes), ULAM_OK);
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(&joined, &second.job, &reader, NULL), ULAM_EFORMAT);
    ulam_bytes_free(&bytes);
    ulam_state_free(&joined);
    ulam_state_free(&whole);
    ulam_state_free(&a);
    ulam_state_free(&b);
}

static void list_failure(ulam_state *state, size_t point, uint64_t run)
{
    const ulam_failure failure = {.point = point, .run = run, .cause = "it diverged"};
    assert_int_equal(ulam_state_add_failure(state, &failure), ULAM_OK);
}

static void failures_stay_sorted_and_go_with_their_blocks(void **unused)
{
    (void)unused;
    hand_made_job made, longer;
    make_job(&made, &model, 2, 47, 4);
    make_job(&longer, &model, 2, 48, 4);
    ulam_state state, read;
    make_partial(&state, &made.job);
    static const uint64_t runs[] = {45, 3, 21, 3, 0};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) list_failure(&state, 0, runs[i]);
    static const uint64_t expected[] = {0, 3, 21, 45};
    assert_int_equal(state.n_failures, 4);
    for (size_t i = 0; i < 4; i++) assert_int_equal(state.failures[i].run, expected[i]);
    read_back(&read, &state, &made.job);
    assert_same_bytes(&state, &read);
    assert_string_equal(read.failures[3].cause, "it diverged");
    ulam_state_free(&read);

    read_back(&read, &state, &longer.job); /* the tail, and with it run 45, will be made again */
    assert_int_equal(read.n_failures, 3);
    assert_int_equal(read.failures[2].run, 21);
    ulam_state_free(&read);
    ulam_state_free(&state);
}

static void a_copy_is_equal_and_its_own(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 47, 4);
    ulam_state state, copy;
    make_partial(&state, &made.job);
    assert_int_equal(add(&state, 1, 0, 1), ULAM_OK);
    list_failure(&state, 1, 2);
    assert_int_equal(ulam_state_copy(&copy, &state), ULAM_OK);
    assert_same_bytes(&state, &copy);
    assert_int_equal(add(&state, 0, 3, 2), ULAM_OK);
    assert_int_equal(ulam_state_runs(&copy, 0), 12);
    ulam_state_free(&state);
    assert_int_equal(copy.n_failures, 1);
    assert_int_equal(add(&copy, 0, 3, 2), ULAM_OK);
    assert_int_equal(ulam_state_runs(&copy, 0), 28);
    ulam_state_free(&copy);
}

static void damaged_bytes_are_refused(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 47, 4);
    ulam_state state, read;
    make_partial(&state, &made.job);
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_state_pack(&state, &bytes), ULAM_OK);
    for (size_t size = 0; size < bytes.size; size++) {
        unsigned char *cut = malloc(size ? size : 1);
        memcpy(cut, bytes.data, size);
        ulam_reader reader = {.at = cut, .end = cut + size};
        assert_int_equal(ulam_state_unpack(&read, &made.job, &reader, NULL), ULAM_EFORMAT);
        ulam_state_free(&read);
        free(cut);
    }
    for (size_t at = 0; at < 8 * bytes.size; at += 3) { /* any bit: no crash, and a wrong count is seen */
        bytes.data[at / 8] ^= (unsigned char)(1 << at % 8);
        ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
        ulam_state_unpack(&read, &made.job, &reader, NULL);
        ulam_state_free(&read);
        bytes.data[at / 8] ^= (unsigned char)(1 << at % 8);
    }
    bytes.data[24] ^= 1; /* the blocks of point 0 */
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    assert_int_equal(ulam_state_unpack(&read, &made.job, &reader, NULL), ULAM_EFORMAT);
    ulam_state_free(&read);
    ulam_bytes_free(&bytes);
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_chunks_gives_the_same_state),
        cmocka_unit_test(early_pieces_are_never_more_than_gaps),
        cmocka_unit_test(a_block_is_never_counted_twice),
        cmocka_unit_test(a_chunk_that_is_no_part_of_the_job_is_refused),
        cmocka_unit_test(results_count_the_tail_once_all_before_it_is_there),
        cmocka_unit_test(runs_fewer_than_a_block_are_a_tail_alone),
        cmocka_unit_test(a_state_is_read_back_as_it_was),
        cmocka_unit_test(extending_gives_what_one_long_job_gives),
        cmocka_unit_test(a_part_covers_its_own_runs),
        cmocka_unit_test(parts_are_read_into_the_whole_job_as_early_pieces),
        cmocka_unit_test(failures_stay_sorted_and_go_with_their_blocks),
        cmocka_unit_test(a_copy_is_equal_and_its_own),
        cmocka_unit_test(damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
