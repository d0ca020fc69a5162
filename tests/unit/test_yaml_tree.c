#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "yaml_tree.h"

static ulam_error error;

static ulam_status read_text(ulam_yaml *tree, const char *text)
{
    error = (ulam_error){0};
    return ulam_yaml_read(tree, "t.yaml", true, text, strlen(text), &error);
}

static void nodes_know_where_they_stand(void **state)
{
    (void)state;
    ulam_yaml tree;
    assert_int_equal(read_text(&tree, "a: 1\nb:\n  c: [x, 'y z']\n"), ULAM_OK);
    const ulam_yaml_node *list = ulam_yaml_find(ulam_yaml_find(tree.root, "b")->value, "c")->value;
    assert_int_equal(list->kind, ULAM_YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_string_equal(list->last->text, "y z");
    assert_false(list->last->plain);
    assert_int_equal(list->last->line, 3);
    assert_int_equal(list->last->column, 10);
    assert_null(ulam_yaml_find(tree.root, "c"));
    ulam_yaml_free(&tree);
}

static void json_is_read(void **state)
{
    (void)state;
    ulam_yaml tree;
    const char *text = "{\"a\":1,\"b\":[1.5,true,null,\"\\u00e9\\n\"],\n\t\"c\":{\"d\":\"x\"}}";
    assert_int_equal(read_text(&tree, text), ULAM_OK);
    assert_string_equal(ulam_yaml_find(tree.root, "b")->value->last->text, "\xc3\xa9\n");
    assert_true(ulam_yaml_is_null(ulam_yaml_find(tree.root, "b")->value->first->next->next));
    assert_string_equal(ulam_yaml_find(ulam_yaml_find(tree.root, "c")->value, "d")->value->text, "x");
    ulam_yaml_free(&tree);
}

static void surprises_are_refused_where_they_stand(void **state)
{
    (void)state;
    const struct {
        const char *text, *place, *fragment;
    } table[] = {
        {"a: &x 1", "t.yaml:1:4: ", "anchors"},
        {"a: &x 1\nb: *x", "t.yaml:1:4: ", "anchors"},
        {"b: *x", "t.yaml:1:4: ", "aliases"},
        {"a: !!int 1", "t.yaml:1:4: ", "tags"},
        {"a: !mine [1]", "t.yaml:1:4: ", "tags"},
        {"a:\n  <<: {b: 1}", "t.yaml:2:3: ", "merge keys"},
        {"a: 1\nb: 2\na: 3", "t.yaml:3:1: ", "'a' stands here twice; the first is at line 1"},
        {"{a: {b: 1, b: 2}}", "t.yaml:1:12: ", "'b' stands here twice"},
        {"a: 1\n'a': 3", "t.yaml:2:1: ", "twice"},
        {"a: 1\n---\nb: 2", "t.yaml:2:1: ", "a second document"},
        {"[a]: 1", "t.yaml:1:1: ", "as a key"},
        {"? {a: b}\n: 1", "t.yaml:1:3: ", "as a key"},
        {"a: 1\n\tb: 2", "t.yaml:2:1: ", "a tab"},
        {"a: [1, 2", "t.yaml:2:1: ", "not YAML"},
        {"a: \"x", "t.yaml:1:6: ", "not YAML"},
        {"a: b: c", "t.yaml:1:5: ", "not YAML"},
        {"a: \"\\ud83d\\ude00\"", "t.yaml:1:", "surrogate pairs"},
        {"a: \"\\0\"", "t.yaml:1:4: ", "NUL"},
        {"a: 1\nb: \xff", "t.yaml:2:4: ", "0xff"},
        {"a: 1\nb: \x01", "t.yaml:2:4: ", "0x01"},
        {"a: \xc0\x80", "t.yaml:1:4: ", "not text"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        ulam_yaml tree;
        assert_int_equal(read_text(&tree, table[i].text), ULAM_EINVAL);
        if (strncmp(error.message, table[i].place, strlen(table[i].place)) || !strstr(error.message, table[i].fragment))
            fail_msg("%s: got '%s', expected %s ... %s", table[i].text, error.message, table[i].place,
                     table[i].fragment);
        ulam_yaml_free(&tree);
    }
}

static void depth_and_size_have_limits(void **state)
{
    (void)state;
    const size_t size = 10 << 20;
    ulam_yaml tree;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, '[', size);
    text[size] = '\0';
    assert_int_equal(read_text(&tree, text), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "t.yaml:1:65: nested more than 64 levels"));
    ulam_yaml_free(&tree);
    for (size_t i = 0; i < size; i++) text[i] = i == 0 ? '[' : i % 2 ? '1' : ',';
    assert_int_equal(read_text(&tree, text), ULAM_EINVAL);
    assert_non_null(strstr(error.message, "more than 2097152 values"));
    ulam_yaml_free(&tree);
    free(text);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    const char *text =
        "a: 1\nb:\n- x y\n- [1, -2.5, 'null', null]\nc:\n  d: {from: 1, to: 2}\n  e: \"\\n\\t\\x01\\\"\"\n"
        "f: {}\ng: []\nh: ''\ni:\nj: '# no comment'\n";
    ulam_yaml tree, again;
    ulam_bytes once = {0}, twice = {0};
    assert_int_equal(read_text(&tree, text), ULAM_OK);
    assert_int_equal(ulam_yaml_write(tree.root, &once), ULAM_OK);
    assert_int_equal(ulam_yaml_read(&again, "t.yaml", true, (char *)once.data, once.size, &error), ULAM_OK);
    assert_int_equal(ulam_yaml_write(again.root, &twice), ULAM_OK);
    assert_int_equal(once.size, twice.size);
    assert_memory_equal(once.data, twice.data, once.size);
    const char *expected = "a: 1\nb: [\"x y\", [1, -2.5, \"null\", null]]\nc:\n  d: {from: 1, to: 2}\n"
                           "  e: \"\\n\\t\\u0001\\\"\"\nf: {}\ng: []\nh: \"\"\ni: null\nj: \"# no comment\"\n";
    assert_int_equal(once.size, strlen(expected));
    assert_memory_equal(once.data, expected, once.size);
    ulam_bytes_free(&once);
    ulam_bytes_free(&twice);
    ulam_yaml_free(&again);
    ulam_yaml_free(&tree);
}

static void keys_are_put_and_removed(void **state)
{
    (void)state;
    ulam_yaml tree;
    ulam_bytes bytes = {0};
    assert_int_equal(read_text(&tree, "{a: 1, b: 2, c: 3}"), ULAM_OK);
    ulam_yaml_remove(tree.root, ulam_yaml_find(tree.root, "c"));
    ulam_yaml_remove(tree.root, ulam_yaml_find(tree.root, "a"));
    assert_int_equal(tree.root->count, 1);
    assert_int_equal(ulam_yaml_put(&tree, tree.root, "d", ulam_yaml_make(&tree, ULAM_YAML_SCALAR, "--d", "4")),
                     ULAM_OK);
    assert_int_equal(ulam_yaml_put(&tree, tree.root, "b", ulam_yaml_make(&tree, ULAM_YAML_SCALAR, "--b", "5")),
                     ULAM_OK);
    assert_int_equal(ulam_yaml_write(tree.root, &bytes), ULAM_OK);
    assert_int_equal(bytes.size, strlen("b: 5\nd: 4\n"));
    assert_memory_equal(bytes.data, "b: 5\nd: 4\n", bytes.size);
    ulam_bytes_free(&bytes);
    ulam_yaml_free(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_where_they_stand),
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(surprises_are_refused_where_they_stand),
        cmocka_unit_test(depth_and_size_have_limits),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(keys_are_put_and_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
