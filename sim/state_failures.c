#include <stdlib.h>
#include <string.h>

#include <ulam/state.h>

#include "grow.h"

static int compare(const ulam_failure *a, const ulam_failure *b)
{
    if (a->point != b->point) return a->point < b->point ? -1 : 1;
    return a->run < b->run ? -1 : a->run > b->run;
}

ulam_status ulam_state_add_failure(ulam_state *self, const ulam_failure *failure)
{
    size_t at = self->n_failures;
    const ulam_point_state *point = &self->points[failure->point];
    if (point->verdict != ULAM_TARGETS_OPEN && failure->run >= ulam_state_runs(self, failure->point)) return ULAM_OK;
    while (at > 0 && compare(&self->failures[at - 1], failure) > 0) at--;
    if (at > 0 && compare(&self->failures[at - 1], failure) == 0) return ULAM_OK;
    ulam_failure *failures = ulam_grow(self->failures, self->n_failures, &self->failures_capacity, sizeof *failures);
    if (!failures) return ULAM_ENOMEM;
    self->failures = failures;
    memmove(&self->failures[at + 1], &self->failures[at], (self->n_failures - at) * sizeof *failure);
    self->failures[at] = *failure;
    self->n_failures++;
    return ULAM_OK;
}
