/* Chains of a built-in model's point, by its hooks alone, and what their means say. */

#ifndef MODEL_CHAINS_H
#define MODEL_CHAINS_H

#include "model_point.h"

enum {
    MOST_NUMBERS = 16 /* of a chain */
};

/* A chain, or a bundle of them. */
typedef struct {
    ulam_rng rng;
    void *state; /* owned */
    size_t size;
    bool bundled;
} model_chain;

static inline void model_chain_begin(model_chain *self, const model_point *point, uint64_t key, uint64_t number,
                                     bool bundled)
{
    const ulam_chain *chain = point->model->chain;
    self->bundled = bundled;
    self->size = bundled ? chain->bundle->size(point->point) : chain->size(point->point);
    self->state = calloc(1, self->size);
    assert_non_null(self->state);
    ulam_rng_start(&self->rng, key, number);
    if (bundled)
        chain->bundle->init(point->point, &self->rng, self->state);
    else
        chain->init(point->point, &self->rng, 0, self->state);
}

static inline void model_chain_sweep(model_chain *self, const model_point *point)
{
    const ulam_chain *chain = point->model->chain;
    (self->bundled ? chain->bundle->sweep : chain->sweep)(point->point, &self->rng, self->state);
}

/* Adds the numbers of each chain, one in a bundle's place if it is none, to sum[element][chain]. */
static inline void model_chain_measure(const model_chain *self, const model_point *point, double (*sum)[ULAM_BUNDLE])
{
    const ulam_chain *chain = point->model->chain;
    const size_t chains = self->bundled ? ULAM_BUNDLE : 1;
    double out[MOST_NUMBERS * ULAM_BUNDLE];
    assert_true(point->width <= MOST_NUMBERS);
    for (size_t i = 0; i < point->width * chains; i++) out[i] = NAN;
    (self->bundled ? chain->bundle->measure : chain->measure)(point->point, self->state, out);
    for (size_t e = 0; e < point->width; e++)
        for (size_t k = 0; k < chains; k++) sum[e][k] += out[e * chains + k];
}

static inline void model_chain_end(model_chain *self)
{
    free(self->state);
    self->state = NULL;
}

typedef struct {
    double mean, error;
} chains_mean;

/* Of each number, over ULAM_BUNDLE chains that thermalise and are then measured after each sweep. */
static inline void model_chains_means(const model_point *point, uint64_t key, int thermalise, int sweeps,
                                      chains_mean *means)
{
    const ulam_chain *hooks = point->model->chain;
    const bool bundled = hooks->bundle && (!hooks->is_bundled || hooks->is_bundled(point->values));
    static double sum[MOST_NUMBERS][ULAM_BUNDLE];
    memset(sum, 0, sizeof sum);
    for (uint64_t k = 0; k < (bundled ? 1 : ULAM_BUNDLE); k++) {
        double one[MOST_NUMBERS][ULAM_BUNDLE] = {{0}};
        ulam_error failure = {0};
        model_chain chain;
        model_chain_begin(&chain, point, key, k, bundled);
        chain.rng.failure = &failure;
        for (int i = 0; i < thermalise; i++)
            if (hooks->tune && !bundled)
                hooks->tune(point->point, &chain.rng, chain.state);
            else
                model_chain_sweep(&chain, point);
        for (int i = 0; i < sweeps; i++) {
            model_chain_sweep(&chain, point);
            model_chain_measure(&chain, point, one);
        }
        for (size_t e = 0; e < point->width; e++) {
            if (bundled)
                memcpy(sum[e], one[e], sizeof sum[e]);
            else
                sum[e][k] = one[e][0];
        }
        if (failure.status) fail_msg("%s: %s", point->model->name, failure.message);
        model_chain_end(&chain);
    }
    for (size_t e = 0; e < point->width; e++) {
        double total = 0, squares = 0;
        for (int k = 0; k < ULAM_BUNDLE; k++) total += sum[e][k] / sweeps;
        means[e].mean = total / ULAM_BUNDLE;
        for (int k = 0; k < ULAM_BUNDLE; k++) squares += pow(sum[e][k] / sweeps - means[e].mean, 2);
        means[e].error = sqrt(squares / (ULAM_BUNDLE - 1) / ULAM_BUNDLE);
    }
}

static inline void assert_within_errors(const chains_mean *mean, double exact, const char *settings, const char *what)
{
    if (!(fabs(mean->mean - exact) <= 4 * mean->error))
        fail_msg("%s: %s is %.9g +- %.2g, exact %.9g", settings, what, mean->mean, mean->error, exact);
}

#endif
