/* Blocks of chains: that what becomes of them is no matter of the pieces in which they are performed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chain_block.h"
#include "hand_made_job.h"

enum {
    SWEEPS = 100,
    FAILS_AT = 57 /* sweep of chain 1 */
};

static bool fails_at_init;

typedef struct {
    uint64_t sweeps;
    double u;
} member;

static size_t size(const void *point)
{
    (void)point;
    return sizeof(member);
}

static void init(const void *point, ulam_rng *rng, void *state)
{
    (void)point;
    (void)state;
    if (fails_at_init) ulam_run_fail(rng, "there is no place to begin");
}

static void init_single(const void *point, ulam_rng *rng, unsigned number, void *state)
{
    (void)number;
    init(point, rng, state);
}

static void sweep(const void *point, ulam_rng *rng, void *state)
{
    (void)point;
    member *self = state;
    self->u = ulam_uniform(rng);
    self->sweeps++;
}

static void measure(const void *point, const void *state, double *out)
{
    (void)point;
    const member *self = state;
    for (unsigned k = 0; k < ULAM_BUNDLE; k++) out[k] = k == 1 && self->sweeps >= FAILS_AT ? NAN : self->u + k;
}

static void measure_single(const void *point, const void *state, double *out)
{
    (void)point;
    *out = ((const member *)state)->u;
}

static const ulam_bundle bundle = {.size = size, .init = init, .sweep = sweep, .measure = measure};
static const ulam_chain chain = {
    .size = size, .init = init_single, .sweep = sweep, .measure = measure_single, .bundle = &bundle};
static const ulam_observable observable = {.name = "u"};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "bundle",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = &observable,
                                 .n_observables = 1,
                                 .chain = &chain};

typedef struct {
    uint64_t failed, run, sweep;
    char message[ULAM_MESSAGE_SIZE];
} failures;

static ulam_status note(void *of, uint64_t run, uint64_t at, const ulam_error *cause, ulam_error *error)
{
    (void)error;
    failures *self = of;
    self->failed++;
    self->run = run;
    self->sweep = at;
    strcpy(self->message, cause->message);
    return ULAM_OK;
}

/* So many chains, put away and taken up again after every `leg` sweeps. Owned by the caller. */
static ulam_chain_record *perform(hand_made_job *made, uint64_t chains, uint64_t block, uint64_t leg, failures *found)
{
    make_job(made, &model, 1, chains, block);
    made->job.chain = (ulam_chain_plan){.sweeps = SWEEPS, .every = 1, .bin = 10};
    const ulam_chunk chunk = {.blocks = 1, .runs = chains};
    const ulam_chain_witness witness = {.note = note, .self = found};
    ulam_chain_record *record = NULL;
    *found = (failures){0};
    for (uint64_t to = leg; to < SWEEPS + leg; to += leg) {
        ulam_chain_block at;
        ulam_error error = {0};
        double longest = 0;
        assert_int_equal(ulam_chain_block_open(&at, &made->job, NULL, &chunk, record), ULAM_OK);
        ulam_chain_record_drop(record);
        assert_int_equal(ulam_chain_block_advance(&at, to < SWEEPS ? to : SWEEPS, NULL, &witness, &longest, &error),
                         ULAM_OK);
        record = ulam_chain_block_record(&at);
        assert_non_null(record);
        ulam_chain_block_close(&at);
    }
    return record;
}

static void a_chain_that_fails_leaves_the_same_record_in_any_legs(void **unused)
{
    (void)unused;
    hand_made_job made;
    failures found;
    ulam_chain_record *whole = perform(&made, 3, ULAM_BUNDLE, SWEEPS, &found);
    assert_true(found.failed == 1 && found.run == 1 && found.sweep == FAILS_AT && whole->failed == 1);
    static const uint64_t legs[] = {1, 7, 10, 56, 57, 58, 64};
    for (size_t i = 0; i < sizeof legs / sizeof *legs; i++) {
        ulam_chain_record *record = perform(&made, 3, ULAM_BUNDLE, legs[i], &found);
        assert_int_equal(record->size, whole->size);
        assert_memory_equal(record->data, whole->data, whole->size);
        ulam_chain_record_drop(record);
    }

    /* Its series ends with the last whole bin before. */
    ulam_chain_reader reader;
    ulam_chain_series series;
    assert_int_equal(ulam_chain_reader_start(&reader, whole), ULAM_OK);
    for (int c = 0; c < 3; c++) {
        ulam_chain_sums sums;
        bool failed;
        assert_int_equal(ulam_chain_reader_next(&reader, 1, &sums, &failed), ULAM_OK);
        ulam_chain_sums_free(&sums);
    }
    assert_int_equal(ulam_chain_reader_series(&reader, 1, &series), ULAM_OK);
    assert_int_equal(series.n, SWEEPS / 10);
    ulam_reader means = {.at = series.means, .end = series.means + series.n * 3 * sizeof(double)};
    for (uint64_t i = 0; i < series.n; i++)
        for (int c = 0; c < 3; c++) {
            const bool known = !isnan(ulam_reader_get_real(&means));
            assert_int_equal(known, c != 1 || (i + 1) * 10 < FAILS_AT);
        }
    ulam_chain_record_drop(whole);
}

static void chains_that_cannot_begin_fail_in_their_first_sweep(void **unused)
{
    (void)unused;
    static const uint64_t blocks[] = {1, ULAM_BUNDLE};
    fails_at_init = true;
    for (size_t i = 0; i < 2; i++) {
        hand_made_job made;
        failures found;
        ulam_chain_record *record = perform(&made, blocks[i] == 1 ? 1 : 5, blocks[i], SWEEPS, &found);
        assert_int_equal(found.failed, record->chains);
        assert_int_equal(record->failed, record->chains);
        assert_int_equal(record->sweeps, 1);
        assert_int_equal(found.sweep, 1);
        assert_string_equal(found.message, "there is no place to begin");
        ulam_chain_record_drop(record);
    }
    fails_at_init = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_that_fails_leaves_the_same_record_in_any_legs),
        cmocka_unit_test(chains_that_cannot_begin_fail_in_their_first_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
