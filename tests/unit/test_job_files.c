#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample_model.h"

static ulam_error error;
static char folder[] = "/tmp/ulam-job-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *content, size_t size)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *name, const char *text) { write_file(name, text, strlen(text)); }

static ulam_status read_file(ulam_job *job, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s", path_of(name));
    const ulam_job_source source = {.path = path};
    error = (ulam_error){0};
    return ulam_job_read(job, &source, &sample_catalogue, &error);
}

static void points_come_from_a_table(void **state)
{
    (void)state;
    ulam_job job;
    write_text("points.csv",
               "\xef\xbb\xbfstrike, \"label\" ,runs,weights,kind\r\n90,\"a, \"\"b\"\"\nc\",10,\"[1, 0.5]\",put\r\n"
               "\r\n 100 ,,1e3,[0.25],call");
    write_text("job.yaml", "model: option\nparams: {drift: 1}\npoints: points.csv\n");
    if (read_file(&job, "job.yaml")) fail_msg("%s", error.message);
    assert_int_equal(job.n_points, 2);
    assert_int_equal(job.n_axes, 1);
    assert_string_equal(job.axes[0].name, "point");
    assert_int_equal(job.axes[0].n_parameters, 4);
    assert_true(job.points[0].runs == 10 && job.points[1].runs == 1000);
    assert_string_equal(job.points[0].values[6].string, "a, \"b\"\nc");
    assert_string_equal(job.points[1].values[6].string, "");
    assert_true(job.points[1].values[0].real == 100 && job.points[1].values[2].real == 1);
    assert_true(job.points[0].values[7].reals->values[1] == 0.5 && job.points[0].values[5].choice == 1);
    ulam_job_free(&job);
}

static void a_bad_table_is_refused_where_it_is_bad(void **state)
{
    (void)state;
    const struct {
        const char *table, *fragment;
    } cases[] = {
        {"", "points.csv:1:1: the file is empty"},
        {"strike,drift\n", "a header without rows"},
        {"strike,drfit\n1,2\n", "points.csv:1:8: model 'option' has no parameter 'drfit'"},
        {"strike,drfit\n1,2\n", "did you mean 'drift'?"},
        {"strike,strike\n1,2\n", "points.csv:1:8: the column strike stands here twice"},
        {"runs\n1\n", "names no parameter"},
        {"runs,strike,runs\n1,1,1\n", "the column runs stands here twice"},
        {"strike,runs\n1,2\n3,0\n", "points.csv:3:3: runs is '0'"},
        {"strike,runs\n1,2\n3,\n", "points.csv:3:3: runs is empty"},
        {"strike,volatility\n1,0.1\n2,11\n", "points.csv:3:3: volatility is 11, expected a real in [0, 10]"},
        {"strike,volatility\n1,0.1\n2\n", "points.csv:3:1: the row has only 1 columns, expected the header's 2"},
        {"strike,volatility\n1,0.1,7\n", "points.csv:2:7: the row has more than 2 columns"},
        {"strike,runs\n1,5\n,5\n", "points.csv:3:1: strike is empty"},
        {"strike,runs\n1,5\n2,5\n\n1.0,7\n", "points.csv:5:1: the point is the same as that of line 2"},
        {"strike,label\n1,\"a\n", "points.csv:2:3: a quote opens here"},
        {"strike,label\n1,a\"b\n", "points.csv:2:3: a quote where none may stand"},
        {"strike,label\n1,\"a\"b\n", "points.csv:2:3: a quote where none may stand"},
        {"strike,label\n1,\xff\n", "points.csv:2:3: the byte 0xff"},
        {"strike,weights\n1,\"[1, 2]\"\n", "points.csv:2:3: weights is 2"},
        {"strike,weights\n1,5\n", "weights is '5', expected a list"},
        {"strike,times,runs\n1,3,1\n2,4,1\n", "times is 3 and 4, but is the length"},
        {"strike,drift\n1,3\n2,4\n", "'runs' is missing"},
        {"label,runs\na,3\n", "'strike' is missing"},
        {"strike;runs\n1;3\n", "has no parameter 'strike;runs'"},
    };
    write_text("job.yaml", "model: option\npoints: points.csv\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ulam_job job;
        write_text("points.csv", cases[i].table);
        assert_int_equal(read_file(&job, "job.yaml"), ULAM_EINVAL);
        if (!strstr(error.message, cases[i].fragment)) fail_msg("'%s' lacks '%s'", error.message, cases[i].fragment);
        assert_memory_equal(error.message, folder, strlen(folder));
        ulam_job_free(&job);
    }
    ulam_job job;
    write_file("points.csv", "strike\n1\0\n", 10);
    assert_int_equal(read_file(&job, "job.yaml"), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "points.csv:2:2: the byte 0x00"));
    ulam_job_free(&job);
}

static void a_table_excludes_what_it_says_itself(void **state)
{
    (void)state;
    const char *const cases[][2] = {
        {"model: option\nruns: 5\npoints: points.csv", "job.yaml:2:1: runs is given, but also a column"},
        {"model: option\npoints: points.csv\nsweep: {drift: [1]}", "job.yaml:3:1: sweep stands beside points"},
        {"model: option\npoints: points.csv\nzip: [[a, b]]", "job.yaml:3:1: zip stands beside points"},
        {"model: option\npoints: points.csv\nparams: {strike: 1}",
         "job.yaml:3:10: strike is fixed here and also a column"},
        {"model: option\npoints: [a]", "job.yaml:2:9: points is a list"},
        {"model: option\npoints: none.csv", "job.yaml:2:9: points: cannot read the file"},
        {"model: option\npoints: .", "Is a directory"},
    };
    write_text("points.csv", "strike,runs\n1,2\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ulam_job job;
        write_text("job.yaml", cases[i][0]);
        assert_int_equal(read_file(&job, "job.yaml"), ULAM_EINVAL);
        if (!strstr(error.message, cases[i][1])) fail_msg("'%s' lacks '%s'", error.message, cases[i][1]);
        ulam_job_free(&job);
    }
}

static void a_file_is_its_content(void **state)
{
    (void)state;
    ulam_job job, other;
    write_file("data.bin", "a\0b", 3);
    write_file("copy.bin", "a\0b", 3);
    write_text("job.yaml", "{model: table, runs: 5, params: {data: data.bin}}");
    write_text("copy.yaml", "{model: table, runs: 5, params: {data: ./copy.bin}}");
    assert_int_equal(read_file(&job, "job.yaml"), ULAM_OK);
    assert_int_equal(read_file(&other, "copy.yaml"), ULAM_OK);
    const ulam_file *file = job.points[0].values[1].file;
    assert_string_equal(file->path, "data.bin");
    assert_int_equal(file->size, 3);
    assert_memory_equal(file->content, "a\0b", 4);
    assert_true(job.points[0].key == other.points[0].key);
    char *first = ulam_job_identity(&job), *second = ulam_job_identity(&other);
    assert_string_equal(first, second);
    ulam_job_free(&other);
    free(second);
    write_file("data.bin", "a\0c", 3);
    assert_int_equal(read_file(&other, "job.yaml"), ULAM_OK);
    second = ulam_job_identity(&other);
    assert_string_not_equal(first, second);
    assert_true(job.points[0].key != other.points[0].key);
    free(first);
    free(second);
    ulam_job_free(&other);
    ulam_job_free(&job);
    write_text("job.yaml", "model: table\nruns: 5\nparams: {data: absent.bin}");
    assert_int_equal(read_file(&job, "job.yaml"), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "job.yaml:3:16: data: cannot read the file"));
    assert_non_null(strstr(error.message, "absent.bin: No such file or directory"));
    ulam_job_free(&job);
}

static void assert_same_job(const ulam_job *a, const ulam_job *b)
{
    assert_string_equal(a->text, b->text);
    assert_string_equal(a->output, b->output);
    assert_int_equal(a->n_points, b->n_points);
    assert_int_equal(a->n_axes, b->n_axes);
    assert_int_equal(a->width, b->width);
    for (size_t p = 0; p < a->n_points; p++) {
        char *first = ulam_job_point_text(a, p), *second = ulam_job_point_text(b, p);
        assert_string_equal(first, second);
        free(first);
        free(second);
        assert_true(a->points[p].key == b->points[p].key && a->points[p].runs == b->points[p].runs);
    }
    char *first = ulam_job_identity(a), *second = ulam_job_identity(b);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void a_packed_job_needs_no_disk(void **state)
{
    (void)state;
    const char *const texts[] = {"{model: option, points: points.csv, params: {drift: 1}}",
                                 "{model: table, runs: 7, sweep: {data: [data.bin, copy.bin], strike: [1, 2]}}"};
    for (size_t i = 0; i < 2; i++) {
        ulam_job job, copy;
        ulam_bytes bytes = {0}, again = {0};
        const char *const set[] = {i ? "strike=3" : "drift=2"};
        write_text("points.csv", "strike,runs\n1,2\n3,4\n");
        write_file("data.bin", "a\0b", 3);
        write_file("copy.bin", "", 0);
        char path[256];
        snprintf(path, sizeof path, "%s", path_of("job.yaml"));
        const ulam_job_source source = {.path = path,
                                        .text = texts[i],
                                        .size = strlen(texts[i]),
                                        .set = set,
                                        .n_set = 1,
                                        .seed = "5",
                                        .output = "elsewhere.h5"};
        if (ulam_job_read(&job, &source, &sample_catalogue, &error)) fail_msg("%s", error.message);
        assert_int_equal(ulam_job_pack(&job, &bytes), ULAM_OK);
        assert_int_equal(unlink(path_of("points.csv")), 0);
        assert_int_equal(unlink(path_of("data.bin")), 0);
        ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
        if (ulam_job_unpack(&copy, &reader, &sample_catalogue, &error)) fail_msg("%s", error.message);
        assert_ptr_equal(reader.at, reader.end);
        assert_same_job(&job, &copy);
        assert_int_equal(ulam_job_pack(&copy, &again), ULAM_OK);
        assert_int_equal(bytes.size, again.size);
        assert_memory_equal(bytes.data, again.data, bytes.size);
        ulam_job_free(&copy);
        for (size_t size = 0; size < bytes.size; size++) {
            reader = (ulam_reader){.at = bytes.data, .end = bytes.data + size};
            assert_int_not_equal(ulam_job_unpack(&copy, &reader, &sample_catalogue, &error), ULAM_OK);
            ulam_job_free(&copy);
        }
        ulam_bytes_free(&bytes);
        ulam_bytes_free(&again);
        ulam_job_free(&job);
    }
}

static void an_unreadable_job_file_says_why(void **state)
{
    (void)state;
    ulam_job job;
    assert_int_equal(read_file(&job, "absent.yaml"), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "absent.yaml: No such file or directory"));
    ulam_job_free(&job);
    assert_int_equal(read_file(&job, "."), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "Is a directory"));
    ulam_job_free(&job);
    write_text("secret.yaml", "model: option");
    assert_int_equal(chmod(path_of("secret.yaml"), 0), 0);
    if (geteuid() != 0) {
        assert_int_equal(read_file(&job, "secret.yaml"), ULAM_EINVAL);
        assert_non_null(strstr(error.message, "Permission denied"));
        ulam_job_free(&job);
    }
    write_file("zeros.yaml", (char[100]){0}, 100);
    assert_int_equal(read_file(&job, "zeros.yaml"), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "zeros.yaml:1:1: the byte 0x00 here is not text"));
    ulam_job_free(&job);
    write_text("big.yaml", "");
    assert_int_equal(truncate(path_of("big.yaml"), 100 << 20), 0);
    assert_int_equal(read_file(&job, "big.yaml"), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "larger than 64 MB"));
    ulam_job_free(&job);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
    (void)state;
    const char *const names[] = {"points.csv", "job.yaml",    "copy.yaml",  "data.bin",
                                 "copy.bin",   "secret.yaml", "zeros.yaml", "big.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_come_from_a_table),
        cmocka_unit_test(a_bad_table_is_refused_where_it_is_bad),
        cmocka_unit_test(a_table_excludes_what_it_says_itself),
        cmocka_unit_test(a_file_is_its_content),
        cmocka_unit_test(a_packed_job_needs_no_disk),
        cmocka_unit_test(an_unreadable_job_file_says_why),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
