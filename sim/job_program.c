/* A model that is a program: the mapping behind `model`. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job_parts.h"
#include "model_parts.h"
#include "shown.h"

ulam_status ulam_job_check_keys(const ulam_job_reading *self, const ulam_yaml_node *mapping, const char *what,
                                const char *const *names, size_t n)
{
    for (const ulam_yaml_node *key = mapping->first; key; key = key->next) {
        size_t i = 0;
        while (i < n && strcmp(key->text, names[i]) != 0) i++;
        if (i == n)
            return ulam_yaml_fail(key, self->error, "%s has no key '%s', expected one of %s%s", what,
                                  ulam_show(key->text).text, ulam_show_names(names, n).text,
                                  ulam_show_nearest(key->text, names, n).text);
    }
    return ULAM_OK;
}

ulam_status ulam_job_copy_text(ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name,
                               const char **text)
{
    const ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    if (!key) return ULAM_OK;
    const ulam_yaml_node *value = key->value;
    if (value->kind != ULAM_YAML_SCALAR || ulam_yaml_is_null(value) || !*value->text)
        return ulam_yaml_fail(value, self->error, "%s is %s, expected a text", name, ulam_yaml_show(value).text);
    *text = ulam_arena_copy(&self->storage->arena, value->text, strlen(value->text));
    return *text ? ULAM_OK : ulam_fail_memory(self->error, "reading a job");
}

/* A command */

static ulam_status read_command(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_program *program)
{
    const char *expected = "a list of the program and its arguments, such as [python3, sim.py]";
    const ulam_yaml_node *key = ulam_yaml_find(mapping, "command"), *list = key ? key->value : NULL;
    if (!key) return ulam_yaml_fail(mapping, self->error, "model has no key 'command', expected %s", expected);
    if (list->kind != ULAM_YAML_LIST || list->count == 0)
        return ulam_yaml_fail(list, self->error, "command is %s, expected %s",
                              list->kind == ULAM_YAML_LIST ? "an empty list" : ulam_yaml_show(list).text, expected);
    const char **words = ulam_arena_take_array(&self->storage->arena, list->count + 1, sizeof *words);
    if (!words) return ulam_fail_memory(self->error, "reading a job");
    for (const ulam_yaml_node *item = list->first; item; item = item->next) {
        if (item->kind != ULAM_YAML_SCALAR || (item == list->first && !*item->text))
            return ulam_yaml_fail(item, self->error, "a word of the command is %s, expected a text",
                                  ulam_yaml_show(item).text);
        char *word = ulam_arena_copy(&self->storage->arena, item->text, strlen(item->text));
        if (!word) return ulam_fail_memory(self->error, "reading a job");
        words[program->n_words++] = word;
    }
    program->command = words;
    return ULAM_OK;
}

/* "sim" of [python3, -u, lib/sim.py]: the first word with an ending of letters, else the program. */
static const char *named_by(const ulam_program *self, size_t *length)
{
    for (size_t i = 0; i < self->n_words; i++) {
        const char *slash = strrchr(self->command[i], '/'), *name = slash ? slash + 1 : self->command[i];
        const char *dot = strrchr(name, '.');
        *length = dot ? (size_t)(dot - name) : strlen(name);
        if (*name != '-' && dot && dot > name && isalpha((unsigned char)dot[1])) return name;
    }
    const char *slash = strrchr(self->command[0], '/'), *name = slash ? slash + 1 : self->command[0];
    *length = strlen(name);
    return name;
}

/* The name, without characters that a model's may not have. */
static ulam_status read_name(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_program *program)
{
    size_t length;
    const ulam_status status = ulam_job_copy_text(self, mapping, "name", &program->model.name);
    if (status || program->model.name) return status;
    const char *from = named_by(program, &length);
    char *name = ulam_arena_copy(&self->storage->arena, from, length);
    if (!name) return ulam_fail_memory(self->error, "reading a job");
    for (char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at)) *at = '_';
    program->model.name = isalpha((unsigned char)*name) ? name : "program";
    return ULAM_OK;
}

/* `mode: once` */

static ulam_status read_mode(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_program *program)
{
    const char *text = NULL, *const words[] = {"lines", "once"};
    const ulam_status status = ulam_job_copy_text(self, mapping, "mode", &text);
    if (status || !text) return status;
    program->once = !strcmp(text, "once");
    if (program->once || !strcmp(text, "lines")) return ULAM_OK;
    return ulam_yaml_fail(ulam_yaml_find(mapping, "mode")->value, self->error, "mode is '%s', expected lines or once%s",
                          ulam_show(text).text, ulam_show_nearest(text, words, 2).text);
}

/* The program finds it in the folder in which it is started, which has no folders in it. */
static ulam_status check_scratch_file(const ulam_job_reading *self, const ulam_yaml_node *mapping, const char *key,
                                      const char *name)
{
    if (!name || (!strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)) return ULAM_OK;
    return ulam_yaml_fail(ulam_yaml_find(mapping, key)->value, self->error,
                          "%s is '%s', expected the name of a file, without a folder", key, ulam_show(name).text);
}

static ulam_status read_input(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_program *program)
{
    static const char *const keys[] = {"file", "template"};
    const ulam_yaml_node *key = ulam_yaml_find(mapping, "input");
    if (!key) return ULAM_OK;
    if (key->value->kind != ULAM_YAML_MAPPING || !ulam_yaml_find(key->value, "template"))
        return ulam_yaml_fail(key->value, self->error,
                              "input is %s, expected {template: PATH}, and `file: NAME` unless it is standard input",
                              ulam_yaml_show(key->value).text);
    ulam_status status = ulam_job_check_keys(self, key->value, "input", keys, 2);
    if (!status) status = ulam_job_copy_text(self, key->value, "template", &program->input_template);
    if (!status) status = ulam_job_copy_text(self, key->value, "file", &program->input_file);
    return status ? status : check_scratch_file(self, key->value, "file", program->input_file);
}

static ulam_status read_output(ulam_job_reading *self, const ulam_yaml_node *mapping, ulam_program *program)
{
    ulam_status status = ulam_job_copy_text(self, mapping, "output", &program->output);
    if (program->output && !strcmp(program->output, "stdout")) program->output = NULL;
    return status ? status : check_scratch_file(self, mapping, "output", program->output);
}

static ulam_status fail_without_once(const ulam_job_reading *self, const ulam_yaml_node *mapping, const char *name)
{
    const ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    return key ? ulam_yaml_fail(key, self->error, "%s goes with `mode: once`, expected that too", name) : ULAM_OK;
}

/* Whether a name may stand in braces. */
static bool has_value(const ulam_program *self, const char *name, size_t length)
{
    static const char *const own[] = {"seed", "seed31", "run", "point"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strlen(own[i]) == length && !strncmp(own[i], name, length)) return true;
    for (size_t i = 0; i < self->model.n_parameters; i++) {
        const char *parameter = self->model.parameters[i].name;
        if (strlen(parameter) == length && !strncmp(parameter, name, length)) return true;
    }
    return false;
}

static ulam_status check_placeholders(const ulam_job_reading *self, const ulam_yaml_node *word,
                                      const ulam_program *program)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    for (const char *at = strchr(word->text, '{'); at; at = strchr(at + 1, '{')) {
        const size_t length = strspn(at + 1, letters);
        if (length == 0 || at[1 + length] != '}' || (at > word->text && at[-1] == '{' && at[2 + length] == '}'))
            continue;
        if (!has_value(program, at + 1, length))
            return ulam_yaml_fail(word, self->error,
                                  "'{%.*s}' in the command is no parameter, expected one of the declared, or seed, "
                                  "seed31, run, point; '{{%.*s}}' stands for itself in braces",
                                  (int)length, at + 1, (int)length, at + 1);
    }
    return ULAM_OK;
}

static ulam_status check_mode(const ulam_job_reading *self, const ulam_yaml_node *mapping, const ulam_program *program)
{
    ulam_status status = ULAM_OK;
    if (!program->once) {
        status = fail_without_once(self, mapping, "input");
        return status ? status : fail_without_once(self, mapping, "output");
    }
    const ulam_yaml_node *word = ulam_yaml_find(mapping, "command")->value->first;
    for (; word && !status; word = word->next) status = check_placeholders(self, word, program);
    return status;
}

ulam_status ulam_job_read_program(ulam_job_reading *self, const ulam_yaml_node *mapping, const ulam_program **program)
{
    static const char *const keys[] = {"command",     "name", "summary", "parameters",
                                       "observables", "mode", "input",   "output"};
    ulam_program *made = ulam_arena_take(&self->storage->arena, sizeof *made);
    if (!made) return ulam_fail_memory(self->error, "reading a job");
    *made = (ulam_program){.model = {.interface = ULAM_MODEL_INTERFACE, .summary = "a program"}};
    const ulam_yaml_node *parameters = ulam_yaml_find(mapping, "parameters"),
                         *observables = ulam_yaml_find(mapping, "observables");
    ulam_status status = ulam_job_check_keys(self, mapping, "model", keys, sizeof keys / sizeof *keys);
    if (!status) status = read_command(self, mapping, made);
    if (!status) status = read_name(self, mapping, made);
    if (!status) status = ulam_job_copy_text(self, mapping, "summary", &made->model.summary);
    if (!status) status = read_mode(self, mapping, made);
    if (!status) status = read_input(self, mapping, made);
    if (!status) status = read_output(self, mapping, made);
    if (!status && parameters) status = ulam_job_read_declared_parameters(self, parameters->value, made);
    if (!status && !observables)
        status = ulam_yaml_fail(mapping, self->error,
                                "model has no key 'observables', expected the names of what a run gives");
    if (!status) status = ulam_job_read_declared_observables(self, observables->value, made);
    if (!status) status = check_mode(self, mapping, made);
    *program = made;
    return status;
}
