#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5_read.h"
#include "read_parts.h"

/* The group and how many rows it has; none where there is no such group. */
static hid_t open_table(ulam_h5 *h5, const char *name, size_t *n)
{
    *n = 0;
    if (!ulam_h5_has(h5, h5->file, name)) return H5I_INVALID_HID;
    const hid_t group = ulam_h5_get_group(h5, h5->file, name);
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "run");
    *n = ulam_h5_length(h5, dataset);
    ulam_h5_done(h5, dataset);
    return group;
}

static uint64_t *get_counts(ulam_h5 *h5, hid_t group, const char *name, size_t n)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, name);
    uint64_t *counts = ulam_h5_get_counts(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return counts;
}

static uint64_t *get_points(ulam_h5 *h5, hid_t group, const ulam_result *result, size_t n)
{
    uint64_t *points = get_counts(h5, group, "point", n);
    for (size_t i = 0; points && i < n; i++)
        if (points[i] >= result->n_points) ulam_h5_fail_format(h5, "there is no such point", "point");
    return points;
}

static char **get_causes(ulam_h5 *h5, hid_t group, size_t n)
{
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "cause");
    char **causes = ulam_h5_get_texts(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    return causes;
}

void ulam_read_failures(ulam_h5 *h5, ulam_result *result)
{
    size_t n;
    const hid_t group = open_table(h5, "failures", &n);
    if (n == 0) return;
    uint64_t *point = get_points(h5, group, result, n), *run = get_counts(h5, group, "run", n);
    uint64_t *seed = ulam_h5_has(h5, group, "seed") ? get_counts(h5, group, "seed", n) : NULL;
    char **cause = get_causes(h5, group, n);
    if (h5->status == ULAM_OK) result->failures = calloc(n, sizeof *result->failures);
    if (h5->status == ULAM_OK && !result->failures) ulam_h5_fail_memory(h5);
    for (size_t i = 0; i < n && h5->status == ULAM_OK; i++) {
        ulam_failure *failure = &result->failures[result->n_failures++];
        failure->point = (size_t)point[i];
        failure->run = run[i];
        failure->seed = seed ? seed[i] : 0;
        snprintf(failure->cause, sizeof failure->cause, "%s", cause[i]);
    }
    ulam_texts_free(cause, n);
    free(seed);
    free(run);
    free(point);
    ulam_h5_done(h5, group);
}

void ulam_read_dropped(ulam_h5 *h5, ulam_result *result)
{
    size_t n;
    const hid_t group = open_table(h5, "dropped", &n);
    if (n == 0) return;
    uint64_t *point = get_points(h5, group, result, n), *run = get_counts(h5, group, "run", n);
    const hid_t dataset = ulam_h5_get_dataset(h5, group, "age");
    double *age = ulam_h5_get_reals(h5, dataset, n);
    ulam_h5_done(h5, dataset);
    if (h5->status == ULAM_OK) result->dropped = calloc(n, sizeof *result->dropped);
    if (h5->status == ULAM_OK && !result->dropped) ulam_h5_fail_memory(h5);
    for (size_t i = 0; i < n && h5->status == ULAM_OK; i++)
        result->dropped[result->n_dropped++] =
            (ulam_dropped_run){.point = (size_t)point[i], .run = run[i], .age = age[i]};
    free(age);
    free(run);
    free(point);
    ulam_h5_done(h5, group);
}
