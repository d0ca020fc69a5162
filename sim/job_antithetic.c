/* `antithetic`: runs in pairs, of which the second draws the first one's random words complemented. */

#include <string.h>

#include "job_parts.h"
#include "shown.h"

ulam_status ulam_job_judge_pairs(const ulam_job_reading *self, const char *what, uint64_t runs, ulam_error *error)
{
    if (!self->job->antithetic || runs % 2 == 0) return ULAM_OK;
    return ulam_fail(error, ULAM_EINVAL,
                     "%s is %llu, but with `antithetic: true` runs come in pairs, expected an even number such as %llu",
                     what, (unsigned long long)runs, (unsigned long long)runs + 1);
}

/* What is not to be understood is left to whoever reads it. */
static ulam_status judge_count(const ulam_job_reading *self, ulam_job_key which, uint64_t most)
{
    ulam_error unused = {0};
    uint64_t count;
    const ulam_yaml_node *key = self->key[which];
    if (!key || key->value->kind != ULAM_YAML_SCALAR) return ULAM_OK;
    if (ulam_job_read_count(key->text, key->value->text, most, &count, &unused)) return ULAM_OK;
    if (!ulam_job_judge_pairs(self, key->text, count, self->error)) return ULAM_OK;
    return ulam_yaml_fail_within(key->value, self->error);
}

static ulam_status judge_model(const ulam_job_reading *self, const ulam_yaml_node *node)
{
    if (self->job->service)
        return ulam_yaml_fail(node, self->error,
                              "antithetic is true, but '%s' is a program, which gets a seed of each run: a seed "
                              "complemented gives random numbers that have nothing to do with the others, expected a "
                              "model that draws from its run's stream",
                              self->model->name);
    for (size_t i = 0; i < self->model->n_observables; i++)
        if (self->model->observables[i].may_be_nan)
            return ulam_yaml_fail(node, self->error,
                                  "antithetic is true, but '%s' may be NaN: leaving out the pairs that lack one of two "
                                  "values would bias its mean, expected false",
                                  self->model->observables[i].name);
    return ULAM_OK;
}

/* Keys that do not go with pairs. */
static ulam_status judge_keys(const ulam_job_reading *self)
{
    static const ulam_job_key of_runs[] = {ULAM_KEY_QUANTILES, ULAM_KEY_HISTOGRAM};
    for (size_t i = 0; i < 2; i++) {
        const ulam_yaml_node *key = self->key[of_runs[i]];
        if (key)
            return ulam_yaml_fail(key, self->error,
                                  "%s tells how single runs are distributed, and its errors take them for "
                                  "independent, which those of antithetic pairs are not, expected a job of its own "
                                  "without `antithetic: true`",
                                  key->text);
    }
    const ulam_yaml_node *failures = self->key[ULAM_KEY_ON_FAILURE];
    if (failures && failures->value->kind == ULAM_YAML_SCALAR && !strcmp(failures->value->text, "record"))
        return ulam_yaml_fail(failures->value, self->error,
                              "on_failure is 'record', but a failed run leaves half of an antithetic pair, expected "
                              "stop");
    return ULAM_OK;
}

ulam_status ulam_job_read_antithetic(ulam_job_reading *self)
{
    const ulam_yaml_node *key = self->key[ULAM_KEY_ANTITHETIC];
    bool *antithetic = &self->job->antithetic;
    if (!key) return ULAM_OK;
    ulam_status status = ulam_job_read_boolean(key->value, key->text, "true or false", antithetic, self->error);
    if (status || !*antithetic) return status;
    status = judge_model(self, key->value);
    if (!status) status = judge_keys(self);
    if (!status) status = judge_count(self, ULAM_KEY_BLOCK, UINT64_C(1) << 27);
    return status ? status : judge_count(self, ULAM_KEY_RUNS, ULAM_MAX_RUNS);
}

ulam_kind ulam_job_unit_kind(const ulam_job *self, size_t observable)
{
    const ulam_kind kind = self->model->observables[observable].kind;
    return self->antithetic && kind == ULAM_INDICATOR ? ULAM_NUMBER : kind;
}
