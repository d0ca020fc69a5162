#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ulam/nearest.h>

static const char *const names[] = {"model", "seed", "params", "sweep", "zip", "points", "runs", "streams", "output"};

static const char *nearest(const char *word) { return ulam_nearest(word, names, sizeof names / sizeof *names); }

static void a_slip_finds_its_name(void **state)
{
    (void)state;
    assert_string_equal(nearest("sed"), "seed");      /* left out */
    assert_string_equal(nearest("modell"), "model");  /* put in */
    assert_string_equal(nearest("swerp"), "sweep");   /* replaced */
    assert_string_equal(nearest("rnus"), "runs");     /* swapped */
    assert_string_equal(nearest("OUTPUT"), "output"); /* case */
    assert_string_equal(nearest("parameters"), "params");
}

static void a_foreign_word_finds_nothing(void **state)
{
    (void)state;
    assert_null(nearest("checkpoint"));
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(nearest("a word that is much longer than any name could ever be, and then some more of it"));
    assert_null(ulam_nearest("seed", NULL, 0));
}

static void the_nearer_of_two_wins(void **state)
{
    (void)state;
    const char *const two[] = {"strike", "stride"};
    assert_string_equal(ulam_nearest("strife", two, 2), "strike");
    assert_string_equal(ulam_nearest("stridee", two, 2), "stride");
    assert_string_equal(ulam_nearest("Strike", two, 2), "strike");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_finds_its_name),
        cmocka_unit_test(a_foreign_word_finds_nothing),
        cmocka_unit_test(the_nearer_of_two_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
