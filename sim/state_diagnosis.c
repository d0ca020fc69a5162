#include <stdlib.h>

#include "chain_record.h"
#include "state_chains.h"

/* The sums of one element in all chains that have not failed. */
typedef struct {
    ulam_chain_sums *sums; /* [n] */
    size_t n;
} collection;

static ulam_status collect(const ulam_state *state, size_t p, size_t element, collection *self)
{
    const ulam_chains *chains = &state->points[p].chains;
    const ulam_point *point = &state->job->points[p];
    self->sums = malloc((point->runs - point->first + 1) * sizeof *self->sums);
    ulam_status status = self->sums ? ULAM_OK : ULAM_ENOMEM;
    for (size_t i = 0; i < chains->n && !status; i++) {
        ulam_chain_reader reader;
        status = ulam_chain_reader_start(&reader, chains->records[i]);
        while (!status && reader.chain < chains->records[i]->chains) {
            bool failed;
            status = ulam_chain_reader_pick(&reader, state->job->width, element, &self->sums[self->n], &failed);
            if (status)
                ulam_chain_sums_free(&self->sums[self->n]);
            else
                self->n += !failed;
        }
    }
    return status;
}

ulam_status ulam_state_diagnose(const ulam_state *self, size_t p, size_t element, ulam_chain_diagnosis *diagnosis)
{
    collection all = {0};
    const ulam_chain_sums **list = NULL;
    ulam_status status = self->points[p].blocks ? ULAM_OK : ULAM_EINVAL;
    if (!status) status = collect(self, p, element, &all);
    if (!status && !(list = malloc((all.n + 1) * sizeof *list))) status = ULAM_ENOMEM;
    for (size_t i = 0; i < all.n && list; i++) list[i] = &all.sums[i];
    if (!status) status = ulam_chain_diagnose(list, all.n, self->points[p].blocks, diagnosis);
    for (size_t i = 0; i < all.n; i++) ulam_chain_sums_free(&all.sums[i]);
    free(all.sums);
    free(list);
    return status;
}
