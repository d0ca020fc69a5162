/* What a job declares of a program: its parameters and observables. */

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "job_parts.h"
#include "model_parts.h"
#include "number.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self) { return ulam_fail_memory(self->error, "reading a job"); }

/* Index of a node's text among words, or n. */
static size_t word_of(const ulam_yaml_node *node, const char *const *words, size_t n)
{
    size_t i = 0;
    while (i < n && (node->kind != ULAM_YAML_SCALAR || strcmp(node->text, words[i]) != 0)) i++;
    return i;
}

static ulam_status read_word(const ulam_job_reading *self, const ulam_yaml_node *node, const char *what,
                             const char *const *words, size_t n, size_t *index)
{
    *index = word_of(node, words, n);
    if (*index < n) return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "%s is %s, expected one of %s%s", what, ulam_yaml_show(node).text,
                          ulam_show_names(words, n).text,
                          node->kind == ULAM_YAML_SCALAR ? ulam_show_nearest(node->text, words, n).text : "");
}

/* The node behind a key as a job file would spell it on one line; NULL: the key is not there. */
static ulam_status copy_flow(ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name, const char **text)
{
    const ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    ulam_bytes bytes = {0};
    if (!key) return ULAM_OK;
    if (!ulam_yaml_write_flow(key->value, &bytes))
        *text = ulam_arena_copy(&self->storage->arena, (const char *)bytes.data, bytes.size);
    ulam_bytes_free(&bytes);
    return *text ? ULAM_OK : fail_memory(self);
}

/* "[0, 1)", or [0, 1] as YAML reads it. */
static ulam_status copy_interval(ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name,
                                 const char **text)
{
    const ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    return key && key->value->kind == ULAM_YAML_LIST ? copy_flow(self, mapping, name, text)
                                                     : ulam_job_copy_text(self, mapping, name, text);
}

static ulam_status copy_names(ulam_job_reading *self, const ulam_yaml_node *list, const char *const **names)
{
    if (list->kind != ULAM_YAML_LIST || list->count == 0)
        return ulam_yaml_fail(list, self->error, "choices is %s, expected a list of words", ulam_yaml_show(list).text);
    const char **copies = ulam_arena_take_array(&self->storage->arena, list->count + 1, sizeof *copies);
    size_t n = 0;
    for (const ulam_yaml_node *item = list->first; copies && item; item = item->next) {
        if (item->kind != ULAM_YAML_SCALAR)
            return ulam_yaml_fail(item, self->error, "a choice is %s, expected a word", ulam_yaml_show(item).text);
        if (!(copies[n++] = ulam_arena_copy(&self->storage->arena, item->text, strlen(item->text))))
            return fail_memory(self);
    }
    *names = copies;
    return copies ? ULAM_OK : fail_memory(self);
}

/* Parameters */

static const char *const types[] = {"real", "integer", "boolean", "choice", "string", "file", "reals"};
enum {
    N_TYPES = sizeof types / sizeof *types
};

static ulam_status read_parameter_keys(ulam_job_reading *self, const ulam_yaml_node *node, ulam_parameter *parameter)
{
    static const char *const keys[] = {"type", "default", "unit", "bounds", "choices", "length", "help"};
    const ulam_yaml_node *type = ulam_yaml_find(node, "type"), *choices = ulam_yaml_find(node, "choices");
    size_t index = choices ? ULAM_CHOICE : ULAM_REAL;
    ulam_status status = ulam_job_check_keys(self, node, "a parameter", keys, sizeof keys / sizeof *keys);
    if (!status && !type && !choices)
        status = ulam_yaml_fail(node, self->error, "a parameter has no type, expected one of %s",
                                ulam_show_names(types, N_TYPES).text);
    if (!status && type) status = read_word(self, type->value, "type", types, N_TYPES, &index);
    parameter->type = (ulam_type)index;
    if (!status) status = copy_flow(self, node, "default", &parameter->default_value);
    if (!status) status = ulam_job_copy_text(self, node, "unit", &parameter->unit);
    if (!status) status = copy_interval(self, node, "bounds", &parameter->bounds);
    if (!status) status = copy_interval(self, node, "length", &parameter->length);
    if (!status) status = ulam_job_copy_text(self, node, "help", &parameter->help);
    return status || !choices ? status : copy_names(self, choices->value, &parameter->choices);
}

/* A type, a list of choices, or a mapping. */
static ulam_status read_parameter(ulam_job_reading *self, const ulam_yaml_node *node, ulam_parameter *parameter)
{
    size_t index;
    if (node->kind == ULAM_YAML_MAPPING) return read_parameter_keys(self, node, parameter);
    if (node->kind == ULAM_YAML_LIST) {
        parameter->type = ULAM_CHOICE;
        return copy_names(self, node, &parameter->choices);
    }
    const ulam_status status = read_word(self, node, "the type", types, N_TYPES, &index);
    parameter->type = (ulam_type)index;
    return status;
}

ulam_status ulam_job_read_declared_parameters(ulam_job_reading *self, const ulam_yaml_node *node, ulam_program *program)
{
    ulam_model *model = &program->model;
    if (ulam_yaml_is_null(node)) return ULAM_OK;
    if (node->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(node, self->error, "parameters is %s, expected a mapping such as {beta: real}",
                              ulam_yaml_show(node).text);
    ulam_parameter *parameters = ulam_arena_take_array(&self->storage->arena, node->count + 1, sizeof *parameters);
    if (!parameters) return fail_memory(self);
    model->parameters = parameters;
    for (const ulam_yaml_node *key = node->first; key; key = key->next) {
        ulam_parameter *parameter = &parameters[model->n_parameters++];
        if (!(parameter->name = ulam_arena_copy(&self->storage->arena, key->text, strlen(key->text))))
            return fail_memory(self);
        const ulam_status status = read_parameter(self, key->value, parameter);
        if (status) return status;
        if (ulam_model_check_parameter(model, model->n_parameters - 1, self->error))
            return ulam_yaml_fail_within(key, self->error);
    }
    return ULAM_OK;
}

/* Observables */

static const char *const kinds[] = {"number", "indicator", "count"};
enum {
    N_KINDS = sizeof kinds / sizeof *kinds
};

static ulam_status read_boolean(const ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name,
                                bool *value)
{
    static const char *const words[] = {"false", "true"};
    const ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    size_t index = *value;
    const ulam_status status = key ? read_word(self, key->value, name, words, 2, &index) : ULAM_OK;
    *value = index == 1;
    return status;
}

/* A number, or an integer parameter. */
static ulam_status read_length(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_observable *observable)
{
    const char *text = NULL;
    uint64_t length = 0;
    const ulam_status status = ulam_job_copy_text(self, mapping, "length", &text);
    if (status || !text) return status;
    const ulam_number_reading read = ulam_read_natural(text, &length);
    if (read == ULAM_READ_NOT_A_NUMBER) {
        observable->length_from = text;
        return ULAM_OK;
    }
    observable->length = (size_t)length;
    if (read == ULAM_READ_OK && length > 0) return ULAM_OK;
    return ulam_yaml_fail(ulam_yaml_find(mapping, "length")->value, self->error,
                          "length is '%s', expected a number of elements, or an integer parameter",
                          ulam_show(text).text);
}

static ulam_status check_pattern(const ulam_job_reading *self, const ulam_yaml_node *node, const char *pattern)
{
    regex_t compiled;
    char why[128];
    const int status = regcomp(&compiled, pattern, REG_EXTENDED | REG_NEWLINE);
    if (status) {
        regerror(status, &compiled, why, sizeof why);
        return ulam_yaml_fail(node, self->error, "pattern is '%s', which is no extended regular expression: %s",
                              ulam_show(pattern).text, why);
    }
    const size_t groups = compiled.re_nsub;
    regfree(&compiled);
    if (groups == 1) return ULAM_OK;
    return ulam_yaml_fail(node, self->error,
                          "pattern has %zu groups, expected one, around the number: \"energy = ([-+.0-9eE]+)\"",
                          groups);
}

static ulam_status read_column(const ulam_job_reading *self, const ulam_yaml_node *node, const char *text,
                               size_t *column)
{
    uint64_t n;
    if (ulam_read_natural(text, &n) != ULAM_READ_OK || n < 1 || n > 1000000)
        return ulam_yaml_fail(node, self->error, "column is '%s', expected an integer from 1 to 1000000",
                              ulam_show(text).text);
    *column = (size_t)n;
    return ULAM_OK;
}

static ulam_status read_place(ulam_job_reading *self, const ulam_yaml_node *mapping, bool once, ulam_place *place)
{
    static const char *const names[] = {
        [ULAM_IN_PATTERN] = "pattern", [ULAM_IN_JSON] = "json", [ULAM_IN_COLUMN] = "column"};
    const ulam_yaml_node *found = NULL;
    for (int kind = ULAM_IN_PATTERN; kind <= ULAM_IN_COLUMN; kind++) {
        const ulam_yaml_node *key = ulam_yaml_find(mapping, names[kind]);
        if (!key) continue;
        if (!once) return ulam_yaml_fail(key, self->error, "%s goes with `mode: once`, expected that too", key->text);
        if (found) return ulam_yaml_fail(key, self->error, "%s and %s, expected one of them", found->text, key->text);
        const ulam_status status = ulam_job_copy_text(self, mapping, names[kind], &place->text);
        if (status) return status;
        place->kind = (ulam_place_kind)kind;
        found = key;
    }
    if (!found) return ULAM_OK;
    if (place->kind == ULAM_IN_PATTERN) return check_pattern(self, found->value, place->text);
    return place->kind == ULAM_IN_COLUMN ? read_column(self, found->value, place->text, &place->column) : ULAM_OK;
}

static ulam_status read_observable_keys(ulam_job_reading *self, const ulam_yaml_node *node, bool once,
                                        ulam_observable *observable, ulam_place *place)
{
    static const char *const keys[] = {"kind",      "unit",           "help",    "length", "may_be_nan",
                                       "dimension", "dimension_unit", "pattern", "json",   "column"};
    const ulam_yaml_node *kind = ulam_yaml_find(node, "kind");
    size_t index = ULAM_NUMBER;
    ulam_status status = ulam_job_check_keys(self, node, "an observable", keys, sizeof keys / sizeof *keys);
    if (!status && kind) status = read_word(self, kind->value, "kind", kinds, N_KINDS, &index);
    observable->kind = (ulam_kind)index;
    if (!status) status = ulam_job_copy_text(self, node, "unit", &observable->unit);
    if (!status) status = ulam_job_copy_text(self, node, "help", &observable->help);
    if (!status) status = read_length(self, node, observable);
    if (!status) status = read_boolean(self, node, "may_be_nan", &observable->may_be_nan);
    if (!status) status = ulam_job_copy_text(self, node, "dimension", &observable->dimension);
    if (!status) status = ulam_job_copy_text(self, node, "dimension_unit", &observable->dimension_unit);
    return status ? status : read_place(self, node, once, place);
}

/* Nothing, a kind, or a mapping. */
static ulam_status read_observable(ulam_job_reading *self, const ulam_yaml_node *node, bool once,
                                   ulam_observable *observable, ulam_place *place)
{
    size_t index;
    if (!node || ulam_yaml_is_null(node)) return ULAM_OK;
    if (node->kind == ULAM_YAML_MAPPING) return read_observable_keys(self, node, once, observable, place);
    const ulam_status status = read_word(self, node, "the kind", kinds, N_KINDS, &index);
    observable->kind = (ulam_kind)index;
    return status;
}

/* Names that the line protocol's answer uses. */
static ulam_status check_name(const ulam_job_reading *self, const ulam_yaml_node *node, const ulam_program *program,
                              size_t index)
{
    const char *name = program->model.observables[index].name;
    if (!strcmp(name, "error") || !strcmp(name, "run") || !strcmp(name, "ulam"))
        return ulam_yaml_fail(node, self->error, "an observable of a program may not be named '%s'", name);
    if (program->once && program->places[index].kind == ULAM_IN_ANSWER)
        return ulam_yaml_fail(node, self->error,
                              "'%s' has no pattern, json or column, expected one of them to say where it stands in the "
                              "output",
                              name);
    if (ulam_model_check_observable(&program->model, index, self->error))
        return ulam_yaml_fail_within(node, self->error);
    return ULAM_OK;
}

/* A list of names, or a mapping of names to what is to be said of them. */
ulam_status ulam_job_read_declared_observables(ulam_job_reading *self, const ulam_yaml_node *node,
                                               ulam_program *program)
{
    ulam_model *model = &program->model;
    if (node->kind == ULAM_YAML_SCALAR || node->count == 0)
        return ulam_yaml_fail(node, self->error, "observables is %s, expected names, such as [energy, magnetisation]",
                              node->kind == ULAM_YAML_SCALAR ? ulam_yaml_show(node).text : "empty");
    ulam_observable *observables = ulam_arena_take_array(&self->storage->arena, node->count, sizeof *observables);
    ulam_place *places = ulam_arena_take_array(&self->storage->arena, node->count, sizeof *places);
    if (!observables || !places) return fail_memory(self);
    model->observables = observables;
    program->places = places;
    for (const ulam_yaml_node *item = node->first; item; item = item->next) {
        const size_t i = model->n_observables++;
        if (!item->text)
            return ulam_yaml_fail(item, self->error, "an observable is %s, expected a name", ulam_yaml_show(item).text);
        if (!(observables[i].name = ulam_arena_copy(&self->storage->arena, item->text, strlen(item->text))))
            return fail_memory(self);
        ulam_status status = read_observable(self, item->value, program->once, &observables[i], &places[i]);
        if (!status) status = check_name(self, item, program, i);
        if (status) return status;
    }
    return ULAM_OK;
}
