#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "write_parts.h"

/* "price within 0.1 %, exercised within 0.001, at 95 % confidence". Owned by the caller. NULL: out of memory. */
static char *describe(const ulam_until *until)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    for (size_t i = 0; i < until->n_targets; i++) {
        const ulam_target *target = &until->targets[i];
        const bool both = isfinite(target->error) && isfinite(target->rel_error);
        fprintf(out, "%s within ", target->name);
        if (isfinite(target->error)) fprintf(out, "%g", target->error);
        if (both) fputs(" and ", out);
        if (isfinite(target->rel_error)) fprintf(out, "%g %%", 100 * target->rel_error);
        fputs(", ", out);
    }
    fprintf(out, "at %g %% confidence", 100 * until->confidence);
    if (fclose(out) == 0) return text;
    free(text);
    return NULL;
}

static ulam_verdict ending_of(const ulam_state *state, size_t p)
{
    const ulam_verdict verdict = state->points[p].verdict;
    return verdict == ULAM_TARGETS_OPEN && ulam_state_point_complete(state, p) ? ULAM_TARGETS_CUT_OFF : verdict;
}

static void put(ulam_labelled *points, const char *name, const char *meaning, ulam_h5_type type,
                const size_t *dimension, const void *column)
{
    const hid_t dataset = ulam_labelled_put(points, name, type, dimension, 1, column);
    ulam_labelled_describe(points, dataset, NULL, meaning);
    ulam_h5_done(points->h5, dataset);
}

void ulam_write_targets(ulam_labelled *points, const ulam_state *state, const size_t *dimension)
{
    const size_t n = state->job->n_points;
    int64_t *ending = calloc(n + 1, sizeof *ending), *converged = calloc(n + 1, sizeof *converged);
    double *ratio = calloc(n + 1, sizeof *ratio);
    char *text = describe(&state->job->until);
    if (!ending || !converged || !ratio || !text) {
        ulam_h5_fail_memory(points->h5);
        goto out;
    }
    for (size_t p = 0; p < n; p++) {
        ending[p] = ending_of(state, p);
        converged[p] = ending[p] == ULAM_TARGETS_REACHED || ending[p] == ULAM_TARGETS_CONSTANT;
        ratio[p] = state->points[p].judged ? state->points[p].ratio : NAN;
    }
    put(points, "converged", "1 where the targets were reached", ULAM_H5_INTEGER, dimension, converged);
    put(points, "ending",
        "0 open, 1 targets reached, 2 reached with a number that never varied, 3 out of reach, 4 most runs done",
        ULAM_H5_INTEGER, dimension, ending);
    put(points, "target_ratio", "largest half-width over what is asked for, when last judged", ULAM_H5_REAL, dimension,
        ratio);
    ulam_h5_put_text(points->h5, points->group, "until", text);
out:
    free(text);
    free(ratio);
    free(converged);
    free(ending);
}
