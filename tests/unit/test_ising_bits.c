/* Chains as bits: each of a bundle's chains is, spin for spin, the chain that goes by itself, in each build that this machine
 * can run and wherever the bundle is taken up again. */

#include "model_chains.h"

#include "each_build.h"
#include "ising.h"

static const struct {
    const char *settings;
    int sweeps;
    unsigned step; /* between the members that are compared */
} cases[] = {
    {"size=2 start=hot", 40, 1},
    {"size=4", 40, 1},
    {"size=4 temperature=0.5 start=hot", 40, 1},
    {"size=4 temperature=1e9 start=hot", 40, 1},
    {"size=6 temperature=3", 30, 1},
    {"size=10 start=hot", 20, 1},
    {"size=16 temperature=2", 12, 1},
    {"size=18 temperature=2.4 start=hot", 12, 13},
    {"size=24 temperature=1.5 start=hot", 12, 13},
    {"size=64 start=hot", 5, 41},
};

/* As if it had been stored, and read again elsewhere. */
static void move(model_chain *chain)
{
    ulam_rng rng;
    void *state = malloc(chain->size);
    assert_non_null(state);
    memcpy(state, chain->state, chain->size);
    memset(chain->state, 0xa5, chain->size);
    free(chain->state);
    chain->state = state;
    ulam_rng_start(&rng, chain->rng.key, chain->rng.run);
    rng.draw = chain->rng.draw;
    rng.next = chain->rng.next;
    chain->rng = rng;
}

static void compare_member(const model_point *point, const char *settings, unsigned member, int sweeps,
                           double (*expected)[ULAM_BUNDLE])
{
    const ulam_chain *chain = point->model->chain;
    model_chain alone;
    model_chain_begin(&alone, point, 42, 3, false);
    ulam_rng_start(&alone.rng, 42, 3);
    memset(alone.state, 0, alone.size);
    chain->init(point->point, &alone.rng, member, alone.state);
    for (int i = 0; i <= sweeps; i++) {
        double out[N_OBSERVABLES];
        chain->measure(point->point, alone.state, out);
        for (size_t e = 0; e < N_OBSERVABLES; e++)
            if (memcmp(&out[e], &expected[(size_t)i * N_OBSERVABLES + e][member], sizeof *out))
                fail_msg("%s, %s, chain %u, sweep %d, observable %zu: %a by itself, %a in the bundle", settings,
                         ulam_lanes_build(), member, i, e, out[e], expected[(size_t)i * N_OBSERVABLES + e][member]);
        model_chain_sweep(&alone, point);
        if (i == sweeps / 3) move(&alone);
    }
    model_chain_end(&alone);
}

/* The spins of a member, as its own chain has them. */
static void assert_same_spins(const model_point *point, const model_chain *bundle, unsigned member, int sweeps)
{
    const ising *self = point->point;
    const size_t colour_words = (self->sites / 2 + 7) / 8 * 8;
    const uint64_t *words = bundle->state;
    model_chain alone;
    model_chain_begin(&alone, point, 42, 3, false);
    ulam_rng_start(&alone.rng, 42, 3);
    memset(alone.state, 0, alone.size);
    point->model->chain->init(point->point, &alone.rng, member, alone.state);
    for (int i = 0; i < sweeps; i++) model_chain_sweep(&alone, point);
    const ising_chain *chain = alone.state;
    for (size_t y = 0; y < self->size; y++)
        for (size_t x = 0; x < self->size; x++) {
            const uint64_t word = words[(2 * ((x + y) % 2) + member / 64) * colour_words + (y * self->size + x) / 2];
            assert_int_equal(word >> member % 64 & 1, chain->spin[y * self->size + x] < 0);
        }
    ising_chain *sums = malloc(alone.size);
    assert_non_null(sums);
    memcpy(sums, chain, alone.size);
    ising_sum(self, sums);
    assert_memory_equal(sums, chain, alone.size);
    free(sums);
    model_chain_end(&alone);
}

static void every_member_goes_its_way(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        model_point point;
        model_chain bundle;
        assert_int_equal(model_point_open(&point, "ising", cases[k].settings, NULL), ULAM_OK);
        double(*seen)[ULAM_BUNDLE] = calloc((size_t)(cases[k].sweeps + 1) * N_OBSERVABLES, sizeof *seen);
        assert_non_null(seen);
        model_chain_begin(&bundle, &point, 42, 3, true);
        for (int i = 0; i <= cases[k].sweeps; i++) {
            if (i > 0) model_chain_sweep(&bundle, &point);
            model_chain_measure(&bundle, &point, seen + i * N_OBSERVABLES);
            if (i == cases[k].sweeps / 2) move(&bundle);
        }
        for (unsigned member = 0; member < ULAM_BUNDLE; member += cases[k].step)
            compare_member(&point, cases[k].settings, member, cases[k].sweeps, seen);
        assert_same_spins(&point, &bundle, 77, cases[k].sweeps);
        free(seen);
        model_chain_end(&bundle);
        model_point_close(&point);
    }
}

static void every_member_goes_its_way_in_each_build(void **state)
{
    (void)state;
    in_each_build(every_member_goes_its_way);
}

/* Bits behind the last site stay 0: the bytes of a state are a function of the chains. */
static void a_bundle_has_no_stray_bits(void **state)
{
    (void)state;
    model_point point;
    model_chain bundle;
    assert_int_equal(model_point_open(&point, "ising", "size=6 start=hot", NULL), ULAM_OK);
    model_chain_begin(&bundle, &point, 7, 0, true);
    assert_int_equal(bundle.size, 4 * 24 * sizeof(uint64_t));
    for (int i = 0; i < 10; i++) {
        const uint64_t *words = bundle.state;
        for (size_t k = 0; k < 4 * 24; k++)
            if (k % 24 >= 18) assert_int_equal(words[k], 0);
        model_chain_sweep(&bundle, &point);
    }
    model_chain_end(&bundle);
    model_point_close(&point);
}

static void only_metropolis_is_bundled(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        bool bundled;
    } of[] = {{"algorithm=metropolis", true}, {"algorithm=metropolis_scalar", false}, {"algorithm=wolff", false}};
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        model_point point;
        assert_int_equal(model_point_open(&point, "ising", of[k].settings, NULL), ULAM_OK);
        assert_int_equal(point.model->chain->is_bundled(point.values), of[k].bundled);
        model_point_close(&point);
    }
}

static void a_bundle_out_of_random_numbers_fails(void **state)
{
    (void)state;
    model_point point;
    model_chain bundle;
    ulam_error failure = {0};
    assert_int_equal(model_point_open(&point, "ising", "size=16", NULL), ULAM_OK);
    model_chain_begin(&bundle, &point, 7, 0, true);
    bundle.rng.failure = &failure;
    bundle.rng.draw = ULAM_MAX_DRAWS - 256;
    model_chain_sweep(&bundle, &point);
    assert_int_equal(failure.status, ULAM_OK);
    model_chain_sweep(&bundle, &point);
    assert_int_equal(failure.status, ULAM_ERUN);
    model_chain_end(&bundle);
    model_point_close(&point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_goes_its_way_in_each_build), /* before this process has chosen a build */
        cmocka_unit_test(a_bundle_has_no_stray_bits),
        cmocka_unit_test(only_metropolis_is_bundled),
        cmocka_unit_test(a_bundle_out_of_random_numbers_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
