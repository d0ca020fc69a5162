/* `control`: control variates of scalar observables. */

#include <math.h>
#include <string.h>

#include <ulam/control.h>

#include "job_kept.h"
#include "number.h"
#include "shown.h"

static ulam_status fail_memory(const ulam_job_reading *self)
{
    return ulam_fail_memory(self->error, "reading the control variates");
}

bool ulam_job_find_controlled(const ulam_job_reading *self, const char *name, size_t length, size_t *controlled)
{
    static const char suffix[] = "_controlled";
    const ulam_yaml_node *control = self->key[ULAM_KEY_CONTROL];
    *controlled = 0;
    if (!control || control->value->kind != ULAM_YAML_MAPPING) return false;
    for (const ulam_yaml_node *key = control->value->first; key; key = key->next, ++*controlled) {
        const size_t stem = strlen(key->text);
        if (length == stem + sizeof suffix - 1 && !memcmp(name, key->text, stem) &&
            !memcmp(name + stem, suffix, sizeof suffix - 1))
            return true;
    }
    return false;
}

/* The one number of a run that a scalar names, which every run has. */
static ulam_status find_number(const ulam_job_reading *self, const ulam_yaml_node *node, size_t *element)
{
    ulam_extent elements;
    const ulam_status status = ulam_job_find_elements(self, node, &elements);
    if (status) return status;
    if (elements.length != 1)
        return ulam_yaml_fail(node, self->error, "'%s' is an array, expected one element of it, such as \"%s[0]\"",
                              node->text, node->text);
    if (self->model->observables[ulam_job_observable_of(self->job, elements.offset)].may_be_nan)
        return ulam_yaml_fail(node, self->error, "'%s' may be NaN: not every run has it, as control variates need",
                              node->text);
    *element = elements.offset;
    return ULAM_OK;
}

static ulam_status read_mean(const ulam_job_reading *self, const ulam_yaml_node *node, ulam_control *control)
{
    const ulam_observable *observable = &self->model->observables[control->observable];
    const bool scalar = node && node->kind == ULAM_YAML_SCALAR && !ulam_yaml_is_null(node);
    control->is_exact = scalar && !strcmp(node->text, "exact");
    if (control->is_exact && !observable->exact)
        return ulam_yaml_fail(node, self->error, "model '%s' does not know the mean of '%s', expected its value",
                              self->model->name, observable->name);
    if (control->is_exact) return ULAM_OK;
    if (scalar && ulam_read_real(node->text, &control->mean) == ULAM_READ_OK && isfinite(control->mean)) return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "mean is %s, expected a number, or the word exact",
                          ulam_yaml_show(node).text);
}

static ulam_status read_control(ulam_job_reading *self, const ulam_yaml_node *node, ulam_control *control)
{
    static const char *const words[] = {"of", "mean"};
    const ulam_yaml_node *values[2] = {NULL, NULL};
    for (const ulam_yaml_node *key = node->kind == ULAM_YAML_MAPPING ? node->first : NULL; key; key = key->next) {
        const size_t i = !strcmp(key->text, words[0]) ? 0 : !strcmp(key->text, words[1]) ? 1 : 2;
        if (i == 2)
            return ulam_yaml_fail(key, self->error, "a control takes no '%s', expected of and mean%s",
                                  ulam_show(key->text).text, ulam_show_nearest(key->text, words, 2).text);
        values[i] = key->value;
    }
    if (!values[0] || !values[1])
        return ulam_yaml_fail(node, self->error,
                              "a control is %s, expected {of: OBSERVABLE, mean: exact} or {of: ..., mean: 5.2}",
                              ulam_yaml_show(node).text);
    const ulam_status status = find_number(self, values[0], &control->element);
    if (status) return status;
    control->observable = ulam_job_observable_of(self->job, control->element);
    return read_mean(self, values[1], control);
}

/* No number twice, and the covariances of each with all others. */
static ulam_status keep_pairs(ulam_job_reading *self, const ulam_yaml_node *node, const ulam_controlled_plan *plan)
{
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < plan->n_controls && !status; i++) {
        const size_t element = plan->controls[i].element;
        bool twice = element == plan->element;
        for (size_t j = 0; j < i; j++) twice |= element == plan->controls[j].element;
        if (twice)
            return ulam_yaml_fail(node, self->error, "control %zu of '%s' stands there already", i + 1, node->text);
        status = ulam_job_keep_pair(self, node, plan->element, element);
        for (size_t j = 0; j < i && !status; j++)
            status = ulam_job_keep_pair(self, node, element, plan->controls[j].element);
    }
    return status;
}

static ulam_status read_controlled(ulam_job_reading *self, const ulam_yaml_node *key, ulam_controlled_plan *plan)
{
    const ulam_yaml_node *list = key->value;
    ulam_status status = ulam_job_find_observable(self, key, &plan->observable);
    if (!status) status = find_number(self, key, &plan->element);
    if (status) return status;
    if (!self->job->extents[plan->observable].scalar)
        return ulam_yaml_fail(key, self->error, "'%s' is an array, expected a scalar observable", key->text);
    const bool single = list->kind == ULAM_YAML_MAPPING;
    const size_t n = single ? 1 : list->count;
    if (list->kind == ULAM_YAML_SCALAR || n == 0 || n > ULAM_MOST_CONTROLS)
        return ulam_yaml_fail(list, self->error,
                              "the controls of '%s' are %s, expected a list of 1 to %d such as "
                              "[{of: OBSERVABLE, mean: exact}]",
                              key->text,
                              list->kind == ULAM_YAML_SCALAR ? ulam_yaml_show(list).text : "too many or none",
                              (int)ULAM_MOST_CONTROLS);
    ulam_control *controls = ulam_arena_take_array(&self->storage->arena, n, sizeof *controls);
    if (!controls) return fail_memory(self);
    plan->controls = controls;
    for (const ulam_yaml_node *item = single ? list : list->first; item; item = single ? NULL : item->next) {
        status = read_control(self, item, &controls[plan->n_controls++]);
        if (status) return status;
    }
    return keep_pairs(self, key, plan);
}

ulam_status ulam_job_read_control(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_CONTROL];
    if (!key) return ULAM_OK;
    if (key->value->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(key->value, self->error,
                              "control is %s, expected a mapping such as {price: [{of: geometric, mean: exact}]}",
                              ulam_yaml_show(key->value).text);
    ulam_controlled_plan *plans = ulam_arena_take_array(&self->storage->arena, key->value->count + 1, sizeof *plans);
    if (!plans) return fail_memory(self);
    self->job->controlled = plans;
    for (const ulam_yaml_node *at = key->value->first; at; at = at->next) {
        const ulam_status status = read_controlled(self, at, &plans[self->job->n_controlled]);
        if (status) return status;
        self->job->n_controlled++;
    }
    return ULAM_OK;
}
