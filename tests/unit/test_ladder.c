#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/rng.h>

#include "ladder.h"

static void rungs_grow_by_a_quarter_and_are_rounded_up(void **state)
{
    (void)state; /* 1024 * 1.25^k = 1024, 1280, 1600, 2000, 2500, 3125, 3906.25, 4882.8125, ... */
    static const uint64_t runs[] = {1024, 1280, 1600, 2000, 2500, 3125, 3907, 4883, 6104};
    const ulam_ladder ladder = {.start = 1024, .block = 1};
    uint64_t at = 0;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        at = ulam_ladder_above(&ladder, at);
        assert_int_equal(at, runs[i]);
        assert_true(ulam_ladder_has(&ladder, at));
        assert_false(ulam_ladder_has(&ladder, at - 1));
        assert_int_equal(ulam_ladder_below(&ladder, at - 1), i ? runs[i - 1] : 0);
        assert_int_equal(ulam_ladder_below(&ladder, at), at);
    }
}

static void rungs_are_whole_blocks_and_each_stands_once(void **state)
{
    (void)state;
    for (uint64_t block = 1; block < 10000; block = block * 3 + 1) {
        const ulam_ladder ladder = {.start = 1000, .block = block};
        uint64_t at = 0, rungs = 0;
        for (uint64_t next; (next = ulam_ladder_above(&ladder, at)) != UINT64_MAX; at = next, rungs++) {
            assert_true(next > at);
            assert_int_equal(ulam_ladder_above(&ladder, next - 1), next);
            assert_true((next - 1) * block < ULAM_MAX_RUNS);
        }
        assert_true(rungs > 70 && rungs < 130);
    }
}

static void a_job_without_a_ladder_has_no_rungs(void **state)
{
    (void)state;
    const ulam_ladder none = {.start = 0, .block = 7};
    assert_true(ulam_ladder_above(&none, 0) == UINT64_MAX);
    assert_int_equal(ulam_ladder_below(&none, 1000000), 0);
    assert_false(ulam_ladder_has(&none, 0));
    assert_false(ulam_ladder_has(&none, 1024));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_grow_by_a_quarter_and_are_rounded_up),
        cmocka_unit_test(rungs_are_whole_blocks_and_each_stands_once),
        cmocka_unit_test(a_job_without_a_ladder_has_no_rungs),
    };
    return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
