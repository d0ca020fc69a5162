/* The lane kernels of the built-in models, in each build that this machine can run: every number is that of the scalar run,
 * bit for bit. */

#include "model_point.h"

#include "each_build.h"

static const struct {
    const char *model, *settings;
} cases[] = {
    {"asian", ""},
    {"asian", "fixings=1 kind=put"},
    {"asian", "fixings=200 volatility=0.9 strike=80"},
    {"asian", "volatility=0"},
    {"asian", "fixings=64 spot=1e300 strike=1e300"},
    {"buffon", ""},
    {"buffon", "length=0"},
    {"buffon", "length=0.3 spacing=7"},
    {"european", ""},
    {"european", "kind=put strike=130 dividend=0.1"},
    {"european", "volatility=5 maturity=2"},
    {"european", "volatility=0"},
    {"queue", "customers=1"},
    {"queue", "customers=40 start=empty arrival_rate=3"},
    {"queue", "customers=40 arrival_rate=1.9 threshold=0"},
    {"walk", "steps=1 dimension=8"},
    {"walk", "steps=20 dimension=1"},
    {"walk", "steps=1000 dimension=2"},
    {"walk", "steps=99 dimension=3"},
    {"walk", "steps=101 dimension=5"},
    {"walk", "steps=47 dimension=8"},
};

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void agree(const char *model, const char *settings, uint64_t first)
{
    enum {
        WIDEST = 100
    };
    static double out[WIDEST * ULAM_LANES], expected[WIDEST];
    model_point point;
    ulam_lanes lanes;
    assert_int_equal(model_point_open(&point, model, settings, NULL), ULAM_OK);
    assert_non_null(point.model->run_lanes);
    assert_true(point.width <= WIDEST);
    for (size_t i = 0; i < point.width * ULAM_LANES; i++) out[i] = NAN;
    ulam_lanes_start(&lanes, 42, first);
    point.model->run_lanes(point.point, &lanes, out);
    for (uint64_t lane = 0; lane < ULAM_LANES; lane++) {
        model_point_run(&point, 42, first + lane, expected);
        for (size_t e = 0; e < point.width; e++)
            if (!same_bits(out[e * ULAM_LANES + lane], expected[e]))
                fail_msg("%s %s, %s, run %llu, element %zu: %a in lanes, %a by itself", model, settings,
                         ulam_lanes_build(), (unsigned long long)(first + lane), e, out[e * ULAM_LANES + lane],
                         expected[e]);
    }
    model_point_close(&point);
}

static void all_agree(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (uint64_t first = 0; first < 20 * ULAM_LANES; first += ULAM_LANES - 1)
            agree(cases[k].model, cases[k].settings, first);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        agree(cases[k].model, cases[k].settings, ULAM_MAX_RUNS - ULAM_LANES);
}

static void lanes_and_runs_agree_in_every_build(void **state)
{
    (void)state;
    in_each_build(all_agree);
}

static void a_kernel_leaves_self_avoiding_walks_alone(void **state)
{
    (void)state;
    model_point point;
    ulam_lanes lanes;
    double out[2 * ULAM_LANES];
    assert_int_equal(model_point_open(&point, "walk", "kind=self_avoiding steps=10", NULL), ULAM_OK);
    for (size_t i = 0; i < 2 * ULAM_LANES; i++) out[i] = NAN;
    ulam_lanes_start(&lanes, 42, 0);
    point.model->run_lanes(point.point, &lanes, out);
    for (size_t i = 0; i < 2 * ULAM_LANES; i++) assert_true(isnan(out[i]));
    model_point_close(&point);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_and_runs_agree_in_every_build), /* before this process has chosen a build */
        cmocka_unit_test(a_kernel_leaves_self_avoiding_walks_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
