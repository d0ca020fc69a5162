/* Which observables' raw values a job keeps. */

#include <string.h>

#include "job_parts.h"
#include "shown.h"

static const char expected[] = "true, false, or a list of observables";

static const ulam_yaml_node *value_of(const ulam_job_reading *self, ulam_job_key which)
{
    return self->key[which] ? self->key[which]->value : NULL;
}

static ulam_status fail_observable(ulam_job_reading *self, const ulam_yaml_node *node)
{
    const ulam_model *model = self->model;
    const char **names = ulam_arena_take_array(&self->tree.arena, model->n_observables + 1, sizeof *names);
    if (!names) return ulam_fail_memory(self->error, "reading a job");
    for (size_t i = 0; i < model->n_observables; i++) names[i] = model->observables[i].name;
    return ulam_yaml_fail(node, self->error, "model '%s' has no observable %s, expected one of %s%s", model->name,
                          ulam_yaml_show(node).text, ulam_show_names(names, model->n_observables).text,
                          node->text ? ulam_show_nearest(node->text, names, model->n_observables).text : "");
}

static ulam_status mark(ulam_job_reading *self, const ulam_yaml_node *item, bool *kept)
{
    const ulam_model *model = self->model;
    size_t i = 0;
    while (i < model->n_observables &&
           (item->kind != ULAM_YAML_SCALAR || strcmp(model->observables[i].name, item->text) != 0))
        i++;
    if (i == model->n_observables) return fail_observable(self, item);
    if (kept[i])
        return ulam_yaml_fail(item, self->error, "samples names '%s' twice, expected each observable once", item->text);
    kept[i] = true;
    return ULAM_OK;
}

static ulam_status mark_list(ulam_job_reading *self, const ulam_yaml_node *node, bool *kept)
{
    if (!node->first)
        return ulam_yaml_fail(node, self->error, "samples is an empty list, expected observables; `false` keeps none");
    for (const ulam_yaml_node *item = node->first; item; item = item->next) {
        const ulam_status status = mark(self, item, kept);
        if (status) return status;
    }
    return ULAM_OK;
}

ulam_status ulam_job_read_samples(ulam_job_reading *self)
{
    ulam_job *job = self->job;
    const size_t n = self->model->n_observables;
    const ulam_yaml_node *samples = value_of(self, ULAM_KEY_SAMPLES), *compress = value_of(self, ULAM_KEY_COMPRESS);
    bool all = false;
    bool *kept = ulam_arena_take_array(&self->tree.arena, n + 1, sizeof *kept);
    job->samples = ulam_arena_take_array(&self->storage->arena, n + 1, sizeof *job->samples);
    if (!kept || !job->samples) return ulam_fail_memory(self->error, "reading a job");
    ulam_status status = ULAM_OK;
    if (samples)
        status = samples->kind == ULAM_YAML_LIST
                     ? mark_list(self, samples, kept)
                     : ulam_job_read_boolean(samples, "samples", expected, &all, self->error);
    for (size_t i = 0; i < n && !status; i++)
        if (all || kept[i]) job->samples[job->n_samples++] = i;
    if (!status && job->n_samples && job->until.n_targets)
        return ulam_yaml_fail(samples, self->error,
                              "samples need a number of runs that is known before, expected `runs` "
                              "in place of `until`");
    if (status || !compress) return status;
    if (job->n_samples == 0)
        return ulam_yaml_fail(compress, self->error, "compress goes with `samples`, expected that too");
    return ulam_job_read_boolean(compress, "compress", "true or false", &job->conduct.compress, self->error);
}
