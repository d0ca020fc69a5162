#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <ulam/job.h>

#include "interval.h"
#include "number.h"
#include "range.h"
#include "value.h"

static double real(const char *text)
{
    double value;
    return ulam_read_real(text, &value) == ULAM_READ_OK ? value : NAN;
}

static void reals_are_read_in_every_usual_form(void **state)
{
    (void)state;
    assert_true(real("1") == 1 && real("1.0") == 1 && real("1e6") == 1e6 && real(".5") == 0.5 && real("5.") == 5);
    assert_true(real("+2") == 2 && real("-2.5E-3") == -2.5e-3 && real("0.1") == 0.1);
    assert_true(real("4.9406564584124654e-324") == DBL_TRUE_MIN);
    assert_true(real("1.7976931348623157e308") == DBL_MAX);
    assert_true(isinf(real(".inf")) && real("-Infinity") < 0);
    assert_false(signbit(real("-0.0")));
}

static void what_is_no_real_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"",    ".",     "e5",  "1e",    "1e+",    "0x10", "1_000", "1,5", "1 ",   " 1",
                               "--1", "1.2.3", "one", "1e999", "1e-999", "nan",  ".nan",  "NaN", "inf1", "1f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value;
        if (ulam_read_real(bad[i], &value) == ULAM_READ_OK) fail_msg("'%s' was read as %g", bad[i], value);
    }
}

static void integers_are_exact(void **state)
{
    (void)state;
    int64_t value;
    uint64_t natural;
    assert_int_equal(ulam_read_integer("1e6", &value), ULAM_READ_OK);
    assert_int_equal(value, 1000000);
    assert_int_equal(ulam_read_integer("007", &value), ULAM_READ_OK);
    assert_int_equal(value, 7);
    assert_int_equal(ulam_read_integer("1.50e1", &value), ULAM_READ_OK);
    assert_int_equal(value, 15);
    assert_int_equal(ulam_read_integer("9007199254740993", &value), ULAM_READ_OK);
    assert_true(value == INT64_C(9007199254740993));
    assert_int_equal(ulam_read_integer("-9223372036854775808", &value), ULAM_READ_OK);
    assert_true(value == INT64_MIN);
    assert_int_equal(ulam_read_integer("9223372036854775808", &value), ULAM_READ_TOO_LARGE);
    assert_int_equal(ulam_read_integer("1.5", &value), ULAM_READ_FRACTION);
    assert_int_equal(ulam_read_integer("0x10", &value), ULAM_READ_NOT_A_NUMBER);
    assert_int_equal(ulam_read_natural("18446744073709551615", &natural), ULAM_READ_OK);
    assert_true(natural == UINT64_MAX);
    assert_int_equal(ulam_read_natural("18446744073709551616", &natural), ULAM_READ_TOO_LARGE);
    assert_int_equal(ulam_read_natural("1e999999999999999999999", &natural), ULAM_READ_TOO_LARGE);
    assert_int_equal(ulam_read_natural("-1", &natural), ULAM_READ_TOO_SMALL);
}

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

static void reals_survive_their_texts(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = next(&random);
        char text[ULAM_REAL_TEXT_SIZE];
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        ulam_write_real(text, value);
        assert_true(real(text) == value);
        ulam_write_real_hex(text, value);
        assert_true(strtod(text, NULL) == value);
    }
}

static void reals_are_written_short_and_canonical(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *decimal, *hex;
    } table[] = {
        {0.1, "0.1", "0x1.999999999999ap-4"},
        {100, "100", "0x1.9p6"},
        {1e6, "1000000", "0x1.e848p19"},
        {1e22, "1e22", "0x1.0f0cf064dd592p73"},
        {0.00012, "0.00012", "0x1.f75104d551d69p-14"},
        {1.5e-7, "1.5e-7", "0x1.421f5f40d8376p-23"},
        {-2.5, "-2.5", "-0x1.4p1"},
        {0, "0", "0x0p0"},
        {-0.0, "0", "0x0p0"},
        {1, "1", "0x1p0"},
        {DBL_TRUE_MIN, "5e-324", "0x1p-1074"},
        {INFINITY, "inf", "inf"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[ULAM_REAL_TEXT_SIZE];
        ulam_write_real(text, table[i].value);
        assert_string_equal(text, table[i].decimal);
        ulam_write_real_hex(text, table[i].value);
        assert_string_equal(text, table[i].hex);
    }
}

static void a_locale_with_decimal_commas_changes_nothing(void **state)
{
    (void)state;
    const char *const locales[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C.UTF-8"};
    char text[ULAM_REAL_TEXT_SIZE];
    for (size_t i = 0; i < 4; i++)
        if (setlocale(LC_ALL, locales[i])) break;
    assert_true(real("1.5") == 1.5);
    assert_true(isnan(real("1,5")));
    ulam_write_real(text, 1.5);
    assert_string_equal(text, "1.5");
    setlocale(LC_ALL, "C");
}

static void intervals_hold_what_they_say(void **state)
{
    (void)state;
    ulam_interval self;
    assert_true(ulam_interval_read(&self, "[0, 1)"));
    assert_true(ulam_interval_has(&self, 0) && ulam_interval_has(&self, 0.999) && !ulam_interval_has(&self, 1));
    assert_true(ulam_interval_read(&self, "(0, inf)"));
    assert_true(!ulam_interval_has(&self, 0) && ulam_interval_has(&self, DBL_MAX) &&
                !ulam_interval_has(&self, INFINITY));
    assert_true(ulam_interval_read(&self, "[0, inf]"));
    assert_true(ulam_interval_has(&self, INFINITY) && !ulam_interval_has(&self, NAN));
    assert_true(ulam_interval_read(&self, "(0.5, 3]"));
    assert_true(ulam_interval_has_integer(&self, 1) && !ulam_interval_has_integer(&self, 0));
    assert_true(ulam_interval_has_integer(&self, 3) && !ulam_interval_has_integer(&self, 4));
    assert_true(ulam_interval_read(&self, "[-2.5, 0.5]"));
    assert_true(ulam_interval_has_integer(&self, -2) && !ulam_interval_has_integer(&self, -3));
    assert_true(ulam_interval_has_integer(&self, 0) && !ulam_interval_has_integer(&self, 1));
    assert_true(ulam_interval_read(&self, "[0.5, 1]"));
    assert_false(ulam_interval_has_integer(&self, 0));
    assert_true(ulam_interval_read(&self, "[-9007199254740992, 9007199254740992]"));
    assert_false(ulam_interval_has_integer(&self, INT64_C(9007199254740993)));
    const char *const bad[] = {"",        "0, 1",  "[0; 1]", "[1, 0]",    "(1, 1)",
                               "[0, 1] ", "[0, 1", "[a, b]", "[0, 1, 2]", "[,]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(ulam_interval_read(&self, bad[i]));
}

typedef struct {
    double values[2000];
    size_t count;
} collected;

static ulam_status collect(void *context, size_t index, const char *text)
{
    collected *self = context;
    assert_int_equal(index, self->count);
    self->values[self->count++] = real(text);
    return ULAM_OK;
}

static collected range(const char *from, const char *to, size_t steps, bool logarithmic)
{
    ulam_range self = {.steps = steps, .logarithmic = logarithmic};
    collected result = {.count = 0};
    assert_int_equal(ulam_read_decimal(from, &self.from), ULAM_READ_OK);
    assert_int_equal(ulam_read_decimal(to, &self.to), ULAM_READ_OK);
    assert_int_equal(ulam_range_each(&self, collect, &result), ULAM_OK);
    assert_int_equal(result.count, steps);
    return result;
}

static void a_linear_range_holds_the_numbers_a_list_would(void **state)
{
    (void)state;
    static const double expected[] = {0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5};
    const collected up = range("0.1", "0.5", 9, false), down = range("0.5", "0.1", 9, false);
    for (size_t i = 0; i < 9; i++) assert_true(up.values[i] == expected[i] && down.values[i] == expected[8 - i]);
    const collected thirds = range("0", "1", 4, false);
    assert_true(thirds.values[1] == 1.0 / 3 && thirds.values[2] == 2.0 / 3 && thirds.values[3] == 1);
    const collected across = range("-1", "1", 201, false);
    assert_true(across.values[100] == 0 && across.values[99] == -0.01 && across.values[0] == -1);
    const collected wide = range("-1e300", "1e-300", 3, false);
    assert_true(wide.values[0] == -1e300 && wide.values[1] == -5e299 && wide.values[2] == 1e-300);
}

static void a_log_range_holds_the_powers(void **state)
{
    (void)state;
    const collected decades = range("0.001", "1e6", 10, true);
    static const double expected[] = {1e-3, 1e-2, 1e-1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    for (size_t i = 0; i < 10; i++) assert_true(decades.values[i] == expected[i]);
    const collected fine = range("1", "1024", 1001, true);
    assert_true(fine.values[100] == 2 && fine.values[900] == 512 && fine.values[1000] == 1024);
    const collected negative = range("-8", "-0.125", 7, true);
    assert_true(negative.values[0] == -8 && negative.values[3] == -1 && negative.values[6] == -0.125);
    const collected wide = range("1e-300", "1e300", 3, true);
    assert_true(wide.values[1] == 1);
}

static void values_are_read_by_their_type_alone(void **state)
{
    (void)state;
    static const char *const words[] = {"no", "1e3", NULL};
    const ulam_parameter choice = {.name = "c", .type = ULAM_CHOICE, .choices = words};
    const ulam_parameter string = {.name = "s", .type = ULAM_STRING};
    const ulam_parameter boolean = {.name = "b", .type = ULAM_BOOLEAN};
    ulam_arena arena = {0};
    ulam_error error;
    ulam_value value;
    assert_int_equal(ulam_value_read(&choice, "no", &arena, NULL, &value, &error), ULAM_OK);
    assert_int_equal(value.choice, 0);
    assert_int_equal(ulam_value_read(&choice, "1e3", &arena, NULL, &value, &error), ULAM_OK);
    assert_int_equal(value.choice, 1);
    assert_int_equal(ulam_value_read(&string, "007", &arena, NULL, &value, &error), ULAM_OK);
    assert_string_equal(value.string, "007");
    const char *const on[] = {"true", "True", "TRUE", "yes", "on"}, *const off[] = {"false", "no", "Off"};
    for (size_t i = 0; i < 5; i++)
        assert_true(!ulam_value_read(&boolean, on[i], &arena, NULL, &value, &error) && value.boolean);
    for (size_t i = 0; i < 3; i++)
        assert_true(!ulam_value_read(&boolean, off[i], &arena, NULL, &value, &error) && !value.boolean);
    assert_int_equal(ulam_value_read(&boolean, "1", &arena, NULL, &value, &error), ULAM_EINVAL);
    ulam_arena_free(&arena);
}

static void texts_of_values_read_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"plain",
                                        "",
                                        "null",
                                        "~",
                                        "two words",
                                        "a: b",
                                        "- x",
                                        "line\nend",
                                        "q\"\\",
                                        "#",
                                        "caf\xc3\xa9 \xf0\x9f\x98\x80",
                                        "\x01\x7f\xc2\x85\xe2\x80\xa8",
                                        "-",
                                        "---",
                                        "%x",
                                        "*a",
                                        "&a",
                                        "!t",
                                        "{",
                                        "[1]",
                                        "'",
                                        "-5",
                                        "a,b",
                                        "\t",
                                        " x "};
    const ulam_parameter string = {.name = "s", .type = ULAM_STRING};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ulam_yaml tree;
        ulam_error error;
        ulam_value value;
        char *text = ulam_value_text(&string, (ulam_value){.string = texts[i]});
        assert_non_null(text);
        assert_null(strchr(text, '\n'));
        assert_int_equal(ulam_yaml_read(&tree, "x", true, text, strlen(text), &error), ULAM_OK);
        assert_int_equal(ulam_value_read_node(&string, tree.root, &tree.arena, NULL, &value, &error), ULAM_OK);
        assert_string_equal(value.string, texts[i]);
        ulam_yaml_free(&tree);
        free(text);
    }
}

static void spellings_are_those_of_a_job_file(void **state)
{
    (void)state;
    const double values[] = {1, 0.5, 1e6};
    const ulam_reals reals = {.length = 3, .values = values};
    const ulam_parameter list = {.name = "l", .type = ULAM_REALS}, integer = {.name = "i", .type = ULAM_INTEGER},
                         boolean = {.name = "b", .type = ULAM_BOOLEAN};
    char *text = ulam_value_text(&list, (ulam_value){.reals = &reals});
    assert_string_equal(text, "[1, 0.5, 1000000]");
    free(text);
    text = ulam_value_text(&integer, (ulam_value){.integer = INT64_MIN});
    assert_string_equal(text, "-9223372036854775808");
    free(text);
    text = ulam_value_text(&boolean, (ulam_value){.boolean = true});
    assert_string_equal(text, "true");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_are_read_in_every_usual_form),
        cmocka_unit_test(what_is_no_real_is_refused),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(reals_survive_their_texts),
        cmocka_unit_test(reals_are_written_short_and_canonical),
        cmocka_unit_test(a_locale_with_decimal_commas_changes_nothing),
        cmocka_unit_test(intervals_hold_what_they_say),
        cmocka_unit_test(a_linear_range_holds_the_numbers_a_list_would),
        cmocka_unit_test(a_log_range_holds_the_powers),
        cmocka_unit_test(values_are_read_by_their_type_alone),
        cmocka_unit_test(texts_of_values_read_back),
        cmocka_unit_test(spellings_are_those_of_a_job_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
