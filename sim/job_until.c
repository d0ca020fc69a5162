/* How many runs a job's points get: a number, or as many as a precision takes. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "job_kept.h"
#include "number.h"
#include "shown.h"

/* Without max_runs a point gets at most so many times min_runs. */
static const uint64_t most_of_first_rung = UINT64_C(1) << 20;

enum {
    CONFIDENCE,
    MIN_LENGTH,
    MAX_LENGTH,
    MAX_TIME,
    SETTINGS
};

/* Targets are reached by more runs, or by longer chains. */
static const char *const settings_of_runs[SETTINGS] = {"confidence", "min_runs", "max_runs", "max_time"};
static const char *const settings_of_chains[SETTINGS] = {"confidence", "min_sweeps", "max_sweeps", "max_time"};

static const char *const *settings_of(const ulam_job_reading *self)
{
    return self->model->chain ? settings_of_chains : settings_of_runs;
}

static size_t find_word(const char *const *words, size_t n, const char *text)
{
    size_t i = 0;
    while (i < n && strcmp(words[i], text) != 0) i++;
    return i;
}

/* Reads a number of an open interval behind a key. */
static ulam_status read_real(const ulam_job_reading *self, const ulam_yaml_node *key, double most, const char *expected,
                             double *value)
{
    const ulam_yaml_node *node = key->value;
    const bool scalar = node->kind == ULAM_YAML_SCALAR && !ulam_yaml_is_null(node);
    if (scalar && ulam_read_real(node->text, value) == ULAM_READ_OK && *value > 0 && *value < most) return ULAM_OK;
    return ulam_yaml_fail(node, self->error, "%s is %s, expected %s", key->text, ulam_yaml_show(node).text, expected);
}

static ulam_status read_confidence(const ulam_job_reading *self, const ulam_yaml_node *key, double *value)
{
    return read_real(self, key, 1, "a number between 0 and 1, such as 0.95", value);
}

ulam_status ulam_job_read_confidence(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_CONFIDENCE];
    self->job->confidence = 0.95;
    return key ? read_confidence(self, key, &self->job->confidence) : ULAM_OK;
}

static ulam_status read_count(const ulam_job_reading *self, const ulam_yaml_node *key, uint64_t *count)
{
    const ulam_yaml_node *node = key->value;
    if (node->kind != ULAM_YAML_SCALAR || ulam_yaml_is_null(node))
        return ulam_yaml_fail(node, self->error, "%s is %s, expected an integer of at least 1", key->text,
                              ulam_yaml_show(node).text);
    if (!ulam_job_read_count(key->text, node->text, ULAM_MAX_RUNS, count, self->error)) return ULAM_OK;
    return ulam_yaml_fail_within(node, self->error);
}

/* The most runs, or measurements of a chain. */
static uint64_t *most_of(ulam_job_reading *self) { return self->model->chain ? &self->job->chain.sweeps : &self->runs; }

/* So many runs; of chains, so many sweeps, which are kept as measurements. */
static ulam_status read_length(const ulam_job_reading *self, const ulam_yaml_node *key, uint64_t *length)
{
    const uint64_t every = self->model->chain ? self->job->chain.every : 1;
    const ulam_status status = read_count(self, key, length);
    if (!status) *length = *length / every + (*length % every > 0);
    return status;
}

static ulam_status read_setting(ulam_job_reading *self, size_t which, const ulam_yaml_node *key)
{
    ulam_until *until = &self->job->until;
    switch (which) {
    case CONFIDENCE:
        return read_confidence(self, key, &until->confidence);
    case MIN_LENGTH:
        return read_length(self, key, &until->ladder);
    case MAX_LENGTH:
        until->has_max_runs = true;
        return read_length(self, key, most_of(self));
    default:
        return ulam_job_read_duration(key->value, key->text, &until->max_time, self->error);
    }
}

/* What a target may name. An index behind an array's name is read where the array's length is known. */
static ulam_status find_estimate(const ulam_job_reading *self, const ulam_yaml_node *key, ulam_target *target)
{
    const ulam_model *model = self->model;
    const size_t length = strcspn(key->text, "[");
    for (size_t i = 0; i < model->n_observables; i++)
        if (strlen(model->observables[i].name) == length && !strncmp(model->observables[i].name, key->text, length)) {
            target->observable = i;
            return ULAM_OK;
        }
    if (ulam_job_find_derived(self, key->text, length, &target->derived)) {
        target->is_derived = true;
        return ULAM_OK;
    }
    if (ulam_job_find_controlled(self, key->text, length, &target->controlled)) {
        target->is_controlled = true;
        return ULAM_OK;
    }
    const size_t n = model->n_observables + ulam_job_count_derived(self);
    const char **names = calloc(n + SETTINGS, sizeof *names);
    if (!names) return ulam_fail_memory(self->error, "reading a job");
    for (size_t i = 0; i < model->n_observables; i++) names[i] = model->observables[i].name;
    ulam_job_list_derived(self, names + model->n_observables);
    for (size_t i = 0; i < SETTINGS; i++) names[n + i] = settings_of(self)[i];
    ulam_yaml_fail(key, self->error, "model '%s' has no observable '%s', expected one of %s%s", model->name,
                   ulam_show(key->text).text, ulam_show_names(names, n + SETTINGS).text,
                   ulam_show_nearest(key->text, names, n + SETTINGS).text);
    free(names);
    return ULAM_EINVAL;
}

static ulam_status read_errors(const ulam_job_reading *self, const ulam_yaml_node *key, ulam_target *target)
{
    static const char *const words[] = {"error", "rel_error"};
    const ulam_yaml_node *node = key->value;
    if (node->kind != ULAM_YAML_MAPPING || node->count == 0)
        return ulam_yaml_fail(node, self->error, "%s is %s, expected {error: ...}, {rel_error: ...} or both",
                              ulam_show(key->text).text, ulam_yaml_show(node).text);
    for (const ulam_yaml_node *at = node->first; at; at = at->next) {
        const size_t which = find_word(words, 2, at->text);
        if (which == 2)
            return ulam_yaml_fail(at, self->error, "a target has no key '%s', expected error or rel_error%s",
                                  ulam_show(at->text).text, ulam_show_nearest(at->text, words, 2).text);
        const ulam_status status =
            read_real(self, at, INFINITY, "a number above 0", which ? &target->rel_error : &target->error);
        if (status) return status;
    }
    return ULAM_OK;
}

static ulam_status read_target(ulam_job_reading *self, const ulam_yaml_node *key, ulam_target *target)
{
    *target = (ulam_target){.error = INFINITY, .rel_error = INFINITY};
    target->name = ulam_arena_copy(&self->storage->arena, key->text, strlen(key->text));
    if (!target->name) return ulam_fail_memory(self->error, "reading a job");
    const ulam_status status = find_estimate(self, key, target);
    return status ? status : read_errors(self, key, target);
}

static ulam_status judge_until(ulam_job_reading *self, const ulam_yaml_node *node)
{
    const ulam_until *until = &self->job->until;
    if (until->n_targets == 0)
        return ulam_yaml_fail(node, self->error,
                              "until names no observable, expected a target such as `%s: {rel_error: 0.01}`",
                              self->model->n_observables ? self->model->observables[0].name : "mean");
    const uint64_t most = *most_of(self), every = self->model->chain ? self->job->chain.every : 1;
    if (most < until->ladder)
        return ulam_yaml_fail(node, self->error, "%s is %llu and %s %llu, expected no less",
                              settings_of(self)[MAX_LENGTH], (unsigned long long)(most * every),
                              settings_of(self)[MIN_LENGTH], (unsigned long long)(until->ladder * every));
    return ULAM_OK;
}

static ulam_status read_until(ulam_job_reading *self)
{
    const ulam_yaml_node *node = self->key[ULAM_KEY_UNTIL]->value;
    ulam_until *until = &self->job->until;
    if (node->kind != ULAM_YAML_MAPPING)
        return ulam_yaml_fail(node, self->error, "until is %s, expected a mapping such as {price: {rel_error: 0.01}}",
                              ulam_yaml_show(node).text);
    ulam_target *targets = ulam_arena_take_array(&self->storage->arena, node->count + 1, sizeof *targets);
    if (!targets) return ulam_fail_memory(self->error, "reading a job");
    until->targets = targets;
    for (const ulam_yaml_node *key = node->first; key; key = key->next) {
        const size_t which = find_word(settings_of(self), SETTINGS, key->text);
        const ulam_status status =
            which < SETTINGS ? read_setting(self, which, key) : read_target(self, key, &targets[until->n_targets++]);
        if (status) return status;
    }
    const uint64_t limit = ULAM_MAX_RUNS / (self->model->chain ? self->job->chain.every : 1);
    if (!until->has_max_runs)
        *most_of(self) = until->ladder < limit / most_of_first_rung ? until->ladder * most_of_first_rung : limit;
    const ulam_status status = judge_until(self, node);
    if (self->model->chain) self->job->chain.sweeps *= self->job->chain.every;
    return status;
}

/* Of chains that are not as long as targets ask for, the number is given all the same. */
static ulam_status read_number(ulam_job_reading *self)
{
    const char *expected = self->model->chain ? "how many chains each point gets, such as `runs: 64`"
                                              : "how many runs each point gets, such as `runs: 10000`, or `until:`";
    if (self->key[ULAM_KEY_RUNS]) return ulam_job_read_key_count(self, ULAM_KEY_RUNS, ULAM_MAX_RUNS, &self->runs);
    return self->point_runs ? ULAM_OK : ulam_job_fail_missing(self, ULAM_KEY_RUNS, expected);
}

ulam_status ulam_job_read_runs(ulam_job_reading *self)
{
    const ulam_yaml_node *until = self->key[ULAM_KEY_UNTIL];
    const bool chains = self->model->chain;
    self->job->until =
        (ulam_until){.confidence = self->job->confidence, .ladder = ULAM_LADDER_START, .max_time = INFINITY};
    if (chains) {
        const ulam_status status = read_number(self);
        if (!until)
            self->job->until.ladder = 0; /* chains stand together on its rungs only where they wait for each other */
        return status || !until ? status : read_until(self);
    }
    if (until && (self->key[ULAM_KEY_RUNS] || self->point_runs))
        return ulam_yaml_fail(until, self->error, "until stands beside runs%s, expected one of them",
                              self->point_runs ? " in the points file" : "");
    return until ? read_until(self) : read_number(self);
}

/* "profile[3]": the one element; else all. */
static ulam_status place(const ulam_job_reading *self, const ulam_yaml_node *key, ulam_target *target)
{
    if (target->is_derived || target->is_controlled) {
        if (!strchr(key->text, '[')) return ULAM_OK;
        return ulam_yaml_fail(key, self->error, "there is no '%s', a %s has no elements", ulam_show(key->text).text,
                              target->is_derived ? "derived quantity" : "controlled estimate");
    }
    ulam_extent elements;
    const ulam_status status = ulam_job_find_elements(self, key, &elements);
    if (status) return status;
    target->element = elements.offset;
    target->length = elements.length;
    return ULAM_OK;
}

ulam_status ulam_job_place_targets(ulam_job_reading *self)
{
    ulam_target *targets = (ulam_target *)self->job->until.targets;
    if (!targets) return ULAM_OK;
    for (const ulam_yaml_node *key = self->key[ULAM_KEY_UNTIL]->value->first; key; key = key->next) {
        if (find_word(settings_of(self), SETTINGS, key->text) < SETTINGS) continue;
        const ulam_status status = place(self, key, targets++);
        if (status) return status;
    }
    return ULAM_OK;
}
