/* The built-in models against their exact means, at fixed seeds: the mean of many runs, how often the 95 % interval
 * covers the truth, and whether the reported error is the spread that repetition shows. */

#include <math.h>
#include <stdio.h>

#include "model_point.h"

#include <ulam/tally.h>

enum {
    SEEDS = 200
};

/* A trial: n runs of a point at one seed, as a job would sum them. */
static void trial(const model_point *point, uint64_t key, uint64_t n, ulam_tally *tally)
{
    const uint64_t block = point->model->block(point->values);
    double *values = malloc((size_t)block * point->width * sizeof *values), *out = malloc(point->width * sizeof *out);
    assert_true(values && out);
    assert_int_equal(ulam_tally_init(tally, point->width), ULAM_OK);
    for (uint64_t run = 0; run < n; run += block) {
        const uint64_t runs = n - run < block ? n - run : block;
        for (uint64_t k = 0; k < runs; k++) {
            model_point_run(point, key, run + k, out);
            for (size_t e = 0; e < point->width; e++) values[e * block + k] = out[e];
        }
        assert_int_equal(ulam_tally_add_block(tally, values, (size_t)block, (size_t)runs), ULAM_OK);
    }
    free(out);
    free(values);
}

/* What the trials at many seeds say about one element. */
typedef struct {
    unsigned covered;         /* trials whose interval holds the exact value */
    double sum, squares;      /* of the trials' means */
    double reported_variance; /* sum of the squared standard errors */
    ulam_moments all;
} record;

static void record_trial(record *self, const ulam_moments *moments, double exact)
{
    ulam_summary summary;
    assert_int_equal(ulam_moments_summarise(moments, &summary), ULAM_OK);
    self->covered += fabs(summary.mean - exact) <= 1.96 * summary.std_error;
    self->sum += summary.mean;
    self->squares += summary.mean * summary.mean;
    self->reported_variance += summary.std_error * summary.std_error;
    assert_int_equal(ulam_moments_merge(&self->all, moments), ULAM_OK);
}

/* The mean of all runs of all trials, in units of its error. */
static void judge_mean(const record *self, const char *label, double exact)
{
    ulam_summary summary;
    assert_int_equal(ulam_moments_summarise(&self->all, &summary), ULAM_OK);
    if (summary.sd == 0 ? summary.mean != exact : !(fabs(summary.mean - exact) <= 4 * summary.std_error))
        fail_msg("%s: mean %.9g +- %.2g, exact %.9g", label, summary.mean, summary.std_error, exact);
}

typedef struct {
    unsigned trials, covered;
    double spread, reported; /* sums of variances of a trial's mean */
} pool;

static void pool_add(pool *self, const record *element)
{
    const double mean = element->sum / SEEDS;
    const double spread = (element->squares - SEEDS * mean * mean) / (SEEDS - 1);
    if (element->reported_variance == 0) return; /* an element that does not vary has no interval to miss */
    self->trials += SEEDS;
    self->covered += element->covered;
    self->spread += spread * SEEDS / element->reported_variance; /* each element has the same weight */
    self->reported += 1;
}

static void judge_errors(const pool *self, const char *label)
{
    if (self->trials == 0) return;
    const double coverage = self->covered / (double)self->trials;
    if (!(coverage >= 0.90 && coverage <= 0.99))
        fail_msg("%s: the 95 %% interval covers the exact mean in %.1f %% of the trials", label, 100 * coverage);
    const double ratio = sqrt(self->spread / self->reported);
    if (!(fabs(ratio - 1) <= 0.15))
        fail_msg("%s: the means of %d seeds spread %.3f times as much as their standard errors say", label, SEEDS,
                 ratio);
}

static void judge_point(const char *name, const char *settings, uint64_t runs)
{
    model_point point;
    ulam_error error = {0};
    if (model_point_open(&point, name, settings, &error)) fail_msg("%s %s: %s", name, settings, error.message);
    double *exact = malloc(point.width * sizeof *exact);
    record *records = calloc(point.width, sizeof *records);
    assert_true(exact && records);
    model_point_exact(&point, exact);

    for (size_t k = 0; k < point.width; k++) ulam_moments_init(&records[k].all);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        ulam_tally tally;
        trial(&point, seed, runs, &tally);
        for (size_t k = 0; k < point.width; k++) record_trial(&records[k], &tally.moments[k], exact[k]);
        ulam_tally_free(&tally);
    }

    size_t judged = 0;
    pool elements = {0};
    for (size_t k = 0; k < point.width; k++) {
        size_t index, next = 0;
        char label[256];
        const char *observable = model_point_name(&point, k, &index);
        if (k + 1 < point.width) model_point_name(&point, k + 1, &next);

        snprintf(label, sizeof label, "%s (%s), %s[%zu]", name, settings, observable, index);
        if (!isnan(exact[k])) {
            judge_mean(&records[k], label, exact[k]);
            pool_add(&elements, &records[k]);
            judged++;
        }
        if (next == 0) { /* the observable's last element */
            judge_errors(&elements, label);
            elements = (pool){0};
        }
        ulam_moments_free(&records[k].all);
    }
    assert_true(judged > 0);
    free(exact);
    free(records);
    model_point_close(&point);
}

static void buffon_agrees_with_buffon(void **state)
{
    (void)state;
    judge_point("buffon", "", 1000);
    judge_point("buffon", "length=0.7 spacing=2.5", 1000);
}

static void european_agrees_with_black_and_scholes(void **state)
{
    (void)state;
    judge_point("european", "", 1000);
    judge_point("european", "kind=put strike=110 maturity=0.25", 1000);
    judge_point("european", "dividend=0.06 rate=0.02 volatility=0.4 maturity=2 strike=80", 1000);
}

static void asian_agrees_with_kemna_and_vorst(void **state)
{
    (void)state;
    judge_point("asian", "", 1000);
    judge_point("asian", "fixings=5 kind=put strike=110 maturity=0.25", 1000);
    judge_point("asian", "fixings=1 dividend=0.06 rate=0.02 volatility=0.4 maturity=2 strike=80", 1000);
    judge_point("asian", "fixings=70 volatility=0 strike=99", 100);
}

static void queue_agrees_with_its_stationary_law_and_with_spitzers_identity(void **state)
{
    (void)state;
    judge_point("queue", "customers=20", 400);
    judge_point("queue", "customers=5 arrival_rate=1.6 threshold=3", 1000);
    judge_point("queue", "customers=20 start=empty", 400);
    judge_point("queue", "customers=20 start=empty arrival_rate=3", 400);
}

static void sir_agrees_with_its_jump_chain(void **state)
{
    (void)state;
    judge_point("sir", "population=100 initial=3 r0=1.5 samples=3", 400);
    judge_point("sir", "population=100 initial=5 r0=0.8 samples=3", 400);
    judge_point("sir", "population=20 initial=15 r0=0 horizon=10 samples=6", 400);
}

static void walk_agrees_with_theory_and_enumeration(void **state)
{
    (void)state;
    judge_point("walk", "dimension=1 steps=30", 400);
    judge_point("walk", "dimension=3 steps=50", 400);
    judge_point("walk", "kind=self_avoiding dimension=1 steps=30", 100);
    judge_point("walk", "kind=self_avoiding dimension=2 steps=7", 400);
    judge_point("walk", "kind=self_avoiding dimension=2 steps=18", 1000);
    judge_point("walk", "kind=self_avoiding dimension=3 steps=11", 1000);
}

/* Chances of an epidemic's states (s, i) at one time: p[s][i]. */
enum {
    PEOPLE = 12
};

typedef struct {
    double p[PEOPLE + 1][PEOPLE + 2];
} chances;

static void master_equation(const chances *at, double r0, double gamma, chances *rate)
{
    *rate = (chances){0};
    for (int s = 0; s <= PEOPLE; s++)
        for (int i = 1; i <= PEOPLE - s; i++) {
            const double infection = r0 * gamma * s * i / PEOPLE * at->p[s][i], recovery = gamma * i * at->p[s][i];
            rate->p[s][i] -= infection + recovery;
            rate->p[s][i - 1] += recovery;
            if (s > 0) rate->p[s - 1][i + 1] += infection;
        }
}

static chances shifted(const chances *at, double step, const chances *rate)
{
    chances result;
    for (int s = 0; s <= PEOPLE; s++)
        for (int i = 0; i <= PEOPLE + 1; i++) result.p[s][i] = at->p[s][i] + step * rate->p[s][i];
    return result;
}

/* By Runge and Kutta's classical method; the mean number infected after each of n steps of length h. */
static void infected_by_master_equation(int initial, double r0, double gamma, double h, int n, double *infected)
{
    chances at = {0}, k[4];
    at.p[PEOPLE - initial][initial] = 1;
    for (int step = 0; step < n; step++) {
        master_equation(&at, r0, gamma, &k[0]);
        chances probe = shifted(&at, h / 2, &k[0]);
        master_equation(&probe, r0, gamma, &k[1]);
        probe = shifted(&at, h / 2, &k[1]);
        master_equation(&probe, r0, gamma, &k[2]);
        probe = shifted(&at, h, &k[2]);
        master_equation(&probe, r0, gamma, &k[3]);

        infected[step] = 0;
        for (int s = 0; s <= PEOPLE; s++)
            for (int i = 0; i <= PEOPLE - s; i++) {
                at.p[s][i] += h / 6 * (k[0].p[s][i] + 2 * k[1].p[s][i] + 2 * k[2].p[s][i] + k[3].p[s][i]);
                infected[step] += i * at.p[s][i];
            }
    }
}

static void sir_follows_its_master_equation_in_time(void **state)
{
    (void)state;
    model_point point;
    ulam_tally tally;
    double expected[300];
    infected_by_master_equation(2, 2.5, 0.4, 0.05, 300, expected);
    assert_int_equal(
        model_point_open(&point, "sir", "population=12 initial=2 r0=2.5 recovery_rate=0.4 horizon=15 samples=16", NULL),
        ULAM_OK);
    trial(&point, 1, 100000, &tally);
    for (int day = 1; day <= 15; day++) {
        ulam_summary summary;
        assert_int_equal(ulam_moments_summarise(&tally.moments[day], &summary), ULAM_OK);
        const double exact = expected[20 * day - 1];
        if (!(fabs(summary.mean - exact) <= 4 * summary.std_error))
            fail_msg("sir, infected on day %d: %.6g +- %.2g, exact %.6g", day, summary.mean, summary.std_error, exact);
    }
    ulam_tally_free(&tally);
    model_point_close(&point);
}

/* Mean of the largest number infected, from (s, i) on, by following every path. */
static double mean_peak(int n, int s, int i, int peak, double r0)
{
    if (i == 0) return peak;
    const double share = r0 * s / (r0 * s + n);
    const double down = (1 - share) * mean_peak(n, s, i - 1, peak, r0);
    return s == 0 ? down : down + share * mean_peak(n, s - 1, i + 1, i + 1 > peak ? i + 1 : peak, r0);
}

static void sir_peaks_as_all_its_paths_do(void **state)
{
    (void)state;
    model_point point;
    ulam_tally tally;
    ulam_summary summary;
    assert_int_equal(model_point_open(&point, "sir", "population=9 initial=2 r0=2 samples=1", NULL), ULAM_OK);
    trial(&point, 1, 100000, &tally);
    assert_int_equal(ulam_moments_summarise(&tally.moments[2], &summary), ULAM_OK);
    const double exact = mean_peak(9, 7, 2, 2, 2);
    if (!(fabs(summary.mean - exact) <= 4 * summary.std_error))
        fail_msg("sir, peak: %.6g +- %.2g, exact %.6g", summary.mean, summary.std_error, exact);
    ulam_tally_free(&tally);
    model_point_close(&point);
}

/* How many self-avoiding walks of 12 steps on the square lattice end at each squared distance. */
enum {
    TWELVE = 12
};

static void count_ends(bool seen[27][27], int x, int y, int step, double count[TWELVE * TWELVE + 1])
{
    static const int move[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    if (step == TWELVE) {
        count[x * x + y * y]++;
        return;
    }
    seen[13 + x][13 + y] = true;
    for (int k = 0; k < 4; k++)
        if (!seen[13 + x + move[k][0]][13 + y + move[k][1]])
            count_ends(seen, x + move[k][0], y + move[k][1], step + 1, count);
    seen[13 + x][13 + y] = false;
}

static void self_avoiding_walks_end_as_often_as_enumeration_says(void **state)
{
    (void)state;
    enum {
        RUNS = 100000
    };
    model_point point;
    bool seen[27][27] = {0};
    double all[TWELVE * TWELVE + 1] = {0}, drawn[TWELVE * TWELVE + 1] = {0}, walks = 0, out[2];
    count_ends(seen, 0, 0, 0, all);
    for (size_t k = 0; k <= TWELVE * TWELVE; k++) walks += all[k];

    assert_int_equal(model_point_open(&point, "walk", "kind=self_avoiding steps=12", NULL), ULAM_OK);
    for (uint64_t run = 0; run < RUNS; run++) {
        model_point_run(&point, 1, run, out);
        drawn[(size_t)out[0]]++;
    }
    model_point_close(&point);

    double chi_squared = 0, freedom = -1; /* the rare ends together make one class */
    double rare = 0, rare_drawn = 0;
    for (size_t k = 0; k <= TWELVE * TWELVE; k++) {
        const double expected = RUNS * all[k] / walks;
        if (expected < 20) {
            rare += expected;
            rare_drawn += drawn[k];
            continue;
        }
        chi_squared += (drawn[k] - expected) * (drawn[k] - expected) / expected;
        freedom++;
    }
    chi_squared += (rare_drawn - rare) * (rare_drawn - rare) / rare;
    freedom++;
    if (!(fabs(chi_squared - freedom) <= 4 * sqrt(2 * freedom)))
        fail_msg("walk: chi squared %.1f of the end's distance with %.0f degrees of freedom", chi_squared, freedom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffon_agrees_with_buffon),
        cmocka_unit_test(european_agrees_with_black_and_scholes),
        cmocka_unit_test(asian_agrees_with_kemna_and_vorst),
        cmocka_unit_test(queue_agrees_with_its_stationary_law_and_with_spitzers_identity),
        cmocka_unit_test(sir_agrees_with_its_jump_chain),
        cmocka_unit_test(sir_follows_its_master_equation_in_time),
        cmocka_unit_test(sir_peaks_as_all_its_paths_do),
        cmocka_unit_test(walk_agrees_with_theory_and_enumeration),
        cmocka_unit_test(self_avoiding_walks_end_as_often_as_enumeration_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
