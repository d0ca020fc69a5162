#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "scratch_folder.h"

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) n += entry->d_name[0] != '.';
    closedir(directory);
    return n;
}

static void put(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
    ulam_bytes image = {0};
    ulam_error error = {0};
    assert_int_equal(ulam_image_read(&image, path, &error), ULAM_OK);
    assert_int_equal(image.size, strlen(text));
    assert_memory_equal(image.data, text, image.size);
    ulam_bytes_free(&image);
}

static void assert_refused(const char *path, ulam_status status, const char *says)
{
    ulam_bytes image = {0};
    ulam_error error = {0};
    assert_int_equal(ulam_image_read(&image, path, &error), status);
    assert_null(image.data);
    assert_non_null(strstr(error.message, path));
    if (!strstr(error.message, says)) fail_msg("'%s' does not say '%s'", error.message, says);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    assert_int_equal(ulam_image_write("x", "first", 5, NULL), ULAM_OK);
    assert_holds("x", "first");
    assert_int_equal(ulam_image_write("x", "the second", 10, NULL), ULAM_OK);
    assert_holds("x", "the second");
    assert_int_equal(count_files("."), 1);
}

static void every_flipped_bit_and_every_cut_is_noticed(void **state)
{
    (void)state;
    static const char text[] = "eighteen megabytes of results, or so";
    const size_t size = sizeof text - 1 + ULAM_TRAILER_SIZE;
    unsigned char whole[128], damaged[128];
    assert_int_equal(ulam_image_write("x", text, sizeof text - 1, NULL), ULAM_OK);
    FILE *file = fopen("x", "rb");
    assert_non_null(file);
    assert_int_equal(fread(whole, 1, sizeof whole, file), size);
    fclose(file);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        memcpy(damaged, whole, size);
        damaged[bit / 8] ^= (unsigned char)(1u << bit % 8);
        put("x", damaged, size);
        assert_refused("x", ULAM_EFORMAT, bit / 8 < sizeof text - 1 ? "damaged" : "");
    }
    for (size_t cut = 0; cut < size; cut++) {
        put("x", whole, cut);
        assert_refused("x", ULAM_EFORMAT, cut ? "not a result file" : "empty");
    }
}

static void foreign_files_are_named_for_what_they_are(void **state)
{
    (void)state;
    put("text", "model: european\n", 16);
    assert_refused("text", ULAM_EFORMAT, "not a result file of ulam");
    put("hdf5", "\211HDF\r\n\032\n and so on and so forth and on and on", 45);
    assert_refused("hdf5", ULAM_EFORMAT, "an HDF5 file, but not a whole result file");
    assert_refused(".", ULAM_EIO, "directory");
    assert_refused("/dev/null", ULAM_EIO, "not a regular file");
    assert_refused("nothing", ULAM_EIO, "No such file");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_refused("pipe", ULAM_EIO, "not a regular file");
    put("huge", "", 0);
    assert_int_equal(truncate("huge", (off_t)1 << 40), 0);
    assert_refused("huge", ULAM_EFORMAT, "not a result file of ulam");
}

static void a_full_disk_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    static char large[1 << 16];
    ulam_error error = {0};
    assert_int_equal(ulam_image_write("x", "old", 3, NULL), ULAM_OK);
    struct rlimit before, limit = {.rlim_cur = 1 << 12, .rlim_max = RLIM_INFINITY};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(ulam_image_write("x", large, sizeof large, &error), ULAM_EIO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_string_equal(error.message, "x: cannot write the file: File too large");
    assert_holds("x", "old");
    assert_int_equal(count_files("."), 1);
}

static void impossible_places_are_known_beforehand(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[250] = '\0'; /* fits by itself, but not with the temporary's suffix */
    assert_int_equal(mkdir("folder", 0700), 0);
    const char *const places[][2] = {{"missing/x.h5", "missing/x.h5: cannot make a temporary beside the file: No such"},
                                     {"folder", "folder: cannot write the file: Is a directory"},
                                     {"/proc/x.h5", "/proc/x.h5: cannot make a temporary"},
                                     {"/dev/full", "/dev/full: cannot write the file: not a regular file"},
                                     {name, "File name too long"},
                                     {"", "empty"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        ulam_error error = {0};
        assert_int_equal(ulam_image_check_path(places[i][0], &error), ULAM_EIO);
        if (!strstr(error.message, places[i][1])) fail_msg("'%s'", error.message);
        assert_int_equal(ulam_image_write(places[i][0], "x", 1, &error), ULAM_EIO);
    }
    assert_int_equal(ulam_image_check_path("folder/x.h5", NULL), ULAM_OK);
    assert_int_equal(count_files("folder"), 0);
}

static void a_link_goes_on_pointing_to_the_file(void **state)
{
    (void)state;
    struct stat facts;
    assert_int_equal(mkdir("far", 0700), 0);
    put("far/x", "", 0);
    assert_int_equal(symlink("far/x", "x"), 0);
    assert_int_equal(ulam_image_write("x", "new", 3, NULL), ULAM_OK);
    assert_int_equal(lstat("x", &facts), 0);
    assert_true(S_ISLNK(facts.st_mode));
    assert_holds("far/x", "new");
    assert_int_equal(symlink("nowhere", "y"), 0);
    assert_int_equal(ulam_image_write("y", "new", 3, NULL), ULAM_EIO);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, mode);
}

static void a_replaced_file_keeps_its_permissions(void **state)
{
    (void)state;
    static const mode_t modes[] = {0600, 0664, 0400};
    const mode_t before = umask(022);
    assert_int_equal(ulam_image_write("x.h5", "old", 3, NULL), ULAM_OK);
    assert_mode("x.h5", 0644);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod("x.h5", modes[i]), 0);
        assert_int_equal(ulam_image_write("x.h5", "new", 3, NULL), ULAM_OK);
        assert_mode("x.h5", modes[i]);
    }
    umask(before);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_written_is_read),
        IN_FOLDER(every_flipped_bit_and_every_cut_is_noticed),
        IN_FOLDER(foreign_files_are_named_for_what_they_are),
        IN_FOLDER(a_full_disk_leaves_the_old_file_and_nothing_else),
        IN_FOLDER(impossible_places_are_known_beforehand),
        IN_FOLDER(a_link_goes_on_pointing_to_the_file),
        IN_FOLDER(a_replaced_file_keeps_its_permissions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
