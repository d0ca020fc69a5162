/* Values as texts: canonical ones, which keys are hashed from, and those of job files. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include <ulam/job.h>

#include "number.h"
#include "value.h"

void ulam_hash_text(char hex[33], const void *data, size_t size)
{
    const XXH128_hash_t hash = XXH3_128bits(data, size);
    snprintf(hex, 33, "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64, (uint64_t)hash.low64);
}

static ulam_status put(ulam_bytes *bytes, const char *text) { return ulam_bytes_put(bytes, text, strlen(text)); }

typedef void number_writer(char text[ULAM_REAL_TEXT_SIZE], double value);

static ulam_status put_reals(const ulam_reals *reals, const char *separator, number_writer *write, ulam_bytes *bytes)
{
    char text[ULAM_REAL_TEXT_SIZE];
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < reals->length && !status; i++) {
        write(text, reals->values[i]);
        if (i > 0) status = put(bytes, separator);
        if (!status) status = put(bytes, text);
    }
    return status;
}

ulam_status ulam_value_write_canonical(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes)
{
    char text[ULAM_REAL_TEXT_SIZE];
    ulam_status status;
    switch (parameter->type) {
    case ULAM_REAL:
        ulam_write_real_hex(text, value.real);
        return put(bytes, text);
    case ULAM_STRING:
        snprintf(text, sizeof text, "%zu:", strlen(value.string));
        status = put(bytes, text);
        return status ? status : put(bytes, value.string);
    case ULAM_FILE:
        return put(bytes, ((const ulam_hashed_file *)value.file)->hash);
    case ULAM_REALS:
        return put_reals(value.reals, ",", ulam_write_real_hex, bytes);
    default:
        return ulam_value_write(parameter, value, bytes);
    }
}

ulam_status ulam_value_write(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes)
{
    char text[ULAM_REAL_TEXT_SIZE];
    ulam_status status;
    switch (parameter->type) {
    case ULAM_REAL:
        ulam_write_real(text, value.real);
        return put(bytes, text);
    case ULAM_INTEGER:
        snprintf(text, sizeof text, "%" PRId64, value.integer);
        return put(bytes, text);
    case ULAM_BOOLEAN:
        return put(bytes, value.boolean ? "true" : "false");
    case ULAM_CHOICE:
        return put(bytes, parameter->choices[value.choice]);
    case ULAM_STRING:
        return ulam_yaml_write_scalar(value.string, bytes);
    case ULAM_FILE:
        return ulam_yaml_write_scalar(value.file->path, bytes);
    case ULAM_REALS:
        break;
    }
    status = put(bytes, "[");
    if (!status) status = put_reals(value.reals, ", ", ulam_write_real, bytes);
    return status ? status : put(bytes, "]");
}

char *ulam_value_text(const ulam_parameter *parameter, ulam_value value)
{
    ulam_bytes bytes = {0};
    if (!ulam_value_write(parameter, value, &bytes) && !ulam_bytes_put(&bytes, "", 1)) return (char *)bytes.data;
    ulam_bytes_free(&bytes);
    return NULL;
}
