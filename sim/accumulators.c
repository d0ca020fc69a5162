#include <math.h>
#include <stdlib.h>

#include <ulam/accumulators.h>

ulam_status ulam_accumulators_init(ulam_accumulators *self, const ulam_statistics *statistics)
{
    *self = (ulam_accumulators){0};
    if (!statistics) return ULAM_OK;
    self->sketches = calloc(statistics->n_sketches + 1, sizeof *self->sketches);
    self->histograms = calloc(statistics->n_histograms + 1, sizeof *self->histograms);
    self->pairs = calloc(statistics->n_pairs + 1, sizeof *self->pairs);
    self->groups = calloc(statistics->n_grouped + 1, sizeof *self->groups);
    self->antithetic = calloc(statistics->n_antithetic + 1, sizeof *self->antithetic);
    if (!self->sketches || !self->histograms || !self->pairs || !self->groups || !self->antithetic) return ULAM_ENOMEM;
    self->statistics = statistics;
    for (size_t i = 0; i < statistics->n_sketches; i++) ulam_sketch_init(&self->sketches[i], &statistics->sketches[i]);
    for (size_t i = 0; i < statistics->n_histograms; i++)
        ulam_histogram_init(&self->histograms[i], &statistics->histograms[i]);
    return ULAM_OK;
}

void ulam_accumulators_free(ulam_accumulators *self)
{
    const ulam_statistics *statistics = self->statistics;
    for (size_t i = 0; statistics && i < statistics->n_sketches; i++) ulam_sketch_free(&self->sketches[i]);
    for (size_t i = 0; statistics && i < statistics->n_histograms; i++) ulam_histogram_free(&self->histograms[i]);
    for (size_t i = 0; statistics && i < statistics->n_pairs; i++) ulam_comoments_free(&self->pairs[i]);
    for (size_t i = 0; statistics && i < statistics->n_grouped; i++) ulam_groups_free(&self->groups[i]);
    for (size_t i = 0; statistics && i < statistics->n_antithetic; i++) ulam_antithetic_free(&self->antithetic[i]);
    free(self->sketches);
    free(self->histograms);
    free(self->pairs);
    free(self->groups);
    free(self->antithetic);
    *self = (ulam_accumulators){0};
}

bool ulam_accumulators_are_framed(const ulam_accumulators *self)
{
    const ulam_statistics *statistics = self->statistics;
    for (size_t i = 0; statistics && i < statistics->n_sketches; i++)
        if (isnan(self->sketches[i].centre)) return false;
    for (size_t i = 0; statistics && i < statistics->n_histograms; i++)
        if (isnan(self->histograms[i].low)) return false;
    return true;
}

void ulam_accumulators_set_frame(ulam_accumulators *self, const double *frame)
{
    const ulam_statistics *statistics = self->statistics;
    for (size_t i = 0; statistics && i < statistics->n_sketches; i++) self->sketches[i].centre = *frame++;
    for (size_t i = 0; statistics && i < statistics->n_histograms; i++) {
        self->histograms[i].low = *frame++;
        self->histograms[i].high = *frame++;
    }
}

ulam_status ulam_accumulators_add_block(ulam_accumulators *self, const ulam_block_values *block)
{
    const ulam_statistics *kept = self->statistics;
    ulam_status status = ULAM_OK;
    if (!kept) return ULAM_OK;
    for (size_t i = 0; i < kept->n_sketches && !status; i++)
        status = ulam_sketch_add(&self->sketches[i], ulam_block_series(block, kept->sketches[i].element));
    for (size_t i = 0; i < kept->n_histograms && !status; i++)
        status = ulam_histogram_add(&self->histograms[i], ulam_block_series(block, kept->histograms[i].element));
    for (size_t i = 0; i < kept->n_pairs && !status; i++)
        status = ulam_comoments_add_block(&self->pairs[i], ulam_block_series(block, kept->pairs[i].first),
                                          ulam_block_series(block, kept->pairs[i].second));
    for (size_t i = 0; i < kept->n_grouped && !status; i++)
        status = ulam_groups_add_block(&self->groups[i], ulam_block_series(block, kept->grouped[i]), block->first,
                                       block->run);
    for (size_t i = 0; i < kept->n_antithetic && !status; i++)
        status = ulam_antithetic_add_block(&self->antithetic[i], ulam_block_series(block, i),
                                           ulam_block_half_series(block, i));
    return status;
}

/* What is not known yet differs from nothing. */
static bool differ(double a, double b) { return !isnan(a) && !isnan(b) && a != b; }

static bool frames_agree(const ulam_accumulators *self, const ulam_accumulators *other)
{
    const ulam_statistics *kept = self->statistics;
    for (size_t i = 0; i < kept->n_sketches; i++)
        if (differ(self->sketches[i].centre, other->sketches[i].centre)) return false;
    for (size_t i = 0; i < kept->n_histograms; i++)
        if (differ(self->histograms[i].low, other->histograms[i].low) ||
            differ(self->histograms[i].high, other->histograms[i].high))
            return false;
    return true;
}

ulam_status ulam_accumulators_merge(ulam_accumulators *self, const ulam_accumulators *other)
{
    const ulam_statistics *kept = self->statistics;
    ulam_status status = ULAM_OK;
    if (!kept || !other->statistics) return ULAM_OK;
    if (!frames_agree(self, other)) return ULAM_EINVAL;
    for (size_t i = 0; i < kept->n_sketches && !status; i++)
        status = ulam_sketch_merge(&self->sketches[i], &other->sketches[i]);
    for (size_t i = 0; i < kept->n_histograms && !status; i++)
        status = ulam_histogram_merge(&self->histograms[i], &other->histograms[i]);
    for (size_t i = 0; i < kept->n_pairs && !status; i++)
        status = ulam_comoments_merge(&self->pairs[i], &other->pairs[i]);
    for (size_t i = 0; i < kept->n_grouped && !status; i++)
        status = ulam_groups_merge(&self->groups[i], &other->groups[i]);
    for (size_t i = 0; i < kept->n_antithetic && !status; i++)
        status = ulam_antithetic_merge(&self->antithetic[i], &other->antithetic[i]);
    return status;
}
