/* JSON, as programs write and read it. */

#ifndef ULAM_JSON_H
#define ULAM_JSON_H

#include <jansson.h>

#include <ulam/bytes.h>
#include <ulam/job.h>
#include <ulam/status.h>

/* Reads a text; integers become reals, and NaN, which is not JSON but is what Python writes, becomes null. The caller
 * releases it with json_decref(). NULL: it is none, and `why` says why not. */
json_t *ulam_json_read(const char *text, size_t size, char why[JSON_ERROR_TEXT_LENGTH]);

/* Takes an observable's value: values[element * stride], from the observable's first element on. ULAM_ERUN. */
ulam_status ulam_json_take(const json_t *value, const ulam_observable *observable, const ulam_extent *extent,
                           double *values, size_t stride, ulam_error *cause);

/* Appends a text in quotes, or a parameter's value. ULAM_ENOMEM. */
ulam_status ulam_json_put_text(const char *text, ulam_bytes *bytes);
ulam_status ulam_json_put_value(const ulam_parameter *parameter, ulam_value value, ulam_bytes *bytes);

#endif
