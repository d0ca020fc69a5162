/* `derived`: functions of means, the model's own and those that the job file adds. */

#include <string.h>

#include "expression.h"
#include "job_kept.h"
#include "model_names.h"
#include "shown.h"

enum {
    MOST_DERIVED = 1000,
    MOST_MEANS = 4096 /* that a function of all elements takes */
};

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading the derived quantities");
}

/* Of the job file's; NULL: there is none. */
static const ulam_yaml_node *first_key(const ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_DERIVED];
    return key && key->value->kind == ULAM_YAML_MAPPING ? key->value->first : NULL;
}

size_t ulam_job_count_derived(const ulam_job_reading *self)
{
    size_t n = self->model->n_derived;
    for (const ulam_yaml_node *key = first_key(self); key; key = key->next) n++;
    return n;
}

void ulam_job_list_derived(const ulam_job_reading *self, const char **names)
{
    for (size_t i = 0; i < self->model->n_derived; i++) *names++ = self->model->derived[i].name;
    for (const ulam_yaml_node *key = first_key(self); key; key = key->next) *names++ = key->text;
}

bool ulam_job_find_derived(const ulam_job_reading *self, const char *name, size_t length, size_t *derived)
{
    const ulam_derived *declared = self->model->derived;
    *derived = 0;
    for (size_t i = 0; i < self->model->n_derived; i++, ++*derived)
        if (strlen(declared[i].name) == length && !memcmp(declared[i].name, name, length)) return true;
    for (const ulam_yaml_node *key = first_key(self); key; key = key->next, ++*derived)
        if (strlen(key->text) == length && !memcmp(key->text, name, length)) return true;
    return false;
}

/* Puts the place of the at-th byte of a scalar before a message: its own column, where the text stands as it is. */
static ulam_status fail_inside(const ulam_job_reading *self, const ulam_yaml_node *node, size_t at)
{
    ulam_yaml_node place = *node;
    size_t characters = 0;
    for (size_t i = 0; i < at; i++) characters += ((unsigned char)node->text[i] & 0xc0) != 0x80;
    if (node->verbatim)
        place.column += (unsigned)characters + (node->plain ? 0 : 1);
    else
        ulam_fail_within(self->error, "character %zu of the expression", characters + 1);
    return ulam_yaml_fail_within(&place, self->error);
}

/* Keeps the groups of what it names. */
static ulam_status take_expression(ulam_job_reading *self, const char *text, ulam_derived_plan *plan, size_t *at)
{
    ulam_expression *expression = ulam_arena_take(&self->storage->arena, sizeof *expression);
    if (!expression) return fail_memory(self);
    const ulam_status status =
        ulam_expression_read(expression, text, self->job, &self->storage->arena, at, self->error);
    if (status) return status;
    plan->expression = expression;
    for (size_t i = 0; i < expression->n_elements; i++) ulam_job_keep_groups(self, expression->elements[i]);
    return ULAM_OK;
}

static ulam_status take_declared(ulam_job_reading *self, const ulam_derived *declared, ulam_derived_plan *plan)
{
    const ulam_yaml_node *model = self->key[ULAM_KEY_MODEL]->value;
    size_t at = 0;
    plan->declared = declared;
    if (declared->of) {
        if (self->job->width > MOST_MEANS)
            return ulam_yaml_fail(model, self->error,
                                  "'%s' is a function of all %zu numbers of a run, expected at most %d", declared->name,
                                  self->job->width, (int)MOST_MEANS);
        for (size_t i = 0; i < self->job->width; i++) ulam_job_keep_groups(self, i);
        return ULAM_OK;
    }
    if (!take_expression(self, declared->expression, plan, &at)) return ULAM_OK;
    ulam_fail_within(self->error, "'%s' of model '%s', character %zu", declared->name, self->model->name, at + 1);
    return ulam_yaml_fail_within(model, self->error);
}

static const char *copy(ulam_job_reading *self, const char *text)
{
    return ulam_arena_copy(&self->storage->arena, text, strlen(text));
}

/* The options of the longer form. */
static ulam_status read_options(ulam_job_reading *self, const ulam_yaml_node *options, ulam_derived *declared,
                                const ulam_yaml_node **expression)
{
    static const char *const words[] = {"of", "unit", "help"};
    for (const ulam_yaml_node *key = options->first; key; key = key->next) {
        size_t i = 0;
        while (i < 3 && strcmp(key->text, words[i]) != 0) i++;
        if (i == 3)
            return ulam_yaml_fail(key, self->error, "a derived quantity takes no '%s', expected one of %s%s",
                                  ulam_show(key->text).text, ulam_show_names(words, 3).text,
                                  ulam_show_nearest(key->text, words, 3).text);
        if (key->value->kind != ULAM_YAML_SCALAR || ulam_yaml_is_null(key->value))
            return ulam_yaml_fail(key->value, self->error, "%s is %s, expected a text", key->text,
                                  ulam_yaml_show(key->value).text);
        if (i == 0) *expression = key->value;
        if (i == 1) declared->unit = copy(self, key->value->text);
        if (i == 2) declared->help = copy(self, key->value->text);
    }
    return ULAM_OK;
}

static ulam_status read_derived(ulam_job_reading *self, const ulam_yaml_node *key, ulam_derived_plan *plan)
{
    const ulam_yaml_node *expression = key->value;
    ulam_derived *declared = ulam_arena_take(&self->storage->arena, sizeof *declared);
    if (!declared || !(declared->name = copy(self, key->text))) return fail_memory(self);
    plan->declared = declared;
    if (key->value->kind == ULAM_YAML_MAPPING) {
        expression = ulam_yaml_find(key->value, "of");
        const ulam_status status = read_options(self, key->value, declared, &expression);
        if (status) return status;
    }
    if (!expression || expression->kind != ULAM_YAML_SCALAR || ulam_yaml_is_null(expression))
        return ulam_yaml_fail(key->value, self->error,
                              "'%s' is %s, expected an expression such as \"a / b\", or {of: \"a / b\", unit: s}",
                              ulam_show(key->text).text, ulam_yaml_show(key->value).text);
    if (ulam_derived_check(self->model, declared, self->error)) return ulam_yaml_fail_within(key, self->error);
    size_t at = 0;
    declared->expression = copy(self, expression->text);
    if (!declared->expression) return fail_memory(self);
    const ulam_status status = take_expression(self, declared->expression, plan, &at);
    return status == ULAM_EINVAL ? fail_inside(self, expression, at) : status;
}

ulam_status ulam_job_read_derived(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_DERIVED];
    size_t n = 0;
    if (key && key->value->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(key->value, self->error,
                              "derived is %s, expected a mapping of names to expressions, such as {ratio: \"a / b\"}",
                              ulam_yaml_show(key->value).text);
    if (key && key->value->count > MOST_DERIVED)
        return ulam_yaml_fail(key->value, self->error, "%zu derived quantities, expected at most %d", key->value->count,
                              (int)MOST_DERIVED);
    ulam_derived_plan *plans =
        ulam_arena_take_array(&self->storage->arena, ulam_job_count_derived(self) + 1, sizeof *plans);
    if (!plans) return fail_memory(self);
    self->job->derived = plans;
    for (; n < self->model->n_derived; n++) {
        const ulam_status status = take_declared(self, &self->model->derived[n], &plans[n]);
        if (status) return status;
    }
    for (const ulam_yaml_node *at = key ? key->value->first : NULL; at; at = at->next, n++) {
        const ulam_status status = read_derived(self, at, &plans[n]);
        if (status) return status;
    }
    self->job->n_derived = n;
    return ULAM_OK;
}

ulam_status ulam_job_settle_derived(ulam_job_reading *self)
{
    ulam_job *job = self->job;
    for (size_t d = 0; d < job->n_derived; d++) {
        ulam_derived_plan *plan = (ulam_derived_plan *)&job->derived[d];
        const size_t n = plan->expression ? plan->expression->n_elements : job->width;
        size_t *group = ulam_arena_take_array(&self->storage->arena, n + 1, sizeof *group);
        if (!group) return fail_memory(self);
        for (size_t i = 0; i < n; i++)
            group[i] = ulam_statistics_group(job->statistics, plan->expression ? plan->expression->elements[i] : i);
        plan->group = group;
        plan->n_groups = n;
    }
    return ULAM_OK;
}
