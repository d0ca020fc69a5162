#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "image.h"
#include "result_file.h"
#include "scratch_folder.h"

/* A model with a parameter of each type and an observable of each kind. */

enum {
    RATE,
    SIZE,
    FLAG,
    KIND,
    TITLE,
    TABLE,
    WEIGHTS,
    STEPS
};

static const char *const kinds[] = {"call", "put", "füß", NULL};

static const ulam_parameter parameters[] = {
    [RATE] = {.name = "rate", .type = ULAM_REAL, .default_value = "0.1", .unit = "1/s", .help = "a rate"},
    [SIZE] = {.name = "size", .type = ULAM_INTEGER, .default_value = "3"},
    [FLAG] = {.name = "flag", .type = ULAM_BOOLEAN, .default_value = "false"},
    [KIND] = {.name = "kind", .type = ULAM_CHOICE, .default_value = "call", .choices = kinds},
    [TITLE] = {.name = "title", .type = ULAM_STRING, .default_value = "none"},
    [TABLE] = {.name = "table", .type = ULAM_FILE},
    [WEIGHTS] = {.name = "weights", .type = ULAM_REALS, .default_value = "[1, 2.5]"},
    [STEPS] = {.name = "steps", .type = ULAM_INTEGER, .default_value = "4", .bounds = "[1, 100]"},
};

static void exact_level(const ulam_value *values, double *exact) { *exact = values[RATE].real + 0.5; }

static void times(const ulam_value *values, double *coordinate)
{
    for (int64_t i = 0; i < values[STEPS].integer; i++) coordinate[i] = 0.5 * (double)i;
}

static void places(const ulam_value *values, double *coordinate)
{
    for (int i = 0; i < 2; i++) coordinate[i] = values[RATE].real * (i + 1);
}

static const ulam_observable observables[] = {
    {.name = "level", .unit = "s", .help = "a level", .exact = exact_level},
    {.name = "rare", .may_be_nan = true},
    {.name = "path", .length_from = "steps", .dimension = "time", .dimension_unit = "s", .coordinate = times},
    {.name = "other", .length_from = "steps", .dimension = "time", .dimension_unit = "s", .coordinate = times},
    {.name = "bins", .length = 3, .unit = "m"},
    {.name = "moving", .length = 2, .dimension = "place", .coordinate = places},
};

static void run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *values = point;
    const size_t steps = (size_t)values[STEPS].integer;
    out[0] = values[RATE].real + ulam_uniform(rng);
    out[1] = ulam_uniform(rng) < 0.5 ? NAN : 1;
    for (size_t i = 0; i < 2 * steps + 5; i++) out[2 + i] = (double)i + ulam_uniform(rng);
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "sampler",
                                 .summary = "a bit of everything",
                                 .source = "1",
                                 .parameters = parameters,
                                 .n_parameters = sizeof parameters / sizeof *parameters,
                                 .observables = observables,
                                 .n_observables = sizeof observables / sizeof *observables,
                                 .run = run};

static const ulam_model *const list[] = {&model};
static const ulam_catalogue catalogue = {.models = list, .count = 1};

/* A job starts with its model and the parameters that are not swept. */
#define JOB(params) "model: sampler\nparams: {table: table.txt" params "}\n"

static const char crossed[] = JOB("") "sweep:\n"
                                      "  rate: [0.25, 0.5]\n"
                                      "  kind: [call, put, füß]\n"
                                      "runs: 40\n";

typedef struct {
    ulam_job job;
    ulam_state state;
} calculation;

static void begin(calculation *self, const char *text)
{
    ulam_error error = {0};
    const ulam_job_source source = {.path = "job.yaml", .text = text, .size = strlen(text)};
    if (ulam_job_read(&self->job, &source, &catalogue, &error) != ULAM_OK) fail_msg("%s", error.message);
    assert_int_equal(ulam_state_init(&self->state, &self->job), ULAM_OK);
}

static void calculate(calculation *self, const char *text)
{
    ulam_error error = {0};
    const ulam_execution nothing = {0};
    begin(self, text);
    if (ulam_execute(&self->job, &self->state, &nothing, &error) != ULAM_OK) fail_msg("%s", error.message);
}

static void end(calculation *self)
{
    ulam_state_free(&self->state);
    ulam_job_free(&self->job);
}

static char command_text[] = "ulam run \"job.yaml\"", host_text[] = "one,two", library_text[] = "HDF5",
            start_text[] = "2030", end_text[] = "2031", nothing_text[] = "";

static ulam_session sessions[] = {{.command = command_text,
                                   .hosts = host_text,
                                   .libraries = library_text,
                                   .start = start_text,
                                   .end = end_text,
                                   .ranks = 7,
                                   .runs = 240,
                                   .seconds = 1.5},
                                  {.command = nothing_text,
                                   .hosts = nothing_text,
                                   .libraries = nothing_text,
                                   .start = nothing_text,
                                   .end = nothing_text,
                                   .ranks = 1}};
static const ulam_provenance provenance = {sessions, 2};

static void write_file(const char *path, const calculation *self)
{
    ulam_error error = {0};
    if (ulam_result_write(path, &self->state, &provenance, &error) != ULAM_OK) fail_msg("%s", error.message);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int enter_folder_with_table(void **state)
{
    const int status = enter_folder(state);
    if (status == 0) write_text("table.txt", "1 2 3\n");
    return status;
}

static void assert_same_bits(double a, double b)
{
    if (isnan(a) && isnan(b)) return;
    assert_memory_equal(&a, &b, sizeof a);
}

static void assert_figures(const calculation *self, const ulam_result *result)
{
    ulam_summary summary[32];
    assert_true(self->job.width <= 32);
    for (size_t p = 0; p < result->n_points; p++) {
        assert_int_equal(ulam_state_summarise(&self->state, p, summary), ULAM_OK);
        for (size_t o = 0; o < result->n_observables; o++) {
            const ulam_result_observable *read = &result->observables[o];
            const ulam_extent *extent = &self->job.extents[o];
            assert_int_equal(read->length, extent->length);
            for (size_t i = 0; i < read->length; i++) {
                const ulam_summary *expected = &summary[extent->offset + i];
                const size_t at = p * read->length + i;
                assert_same_bits(read->mean[at], expected->mean);
                assert_same_bits(read->std_error[at], expected->std_error);
                assert_same_bits(read->sd[at], expected->sd);
                assert_same_bits(read->skewness[at], expected->skewness);
                assert_same_bits(read->excess_kurtosis[at], expected->excess_kurtosis);
                assert_same_bits(read->min[at], expected->min);
                assert_same_bits(read->max[at], expected->max);
                if (read->count) assert_int_equal(read->count[at], expected->count);
            }
        }
    }
}

static void a_file_holds_every_figure_to_the_bit(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    ulam_error error = {0};
    calculate(&self, crossed);
    write_file("x.h5", &self);
    if (ulam_result_read(&result, "x.h5", &error) != ULAM_OK) fail_msg("%s", error.message);
    assert_int_equal(result.n_points, 6);
    assert_int_equal(result.n_observables, model.n_observables);
    assert_figures(&self, &result);
    assert_string_equal(result.model, "sampler");
    assert_int_equal(result.seed, ULAM_DEFAULT_SEED);
    assert_string_equal(result.job, crossed);
    assert_true(result.complete);
    assert_int_equal(result.runs[5], 40);
    assert_int_equal(result.failed[5], 0);
    assert_int_equal(result.runs_asked[5], 40);
    assert_int_equal(result.provenance.count, 2);
    assert_string_equal(result.provenance.sessions[0].command, command_text);
    assert_string_equal(result.provenance.sessions[0].hosts, host_text);
    assert_string_equal(result.provenance.sessions[1].end, "");
    assert_int_equal(result.provenance.sessions[0].ranks, 7);
    assert_true(result.provenance.sessions[0].seconds == 1.5);
    ulam_result_free(&result);
    end(&self);
}

static void points_are_labelled_with_their_parameters(void **state)
{
    (void)state;
    static const char *const texts[][2] = {[RATE] = {"0.25", "0.5"},
                                           [SIZE] = {"3", "3"},
                                           [FLAG] = {"false", "false"},
                                           [KIND] = {"call", "füß"},
                                           [TITLE] = {"none", "none"},
                                           [TABLE] = {"table.txt", "table.txt"},
                                           [WEIGHTS] = {"[1, 2.5]", "[1, 2.5]"},
                                           [STEPS] = {"4", "4"}};
    calculation self;
    ulam_result result;
    calculate(&self, crossed);
    write_file("x.h5", &self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_int_equal(result.n_parameters, model.n_parameters);
    for (size_t k = 0; k < result.n_parameters; k++) {
        const ulam_result_parameter *parameter = &result.parameters[k];
        assert_string_equal(parameter->name, parameters[k].name);
        assert_string_equal(parameter->text[0], texts[k][0]);
        assert_string_equal(parameter->text[5], texts[k][1]);
        assert_int_equal(parameter->dimension != NULL, k == RATE || k == KIND);
        assert_int_equal(parameter->is_text, k >= KIND && k <= WEIGHTS);
    }
    assert_string_equal(result.parameters[RATE].unit, "1/s");
    assert_null(result.parameters[SIZE].unit);
    ulam_result_free(&result);
    end(&self);
}

static void observables_are_labelled_with_units_and_elements(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    calculate(&self, crossed);
    write_file("x.h5", &self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    const ulam_result_observable *level = &result.observables[0], *rare = &result.observables[1],
                                 *path = &result.observables[2], *other = &result.observables[3],
                                 *bins = &result.observables[4], *moving = &result.observables[5];
    assert_string_equal(level->unit, "s");
    assert_string_equal(level->help, "a level");
    assert_true(level->scalar);
    assert_true(level->exact[0] == 0.75 && level->exact[5] == 1.0);
    assert_null(rare->exact);
    assert_null(level->count);
    assert_true(rare->count[0] > 5 && rare->count[0] < 35);
    assert_string_equal(path->dimension, "time");
    assert_string_equal(other->dimension, "time");
    assert_string_equal(path->dimension_unit, "s");
    assert_true(path->coordinate[5 * 4 + 3] == 1.5);
    assert_string_equal(bins->dimension, "bins_index");
    assert_true(bins->coordinate[2] == 2);
    assert_string_equal(moving->dimension, "place");
    assert_true(moving->coordinate[1] == 0.5 && moving->coordinate[5 * 2 + 1] == 1.0);
    ulam_result_free(&result);
    end(&self);
}

static void equal_states_make_equal_files(void **state)
{
    (void)state;
    calculation first, second;
    calculate(&first, crossed);
    calculate(&second, crossed);
    write_file("x.h5", &first);
    sleep(1); /* no time of day may be in it */
    write_file("y.h5", &second);
    assert_int_equal(system("cmp x.h5 y.h5"), 0);
    end(&first);
    end(&second);
}

/* The relation of x.h5 to a job, which difference it names, and that nothing is read of another job. */
static void assert_relation(const char *job, ulam_file_relation expected, const char *says)
{
    calculation self;
    ulam_provenance read;
    ulam_file_relation relation;
    char *difference;
    ulam_error error = {0};
    begin(&self, job);
    if (ulam_result_resume("x.h5", &self.state, false, &read, &relation, &difference, &error) != ULAM_OK)
        fail_msg("%s", error.message);
    assert_int_equal(relation, expected);
    if (!says) assert_null(difference);
    if (says) assert_non_null(difference);
    if (says && !strstr(difference, says)) fail_msg("'%s' does not say '%s'", difference, says);
    assert_int_equal(ulam_state_runs(&self.state, 0), expected == ULAM_FILE_SAME ? 40 : 0);
    assert_int_equal(read.count, expected == ULAM_FILE_SAME ? 2 : 0);
    free(difference);
    ulam_provenance_free(&read);
    end(&self);
}

static void a_file_knows_its_job_and_says_how_another_differs(void **state)
{
    (void)state;
    static const char sweep[] = "sweep: {rate: [0.25, 0.5], kind: [call, put, füß]}\n";
    static const char *const others[][2] = {
        {JOB("") "seed: 5\nruns: 40\n", "seed: 20261121 in the file, 5 in the job"},
        {JOB(", size: 4") "runs: 40\n", "size: 3 in the file, 4 in the job"},
        {JOB(", weights: [1, 2]") "runs: 40\n", "weights: [1, 2.5] in the file, [1, 2] in the job"},
    };
    calculation self;
    assert_relation(crossed, ULAM_FILE_ABSENT, NULL);
    calculate(&self, crossed);
    write_file("x.h5", &self);
    assert_relation(crossed, ULAM_FILE_SAME, NULL);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char job[512];
        snprintf(job, sizeof job, "%s%s", others[i][0], sweep);
        assert_relation(job, ULAM_FILE_OTHER, others[i][1]);
    }
    assert_relation(JOB("") "sweep: {rate: [0.25, 0.5], kind: [call, füß]}\nruns: 40\n", ULAM_FILE_OTHER,
                    "point 4 (rate 0.5, kind put) is in the file, not in the job\n");
    assert_relation(JOB("") "sweep: {rate: [0.25, 0.5], kind: [call, put, füß]}\nruns: 39\n", ULAM_FILE_OTHER,
                    "point 0 (rate 0.25, kind call): runs: 40 in the file, 39 in the job\n");
    write_text("table.txt", "1 2 4\n");
    assert_relation(crossed, ULAM_FILE_OTHER, "table: ");
    end(&self);
}

static void more_runs_are_the_same_job(void **state)
{
    (void)state;
    calculation self;
    calculate(&self, crossed);
    write_file("x.h5", &self);
    end(&self);
    assert_relation(JOB("") "sweep: {rate: [0.25, 0.5], kind: [call, put, füß]}\nruns: 90\noutput: elsewhere.h5\n",
                    ULAM_FILE_SAME, NULL);
}

static void what_is_resumed_is_written_again_to_the_bit(void **state)
{
    (void)state;
    calculation self;
    ulam_provenance read;
    ulam_file_relation relation;
    char *difference;
    calculate(&self, crossed);
    write_file("x.h5", &self);
    end(&self);
    begin(&self, crossed);
    assert_int_equal(ulam_result_resume("x.h5", &self.state, false, &read, &relation, &difference, NULL), ULAM_OK);
    assert_int_equal(ulam_result_write("y.h5", &self.state, &read, NULL), ULAM_OK);
    assert_int_equal(system("cmp x.h5 y.h5"), 0);
    ulam_provenance_free(&read);
    end(&self);
}

static void a_file_without_runs_is_partial_and_undefined(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    begin(&self, JOB("") "runs: 10\n");
    assert_int_equal(ulam_result_write("x.h5", &self.state, &(ulam_provenance){0}, NULL), ULAM_OK);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_false(result.complete);
    assert_int_equal(result.n_points, 1);
    assert_int_equal(result.runs[0], 0);
    assert_int_equal(result.provenance.count, 0);
    assert_true(isnan(result.observables[0].mean[0]));
    ulam_result_free(&result);
    end(&self);
}

static void points_that_advance_together_keep_their_order(void **state)
{
    (void)state;
    calculation self;
    ulam_result result;
    calculate(&self, JOB("") "sweep: {rate: [1, 2, 3], size: [6, 5, 4], flag: [true, false]}\n"
                             "zip: [[rate, size]]\nruns: 2\n");
    write_file("x.h5", &self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_int_equal(result.n_points, 6);
    assert_int_equal(result.n_dimensions, 2);
    assert_string_equal(result.dimensions[0].name, "point");
    assert_string_equal(result.dimensions[1].name, "flag");
    assert_int_equal(result.dimensions[0].length, 3);
    assert_int_equal(result.dimensions[1].length, 2);
    assert_string_equal(result.parameters[RATE].dimension, "point");
    assert_string_equal(result.parameters[SIZE].dimension, "point");
    assert_string_equal(result.parameters[FLAG].dimension, "flag");
    assert_string_equal(result.parameters[SIZE].text[2], "5");
    assert_string_equal(result.parameters[FLAG].text[3], "false");
    ulam_result_free(&result);
    end(&self);
}

static void a_long_job_text_survives(void **state)
{
    (void)state;
    enum {
        LONG = 300000
    };
    calculation self;
    ulam_result result;
    char *text = malloc(LONG + 128);
    assert_non_null(text);
    memset(text, '#', LONG);
    strcpy(text + LONG, "\n" JOB("") "runs: 1\n");
    calculate(&self, text);
    write_file("x.h5", &self);
    assert_int_equal(ulam_result_read(&result, "x.h5", NULL), ULAM_OK);
    assert_string_equal(result.job, self.job.text);
    ulam_result_free(&result);
    end(&self);
    free(text);
}

static void what_is_no_result_is_refused_by_name(void **state)
{
    (void)state;
    ulam_result result;
    ulam_error error = {0};
    assert_int_equal(ulam_image_write("x.h5", "whole, but no HDF5", 18, NULL), ULAM_OK);
    assert_int_equal(ulam_result_read(&result, "x.h5", &error), ULAM_EFORMAT);
    assert_non_null(strstr(error.message, "x.h5: HDF5 cannot open the file"));
    ulam_result_free(&result);
    write_text("y.h5", "model: x\n");
    assert_int_equal(ulam_result_read(&result, "y.h5", &error), ULAM_EFORMAT);
    assert_string_equal(error.message, "y.h5: not a result file of ulam");
    ulam_result_free(&result);
    assert_int_equal(ulam_result_read(&result, "z.h5", &error), ULAM_EIO);
    ulam_result_free(&result);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder_with_table, leave_folder)

/* With "--write FILE": leaves a file with everything in it for a reader in another language, and tests nothing. */
static int write_sample(const char *path)
{
    calculation self;
    write_text("table.txt", "1 2 3\n");
    calculate(&self, JOB("") "sweep:\n"
                             "  rate: [0.25, 0.5]\n"
                             "  size: [1, 2]\n"
                             "  kind: [call, put, füß]\n"
                             "  flag: [false, true]\n"
                             "zip: [[rate, size]]\n"
                             "runs: 40\n");
    const ulam_failure failures[] = {{.point = 1, .run = 3, .cause = "nicht möglich"}, {.point = 11, .run = 39}};
    for (size_t i = 0; i < 2; i++) assert_int_equal(ulam_state_add_failure(&self.state, &failures[i]), ULAM_OK);
    self.state.dropped = calloc(1, sizeof *self.state.dropped);
    assert_non_null(self.state.dropped);
    self.state.n_dropped = 1;
    self.state.dropped[0] = (ulam_dropped_run){.point = 2, .run = 7, .age = 1.5};
    write_file(path, &self);
    end(&self);
    return remove("table.txt");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_holds_every_figure_to_the_bit),
        IN_FOLDER(points_are_labelled_with_their_parameters),
        IN_FOLDER(observables_are_labelled_with_units_and_elements),
        IN_FOLDER(equal_states_make_equal_files),
        IN_FOLDER(a_file_knows_its_job_and_says_how_another_differs),
        IN_FOLDER(more_runs_are_the_same_job),
        IN_FOLDER(what_is_resumed_is_written_again_to_the_bit),
        IN_FOLDER(a_file_without_runs_is_partial_and_undefined),
        IN_FOLDER(points_that_advance_together_keep_their_order),
        IN_FOLDER(a_long_job_text_survives),
        IN_FOLDER(what_is_no_result_is_refused_by_name),
    };
    if (argc == 3 && strcmp(argv[1], "--write") == 0) return write_sample(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
