#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/duration.h>

static void durations_are_read_as_people_write_them(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {
        {"30", 30},      {"30s", 30},       {"0.2s", 0.2},     {"250ms", 0.25},        {"10m", 600},
        {"10min", 600},  {"1.5h", 5400},    {"23h50m", 85800}, {"1d 2h 3m 4s", 93784}, {"0", 0},
        {"90:00", 5400}, {"1:30:00", 5400}, {"2-12", 216000},  {"2-12:30", 217800},    {"1-00:00:10", 86410},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double seconds = -1;
        assert_true(ulam_duration_read(cases[i].text, &seconds));
        assert_float_equal(seconds, cases[i].seconds, 1e-9);
    }
}

static void what_is_no_duration_is_refused(void **unused)
{
    (void)unused;
    static const char *const cases[] = {"",    "s",    "-5", "5x", "m5",  "10m5h",  "5m5m", "1:99:00", "1:2:3:4",
                                        "nan", "1h30", "1-", "--", "1 1", "1e400s", ":",    "inf"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double seconds;
        if (ulam_duration_read(cases[i], &seconds)) fail_msg("'%s' was read as %g s", cases[i], seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read_as_people_write_them),
        cmocka_unit_test(what_is_no_duration_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
