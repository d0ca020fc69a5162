#include <stdlib.h>
#include <string.h>

#include "state_chains.h"

/* *to stays NULL where there is nothing. */
static ulam_status copy_items(void **to, const void *from, size_t n, size_t size)
{
    if (n == 0) return ULAM_OK;
    *to = malloc(n * size);
    if (!*to) return ULAM_ENOMEM;
    memcpy(*to, from, n * size);
    return ULAM_OK;
}

static ulam_status copy_trace(ulam_state *self, const ulam_state *other, size_t p)
{
    void *trace = NULL;
    const size_t size = 2 * other->traced * sizeof *other->points->trace;
    const ulam_status status = copy_items(&trace, other->points[p].trace, other->points[p].n_rungs, size);
    self->points[p].trace = trace;
    return status;
}

/* Whatever it returns, *copied of the pieces may be freed. */
static ulam_status copy_pieces(ulam_piece **to, size_t *copied, const ulam_piece *from, size_t n)
{
    if (n == 0) return ULAM_OK;
    *to = calloc(n, sizeof **to);
    if (!*to) return ULAM_ENOMEM;
    while (*copied < n) {
        const size_t i = (*copied)++;
        (*to)[i] = (ulam_piece){.first = from[i].first, .blocks = from[i].blocks};
        if (ulam_tally_copy(&(*to)[i].tally, &from[i].tally)) return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static ulam_status copy_point(ulam_point_state *self, const ulam_point_state *other)
{
    self->first = other->first;
    self->blocks = other->blocks;
    self->tail_runs = other->tail_runs;
    self->n_rungs = other->n_rungs;
    self->last_rung = other->last_rung;
    self->verdict = other->verdict;
    self->ratio = other->ratio;
    self->judged = other->judged;
    ulam_chains_free(&self->chains);
    if (other->chains.n && ulam_chains_copy(&self->chains, &other->chains)) return ULAM_ENOMEM;
    if (ulam_tally_copy(&self->prefix, &other->prefix) || ulam_tally_copy(&self->tail, &other->tail))
        return ULAM_ENOMEM;
    const ulam_status status = copy_pieces(&self->early, &self->n_early, other->early, other->n_early);
    self->early_capacity = self->n_early;
    if (status || copy_pieces(&self->cuts, &self->n_cuts, other->cuts, other->n_cuts)) return ULAM_ENOMEM;
    self->cuts_capacity = self->n_cuts;
    return ULAM_OK;
}

ulam_status ulam_state_copy(ulam_state *self, const ulam_state *other)
{
    if (ulam_state_init(self, other->job)) return ULAM_ENOMEM;
    for (size_t p = 0; p < other->job->n_points; p++)
        if (copy_point(&self->points[p], &other->points[p]) || copy_trace(self, other, p)) return ULAM_ENOMEM;
    void *failures = NULL, *dropped = NULL;
    ulam_status status = copy_items(&failures, other->failures, other->n_failures, sizeof *other->failures);
    self->failures = failures;
    self->n_failures = self->failures_capacity = status ? 0 : other->n_failures;
    if (!status) status = copy_items(&dropped, other->dropped, other->n_dropped, sizeof *other->dropped);
    self->dropped = dropped;
    self->n_dropped = status ? 0 : other->n_dropped;
    if (!status && other->witness.size)
        status = ulam_bytes_put(&self->witness, other->witness.data, other->witness.size);
    return status;
}
