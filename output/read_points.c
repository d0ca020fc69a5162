#include <stdlib.h>

#include "hdf5_read.h"
#include "read_parts.h"

static uint64_t *get_column(ulam_h5 *h5, hid_t group, const char *name, size_t n)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, name);
    uint64_t *column = ulam_h5_get_counts(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return column;
}

/* Numbers as a job file would spell them. */
static char **spell(ulam_h5 *h5, hid_t dataset, ulam_type type, size_t n)
{
    const ulam_parameter spelling = {.name = "value", .type = type};
    double *reals = type == ULAM_REAL ? ulam_h5_get_reals(h5, dataset, n) : NULL;
    int64_t *integers = type == ULAM_REAL ? NULL : ulam_h5_get_integers(h5, dataset, n);
    char **texts = calloc(n ? n : 1, sizeof *texts);
    if (!texts) ulam_h5_fail_memory(h5);
    for (size_t i = 0; i < n && h5->status == ULAM_OK; i++) {
        ulam_value value;
        if (type == ULAM_REAL)
            value.real = reals[i];
        else if (type == ULAM_INTEGER)
            value.integer = integers[i];
        else
            value.boolean = integers[i] != 0;
        texts[i] = ulam_value_text(&spelling, value);
        if (!texts[i]) ulam_h5_fail_memory(h5);
    }
    free(integers);
    free(reals);
    return texts;
}

static void read_parameter(ulam_h5 *h5, hid_t group, ulam_result_parameter *self, size_t n)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, self->name);
    const hid_t type = dataset < 0 ? H5I_INVALID_HID : H5Dget_type(dataset);
    self->unit = ulam_h5_get_text(h5, dataset, "units");
    self->dimension = ulam_h5_get_text(h5, dataset, "dimension");
    const H5T_class_t kind = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    self->is_text = kind == H5T_STRING;
    if (h5->status != ULAM_OK)
        ;
    else if (self->is_text)
        self->text = ulam_h5_get_texts(h5, dataset, n);
    else if (kind == H5T_FLOAT || kind == H5T_INTEGER)
        self->text = spell(h5, dataset,
                           kind == H5T_FLOAT        ? ULAM_REAL
                           : H5Tget_size(type) == 1 ? ULAM_BOOLEAN
                                                    : ULAM_INTEGER,
                           n);
    else
        ulam_h5_fail_format(h5, "neither a number nor text", self->name);
    if (type >= 0) H5Tclose(type);
    ulam_h5_done(h5, dataset);
}

static size_t count_points(ulam_h5 *h5, hid_t group)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "runs");
    const size_t n = ulam_h5_length(h5, dataset);
    if (n == 0) ulam_h5_fail_format(h5, "there are no points", "runs");
    ulam_h5_done(h5, dataset);
    return n;
}

void ulam_read_points(ulam_h5 *h5, ulam_result *result)
{
    size_t n_parameters = 0;
    const hid_t group = ulam_h5_get_group(h5, h5->file, "points");
    const size_t n = count_points(h5, group);
    result->n_points = n;
    result->runs = get_column(h5, group, "runs", n);
    result->failed = get_column(h5, group, "failed", n);
    result->runs_asked = get_column(h5, group, "runs_asked", n);
    result->first = get_column(h5, group, "first_run", n);
    if (ulam_h5_has(h5, group, "sweeps")) {
        result->sweeps = get_column(h5, group, "sweeps", n);
        result->sweeps_asked = get_column(h5, group, "sweeps_asked", n);
        result->thermalize = ulam_h5_get_unsigned(h5, group, "thermalize");
        result->every = ulam_h5_get_unsigned(h5, group, "measure_every");
    }
    result->until = ulam_h5_get_text(h5, group, "until");
    if (result->until) {
        const hid_t ratio = ulam_h5_get_dataset(h5, group, "target_ratio");
        result->ending = get_column(h5, group, "ending", n);
        result->target_ratio = ulam_h5_get_reals(h5, ratio, n);
        ulam_h5_done(h5, ratio);
    }
    char **names = ulam_h5_get_words(h5, group, "parameters", &n_parameters);
    result->parameters = calloc(n_parameters + 1, sizeof *result->parameters);
    if (!result->parameters) {
        ulam_h5_fail_memory(h5);
        ulam_texts_free(names, n_parameters);
        names = NULL;
    }
    for (size_t i = 0; names && i < n_parameters; i++) {
        result->parameters[i].name = names[i];
        result->n_parameters = i + 1;
        read_parameter(h5, group, &result->parameters[i], n);
    }
    free(names);
    ulam_h5_done(h5, group);
}
