/* A small model with a table to read, and calculations with it in a folder of their own. */

#ifndef SAMPLER_H
#define SAMPLER_H

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ulam/execute.h>

#include "result_file.h"

static const ulam_parameter sampler_parameters[] = {
    {.name = "rate", .type = ULAM_REAL, .default_value = "1"},
    {.name = "kind", .type = ULAM_STRING, .default_value = "none"},
    {.name = "table", .type = ULAM_FILE},
};

static const ulam_observable sampler_observables[] = {{.name = "level"}, {.name = "pair", .length = 2}};

static inline void sampler_run(const void *point, ulam_rng *rng, double *out)
{
    const ulam_value *values = point;
    for (int i = 0; i < 3; i++) out[i] = values[0].real * ulam_uniform(rng);
}

#define SAMPLER(version)                                                                                               \
    {                                                                                                                  \
        .interface = ULAM_MODEL_INTERFACE, .name = "sampler", .summary = "uniform numbers", .source = version,         \
        .parameters = sampler_parameters, .n_parameters = 3, .observables = sampler_observables, .n_observables = 2,   \
        .run = sampler_run                                                                                             \
    }

static const ulam_model sampler = SAMPLER("1");
static const ulam_model *const sampler_list[] = {&sampler};
static const ulam_catalogue sampler_catalogue = {.models = sampler_list, .count = 1};

/* A job starts so. */
#define HEAD "model: sampler\nparams: {table: table.txt}\nblock: 8\n"

typedef struct {
    ulam_job job;
    ulam_state state;
} calculation;

static inline void begin_from(calculation *self, ulam_job_source source, const ulam_catalogue *catalogue)
{
    ulam_error error = {0};
    source.size = strlen(source.text);
    if (!source.path) source.path = "job.yaml";
    if (ulam_job_read(&self->job, &source, catalogue, &error) != ULAM_OK) fail_msg("%s", error.message);
    assert_int_equal(ulam_state_init(&self->state, &self->job), ULAM_OK);
}

static inline void begin_part(calculation *self, const char *text, const char *part)
{
    begin_from(self, (ulam_job_source){.text = text, .part = part}, &sampler_catalogue);
}

static inline void begin(calculation *self, const char *text) { begin_part(self, text, NULL); }

/* Does what is missing. */
static inline void go_on(calculation *self)
{
    ulam_error error = {0};
    const ulam_execution nothing = {.stop = {.deadline = INFINITY, .grace = INFINITY}};
    if (ulam_execute(&self->job, &self->state, &nothing, &error) != ULAM_OK) fail_msg("%s", error.message);
}

static inline void write_file(const char *path, const calculation *self)
{
    ulam_error error = {0};
    const ulam_provenance nothing = {0};
    if (ulam_result_write(path, &self->state, &nothing, &error) != ULAM_OK) fail_msg("%s", error.message);
}

static inline void end(calculation *self)
{
    ulam_state_free(&self->state);
    ulam_job_free(&self->job);
}

/* The file of a job, or of a part, that has been carried out. */
static inline void make_file(const char *path, const char *text, const char *part)
{
    calculation self;
    begin_part(&self, text, part);
    go_on(&self);
    write_file(path, &self);
    end(&self);
}

/* Performs blocks of a point, and nothing else. */
static inline void perform(calculation *self, size_t point, uint64_t first, uint64_t blocks)
{
    calculation other = *self;
    ulam_point *points = calloc(self->job.n_points, sizeof *points);
    assert_non_null(points);
    for (size_t i = 0; i < self->job.n_points; i++) {
        points[i] = self->job.points[i];
        points[i].first = i == point ? first * points[i].block : 0;
        points[i].runs = i == point ? (first + blocks) * points[i].block : 0;
        if (points[i].runs > self->job.points[i].runs) points[i].runs = self->job.points[i].runs;
    }
    other.job.points = points;
    assert_int_equal(ulam_state_init(&other.state, &other.job), ULAM_OK);
    go_on(&other);
    ulam_point_state *made = &other.state.points[point];
    const uint64_t block = points[point].block;
    if (made->blocks) {
        const ulam_chunk chunk = {.point = point, .first = first, .blocks = made->blocks, .runs = made->blocks * block};
        assert_int_equal(ulam_state_add(&self->state, &chunk, &made->prefix, NULL), ULAM_OK);
    }
    if (made->tail_runs) {
        const ulam_chunk tail = {
            .point = point, .first = points[point].runs / block, .blocks = 1, .runs = made->tail_runs};
        assert_int_equal(ulam_state_add(&self->state, &tail, &made->tail, NULL), ULAM_OK);
    }
    ulam_state_free(&other.state);
    free(points);
}

static inline void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline int enter_folder(void **state)
{
    char *folder = strdup("/tmp/ulam_sampler_XXXXXX");
    *state = folder;
    if (!folder || !mkdtemp(folder) || chdir(folder) != 0) return -1;
    write_text("table.txt", "1 2 3\n");
    return 0;
}

static inline int leave_folder(void **state)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf '%s'", (char *)*state);
    free(*state);
    return chdir("/") == 0 ? system(command) : -1;
}

static inline void assert_same_files(const char *a, const char *b)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "cmp '%s' '%s'", a, b);
    assert_int_equal(system(command), 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

#endif
