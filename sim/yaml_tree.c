#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shown.h"
#include "yaml_tree.h"

ulam_status ulam_yaml_fail_within(const ulam_yaml_node *node, ulam_error *error)
{
    const ulam_shown where = ulam_show_path(node->where);
    if (node->line) return ulam_fail_within(error, "%s:%u:%u", where.text, node->line, node->column);
    return ulam_fail_within(error, "%s", where.text);
}

ulam_status ulam_yaml_fail(const ulam_yaml_node *node, ulam_error *error, const char *format, ...)
{
    char message[ULAM_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    ulam_fail(error, ULAM_EINVAL, "%s", message);
    return ulam_yaml_fail_within(node, error);
}

ulam_yaml_node *ulam_yaml_find(const ulam_yaml_node *mapping, const char *name)
{
    for (ulam_yaml_node *key = mapping->first; key; key = key->next)
        if (!strcmp(key->text, name)) return key;
    return NULL;
}

bool ulam_yaml_is_null(const ulam_yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (node->kind != ULAM_YAML_SCALAR || !node->plain) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(node->text, words[i])) return true;
    return false;
}

ulam_yaml_shown ulam_yaml_show(const ulam_yaml_node *node)
{
    ulam_yaml_shown self;
    const char *what = node->kind == ULAM_YAML_LIST      ? "a list"
                       : node->kind == ULAM_YAML_MAPPING ? "a mapping"
                       : *node->text == '\0'             ? node->plain ? "nothing" : "an empty text"
                                                         : NULL;
    if (what)
        snprintf(self.text, sizeof self.text, "%s", what);
    else
        snprintf(self.text, sizeof self.text, "'%.70s'", ulam_show(node->text).text);
    return self;
}

ulam_yaml_node *ulam_yaml_make(ulam_yaml *self, ulam_yaml_kind kind, const char *where, const char *text)
{
    ulam_yaml_node *node = ulam_arena_take(&self->arena, sizeof *node);
    if (!node) return NULL;
    node->kind = kind;
    node->where = ulam_arena_copy(&self->arena, where, strlen(where));
    node->plain = text != NULL;
    node->text = text ? ulam_arena_copy(&self->arena, text, strlen(text)) : NULL;
    return node->where && (node->text || !text) ? node : NULL;
}

ulam_status ulam_yaml_put(ulam_yaml *self, ulam_yaml_node *mapping, const char *name, ulam_yaml_node *value)
{
    ulam_yaml_node *key = ulam_yaml_find(mapping, name);
    if (!key) {
        key = ulam_yaml_make(self, ULAM_YAML_SCALAR, value->where, name);
        if (!key) return ULAM_ENOMEM;
        if (mapping->last) mapping->last->next = key;
        if (!mapping->first) mapping->first = key;
        mapping->last = key;
        mapping->count++;
    }
    key->value = value;
    key->where = value->where;
    key->line = value->line;
    key->column = value->column;
    return ULAM_OK;
}

void ulam_yaml_remove(ulam_yaml_node *parent, const ulam_yaml_node *child)
{
    ulam_yaml_node *before = NULL;
    for (ulam_yaml_node *node = parent->first; node; before = node, node = node->next) {
        if (node != child) continue;
        if (before) before->next = node->next;
        if (parent->first == node) parent->first = node->next;
        if (parent->last == node) parent->last = before;
        parent->count--;
        return;
    }
}

void ulam_yaml_free(ulam_yaml *self)
{
    ulam_arena_free(&self->arena);
    *self = (ulam_yaml){0};
}
