/* How long a job's chains are: `thermalize`, `sweeps` and `measure_every`. */

#include <stdio.h>
#include <string.h>

#include "job_parts.h"

/* Numbers of a series, which are held in memory: 2 GB. */
static const double most_series = 0x1p28;

/* Of all chains together, which are counted. */
static const double most_sweeps = 0x1p62;

/* thermalize: 0 is an answer too. */
static ulam_status read_thermalize(ulam_job_reading *self)
{
    const char *text, *expected = "how many sweeps a chain makes before it is measured, such as `thermalize: 1000`";
    if (!self->key[ULAM_KEY_THERMALIZE]) return ulam_job_fail_missing(self, ULAM_KEY_THERMALIZE, expected);
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_THERMALIZE, expected, &text);
    if (status || !strcmp(text, "0")) return status;
    return ulam_job_read_key_count(self, ULAM_KEY_THERMALIZE, ULAM_MAX_RUNS, &self->job->chain.thermalize);
}

static ulam_status read_sweeps(ulam_job_reading *self)
{
    ulam_chain_plan *plan = &self->job->chain;
    const ulam_yaml_node *until = self->key[ULAM_KEY_UNTIL], *sweeps = self->key[ULAM_KEY_SWEEPS];
    if (until && sweeps) return ulam_yaml_fail(until, self->error, "until stands beside sweeps, expected one of them");
    if (until) return ULAM_OK;
    if (!sweeps)
        return ulam_job_fail_missing(self, ULAM_KEY_SWEEPS,
                                     "how many sweeps of each chain count, such as `sweeps: 10000`, or `until:`");
    const ulam_status status = ulam_job_read_key_count(self, ULAM_KEY_SWEEPS, ULAM_MAX_RUNS, &plan->sweeps);
    if (status || plan->sweeps % plan->every == 0) return status;
    return ulam_yaml_fail(sweeps->value, self->error, "sweeps is %llu, expected a multiple of measure_every: %llu",
                          (unsigned long long)plan->sweeps,
                          (unsigned long long)((plan->sweeps / plan->every + 1) * plan->every));
}

/* "series: {bin: 100}", in sweeps. */
static ulam_status read_series(ulam_job_reading *self)
{
    static const char *const names[] = {"bin"};
    ulam_chain_plan *plan = &self->job->chain;
    const ulam_yaml_node *key = self->key[ULAM_KEY_SERIES];
    if (!key) return ULAM_OK;
    const ulam_yaml_node *node = key->value;
    if (node->kind != ULAM_YAML_MAPPING || !node->first)
        return ulam_yaml_fail(node, self->error, "series is %s, expected the sweeps of a bin, such as {bin: %llu}",
                              ulam_yaml_show(node).text, (unsigned long long)(100 * plan->every));
    ulam_status status = ulam_job_check_keys(self, node, "series", names, 1);
    if (status) return status;
    const ulam_yaml_node *bin = node->first->value;
    const char *text = bin->kind == ULAM_YAML_SCALAR ? bin->text : "";
    if (ulam_job_read_count("bin", text, ULAM_MAX_RUNS, &plan->bin, self->error))
        return ulam_yaml_fail_within(bin, self->error);
    if (plan->bin % plan->every)
        return ulam_yaml_fail(bin, self->error, "bin is %llu sweeps, expected a multiple of measure_every: %llu",
                              (unsigned long long)plan->bin,
                              (unsigned long long)((plan->bin / plan->every + 1) * plan->every));
    plan->bin /= plan->every;
    return ULAM_OK;
}

static ulam_status refuse_keys(const ulam_job_reading *self, const ulam_job_key *which, size_t n, const char *why)
{
    for (size_t i = 0; i < n; i++) {
        const ulam_yaml_node *key = self->key[which[i]];
        if (key) return ulam_yaml_fail(key, self->error, "model '%s' %s", self->model->name, why);
    }
    return ULAM_OK;
}

ulam_status ulam_job_read_chain(ulam_job_reading *self)
{
    static const ulam_job_key lengths[] = {ULAM_KEY_THERMALIZE, ULAM_KEY_SWEEPS, ULAM_KEY_MEASURE_EVERY,
                                           ULAM_KEY_SERIES};
    if (!self->model->chain) {
        char why[96];
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            if (!self->key[lengths[i]]) continue;
            snprintf(why, sizeof why, "is not a chain, and '%s' is for chains alone", self->key[lengths[i]]->text);
            return refuse_keys(self, &lengths[i], 1, why);
        }
        return ULAM_OK;
    }
    self->job->chain.every = 1;
    ulam_status status = read_thermalize(self);
    if (!status && self->key[ULAM_KEY_MEASURE_EVERY])
        status = ulam_job_read_key_count(self, ULAM_KEY_MEASURE_EVERY, ULAM_MAX_RUNS, &self->job->chain.every);
    if (!status) status = read_series(self);
    return status ? status : read_sweeps(self);
}

ulam_status ulam_job_check_lengths(ulam_job_reading *self)
{
    const ulam_job *job = self->job;
    const ulam_chain_plan *plan = &job->chain;
    double chains = 0;
    if (plan->sweeps == 0 || job->until.n_targets) return ULAM_OK;
    for (size_t p = 0; p < job->n_points; p++) chains += (double)(job->points[p].runs - job->points[p].first);
    const double sweeps = chains * ((double)plan->thermalize + (double)plan->sweeps);
    if (sweeps > most_sweeps)
        return ulam_yaml_fail(self->key[ULAM_KEY_SWEEPS], self->error,
                              "the chains would make %.3g sweeps together, expected at most %.3g", sweeps, most_sweeps);
    const double values =
        plan->bin ? chains * (double)job->width * (double)(plan->sweeps / plan->every / plan->bin) : 0;
    if (values <= most_series) return ULAM_OK;
    return ulam_yaml_fail(self->key[ULAM_KEY_SERIES], self->error,
                          "the series would have %.3g numbers, expected at most %.3g: use larger bins", values,
                          most_series);
}

ulam_status ulam_job_check_chain(ulam_job_reading *self)
{
    static const ulam_job_key single[] = {ULAM_KEY_SAMPLES, ULAM_KEY_QUANTILES, ULAM_KEY_HISTOGRAM};
    static const ulam_job_key apart[] = {ULAM_KEY_ISOLATE, ULAM_KEY_RUN_TIMEOUT};
    static const ulam_job_key pairs[] = {ULAM_KEY_ANTITHETIC};
    static const ulam_job_key block[] = {ULAM_KEY_BLOCK};
    if (!self->model->chain) return ULAM_OK;
    ulam_status status = refuse_keys(self, single, sizeof single / sizeof *single,
                                     "is a chain: a run's value is the mean of its measurements, of which no samples, "
                                     "quantiles or histograms are kept");
    if (!status)
        status = refuse_keys(self, apart, sizeof apart / sizeof *apart,
                             "is a chain, which cannot be performed in a process of its own yet");
    if (!status)
        status =
            refuse_keys(self, pairs, 1, "is a chain, which has its antithetic partner in no other: expected no pairs");
    if (!status) status = refuse_keys(self, block, 1, "is a chain, whose blocks are its model's bundles");
    return status;
}
