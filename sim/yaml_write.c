#include <stdio.h>
#include <string.h>

#include "shown.h"
#include "yaml_tree.h"

static ulam_status put(ulam_bytes *bytes, const char *text) { return ulam_bytes_put(bytes, text, strlen(text)); }

/* Whether a text means the same without quotes, wherever it stands. */
static bool needs_no_quotes(const char *text)
{
    const ulam_yaml_node plain = {.kind = ULAM_YAML_SCALAR, .plain = true, .text = text};
    if (ulam_yaml_is_null(&plain) || strspn(text, "-.") == strlen(text)) return false;
    if (*text == '-' && text[1] != '.' && !(text[1] >= '0' && text[1] <= '9') && strcmp(text, "-inf")) return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-./") == strlen(text);
}

static ulam_status put_character(ulam_bytes *bytes, const char *character, size_t length, uint32_t code)
{
    char escape[16];
    if (code == '"' || code == '\\')
        snprintf(escape, sizeof escape, "\\%c", (char)code);
    else if (code == '\n' || code == '\t' || code == '\r')
        snprintf(escape, sizeof escape, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    else if (!ulam_utf8_printable(code))
        snprintf(escape, sizeof escape, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
    else
        return ulam_bytes_put(bytes, character, length);
    return put(bytes, escape);
}

ulam_status ulam_yaml_write_scalar(const char *text, ulam_bytes *bytes)
{
    if (needs_no_quotes(text)) return put(bytes, text);
    const size_t size = strlen(text);
    ulam_status status = put(bytes, "\"");
    for (size_t at = 0; at < size && !status;) {
        uint32_t code = '?';
        size_t length = ulam_utf8_next(text + at, size - at, &code);
        if (!length) length = 1;
        status = put_character(bytes, text + at, length, code);
        at += length;
    }
    return status ? status : put(bytes, "\"");
}

ulam_status ulam_yaml_write_flow(const ulam_yaml_node *node, ulam_bytes *bytes)
{
    if (node->kind == ULAM_YAML_SCALAR)
        return ulam_yaml_is_null(node) ? put(bytes, "null") : ulam_yaml_write_scalar(node->text, bytes);
    const bool list = node->kind == ULAM_YAML_LIST;
    ulam_status status = put(bytes, list ? "[" : "{");
    for (const ulam_yaml_node *child = node->first; child && !status; child = child->next) {
        if (child != node->first) status = put(bytes, ", ");
        if (!status && !list) status = ulam_yaml_write_scalar(child->text, bytes);
        if (!status && !list) status = put(bytes, ": ");
        if (!status) status = ulam_yaml_write_flow(list ? child : child->value, bytes);
    }
    return status ? status : put(bytes, list ? "]" : "}");
}

/* A mapping's keys a line each; mappings inside the outermost one are indented below their key. */
static ulam_status write_block(const ulam_yaml_node *mapping, const char *indent, ulam_bytes *bytes)
{
    ulam_status status = ULAM_OK;
    for (const ulam_yaml_node *key = mapping->first; key && !status; key = key->next) {
        const bool nested = key->value->kind == ULAM_YAML_MAPPING && key->value->count > 0 && *indent == '\0';
        status = put(bytes, indent);
        if (!status) status = ulam_yaml_write_scalar(key->text, bytes);
        if (!status) status = put(bytes, nested ? ":\n" : ": ");
        if (!status) status = nested ? write_block(key->value, "  ", bytes) : ulam_yaml_write_flow(key->value, bytes);
        if (!status && !nested) status = put(bytes, "\n");
    }
    return status;
}

ulam_status ulam_yaml_write(const ulam_yaml_node *root, ulam_bytes *bytes)
{
    if (root->kind == ULAM_YAML_MAPPING && root->count > 0) return write_block(root, "", bytes);
    const ulam_status status = ulam_yaml_write_flow(root, bytes);
    return status ? status : put(bytes, "\n");
}
