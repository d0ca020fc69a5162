#include <ulam/accumulators.h>

#include "counts.h"
#include "exact_bytes.h"
#include "histogram_bytes.h"
#include "sketch_bytes.h"

static ulam_status pack_pair(const ulam_comoments *self, ulam_bytes *bytes)
{
    const ulam_exact *sums[] = {&self->x, &self->y, &self->xx, &self->yy, &self->xy};
    ulam_status status = ulam_natural_pack(self->count, bytes);
    for (size_t i = 0; i < sizeof sums / sizeof *sums && !status; i++) status = exact_pack(sums[i], bytes);
    return status;
}

static ulam_status unpack_pair(ulam_comoments *self, ulam_reader *reader)
{
    ulam_exact *sums[] = {&self->x, &self->y, &self->xx, &self->yy, &self->xy};
    ulam_status status = ULAM_OK;
    self->count = ulam_natural_unpack(reader);
    for (size_t i = 0; i < sizeof sums / sizeof *sums && !status; i++) {
        status = exact_unpack(sums[i], reader);
        if (!status && self->count == 0 && sums[i]->used) status = ULAM_EFORMAT;
    }
    return reader->failed ? ULAM_EFORMAT : status;
}

static ulam_status pack_groups(const ulam_groups *self, ulam_bytes *bytes)
{
    ulam_status status = ULAM_OK;
    for (size_t g = 0; g < ULAM_GROUPS && !status; g++) {
        status = ulam_natural_pack(self->count[g], bytes);
        if (!status && self->count[g]) status = exact_pack(&self->sum[g], bytes);
    }
    return status;
}

static ulam_status unpack_groups(ulam_groups *self, ulam_reader *reader)
{
    ulam_status status = ULAM_OK;
    for (size_t g = 0; g < ULAM_GROUPS && !status; g++) {
        self->count[g] = ulam_natural_unpack(reader);
        if (self->count[g]) status = exact_unpack(&self->sum[g], reader);
    }
    return reader->failed ? ULAM_EFORMAT : status;
}

static ulam_status pack_antithetic(const ulam_antithetic *self, ulam_bytes *bytes)
{
    return exact_pack(&self->hh, bytes) || exact_pack(&self->hhhh, bytes) || exact_pack(&self->hhm, bytes) ||
                   exact_pack(&self->hhmm, bytes)
               ? ULAM_ENOMEM
               : ULAM_OK;
}

static bool is_negative(const ulam_exact *self) { return self->used && self->limb[self->used - 1] >> 63; }

static ulam_status unpack_antithetic(ulam_antithetic *self, ulam_reader *reader)
{
    ulam_exact *sums[] = {&self->hh, &self->hhhh, &self->hhm, &self->hhmm};
    ulam_status status = ULAM_OK;
    for (size_t i = 0; i < sizeof sums / sizeof *sums && !status; i++) status = exact_unpack(sums[i], reader);
    if (status) return status;
    return is_negative(&self->hh) || is_negative(&self->hhhh) || is_negative(&self->hhmm) ? ULAM_EFORMAT : ULAM_OK;
}

ulam_status ulam_accumulators_pack(const ulam_accumulators *self, ulam_bytes *bytes)
{
    const ulam_statistics *kept = self->statistics;
    ulam_status status = ULAM_OK;
    if (!kept) return ULAM_OK;
    for (size_t i = 0; i < kept->n_sketches && !status; i++) status = ulam_sketch_pack(&self->sketches[i], bytes);
    for (size_t i = 0; i < kept->n_histograms && !status; i++)
        status = ulam_histogram_pack(&self->histograms[i], bytes);
    for (size_t i = 0; i < kept->n_pairs && !status; i++) status = pack_pair(&self->pairs[i], bytes);
    for (size_t i = 0; i < kept->n_grouped && !status; i++) status = pack_groups(&self->groups[i], bytes);
    for (size_t i = 0; i < kept->n_antithetic && !status; i++) status = pack_antithetic(&self->antithetic[i], bytes);
    return status;
}

ulam_status ulam_accumulators_unpack(ulam_accumulators *self, const ulam_statistics *kept, ulam_reader *reader)
{
    ulam_status status = ulam_accumulators_init(self, kept);
    if (status || !kept) return status;
    for (size_t i = 0; i < kept->n_sketches && !status; i++)
        status = ulam_sketch_unpack(&self->sketches[i], &kept->sketches[i], reader);
    for (size_t i = 0; i < kept->n_histograms && !status; i++)
        status = ulam_histogram_unpack(&self->histograms[i], &kept->histograms[i], reader);
    for (size_t i = 0; i < kept->n_pairs && !status; i++) status = unpack_pair(&self->pairs[i], reader);
    for (size_t i = 0; i < kept->n_grouped && !status; i++) status = unpack_groups(&self->groups[i], reader);
    for (size_t i = 0; i < kept->n_antithetic && !status; i++) status = unpack_antithetic(&self->antithetic[i], reader);
    return status;
}
