#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "sampler.h"

static const ulam_model newer = SAMPLER("2");
static const ulam_model *const newer_list[] = {&newer};
static const ulam_catalogue newer_catalogue = {.models = newer_list, .count = 1};

static ulam_file_relation resume(calculation *self, const char *path, bool accept_model, char **difference)
{
    ulam_error error = {0};
    ulam_provenance read;
    ulam_file_relation relation;
    if (ulam_result_resume(path, &self->state, accept_model, &read, &relation, difference, &error) != ULAM_OK)
        fail_msg("%s", error.message);
    ulam_provenance_free(&read);
    return relation;
}

static void take_up(calculation *self, const char *path)
{
    char *difference;
    if (resume(self, path, false, &difference) != ULAM_FILE_SAME) fail_msg("%s", difference ? difference : "absent");
    assert_null(difference);
}

static void assert_other(calculation *self, const char *path, const char *says)
{
    char *difference;
    assert_int_equal(resume(self, path, false, &difference), ULAM_FILE_OTHER);
    assert_string_equal(difference, says);
    free(difference);
    end(self);
}

static void appended_points_and_more_runs_end_as_one_job_would(void **state)
{
    (void)state;
    static const char *const later[] = {
        HEAD "sweep: {rate: [1, 2, 3]}\nruns: 37\n",
        HEAD "sweep: {rate: [3, 2, 1]}\nruns: 20\n",
        HEAD "sweep: {rate: [0.5, 2, 1]}\nruns: 24\n",
        HEAD "sweep: {rate: [1, 2]}\nruns: 22\n",
    };
    make_file("first.h5", HEAD "sweep: {rate: [1, 2]}\nruns: 20\n", NULL);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        calculation self;
        begin(&self, later[i]);
        take_up(&self, "first.h5");
        assert_false(ulam_state_complete(&self.state));
        go_on(&self);
        write_file("second.h5", &self);
        end(&self);
        make_file("once.h5", later[i], NULL);
        assert_same_files("second.h5", "once.h5");
    }
}

static void known_points_are_found_in_another_order(void **state)
{
    (void)state;
    calculation self;
    make_file("x.h5", HEAD "sweep: {kind: [a, b], rate: [1, 2]}\nruns: 16\n", NULL);
    begin(&self, HEAD "sweep: {kind: [c, b, a], rate: [2, 1]}\nruns: 16\n");
    take_up(&self, "x.h5");
    for (size_t p = 0; p < 6; p++) assert_int_equal(ulam_state_runs(&self.state, p), p < 2 ? 0 : 16);
    end(&self);
}

static void early_pieces_and_a_tail_survive(void **state)
{
    (void)state;
    static const char job[] = HEAD "sweep: {rate: [1, 2]}\nruns: 60\n";
    calculation self;
    begin(&self, job);
    perform(&self, 1, 0, 1);
    perform(&self, 1, 3, 2);
    perform(&self, 1, 7, 1);
    write_file("x.h5", &self);
    end(&self);
    begin(&self, job);
    take_up(&self, "x.h5");
    assert_int_equal(ulam_state_runs(&self.state, 1), 8);
    assert_int_equal(self.state.points[1].n_early, 1);
    assert_int_equal(self.state.points[1].tail_runs, 4);
    go_on(&self);
    write_file("x.h5", &self);
    end(&self);
    make_file("y.h5", job, NULL);
    assert_same_files("x.h5", "y.h5");
}

static void what_a_job_lacks_is_named(void **state)
{
    (void)state;
    calculation self;
    make_file("x.h5", HEAD "sweep: {rate: [1, 2]}\nruns: 20\n", NULL);
    begin(&self, HEAD "sweep: {rate: [2, 4]}\nruns: 20\n");
    assert_other(&self, "x.h5", "point 0 (rate 1) is in the file, not in the job\n");
    begin(&self, HEAD "sweep: {rate: [1, 2]}\nruns: 19\n");
    assert_other(&self, "x.h5", "point 0 (rate 1): runs: 20 in the file, 19 in the job\n");
    begin(&self, HEAD "runs: 20\n");
    assert_other(&self, "x.h5",
                 "swept: rate in the file, not in the job\nparams.rate: 1 in the job, not in the file\n");
}

static void points_with_other_dimensions_are_another_job(void **state)
{
    (void)state;
    calculation self;
    make_file("x.h5", HEAD "sweep: {kind: [a, b], rate: [1, 2]}\nruns: 16\n", NULL);
    begin(&self, HEAD "sweep: {kind: [a, a, b, b], rate: [1, 2, 1, 2]}\nzip: [[kind, rate]]\nruns: 16\n");
    assert_other(&self, "x.h5", "swept: kind, rate in the file, point (rate, kind) in the job\n");
    begin(&self, HEAD "sweep: {rate: [1, 2], kind: [a, b]}\nruns: 16\n");
    assert_other(&self, "x.h5", "swept: kind, rate in the file, rate, kind in the job\n");
}

static void fewer_runs_than_asked_for_are_fine_while_they_are_not_done(void **state)
{
    (void)state;
    calculation self;
    begin(&self, HEAD "runs: 100\n");
    perform(&self, 0, 0, 3);
    write_file("x.h5", &self);
    end(&self);
    begin(&self, HEAD "runs: 24\n");
    take_up(&self, "x.h5");
    assert_true(ulam_state_complete(&self.state));
    end(&self);
    begin(&self, HEAD "runs: 23\n");
    assert_other(&self, "x.h5", "runs: 24 in the file, 23 in the job\n");
}

static void a_part_goes_on_as_itself_alone(void **state)
{
    (void)state;
    static const char job[] = HEAD "sweep: {rate: [1, 2]}\nruns: 100\n";
    calculation self;
    ulam_result result;
    begin_part(&self, job, "2/3");
    const uint64_t first = self.job.points[1].first, end_run = self.job.points[1].runs;
    perform(&self, 1, first / 8, 1);
    write_file("x.h5", &self);
    end(&self);

    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_int_equal(result.part, 2);
    assert_int_equal(result.parts, 3);
    assert_int_equal(result.first[1], first);
    assert_int_equal(result.runs_asked[1], end_run - first);
    assert_int_equal(result.runs[1], 8);
    ulam_result_free(&result);

    begin_part(&self, job, "2/3");
    take_up(&self, "x.h5");
    go_on(&self);
    write_file("x.h5", &self);
    end(&self);
    make_file("y.h5", job, "2/3");
    assert_same_files("x.h5", "y.h5");
    begin_part(&self, job, "1/3");
    assert_other(&self, "x.h5", "part: 2 of 3 in the file, 1 of 3 in the job\n");
    begin(&self, job);
    assert_other(&self, "x.h5", "part: 2 of 3 in the file, the whole in the job\n");
}

static void another_version_of_the_model_needs_consent(void **state)
{
    (void)state;
    static const ulam_job_source source = {.text = HEAD "runs: 20\n"};
    calculation self;
    char *difference;
    make_file("x.h5", source.text, NULL);
    begin_from(&self, source, &newer_catalogue);
    assert_int_equal(resume(&self, "x.h5", false, &difference), ULAM_FILE_OTHER);
    assert_int_equal(strncmp(difference, "model fingerprint: ", 19), 0);
    free(difference);
    assert_int_equal(resume(&self, "x.h5", true, &difference), ULAM_FILE_SAME);
    assert_int_equal(ulam_state_runs(&self.state, 0), 20);
    assert_int_equal(self.state.witness.size, 0);
    end(&self);
    begin_from(&self, (ulam_job_source){.text = HEAD "seed: 4\nruns: 20\n"}, &newer_catalogue);
    assert_int_equal(resume(&self, "x.h5", true, &difference), ULAM_FILE_OTHER);
    assert_string_equal(difference, "seed: 20261121 in the file, 4 in the job\n");
    free(difference);
    end(&self);
}

static void add_failure(calculation *self, size_t point, uint64_t run, const char *cause)
{
    ulam_failure failure = {.point = point, .run = run};
    snprintf(failure.cause, sizeof failure.cause, "%s", cause);
    assert_int_equal(ulam_state_add_failure(&self->state, &failure), ULAM_OK);
}

static void failed_runs_are_listed_and_stay_with_their_point(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    begin(&self, HEAD "sweep: {rate: [1, 2]}\nruns: 20\n");
    go_on(&self);
    add_failure(&self, 1, 17, "killed by signal 11 (Segmentation fault)");
    add_failure(&self, 1, 3, "Übel");
    add_failure(&self, 0, 5, "");
    write_file("x.h5", &self);
    end(&self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_int_equal(result.n_failures, 3);
    assert_int_equal(result.failures[0].run, 5);
    assert_int_equal(result.failures[1].point, 1);
    assert_int_equal(result.failures[1].run, 3);
    assert_string_equal(result.failures[1].cause, "Übel");
    assert_string_equal(result.failures[2].cause, "killed by signal 11 (Segmentation fault)");
    assert_int_equal(result.n_dropped, 0);
    ulam_result_free(&result);

    begin(&self, HEAD "sweep: {rate: [3, 2, 1]}\nruns: 21\n");
    take_up(&self, "x.h5");
    assert_int_equal(self.state.n_failures, 2); /* run 17 is of a tail that will be made again */
    assert_int_equal(self.state.failures[0].point, 1);
    assert_int_equal(self.state.failures[0].run, 3);
    assert_int_equal(self.state.failures[1].point, 2);
    assert_int_equal(self.state.failures[1].run, 5);
    end(&self);
}

static void dropped_runs_are_listed_with_their_ages_and_made_again(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    begin(&self, HEAD "runs: 20\n");
    self.state.dropped = calloc(2, sizeof *self.state.dropped);
    self.state.n_dropped = 2;
    self.state.dropped[0] = (ulam_dropped_run){.run = 8, .age = 12.5};
    self.state.dropped[1] = (ulam_dropped_run){.run = 16, .age = 0.1};
    write_file("x.h5", &self);
    end(&self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_int_equal(result.n_dropped, 2);
    assert_int_equal(result.dropped[1].run, 16);
    assert_true(result.dropped[0].age == 12.5);
    ulam_result_free(&result);
    begin(&self, HEAD "runs: 20\n");
    take_up(&self, "x.h5");
    assert_int_equal(self.state.n_dropped, 0);
    go_on(&self);
    assert_true(ulam_state_complete(&self.state));
    end(&self);
}

static void a_file_holds_its_job_with_the_files_it_names(void **state)
{
    (void)state;
    ulam_error error = {0};
    calculation self;
    write_text("points.csv", "rate,runs\n1,20\n2,33\n");
    make_file("x.h5", HEAD "points: points.csv\n", "2/2");
    make_file("y.h5", HEAD "points: points.csv\n", NULL);
    assert_int_equal(remove("points.csv"), 0);
    assert_int_equal(remove("table.txt"), 0);
    for (int whole = 0; whole < 2; whole++) {
        if (ulam_result_read_job(&self.job, "x.h5", whole, &sampler_catalogue, &error) != ULAM_OK)
            fail_msg("%s", error.message);
        assert_string_equal(self.job.output, "x.h5");
        assert_int_equal(self.job.points[1].runs, 33);
        assert_int_equal(self.job.parts, whole ? 1 : 2);
        assert_int_equal(ulam_state_init(&self.state, &self.job), ULAM_OK);
        go_on(&self);
        write_file("again.h5", &self);
        assert_same_files("again.h5", whole ? "y.h5" : "x.h5");
        end(&self);
    }
}

static void a_file_does_not_tell_where_its_job_stood(void **state)
{
    (void)state;
    calculation self;
    assert_int_equal(mkdir("sub", 0777), 0);
    assert_int_equal(system("cp table.txt sub"), 0);
    make_file("x.h5", HEAD "runs: 20\n", NULL);
    begin_from(&self, (ulam_job_source){.text = HEAD "runs: 20\n", .path = "sub/job.yaml", .output = "sub/other.h5"},
               &sampler_catalogue);
    go_on(&self);
    write_file("sub/other.h5", &self);
    end(&self);
    assert_same_files("x.h5", "sub/other.h5");
}

static void setting_aside_never_takes_a_name_that_is_taken(void **state)
{
    (void)state;
    char *aside[3];
    assert_int_equal(ulam_result_set_aside("x.h5", &aside[0], NULL), ULAM_OK);
    assert_null(aside[0]);
    for (int i = 0; i < 3; i++) {
        write_text("x.h5", (char[]){(char)('a' + i), '\0'});
        assert_int_equal(ulam_result_set_aside("x.h5", &aside[i], NULL), ULAM_OK);
        assert_int_equal(strncmp(aside[i], "x.old-20", 8), 0);
        assert_string_equal(aside[i] + strlen(aside[i]) - 3, ".h5");
        assert_int_equal(access("x.h5", F_OK), -1);
    }
    for (int i = 0; i < 3; i++) {
        char command[PATH_MAX];
        snprintf(command, sizeof command, "test \"$(cat '%s')\" = %c", aside[i], 'a' + i);
        assert_int_equal(system(command), 0);
        free(aside[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(appended_points_and_more_runs_end_as_one_job_would),
        IN_FOLDER(known_points_are_found_in_another_order),
        IN_FOLDER(early_pieces_and_a_tail_survive),
        IN_FOLDER(what_a_job_lacks_is_named),
        IN_FOLDER(points_with_other_dimensions_are_another_job),
        IN_FOLDER(fewer_runs_than_asked_for_are_fine_while_they_are_not_done),
        IN_FOLDER(a_part_goes_on_as_itself_alone),
        IN_FOLDER(another_version_of_the_model_needs_consent),
        IN_FOLDER(failed_runs_are_listed_and_stay_with_their_point),
        IN_FOLDER(dropped_runs_are_listed_with_their_ages_and_made_again),
        IN_FOLDER(a_file_holds_its_job_with_the_files_it_names),
        IN_FOLDER(a_file_does_not_tell_where_its_job_stood),
        IN_FOLDER(setting_aside_never_takes_a_name_that_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
