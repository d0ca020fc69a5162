#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sample_model.h"

static ulam_error error;

static ulam_job read_job(const char *text)
{
    ulam_job job;
    if (sample_read(&job, "jobs/scan.yaml", text, &error)) fail_msg("%s", error.message);
    return job;
}

static ulam_job read_with(const char *text, const ulam_job_source *options)
{
    ulam_job job;
    ulam_job_source source = *options;
    source.path = "scan.yaml";
    source.text = text;
    source.size = strlen(text);
    error = (ulam_error){0};
    if (ulam_job_read(&job, &source, &sample_catalogue, &error)) fail_msg("%s", error.message);
    return job;
}

static void a_small_job_takes_its_defaults(void **state)
{
    (void)state;
    const char *text = "model: option  # comments stay\nparams: {strike: 90}\nruns: 1e6\n";
    ulam_job job = read_job(text);
    assert_ptr_equal(job.model, &sample_model);
    assert_true(job.seed == ULAM_DEFAULT_SEED);
    assert_string_equal(job.output, "scan.h5");
    assert_string_equal(job.text, text);
    assert_int_equal(job.n_axes, 0);
    assert_int_equal(job.n_points, 1);
    assert_int_equal(job.points[0].runs, 1000000);
    assert_int_equal(job.points[0].block, 64);
    const ulam_value *values = job.points[0].values;
    assert_true(values[0].real == 90 && values[1].real == 0.2 && values[3].integer == 4 && !values[4].boolean);
    assert_true(values[5].choice == 0 && !*values[6].string && values[7].reals->length == 1);
    ulam_job_free(&job);
    ulam_job_free(&job);
}

static void every_type_is_read_as_declared(void **state)
{
    (void)state;
    ulam_job job =
        read_job("{\"model\": \"option\", \"runs\": 5, \"seed\": 18446744073709551615, \"block\": 32,\n"
                 "\"output\": \"/tmp/x.h5\", \"params\": {\"strike\": \"1e2\", \"times\": 1e1, \"antithetic\": on,\n"
                 "\"kind\": \"put\", \"label\": 007, \"weights\": [1, 0.5, .25], \"drift\": -0.0}}");
    const ulam_value *values = job.points[0].values;
    assert_true(job.seed == UINT64_MAX);
    assert_string_equal(job.output, "/tmp/x.h5");
    assert_int_equal(job.points[0].block, 32);
    assert_true(values[0].real == 100 && values[3].integer == 10 && values[4].boolean && values[5].choice == 1);
    assert_string_equal(values[6].string, "007");
    assert_true(values[7].reals->length == 3 && values[7].reals->values[2] == 0.25);
    ulam_job_free(&job);
}

static void observables_lie_one_after_another(void **state)
{
    (void)state;
    ulam_job job = read_job("{model: option, runs: 1, params: {strike: 1, times: 7}}");
    assert_int_equal(job.width, 1 + 7 + 3);
    assert_true(job.extents[0].scalar && job.extents[0].length == 1 && job.extents[0].offset == 0);
    assert_true(!job.extents[1].scalar && job.extents[1].length == 7 && job.extents[1].offset == 1);
    assert_true(!job.extents[2].scalar && job.extents[2].length == 3 && job.extents[2].offset == 8);
    ulam_job_free(&job);
}

static void a_sweep_is_crossed_and_the_last_varies_fastest(void **state)
{
    (void)state;
    ulam_job job = read_job("model: option\nruns: 10\nsweep:\n  strike: [90, 100, 110]\n  kind: [put, call]\n"
                            "  volatility: {from: 0.1, to: 0.5, steps: 9}\n");
    assert_int_equal(job.n_axes, 3);
    assert_string_equal(job.axes[0].name, "strike");
    assert_string_equal(job.axes[2].name, "volatility");
    assert_int_equal(job.axes[2].length, 9);
    assert_int_equal(job.axes[2].parameters[0], 1);
    assert_int_equal(job.n_points, 54);
    for (size_t p = 0; p < 54; p++) {
        const ulam_value *values = job.points[p].values;
        assert_true(values[0].real == 90 + 10 * (double)(p / 18));
        assert_int_equal(values[5].choice, p / 9 % 2 ? 0 : 1);
    }
    assert_true(job.points[2].values[1].real == 0.2 && job.points[53].values[1].real == 0.5);
    ulam_job_free(&job);
}

static void integers_booleans_texts_and_lists_may_be_swept(void **state)
{
    (void)state;
    ulam_job job = read_job("model: option\nruns: 10\nparams: {strike: 1}\nsweep:\n  antithetic: [no, yes]\n"
                            "  label: [a, '']\n  weights: [[1], [0.5, 0.5]]\n");
    assert_int_equal(job.n_points, 8);
    assert_int_equal(job.points[7].block, 16);
    assert_int_equal(job.points[3].block, 64);
    assert_string_equal(job.points[0].values[6].string, "a");
    assert_int_equal(job.points[7].values[7].reals->length, 2);
    ulam_job_free(&job);
    job = read_job(
        "model: option\nruns: 10\nparams: {strike: 1}\nsweep: {drift: {from: 1, to: 1000, steps: 4, scale: log}}");
    assert_true(job.points[1].values[2].real == 10 && job.points[3].values[2].real == 1000);
    ulam_job_free(&job);
}

static void a_zip_advances_together(void **state)
{
    (void)state;
    ulam_job job =
        read_job("model: option\nruns: 10\nzip: [[drift, strike], [label, kind]]\nsweep:\n  strike: [1, 2, 3]\n"
                 "  label: [x, y]\n  volatility: [0.1, 0.2]\n  drift: [10, 20, 30]\n  kind: [call, put]\n");
    assert_int_equal(job.n_axes, 3);
    assert_string_equal(job.axes[0].name, "point");
    assert_string_equal(job.axes[1].name, "point_2");
    assert_string_equal(job.axes[2].name, "volatility");
    assert_int_equal(job.axes[0].n_parameters, 2);
    assert_int_equal(job.axes[0].length, 3);
    assert_int_equal(job.n_points, 12);
    for (size_t p = 0; p < 12; p++) {
        const ulam_value *values = job.points[p].values;
        assert_true(values[2].real == 10 * values[0].real);
        assert_true((values[5].choice == 1) == (*values[6].string == 'y'));
        assert_true(values[1].real == (p % 2 ? 0.2 : 0.1));
    }
    ulam_job_free(&job);
}

/* The texts that keys are made of may never change: old results would not be had again. */
static void a_key_is_the_hash_of_the_canonical_text(void **state)
{
    (void)state;
    ulam_job job = read_job(
        "{model: option, seed: 7, runs: 1, params: {strike: 90, label: \"a\\nb\", kind: put, weights: [1, 0.25]}}");
    const char *expected = "option\nantithetic=false\ndrift=0x0p0\nkind=put\nlabel=3:a\nb\nstrike=0x1.68p6\ntimes=4\n"
                           "volatility=0x1.999999999999ap-3\nweights=0x1p0,0x1p-2\n";
    char *text = ulam_job_point_text(&job, 0);
    assert_string_equal(text, expected);
    assert_true(job.points[0].key == XXH3_64bits_withSeed(expected, strlen(expected), 7));
    assert_true(job.points[0].key == UINT64_C(0x47f68133730d89b2));
    free(text);
    ulam_job_free(&job);
}

static void a_point_keeps_its_key_in_any_sweep(void **state)
{
    (void)state;
    ulam_job alone = read_job("{model: option, runs: 1, params: {strike: 100, drift: 0.1}}");
    ulam_job swept = read_job("{model: option, runs: 9, params: {drift: 1e-1}, sweep: {strike: [90, 1e2, 110]}}");
    assert_true(alone.points[0].key == swept.points[1].key);
    assert_true(swept.points[0].key != swept.points[1].key);
    ulam_job_free(&swept);
    swept = read_job("{model: option, runs: 9, seed: 1, sweep: {strike: [100]}, params: {drift: 0.1}}");
    assert_true(alone.points[0].key != swept.points[0].key);
    ulam_job_free(&swept);
    ulam_job_free(&alone);
}

static void common_streams_are_the_same_at_all_points(void **state)
{
    (void)state;
    ulam_job job = read_job("{model: option, runs: 1, seed: 3, streams: common, sweep: {strike: [90, 100]}}");
    assert_true(job.points[0].key == job.points[1].key);
    assert_true(job.points[0].key == XXH3_64bits_withSeed("option", 6, 3));
    ulam_job_free(&job);
}

static void an_option_sets_adds_and_unsweeps(void **state)
{
    (void)state;
    const char *text =
        "model: option\nruns: 10\nparams:\n  drift: 1\nsweep:\n  strike: [1, 2]\n  volatility: [0.1, 0.2]\n";
    const char *const set[] = {"drift=2", "strike=5", "label=a b: c", "weights=[1, 0.5]", "drift=3"};
    const ulam_job_source options = {.set = set, .n_set = 4, .runs = "1e3", .seed = "9", .output = "other.h5"};
    ulam_job job;
    const ulam_job_source bad = {.path = "x", .text = text, .size = strlen(text), .set = set + 2, .n_set = 1};
    assert_int_equal(ulam_job_read(&job, &bad, &sample_catalogue, &error), ULAM_EINVAL); /* YAML: a mapping */
    ulam_job_free(&job);
    const char *const quoted[] = {"drift=2", "strike=5", "label='a b: c'", "weights=[1, 0.5]", "drift=3"};
    ulam_job_source good = options;
    good.set = quoted;
    good.n_set = 5;
    job = read_with(text, &good);
    assert_int_equal(job.n_axes, 1);
    assert_int_equal(job.n_points, 2);
    assert_true(job.points[0].values[0].real == 5 && job.points[0].values[2].real == 3);
    assert_string_equal(job.points[0].values[6].string, "a b: c");
    assert_int_equal(job.points[0].runs, 1000);
    assert_true(job.seed == 9);
    assert_string_equal(job.output, "other.h5");
    assert_string_equal(job.text, "model: option\nruns: 1e3\nparams:\n  drift: 3\n  strike: 5\n  label: \"a b: c\"\n"
                                  "  weights: [1, 0.5]\nsweep:\n  volatility: [0.1, 0.2]\nseed: 9\n");
    ulam_job again = read_with(job.text, &(ulam_job_source){0});
    char *first = ulam_job_identity(&job), *second = ulam_job_identity(&again);
    assert_string_equal(first, second);
    assert_true(job.points[1].key == again.points[1].key);
    free(first);
    free(second);
    ulam_job_free(&again);
    ulam_job_free(&job);
}

static void setting_a_zipped_parameter_leaves_the_others(void **state)
{
    (void)state;
    const char *text = "model: option\nruns: 1\nsweep: {strike: [1, 2], drift: [3, 4], volatility: [0, 1]}\n"
                       "zip: [[strike, drift, volatility]]\n";
    const char *const set[] = {"strike=7", "drift=8"};
    ulam_job job = read_with(text, &(ulam_job_source){.set = set, .n_set = 1});
    assert_string_equal(job.axes[0].name, "point");
    assert_int_equal(job.axes[0].n_parameters, 2);
    ulam_job_free(&job);
    job = read_with(text, &(ulam_job_source){.set = set, .n_set = 2});
    assert_int_equal(job.n_axes, 1);
    assert_string_equal(job.axes[0].name, "volatility");
    ulam_job_free(&job);
}

static void the_output_has_the_job_files_name(void **state)
{
    (void)state;
    const char *text = "{model: option, runs: 1, params: {strike: 1}}";
    const char *const table[][2] = {{"a/b/scan.yaml", "scan.h5"}, {"scan", "scan.h5"}, {"a.b.json", "a.b.h5"},
                                    {".hidden", ".hidden.h5"},    {"x.h5", "x.h5.h5"}, {"a.d/scan", "scan.h5"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ulam_job job;
        assert_int_equal(sample_read(&job, table[i][0], text, &error), ULAM_OK);
        assert_string_equal(job.output, table[i][1]);
        ulam_job_free(&job);
    }
}

static bool same_identity(const char *a, const char *b)
{
    ulam_job left = read_job(a), right = read_job(b);
    char *first = ulam_job_identity(&left), *second = ulam_job_identity(&right);
    const bool same = !strcmp(first, second);
    free(first);
    free(second);
    ulam_job_free(&left);
    ulam_job_free(&right);
    return same;
}

static void a_precision_stands_instead_of_runs(void **state)
{
    (void)state;
    ulam_job job, other;
    assert_int_equal(sample_read(&job, "job.yaml",
                                 "model: option\nparams: {strike: 90}\nconfidence: 0.9\nblock: 7\n"
                                 "until: {price: {error: 1, rel_error: 0.01}, 'hit[1]': {error: 0.5}, hit: {error: 2},"
                                 " min_runs: 100, max_runs: 1e5, max_time: 2m}\n",
                                 &error),
                     ULAM_OK);
    const ulam_until *until = &job.until;
    assert_int_equal(until->n_targets, 3);
    assert_int_equal(until->targets[0].length, 1);
    assert_true(until->targets[0].error == 1 && until->targets[0].rel_error == 0.01);
    assert_int_equal(until->targets[1].element, job.extents[2].offset + 1);
    assert_int_equal(until->targets[1].length, 1);
    assert_true(isinf(until->targets[1].rel_error));
    assert_int_equal(until->targets[2].element, job.extents[2].offset);
    assert_int_equal(until->targets[2].length, 3);
    assert_true(until->confidence == 0.9 && until->max_time == 120);
    assert_int_equal(until->ladder, 100);
    assert_int_equal(job.points[0].runs, 100002); /* whole blocks */

    /* The ladder belongs to what the numbers are, the targets do not. */
    char *identity = ulam_job_identity(&job);
    assert_non_null(strstr(identity, "ladder: from 100 runs\n"));
    assert_int_equal(sample_read(&other, "job.yaml",
                                 "model: option\nparams: {strike: 90}\nblock: 7\n"
                                 "until: {price: {error: 5}, min_runs: 100, confidence: 0.5}\n",
                                 &error),
                     ULAM_OK);
    char *same = ulam_job_identity(&other);
    assert_string_equal(identity, same);
    assert_true(other.until.confidence == 0.5 && isinf(other.until.max_time) && !other.until.has_max_runs);
    assert_int_equal(other.points[0].runs, (((uint64_t)100 << 20) + 6) / 7 * 7);
    free(same);
    free(identity);
    ulam_job_free(&other);
    ulam_job_free(&job);
}

static void runs_on_the_command_line_take_the_place_of_until(void **state)
{
    (void)state;
    ulam_job job;
    const char *text = "model: option\nparams: {strike: 90}\nuntil: {price: {error: 1}}\n";
    const ulam_job_source source = {.path = "job.yaml", .text = text, .size = strlen(text), .runs = "5000"};
    assert_int_equal(ulam_job_read(&job, &source, &sample_catalogue, &error), ULAM_OK);
    assert_int_equal(job.until.n_targets, 0);
    assert_int_equal(job.points[0].runs, 5000);
    assert_null(strstr(job.text, "until"));
    ulam_job_free(&job);

    const ulam_job_source part = {.path = "job.yaml", .text = text, .size = strlen(text), .part = "1/2"};
    assert_int_equal(ulam_job_read(&job, &part, &sample_catalogue, &error), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "--part 1/2"));
    assert_non_null(strstr(error.message, "expected a job with `runs`"));
    ulam_job_free(&job);
}

static void identity_is_what_the_numbers_hang_on(void **state)
{
    (void)state;
    const char *job = "{model: option, runs: 1, params: {drift: 1}, sweep: {strike: [1, 2]}}";
    assert_true(
        same_identity(job, "{model: option, runs: 9, output: x.h5, params: {drift: 1.0}, sweep: {strike: [1, 2, 3]}}"));
    assert_true(same_identity(job, "{model: option, runs: 1, params: {drift: 1, times: 4}, sweep: {strike: [1]}}"));
    assert_false(same_identity(job, "{model: option, runs: 1, params: {drift: 2}, sweep: {strike: [1, 2]}}"));
    assert_false(same_identity(job, "{model: option, runs: 1, seed: 1, params: {drift: 1}, sweep: {strike: [1, 2]}}"));
    assert_false(same_identity(job, "{model: option, runs: 1, block: 1, params: {drift: 1}, sweep: {strike: [1, 2]}}"));
    assert_false(
        same_identity(job, "{model: option, runs: 1, streams: common, params: {drift: 1}, sweep: {strike: [1, 2]}}"));
    assert_false(same_identity(job, "{model: option, runs: 1, params: {drift: 1, strike: 1}}"));
    const char *crossed = "{model: option, runs: 1, sweep: {strike: [1, 2], drift: [1, 2]}}";
    assert_true(same_identity(crossed, "{model: option, runs: 1, sweep: {strike: [1, 2, 3], drift: [2, 3]}}"));
    assert_false(same_identity(crossed, "{model: option, runs: 1, sweep: {drift: [1, 2], strike: [1, 2]}}"));
    assert_false(same_identity(
        crossed, "{model: option, runs: 1, sweep: {strike: [1, 2], drift: [1, 2]}, zip: [[strike, drift]]}"));
}

static void identity_reads_line_by_line(void **state)
{
    (void)state;
    ulam_job job = read_job("{model: option, runs: 1, seed: 5, params: {label: \"a\\nb\"}, sweep: {strike: [1, 2]}}");
    char *identity = ulam_job_identity(&job), *fingerprint = strstr(identity, "fingerprint: ");
    assert_non_null(fingerprint);
    memset(fingerprint + 13, '-', 32);
    assert_string_equal(identity, "model: option\nmodel fingerprint: --------------------------------\nseed: 5\n"
                                  "streams: independent\nblock: the model's\nstatistics: moments\nswept: strike\n"
                                  "params.volatility: 0.2\nparams.drift: 0\nparams.times: 4\nparams.antithetic: false\n"
                                  "params.kind: call\nparams.label: \"a\\nb\"\nparams.weights: [1]\n");
    free(identity);
    ulam_job_free(&job);
}

static void another_source_is_another_model(void **state)
{
    (void)state;
    const char *text = "{model: option, runs: 1, params: {strike: 1}}";
    ulam_model changed = sample_model;
    changed.source = "2";
    const ulam_model *const models[] = {&changed};
    const ulam_catalogue catalogue = {.models = models, .count = 1};
    const ulam_job_source source = {.path = "x", .text = text, .size = strlen(text)};
    ulam_job old = read_job(text), new;
    assert_int_equal(ulam_job_read(&new, &source, &catalogue, &error), ULAM_OK);
    char *first = ulam_job_identity(&old), *second = ulam_job_identity(&new);
    assert_string_not_equal(first, second);
    assert_true(old.points[0].key == new.points[0].key);
    free(first);
    free(second);
    ulam_job_free(&old);
    ulam_job_free(&new);
}

static void a_hundred_thousand_points_are_cheap(void **state)
{
    (void)state;
    ulam_job job = read_job("model: option\nruns: 281474976710656\nsweep:\n"
                            "  strike: {from: 1, to: 1000, steps: 1000}\n  drift: {from: -1, to: 1, steps: 65}\n");
    assert_int_equal(job.n_points, 65000);
    assert_true(job.points[64999].values[0].real == 1000 && job.points[64999].values[2].real == 1);
    ulam_job_free(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_job_takes_its_defaults),
        cmocka_unit_test(every_type_is_read_as_declared),
        cmocka_unit_test(observables_lie_one_after_another),
        cmocka_unit_test(a_sweep_is_crossed_and_the_last_varies_fastest),
        cmocka_unit_test(integers_booleans_texts_and_lists_may_be_swept),
        cmocka_unit_test(a_zip_advances_together),
        cmocka_unit_test(a_key_is_the_hash_of_the_canonical_text),
        cmocka_unit_test(a_point_keeps_its_key_in_any_sweep),
        cmocka_unit_test(common_streams_are_the_same_at_all_points),
        cmocka_unit_test(an_option_sets_adds_and_unsweeps),
        cmocka_unit_test(setting_a_zipped_parameter_leaves_the_others),
        cmocka_unit_test(the_output_has_the_job_files_name),
        cmocka_unit_test(a_precision_stands_instead_of_runs),
        cmocka_unit_test(runs_on_the_command_line_take_the_place_of_until),
        cmocka_unit_test(identity_is_what_the_numbers_hang_on),
        cmocka_unit_test(identity_reads_line_by_line),
        cmocka_unit_test(another_source_is_another_model),
        cmocka_unit_test(a_hundred_thousand_points_are_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
