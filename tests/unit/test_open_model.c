/* Models that a catalogue's opener opens: what it is told, what travels with the job, when it closes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <ulam/open_model.h>
#include <ulam/program.h>

#include "sample_model.h"

/* An opener that notes what it is asked. It opens sample_file_model for what begins with a dot, after reading that file. */
typedef struct {
    int opened, closed;
    char text[256], folder[256], content[256], object[256];
    ulam_program program;
    ulam_model model;
} witness;

static ulam_status open_here(void *self, const ulam_model_reference *reference, ulam_open_model *opened,
                             ulam_error *error)
{
    witness *notes = self;
    const ulam_file *file = NULL;
    notes->opened++;
    if (reference->program) notes->program = *reference->program;
    snprintf(notes->text, sizeof notes->text, "%s", reference->text);
    snprintf(notes->folder, sizeof notes->folder, "%s", reference->folder);
    snprintf(notes->object, sizeof notes->object, "%.*s", (int)reference->object_size,
             reference->object ? (const char *)reference->object : "");
    opened->handle = notes;
    notes->model = sample_file_model;
    opened->model = &notes->model;
    if (!reference->program) {
        if (*reference->text != '.') return ulam_fail(error, ULAM_EINVAL, "no model is called that");
        const ulam_status status = reference->load(reference->files, reference->text, &file, error);
        if (status) return status;
        snprintf(notes->content, sizeof notes->content, "%s", file->content);
        opened->source = file->content;
    }
    return ulam_bytes_put(&opened->object, "compiled", 8);
}

static void close_here(void *self, ulam_open_model *opened)
{
    witness *notes = self;
    notes->closed += opened->handle == notes;
    opened->handle = NULL;
}

static ulam_model_opener opener_of(witness *notes)
{
    return (ulam_model_opener){.self = notes, .open = open_here, .close = close_here};
}

static ulam_status read_job(ulam_job *job, const ulam_model_opener *opener, const char *path, const char *text,
                            ulam_error *error)
{
    const ulam_catalogue catalogue = {.models = sample_models, .count = 2, .opener = opener};
    const ulam_job_source source = {.path = path, .text = text, .size = strlen(text)};
    *error = (ulam_error){0};
    return ulam_job_read(job, &source, &catalogue, error);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void enter_scratch(void)
{
    char folder[] = "/tmp/test_open_model.XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_file("model.x", "how to run");
    write_file("data.csv", "1");
}

static void leave_scratch(void)
{
    char folder[256];
    assert_non_null(getcwd(folder, sizeof folder));
    unlink("model.x");
    unlink("data.csv");
    rmdir(folder);
}

static const char job_text[] = "model: ./model.x\nparams: {data: data.csv}\nruns: 1\n";

static void a_job_brings_its_model_and_closes_it_once(void **state)
{
    (void)state;
    witness notes = {0};
    ulam_error error;
    ulam_job job;
    const ulam_model_opener opener = opener_of(&notes);
    enter_scratch();
    if (read_job(&job, &opener, "job.yaml", job_text, &error)) fail_msg("%s", error.message);
    assert_ptr_equal(job.model, &notes.model);
    assert_string_equal(notes.text, "./model.x");
    assert_string_equal(notes.folder, "");
    assert_string_equal(notes.content, "how to run");
    assert_string_equal(notes.object, "");
    assert_string_equal(job.model_source, "how to run");
    assert_int_equal(notes.closed, 0);
    ulam_job_free(&job);
    ulam_job_free(&job);
    assert_int_equal(notes.closed, 1);
    leave_scratch();
}

static void a_packed_job_brings_files_and_object(void **state)
{
    (void)state;
    witness notes = {0}, others = {0};
    ulam_error error = {0};
    ulam_job job, copy;
    ulam_bytes bytes = {0};
    const ulam_model_opener opener = opener_of(&notes), other = opener_of(&others);
    const ulam_catalogue catalogue = {.models = sample_models, .count = 2, .opener = &other};
    enter_scratch();
    if (read_job(&job, &opener, "job.yaml", job_text, &error)) fail_msg("%s", error.message);
    assert_int_equal(ulam_job_pack(&job, &bytes), ULAM_OK);
    leave_scratch();
    ulam_reader reader = {.at = bytes.data, .end = bytes.data + bytes.size};
    if (ulam_job_unpack(&copy, &reader, &catalogue, &error)) fail_msg("%s", error.message);
    assert_ptr_equal(reader.at, reader.end);
    assert_string_equal(others.object, "compiled");
    assert_string_equal(others.content, "how to run");
    ulam_job_free(&copy);
    assert_int_equal(others.closed, 1);
    for (size_t size = 0; size < bytes.size; size++) {
        reader = (ulam_reader){.at = bytes.data, .end = bytes.data + size};
        assert_int_not_equal(ulam_job_unpack(&copy, &reader, &catalogue, &error), ULAM_OK);
        ulam_job_free(&copy);
        assert_int_equal(others.opened, others.closed);
    }
    ulam_bytes_free(&bytes);
    ulam_job_free(&job);
}

static void a_mapping_comes_as_one_line(void **state)
{
    (void)state;
    witness notes = {0};
    ulam_error error;
    ulam_job job;
    const ulam_model_opener opener = opener_of(&notes);
    const char *text =
        "runs: 1\nmodel:\n  command: [python3, sim.py]\n  observables: [x, y]\nparams: {data: /dev/null}\n";
    if (read_job(&job, &opener, "jobs/job.yaml", text, &error)) fail_msg("%s", error.message);
    assert_string_equal(notes.program.model.name, "sim");
    assert_int_equal(notes.program.n_words, 2);
    assert_string_equal(notes.program.command[1], "sim.py");
    assert_int_equal(notes.program.model.n_observables, 2);
    assert_string_equal(notes.text, "{command: [python3, sim.py], observables: [x, y]}");
    assert_string_equal(notes.folder, "jobs/");
    assert_null(job.model_source);
    ulam_job_free(&job);
    assert_int_equal(notes.closed, 1);
}

static void what_fails_says_where_and_is_closed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        int opened;
    } cases[] = {
        {"runs: 1\nmodel: a/b", "job.yaml:2:8: no model is called that", 1},
        {"model: ./absent.x", "job.yaml:1:8: cannot read the file ./absent.x: No such file or directory", 1},
        {"model: absent", "job.yaml:1:8: there is no model 'absent', expected one of option, table, or a path such as",
         0},
        {"model: [a]", "job.yaml:1:8: model is a list, expected the name of a model, or a path such as", 0},
        {"model: {a: b}\nrns: 1", "job.yaml:2:1: a job has no key 'rns'", 0},
        {"model: {a: b}\nruns: 1", "job.yaml:1:9: model has no key 'a', expected one of command, name", 0},
        {"model: {command: [x], observables: [y]}\nruns: 1", "data", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        witness notes = {0};
        ulam_error error;
        ulam_job job;
        const ulam_model_opener opener = opener_of(&notes);
        assert_int_equal(read_job(&job, &opener, "job.yaml", cases[i].text, &error), ULAM_EINVAL);
        if (!strstr(error.message, cases[i].message)) fail_msg("%s: %s", cases[i].text, error.message);
        ulam_job_free(&job);
        assert_int_equal(notes.opened, cases[i].opened);
        assert_int_equal(notes.closed, cases[i].opened);
    }
}

static void a_catalogue_without_an_opener_opens_nothing(void **state)
{
    (void)state;
    ulam_error error;
    ulam_job job;
    ulam_open_model opened;
    assert_int_equal(read_job(&job, NULL, "job.yaml", "model: ./a.x\nruns: 1", &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "there is no model './a.x', expected one of option, table"));
    ulam_job_free(&job);
    assert_int_equal(ulam_model_open(&sample_catalogue, "./a.x", &opened, &error), ULAM_EINVAL);
    ulam_model_close(&sample_catalogue, &opened);
}

static void a_model_can_be_opened_without_a_job(void **state)
{
    (void)state;
    witness notes = {0};
    ulam_error error = {0};
    ulam_open_model opened;
    const ulam_model_opener opener = opener_of(&notes);
    const ulam_catalogue catalogue = {.models = sample_models, .count = 2, .opener = &opener};
    enter_scratch();
    if (ulam_model_open(&catalogue, "./model.x", &opened, &error)) fail_msg("%s", error.message);
    assert_string_equal(notes.content, "how to run");
    assert_string_equal(opened.model->name, "table");
    ulam_model_close(&catalogue, &opened);
    assert_int_equal(notes.closed, 1);
    assert_int_equal(ulam_model_open(&catalogue, "./absent", &opened, &error), ULAM_EINVAL);
    ulam_model_close(&catalogue, &opened);
    assert_int_equal(notes.closed, 2);
    leave_scratch();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_brings_its_model_and_closes_it_once),
        cmocka_unit_test(a_packed_job_brings_files_and_object),
        cmocka_unit_test(a_mapping_comes_as_one_line),
        cmocka_unit_test(what_fails_says_where_and_is_closed),
        cmocka_unit_test(a_catalogue_without_an_opener_opens_nothing),
        cmocka_unit_test(a_model_can_be_opened_without_a_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
