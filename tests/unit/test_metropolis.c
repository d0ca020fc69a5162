/* The random-walk sampler: moments, what it adapts and when, and what it makes of densities that are none. */

#include "model_chains.h"

#include <ulam/metropolis.h>

static void the_built_in_law_has_its_moments(void **state)
{
    (void)state;
    static const char *const points[] = {
        "",
        "correlation=0.9",
        "dimension=5 correlation=-0.6 start=3",
        "bend=1 correlation=0.3",
        "dimension=3 bend=-0.5",
    };
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        model_point point;
        chains_mean means[MOST_NUMBERS];
        double exact[MOST_NUMBERS];
        assert_int_equal(model_point_open(&point, "metropolis", points[k], NULL), ULAM_OK);
        model_point_exact(&point, exact);
        model_chains_means(&point, 20 + k, 1000, 10000, means);
        for (size_t e = 0; e + 1 < point.width; e++) {
            size_t index;
            assert_true(!isnan(exact[e]));
            assert_within_errors(&means[e], exact[e], points[k], model_point_name(&point, e, &index));
        }
        assert_true(isnan(exact[point.width - 1]));
        model_point_close(&point);
    }
}

/* Of a normal law with one coordinate or many, proposals are accepted about as often as the scale is adapted for. */
static void the_scale_is_adapted_to_the_best_acceptance(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double accepted;
    } points[] = {{"dimension=2 correlation=0", 0.337},
                  {"dimension=2 correlation=0.99", 0.337},
                  {"dimension=7 correlation=0", 0.263}};
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        model_point point;
        chains_mean means[MOST_NUMBERS];
        assert_int_equal(model_point_open(&point, "metropolis", points[k].settings, NULL), ULAM_OK);
        model_chains_means(&point, 30 + k, 5000, 2000, means);
        const double accepted = means[point.width - 1].mean;
        if (!(fabs(accepted - points[k].accepted) < 0.02))
            fail_msg("%s: %g of the proposals are accepted, expected %g", points[k].settings, accepted,
                     points[k].accepted);
        model_point_close(&point);
    }
}

/* Laws of tests. */
static double half_normal(const void *point, const double *x)
{
    (void)point;
    return x[0] > 0 ? -0.5 * x[0] * x[0] : -INFINITY;
}

static double pit(const void *point, const double *x) { return x[0] > 1 ? *(const double *)point : -0.5 * x[0] * x[0]; }

static void start_at_one(const void *point, ulam_rng *rng, double *x)
{
    (void)point;
    (void)rng;
    x[0] = 1;
}

static void narrow(const void *point, double *width)
{
    (void)point;
    width[0] = 1e-3;
}

static void see_place(const void *point, const ulam_metropolis_place *place, double *out)
{
    (void)point;
    out[0] = place->scale;
    out[1] = place->accepted;
    out[2] = place->x[0];
    out[3] = place->log_density;
}

static const ulam_metropolis half = {.dimension = 1, .log_density = half_normal, .start = start_at_one};
static const ulam_metropolis half_from_zero = {.dimension = 1, .log_density = half_normal};
static const ulam_metropolis seen = {
    .dimension = 1, .log_density = half_normal, .start = start_at_one, .widths = narrow, .measure = see_place};
static const ulam_metropolis with_pit = {.dimension = 1, .log_density = pit};
ULAM_METROPOLIS(half_chain, half)
ULAM_METROPOLIS(zero_chain, half_from_zero)
ULAM_METROPOLIS(seen_chain, seen)
ULAM_METROPOLIS(pit_chain, with_pit)

typedef struct {
    ulam_rng rng;
    ulam_error failure;
    double state[16];
} walker;

static void begin(walker *self, const ulam_chain *chain, const void *point, uint64_t run)
{
    *self = (walker){.failure = {0}};
    assert_true(chain->size(point) <= sizeof self->state);
    ulam_rng_start(&self->rng, 99, run);
    self->rng.failure = &self->failure;
    chain->init(point, &self->rng, 0, self->state);
}

static void a_density_of_zero_is_never_entered(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    for (uint64_t run = 0; run < 200; run++) {
        walker self;
        double mean = 0, x;
        begin(&self, &half_chain, NULL, run);
        for (int i = 0; i < 500; i++) half_chain.tune(NULL, &self.rng, self.state);
        for (int i = 0; i < 2000; i++) {
            half_chain.sweep(NULL, &self.rng, self.state);
            half_chain.measure(NULL, self.state, &x);
            assert_true(x > 0);
            mean += x / 2000;
        }
        assert_int_equal(self.failure.status, ULAM_OK);
        sum += mean;
        squares += mean * mean;
    }
    const double mean = sum / 200, error = sqrt((squares / 200 - mean * mean) / 199);
    assert_true(fabs(mean - sqrt(2 / M_PI)) <= 4 * error);
}

static void only_thermalisation_adapts(void **state)
{
    (void)state;
    walker self;
    double first[4], out[4];
    begin(&self, &seen_chain, NULL, 0);
    seen_chain.measure(NULL, self.state, first);
    assert_true(first[0] == 2.38 && first[1] == 0 && first[2] == 1 && first[3] == -0.5);
    for (int i = 0; i < 1000; i++) seen_chain.tune(NULL, &self.rng, self.state);
    seen_chain.measure(NULL, self.state, first);
    assert_true(first[0] > 100); /* the width was far too small */
    int accepted = 0;
    for (int i = 0; i < 1000; i++) {
        double before[4];
        seen_chain.measure(NULL, self.state, before);
        seen_chain.sweep(NULL, &self.rng, self.state);
        seen_chain.measure(NULL, self.state, out);
        assert_true(out[0] == first[0]);
        assert_int_equal(out[1] != 0, out[2] != before[2]);
        assert_true(out[3] == -0.5 * out[2] * out[2]);
        accepted += out[1] != 0;
    }
    assert_true(accepted > 250 && accepted < 650);
}

static void a_logarithm_that_is_none_fails_the_chain_by_its_place(void **state)
{
    (void)state;
    static const double values[] = {NAN, INFINITY};
    for (size_t k = 0; k < 2; k++) {
        walker self;
        begin(&self, &pit_chain, &values[k], k);
        for (int i = 0; i < 1000 && !self.failure.status; i++) pit_chain.sweep(&values[k], &self.rng, self.state);
        assert_int_equal(self.failure.status, ULAM_ERUN);
        assert_non_null(
            strstr(self.failure.message, k ? "log_density is inf, expected" : "log_density is nan, expected"));
        const char *x = strstr(self.failure.message, "at x = (");
        assert_non_null(x);
        assert_true(strtod(x + strlen("at x = ("), NULL) > 1);
    }
    walker self;
    begin(&self, &zero_chain, NULL, 0);
    assert_string_equal(self.failure.message, "the density is 0 where the chain starts, at x = (0)");
}

static void chains_go_on_from_their_bytes(void **state)
{
    (void)state;
    walker one, other;
    begin(&one, &half_chain, NULL, 4);
    for (int i = 0; i < 50; i++) half_chain.tune(NULL, &one.rng, one.state);
    other = one;
    for (int i = 0; i < 50; i++) half_chain.tune(NULL, &one.rng, one.state);
    for (int i = 0; i < 50; i++) half_chain.tune(NULL, &other.rng, other.state);
    assert_memory_equal(one.state, other.state, sizeof one.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_law_has_its_moments),
        cmocka_unit_test(the_scale_is_adapted_to_the_best_acceptance),
        cmocka_unit_test(a_density_of_zero_is_never_entered),
        cmocka_unit_test(only_thermalisation_adapts),
        cmocka_unit_test(a_logarithm_that_is_none_fails_the_chain_by_its_place),
        cmocka_unit_test(chains_go_on_from_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
