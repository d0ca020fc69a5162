/* Parts of answers are joined where they continue each other, and only there; a schedule made of chunks shares them out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gathering.h"
#include "hand_made_job.h"

static const ulam_observable observables[] = {{.name = "value"}};
static const ulam_model model = {.name = "m", .observables = observables, .n_observables = 1};

/* Two points of 45 runs in blocks of 4: eleven whole ones, and a partial last one. Block b holds the values b. */
static void add(ulam_gathering *self, size_t point, uint64_t first, uint64_t blocks)
{
    ulam_part part = {
        .chunk = {.point = point, .first = first, .blocks = blocks}, .seconds = 1, .longest = (double)first};
    assert_int_equal(ulam_tally_init(&part.tally, 1), ULAM_OK);
    for (uint64_t b = first; b < first + blocks; b++) {
        const double values[4] = {(double)b, (double)b, (double)b, (double)b};
        const size_t n = b == 11 ? 1 : 4;
        assert_int_equal(ulam_tally_add_block(&part.tally, values, n, n), ULAM_OK);
        part.chunk.runs += n;
    }
    assert_int_equal(ulam_part_note_failure(&part, first, "it diverged"), ULAM_OK);
    assert_int_equal(ulam_gathering_add(self, &part), ULAM_OK);
    assert_null(part.tally.moments);
}

static void assert_part(const ulam_gathering *self, size_t i, size_t point, uint64_t first, uint64_t blocks)
{
    assert_true(i < self->n);
    assert_int_equal(self->parts[i].chunk.point, point);
    assert_int_equal(self->parts[i].chunk.first, first);
    assert_int_equal(self->parts[i].chunk.blocks, blocks);
    assert_int_equal(self->parts[i].chunk.runs, self->parts[i].tally.runs);
}

static void neighbours_are_joined_with_all_that_they_carry(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 45, 4);
    ulam_gathering gathering;
    ulam_gathering_init(&gathering, &made.job);
    add(&gathering, 1, 6, 2);
    add(&gathering, 1, 2, 2);
    add(&gathering, 0, 8, 1);
    assert_int_equal(gathering.n, 3);
    add(&gathering, 1, 4, 2); /* closes the gap */
    assert_int_equal(gathering.n, 2);
    assert_part(&gathering, 0, 0, 8, 1);
    assert_part(&gathering, 1, 1, 2, 6);
    const ulam_part *joined = &gathering.parts[1];
    ulam_summary summary;
    assert_int_equal(ulam_moments_summarise(&joined->tally.moments[0], &summary), ULAM_OK);
    assert_true(summary.mean == 4.5);
    assert_true(joined->seconds == 3);
    assert_true(joined->longest == 6);
    assert_int_equal(joined->n_failures, 3);

    ulam_gathering_drop(&gathering, 1);
    assert_int_equal(gathering.n, 1);
    assert_part(&gathering, 0, 1, 2, 6);
    ulam_gathering_free(&gathering);
    ulam_gathering_free(&gathering);
}

static void the_witness_and_a_partial_block_stay_alone(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 2, 45, 4);
    ulam_gathering gathering;
    ulam_gathering_init(&gathering, &made.job);
    add(&gathering, 0, 1, 3);
    add(&gathering, 0, 0, 1); /* the witness */
    add(&gathering, 1, 10, 1);
    add(&gathering, 1, 11, 1); /* of one run */
    add(&gathering, 1, 0, 1);
    add(&gathering, 1, 1, 1); /* point 1 has no witness */
    assert_int_equal(gathering.n, 5);
    assert_part(&gathering, 0, 0, 0, 1);
    assert_part(&gathering, 1, 0, 1, 3);
    assert_part(&gathering, 2, 1, 0, 2);
    assert_part(&gathering, 3, 1, 10, 1);
    assert_part(&gathering, 4, 1, 11, 1);
    ulam_gathering_free(&gathering);
}

static void shares_are_handed_out_together_and_shared_out_again(void **unused)
{
    (void)unused;
    hand_made_job made;
    make_job(&made, &model, 1, 8000, 1);
    ulam_state state;
    ulam_schedule root, node;
    ulam_assignment work = {0}, own = {0}, back = {0};
    assert_int_equal(ulam_state_init(&state, &made.job), ULAM_OK);
    assert_int_equal(ulam_schedule_init(&root, &state, 8), ULAM_OK);
    assert_int_equal(ulam_schedule_init_empty(&node, &made.job, 4), ULAM_OK);
    assert_true(ulam_schedule_finished(&node));

    /* Nothing is measured yet: each rank gets one block, of which the first is to be alone. */
    assert_int_equal(ulam_schedule_take_shares(&root, INFINITY, 4, &work), ULAM_OK);
    assert_int_equal(work.n, 2);
    assert_int_equal(work.chunks[0].blocks, 1);
    assert_int_equal(work.chunks[1].blocks, 3);
    assert_true(isnan(work.work));
    for (size_t i = 0; i < work.n; i++)
        ulam_schedule_done(&root, 0, work.chunks[i].runs, 1e-3 * (double)work.chunks[i].runs, 1e-3);

    assert_int_equal(ulam_schedule_take_shares(&root, INFINITY, 4, &work), ULAM_OK);
    assert_int_equal(work.n, 1); /* shares that continue each other */
    assert_true(work.ahead);
    assert_true(fabs(work.work - 1e-3 * (double)work.chunks[0].runs) < 1e-9);
    assert_true(work.work > 4 * 0.9 / 16 && work.work <= 4 * 1.0 / 16);

    assert_int_equal(ulam_schedule_add(&node, &work.chunks[0], work.work / (double)work.chunks[0].runs), ULAM_OK);
    assert_true(fabs(ulam_schedule_work(&node) - work.work) < 1e-9);
    assert_int_equal(ulam_schedule_take(&node, INFINITY, &own), ULAM_OK);
    assert_int_equal(own.chunks[0].first, 4);
    assert_true(own.work < work.work / 4);
    assert_int_equal(ulam_schedule_withdraw(&node, &back), ULAM_OK);
    assert_int_equal(back.n, 1);
    assert_int_equal(back.chunks[0].runs, work.chunks[0].runs - own.chunks[0].runs);
    assert_false(ulam_schedule_finished(&node));
    ulam_schedule_done(&node, 0, own.chunks[0].runs, 1, 1e-3);
    assert_true(ulam_schedule_finished(&node));

    ulam_assignment_free(&work);
    ulam_assignment_free(&own);
    ulam_assignment_free(&back);
    ulam_schedule_free(&root);
    ulam_schedule_free(&node);
    ulam_state_free(&state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_are_joined_with_all_that_they_carry),
        cmocka_unit_test(the_witness_and_a_partial_block_stay_alone),
        cmocka_unit_test(shares_are_handed_out_together_and_shared_out_again),
    };
    return cmocka_run_group_tests_name("gathering", tests, NULL, NULL);
}
