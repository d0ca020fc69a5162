#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ulam/tally.h>

enum {
    WIDTH = 3
};

static uint64_t random_word(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Element 0: any size and sign. Element 1: small integers. Element 2: NaN now and then. */
static void make_runs(double *values, size_t runs, uint64_t *seed)
{
    for (size_t r = 0; r < runs; r++) {
        const double u = (double)(random_word(seed) >> 11) * 0x1p-53;
        values[r] = (u - 0.5) * ldexp(1, (int)(random_word(seed) % 40) - 20);
        values[runs + r] = (double)(random_word(seed) % 4);
        values[2 * runs + r] = random_word(seed) % 3 ? u : NAN;
    }
}

static ulam_tally make_tally(size_t runs, size_t block, uint64_t seed)
{
    double *values = malloc(runs * WIDTH * sizeof *values);
    ulam_tally self;
    assert_non_null(values);
    assert_int_equal(ulam_tally_init(&self, WIDTH), ULAM_OK);
    make_runs(values, runs, &seed);
    for (size_t i = 0; i < runs; i += block)
        assert_int_equal(ulam_tally_add_block(&self, values + i, runs, runs - i < block ? runs - i : block), ULAM_OK);
    free(values);
    return self;
}

static ulam_bytes pack(const ulam_tally *self)
{
    ulam_bytes bytes = {0};
    assert_int_equal(ulam_tally_pack(self, &bytes), ULAM_OK);
    return bytes;
}

/* A copy of exactly that size, so that a memory checker sees each step past its end. */
static ulam_status unpack(ulam_tally *self, const unsigned char *data, size_t size, size_t *used, ulam_error *error)
{
    unsigned char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    ulam_reader reader = {.at = copy, .end = copy + size};
    const ulam_status status = ulam_tally_unpack(self, WIDTH, NULL, &reader, error);
    if (used) *used = size - (size_t)(reader.end - reader.at);
    free(copy);
    return status;
}

static void test_unpacking_gives_the_tally_back(void **state)
{
    (void)state;
    const size_t runs[] = {0, 1, 2, 1000};
    for (size_t i = 0; i < 4; i++) {
        ulam_tally tally = make_tally(runs[i], 16, 1), copy;
        tally.runs += 5;
        tally.failed += 5;
        ulam_bytes bytes = pack(&tally);
        const size_t size = bytes.size;
        size_t used;
        ulam_error error = {0};
        assert_int_equal(ulam_bytes_put_u64(&bytes, 42), ULAM_OK);
        assert_int_equal(unpack(&copy, bytes.data, bytes.size, &used, &error), ULAM_OK);
        assert_int_equal(used, size);
        assert_int_equal(copy.runs, runs[i] + 5);
        assert_int_equal(copy.failed, 5);
        ulam_bytes again = pack(&copy);
        assert_int_equal(again.size, size);
        assert_memory_equal(again.data, bytes.data, size);
        for (size_t e = 0; e < WIDTH; e++) {
            ulam_summary a, b;
            assert_int_equal(ulam_moments_summarise(&tally.moments[e], &a), ULAM_OK);
            assert_int_equal(ulam_moments_summarise(&copy.moments[e], &b), ULAM_OK);
            assert_memory_equal(&a, &b, sizeof a);
        }
        ulam_bytes_free(&again);
        ulam_bytes_free(&bytes);
        ulam_tally_free(&copy);
        ulam_tally_free(&tally);
    }
}

static void test_an_unpacked_tally_goes_on_like_the_original(void **state)
{
    (void)state;
    ulam_tally whole = make_tally(960, 16, 2), tally = make_tally(960, 16, 2), copy;
    ulam_bytes bytes = pack(&tally);
    assert_int_equal(unpack(&copy, bytes.data, bytes.size, NULL, NULL), ULAM_OK);
    assert_int_equal(ulam_tally_merge(&whole, &tally), ULAM_OK);
    assert_int_equal(ulam_tally_merge(&copy, &tally), ULAM_OK);
    ulam_bytes a = pack(&whole), b = pack(&copy);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    ulam_bytes_free(&a);
    ulam_bytes_free(&b);
    ulam_bytes_free(&bytes);
    ulam_tally_free(&whole);
    ulam_tally_free(&tally);
    ulam_tally_free(&copy);
}

static void test_parts_in_any_order_have_equal_bytes(void **state)
{
    (void)state;
    enum {
        RUNS = 512,
        BLOCK = 32,
        PARTS = 4
    };
    double values[RUNS * WIDTH];
    uint64_t seed = 3;
    make_runs(values, RUNS, &seed);
    ulam_bytes first = {0};
    for (size_t trial = 0; trial < 12; trial++) {
        ulam_tally part[PARTS];
        for (size_t p = 0; p < PARTS; p++) assert_int_equal(ulam_tally_init(&part[p], WIDTH), ULAM_OK);
        for (size_t i = 0; i < RUNS / BLOCK; i++) {
            const size_t at = (i * 5 + trial) % (RUNS / BLOCK) * BLOCK;
            assert_int_equal(ulam_tally_add_block(&part[random_word(&seed) % PARTS], values + at, RUNS, BLOCK),
                             ULAM_OK);
        }
        ulam_tally *root = &part[trial % PARTS];
        for (size_t p = 1; p < PARTS; p++)
            assert_int_equal(ulam_tally_merge(root, &part[(trial + p) % PARTS]), ULAM_OK);
        ulam_bytes bytes = pack(root);
        if (trial == 0) first = bytes;
        assert_int_equal(bytes.size, first.size);
        assert_memory_equal(bytes.data, first.data, first.size);
        if (trial) ulam_bytes_free(&bytes);
        for (size_t p = 0; p < PARTS; p++) ulam_tally_free(&part[p]);
    }
    ulam_bytes_free(&first);
}

static void test_truncated_bytes_are_refused(void **state)
{
    (void)state;
    ulam_tally tally = make_tally(100, 10, 4);
    ulam_bytes bytes = pack(&tally);
    for (size_t size = 0; size < bytes.size; size++) {
        ulam_tally copy;
        ulam_error error = {0};
        assert_int_equal(unpack(&copy, bytes.data, size, NULL, &error), ULAM_EFORMAT);
        assert_int_equal(error.status, ULAM_EFORMAT);
        assert_non_null(strstr(error.message, "damaged or cut short"));
        ulam_tally_free(&copy);
    }
    ulam_bytes_free(&bytes);
    ulam_tally_free(&tally);
}

/* What is accepted must be a tally: its figures can be had, and it packs to the very bytes that it came from. */
static void test_damaged_bytes_are_refused_or_make_a_tally(void **state)
{
    (void)state;
    ulam_tally tally = make_tally(100, 10, 5);
    ulam_bytes bytes = pack(&tally);
    unsigned char *mutant = malloc(bytes.size);
    assert_non_null(mutant);
    uint64_t seed = 6;
    int refused = 0;
    for (int trial = 0; trial < 6000; trial++) {
        memcpy(mutant, bytes.data, bytes.size);
        const size_t changes = 1 + random_word(&seed) % 3;
        for (size_t c = 0; c < changes; c++) {
            const uint64_t word = random_word(&seed);
            const size_t at = word % bytes.size;
            mutant[at] = trial % 3 == 0 ? 0xff : trial % 3 == 1 ? 0 : (unsigned char)(word >> 56);
        }
        ulam_tally copy;
        size_t used;
        const ulam_status status = unpack(&copy, mutant, bytes.size, &used, NULL);
        if (status == ULAM_OK) {
            ulam_bytes again = pack(&copy);
            assert_int_equal(again.size, used);
            assert_memory_equal(again.data, mutant, used);
            ulam_bytes_free(&again);
            for (size_t e = 0; e < WIDTH; e++) {
                ulam_summary summary;
                assert_int_equal(ulam_moments_summarise(&copy.moments[e], &summary), ULAM_OK);
            }
        } else {
            assert_int_equal(status, ULAM_EFORMAT);
            refused++;
        }
        ulam_tally_free(&copy);
    }
    assert_true(refused > 1000);
    free(mutant);
    ulam_bytes_free(&bytes);
    ulam_tally_free(&tally);
}

/* What a checkpoint reads must stay as it was while the job goes on, and the other way round. */
static void test_a_copy_of_a_tight_tally_is_its_own(void **state)
{
    (void)state;
    ulam_tally tally = make_tally(500, 7, 11), more = make_tally(300, 7, 12), copy, other;
    const ulam_bytes loose = pack(&tally);
    ulam_tally_tighten(&tally);
    ulam_tally_tighten(&tally);
    const ulam_bytes tight = pack(&tally);
    assert_int_equal(tight.size, loose.size);
    assert_memory_equal(tight.data, loose.data, loose.size);

    assert_int_equal(ulam_tally_copy(&copy, &tally), ULAM_OK);
    assert_ptr_equal(copy.moments, tally.moments); /* for nothing */
    assert_int_equal(ulam_tally_merge(&tally, &more), ULAM_OK);
    ulam_tally_tighten(&tally);
    const ulam_bytes kept = pack(&copy), grown = pack(&tally);
    assert_int_equal(kept.size, loose.size);
    assert_memory_equal(kept.data, loose.data, loose.size);

    assert_int_equal(ulam_tally_copy(&other, &copy), ULAM_OK);
    ulam_tally_free(&copy);
    assert_int_equal(ulam_tally_merge(&other, &more), ULAM_OK);
    const ulam_bytes same = pack(&other);
    assert_int_equal(same.size, grown.size);
    assert_memory_equal(same.data, grown.data, grown.size);

    const ulam_bytes all[] = {loose, tight, kept, grown, same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i].data);
    ulam_tally_free(&other);
    ulam_tally_free(&more);
    ulam_tally_free(&tally);
}

static void test_absurd_sizes_ask_for_no_memory(void **state)
{
    (void)state;
    unsigned char noise[512];
    memset(noise, 0xff, sizeof noise);
    ulam_tally tally;
    ulam_reader reader = {.at = noise, .end = noise + sizeof noise};
    assert_int_equal(ulam_tally_unpack(&tally, SIZE_MAX / 2, NULL, &reader, NULL), ULAM_EFORMAT);
    ulam_tally_free(&tally);
    for (unsigned limbs = 1; limbs < 256; limbs++) {
        ulam_bytes bytes = {0};
        const uint64_t start[] = {10, 0, 1, 0, 0}, rest[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        const unsigned char head[] = {0, (unsigned char)limbs};
        for (size_t i = 0; i < sizeof start / sizeof *start; i++) ulam_bytes_put_u64(&bytes, start[i]);
        ulam_bytes_put(&bytes, head, sizeof head);
        for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) ulam_bytes_put_u64(&bytes, rest[i]);
        reader = (ulam_reader){.at = bytes.data, .end = bytes.data + bytes.size};
        assert_int_equal(ulam_tally_unpack(&tally, 1, NULL, &reader, NULL), ULAM_EFORMAT);
        ulam_tally_free(&tally);
        ulam_bytes_free(&bytes);
    }
    assert_int_equal(ulam_tally_init(&tally, SIZE_MAX), ULAM_ENOMEM);
    ulam_tally_free(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unpacking_gives_the_tally_back),
        cmocka_unit_test(test_an_unpacked_tally_goes_on_like_the_original),
        cmocka_unit_test(test_parts_in_any_order_have_equal_bytes),
        cmocka_unit_test(test_truncated_bytes_are_refused),
        cmocka_unit_test(test_damaged_bytes_are_refused_or_make_a_tally),
        cmocka_unit_test(test_a_copy_of_a_tight_tally_is_its_own),
        cmocka_unit_test(test_absurd_sizes_ask_for_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
