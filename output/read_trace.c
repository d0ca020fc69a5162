/* How the estimates settled, from /trace. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "read_parts.h"

/* What the group itself needs is named first; an observable of that name has another. */
static const char *taken_name(const ulam_result *result, const char *name)
{
    const char *const own[] = {"point", "rung", result->sweeps ? "sweeps" : "runs"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(name, own[i]) == 0) return "_figure";
    return "";
}

static double *read_figure(ulam_h5 *h5, hid_t group, const char *name, const char *taken, const char *suffix, size_t n)
{
    char full[256];
    snprintf(full, sizeof full, "%.200s%s%s", name, suffix, *suffix ? "" : taken);
    const hid_t dataset = ulam_h5_get_dataset(h5, group, full);
    double *values = ulam_h5_get_reals(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return values;
}

static void read_group(ulam_h5 *h5, ulam_result *result)
{
    const hid_t group = ulam_h5_get_group(h5, h5->file, "trace");
    const hid_t dataset = ulam_h5_get_dataset(h5, group, result->sweeps ? "sweeps" : "runs");
    const size_t cells = ulam_h5_length(h5, dataset), points = result->n_points;
    if (h5->status == ULAM_OK && (cells == 0 || cells % points))
        ulam_h5_fail_format(h5, "not of the expected length", result->sweeps ? "/trace/sweeps" : "/trace/runs");
    result->rung_runs = ulam_h5_get_counts(h5, dataset, cells);
    if (result->rung_runs) result->n_rungs = cells / points;
    ulam_h5_done(h5, dataset);
    for (size_t i = 0; i < result->n_observables && h5->status == ULAM_OK; i++) {
        ulam_result_observable *observable = &result->observables[i];
        if (!observable->scalar || observable->derived) continue;
        const char *taken = taken_name(result, observable->name);
        observable->trace_mean = read_figure(h5, group, observable->name, taken, "", cells);
        observable->trace_std_error = read_figure(h5, group, observable->name, taken, "_stderr", cells);
    }
    ulam_h5_done(h5, group);
}

void ulam_trace_free(ulam_result *self)
{
    for (size_t i = 0; i < self->n_observables; i++) {
        free(self->observables[i].trace_mean);
        free(self->observables[i].trace_std_error);
        self->observables[i].trace_mean = self->observables[i].trace_std_error = NULL;
    }
    free(self->rung_runs);
    self->rung_runs = NULL;
    self->n_rungs = 0;
}

ulam_status ulam_result_read_trace(ulam_result *self, const char *path, ulam_error *error)
{
    ulam_error unused = {0};
    ulam_bytes image;
    ulam_h5 h5;
    ulam_trace_free(self);
    ulam_read_open(&h5, &image, path, error ? error : &unused);
    if (h5.status == ULAM_OK && ulam_h5_has(&h5, h5.file, "trace")) read_group(&h5, self);
    return ulam_read_close(&h5, &image, path);
}
