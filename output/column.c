#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"

static ulam_h5_type column_type(ulam_type type)
{
    switch (type) {
    case ULAM_REAL:
        return ULAM_H5_REAL;
    case ULAM_INTEGER:
        return ULAM_H5_INTEGER;
    case ULAM_BOOLEAN:
        return ULAM_H5_BOOLEAN;
    case ULAM_CHOICE:
    case ULAM_STRING:
    case ULAM_FILE:
    case ULAM_REALS:
        break;
    }
    return ULAM_H5_TEXT;
}

char *ulam_reals_text(const ulam_reals *reals)
{
    enum {
        SHOWN = 8,
        WIDTH = 32
    };
    const size_t shown = reals->length < SHOWN ? reals->length : SHOWN;
    const size_t size = shown * WIDTH + 48;
    char *text = malloc(size);
    if (!text) return NULL;
    size_t used = (size_t)snprintf(text, size, "[");
    for (size_t i = 0; i < shown; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%.*g", i ? ", " : "", 10, reals->values[i]);
    if (shown < reals->length)
        snprintf(text + used, size - used, ", ... (%zu values)]", reals->length);
    else
        snprintf(text + used, size - used, "]");
    return text;
}

static ulam_status set_text(ulam_column *self, size_t i, const ulam_parameter *parameter, ulam_value value)
{
    const char **text = self->data;
    if (parameter->type == ULAM_CHOICE) {
        text[i] = parameter->choices[value.choice];
    } else if (parameter->type == ULAM_STRING) {
        text[i] = value.string;
    } else if (parameter->type == ULAM_FILE) {
        text[i] = value.file->path;
    } else {
        text[i] = self->text[i] = ulam_reals_text(value.reals);
        if (!text[i]) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

ulam_status ulam_column_init(ulam_column *self, const ulam_job *job, size_t parameter, size_t stride, size_t length)
{
    const ulam_parameter *declared = &job->model->parameters[parameter];
    *self = (ulam_column){.type = column_type(declared->type), .length = length};
    self->data = calloc(length ? length : 1, sizeof(double));
    self->text = calloc(length ? length : 1, sizeof *self->text);
    if (!self->data || !self->text) return ULAM_ENOMEM;
    for (size_t i = 0; i < length; i++) {
        const ulam_value value = job->points[i * stride].values[parameter];
        if (self->type == ULAM_H5_REAL)
            ((double *)self->data)[i] = value.real;
        else if (self->type == ULAM_H5_INTEGER)
            ((int64_t *)self->data)[i] = value.integer;
        else if (self->type == ULAM_H5_BOOLEAN)
            ((int8_t *)self->data)[i] = value.boolean;
        else if (set_text(self, i, declared, value) != ULAM_OK)
            return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

void ulam_column_free(ulam_column *self)
{
    for (size_t i = 0; self->text && i < self->length; i++) free(self->text[i]);
    free(self->text);
    free(self->data);
    *self = (ulam_column){0};
}
