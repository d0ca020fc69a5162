/* What a worker keeps of its runs: the bytes, their hash, and that no answer counts on values that were not kept. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "hand_made_job.h"
#include "worker.h"

enum {
    RUNS = 40
};

static const ulam_observable observables[] = {
    {.name = "number"}, {.name = "series", .length = 2, .may_be_nan = true}, {.name = "hit", .kind = ULAM_INDICATOR}};

/* Observables 0, 1, 2 of run r: r + 0.5; r, NaN; whether r is odd. Run 3 fails. */
static void plain_run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    out[0] = (double)rng->run + 0.5;
    out[1] = (double)rng->run;
    out[2] = NAN;
    out[3] = (double)(rng->run % 2);
    if (rng->run == 3) ulam_run_fail(rng, "it diverged");
}

static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE,
                                 .name = "plain",
                                 .parameters = &hand_made_parameter,
                                 .n_parameters = 1,
                                 .observables = observables,
                                 .n_observables = 3,
                                 .run = plain_run};

/* A sink that fails at the call whose number is given, counted from 1. */
typedef struct {
    double number[RUNS], series[RUNS][2];
    unsigned char hit[RUNS];
    int writes, flushes, fail_write, fail_flush;
} kept_samples;

static ulam_status keep(void *of, size_t point, size_t sample, uint64_t first, uint64_t runs, const void *bytes,
                        ulam_error *error)
{
    kept_samples *self = of;
    void *const to[] = {self->number + first, self->series + first, self->hit + first};
    const size_t size[] = {sizeof *self->number, sizeof *self->series, sizeof *self->hit};
    assert_int_equal(point, 0);
    if (++self->writes == self->fail_write) return ulam_fail(error, ULAM_EIO, "the disk is full");
    memcpy(to[sample], bytes, (size_t)runs * size[sample]);
    return ULAM_OK;
}

static ulam_status flush(void *of, ulam_error *error)
{
    kept_samples *self = of;
    return ++self->flushes == self->fail_flush ? ulam_fail(error, ULAM_EIO, "the disk is gone") : ULAM_OK;
}

typedef struct {
    hand_made_job made;
    size_t samples[3];
    kept_samples kept;
    ulam_answer answer;
    ulam_error error;
} trial;

static ulam_status perform(trial *self, uint64_t block)
{
    make_job(&self->made, &model, 1, RUNS, block);
    ulam_job *job = &self->made.job;
    for (size_t i = 0; i < 3; i++) self->samples[i] = i;
    job->samples = self->samples;
    job->n_samples = 3;
    job->conduct.on_failure = ULAM_ON_FAILURE_RECORD;
    job->conduct.max_failed = 1;
    ulam_chunk chunk = {.blocks = RUNS / block, .runs = RUNS};
    const ulam_assignment assignment = {.chunks = &chunk, .n = 1, .seconds = 100};
    ulam_worker worker;
    ulam_worker_init(&worker, job);
    worker.sampling.sink = (ulam_sample_sink){.self = &self->kept, .write = keep, .flush = flush};
    const ulam_status status = ulam_worker_perform(&worker, &assignment, NULL, &self->answer, &self->error);
    ulam_worker_free(&worker);
    return status;
}

static uint64_t bits(double value)
{
    uint64_t as_bits;
    memcpy(&as_bits, &value, sizeof as_bits);
    return as_bits;
}

static void each_run_has_its_place(void **unused)
{
    (void)unused;
    static const uint64_t blocks[] = {1, 4, 8, RUNS};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        trial self = {0};
        assert_int_equal(perform(&self, blocks[i]), ULAM_OK);
        for (int r = 0; r < RUNS; r++) {
            const bool failed = r == 3;
            assert_int_equal(bits(self.kept.number[r]), failed ? ULAM_REAL_NO_VALUE : bits(r + 0.5));
            assert_int_equal(bits(self.kept.series[r][0]), failed ? ULAM_REAL_NO_VALUE : bits(r));
            assert_int_equal(bits(self.kept.series[r][1]), ULAM_REAL_NO_VALUE);
            assert_int_equal(self.kept.hit[r], failed ? ULAM_INDICATOR_NO_VALUE : r % 2);
        }
        assert_int_equal(self.kept.writes, 3); /* blocks were put together */
        assert_int_equal(self.kept.flushes, 1);
        ulam_answer_free(&self.answer);
    }
}

static void what_was_not_kept_is_not_answered(void **unused)
{
    (void)unused;
    for (int call = 1; call <= 3; call++) {
        trial self = {.kept = {.fail_write = call}};
        assert_int_equal(perform(&self, 4), ULAM_EIO);
        assert_string_equal(self.error.message, "the disk is full");
        assert_int_equal(self.answer.n_parts, 0);
        ulam_answer_free(&self.answer);
    }
    trial self = {.kept = {.fail_flush = 1}};
    assert_int_equal(perform(&self, 4), ULAM_EIO);
    assert_string_equal(self.error.message, "the disk is gone");
    assert_int_equal(self.answer.n_parts, 0);
    ulam_answer_free(&self.answer);
}

static void hash_is_of_blocks_in_any_order(void **unused)
{
    (void)unused;
    trial self = {0};
    ulam_hash_sum sum = {0};
    assert_int_equal(perform(&self, 8), ULAM_OK);
    for (uint64_t b = RUNS / 8; b-- > 0;) {
        ulam_hash_sum_add(&sum, b, 3, 2, self.kept.hit + 8 * b, 8);
        ulam_hash_sum_add(&sum, b, 3, 0, self.kept.number + 8 * b, 64);
        ulam_hash_sum_add(&sum, b, 3, 1, self.kept.series + 8 * b, 128);
    }
    const ulam_hash_sum *answered = &self.answer.parts[0].tally.samples;
    assert_true(sum.low == answered->low && sum.high == answered->high);
    ulam_answer_free(&self.answer);

    ulam_hash_sum exchanged = {0}, straight = {0};
    ulam_hash_sum_add(&straight, 0, 1, 0, "one", 3);
    ulam_hash_sum_add(&straight, 1, 1, 0, "two", 3);
    ulam_hash_sum_add(&exchanged, 0, 1, 0, "two", 3);
    ulam_hash_sum_add(&exchanged, 1, 1, 0, "one", 3);
    assert_true(exchanged.low != straight.low);
}

/* A block whose values stand element by element is kept as one whose values stand run by run. */
static void strides_do_not_matter(void **unused)
{
    (void)unused;
    hand_made_job made;
    size_t samples[] = {0, 1, 2};
    double by_run[5][4], by_element[4][7];
    make_job(&made, &model, 1, 6, 6);
    made.job.samples = samples;
    made.job.n_samples = 3;
    for (int r = 0; r < 5; r++)
        for (int e = 0; e < 4; e++) by_run[r][e] = by_element[e][r] = e == 3 ? r % 2 : 10 * r + e;
    const ulam_failure failed = {.run = 2};
    const ulam_sample_block one = {
        .values = &by_run[0][0], .run_stride = 4, .element_stride = 1, .runs = 6, .failures = &failed, .n_failures = 1};
    ulam_sample_block other = one;
    other.values = &by_element[0][0];
    other.run_stride = 1;
    other.element_stride = 7;
    for (size_t i = 0; i < 3; i++) {
        unsigned char a[96] = {0}, b[96] = {0};
        assert_int_equal(ulam_samples_encode(&made.job, i, &one, a, NULL), ULAM_OK);
        assert_int_equal(ulam_samples_encode(&made.job, i, &other, b, NULL), ULAM_OK);
        assert_memory_equal(a, b, sizeof a);
    }
    by_element[3][4] = 2;
    ulam_error error = {0};
    unsigned char bytes[96];
    assert_int_equal(ulam_samples_encode(&made.job, 2, &other, bytes, &error), ULAM_ERUN);
    assert_non_null(strstr(error.message, "run 5: observable 'hit' is 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_has_its_place),
        cmocka_unit_test(what_was_not_kept_is_not_answered),
        cmocka_unit_test(hash_is_of_blocks_in_any_order),
        cmocka_unit_test(strides_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
