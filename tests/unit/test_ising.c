/* The Ising model's chains against exact values, by each algorithm. */

#include <stdio.h>

#include "model_chains.h"

#include "ising.h"

static const char *const algorithms[] = {"metropolis", "metropolis_scalar", "wolff"};

/* Mean energies and heat capacities within 4 errors of Kaufman's, through the critical temperature. */
static void energies_are_kaufmans(void **state)
{
    (void)state;
    static const double temperatures[] = {1.5, 2, 2.269185314213022, 2.6, 4};
    for (size_t a = 0; a < 3; a++)
        for (size_t k = 0; k < sizeof temperatures / sizeof *temperatures; k++) {
            char settings[128];
            model_point point;
            chains_mean means[N_OBSERVABLES];
            double exact[N_OBSERVABLES];
            snprintf(settings, sizeof settings, "size=8 temperature=%.17g algorithm=%s", temperatures[k],
                     algorithms[a]);
            assert_int_equal(model_point_open(&point, "ising", settings, NULL), ULAM_OK);
            model_point_exact(&point, exact);
            model_chains_means(&point, 1000 + a, 300, 2000, means);
            assert_within_errors(&means[ENERGY], exact[ENERGY], settings, "energy");
            assert_within_errors(&means[ENERGY2], exact[ENERGY2], settings, "energy2");
            assert_true(means[ENERGY].error < 0.01);
            model_point_close(&point);
        }
}

/* Means of all observables over all states of a small lattice. */
static void all_states(const model_point *point, double *mean)
{
    const ising *self = point->point;
    const double t = point->values[TEMPERATURE].real;
    double z = 0;
    ising_chain *chain = calloc(1, sizeof *chain + self->sites);
    assert_non_null(chain);
    for (size_t e = 0; e < N_OBSERVABLES; e++) mean[e] = 0;
    for (uint32_t spins = 0; spins < UINT32_C(1) << self->sites; spins++) {
        double out[N_OBSERVABLES];
        for (size_t i = 0; i < self->sites; i++) chain->spin[i] = spins >> i & 1 ? 1 : -1;
        ising_sum(self, chain);
        const double weight = exp(-((double)chain->energy + 2 * (double)self->sites) / t);
        ising_observe(self, chain->energy, chain->magnetisation, out, 1);
        for (size_t e = 0; e < N_OBSERVABLES; e++) mean[e] += weight * out[e];
        z += weight;
    }
    for (size_t e = 0; e < N_OBSERVABLES; e++) mean[e] /= z;
    free(chain);
}

/* All observables of lattices so small that every state is visited, and bonds are double or rows odd. */
static void small_lattices_have_the_means_of_all_their_states(void **state)
{
    (void)state;
    static const char *const points[] = {
        "size=2 temperature=4 algorithm=metropolis start=hot",
        "size=2 temperature=4 algorithm=metropolis",
        "size=4 temperature=2.5 algorithm=metropolis",
        "size=4 temperature=8 algorithm=metropolis start=hot",
        "size=2 temperature=4 algorithm=metropolis_scalar",
        "size=3 temperature=2.5 algorithm=metropolis_scalar start=hot",
        "size=4 temperature=2.5 algorithm=metropolis_scalar",
        "size=2 temperature=4 algorithm=wolff",
        "size=3 temperature=2.5 algorithm=wolff start=hot",
        "size=4 temperature=2.5 algorithm=wolff",
    };
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        model_point point;
        chains_mean means[N_OBSERVABLES];
        double exact[N_OBSERVABLES];
        assert_int_equal(model_point_open(&point, "ising", points[k], NULL), ULAM_OK);
        all_states(&point, exact);
        model_chains_means(&point, 2000 + k, 500, 10000, means);
        for (size_t e = 0; e < N_OBSERVABLES; e++)
            assert_within_errors(&means[e], exact[e], points[k], point.model->observables[e].name);
        model_point_close(&point);
    }
}

/* What a chain keeps of its energy and magnetisation is what its spins have. */
static void sums_go_with_the_spins(void **state)
{
    (void)state;
    static const char *const points[] = {"size=13 algorithm=metropolis_scalar start=hot", "size=16 algorithm=wolff",
                                         "size=7 algorithm=wolff start=hot temperature=5"};
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        model_point point;
        model_chain chain;
        assert_int_equal(model_point_open(&point, "ising", points[k], NULL), ULAM_OK);
        model_chain_begin(&chain, &point, 5, 9, false);
        ising_chain *copy = malloc(chain.size);
        assert_non_null(copy);
        for (int i = 0; i < 200; i++) {
            model_chain_sweep(&chain, &point);
            memcpy(copy, chain.state, chain.size);
            ising_sum(point.point, copy);
            assert_memory_equal(copy, chain.state, chain.size);
        }
        free(copy);
        model_chain_end(&chain);
        model_point_close(&point);
    }
}

/* A chain is a function of its stream and its bytes: taken up from a copy it goes on in the same way. */
static void chains_go_on_from_their_bytes(void **state)
{
    (void)state;
    for (size_t a = 1; a < 3; a++) {
        char settings[64];
        model_point point;
        model_chain one, other;
        snprintf(settings, sizeof settings, "size=17 start=hot algorithm=%s", algorithms[a]);
        assert_int_equal(model_point_open(&point, "ising", settings, NULL), ULAM_OK);
        model_chain_begin(&one, &point, 5, 9, false);
        model_chain_begin(&other, &point, 6, 0, false);
        for (int i = 0; i < 20; i++) model_chain_sweep(&one, &point);
        memcpy(other.state, one.state, one.size);
        other.rng = one.rng;
        for (int i = 0; i < 20; i++) model_chain_sweep(&one, &point);
        for (int i = 0; i < 20; i++) model_chain_sweep(&other, &point);
        assert_memory_equal(one.state, other.state, one.size);
        assert_int_equal(one.rng.draw, other.rng.draw);
        model_chain_end(&one);
        model_chain_end(&other);
        model_point_close(&point);
    }
}

static void starts_are_cold_or_hot(void **state)
{
    (void)state;
    for (size_t a = 0; a < 3; a++) {
        const bool bundled = a == 0;
        char settings[64];
        model_point point;
        model_chain chain;
        double sum[N_OBSERVABLES][ULAM_BUNDLE] = {{0}};
        snprintf(settings, sizeof settings, "size=64 algorithm=%s", algorithms[a]);
        assert_int_equal(model_point_open(&point, "ising", settings, NULL), ULAM_OK);
        model_chain_begin(&chain, &point, 5, 9, bundled);
        model_chain_measure(&chain, &point, sum);
        for (int k = 0; k < (bundled ? ULAM_BUNDLE : 1); k++) assert_true(sum[ENERGY][k] == -2 && sum[ABS_M][k] == 1);
        model_chain_end(&chain);
        model_point_close(&point);

        strcat(settings, " start=hot");
        memset(sum, 0, sizeof sum);
        assert_int_equal(model_point_open(&point, "ising", settings, NULL), ULAM_OK);
        model_chain_begin(&chain, &point, 5, 9, bundled);
        model_chain_measure(&chain, &point, sum);
        for (int k = 0; k < (bundled ? ULAM_BUNDLE : 1); k++)
            assert_true(fabs(sum[ENERGY][k]) < 5 * sqrt(2) / 64 && sum[ABS_M][k] < 5. / 64);
        model_chain_end(&chain);
        model_point_close(&point);
    }
}

static void a_checkerboard_needs_an_even_size(void **state)
{
    (void)state;
    model_point point;
    ulam_error error = {0};
    assert_int_equal(model_point_open(&point, "ising", "size=5", &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "size 5 is odd"));
    model_point_close(&point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energies_are_kaufmans),  cmocka_unit_test(small_lattices_have_the_means_of_all_their_states),
        cmocka_unit_test(sums_go_with_the_spins), cmocka_unit_test(chains_go_on_from_their_bytes),
        cmocka_unit_test(starts_are_cold_or_hot), cmocka_unit_test(a_checkerboard_needs_an_even_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
