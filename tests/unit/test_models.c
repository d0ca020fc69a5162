/* The built-in models: what they declare, what they refuse, and their exact values against independent ones. */

#include <math.h>
#include <stdio.h>

#include "model_chains.h"

static const char *const names[] = {"ar1",        "asian", "buffon", "european", "ising",
                                    "metropolis", "queue", "sir",    "walk"};

/* The exact mean of one element at a point. */
static double exact_of(const char *name, const char *settings, size_t element)
{
    model_point point;
    ulam_error error = {0};
    if (model_point_open(&point, name, settings, &error)) fail_msg("%s %s: %s", name, settings, error.message);
    double *exact = calloc(point.width, sizeof *exact);
    assert_non_null(exact);
    model_point_exact(&point, exact);
    const double value = exact[element];
    free(exact);
    model_point_close(&point);
    return value;
}

static void near(double value, double expected, double tolerance, const char *what, int line)
{
    if (!(fabs(value - expected) <= tolerance * fabs(expected)))
        fail_msg("line %d: %s is %.17g, expected %.17g", line, what, value, expected);
}

#define assert_near(value, expected, tolerance) near(value, expected, tolerance, #value, __LINE__)

static void assert_refused(const char *name, const char *settings, const char *part)
{
    model_point point;
    ulam_error error = {0};
    assert_int_equal(model_point_open(&point, name, settings, &error), ULAM_EINVAL);
    if (!strstr(error.message, part)) fail_msg("'%s' does not say '%s'", error.message, part);
    model_point_close(&point);
}

static void the_catalogue_holds_nine_valid_models_sorted_by_name(void **state)
{
    (void)state;
    const ulam_catalogue *catalogue = ulam_builtin_models();
    assert_int_equal(catalogue->count, sizeof names / sizeof *names);
    for (size_t k = 0; k < catalogue->count; k++) {
        const ulam_model *model = catalogue->models[k];
        ulam_error error = {0};
        if (ulam_model_check(model, &error)) fail_msg("%s", error.message);
        assert_string_equal(model->name, names[k]);
        assert_ptr_equal(ulam_catalogue_find(catalogue, names[k]), model);
        assert_non_null(model->reference);
        assert_non_null(model->source);
        for (size_t p = 0; p < model->n_parameters; p++) {
            assert_non_null(model->parameters[p].help);
            assert_non_null(model->parameters[p].default_value);
        }
        for (size_t o = 0; o < model->n_observables; o++) assert_non_null(model->observables[o].help);
    }
    assert_null(ulam_catalogue_find(catalogue, "needle"));
}

static void every_model_runs_with_its_defaults(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        model_point point;
        ulam_error error = {0};
        if (model_named(names[k])->chain) continue;
        assert_int_equal(model_point_open(&point, names[k], "", &error), ULAM_OK);
        assert_true(point.model->block(point.values) >= 1);
        double *out = malloc(point.width * sizeof *out), *again = malloc(point.width * sizeof *again);
        assert_true(out && again);
        for (size_t i = 0; i < point.width; i++) out[i] = NAN;
        model_point_run(&point, 1, 7, out);
        for (size_t i = 0; i < point.width; i++) assert_true(isfinite(out[i]));
        model_point_run(&point, 1, 8, again);
        model_point_run(&point, 1, 7, again);
        assert_memory_equal(out, again, point.width * sizeof *out); /* a run leaves no trace in its point */
        free(out);
        free(again);
        model_point_close(&point);
    }
}

static void every_chain_goes_with_its_defaults(void **state)
{
    (void)state;
    size_t chains = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        model_point point;
        double sum[MOST_NUMBERS][ULAM_BUNDLE] = {{0}};
        const ulam_chain *chain = model_named(names[k])->chain;
        if (!chain) continue;
        assert_int_equal(model_point_open(&point, names[k], "", NULL), ULAM_OK);
        for (int bundled = 0; bundled <= !!chain->bundle; bundled++) {
            model_chain one;
            model_chain_begin(&one, &point, 1, 7, bundled);
            for (int i = 0; i < 3; i++) model_chain_sweep(&one, &point);
            model_chain_measure(&one, &point, sum);
            for (size_t e = 0; e < point.width; e++)
                for (int c = 0; c < (bundled ? ULAM_BUNDLE : 1); c++) assert_true(isfinite(sum[e][c]));
            model_chain_end(&one);
        }
        model_point_close(&point);
        chains++;
    }
    assert_int_equal(chains, 3);
}

static void parameters_that_do_not_go_together_are_refused_by_name(void **state)
{
    (void)state;
    assert_refused("buffon", "length=3 spacing=2", "length 3 is greater than spacing 2");
    assert_refused("european", "rate=800", "rate 800");
    assert_refused("european", "rate=-800", "maturity");
    assert_refused("european", "volatility=100", "volatility 100");
    assert_refused("asian", "rate=-800", "maturity");
    assert_refused("asian", "volatility=100", "volatility 100");
    assert_refused("queue", "arrival_rate=2", "arrival_rate 2 is not below service_rate 2");
    assert_refused("sir", "initial=11 population=10", "initial 11 is greater than population 10");
    assert_refused("walk", "kind=self_avoiding steps=1001", "at most 1000");
    assert_refused("walk", "kind=self_avoiding dimension=8 steps=128", "at most 127");
}

static void option_prices_are_black_and_scholes(void **state)
{
    (void)state;
    assert_near(exact_of("european", "", 0), 10.450583572185565, 1e-14);
    assert_near(exact_of("european", "kind=put", 0), 10.450583572185565 - 100 + 100 * exp(-0.05), 1e-13);
    assert_near(exact_of("european", "", 1), 0.5 * erfc(-0.15 / sqrt(2)), 1e-14);

    /* C - P = S exp(-q T) - K exp(-r T); and one of the two is exercised. */
    const char *call = "kind=call strike=90 rate=0.03 dividend=0.07 volatility=0.4 maturity=2.5";
    const char *put = "kind=put strike=90 rate=0.03 dividend=0.07 volatility=0.4 maturity=2.5";
    assert_near(exact_of("european", call, 0) - exact_of("european", put, 0), 100 * exp(-0.175) - 90 * exp(-0.075),
                1e-13);
    assert_near(exact_of("european", call, 1) + exact_of("european", put, 1), 1, 1e-14);
}

static void options_on_the_geometric_mean_are_kemna_and_vorst(void **state)
{
    (void)state;
    /* Of one price it is the European option, and of very many it is a European option too, on another asset. */
    const char *put = "kind=put strike=90 rate=0.03 dividend=0.07 volatility=0.4 maturity=2.5";
    char of_one[128];
    snprintf(of_one, sizeof of_one, "%s fixings=1", put);
    assert_near(exact_of("asian", of_one, 1), exact_of("european", put, 0), 1e-13);
    assert_near(exact_of("asian", of_one, 0), exact_of("european", put, 0), 1e-13);
    assert_near(exact_of("asian", "fixings=100000", 1),
                exact_of("european", "volatility=0.11547005383792516 dividend=0.028333333333333335", 0), 1e-4);
    assert_true(isnan(exact_of("asian", "", 0)));

    assert_near(exact_of("asian", "maturity=0 strike=90", 0), 10, 1e-14);
    assert_near(exact_of("asian", "volatility=0 rate=0 dividend=0 kind=put strike=110", 1), 10, 1e-13);
}

static void an_option_without_time_or_volatility_pays_what_is_certain(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double price, exercised;
    } cases[] = {
        {"maturity=0 strike=90", 10, 1},
        {"maturity=0 strike=90 kind=put", 0, 0},
        {"maturity=0", 0, 0},
        {"volatility=0 strike=110 kind=put rate=0", 10, 1},
        {"volatility=0 strike=90 rate=0.1", 100 - 90 * 0.90483741803595957, 1},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        model_point point;
        double out[2];
        assert_int_equal(model_point_open(&point, "european", cases[k].settings, NULL), ULAM_OK);
        model_point_run(&point, 1, k, out);
        assert_near(out[0], cases[k].price, 1e-14);
        assert_near(exact_of("european", cases[k].settings, 0), cases[k].price, 1e-14);
        assert_true(out[1] == cases[k].exercised);
        assert_true(exact_of("european", cases[k].settings, 1) == cases[k].exercised);
        model_point_close(&point);
    }
}

static void a_needle_crosses_by_buffons_law(void **state)
{
    (void)state;
    assert_near(exact_of("buffon", "", 0), 0.63661977236758134308, 1e-15);
    assert_near(exact_of("buffon", "length=0.5 spacing=3", 0), 0.10610329539459689, 1e-15);
    assert_true(exact_of("buffon", "length=0", 0) == 0);

    model_point point;
    double crossing;
    assert_int_equal(model_point_open(&point, "buffon", "length=0", NULL), ULAM_OK);
    for (uint64_t run = 0; run < 1000; run++) {
        model_point_run(&point, 1, run, &crossing);
        assert_true(crossing == 0);
    }
    model_point_close(&point);
}

/* E max(0, X - Y), X and Y sums of k exponential times of rates mu and lambda: the integral of P(X > t) P(Y <= t) over
 * t, by the trapezoidal rule. */
static double excess_by_quadrature(unsigned k, double mu, double lambda)
{
    const double end = 60 / fmin(mu, lambda), h = end / 200000;
    double sum = 0;
    for (double t = 0; t < end; t += h) {
        double x = exp(-mu * t), y = exp(-lambda * t), longer = 0, later = 0;
        for (unsigned j = 0; j < k; j++) {
            longer += x;
            later += y;
            x *= mu * t / (j + 1);
            y *= lambda * t / (j + 1);
        }
        sum += h * longer * (1 - later);
    }
    return sum;
}

static void a_queue_that_starts_empty_has_its_finite_time_means(void **state)
{
    (void)state;
    static const double rates[][2] = {{1, 2}, {1.9, 2}, {2, 2}, {3, 2}}; /* arrivals, services */
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        char settings[128];
        const double lambda = rates[k][0], mu = rates[k][1];
        double mean = 0;
        snprintf(settings, sizeof settings, "start=empty customers=5 arrival_rate=%g service_rate=%g", lambda, mu);
        assert_true(exact_of("queue", settings, 0) == 0);
        for (unsigned n = 1; n < 5; n++) {
            mean += excess_by_quadrature(n, mu, lambda) / n;
            assert_near(exact_of("queue", settings, n), mean, 1e-7);
        }
    }
    /* An empty queue forgets its start. */
    assert_near(exact_of("queue", "start=empty customers=2000", 1999), 0.5, 1e-14);
    assert_near(exact_of("queue", "", 99), 0.5, 1e-15);
    assert_near(exact_of("queue", "threshold=2", 101), 0.5 * exp(-2), 1e-15);
    assert_true(isnan(exact_of("queue", "start=empty", 101)));
}

/* Means of final size, duration and peak from (s, i) on, by following every path. */
static void follow(int n, int s, int i, int peak, double r0, double gamma, double mean[3])
{
    if (i == 0) {
        mean[0] = n - s;
        mean[1] = 0;
        mean[2] = peak;
        return;
    }
    const double infection = r0 * gamma * s * i / n, recovery = gamma * i;
    double up[3] = {0}, down[3];
    if (s > 0) follow(n, s - 1, i + 1, i + 1 > peak ? i + 1 : peak, r0, gamma, up);
    follow(n, s, i - 1, peak, r0, gamma, down);
    for (int k = 0; k < 3; k++) mean[k] = (infection * up[k] + recovery * down[k]) / (infection + recovery);
    mean[1] += 1 / (infection + recovery);
}

static void an_epidemics_exact_means_agree_with_all_its_paths(void **state)
{
    (void)state;
    double mean[3];
    follow(8, 6, 2, 2, 1.7, 0.5, mean);
    assert_near(exact_of("sir", "population=8 initial=2 r0=1.7 recovery_rate=0.5 samples=3", 3), mean[0], 1e-13);
    assert_near(exact_of("sir", "population=8 initial=2 r0=1.7 recovery_rate=0.5 samples=3", 5), mean[1], 1e-13);

    assert_near(exact_of("sir", "population=2000 initial=2000 samples=3", 3), 2000, 1e-12);
    assert_near(exact_of("sir", "population=1 samples=1 recovery_rate=0.5", 3), 2, 1e-15);
    assert_true(isnan(exact_of("sir", "population=2001 samples=3", 3)));

    /* A large outbreak infects the fraction z = 1 - exp(-R0 z), and happens with probability 1 - 1 / R0. */
    assert_near(exact_of("sir", "population=2000 r0=3 samples=3", 3), 2000 * 0.94047979 * 2 / 3, 2e-3);
}

static void an_epidemic_of_one_sample_is_seen_at_its_horizon(void **state)
{
    (void)state;
    model_point point;
    double times[3];
    assert_int_equal(model_point_open(&point, "sir", "samples=3 horizon=10", NULL), ULAM_OK);
    point.model->observables[0].coordinate(point.values, times);
    assert_true(times[0] == 0 && times[1] == 5 && times[2] == 10);
    model_point_close(&point);

    assert_int_equal(model_point_open(&point, "sir", "samples=1 horizon=10", NULL), ULAM_OK);
    point.model->observables[0].coordinate(point.values, times);
    assert_true(times[0] == 10);
    model_point_close(&point);
}

static void the_longest_epidemic_has_finite_times(void **state)
{
    (void)state;
    model_point point;
    double *times = malloc(100000 * sizeof *times);
    assert_non_null(times);
    const char *horizon = strrchr(model_named("sir")->parameters[4].bounds, ' ');
    char settings[64];
    snprintf(settings, sizeof settings, "samples=100000 horizon=%.*s", (int)strcspn(horizon + 1, ")]"), horizon + 1);
    assert_int_equal(model_point_open(&point, "sir", settings, NULL), ULAM_OK);
    point.model->observables[0].coordinate(point.values, times);
    for (size_t k = 1; k < 100000; k++) assert_true(isfinite(times[k]) && times[k] > times[k - 1]);
    model_point_close(&point);
    free(times);
}

static void an_epidemic_that_infects_all_peaks_at_the_population(void **state)
{
    (void)state;
    model_point point;
    double out[5]; /* infected at 0 and 1e-12 d, final size, peak, duration */
    assert_int_equal(model_point_open(&point, "sir", "population=50 initial=50 samples=2 horizon=1e-12", NULL),
                     ULAM_OK);
    model_point_run(&point, 3, 0, out);
    assert_true(out[0] == 50 && out[1] == 50 && out[2] == 50 && out[3] == 50 && out[4] > 0);
    model_point_close(&point);
}

/* Counts self-avoiding walks of n steps, and sums their r2, by visiting each. */
typedef struct {
    int dimension, steps, at[3];
    bool seen[19][19][19];
    uint64_t walks[10], sum[10];
} enumeration;

static void enumerate(enumeration *self, int step)
{
    int *at = self->at;
    self->walks[step]++;
    self->sum[step] += (uint64_t)(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]);
    if (step == self->steps) return;
    self->seen[9 + at[0]][9 + at[1]][9 + at[2]] = true;
    for (int direction = 0; direction < 2 * self->dimension; direction++) {
        const int move = direction % 2 ? -1 : 1;
        at[direction / 2] += move;
        if (!self->seen[9 + at[0]][9 + at[1]][9 + at[2]]) enumerate(self, step + 1);
        at[direction / 2] -= move;
    }
    self->seen[9 + at[0]][9 + at[1]][9 + at[2]] = false;
}

static void self_avoiding_walks_have_the_enumerated_mean(void **state)
{
    (void)state;
    for (int dimension = 2; dimension <= 3; dimension++) {
        enumeration all = {.dimension = dimension, .steps = 9};
        enumerate(&all, 0);
        for (int n = 1; n <= all.steps; n++) {
            char settings[64];
            snprintf(settings, sizeof settings, "kind=self_avoiding dimension=%d steps=%d", dimension, n);
            assert_near(exact_of("walk", settings, 0), (double)all.sum[n] / (double)all.walks[n], 1e-15);
        }
    }
    assert_near(exact_of("walk", "kind=simple dimension=5 steps=1000000", 0), 1e6, 0);
    assert_true(isnan(exact_of("walk", "kind=self_avoiding steps=19", 0)));
    assert_true(isnan(exact_of("walk", "kind=self_avoiding dimension=4 steps=2", 0)));
}

static void a_self_avoiding_walk_on_a_line_goes_straight(void **state)
{
    (void)state;
    model_point point;
    double out[2];
    assert_int_equal(model_point_open(&point, "walk", "kind=self_avoiding dimension=1 steps=1000000", NULL), ULAM_OK);
    model_point_run(&point, 1, 0, out);
    assert_true(out[0] == 1e12 && out[1] == 1e6);
    assert_true(exact_of("walk", "kind=self_avoiding dimension=1 steps=1000000", 0) == 1e12);
    model_point_close(&point);
}

static void the_longest_walks_end_where_n_steps_can_lead(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "steps=1 kind=self_avoiding",
        "steps=1 kind=simple dimension=8",
        "steps=401 kind=self_avoiding",
        "steps=1000 kind=self_avoiding dimension=3",
        "steps=1000 kind=self_avoiding dimension=4",
        "steps=511 kind=self_avoiding dimension=6",
        "steps=255 kind=self_avoiding dimension=7",
        "steps=127 kind=self_avoiding dimension=8",
        "steps=100000 kind=simple dimension=8",
    };
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        model_point point;
        double out[2];
        const double steps = strtod(settings[k] + strlen("steps="), NULL);
        assert_int_equal(model_point_open(&point, "walk", settings[k], NULL), ULAM_OK);
        for (uint64_t run = 0; run < 3; run++) {
            model_point_run(&point, 1, run, out);
            assert_true(out[0] >= 0 && out[0] <= steps * steps);
            assert_true(fmod(out[0], 2) == fmod(steps, 2));
            assert_true(fabs(out[1] * out[1] - out[0]) <= 1e-12 * out[0]);
        }
        model_point_close(&point);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_holds_nine_valid_models_sorted_by_name),
        cmocka_unit_test(every_model_runs_with_its_defaults),
        cmocka_unit_test(every_chain_goes_with_its_defaults),
        cmocka_unit_test(parameters_that_do_not_go_together_are_refused_by_name),
        cmocka_unit_test(option_prices_are_black_and_scholes),
        cmocka_unit_test(options_on_the_geometric_mean_are_kemna_and_vorst),
        cmocka_unit_test(an_option_without_time_or_volatility_pays_what_is_certain),
        cmocka_unit_test(a_needle_crosses_by_buffons_law),
        cmocka_unit_test(a_queue_that_starts_empty_has_its_finite_time_means),
        cmocka_unit_test(an_epidemics_exact_means_agree_with_all_its_paths),
        cmocka_unit_test(an_epidemic_of_one_sample_is_seen_at_its_horizon),
        cmocka_unit_test(the_longest_epidemic_has_finite_times),
        cmocka_unit_test(an_epidemic_that_infects_all_peaks_at_the_population),
        cmocka_unit_test(self_avoiding_walks_have_the_enumerated_mean),
        cmocka_unit_test(a_self_avoiding_walk_on_a_line_goes_straight),
        cmocka_unit_test(the_longest_walks_end_where_n_steps_can_lead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
