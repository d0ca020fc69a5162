#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the program and not of a library: compiled in. */
#include "../../cli/estimate.c"
#include "../../cli/table.c"

static void assert_estimate(double mean, double std_error, const char *expected)
{
    char text[ULAM_ESTIMATE_SIZE];
    const ulam_precision precision = ulam_precision_of(mean, std_error, false);
    ulam_estimate_text(text, mean, std_error, &precision);
    assert_string_equal(text, expected);
}

static void an_error_has_two_digits_and_its_mean_the_same_place(void **state)
{
    (void)state;
    assert_estimate(10.450583572, 0.0047123, "10.4506 ± 0.0047");
    assert_estimate(10.450583572, 0.0996, "10.45 ± 0.10");
    assert_estimate(10.450583572, 0.96, "10.45 ± 0.96");
    assert_estimate(9.9999, 0.012, "10.000 ± 0.012");
    assert_estimate(-0.001, 0.25, "0.00 ± 0.25");
    assert_estimate(-12.345, 1.26, "-12.3 ± 1.3");
    assert_estimate(123456.7, 47.1, "123457 ± 47");
    assert_estimate(123456.7, 4712, "123500 ± 4700");
    assert_estimate(0, 0.5, "0.00 ± 0.50");
    assert_estimate(3, 1234, "0 ± 1200");
}

static void very_large_and_very_small_numbers_share_an_exponent(void **state)
{
    (void)state;
    assert_estimate(1.23456789e9, 1.2e6, "(1.2346 ± 0.0012)e+09");
    assert_estimate(-1.23456789e-9, 1.2e-12, "(-1.2346 ± 0.0012)e-09");
    assert_estimate(9.99999e9, 1.2e6, "(1.00000 ± 0.00012)e+10");
    assert_estimate(0, 1.2e-12, "(0.0 ± 1.2)e-12");
    assert_estimate(1e308, 1e306, "(1.000 ± 0.010)e+308");
    assert_estimate(4e-320, 1e-320, "(4.0 ± 1.0)e-320");
    assert_estimate(1e8, 1e-12, "(1.0000000000000000 ± 0.0000000000000000)e+08");
}

static void what_is_undefined_is_a_dash(void **state)
{
    (void)state;
    assert_estimate(NAN, NAN, "—");
    assert_estimate(0.25, NAN, "0.25 ± —");
    assert_estimate(0.25, 0, "0.25 ± 0");
    assert_estimate(1, INFINITY, "1 ± inf");
    char text[ULAM_ESTIMATE_SIZE];
    ulam_deviation_text(text, 1, 0.5, NAN);
    assert_string_equal(text, "—");
}

static void full_numbers_read_back_to_the_same_bits(void **state)
{
    (void)state;
    char text[ULAM_ESTIMATE_SIZE];
    const double values[] = {0.1, 1.0 / 3, 1e300 / 7, 5e-324, 123456789.123456789};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const ulam_precision precision = ulam_precision_of(values[i], 0.1, true);
        ulam_number_text(text, values[i], &precision);
        assert_true(strtod(text, NULL) == values[i]);
    }
}

static void deviations_count_standard_errors(void **state)
{
    (void)state;
    char text[ULAM_ESTIMATE_SIZE];
    ulam_deviation_text(text, 10.5, 0.1, 10.42);
    assert_string_equal(text, "+0.8σ");
    ulam_deviation_text(text, 10, 0.1, 10.42);
    assert_string_equal(text, "-4.2σ");
    ulam_deviation_text(text, 1, 0, 1);
    assert_string_equal(text, "+0.0σ");
    ulam_deviation_text(text, 1, 0, 2);
    assert_string_equal(text, "—");
}

static void wide_tables_fold_behind_their_keys(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    ulam_table table;
    ulam_table_init(&table, 3);
    ulam_table_head(&table, 0, "k", true);
    ulam_table_head(&table, 1, "one", false);
    ulam_table_head(&table, 2, "two", false);
    ulam_table_row(&table);
    ulam_table_set(&table, 0, "a");
    ulam_table_set(&table, 1, "1 ± 2");
    ulam_table_set(&table, 2, "3");
    ulam_table_print(&table, out, 0, 1);
    ulam_table_print(&table, out, 10, 1);
    fclose(out);
    assert_string_equal(text, "k    one  two\n"
                              "─  ─────  ───\n"
                              "a  1 ± 2    3\n"
                              "k    one\n"
                              "─  ─────\n"
                              "a  1 ± 2\n"
                              "\n"
                              "k  two\n"
                              "─  ───\n"
                              "a    3\n");
    ulam_table_free(&table);
    free(text);
}

static void long_texts_wrap_between_words(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    ulam_table table;
    ulam_table_init(&table, 2);
    ulam_table_head(&table, 0, "k", true);
    ulam_table_head(&table, 1, "meaning", true);
    ulam_table_row(&table);
    ulam_table_set(&table, 0, "a");
    ulam_table_set(&table, 1, "the größte füß of this world and others");
    ulam_table_row(&table);
    ulam_table_set(&table, 0, "b");
    ulam_table_wrap(&table, 25);
    ulam_table_print(&table, out, 0, 0);
    fclose(out);
    assert_string_equal(text, "k  meaning\n"
                              "─  ──────────────────────\n"
                              "a  the größte füß of this\n"
                              "   world and others\n"
                              "b\n");
    ulam_table_free(&table);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_has_two_digits_and_its_mean_the_same_place),
        cmocka_unit_test(very_large_and_very_small_numbers_share_an_exponent),
        cmocka_unit_test(what_is_undefined_is_a_dash),
        cmocka_unit_test(full_numbers_read_back_to_the_same_bits),
        cmocka_unit_test(deviations_count_standard_errors),
        cmocka_unit_test(wide_tables_fold_behind_their_keys),
        cmocka_unit_test(long_texts_wrap_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
