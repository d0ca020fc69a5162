#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmp.h>

#include "canonical.h"

static uint64_t random_word(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Any finite double, all exponents alike, zeros and denormals among them. */
static double random_double(uint64_t *state)
{
    double x;
    do {
        const uint64_t bits = random_word(state);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return random_word(state) % 16 == 0 ? copysign(0, x) : x;
}

/* The accumulator's value as a rational number. */
static void rational(mpq_t result, const ulam_exact *self)
{
    mpz_t power;
    mpz_init(power);
    mpz_import(mpq_numref(result), self->used, -1, 8, 0, 0, self->limb);
    mpz_set_ui(mpq_denref(result), 1);
    if (self->used && self->limb[self->used - 1] >> 63) {
        mpz_setbit(power, (mp_bitcnt_t)64 * self->used);
        mpz_sub(mpq_numref(result), mpq_numref(result), power);
    }
    if (self->low >= 0)
        mpq_mul_2exp(result, result, (mp_bitcnt_t)64 * (mp_bitcnt_t)self->low);
    else
        mpq_div_2exp(result, result, (mp_bitcnt_t)64 * (mp_bitcnt_t)-self->low);
    mpz_clear(power);
}

static void add_rational(mpq_t sum, const double *factors, size_t n)
{
    mpq_t product, x;
    mpq_inits(product, x, NULL);
    mpq_set_ui(product, 1, 1);
    for (size_t i = 0; i < n; i++) {
        mpq_set_d(x, factors[i]);
        mpq_mul(product, product, x);
    }
    mpq_add(sum, sum, product);
    mpq_clears(product, x, NULL);
}

static void assert_value(const ulam_exact *self, const mpq_t expected)
{
    mpq_t value;
    mpq_init(value);
    rational(value, self);
    assert_true(mpq_equal(value, expected));
    mpq_clear(value);
}

static void assert_double(const ulam_exact *self, double expected)
{
    mpq_t value;
    mpq_init(value);
    mpq_set_d(value, expected);
    assert_value(self, value);
    mpq_clear(value);
}

static void assert_same(const ulam_exact *a, const ulam_exact *b)
{
    assert_int_equal(a->low, b->low);
    assert_int_equal(a->used, b->used);
    if (a->used) assert_memory_equal(a->limb, b->limb, a->used * sizeof *a->limb);
}

static void add(ulam_exact *self, double x) { assert_int_equal(ulam_exact_add_product(self, &x, 1), ULAM_OK); }

static void test_products_of_any_doubles_are_exact(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int trial = 0; trial < 40; trial++) {
        ulam_exact sum = {0};
        mpq_t expected;
        mpq_init(expected);
        for (int i = 0; i < 20; i++) {
            double factors[5];
            const size_t n = 1 + random_word(&seed) % 5;
            for (size_t j = 0; j < n; j++) factors[j] = random_double(&seed);
            assert_int_equal(ulam_exact_add_product(&sum, factors, n), ULAM_OK);
            add_rational(expected, factors, n);
            assert_value(&sum, expected);
        }
        make_canonical(&sum);
        assert_value(&sum, expected);
        mpq_clear(expected);
        ulam_exact_free(&sum);
    }
}

static void test_fourth_powers_at_both_ends_are_exact(void **state)
{
    (void)state;
    const double ends[] = {1e-320, -DBL_TRUE_MIN, DBL_MIN, 1e300, DBL_MAX, -1e308};
    ulam_exact sum = {0};
    mpq_t expected;
    mpq_init(expected);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const double x = ends[i], factors[5] = {x, x, x, x, 0x1p53};
        assert_int_equal(ulam_exact_add_product(&sum, factors, 5), ULAM_OK);
        add_rational(expected, factors, 5);
        assert_value(&sum, expected);
    }
    mpq_clear(expected);
    ulam_exact_free(&sum);
}

static void test_small_terms_survive_large_ones(void **state)
{
    (void)state;
    ulam_exact sum = {0};
    add(&sum, 1e16);
    add(&sum, 1);
    add(&sum, -1e16);
    assert_double(&sum, 1);
    add(&sum, DBL_MAX);
    add(&sum, DBL_TRUE_MIN);
    add(&sum, -DBL_MAX);
    add(&sum, -1);
    assert_double(&sum, DBL_TRUE_MIN);
    ulam_exact_free(&sum);
}

static void test_equal_values_have_equal_bytes(void **state)
{
    (void)state;
    double terms[60];
    uint64_t seed = 2;
    for (int i = 0; i < 60; i++) terms[i] = ldexp((double)random_word(&seed), (int)(random_word(&seed) % 600) - 300);
    ulam_exact one = {0};
    for (int i = 0; i < 60; i++) add(&one, i % 2 ? terms[i] : -terms[i]);
    make_canonical(&one);
    for (int trial = 0; trial < 20; trial++) {
        ulam_exact part[3] = {{0}, {0}, {0}};
        for (int i = 0; i < 60; i++) {
            const int j = (i * 7 + trial) % 60;
            add(&part[random_word(&seed) % 3], j % 2 ? terms[j] : -terms[j]);
        }
        const int first = trial % 3;
        for (int i = 1; i < 3; i++) assert_int_equal(ulam_exact_merge(&part[first], &part[(first + i) % 3]), ULAM_OK);
        make_canonical(&part[first]);
        assert_same(&one, &part[first]);
        for (int i = 0; i < 3; i++) ulam_exact_free(&part[i]);
    }
    ulam_exact_free(&one);
}

static void test_what_cancels_leaves_nothing(void **state)
{
    (void)state;
    ulam_exact sum = {0};
    add(&sum, 0.0);
    add(&sum, -0.0);
    assert_int_equal(sum.used, 0);
    add(&sum, 1e200);
    add(&sum, 1e-200);
    add(&sum, -1e200);
    add(&sum, -1e-200);
    make_canonical(&sum);
    assert_int_equal(sum.used, 0);
    assert_int_equal(sum.low, 0);
    assert_double(&sum, 0);
    ulam_exact_free(&sum);
    ulam_exact_free(&sum);
}

/* The edges of the window: doubling passes through every place where a sign bit could be mistaken for a digit. */
static void test_doubling_never_overflows(void **state)
{
    (void)state;
    const double starts[] = {1, -1, 3, -3, 0x1.fffffffffffffp0, -0x1.fffffffffffffp0};
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
        ulam_exact sum = {0};
        add(&sum, starts[s]);
        for (int i = 1; i <= 400; i++) {
            assert_int_equal(ulam_exact_merge(&sum, &sum), ULAM_OK);
            if (i % 3 == 0) make_canonical(&sum);
            assert_double(&sum, ldexp(starts[s], i));
        }
        ulam_exact_free(&sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_of_any_doubles_are_exact),
        cmocka_unit_test(test_fourth_powers_at_both_ends_are_exact),
        cmocka_unit_test(test_small_terms_survive_large_ones),
        cmocka_unit_test(test_equal_values_have_equal_bytes),
        cmocka_unit_test(test_what_cancels_leaves_nothing),
        cmocka_unit_test(test_doubling_never_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
