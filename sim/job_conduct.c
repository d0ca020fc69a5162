/* How a job is carried out: checkpoints, failed runs, isolation; and which part of it is asked for. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <ulam/duration.h>

#include "job_parts.h"
#include "number.h"
#include "shown.h"

static const double default_checkpoint = 30; /* s */

static ulam_status fail_at(const ulam_job_reading *self, ulam_job_key which, const char *what)
{
    return ulam_yaml_fail(self->key[which]->value, self->error, "%s", what);
}

ulam_status ulam_job_read_duration(const ulam_yaml_node *node, const char *name, double *seconds, ulam_error *error)
{
    if (!node) return ULAM_OK;
    const bool scalar = node->kind == ULAM_YAML_SCALAR && !ulam_yaml_is_null(node);
    if (scalar && ulam_duration_read(node->text, seconds) && *seconds > 0) return ULAM_OK;
    return ulam_yaml_fail(node, error, "%s is %s, expected a time such as 30s, 10m or 1h30m", name,
                          ulam_yaml_show(node).text);
}

static ulam_status read_duration(const ulam_job_reading *self, ulam_job_key which, double *seconds)
{
    const ulam_yaml_node *key = self->key[which];
    return key ? ulam_job_read_duration(key->value, key->text, seconds, self->error) : ULAM_OK;
}

static ulam_status read_on_failure(const ulam_job_reading *self, ulam_on_failure *policy)
{
    static const char *const words[] = {"stop", "record"};
    const char *text;
    if (!self->key[ULAM_KEY_ON_FAILURE]) return ULAM_OK;
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_ON_FAILURE, "stop or record", &text);
    if (status) return status;
    *policy = !strcmp(text, "record") ? ULAM_ON_FAILURE_RECORD : ULAM_ON_FAILURE_STOP;
    if (!strcmp(text, words[*policy])) return ULAM_OK;
    return ulam_yaml_fail(self->key[ULAM_KEY_ON_FAILURE]->value, self->error,
                          "on_failure is '%s', expected stop or record%s", ulam_show(text).text,
                          ulam_show_nearest(text, words, 2).text);
}

static ulam_status read_isolate(const ulam_job_reading *self, bool *isolate)
{
    const char *text;
    if (!self->key[ULAM_KEY_ISOLATE]) return ULAM_OK;
    const ulam_status status = ulam_job_read_scalar(self, ULAM_KEY_ISOLATE, "true or false", &text);
    if (status) return status;
    const bool apart = *isolate;
    *isolate = !strcmp(text, "true");
    if (*isolate || (!strcmp(text, "false") && !apart)) return ULAM_OK;
    if (!strcmp(text, "false"))
        return ulam_yaml_fail(self->key[ULAM_KEY_ISOLATE]->value, self->error,
                              "isolate is 'false', but the runs of a program are always apart, expected 'true'");
    return ulam_yaml_fail(self->key[ULAM_KEY_ISOLATE]->value, self->error, "isolate is '%s', expected true or false",
                          ulam_show(text).text);
}

ulam_status ulam_job_read_conduct(ulam_job_reading *self)
{
    ulam_conduct *conduct = &self->job->conduct;
    *conduct = (ulam_conduct){.checkpoint = default_checkpoint, .run_timeout = INFINITY, .isolate = self->job->service};
    ulam_status status = read_duration(self, ULAM_KEY_CHECKPOINT, &conduct->checkpoint);
    if (!status) status = read_on_failure(self, &conduct->on_failure);
    if (!status) status = read_isolate(self, &conduct->isolate);
    if (!status) status = read_duration(self, ULAM_KEY_RUN_TIMEOUT, &conduct->run_timeout);
    if (!status && self->key[ULAM_KEY_MAX_FAILED])
        status = ulam_job_read_key_count(self, ULAM_KEY_MAX_FAILED, ULAM_MAX_RUNS, &conduct->max_failed);
    if (status) return status;

    const bool record = conduct->on_failure == ULAM_ON_FAILURE_RECORD;
    if (record && !self->key[ULAM_KEY_MAX_FAILED])
        return fail_at(self, ULAM_KEY_ON_FAILURE,
                       "on_failure: record needs max_failed, the number of failed runs that is still borne");
    if (!record && self->key[ULAM_KEY_MAX_FAILED])
        return fail_at(self, ULAM_KEY_MAX_FAILED, "max_failed goes with `on_failure: record`, expected that too");
    if (isfinite(conduct->run_timeout) && !conduct->isolate)
        return fail_at(self, ULAM_KEY_RUN_TIMEOUT, "run_timeout goes with `isolate: true`, expected that too");
    return ULAM_OK;
}

/* "x.h5" becomes "x.part3of10.h5", so that the parts of one job do not meet in one file. */
static char *part_output(const ulam_job_reading *self)
{
    const ulam_job *job = self->job;
    const char *slash = strrchr(job->output, '/'), *dot = strrchr(slash ? slash : job->output, '.');
    const size_t length = strlen(job->output), stem = dot ? (size_t)(dot - job->output) : length;
    char part[64];
    const int n =
        snprintf(part, sizeof part, ".part%lluof%llu", (unsigned long long)job->part, (unsigned long long)job->parts);
    char *output = ulam_arena_take(&self->storage->arena, length + (size_t)n + 1);
    if (!output) return NULL;
    memcpy(output, job->output, stem);
    memcpy(output + stem, part, (size_t)n);
    memcpy(output + stem + (size_t)n, job->output + stem, length - stem + 1);
    return output;
}

ulam_status ulam_job_read_part(ulam_job_reading *self)
{
    const char *text = self->source->part;
    if (!text) return ULAM_OK;
    char first[24] = "";
    const char *slash = strchr(text, '/');
    if (slash && (size_t)(slash - text) < sizeof first) memcpy(first, text, (size_t)(slash - text));
    ulam_job *job = self->job;
    if (job->until.n_targets)
        return ulam_fail(self->error, ULAM_EINVAL,
                         "--part %s: where a point of a job with `until` ends is known only from its first run on; "
                         "expected a job with `runs`",
                         ulam_show(text).text);
    const bool read = slash && ulam_read_natural(first, &job->part) == ULAM_READ_OK &&
                      ulam_read_natural(slash + 1, &job->parts) == ULAM_READ_OK;
    if (!read || job->part < 1 || job->part > job->parts || job->parts > UINT32_MAX)
        return ulam_fail(self->error, ULAM_EINVAL, "--part %s: expected K/N, the K-th of N parts, such as 3/10",
                         ulam_show(text).text);
    self->storage->part = ulam_arena_copy(&self->storage->arena, text, strlen(text));
    if (!self->source->output) job->output = part_output(self);
    return self->storage->part && job->output ? ULAM_OK : ulam_fail_memory(self->error, "reading a job");
}
