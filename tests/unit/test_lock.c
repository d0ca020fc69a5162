#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "scratch_folder.h"

typedef int flock_function(int file, int operation);

/* A file system that has no flock. */
static int no_flock(int file, int operation)
{
    (void)file;
    (void)operation;
    errno = ENOLCK;
    return -1;
}

static flock_function *const kinds[] = {flock, no_flock};

enum {
    KINDS = sizeof kinds / sizeof *kinds
};

static bool exists(const char *path) { return access(path, F_OK) == 0; }

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void take(ulam_output_lock *self, const char *path, flock_function *kind)
{
    ulam_error error = {0};
    if (ulam_output_lock_take_with(self, path, kind, &error) != ULAM_OK) fail_msg("%s", error.message);
}

static void assert_refused(const char *path, flock_function *kind, const char *says)
{
    ulam_output_lock self;
    ulam_error error = {0};
    assert_int_equal(ulam_output_lock_take_with(&self, path, kind, &error), ULAM_EINVAL);
    if (!strstr(error.message, says)) fail_msg("'%s' does not say '%s'", error.message, says);
    ulam_output_lock_release(&self);
}

static void a_second_writer_is_refused_and_told_whose_turn_it_is(void **state)
{
    (void)state;
    char owner[400], host[256];
    assert_int_equal(gethostname(host, sizeof host), 0);
    snprintf(owner, sizeof owner, "x.h5 is being written by another job (host %s, process %ld)", host, (long)getpid());
    for (size_t i = 0; i < KINDS; i++) {
        ulam_output_lock first, second;
        take(&first, "x.h5", kinds[i]);
        assert_true(exists("x.h5.lock"));
        assert_refused("x.h5", kinds[i], owner);
        assert_true(exists("x.h5.lock"));
        take(&second, "y.h5", kinds[i]);
        ulam_output_lock_release(&second);
        assert_int_equal(ulam_output_lock_touch(&first, NULL), ULAM_OK);
        ulam_output_lock_release(&first);
        ulam_output_lock_release(&first);
        assert_false(exists("x.h5.lock"));
        take(&second, "x.h5", kinds[i]);
        ulam_output_lock_release(&second);
        assert_int_equal(system("test -z \"$(ls)\""), 0);
    }
}

static void a_link_is_locked_where_it_leads(void **state)
{
    (void)state;
    assert_int_equal(mkdir("there", 0777), 0);
    write_text("there/x.h5", "");
    assert_int_equal(symlink("there/x.h5", "here.h5"), 0);
    for (size_t i = 0; i < KINDS; i++) {
        ulam_output_lock self;
        take(&self, "here.h5", kinds[i]);
        assert_refused("there/x.h5", kinds[i], "there/x.h5 is being written");
        ulam_output_lock_release(&self);
    }
}

/* Takes the lock in another process, which is then killed, and waited for. */
static void kill_a_holder(flock_function *kind)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        ulam_output_lock self;
        if (ulam_output_lock_take_with(&self, "x.h5", kind, NULL) == ULAM_OK && write(ready[1], "", 1) == 1)
            for (;;) pause();
        _exit(1);
    }
    assert_true(child > 0);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    assert_refused("x.h5", kind, "x.h5 is being written");
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_killed_holder_leaves_no_lock_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        ulam_output_lock self;
        kill_a_holder(kinds[i]);
        assert_true(exists("x.h5.lock"));
        take(&self, "x.h5", kinds[i]);
        ulam_output_lock_release(&self);
        assert_false(exists("x.h5.lock"));
    }
}

/* The lock is the open file's, and a child has it open. */
static void a_child_that_outlives_its_killed_holder_for_a_moment_is_waited_for(void **state)
{
    (void)state;
    ulam_output_lock self;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    const pid_t holder = fork();
    if (holder == 0) {
        if (ulam_output_lock_take(&self, "x.h5", NULL) != ULAM_OK) _exit(1);
        if (fork() == 0) {
            usleep(300000);
            _exit(0);
        }
        if (write(ready[1], "", 1) == 1)
            for (;;) pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    siginfo_t end;
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)holder, &end, WEXITED | WNOWAIT), 0); /* dead, and not yet buried */
    take(&self, "x.h5", flock);
    ulam_output_lock_release(&self);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
}

static void set_age(const char *path, time_t seconds)
{
    const struct timespec then = {.tv_sec = time(NULL) - seconds};
    assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[]){then, then}, 0), 0);
}

static void a_lock_without_flock_lives_by_its_heartbeat(void **state)
{
    (void)state;
    ulam_output_lock self, other;
    write_text("x.h5.lock", "another-host 123 456\n");
    set_age("x.h5.lock", ULAM_LOCK_HEARTBEAT - 60);
    assert_refused("x.h5", no_flock, "(host another-host, process 123)");
    set_age("x.h5.lock", ULAM_LOCK_HEARTBEAT + 60);
    take(&self, "x.h5", no_flock);
    set_age("x.h5.lock", ULAM_LOCK_HEARTBEAT + 60);
    assert_int_equal(ulam_output_lock_touch(&self, NULL), ULAM_OK);
    assert_refused("x.h5", no_flock, "is being written");
    set_age("x.h5.lock", ULAM_LOCK_HEARTBEAT + 60);
    assert_refused("x.h5", no_flock, "is being written"); /* its holder is seen to live on this host */
    write_text("x.h5.lock", "another-host 123 456\n");
    set_age("x.h5.lock", ULAM_LOCK_HEARTBEAT + 60);
    take(&other, "x.h5", no_flock);
    ulam_error error = {0};
    assert_int_equal(ulam_output_lock_touch(&self, &error), ULAM_EIO);
    assert_non_null(strstr(error.message, "the lock x.h5.lock is gone"));
    ulam_output_lock_release(&self);
    assert_true(exists("x.h5.lock"));
    ulam_output_lock_release(&other);
    assert_int_equal(system("test -z \"$(ls)\""), 0);
}

static void a_process_that_has_anothers_number_is_not_taken_for_it(void **state)
{
    (void)state;
    char text[400], host[256];
    ulam_output_lock self;
    assert_int_equal(gethostname(host, sizeof host), 0);
    snprintf(text, sizeof text, "%s %ld 1\n", host, (long)getpid());
    write_text("x.h5.lock", text);
    take(&self, "x.h5", no_flock);
    ulam_output_lock_release(&self);
}

static void temporaries_of_dead_jobs_are_removed_and_nothing_else(void **state)
{
    (void)state;
    static const char *const kept[] = {"x.h5",         "x.h5.tmp",       "x.h5.tmp.12",   "x.h5.tmp.12.a",
                                       "y.h5.tmp.1.0", "xx.h5.tmp.12.0", "x.h5.tmp.12.0~"};
    for (size_t k = 0; k < KINDS; k++) {
        ulam_output_lock self;
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) write_text(kept[i], "");
        write_text("x.h5.tmp.12.0", "");
        write_text("x.h5.tmp.99999999.31", "");
        take(&self, "x.h5", kinds[k]);
        ulam_output_lock_release(&self);
        assert_false(exists("x.h5.tmp.12.0"));
        assert_false(exists("x.h5.tmp.99999999.31"));
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_true(exists(kept[i]));
    }
}

/* As flock, but just before the lock is taken for the first time its file is removed, as by a holder that lets go. */
static int flock_after_removal(int file, int operation)
{
    struct stat facts, named;
    static bool removed;
    if (!removed && fstat(file, &facts) == 0 && stat("x.h5.lock", &named) == 0 && facts.st_ino == named.st_ino)
        removed = unlink("x.h5.lock") == 0;
    return flock(file, operation);
}

static void a_lock_on_a_file_that_is_gone_is_none(void **state)
{
    (void)state;
    ulam_output_lock self;
    take(&self, "x.h5", flock_after_removal);
    assert_true(exists("x.h5.lock"));
    assert_refused("x.h5", flock, "is being written");
    ulam_output_lock_release(&self);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        ulam_output_lock self;
        ulam_error error = {0};
        assert_int_equal(ulam_output_lock_take_with(&self, "no/x.h5", kinds[i], &error), ULAM_EIO);
        assert_non_null(strstr(error.message, "no/x.h5: cannot make the lock no/x.h5.lock: No such file"));
        ulam_output_lock_release(&self);
    }
}

/* Children that take the lock, enter a critical place, and leave; a file that must be new tells of two in it at once. */
static void among_many_writers_one_at_a_time_has_the_lock(void **state)
{
    enum {
        WRITERS = 6,
        TURNS = 60
    };
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        for (int i = 0; i < WRITERS; i++) {
            const pid_t child = fork();
            assert_true(child >= 0);
            if (child > 0) continue;
            for (int turn = 0; turn < TURNS; turn++) {
                ulam_output_lock self;
                if (ulam_output_lock_take_with(&self, "x.h5", kinds[k], NULL) == ULAM_OK) {
                    if (mkdir("inside", 0777) != 0) _exit(1);
                    usleep(200);
                    if (rmdir("inside") != 0) _exit(1);
                }
                ulam_output_lock_release(&self);
                usleep(100);
            }
            _exit(0);
        }
        for (int i = 0; i < WRITERS; i++) {
            int status;
            assert_true(wait(&status) > 0);
            if (status) fail_msg("status %x kind %zu", status, k);
        }
        assert_int_equal(system("test -z \"$(ls)\""), 0);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_second_writer_is_refused_and_told_whose_turn_it_is),
        IN_FOLDER(a_link_is_locked_where_it_leads),
        IN_FOLDER(a_killed_holder_leaves_no_lock_behind),
        IN_FOLDER(a_child_that_outlives_its_killed_holder_for_a_moment_is_waited_for),
        IN_FOLDER(a_lock_without_flock_lives_by_its_heartbeat),
        IN_FOLDER(a_process_that_has_anothers_number_is_not_taken_for_it),
        IN_FOLDER(temporaries_of_dead_jobs_are_removed_and_nothing_else),
        IN_FOLDER(a_lock_on_a_file_that_is_gone_is_none),
        IN_FOLDER(a_folder_that_is_not_there_is_named),
        IN_FOLDER(among_many_writers_one_at_a_time_has_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
