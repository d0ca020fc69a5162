#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample_model.h"

#define JOB    "model: option\nruns: 10\n"
#define STRIKE JOB "params:\n  strike: 90\n"
#define UNTIL  "model: option\nparams: {strike: 1}\nuntil:"

typedef struct {
    const char *text, *place, *fragment;
} bad_job;

/* Line 1 is the model, 2 the runs; with STRIKE, 3 and 4 are the parameters. */
static const bad_job table[] = {
    /* the file as a whole */
    {"", "1:1", "the job file is empty"},
    {"# nothing\n", "1:1", "the job file is empty"},
    {"~", "1:1", "the job file is empty"},
    {"- model: option\n", "1:1", "a list, expected a mapping"},
    {"option", "1:1", "'option', expected a mapping"},
    {"model: option\x01", "1:14", "the byte 0x01 here is not text"},
    {"model: [option", "2:1", "not YAML"},
    {"model: option\nruns: 1\nruns: 2\n", "3:1", "'runs' stands here twice"},
    {"{\"model\": \"\\ud83d\\ude00\"}", "1:", "ensure_ascii=False"},
    /* keys */
    {JOB "sed: 5\n", "3:1", "no key 'sed', expected one of model, seed, params"},
    {JOB "sed: 5\n", "3:1", "did you mean 'seed'?"},
    {JOB "untill: 5\n", "3:1", "did you mean 'until'?"},
    {JOB "\"a\\nb\": 5\n", "3:1", "'a\\nb'"},
    {"runs: 10\n", "2:1", "'model' is missing"},
    {"model: optoin\nruns: 1\n", "1:8", "no model 'optoin', expected one of option, table; did you mean 'option'?"},
    {"model:\nruns: 1\n", "1:7", "model is nothing, expected the name of a model"},
    {"model: {command: x}\nruns: 1\n", "1:8", "model is a mapping"},
    /* until, confidence */
    {STRIKE "until: {price: {error: 1}}\n", "5:1", "until stands beside runs, expected one of them"},
    {UNTIL "\n", "3:7", "until is nothing, expected a mapping such as"},
    {UNTIL " 5\n", "3:8", "until is '5', expected a mapping"},
    {UNTIL " {min_runs: 5}\n", "3:8",
     "until names no observable, expected a target such as `price: {rel_error: 0.01}`"},
    {UNTIL " {pric: {error: 1}}\n", "3:9", "no observable 'pric', expected one of price, path, hit, confidence"},
    {UNTIL " {pric: {error: 1}}\n", "3:9", "did you mean 'price'?"},
    {UNTIL " {min_run: 5, price: {error: 1}}\n", "3:9", "did you mean 'min_runs'?"},
    {UNTIL " {price: 0.1}\n", "3:16", "price is '0.1', expected {error: ...}, {rel_error: ...} or both"},
    {UNTIL " {price: {}}\n", "3:16", "price is a mapping, expected {error: ...}"},
    {UNTIL " {price: {eror: 1}}\n", "3:17", "no key 'eror', expected error or rel_error; did you mean 'error'?"},
    {UNTIL " {price: {error: 0}}\n", "3:24", "error is '0', expected a number above 0"},
    {UNTIL " {price: {error: -1}}\n", "3:24", "error is '-1', expected a number above 0"},
    {UNTIL " {price: {error: inf}}\n", "3:24", "error is 'inf', expected a number above 0"},
    {UNTIL " {price: {rel_error: nan}}\n", "3:28", "rel_error is 'nan', expected"},
    {UNTIL " {price: {rel_error: [1]}}\n", "3:28", "rel_error is a list, expected"},
    {UNTIL " {price: {error: 1}, price: {error: 2}}\n", "3:28", "'price' stands here twice"},
    {UNTIL " {'price[0]': {error: 1}}\n", "3:9", "'price' is a scalar, expected it without [0]"},
    {UNTIL " {'hit[3]': {error: 1}}\n", "3:9", "'hit[3]' is no element, expected hit[0] to hit[2]"},
    {UNTIL " {'hit[-1]': {error: 1}}\n", "3:9", "'hit[-1]' is no element, expected hit[0] to hit[2]"},
    {UNTIL " {'hit[1': {error: 1}}\n", "3:9", "'hit[1' is no element, expected hit[0] to hit[2]"},
    {UNTIL " {'hit[1]x': {error: 1}}\n", "3:9", "'hit[1]x' is no element, expected hit[0] to hit[2]"},
    {UNTIL " {'hit[]': {error: 1}}\n", "3:9", "'hit[]' is no element, expected hit[0] to hit[2]"},
    {UNTIL " {price: {error: 1}, confidence: 95}\n", "3:40", "confidence is '95', expected a number between 0 and 1"},
    {UNTIL " {price: {error: 1}, confidence: 1}\n", "3:40", "confidence is '1', expected"},
    {UNTIL " {price: {error: 1}, min_runs: 0}\n", "3:38", "min_runs is '0', expected an integer"},
    {UNTIL " {price: {error: 1}, min_runs: 1.5}\n", "3:38", "which is not an integer"},
    {UNTIL " {price: {error: 1}, max_runs: 1e30}\n", "3:38", "max_runs is '1e30'"},
    {UNTIL " {price: {error: 1}, max_runs: 100}\n", "3:8", "max_runs is 100 and min_runs 1024, expected no less"},
    {UNTIL " {price: {error: 1}, max_time: soon}\n", "3:38", "max_time is 'soon', expected a time such as 30s"},
    {UNTIL " {price: {error: 1}, max_time: -5s}\n", "3:38", "max_time is '-5s', expected"},
    {JOB "params: {strike: 1}\nconfidence: 2\n", "4:13", "confidence is '2', expected a number between 0 and 1"},
    /* runs, seed, streams, block, output */
    {"model: option\nparams: {strike: 1}\n", "3:1", "'runs' is missing"},
    {"model: option\nparams: {strike: 1}\nruns: 0\n", "3:7",
     "runs is '0', expected an integer from 1 to 281474976710656"},
    {"model: option\nparams: {strike: 1}\nruns: -5\n", "3:7", "runs is '-5', which is negative"},
    {"model: option\nparams: {strike: 1}\nruns: 1.5\n", "3:7", "which is not an integer"},
    {"model: option\nparams: {strike: 1}\nruns: 1e20\n", "3:7", "runs is '1e20'"},
    {"model: option\nparams: {strike: 1}\nruns: 281474976710657\n", "3:7",
     "expected an integer from 1 to 281474976710656"},
    {"model: option\nparams: {strike: 1}\nruns: 1_000\n", "3:7", "runs is '1_000'"},
    {"model: option\nparams: {strike: 1}\nruns: many\n", "3:7", "runs is 'many'"},
    {"model: option\nparams: {strike: 1}\nruns: [1]\n", "3:7", "runs is a list"},
    {STRIKE "seed: -1\n", "5:7", "seed is '-1', expected an integer from 0 to 18446744073709551615"},
    {STRIKE "seed: 18446744073709551616\n", "5:7", "seed is '18446744073709551616'"},
    {STRIKE "seed: 1.5\n", "5:7", "seed is '1.5'"},
    {STRIKE "streams: comon\n", "5:10", "expected independent or common; did you mean 'common'?"},
    {STRIKE "block: 0\n", "5:8", "block is '0'"},
    {STRIKE "block: 100000000\n", "3:1", "a block of 100000000 runs of 8 numbers"},
    {STRIKE "output: ''\n", "5:9", "output is an empty text"},
    {STRIKE "output: bad.yaml\n", "", "is the job file and the output"},
    /* parameters */
    {JOB, "3:1", "'strike' is missing and has no default, expected a real in (0, inf), in EUR"},
    {JOB "params: {drift: 1}\n", "3:1", "'strike' is missing"},
    {JOB "params: [1]\n", "3:9", "params is a list"},
    {STRIKE "  strik: 5\n", "5:3", "model 'option' has no parameter 'strik', expected one of strike, volatility"},
    {STRIKE "  strik: 5\n", "5:3", "did you mean 'strike'?"},
    {STRIKE "  seed: 5\n", "5:3", "no parameter 'seed'"},
    {JOB "params:\n  strike: -1\n", "4:11", "strike is -1, expected a real in (0, inf), in EUR"},
    {JOB "params:\n  strike: 0\n", "4:11", "strike is 0, expected"},
    {JOB "params:\n  strike: inf\n", "4:11", "strike is inf, expected"},
    {STRIKE "  drift: -.inf\n", "5:10", "drift is -inf, expected finite, a real"},
    {JOB "params:\n  strike: nan\n", "4:11", "strike is 'nan', which is no number"},
    {JOB "params:\n  strike: 1e999\n", "4:11", "strike is '1e999', which is too large to hold"},
    {JOB "params:\n  strike: ninety\n", "4:11", "strike is 'ninety', expected a real"},
    {JOB "params:\n  strike: 9,5\n", "4:11", "strike is '9,5'"},
    {JOB "params:\n  strike:\n", "4:10", "strike has no value"},
    {JOB "params:\n  strike: ''\n", "4:11", "strike is empty"},
    {JOB "params:\n  strike: [90]\n", "4:11", "strike is a list, expected a real"},
    {STRIKE "  times: 2.5\n", "5:10", "times is '2.5', which is not an integer, expected an integer in [0, 1000]"},
    {STRIKE "  times: 0x10\n", "5:10", "times is '0x10', expected an integer"},
    {STRIKE "  times: 1001\n", "5:10", "times is 1001, expected an integer in [0, 1000]"},
    {STRIKE "  times: 9223372036854775808\n", "5:10", "too large"},
    {STRIKE "  times: 0\n", "5:3",
     "times is 0, expected from 1 to 16777216: it is the length of the observable 'path'"},
    {STRIKE "  antithetic: 1\n", "5:15", "antithetic is '1', expected true or false"},
    {STRIKE "  kind: cal\n", "5:9", "kind is 'cal', expected one of call, put; did you mean 'call'?"},
    {STRIKE "  kind: no\n", "5:9", "kind is 'no', expected one of call, put"},
    {STRIKE "  label: null\n", "5:10", "in quotes if the word itself is meant"},
    {STRIKE "  weights: 1\n", "5:12", "weights is '1', expected a list of reals in [0, 1], its length in [1, 3]"},
    {STRIKE "  weights: [1, 2]\n", "5:16", "weights is 2"},
    {STRIKE "  weights: []\n", "5:12", "weights has 0 elements"},
    {STRIKE "  weights: [1, [1]]\n", "5:16", "weights holds a list"},
    {STRIKE "  volatility: 6\n  drift: -1\n", "3:1", "a volatility above 5 does not go with a negative drift"},
    /* sweeps */
    {STRIKE "sweep: {}\n", "5:8", "the sweep is empty"},
    {STRIKE "sweep:\n", "5:7", "the sweep is empty"},
    {STRIKE "sweep: [drift]\n", "5:8", "sweep is a list"},
    {STRIKE "sweep: {drift: []}\n", "5:16", "the sweep of drift is empty"},
    {STRIKE "sweep: {drift: 5}\n", "5:16", "a single value belongs in params"},
    {STRIKE "sweep: {drfit: [5]}\n", "5:9", "did you mean 'drift'?"},
    {STRIKE "sweep: {strike: [5]}\n", "5:9", "strike is swept and also fixed in params at line 4"},
    {STRIKE "sweep: {drift: [1, x]}\n", "5:20", "drift is 'x'"},
    {STRIKE "sweep: {drift: [1, 2, 1.0]}\n", "5:23", "the sweep of drift holds 1 twice, as values 1 and 3"},
    {STRIKE "sweep: {drift: [0, -0.0]}\n", "5:20", "holds 0 twice"},
    {STRIKE "sweep: {times: [3, 4]}\n", "5:16", "times is 3 and 4, but is the length of the observable 'path'"},
    {STRIKE "sweep: {drift: {from: 0, to: 1}}\n", "5:16", "lacks 'steps'"},
    {STRIKE "sweep: {drift: {to: 1, steps: 3}}\n", "5:16", "lacks 'from'"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, step: 3}}\n", "5:33", "no key 'step'"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, step: 3}}\n", "5:33", "did you mean 'steps'?"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 0}}\n", "5:40", "steps is '0'"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 1}}\n", "5:16", "1 step between two ends"},
    {STRIKE "sweep: {drift: {from: 1, to: 1.0, steps: 2}}\n", "5:16", "begins where it ends"},
    {STRIKE "sweep: {drift: {from: a, to: 1, steps: 2}}\n", "5:23", "from of the range of drift is 'a'"},
    {STRIKE "sweep: {drift: {from: 0, to: inf, steps: 2}}\n", "5:30", "to of the range of drift is 'inf'"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 2, scale: log}}\n", "5:16", "both above 0 or both below 0"},
    {STRIKE "sweep: {drift: {from: -1, to: 1, steps: 2, scale: log}}\n", "5:16", "both above 0 or both below 0"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 2, scale: lin}}\n", "5:50",
     "scale is 'lin', expected linear or log"},
    {STRIKE "sweep: {volatility: {from: 0, to: 11, steps: 12}}\n", "5:21",
     "volatility is 11, expected a real in [0, 10]"},
    {STRIKE "sweep: {times: {from: 1, to: 4, steps: 3}}\n", "5:16",
     "step 2 of the range of times falls between integers"},
    {STRIKE "sweep: {kind: {from: call, to: put, steps: 2}}\n", "5:15", "expected a list: each one of call, put"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 4000}, volatility: {from: 0, to: 1, steps: 4000}}\n", "5:59",
     "more than 10000000 points"},
    {STRIKE "sweep: {drift: {from: 0, to: 1, steps: 1e9}}\n", "5:40", "expected an integer from 1 to 10000000"},
    {STRIKE "sweep: {drift: [1, -1], volatility: [1, 6]}\n", "5:1",
     "at volatility = 6, drift = -1: a volatility above 5"},
    /* zip */
    {STRIKE "zip: [[drift, volatility]]\n", "5:1", "zip without a sweep"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: [drift, volatility]\n", "6:7", "[[a, b]]"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: []\n", "6:6", "an empty list"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: [[drift]]\n", "6:7", "has 1 members"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: [[drift, vol]]\n", "6:15", "no parameter 'vol'"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: [[drift, kind]]\n", "6:15", "kind is zipped but not swept"},
    {STRIKE "sweep: {drift: [1], volatility: [1]}\nzip: [[drift, drift]]\n", "6:15", "drift stands twice in zip"},
    {STRIKE "sweep: {drift: [1, 2], volatility: [1]}\nzip: [[drift, volatility]]\n", "6:15",
     "volatility has 1 values and what it is zipped with 2"},
    {STRIKE "sweep: {drift: [1, 2, 1], volatility: [1, 1, 1]}\nzip: [[drift, volatility]]\n", "5:23",
     "drift with what it is zipped with holds 1 twice"},
    {STRIKE "zip: {a: b}\nsweep: {drift: [1]}\n", "5:6", "zip is a mapping"},
};

static void assert_one_clean_line(const char *message)
{
    for (const char *c = message; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) fail_msg("a control character in '%s'", message);
}

static void a_bad_job_is_refused_where_it_is_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ulam_job job;
        ulam_error error;
        char place[64];
        const ulam_status status = sample_read(&job, "bad.yaml", table[i].text, &error);
        if (status != ULAM_EINVAL) fail_msg("status %d '%s' of:\n%s", (int)status, error.message, table[i].text);
        snprintf(place, sizeof place, *table[i].place ? "bad.yaml:%s" : "bad.yaml%s", table[i].place);
        if (strncmp(error.message, place, strlen(place)) != 0 || !strstr(error.message, table[i].fragment))
            fail_msg("got: %s\nexpected: %s ... %s\nof:\n%s", error.message, place, table[i].fragment, table[i].text);
        assert_one_clean_line(error.message);
        ulam_job_free(&job);
    }
}

static void a_bad_option_is_refused_by_its_name(void **state)
{
    (void)state;
    const struct {
        const char *set, *runs, *seed, *output, *message;
    } options[] = {
        {"strike=abc", 0, 0, 0, "--set strike=abc: strike is 'abc', expected a real in (0, inf), in EUR"},
        {"strik=3", 0, 0, 0, "--set strik=3: model 'option' has no parameter 'strik'"},
        {"strike", 0, 0, 0, "--set strike: expected name=value"},
        {"=3", 0, 0, 0, "--set =3: expected name=value"},
        {"strike=", 0, 0, 0, "--set strike=: strike has no value"},
        {"strike=[1", 0, 0, 0, "--set strike=[1: not YAML"},
        {"strike=&x 1", 0, 0, 0, "--set strike=&x 1: anchors"},
        {"strike=\n1\x1b[31m", 0, 0, 0, "--set strike=\\n1\\x1b[31m: the byte 0x1b"},
        {"label=\xff", 0, 0, 0, "--set label=\\xff: the byte 0xff here is not text"},
        {"runs=5", 0, 0, 0, "--set runs=5: model 'option' has no parameter 'runs'"},
        {0, "0", 0, 0, "--runs 0: runs is '0'"},
        {0, "1e20", 0, 0, "--runs 1e20: runs is '1e20'"},
        {0, "", 0, 0, "--runs : runs is nothing"},
        {0, 0, "x", 0, "--seed x: seed is 'x'"},
        {0, 0, 0, "", "--output is empty"},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        ulam_job job;
        ulam_error error = {0};
        const ulam_job_source source = {.path = "a.yaml",
                                        .text = STRIKE,
                                        .size = strlen(STRIKE),
                                        .set = &options[i].set,
                                        .n_set = options[i].set != NULL,
                                        .runs = options[i].runs,
                                        .seed = options[i].seed,
                                        .output = options[i].output};
        assert_int_equal(ulam_job_read(&job, &source, &sample_catalogue, &error), ULAM_EINVAL);
        if (strncmp(error.message, options[i].message, strlen(options[i].message)) != 0)
            fail_msg("got: %s\nexpected: %s", error.message, options[i].message);
        assert_one_clean_line(error.message);
        ulam_job_free(&job);
    }
}

/* No text may crash the reader or go without a message: sound jobs, with bytes exchanged, taken out and doubled. */
static void a_garbled_job_is_read_or_refused(void **state)
{
    (void)state;
    static const char sound[] =
        STRIKE "  weights: [1, 0.5]\n  label: \"a\\tb\"\nsweep:\n  drift: {from: 1, to: 9, steps: 3}\n"
               "  volatility: [0.1, 0.2, 0.3]\nzip: [[drift, volatility]]\nseed: 5\n";
    static const char bytes[] = "\"'[]{}:,-&*!#|>%@` \n\t\r\\0e.\x01\xff\xc3~?";
    uint64_t random = 1;
    for (int i = 0; i < 4000; i++) {
        char text[sizeof sound + 8];
        size_t size = sizeof sound - 1;
        memcpy(text, sound, sizeof sound);
        for (int change = 0; change < 1 + i % 3; change++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const size_t at = (size_t)(random >> 33) % size;
            const char byte = bytes[(random >> 20) % (sizeof bytes - 1)];
            if (i % 4 == 3) size = at + 1;
            if (i % 4 == 2) {
                memmove(text + at + 1, text + at, size - at);
                size++;
            }
            text[at] = byte;
        }
        ulam_job job;
        ulam_error error = {0};
        const ulam_job_source source = {.path = "g.yaml", .text = text, .size = size};
        const ulam_status status = ulam_job_read(&job, &source, &sample_catalogue, &error);
        assert_true(status == ULAM_OK || (status == ULAM_EINVAL && strlen(error.message) > 10));
        assert_one_clean_line(error.message);
        ulam_job_free(&job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_job_is_refused_where_it_is_bad),
        cmocka_unit_test(a_bad_option_is_refused_by_its_name),
        cmocka_unit_test(a_garbled_job_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
