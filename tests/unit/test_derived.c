/* Expressions, the jackknife, and what it says of derived quantities. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/accumulators.h>
#include <ulam/derived.h>

#include "expression.h"
#include "hand_made_job.h"

static void run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    const double common = ulam_gaussian(rng);
    out[0] = 3 + common + 0.5 * ulam_gaussian(rng);
    out[1] = 1 + 0.3 * common + 0.2 * ulam_gaussian(rng);
    for (int i = 2; i < 5; i++) out[i] = i;
}

static const ulam_observable observables[] = {{.name = "a"}, {.name = "b"}, {.name = "profile", .length = 3}};

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "pair",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 3,
                                 .run = run};

enum {
    WIDTH = 5
};

typedef struct {
    hand_made_job made;
    ulam_arena arena;
    ulam_error error;
    size_t at;
} fixture;

static ulam_status read(fixture *self, ulam_expression *expression, const char *text)
{
    make_job(&self->made, &model, 8, 1000, 1);
    return ulam_expression_read(expression, text, &self->made.job, &self->arena, &self->at, &self->error);
}

/* Its value where the elements' means are 3, 2, 5, 7, 11 and x is 4. */
static double value_of(const char *text)
{
    static const double mean[WIDTH] = {3, 2, 5, 7, 11};
    fixture self = {0};
    ulam_expression expression;
    double means[WIDTH] = {0};
    assert_int_equal(read(&self, &expression, text), ULAM_OK);
    for (size_t i = 0; i < expression.n_elements; i++) means[i] = mean[expression.elements[i]];
    const double value = ulam_expression_value(&expression, self.made.job.points[4].values, means);
    ulam_arena_free(&self.arena);
    return value;
}

static void values_are_those_of_school(void **state)
{
    (void)state;
    assert_true(value_of("a") == 3);
    assert_true(value_of("1 - 2 - 3 + 0*a") == -4);
    assert_true(value_of("2 + a*b") == 8);
    assert_true(value_of("(2 + a)*b") == 10);
    assert_true(value_of("12/a/b") == 2);
    assert_true(value_of("b^a^b") == 512);
    assert_true(value_of("-a^2") == -9);
    assert_true(value_of("2^-b") == 0.25);
    assert_true(value_of("--a") == 3);
    assert_true(value_of("a - -+b") == 5);
    assert_true(value_of("profile[2] - profile [ 0 ]*x") == -9);
    assert_true(value_of("max(a, min(x, b)) + abs(-b)") == 5);
    assert_true(value_of("pow(a, b) + sqrt(x)") == 11);
    assert_true(value_of("1.5e+1*a - .5E0") == 44.5);
    assert_true(fabs(value_of("tan(pi/4) + log(exp(a)) + log10(100) + sin(0) + cos(0)") - 7 - 0 * 3) < 1e-14);
    assert_true(fabs(value_of("a^0.5") - sqrt(3)) < 1e-15);
    assert_true(isnan(value_of("sqrt(-a)")));
    assert_true(isnan(value_of("max(0, log(-a))")));
    assert_true(isinf(value_of("a/(b - 2)")));
}

static void mistakes_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *says;
    } cases[] = {
        {"", 0, "the expression ends here, expected a number, a name or '('"},
        {"a +", 3, "the expression ends here"},
        {"a + * b", 4, "'*' stands here, expected a number"},
        {"a b", 2, "'b' stands here, expected an operator"},
        {"(a", 2, "the expression ends here, expected an operator or ')'"},
        {"a)", 1, "')' stands here, expected an operator"},
        {"c*a", 0, "model 'pair' has no observable or parameter 'c', expected one of a, b, profile, x"},
        {"a + sqr(b)", 4,
         "no function 'sqr', expected one of exp, log, log10, sqrt, sin, cos, tan, abs, min, max, pow; "
         "did you mean 'sqrt'?"},
        {"exp(a, b)", 5, "the function takes one value"},
        {"max(a)", 5, "a comma: the function takes two values"},
        {"profile", 0, "'profile' is an array, expected one of profile[0] to profile[2]"},
        {"a + profile[3]", 11, "no such element, expected profile[0] to profile[2]"},
        {"profile[x]", 7, "no such element"},
        {"profile[-1]", 7, "no such element"},
        {"profile[1", 7, "no such element"},
        {"a[0]", 1, "'[' stands here, expected an operator"},
        {"1e999*a", 0, "'1e999' is no number that a double holds"},
        {"1.2.3*a", 0, "'1.2.3' is no number"},
        {"a*1e", 2, "'1e' is no number"},
        {"x + 1", 0, "names no observable"},
        {"a\xc3\xa9", 1, "'\xc3\xa9' stands here"},
        {"a;b", 1, "';' stands here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture self = {0};
        ulam_expression expression;
        assert_int_equal(read(&self, &expression, cases[i].text), ULAM_EINVAL);
        if (!strstr(self.error.message, cases[i].says)) fail_msg("'%s': %s", cases[i].text, self.error.message);
        if (self.at != cases[i].at) fail_msg("'%s': at %zu", cases[i].text, self.at);
        ulam_arena_free(&self.arena);
    }
}

/* Neither the parser's nor the evaluation's stack overflows. */
static void deep_and_long_expressions_are_refused(void **state)
{
    (void)state;
    static const char *const units[] = {"(", "-", "a+(", "a^", "max(a,", "1+a*b^("};
    static char text[20000];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t n = 1; n < 1500; n += 7) {
            fixture self = {0};
            ulam_expression expression;
            text[0] = '\0';
            for (size_t k = 0; k < n; k++) strcpy(text + k * strlen(units[i]), units[i]);
            strcat(text, "a");
            for (const char *at = text; *at; at++)
                if (*at == '(') strcat(text, ")");
            if (!read(&self, &expression, text)) {
                const double means[2] = {1, 1};
                ulam_expression_value(&expression, self.made.job.points[0].values, means);
                assert_true(n < 120);
            }
            ulam_arena_free(&self.arena);
        }
}

/* The first n runs of a stream, in the groups of a and b and their co-moments. */
typedef struct {
    ulam_groups groups[2];
    ulam_comoments pair;
} sums;

static void add_runs(sums *self, uint64_t key, size_t n)
{
    enum {
        MOST = 4096
    };
    static double values[2][MOST];
    assert_true(n <= MOST);
    for (size_t r = 0; r < n; r++) {
        double out[WIDTH];
        ulam_rng rng;
        ulam_rng_start(&rng, key, r);
        run(NULL, &rng, out);
        values[0][r] = out[0];
        values[1][r] = out[1];
    }
    const ulam_series a = {values[0], n, 1}, b = {values[1], n, 1};
    assert_int_equal(ulam_groups_add_block(&self->groups[0], a, 0, NULL), ULAM_OK);
    assert_int_equal(ulam_groups_add_block(&self->groups[1], b, 0, NULL), ULAM_OK);
    assert_int_equal(ulam_comoments_add_block(&self->pair, a, b), ULAM_OK);
}

static void free_sums(sums *self)
{
    ulam_groups_free(&self->groups[0]);
    ulam_groups_free(&self->groups[1]);
    ulam_comoments_free(&self->pair);
}

/* A job with the one derived quantity. */
typedef struct {
    fixture fixture;
    ulam_expression expression;
    ulam_derived declared;
    ulam_derived_plan plan;
    size_t group[2];
} derived_job;

static const ulam_job *make_derived(derived_job *self, const char *text)
{
    *self = (derived_job){.group = {0, 1}};
    assert_int_equal(read(&self->fixture, &self->expression, text), ULAM_OK);
    for (size_t i = 0; i < self->expression.n_elements; i++) self->group[i] = self->expression.elements[i];
    self->declared = (ulam_derived){.name = "d", .expression = text};
    self->plan = (ulam_derived_plan){&self->declared, &self->expression, self->group, self->expression.n_elements};
    self->fixture.made.job.derived = &self->plan;
    self->fixture.made.job.n_derived = 1;
    return &self->fixture.made.job;
}

static ulam_estimate estimate(const ulam_job *job, const sums *of)
{
    ulam_estimate found;
    assert_int_equal(ulam_derived_estimate(job, 0, 0, of->groups, 0.95, &found), ULAM_OK);
    return found;
}

/* b / a of 1000 seeds: the error is the spread, the interval covers, and what bias there is has gone. */
static void error_of_a_ratio_is_its_spread(void **state)
{
    (void)state;
    enum {
        SEEDS = 1000,
        RUNS = 200
    };
    derived_job made;
    const ulam_job *job = make_derived(&made, "b / a");
    double sum = 0, squares = 0, errors = 0;
    int covered = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sums of = {0};
        add_runs(&of, seed * 0x9e3779b97f4a7c15u + 1, RUNS);
        const ulam_estimate found = estimate(job, &of);
        const double off = found.value - 1. / 3;
        sum += off;
        squares += off * off;
        errors += found.std_error * found.std_error;
        covered += found.interval.low <= 1. / 3 && 1. / 3 <= found.interval.high;
        free_sums(&of);
    }
    const double spread = sqrt((squares - sum * sum / SEEDS) / (SEEDS - 1)), error = sqrt(errors / SEEDS);
    assert_true(fabs(error / spread - 1) < 0.05);
    assert_true(covered > 0.925 * SEEDS && covered < 0.97 * SEEDS);
    assert_true(fabs(sum / SEEDS) < 3 * spread / sqrt(SEEDS));
    ulam_arena_free(&made.fixture.arena);
}

/* Discounted payoffs of calls at two strikes, on the same normals. */
static void pay(uint64_t key, size_t n, double *at_100, double *at_101)
{
    for (size_t r = 0; r < n; r++) {
        ulam_rng rng;
        ulam_rng_start(&rng, key, r);
        const double price = 100 * exp(0.03 + 0.2 * ulam_gaussian(&rng));
        at_100[r] = fmax(0, price - 100);
        at_101[r] = fmax(0, price - 101);
    }
}

/* Over 500 seeds its error is its spread; the two errors in quadrature are many times too wide. */
static void error_of_a_difference_is_its_spread(void **state)
{
    (void)state;
    enum {
        SEEDS = 500,
        RUNS = 1000
    };
    static double values[2][RUNS];
    double sum = 0, squares = 0, errors = 0, quadrature = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        ulam_groups groups[2] = {0};
        ulam_replicates of[2];
        ulam_estimate found, plain[2];
        pay(seed * 0x9e3779b97f4a7c15u + 3, RUNS, values[0], values[1]);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(ulam_groups_add_block(&groups[i], (ulam_series){values[i], RUNS, 1}, 0, NULL), ULAM_OK);
            ulam_groups_replicate(&groups[i], &of[i]);
            ulam_jackknife(&of[i], 0.95, &plain[i]);
            quadrature += plain[i].std_error * plain[i].std_error / SEEDS;
            ulam_groups_free(&groups[i]);
        }
        ulam_replicates_subtract(&of[1], &of[0]);
        ulam_jackknife(&of[1], 0.95, &found);
        sum += found.value;
        squares += found.value * found.value;
        errors += found.std_error * found.std_error / SEEDS;
    }
    const double spread = sqrt((squares - sum * sum / SEEDS) / (SEEDS - 1));
    assert_true(fabs(sqrt(errors) / spread - 1) < 0.1);
    assert_true(sqrt(quadrature) > 20 * spread);
}

/* The delta method: var(b/a) = (var b - 2 r cov + r^2 var a) / (n a^2), with r = b/a. */
static void error_agrees_with_the_delta_method(void **state)
{
    (void)state;
    enum {
        RUNS = 4000
    };
    derived_job made;
    const ulam_job *job = make_derived(&made, "b / a");
    double ratio = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        sums of = {0};
        add_runs(&of, seed + 1000, RUNS);
        ulam_joint_summary joint;
        ulam_comoments_summarise(&of.pair, &joint);
        const double a = ulam_groups_mean(&of.groups[0]), r = ulam_groups_mean(&of.groups[1]) / a;
        const double var_a = 1.25, var_b = 0.13;
        const double delta = sqrt((var_b - 2 * r * joint.covariance + r * r * var_a) / RUNS) / a;
        const double error = estimate(job, &of).std_error;
        ratio += error / delta / 50;
        free_sums(&of);
    }
    assert_true(fabs(ratio - 1) < 0.05); /* a jackknife over 64 groups scatters by 9 % */
    ulam_arena_free(&made.fixture.arena);
}

/* (mean a)^2 overestimates by var a / n. */
static void bias_is_removed(void **state)
{
    (void)state;
    enum {
        SEEDS = 4000,
        RUNS = 70 /* groups of 1 and of 2 */
    };
    derived_job made;
    const ulam_job *job = make_derived(&made, "(a - 3)^2 * 56");
    double sum = 0, squares = 0, plain = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sums of = {0};
        add_runs(&of, seed + 77, RUNS);
        const double value = estimate(job, &of).value, a = ulam_groups_mean(&of.groups[0]) - 3;
        sum += value / SEEDS;
        squares += value * value / SEEDS;
        plain += a * a * 56 / SEEDS;
        free_sums(&of);
    }
    assert_true(fabs(plain - 1) < 0.1);
    assert_true(fabs(sum) < 4 * sqrt(squares / SEEDS));
    ulam_arena_free(&made.fixture.arena);
}

/* Of a mean it is the mean, and nearly its standard error, whatever the groups' sizes. */
static void a_mean_is_itself(void **state)
{
    (void)state;
    derived_job made;
    const ulam_job *job = make_derived(&made, "a");
    for (size_t n = 2; n < 200; n++) {
        sums of = {0};
        ulam_joint_summary joint;
        add_runs(&of, 5, n);
        const ulam_estimate found = estimate(job, &of);
        assert_true(fabs(found.value - ulam_groups_mean(&of.groups[0])) < 5e-14);
        if (n <= ULAM_GROUPS) { /* a run a group: the error is the mean's own */
            double mean[ULAM_GROUPS];
            ulam_groups_means(&of.groups[0], mean);
            const ulam_series values = {mean, n, 1};
            ulam_comoments variance = {0};
            assert_int_equal(ulam_comoments_add_block(&variance, values, values), ULAM_OK);
            ulam_comoments_summarise(&variance, &joint);
            assert_true(fabs(found.std_error / sqrt(joint.covariance / (double)n) - 1) < 1e-12);
            ulam_comoments_free(&variance);
        }
        assert_true(found.std_error > 0 && found.interval.low < found.value && found.value < found.interval.high);
        free_sums(&of);
    }
    ulam_arena_free(&made.fixture.arena);
}

static void below_two_groups_nothing_is_known(void **state)
{
    (void)state;
    derived_job made;
    const ulam_job *job = make_derived(&made, "a");
    ulam_estimate found;
    for (size_t n = 0; n < 2; n++) {
        sums of = {0};
        add_runs(&of, 5, n);
        found = estimate(job, &of);
        assert_true(isnan(found.value) && isnan(found.std_error) && isnan(found.interval.low));
        free_sums(&of);
    }
    assert_int_equal(ulam_derived_estimate(job, 0, 0, NULL, 0.95, &found), ULAM_OK);
    assert_true(isnan(found.value) && isnan(found.interval.high));
    ulam_arena_free(&made.fixture.arena);
}

/* Where it cannot be evaluated without some group, it has no error, and says so. */
static void an_undefined_replicate_is_undefined(void **state)
{
    (void)state;
    static const double values[] = {-10, 12, 1};
    const ulam_series series = {values, 3, 1};
    derived_job made;
    const ulam_job *job = make_derived(&made, "log(a)");
    sums of = {0};
    assert_int_equal(ulam_groups_add_block(&of.groups[0], series, 0, NULL), ULAM_OK);
    const ulam_estimate found = estimate(job, &of);
    assert_true(isnan(found.value) && isnan(found.std_error) && isnan(found.interval.low));
    free_sums(&of);
    ulam_arena_free(&made.fixture.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_school),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(deep_and_long_expressions_are_refused),
        cmocka_unit_test(error_of_a_ratio_is_its_spread),
        cmocka_unit_test(error_of_a_difference_is_its_spread),
        cmocka_unit_test(error_agrees_with_the_delta_method),
        cmocka_unit_test(bias_is_removed),
        cmocka_unit_test(a_mean_is_itself),
        cmocka_unit_test(below_two_groups_nothing_is_known),
        cmocka_unit_test(an_undefined_replicate_is_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
