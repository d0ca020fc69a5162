#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "message.h"

enum {
    SHOWN = 60
};

/* Text from outside, on one line. */
typedef struct {
    char text[SHOWN + 4];
} shown;

static shown show(const char *text, size_t size)
{
    shown self;
    const size_t n = size < SHOWN ? size : SHOWN;
    for (size_t i = 0; i < n; i++) self.text[i] = (unsigned char)text[i] >= ' ' && text[i] != 0x7f ? text[i] : '?';
    strcpy(self.text + n, size > SHOWN ? "..." : "");
    return self;
}

ulam_seeds ulam_seeds_of(const ulam_job *job, size_t point, uint64_t run)
{
    ulam_rng rng;
    ulam_rng_start(&rng, job->points[point].key, run);
    const uint64_t seed = ulam_word64(&rng);
    return (ulam_seeds){.seed = seed, .seed31 = (uint32_t)(ulam_word64(&rng) >> 33)};
}

static ulam_status put(const char *text, ulam_bytes *bytes) { return ulam_bytes_put(bytes, text, strlen(text)); }

ulam_status ulam_message_put_hello(const ulam_model *model, ulam_bytes *bytes)
{
    char head[128];
    snprintf(head, sizeof head, "{\"ulam\": %d, \"model\": \"%s\", \"parameters\": [", ULAM_PROTOCOL, model->name);
    ulam_status status = put(head, bytes);
    for (size_t i = 0; i < model->n_parameters && !status; i++) {
        if (i) status = put(", ", bytes);
        if (!status) status = ulam_json_put_text(model->parameters[i].name, bytes);
    }
    if (!status) status = put("], \"observables\": [", bytes);
    for (size_t i = 0; i < model->n_observables && !status; i++) {
        if (i) status = put(", ", bytes);
        if (!status) status = ulam_json_put_text(model->observables[i].name, bytes);
    }
    return status ? status : put("]}\n", bytes);
}

ulam_status ulam_message_put_parameters(const ulam_job *job, size_t point, ulam_bytes *bytes)
{
    const ulam_model *model = job->model;
    ulam_status status = put("{", bytes);
    for (size_t i = 0; i < model->n_parameters && !status; i++) {
        if (i) status = put(", ", bytes);
        if (!status) status = ulam_json_put_text(model->parameters[i].name, bytes);
        if (!status) status = put(": ", bytes);
        if (!status) status = ulam_json_put_value(&model->parameters[i], job->points[point].values[i], bytes);
    }
    return status ? status : put("}", bytes);
}

ulam_status ulam_message_put_request(const ulam_job *job, size_t point, uint64_t run, const ulam_bytes *parameters,
                                     ulam_bytes *bytes)
{
    const ulam_seeds seeds = ulam_seeds_of(job, point, run);
    char head[192];
    snprintf(head, sizeof head,
             "{\"point\": %zu, \"run\": %" PRIu64 ", \"seed\": \"%" PRIu64 "\", \"seed31\": %" PRIu32
             ", \"parameters\": ",
             point, run, seeds.seed, seeds.seed31);
    ulam_status status = put(head, bytes);
    if (!status) status = ulam_bytes_put(bytes, parameters->data, parameters->size);
    return status ? status : put("}\n", bytes);
}

/* The object of a line, or NULL with the reason in error. */
static json_t *read_object(const char *line, size_t size, ulam_status failure, ulam_error *error)
{
    char why[JSON_ERROR_TEXT_LENGTH];
    json_t *read = ulam_json_read(line, size, why);
    if (json_is_object(read)) return read;
    if (read)
        ulam_fail(error, failure, "the program wrote '%s', expected a JSON object", show(line, size).text);
    else
        ulam_fail(error, failure, "the program wrote '%s', which is no JSON: %s", show(line, size).text,
                  show(why, strlen(why)).text);
    json_decref(read);
    return NULL;
}

/* What the program says went wrong, if it does. */
static ulam_status read_error(const json_t *answer, ulam_status failure, ulam_error *error)
{
    const json_t *why = json_object_get(answer, "error");
    if (!why) return ULAM_OK;
    char text[ULAM_MESSAGE_SIZE / 2];
    snprintf(text, sizeof text, "%s", json_is_string(why) ? json_string_value(why) : "an error without a text");
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ') *at = ' ';
    return ulam_fail(error, failure, "%s", text);
}

ulam_status ulam_message_read_hello(const char *line, size_t size, ulam_error *error)
{
    json_t *answer = read_object(line, size, ULAM_EINVAL, error);
    if (!answer) return ulam_fail_within(error, "in answer to the first line of the line protocol");
    ulam_status status = read_error(answer, ULAM_EINVAL, error);
    const json_t *version = json_object_get(answer, "ulam");
    if (!status && !(json_is_number(version) && json_number_value(version) == ULAM_PROTOCOL))
        status = ulam_fail(error, ULAM_EINVAL,
                           "the program answered '%s' to the first line of the line protocol, expected {\"ulam\": %d}",
                           show(line, size).text, (int)ULAM_PROTOCOL);
    json_decref(answer);
    return status;
}

static ulam_status check_run(const json_t *echo, uint64_t run, ulam_error *cause)
{
    if (json_is_number(echo) && json_number_value(echo) == (double)run) return ULAM_OK;
    return ulam_fail(cause, ULAM_ERUN, "the answer %s, expected \"run\": %" PRIu64,
                     echo ? "is to another run" : "does not say which run it is of", run);
}

/* A name among the answer's that is not declared: there are more names than observables. */
static ulam_status fail_unknown(const ulam_model *model, json_t *answer, ulam_error *cause)
{
    const char *name;
    json_t *value;
    json_object_foreach(answer, name, value)
    {
        size_t i = 0;
        while (i < model->n_observables && strcmp(name, model->observables[i].name) != 0) i++;
        if (i == model->n_observables && strcmp(name, "run") != 0)
            return ulam_fail(cause, ULAM_ERUN, "the answer holds '%s', which is not declared",
                             show(name, strlen(name)).text);
    }
    return ULAM_OK;
}

static ulam_status take_values(const ulam_job *job, json_t *answer, double *values, size_t stride, ulam_error *cause)
{
    const ulam_model *model = job->model;
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < model->n_observables && !status; i++) {
        const ulam_observable *observable = &model->observables[i];
        const ulam_extent *extent = &job->extents[i];
        const json_t *value = json_object_get(answer, observable->name);
        if (!value)
            status = ulam_fail(cause, ULAM_ERUN, "the answer lacks the observable '%s'", observable->name);
        else
            status = ulam_json_take(value, observable, extent, values + extent->offset * stride, stride, cause);
    }
    if (status || json_object_size(answer) == model->n_observables + 1) return status;
    return fail_unknown(model, answer, cause);
}

ulam_status ulam_message_read_answer(const ulam_job *job, uint64_t run, const char *line, size_t size, double *values,
                                     size_t stride, bool *garbage, ulam_error *cause)
{
    json_t *answer = read_object(line, size, ULAM_ERUN, cause);
    *garbage = true;
    if (!answer) return cause->status;
    ulam_status status = check_run(json_object_get(answer, "run"), run, cause);
    if (!status) {
        status = read_error(answer, ULAM_ERUN, cause);
        *garbage = !status;
        if (!status) status = take_values(job, answer, values, stride, cause);
    }
    json_decref(answer);
    return status;
}
