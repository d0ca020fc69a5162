#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* A copy in which NaN outside quotes is null. NULL: there is none, or no memory. */
static char *without_nan(const char *text, size_t size, size_t *length)
{
    char *copy = malloc(size + size / 3 + 1);
    bool quoted = false, found = false;
    size_t n = 0;
    for (size_t i = 0; copy && i < size;) {
        if (!quoted && size - i >= 3 && !memcmp(text + i, "NaN", 3)) {
            memcpy(copy + n, "null", 4);
            n += 4;
            i += 3;
            found = true;
            continue;
        }
        if (text[i] == '\\' && i + 1 < size) copy[n++] = text[i++];
        if (text[i] == '"' && !(i && text[i - 1] == '\\')) quoted = !quoted;
        copy[n++] = text[i++];
    }
    *length = n;
    if (found) return copy;
    free(copy);
    return NULL;
}

json_t *ulam_json_read(const char *text, size_t size, char why[JSON_ERROR_TEXT_LENGTH])
{
    json_error_t error;
    json_t *read = json_loadb(text, size, JSON_DECODE_INT_AS_REAL, &error);
    if (!read) {
        size_t length;
        char *copy = without_nan(text, size, &length);
        if (copy) read = json_loadb(copy, length, JSON_DECODE_INT_AS_REAL, &error);
        free(copy);
    }
    if (!read) snprintf(why, JSON_ERROR_TEXT_LENGTH, "%s", error.text);
    return read;
}

static const char *kind_of(const json_t *value)
{
    static const char *const names[] = {[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list", [JSON_STRING] = "a text"};
    const size_t type = (size_t)json_typeof(value);
    return type < sizeof names / sizeof *names && names[type] ? names[type] : "a number";
}

static ulam_status take_number(const json_t *value, const ulam_observable *observable, double *number,
                               ulam_error *cause)
{
    if (json_is_boolean(value)) {
        *number = json_is_true(value);
        return ULAM_OK;
    }
    if (json_is_null(value)) {
        *number = NAN;
        return observable->may_be_nan
                   ? ULAM_OK
                   : ulam_fail(cause, ULAM_ERUN,
                               "observable '%s' has no value, and it is not declared that it may be NaN",
                               observable->name);
    }
    *number = json_number_value(value);
    return json_is_number(value) ? ULAM_OK
                                 : ulam_fail(cause, ULAM_ERUN, "observable '%s' holds %s, expected a number",
                                             observable->name, kind_of(value));
}

ulam_status ulam_json_take(const json_t *value, const ulam_observable *observable, const ulam_extent *extent,
                           double *values, size_t stride, ulam_error *cause)
{
    ulam_status status = ULAM_OK;
    if (extent->scalar) return take_number(value, observable, values, cause);
    if (!json_is_array(value))
        return ulam_fail(cause, ULAM_ERUN, "observable '%s' is %s, expected a list of %zu numbers", observable->name,
                         json_is_null(value) ? "null" : kind_of(value), extent->length);
    if (json_array_size(value) != extent->length)
        return ulam_fail(cause, ULAM_ERUN, "observable '%s' has %zu elements, expected %zu", observable->name,
                         json_array_size(value), extent->length);
    for (size_t i = 0; i < extent->length && !status; i++)
        status = take_number(json_array_get(value, i), observable, values + i * stride, cause);
    return status;
}

static ulam_status put(const char *text, ulam_bytes *bytes) { return ulam_bytes_put(bytes, text, strlen(text)); }

ulam_status ulam_json_put_text(const char *text, ulam_bytes *bytes)
{
    json_t *string = json_string(text);
    if (!string) string = json_string_nocheck(text); /* not UTF-8: the program gets the bytes as they are */
    char *dump = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    const ulam_status status = dump ? put(dump, bytes) : ULAM_ENOMEM;
    free(dump);
    json_decref(string);
    return status;
}

static ulam_status put_real(double real, ulam_bytes *bytes)
{
    static const ulam_parameter parameter = {.type = ULAM_REAL};
    if (isinf(real)) return put(real > 0 ? "1e999" : "-1e999", bytes);
    char *text = ulam_value_text(&parameter, (ulam_value){.real = real});
    const ulam_status status = text ? put(text, bytes) : ULAM_ENOMEM;
    free(text);
    return status;
}

static ulam_status put_reals(const ulam_reals *reals, ulam_bytes *bytes)
{
    ulam_status status = put("[", bytes);
    for (size_t i = 0; i < reals->length && !status; i++) {
        if (i) status = put(", ", bytes);
        if (!status) status = put_real(reals->values[i], bytes);
    }
    return status ? status : put("]", bytes);
}

ulam_status ulam_json_put_value(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes)
{
    char integer[32];
    switch (parameter->type) {
    case ULAM_REAL:
        return put_real(value.real, bytes);
    case ULAM_INTEGER:
        snprintf(integer, sizeof integer, "%lld", (long long)value.integer);
        return put(integer, bytes);
    case ULAM_BOOLEAN:
        return put(value.boolean ? "true" : "false", bytes);
    case ULAM_CHOICE:
        return ulam_json_put_text(parameter->choices[value.choice], bytes);
    case ULAM_STRING:
        return ulam_json_put_text(value.string, bytes);
    case ULAM_FILE:
        return ulam_json_put_text(value.file->path, bytes);
    case ULAM_REALS:
        return put_reals(value.reals, bytes);
    }
    return ULAM_OK;
}
