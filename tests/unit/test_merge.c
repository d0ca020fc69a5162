#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sampler.h"

#define JOB HEAD "sweep: {rate: [1, 2]}\nruns: 100\n"

static void merge(const char *const *paths, size_t n, const char *says)
{
    ulam_error error = {0};
    char *missing;
    if (ulam_result_merge("merged.h5", paths, n, &sampler_catalogue, &missing, &error) != ULAM_OK)
        fail_msg("%s", error.message);
    if (!says) assert_null(missing);
    if (says) assert_non_null(missing);
    if (says) assert_string_equal(missing, says);
    free(missing);
}

static void assert_refused(const char *const *paths, size_t n, const char *says)
{
    ulam_error error = {0};
    char *missing;
    assert_int_equal(ulam_result_merge("merged.h5", paths, n, &sampler_catalogue, &missing, &error), ULAM_EINVAL);
    assert_null(missing);
    if (!strstr(error.message, says)) fail_msg("'%s' does not say '%s'", error.message, says);
    assert_int_equal(access("merged.h5", F_OK), -1);
}

static void parts_in_any_order_equal_the_one_big_job(void **state)
{
    (void)state;
    static const char *const paths[] = {"5.h5", "1.h5", "4.h5", "2.h5", "3.h5"};
    for (int i = 1; i <= 5; i++) {
        char path[8], part[8];
        snprintf(path, sizeof path, "%d.h5", i);
        snprintf(part, sizeof part, "%d/5", i);
        make_file(path, JOB, part);
    }
    make_file("big.h5", JOB, NULL);
    merge(paths, 5, NULL);
    assert_same_files("merged.h5", "big.h5");
}

static void partial_files_interlock(void **state)
{
    (void)state;
    static const char *const paths[] = {"a.h5", "b.h5"};
    calculation a, b;
    begin(&a, JOB);
    perform(&a, 0, 0, 3);
    perform(&a, 0, 5, 2);
    perform(&a, 1, 4, 8);
    write_file("a.h5", &a);
    end(&a);
    begin(&b, JOB);
    perform(&b, 0, 3, 2);
    perform(&b, 0, 7, 6);
    perform(&b, 1, 0, 4);
    write_file("b.h5", &b);
    end(&b);
    merge(paths, 2, "runs 96 to 99 of point 1\n");
    merge((const char *const[]){"merged.h5"}, 1, "runs 96 to 99 of point 1\n");
}

static void gaps_are_named_and_can_be_filled(void **state)
{
    (void)state;
    static const char *const some[] = {"3.h5", "1.h5"}, *const all[] = {"merged.h5", "2.h5"};
    ulam_result result;
    make_file("1.h5", JOB, "1/3");
    make_file("2.h5", JOB, "2/3");
    make_file("3.h5", JOB, "3/3");
    merge(some, 2, "runs 32 to 63 of every point\n");
    assert_int_equal(ulam_result_read(&result, "merged.h5", NULL), ULAM_OK);
    assert_false(result.complete);
    assert_int_equal(result.parts, 1);
    assert_int_equal(result.runs[0], 32);
    ulam_result_free(&result);
    merge(all, 2, NULL);
    make_file("big.h5", JOB, NULL);
    assert_same_files("merged.h5", "big.h5");
}

static void runs_that_two_files_hold_are_refused(void **state)
{
    (void)state;
    make_file("1.h5", JOB, "1/3");
    make_file("2.h5", JOB, "2/3");
    make_file("half.h5", JOB, "1/2");
    assert_int_equal(system("cp 1.h5 copy.h5; ln -s 1.h5 link.h5"), 0);
    assert_refused((const char *const[]){"1.h5", "2.h5", "half.h5"}, 3,
                   "1.h5 and half.h5 both hold runs 0 to 31 of point 0");
    assert_refused((const char *const[]){"2.h5", "half.h5"}, 2, "2.h5 and half.h5 both hold runs 32 to 47 of point 0");
    assert_refused((const char *const[]){"1.h5", "copy.h5"}, 2, "1.h5 and copy.h5 both hold runs 0 to 31 of point 0");
    assert_refused((const char *const[]){"1.h5", "2.h5", "1.h5"}, 3, "1.h5 and 1.h5 are the same file");
    assert_refused((const char *const[]){"1.h5", "link.h5"}, 2, "1.h5 and link.h5 are the same file");
}

static void files_of_other_jobs_are_refused_by_what_differs(void **state)
{
    (void)state;
    make_file("1.h5", JOB, "1/2");
    make_file("kind.h5",
              "model: sampler\nparams: {table: table.txt, kind: a}\nblock: 8\nsweep: {rate: [1, 2]}\nruns: 100\n",
              "2/2");
    make_file("rate.h5", HEAD "sweep: {rate: [1, 3]}\nruns: 100\n", "2/2");
    make_file("runs.h5", HEAD "sweep: {rate: [1, 2]}\nruns: 200\n", "2/2");
    assert_refused((const char *const[]){"1.h5", "kind.h5"}, 2, "params.kind: none in 1.h5, a in kind.h5");
    assert_refused((const char *const[]){"1.h5", "rate.h5"}, 2, "rate.h5 has a point, its number 1, that 1.h5 lacks");
    assert_refused((const char *const[]){"1.h5", "runs.h5"}, 2,
                   "runs.h5 holds runs 104 to 199 of point 0, the job of 1.h5 asks for 100");
}

static void sessions_and_failed_runs_of_all_files_are_kept(void **state)
{
    (void)state;
    static const char *const paths[] = {"2.h5", "1.h5"};
    char words[][4] = {"b", "a"}, nothing[] = "";
    for (int i = 0; i < 2; i++) {
        calculation self;
        begin_part(&self, JOB, i ? "1/2" : "2/2");
        go_on(&self);
        const ulam_failure failure = {.point = 1, .run = i ? 3 : 97, .cause = "why"};
        assert_int_equal(ulam_state_add_failure(&self.state, &failure), ULAM_OK);
        ulam_session session = {
            .command = words[i], .hosts = nothing, .libraries = nothing, .start = nothing, .end = nothing};
        const ulam_provenance provenance = {&session, 1};
        assert_int_equal(ulam_result_write(paths[i], &self.state, &provenance, NULL), ULAM_OK);
        end(&self);
    }
    merge(paths, 2, NULL);
    ulam_result result;
    assert_int_equal(ulam_result_read(&result, "merged.h5", NULL), ULAM_OK);
    assert_int_equal(result.provenance.count, 2);
    assert_string_equal(result.provenance.sessions[0].command, "b");
    assert_string_equal(result.provenance.sessions[1].command, "a");
    assert_int_equal(result.n_failures, 2);
    assert_int_equal(result.failures[0].run, 3);
    assert_int_equal(result.failures[1].run, 97);
    ulam_result_free(&result);
}

static void make_pool(const char *path, const char *const *paths, size_t n)
{
    merge(paths, n, NULL);
    assert_int_equal(rename("merged.h5", path), 0);
}

static void assert_statistics(const ulam_result *result, const ulam_moments *moments, size_t point)
{
    ulam_summary summary;
    const ulam_result_observable *level = &result->observables[0];
    assert_int_equal(ulam_moments_summarise(moments, &summary), ULAM_OK);
    assert_true(level->mean[point] == summary.mean);
    assert_true(level->std_error[point] == summary.std_error);
    assert_true(level->min[point] == summary.min && level->max[point] == summary.max);
}

static void a_pool_of_seeds_has_the_statistics_of_all_their_runs(void **state)
{
    (void)state;
    static const char *const jobs[] = {JOB "seed: 7\n", HEAD "sweep: {rate: [1, 2]}\nruns: 37\nseed: 5\n"};
    static const char *const paths[] = {"0.h5", "1.h5"}, *const reversed[] = {"1.h5", "0.h5"};
    ulam_result result;
    ulam_moments all[2];
    for (size_t p = 0; p < 2; p++) ulam_moments_init(&all[p]);
    for (size_t i = 0; i < 2; i++) {
        calculation self;
        begin(&self, jobs[i]);
        go_on(&self);
        for (size_t p = 0; p < 2; p++) {
            assert_int_equal(ulam_moments_merge(&all[p], &self.state.points[p].prefix.moments[0]), ULAM_OK);
            assert_int_equal(ulam_moments_merge(&all[p], &self.state.points[p].tail.moments[0]), ULAM_OK);
        }
        write_file(paths[i], &self);
        end(&self);
    }
    make_pool("pool.h5", paths, 2);
    make_pool("other.h5", reversed, 2);
    assert_same_files("pool.h5", "other.h5");
    assert_int_equal(ulam_result_read(&result, "pool.h5", NULL), ULAM_OK);
    assert_int_equal(result.n_seeds, 2);
    assert_int_equal(result.seeds[0], 5);
    assert_int_equal(result.seeds[1], 7);
    assert_int_equal(result.seed, 5);
    for (size_t p = 0; p < 2; p++) {
        assert_int_equal(result.runs[p], 137);
        assert_int_equal(result.runs_asked[p], 137);
        assert_statistics(&result, &all[p], p);
        ulam_moments_free(&all[p]);
    }
    ulam_result_free(&result);
}

static void a_pool_can_be_pooled_with_further_seeds(void **state)
{
    (void)state;
    make_file("1.h5", JOB "seed: 1\n", NULL);
    make_file("2.h5",
              "model: sampler\nparams: {table: table.txt}\nblock: 8\nsweep: {rate: [2, 1]}\nruns: 100\nseed: 2\n",
              NULL);
    make_file("3.h5", JOB "seed: 3\n", "2/2");
    make_pool("13.h5", (const char *const[]){"3.h5", "1.h5"}, 2);
    make_pool("a.h5", (const char *const[]){"2.h5", "13.h5"}, 2);
    make_pool("b.h5", (const char *const[]){"13.h5", "2.h5"}, 2);
    make_pool("c.h5", (const char *const[]){"3.h5", "2.h5", "1.h5"}, 3);
    assert_same_files("a.h5", "b.h5");
    assert_same_files("a.h5", "c.h5");
    assert_refused((const char *const[]){"13.h5", "2.h5", "3.h5"}, 3, "13.h5 and 3.h5 both have seed 3");
}

static void only_runs_that_results_cover_are_pooled(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    begin(&self, JOB "seed: 1\n");
    perform(&self, 0, 0, 2);
    perform(&self, 0, 5, 1);
    for (uint64_t run = 3; run < 48; run += 40) {
        const ulam_failure failure = {.run = run, .cause = "why"};
        assert_int_equal(ulam_state_add_failure(&self.state, &failure), ULAM_OK);
    }
    write_file("1.h5", &self);
    end(&self);
    begin(&self, JOB "seed: 2\n");
    perform(&self, 0, 0, 1);
    const ulam_failure failure = {.run = 3, .cause = "the other"};
    assert_int_equal(ulam_state_add_failure(&self.state, &failure), ULAM_OK);
    write_file("2.h5", &self);
    end(&self);
    make_pool("pool.h5", (const char *const[]){"2.h5", "1.h5"}, 2);
    make_file("3.h5", JOB "seed: 3\n", NULL);
    merge((const char *const[]){"pool.h5", "3.h5"}, 2, NULL);
    assert_int_equal(ulam_result_read(&result, "merged.h5", NULL), ULAM_OK);
    assert_int_equal(result.runs[0], 124);
    assert_int_equal(result.runs[1], 100);
    assert_int_equal(result.n_failures, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(result.failures[i].seed, i + 1);
        assert_int_equal(result.failures[i].run, 3);
        assert_string_equal(result.failures[i].cause, i ? "the other" : "why");
    }
    ulam_result_free(&result);
}

static void files_of_other_jobs_are_not_pooled(void **state)
{
    (void)state;
    make_file("1.h5", JOB, NULL);
    make_file(
        "kind.h5",
        "model: sampler\nparams: {table: table.txt, kind: a}\nblock: 8\nsweep: {rate: [1, 2]}\nruns: 100\nseed: 5\n",
        NULL);
    make_file("rate.h5", HEAD "sweep: {rate: [1, 3]}\nruns: 100\nseed: 5\n", NULL);
    make_file("few.h5", HEAD "sweep: {rate: [2]}\nruns: 100\nseed: 5\n", NULL);
    assert_refused((const char *const[]){"kind.h5", "1.h5"}, 2,
                   "1.h5 is of another job than kind.h5 (params.kind: a in kind.h5, none in 1.h5); only files of one "
                   "job can be merged");
    assert_refused((const char *const[]){"1.h5", "rate.h5"}, 2, "1.h5 has a point, its number 1, that rate.h5 lacks");
    assert_refused((const char *const[]){"1.h5", "few.h5"}, 2, "1.h5 has a point, its number 0, that few.h5 lacks");
    make_file("many.h5", HEAD "sweep: {rate: [1, 2, 3]}\nruns: 100\nseed: 5\n", NULL);
    assert_refused((const char *const[]){"1.h5", "many.h5"}, 2, "many.h5 has a point, its number 2, that 1.h5 lacks");
    make_file("again.h5", JOB "seed: 5\n", "1/2");
    assert_refused((const char *const[]){"1.h5", "many.h5", "again.h5"}, 3, "both have seed 5");
}

static void a_pool_is_no_job_to_go_on_with(void **state)
{
    (void)state;
    calculation self;
    ulam_error error = {0};
    ulam_provenance sessions;
    ulam_file_relation relation;
    char *difference;
    make_file("1.h5", JOB "seed: 1\n", NULL);
    make_file("2.h5", JOB "seed: 2\n", NULL);
    make_pool("pool.h5", (const char *const[]){"1.h5", "2.h5"}, 2);
    begin(&self, JOB "seed: 1\n");
    assert_int_equal(ulam_result_resume("pool.h5", &self.state, false, &sessions, &relation, &difference, &error),
                     ULAM_OK);
    assert_int_equal(relation, ULAM_FILE_OTHER);
    assert_string_equal(difference, "it pools jobs of seeds 1, 2, and cannot be gone on with\n");
    free(difference);
    end(&self);
    ulam_job job;
    assert_int_equal(ulam_result_read_job(&job, "pool.h5", true, &sampler_catalogue, &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "pool.h5: it pools jobs of 2 seeds"));
    ulam_job_free(&job);
}

static void the_files_that_a_job_names_are_not_needed(void **state)
{
    (void)state;
    static const char *const paths[] = {"1.h5", "2.h5"};
    make_file("1.h5", JOB, "1/2");
    make_file("2.h5", JOB, "2/2");
    make_file("big.h5", JOB, NULL);
    assert_int_equal(remove("table.txt"), 0);
    merge(paths, 2, NULL);
    assert_same_files("merged.h5", "big.h5");
}

static void a_damaged_file_is_named(void **state)
{
    (void)state;
    static const char *const paths[] = {"1.h5", "2.h5"};
    ulam_error error = {0};
    char *missing;
    make_file("1.h5", JOB, "1/2");
    write_text("2.h5", "no file of ours, but long enough to hold what stands behind one");
    assert_int_equal(ulam_result_merge("merged.h5", paths, 2, &sampler_catalogue, &missing, &error), ULAM_EFORMAT);
    assert_string_equal(error.message, "2.h5: not a result file of ulam");
    assert_int_equal(access("merged.h5", F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(parts_in_any_order_equal_the_one_big_job),
        IN_FOLDER(partial_files_interlock),
        IN_FOLDER(gaps_are_named_and_can_be_filled),
        IN_FOLDER(runs_that_two_files_hold_are_refused),
        IN_FOLDER(files_of_other_jobs_are_refused_by_what_differs),
        IN_FOLDER(sessions_and_failed_runs_of_all_files_are_kept),
        IN_FOLDER(a_pool_of_seeds_has_the_statistics_of_all_their_runs),
        IN_FOLDER(a_pool_can_be_pooled_with_further_seeds),
        IN_FOLDER(only_runs_that_results_cover_are_pooled),
        IN_FOLDER(files_of_other_jobs_are_not_pooled),
        IN_FOLDER(a_pool_is_no_job_to_go_on_with),
        IN_FOLDER(the_files_that_a_job_names_are_not_needed),
        IN_FOLDER(a_damaged_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
