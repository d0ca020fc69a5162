/* `points`: a CSV file, a column a parameter and a row a point. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "job_parts.h"
#include "shown.h"

enum {
    LARGEST_TABLE = 256 << 20
};

static const size_t runs_column = SIZE_MAX;

typedef struct {
    ulam_job_reading *reading;
    ulam_csv csv;
    ulam_bytes field;
    char *path;     /* for messages */
    size_t *column; /* [n_columns], the parameter's index or runs_column */
    size_t n_columns;
    ulam_value **values; /* [n_columns][capacity] */
    uint64_t *runs;      /* [capacity], NULL: no column of runs */
    size_t *line;        /* [capacity] */
    size_t rows, capacity;
    ulam_error *error;
} table;

static ulam_status place(const table *self, size_t line, size_t column)
{
    const ulam_yaml_node node = {.where = self->path, .line = (unsigned)line, .column = (unsigned)column};
    return ulam_yaml_fail_within(&node, self->error);
}

static ulam_status place_field(const table *self) { return place(self, self->csv.line, self->csv.column); }

static ulam_status fail_memory(const table *self) { return ulam_fail_memory(self->error, "reading points"); }

static ulam_status next_field(table *self, bool *end)
{
    const ulam_csv_outcome outcome = ulam_csv_next(&self->csv, &self->field);
    *end = outcome == ULAM_CSV_END;
    if (outcome == ULAM_CSV_FIELD || *end) return ULAM_OK;
    if (outcome == ULAM_CSV_MEMORY) return fail_memory(self);
    ulam_fail(self->error, ULAM_EINVAL,
              outcome == ULAM_CSV_OPEN_QUOTE
                  ? "a quote opens here and is not closed"
                  : "a quote where none may stand, expected the whole field in quotes, and quotes in it doubled");
    return place_field(self);
}

static ulam_status fail_header(const table *self, const char *name)
{
    const ulam_job_reading *reading = self->reading;
    const size_t n = reading->model->n_parameters;
    const char **names = calloc(n + 1, sizeof *names);
    if (!names) return fail_memory(self);
    for (size_t i = 0; i < n; i++) names[i] = reading->names[i];
    names[n] = "runs";
    ulam_fail(self->error, ULAM_EINVAL, "model '%s' has no parameter '%s', expected in the header some of %s%s",
              reading->model->name, ulam_show(name).text, ulam_show_names(names, n + 1).text,
              ulam_show_nearest(name, names, n + 1).text);
    free(names);
    return place_field(self);
}

static ulam_status add_runs_column(table *self)
{
    const ulam_yaml_node *runs = self->reading->key[ULAM_KEY_RUNS];
    if (self->runs) {
        ulam_fail(self->error, ULAM_EINVAL, "the column runs stands here twice");
        return place_field(self);
    }
    if (runs)
        return ulam_yaml_fail(runs, self->error, "runs is given, but also a column of %s, expected one of them",
                              ulam_show_path(self->path).text);
    self->runs = malloc(sizeof *self->runs);
    if (!self->runs) return fail_memory(self);
    self->column[self->n_columns++] = runs_column;
    return ULAM_OK;
}

static ulam_status add_column(table *self)
{
    ulam_job_reading *reading = self->reading;
    const char *name = (const char *)self->field.data;
    if (strlen(name) != self->field.size) return fail_header(self, name);
    if (!strcmp(name, "runs")) return add_runs_column(self);
    const size_t index = ulam_job_parameter(reading, name);
    if (index == SIZE_MAX) return fail_header(self, name);
    for (size_t i = 0; i < self->n_columns; i++) {
        if (self->column[i] != index) continue;
        ulam_fail(self->error, ULAM_EINVAL, "the column %s stands here twice", name);
        return place_field(self);
    }
    if (reading->fixed_node[index])
        return ulam_yaml_fail(reading->fixed_node[index], self->error,
                              "%s is fixed here and also a column of %s, expected one of them", name,
                              ulam_show_path(self->path).text);
    self->column[self->n_columns++] = index;
    return ULAM_OK;
}

static ulam_status read_header(table *self)
{
    const size_t n = self->reading->model->n_parameters;
    bool end;
    self->column = malloc((n + 1) * sizeof *self->column);
    self->values = calloc(n + 1, sizeof *self->values);
    if (!self->column || !self->values) return fail_memory(self);
    do {
        ulam_status status = next_field(self, &end);
        if (!status && end) {
            ulam_fail(self->error, ULAM_EINVAL, "the file is empty, expected a header with parameters");
            status = place(self, 1, 1);
        }
        if (!status) status = add_column(self);
        if (status) return status;
    } while (!self->csv.last);
    if (self->n_columns > (self->runs != NULL)) return ULAM_OK;
    ulam_fail(self->error, ULAM_EINVAL, "the header names no parameter, expected at least one");
    return place(self, 1, 1);
}

static ulam_status grow(table *self)
{
    if (self->rows < self->capacity) return ULAM_OK;
    const size_t capacity = self->capacity ? 2 * self->capacity : 64;
    size_t *line = realloc(self->line, capacity * sizeof *line);
    if (!line) return fail_memory(self);
    self->line = line;
    if (self->runs) {
        uint64_t *runs = realloc(self->runs, capacity * sizeof *runs);
        if (!runs) return fail_memory(self);
        self->runs = runs;
    }
    for (size_t i = 0; i < self->n_columns; i++) {
        ulam_value *values = realloc(self->values[i], capacity * sizeof *values);
        if (!values) return fail_memory(self);
        self->values[i] = values;
    }
    self->capacity = capacity;
    return ULAM_OK;
}

/* A list inside a field is written as in a job file: "[1, 2, 3]". */
static ulam_status read_list(table *self, const ulam_parameter *parameter, ulam_value *value)
{
    char where[ULAM_SHOWN_SIZE + 48];
    ulam_yaml tree;
    snprintf(where, sizeof where, "%s:%zu:%zu", ulam_show_path(self->path).text, self->csv.line, self->csv.column);
    ulam_status status = ulam_yaml_read(&tree, where, false, (char *)self->field.data, self->field.size, self->error);
    const ulam_yaml_node nothing = {.where = where, .plain = true, .text = ""};
    if (!status)
        status = ulam_value_read_node(parameter, tree.root ? tree.root : &nothing, &self->reading->storage->arena, NULL,
                                      value, self->error);
    ulam_yaml_free(&tree);
    return status;
}

static ulam_status read_value(table *self, size_t column)
{
    const char *text = (const char *)self->field.data;
    const size_t index = self->column[column];
    if (index == runs_column) {
        uint64_t *runs = &self->runs[self->rows];
        if (!ulam_job_read_count("runs", text, ULAM_MAX_RUNS, runs, self->error) &&
            !ulam_job_judge_pairs(self->reading, "runs", *runs, self->error))
            return ULAM_OK;
        return place_field(self);
    }
    const ulam_parameter *parameter = &self->reading->model->parameters[index];
    const ulam_file_source files = ulam_job_files(self->reading);
    ulam_arena *arena = &self->reading->storage->arena;
    ulam_value *value = &self->values[column][self->rows];
    if (parameter->type == ULAM_REALS) return read_list(self, parameter, value);
    return ulam_value_read(parameter, text, arena, &files, value, self->error) ? place_field(self) : ULAM_OK;
}

static ulam_status fail_width(const table *self, size_t columns)
{
    ulam_fail(self->error, ULAM_EINVAL, "the row has %s %zu columns, expected the header's %zu",
              columns > self->n_columns ? "more than" : "only", columns > self->n_columns ? columns - 1 : columns,
              self->n_columns);
    return place(self, self->csv.line, self->csv.column);
}

static ulam_status read_row(table *self, bool *end)
{
    ulam_status status = grow(self);
    for (size_t i = 0; !status; i++) {
        status = next_field(self, end);
        if (status || *end) return status;
        if (i == self->n_columns) return fail_width(self, i + 1);
        if (i == 0) self->line[self->rows] = self->csv.line;
        status = read_value(self, i);
        if (status || !self->csv.last) continue;
        if (i + 1 < self->n_columns) return fail_width(self, i + 1);
        break;
    }
    if (!status && ++self->rows > ULAM_MOST_POINTS) {
        ulam_fail(self->error, ULAM_EINVAL, "more than %d points, the most that a job may have", (int)ULAM_MOST_POINTS);
        status = place_field(self);
    }
    return status;
}

static ulam_status check_text(const table *self, const ulam_file *file)
{
    size_t line = 1, start = 0;
    for (size_t at = 0; at < file->size;) {
        uint32_t code = 0;
        const size_t length = ulam_utf8_next(file->content + at, file->size - at, &code);
        if (!length || code == 0) {
            ulam_fail(self->error, ULAM_EINVAL, "the byte 0x%02x here is not text, expected CSV in UTF-8",
                      (unsigned)(unsigned char)file->content[at]);
            return place(self, line, at - start + 1);
        }
        at += length;
        if (code == '\n') {
            line++;
            start = at;
        }
    }
    return ULAM_OK;
}

/* Hands what was read to the job: columns, the axis, and runs. */
static ulam_status hand_over(table *self, const ulam_yaml_node *node)
{
    ulam_job_reading *reading = self->reading;
    ulam_arena *arena = &reading->storage->arena;
    size_t *parameters = ulam_arena_take_array(arena, self->n_columns, sizeof *parameters);
    size_t n = 0;
    if (!parameters) return fail_memory(self);
    for (size_t i = 0; i < self->n_columns; i++) {
        if (self->column[i] == runs_column) continue;
        ulam_value *values = ulam_arena_take_array(arena, self->rows, sizeof *values);
        if (!values) return fail_memory(self);
        memcpy(values, self->values[i], self->rows * sizeof *values);
        reading->columns[self->column[i]] = (ulam_job_column){.length = self->rows, .values = values, .node = node};
        parameters[n++] = self->column[i];
    }
    reading->point_runs = self->runs;
    self->runs = NULL;
    return ulam_job_add_axis(reading, "point", self->rows, parameters, n);
}

static ulam_status refuse_twins(const table *self)
{
    size_t first, second;
    bool found;
    if (ulam_job_find_twins(self->reading, &self->reading->job->axes[0], &found, &first, &second))
        return fail_memory(self);
    if (!found) return ULAM_OK;
    ulam_fail(self->error, ULAM_EINVAL, "the point is the same as that of line %zu", self->line[first]);
    return place(self, self->line[second], 1);
}

static ulam_status read_table(table *self, const ulam_yaml_node *node, const ulam_file *file)
{
    bool end = false;
    ulam_status status = check_text(self, file);
    ulam_csv_start(&self->csv, file->content, file->size);
    if (!status) status = read_header(self);
    while (!status && !end) status = read_row(self, &end);
    if (!status && self->rows == 0) {
        ulam_fail(self->error, ULAM_EINVAL, "a header without rows, expected a row for each point");
        status = place_field(self);
    }
    if (!status) status = hand_over(self, node);
    return status ? status : refuse_twins(self);
}

static void free_table(table *self)
{
    for (size_t i = 0; self->values && i < self->n_columns; i++) free(self->values[i]);
    free(self->values);
    free(self->column);
    free(self->runs);
    free(self->line);
    ulam_bytes_free(&self->field);
}

ulam_status ulam_job_read_points(ulam_job_reading *self)
{
    const ulam_yaml_node *points = self->key[ULAM_KEY_POINTS];
    const ulam_yaml_node *other = self->key[ULAM_KEY_SWEEP] ? self->key[ULAM_KEY_SWEEP] : self->key[ULAM_KEY_ZIP];
    const ulam_hashed_file *file;
    if (!points) return ULAM_OK;
    if (other) return ulam_yaml_fail(other, self->error, "%s stands beside points, expected one of them", other->text);
    const ulam_yaml_node *node = points->value;
    if (node->kind != ULAM_YAML_SCALAR || ulam_yaml_is_null(node) || !*node->text)
        return ulam_yaml_fail(node, self->error, "points is %s, expected the path of a CSV file",
                              ulam_yaml_show(node).text);
    if (ulam_job_load(self, node->text, LARGEST_TABLE, &file, self->error)) {
        ulam_fail_within(self->error, "points");
        return ulam_yaml_fail_within(node, self->error);
    }
    table rows = {.reading = self, .error = self->error, .path = ulam_job_resolve(self, node->text)};
    const ulam_status status = rows.path ? read_table(&rows, node, &file->file) : fail_memory(&rows);
    free_table(&rows);
    return status;
}
