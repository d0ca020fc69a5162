#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Of the program and not of a library: compiled in. */
#include "../../cli/progress_line.c"
#include "../../cli/show_runs.c"

enum {
    POINTS = 4
};

typedef struct {
    uint64_t runs[POINTS], asked[POINTS], first[POINTS];
    ulam_result result;
    ulam_view view;
} sample;

/* Points that have all of their 100 runs. */
static void make(sample *self)
{
    *self = (sample){.result = {.n_points = POINTS, .part = 1, .parts = 1}, .view = {.file = "x.h5"}};
    for (int i = 0; i < POINTS; i++) self->runs[i] = self->asked[i] = 100;
    self->result.runs = self->runs;
    self->result.runs_asked = self->asked;
    self->result.first = self->first;
    self->view.result = &self->result;
}

static void assert_says(const sample *self, void (*say)(const ulam_result *result, FILE *out), const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (say)
        say(&self->result, out);
    else
        ulam_show_failures(&self->view, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void points_that_lack_runs_are_named_together(void **state)
{
    (void)state;
    sample self;
    make(&self);
    assert_says(&self, ulam_show_missing, "");
    self.runs[2] = 99;
    assert_says(&self, ulam_show_missing, "missing   1 run of point 2\n");
    self.runs[0] = self.runs[1] = 60;
    assert_says(&self, ulam_show_missing, "missing   40 runs of each of the points 0 to 1, 1 run of point 2\n");
    for (int i = 0; i < POINTS; i++) self.runs[i] = 0;
    assert_says(&self, ulam_show_missing, "missing   100 runs of every point\n");
    self.result.n_points = 1;
    assert_says(&self, ulam_show_missing, "missing   100 runs\n");
}

static void a_part_says_which_runs_are_its_own(void **state)
{
    (void)state;
    sample self;
    make(&self);
    assert_says(&self, ulam_show_part, "");
    self.result.part = 3;
    self.result.parts = 10;
    for (int i = 0; i < POINTS; i++) self.first[i] = 200;
    assert_says(&self, ulam_show_part, "part      3 of 10: runs 200 to 299 of each point\n");
    self.first[3] = 0;
    assert_says(&self, ulam_show_part, "part      3 of 10: runs 200 to 299 of point 0, others of other points\n");
    self.result.n_points = 1;
    assert_says(&self, ulam_show_part, "part      3 of 10: runs 200 to 299\n");
}

static void runs_that_a_stop_cut_off_are_listed_with_their_ages(void **state)
{
    (void)state;
    sample self;
    ulam_dropped_run dropped[12] = {{.point = 1, .run = 8, .age = 90}};
    make(&self);
    assert_says(&self, ulam_show_dropped, "");
    self.result.dropped = dropped;
    self.result.n_dropped = 1;
    char age[32], expected[256];
    ulam_format_duration(90, age, sizeof age);
    snprintf(expected, sizeof expected,
             "truncated 1 run in hand could not be finished before the last stop, and will be made again:\n"
             "          run 8 of point 1, after %s\n",
             age);
    assert_says(&self, ulam_show_dropped, expected);
}

static void a_failed_run_comes_with_the_command_that_has_it_again(void **state)
{
    (void)state;
    sample self;
    ulam_failure failures[12] = {{.point = 1, .run = 17, .cause = "killed by signal 11"}};
    make(&self);
    assert_says(&self, NULL, "");
    self.result.failures = failures;
    self.result.n_failures = 1;
    assert_says(&self, NULL,
                "\nfailed runs, and how to have each again:\n"
                "  point 1, run 17: killed by signal 11\n"
                "    ulam replay x.h5 --point 1 --run 17\n");
    self.view.file = "Tom's run.h5";
    assert_says(&self, NULL,
                "\nfailed runs, and how to have each again:\n"
                "  point 1, run 17: killed by signal 11\n"
                "    ulam replay 'Tom'\\''s run.h5' --point 1 --run 17\n");
}

static int lines_of_failures(const sample *self, bool *says_more)
{
    char *text;
    size_t size;
    int lines = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    ulam_show_failures(&self->view, out);
    assert_int_equal(fclose(out), 0);
    for (const char *at = text; (at = strchr(at, '\n')); at++) lines++;
    *says_more = strstr(text, "  and 2 more: ulam show x.h5 --failures\n") != NULL;
    free(text);
    return lines;
}

static void ten_failed_runs_are_listed_unless_all_are_asked_for(void **state)
{
    (void)state;
    sample self;
    bool says_more;
    ulam_failure failures[12] = {{0}};
    make(&self);
    self.result.failures = failures;
    self.result.n_failures = 12;
    assert_int_equal(lines_of_failures(&self, &says_more), 2 + 2 * 10 + 1);
    assert_true(says_more);
    self.view.failures = true;
    assert_int_equal(lines_of_failures(&self, &says_more), 2 + 2 * 12);
    assert_false(says_more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_that_lack_runs_are_named_together),
        cmocka_unit_test(a_part_says_which_runs_are_its_own),
        cmocka_unit_test(runs_that_a_stop_cut_off_are_listed_with_their_ages),
        cmocka_unit_test(a_failed_run_comes_with_the_command_that_has_it_again),
        cmocka_unit_test(ten_failed_runs_are_listed_unless_all_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
