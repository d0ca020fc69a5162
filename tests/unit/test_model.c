#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sample_model.h"

static ulam_error error;

static void assert_refused(const ulam_model *model, const char *fragment)
{
    error = (ulam_error){0};
    assert_int_equal(ulam_model_check(model, &error), ULAM_EINVAL);
    if (!strstr(error.message, fragment)) fail_msg("'%s' lacks '%s'", error.message, fragment);
}

static void a_sound_model_passes(void **state)
{
    (void)state;
    assert_int_equal(ulam_model_check(&sample_model, &error), ULAM_OK);
    assert_int_equal(ulam_model_check(&sample_file_model, NULL), ULAM_OK);
}

static void an_unsound_parameter_is_refused(void **state)
{
    (void)state;
    static const char *const none[] = {NULL}, *const twice[] = {"a", "b", "a", NULL}, *const one[] = {"a", NULL};
    const struct {
        ulam_parameter parameter;
        const char *fragment;
    } table[] = {
        {{.name = NULL}, "'(null)'"},
        {{.name = ""}, "expected letters"},
        {{.name = "1st"}, "'1st'"},
        {{.name = "a b"}, "'a b'"},
        {{.name = "a\nb"}, "'a\\nb'"},
        {{.name = "runs"}, "may not be named 'runs'"},
        {{.name = "point"}, "may not be named 'point'"},
        {{.name = "point_2"}, "may not be named 'point_2'"},
        {{.name = "second"}, "two parameters are named 'second'"},
        {{.name = "x", .type = (ulam_type)99}, "type of x is 99"},
        {{.name = "x", .bounds = "0..1"}, "expected an interval"},
        {{.name = "x", .bounds = "[1, 0]"}, "expected an interval"},
        {{.name = "x", .type = ULAM_STRING, .bounds = "[0, 1]"}, "does not take"},
        {{.name = "x", .length = "[0, 1]"}, "does not take"},
        {{.name = "x", .default_value = "ten"}, "x is 'ten', expected a real"},
        {{.name = "x", .default_value = "2", .bounds = "[0, 1]"}, "x is 2, expected a real in [0, 1]"},
        {{.name = "x", .default_value = ""}, "default of x is empty"},
        {{.name = "x", .default_value = "1.5", .type = ULAM_INTEGER}, "not an integer"},
        {{.name = "x", .default_value = "[1, x]", .type = ULAM_REALS}, "x is 'x'"},
        {{.name = "x", .default_value = "f", .type = ULAM_FILE}, "must name its files"},
        {{.name = "x", .type = ULAM_CHOICE}, "without choices"},
        {{.name = "x", .type = ULAM_CHOICE, .choices = none}, "without choices"},
        {{.name = "x", .type = ULAM_CHOICE, .choices = twice}, "'a' twice"},
        {{.name = "x", .choices = one}, "does not take"},
        {{.name = "x", .type = ULAM_CHOICE, .choices = one, .default_value = "b"}, "expected one of a"},
        {{.name = "x", .unit = "seconds"}, "write 's'"},
        {{.name = "x", .unit = "days since 2000-01-01"}, "'since'"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const ulam_parameter parameters[] = {{.name = "second"}, table[i].parameter};
        ulam_model model = sample_file_model;
        model.parameters = parameters;
        assert_refused(&model, table[i].fragment);
        assert_non_null(strstr(error.message, "model 'table'"));
    }
}

static void coordinate(const ulam_value *values, double *out)
{
    (void)values;
    out[0] = 0;
}

static void an_unsound_observable_is_refused(void **state)
{
    (void)state;
    const struct {
        ulam_observable observable;
        const char *fragment;
    } table[] = {
        {{.name = "x_stderr"}, "may not end in '_stderr'"},
        {{.name = "x_excess_kurtosis"}, "may not end in '_excess_kurtosis'"},
        {{.name = "x_low"}, "may not end in '_low'"},
        {{.name = "runs"}, "may not be named 'runs'"},
        {{.name = "failed"}, "may not be named 'failed'"},
        {{.name = "size"}, "would have one name"},
        {{.name = "wait"}, "'wait_sd'"},
        {{.name = "first"}, "two observables are named 'first'"},
        {{.name = "x", .unit = "hours"}, "write 'h'"},
        {{.name = "x", .length = 2, .dimension_unit = "minutes"}, "write 'min'"},
        {{.name = "x", .length = 2, .dimension = "size"}, "is taken"},
        {{.name = "x", .length = 2, .dimension = "first"}, "observable's name"},
        {{.name = "x", .length = 2, .dimension = "a-b"}, "expected letters"},
        {{.name = "x", .dimension = "time"}, "is a scalar"},
        {{.name = "x", .coordinate = coordinate}, "is a scalar"},
        {{.name = "x", .length_from = "wait_sd"}, "an integer parameter"},
        {{.name = "x", .length_from = "none"}, "'none'"},
        {{.name = "x", .length_from = "size", .length = 3}, "either a length or length_from"},
        {{.name = "x", .length = SIZE_MAX}, "at most"},
        {{.name = "x", .kind = (ulam_kind)7}, "kind of 'x' is 7"},
        {{.name = "x", .length = 4, .dimension = "time"}, "share the dimension 'time'"},
    };
    const ulam_parameter parameters[] = {{.name = "size", .type = ULAM_INTEGER}, {.name = "wait_sd"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const ulam_observable observables[] = {
            {.name = "first"}, {.name = "path", .length = 5, .dimension = "time"}, table[i].observable};
        ulam_model model = sample_file_model;
        model.parameters = parameters;
        model.observables = observables;
        model.n_observables = 3;
        assert_refused(&model, table[i].fragment);
    }
}

static void units_that_stay_numbers_pass(void **state)
{
    (void)state;
    static const char *const units[] = {"s", "d", "h", "min", "second", "day", "Seconds", "1/days", "ms", "EUR", "m/s"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const ulam_observable observable = {.name = "x", .unit = units[i]};
        ulam_model model = sample_file_model;
        model.observables = &observable;
        assert_int_equal(ulam_model_check(&model, &error), ULAM_OK);
    }
}

static void a_model_without_its_functions_is_refused(void **state)
{
    (void)state;
    ulam_model model = sample_model;
    model.run = NULL;
    assert_refused(&model, "no run function");
    model = sample_model;
    model.n_observables = 0;
    assert_refused(&model, "no observable");
    model = sample_model;
    model.interface = 99;
    assert_refused(&model, "interface 99, expected 5");
    model = sample_model;
    model.name = "my model";
    assert_refused(&model, "'my model'");
}

static void the_catalogue_finds_its_models(void **state)
{
    (void)state;
    assert_ptr_equal(ulam_catalogue_find(&sample_catalogue, "option"), &sample_model);
    assert_ptr_equal(ulam_catalogue_find(&sample_catalogue, "table"), &sample_file_model);
    assert_null(ulam_catalogue_find(&sample_catalogue, "a"));
    assert_null(ulam_catalogue_find(&sample_catalogue, "pi"));
    assert_null(ulam_catalogue_find(&sample_catalogue, "z"));
    assert_null(ulam_catalogue_find(&(ulam_catalogue){0}, "option"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_model_passes),
        cmocka_unit_test(an_unsound_parameter_is_refused),
        cmocka_unit_test(an_unsound_observable_is_refused),
        cmocka_unit_test(units_that_stay_numbers_pass),
        cmocka_unit_test(a_model_without_its_functions_is_refused),
        cmocka_unit_test(the_catalogue_finds_its_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
