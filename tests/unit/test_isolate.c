#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <ulam/execute.h>
#include <ulam/isolate.h>

#include "hand_made_job.h"
#include "stretch.h"

/* A model that fails in each way there is. Point 0 is harmless; the others name what they do. */
enum {
    HARMLESS,
    HOSTILE,     /* runs 17, 23, 31, 40, 50 and 60 */
    TALKATIVE,   /* writes to both standard streams, and aborts at run 5 */
    UNPREPARED,  /* dies in its setup */
    REFUSED,     /* its setup says no */
    SLOW_SETUP,  /* slower than a run may be */
    SLOW,        /* each run takes a while, none too long */
    LEFT_BEHIND, /* sleeps for ever in run 0 */
    SIGNALLED,   /* is asked to stop in every run */
    HOLLOW,      /* closes all it was given, in run 3 */
    POINTS
};

static const ulam_observable observables[] = {{.name = "number"}, {.name = "pair", .length = 2}};

static void sleep_ms(long ms) { nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL); }

static ulam_status hostile_setup(const ulam_value *values, void *point, ulam_error *error)
{
    int64_t *self = point;
    *self = values[0].integer;
    if (*self == UNPREPARED) abort();
    if (*self == REFUSED) return ulam_fail(error, ULAM_EINVAL, "x = %d will not do", REFUSED);
    if (*self == SLOW_SETUP) sleep_ms(800);
    return ULAM_OK;
}

static void misbehave(uint64_t run, ulam_rng *rng, double *out)
{
    const volatile uintptr_t nowhere = 64;
    if (run == 17) *(volatile int *)nowhere = 1;
    for (volatile bool loop = run == 23; loop;)
        ;
    if (run == 31) exit(0);
    if (run == 40) out[2] = NAN;
    if (run == 50) abort();
    if (run == 60) ulam_run_fail(rng, "it diverged");
}

static void hostile_run(const void *point, ulam_rng *rng, double *out)
{
    const int64_t x = *(const int64_t *)point;
    for (int i = 0; i < 3; i++) out[i] = ulam_gaussian(rng);
    if (x == HOSTILE) misbehave(rng->run, rng, out);
    if (x == TALKATIVE) {
        printf("to whom it may concern\n");
        for (int i = 0; i < 300; i++) fprintf(stderr, "line %d of run %d\n", i, (int)rng->run);
        if (rng->run == 5) abort();
    }
    if (x == SLOW) sleep_ms(60);
    if (x == LEFT_BEHIND) pause();
    if (x == SIGNALLED) {
        raise(SIGTERM);
        raise(SIGINT);
        raise(SIGUSR1);
    }
    if (x == HOLLOW && rng->run == 3)
        for (int i = 0; i < 64; i++) close(i);
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "hostile",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 2,
                                 .point_size = sizeof(int64_t),
                                 .setup = hostile_setup,
                                 .run = hostile_run};

/* Runs that are performed one by one. */
static ulam_stretch singly(size_t point, uint64_t first, uint64_t n)
{
    return (ulam_stretch){.point = point, .first = first, .n = n, .lanes_from = ULAM_MAX_RUNS};
}

static void make(hand_made_job *made, double run_timeout)
{
    make_job(made, &model, POINTS, 4096, 1);
    made->job.conduct = (ulam_conduct){.isolate = true, .run_timeout = run_timeout};
}

/* values[element * stride] of a run. */
static bool as_in_process(const ulam_job *job, uint64_t run, const double *values, size_t stride)
{
    const int64_t x = HARMLESS; /* the streams alone tell points apart */
    double expected[3];
    ulam_rng rng;
    ulam_rng_start(&rng, job->points[HOSTILE].key, run);
    hostile_run(&x, &rng, expected);
    for (size_t e = 0; e < 3; e++)
        if (memcmp(&expected[e], &values[e * stride], sizeof *values) != 0) return false;
    return true;
}

static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static _Atomic int *ends; /* shared by all processes */

static void count_end(void) { ++*ends; }

static void each_death_costs_one_run_and_is_named(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t run;
        const char *cause;
    } expected[] = {
        {17, "killed by signal 11 (Segmentation fault)"},
        {23, "took longer than 0.3 s"},
        {31, "exited with status 0 in the middle of the run"},
        {40, "observable 'pair'[1] is not a number, and it is not declared that it may be"},
        {50, "killed by signal 6 (Aborted)"},
        {60, "it diverged"},
    };
    hand_made_job made;
    make(&made, 0.3);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double values[3][100];
    size_t failed = 0;
    for (uint64_t next = 0; next < 100;) {
        uint64_t done = 0;
        ulam_error cause = {0}, error = {0};
        assert_int_equal(ulam_isolated_perform(isolated, singly(HOSTILE, next, 100 - next), values[0] + next, 100,
                                               &done, &cause, &error),
                         ULAM_OK);
        for (uint64_t r = next; r < next + done; r++) assert_true(as_in_process(&made.job, r, values[0] + r, 100));
        next += done;
        if (next == 100) break;
        assert_true(failed < 6);
        assert_int_equal(next, expected[failed].run);
        assert_string_equal(cause.message, expected[failed].cause);
        assert_int_equal(cause.status, ULAM_ERUN);
        failed++;
        next++;
    }
    assert_int_equal(failed, 6);
    ulam_isolated_close(isolated);
    assert_no_child();
    assert_int_equal(*ends, 0); /* exit() in a run does not call what this process registered for its end */
}

/* Performs n runs from 0 on, all of which succeed or one of which fails, in a child of its own. */
static uint64_t perform(size_t point, uint64_t n, double run_timeout, ulam_error *cause, ulam_error *error)
{
    hand_made_job made;
    make(&made, run_timeout);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double *values = malloc(n * sizeof(double[3]));
    uint64_t done;
    *cause = *error = (ulam_error){0};
    ulam_isolated_perform(isolated, singly(point, 0, n), values, n, &done, cause, error);
    free(values);
    ulam_isolated_close(isolated);
    assert_no_child();
    return done;
}

static void the_last_message_is_part_of_the_cause(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(TALKATIVE, 10, INFINITY, &cause, &error), 5);
    assert_string_equal(cause.message, "killed by signal 6 (Aborted); last message: line 299 of run 5");
}

static void a_setup_that_dies_fails_the_run_that_needed_it(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(UNPREPARED, 10, INFINITY, &cause, &error), 0);
    assert_int_equal(error.status, ULAM_OK);
    assert_string_equal(cause.message, "killed by signal 6 (Aborted) while the point was set up");
}

static void a_setup_that_refuses_is_an_error(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(REFUSED, 10, INFINITY, &cause, &error), 0);
    assert_int_equal(error.status, ULAM_EINVAL);
    assert_string_equal(error.message, "x = 4 will not do");
}

static void only_the_time_of_a_single_run_is_limited(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(SLOW_SETUP, 10, 0.5, &cause, &error), 10);
    assert_int_equal(perform(SLOW, 10, 0.5, &cause, &error), 10);
}

static void a_request_to_stop_the_job_fails_no_run(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(SIGNALLED, 10, INFINITY, &cause, &error), 10);
}

static void a_run_that_closes_all_descriptors_counts(void **unused)
{
    (void)unused;
    ulam_error cause, error;
    assert_int_equal(perform(HOLLOW, 3, INFINITY, &cause, &error), 3);
    assert_int_equal(perform(HOLLOW, 10, INFINITY, &cause, &error), 10);
}

static void more_runs_than_fit_at_once_have_the_same_bits(void **unused)
{
    (void)unused;
    enum {
        N = 200000
    };
    hand_made_job made;
    make(&made, INFINITY);
    made.points[HARMLESS].key = made.points[HOSTILE].key;
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double *values = malloc(3 * N * sizeof *values);
    uint64_t done;
    ulam_error cause = {0};
    assert_int_equal(ulam_isolated_perform(isolated, singly(HARMLESS, 7, N), values, N, &done, &cause, NULL), ULAM_OK);
    assert_int_equal(done, N);
    for (size_t r = 0; r < N; r++) assert_true(as_in_process(&made.job, r + 7, values + r, N));
    free(values);
    ulam_isolated_close(isolated);
}

/* A run of 2 million numbers: more than the memory shared with the child holds otherwise. */
enum {
    WIDE = 2000000
};
static const ulam_observable wide_observable = {.name = "field", .length = WIDE};

static void wide_run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    ulam_uniform_fill(rng, out, WIDE);
}

static void a_wide_run_arrives_whole(void **unused)
{
    (void)unused;
    static const ulam_model wide = {.interface = ULAM_MODEL_INTERFACE,
                                    .name = "wide",
                                    .parameters = &hand_made_parameter,
                                    .n_parameters = 1,
                                    .observables = &wide_observable,
                                    .n_observables = 1,
                                    .run = wide_run};
    hand_made_job made;
    make_job(&made, &wide, 1, 3, 3);
    made.job.conduct.run_timeout = INFINITY;
    double *values = malloc(sizeof(double[3][WIDE])), *expected = malloc(sizeof(double[WIDE]));
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    uint64_t done;
    ulam_error error = {0};
    assert_int_equal(ulam_isolated_perform(isolated, singly(0, 0, 3), values, 3, &done, NULL, NULL), ULAM_OK);
    assert_int_equal(done, 3);
    for (uint64_t r = 0; r < 3; r++) {
        assert_int_equal(ulam_replay(&made.job, 0, r, expected, &error), ULAM_OK);
        for (size_t e = 0; e < WIDE; e++) assert_true(values[3 * e + r] == expected[e]);
    }
    ulam_isolated_close(isolated);
    free(expected);
    free(values);
}

/* The process whose child `parent` is; 0: it has none. */
static pid_t child_of(pid_t parent)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    if (fscanf(file, "%d", &child) != 1) child = 0;
    fclose(file);
    return child;
}

static void a_child_lost_between_blocks_costs_nothing(void **unused)
{
    (void)unused;
    hand_made_job made;
    make(&made, INFINITY);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double values[3][10];
    uint64_t done;
    assert_int_equal(ulam_isolated_perform(isolated, singly(HARMLESS, 0, 10), values[0], 10, &done, NULL, NULL),
                     ULAM_OK);
    const pid_t child = child_of(getpid());
    if (child < 0) skip(); /* no /proc */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(ulam_isolated_perform(isolated, singly(HARMLESS, 0, 10), values[0], 10, &done, NULL, NULL),
                     ULAM_OK);
    assert_int_equal(done, 10);
    ulam_isolated_close(isolated);
    assert_no_child();
}

static void perform_for_ever(void)
{
    hand_made_job made;
    make(&made, INFINITY);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double values[3];
    uint64_t done;
    ulam_isolated_perform(isolated, singly(LEFT_BEHIND, 0, 1), values, 1, &done, NULL, NULL);
    _exit(1);
}

static void a_killed_parent_leaves_no_child(void **unused)
{
    (void)unused;
    const pid_t parent = fork();
    if (parent == 0) perform_for_ever();
    pid_t child = 0;
    for (int i = 0; i < 500 && child == 0; i++) {
        sleep_ms(10);
        child = child_of(parent);
    }
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    if (child < 0) skip(); /* no /proc */
    assert_true(child > 0);
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    for (int i = 0; i < 500; i++) { /* who adopts it may be slow to bury it */
        FILE *file = fopen(path, "r");
        if (!file) return;
        if (fscanf(file, "%*d %*s %c", &state) != 1) state = 'Z';
        fclose(file);
        if (state == 'Z') return;
        sleep_ms(10);
    }
    fail_msg("process %d is still there", (int)child);
}

static void a_halted_job_is_not_too_slow(void **unused)
{
    (void)unused;
    const pid_t parent = fork();
    if (parent == 0) {
        ulam_error cause;
        hand_made_job made;
        make(&made, 0.5);
        ulam_isolated *isolated = ulam_isolated_open(&made.job);
        double values[3][10];
        uint64_t done;
        ulam_isolated_perform(isolated, singly(SLOW, 0, 10), values[0], 10, &done, &cause, NULL);
        ulam_isolated_close(isolated);
        _exit((int)done);
    }
    sleep_ms(200);
    const pid_t child = child_of(parent);
    kill(parent, SIGSTOP);
    if (child > 0) kill(child, SIGSTOP);
    sleep_ms(999);
    kill(parent, SIGCONT);
    sleep_ms(10); /* for it to look at a run that has not gone on yet */
    if (child > 0) kill(child, SIGCONT);
    int status;
    waitpid(parent, &status, 0);
    if (child < 0) skip(); /* no /proc */
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 10);
}

static void the_child_holds_no_file_of_its_parent(void **unused)
{
    (void)unused;
    hand_made_job made;
    make(&made, INFINITY);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double values[3];
    uint64_t done;
    int ends_of_pipe[2];
    char byte;
    assert_int_equal(pipe(ends_of_pipe), 0);
    assert_int_equal(ulam_isolated_perform(isolated, singly(HARMLESS, 0, 1), values, 1, &done, NULL, NULL), ULAM_OK);
    close(ends_of_pipe[1]);
    struct pollfd reading = {.fd = ends_of_pipe[0], .events = POLLIN};
    assert_int_equal(poll(&reading, 1, 1000), 1);
    assert_int_equal(read(ends_of_pipe[0], &byte, 1), 0);
    close(ends_of_pipe[0]);
    ulam_isolated_close(isolated);
}

static void without_processes_to_be_had_it_says_so(void **unused)
{
    (void)unused;
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0; /* no socket, then */
    hand_made_job made;
    make(&made, INFINITY);
    ulam_isolated *isolated = ulam_isolated_open(&made.job);
    double values[3];
    uint64_t done;
    ulam_error error = {0};
    setrlimit(RLIMIT_NOFILE, &none);
    const ulam_status status = ulam_isolated_perform(isolated, singly(HARMLESS, 0, 1), values, 1, &done, NULL, &error);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(status, ULAM_ESYSTEM);
    assert_string_equal(error.message, "no child process can be had to perform runs in: Too many open files");
    assert_int_equal(ulam_isolated_perform(isolated, singly(HARMLESS, 0, 1), values, 1, &done, NULL, &error), ULAM_OK);
    assert_int_equal(done, 1);
    ulam_isolated_close(isolated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_death_costs_one_run_and_is_named),
        cmocka_unit_test(the_last_message_is_part_of_the_cause),
        cmocka_unit_test(a_setup_that_dies_fails_the_run_that_needed_it),
        cmocka_unit_test(a_setup_that_refuses_is_an_error),
        cmocka_unit_test(only_the_time_of_a_single_run_is_limited),
        cmocka_unit_test(a_request_to_stop_the_job_fails_no_run),
        cmocka_unit_test(a_run_that_closes_all_descriptors_counts),
        cmocka_unit_test(more_runs_than_fit_at_once_have_the_same_bits),
        cmocka_unit_test(a_wide_run_arrives_whole),
        cmocka_unit_test(a_child_lost_between_blocks_costs_nothing),
        cmocka_unit_test(a_killed_parent_leaves_no_child),
        cmocka_unit_test(a_halted_job_is_not_too_slow),
        cmocka_unit_test(the_child_holds_no_file_of_its_parent),
        cmocka_unit_test(without_processes_to_be_had_it_says_so),
    };
    ends = mmap(NULL, sizeof *ends, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ends == MAP_FAILED || atexit(count_end)) return 1;
    return cmocka_run_group_tests_name("isolated runs", tests, NULL, NULL);
}
