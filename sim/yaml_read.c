#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "shown.h"
#include "yaml_tree.h"

/* The collections that are open while events come in, the outermost first. */
typedef struct {
    ulam_yaml *tree;
    bool positions;
    ulam_yaml_node *open[ULAM_YAML_DEPTH];
    size_t depth;
    ulam_yaml_node *key; /* waits for its value */
    ulam_error *error;
} builder;

static ulam_status fail_at(const builder *self, yaml_mark_t mark, const char *what)
{
    const ulam_yaml_node place = {.where = self->tree->where,
                                  .line = self->positions ? (unsigned)mark.line + 1 : 0,
                                  .column = self->positions ? (unsigned)mark.column + 1 : 0};
    return ulam_yaml_fail(&place, self->error, "%s", what);
}

static int by_text(const void *a, const void *b)
{
    const ulam_yaml_node *const *left = a, *const *right = b;
    const int order = strcmp((*left)->text, (*right)->text);
    if (order) return order;
    return (*left)->line != (*right)->line
               ? ((*left)->line < (*right)->line ? -1 : 1)
               : ((*left)->column > (*right)->column) - ((*left)->column < (*right)->column);
}

static ulam_status refuse_duplicates(const builder *self, const ulam_yaml_node *mapping)
{
    if (mapping->count < 2) return ULAM_OK;
    ulam_status status = ULAM_OK;
    const ulam_yaml_node **keys = malloc(mapping->count * sizeof *keys);
    if (!keys) return ulam_fail_memory(self->error, "reading YAML");
    size_t n = 0;
    for (const ulam_yaml_node *key = mapping->first; key; key = key->next) keys[n++] = key;
    qsort(keys, n, sizeof *keys, by_text);
    for (size_t i = 1; i < n && !status; i++)
        if (!strcmp(keys[i]->text, keys[i - 1]->text))
            status = ulam_yaml_fail(keys[i], self->error, "the key '%s' stands here twice; the first is at line %u",
                                    ulam_show(keys[i]->text).text, keys[i - 1]->line);
    free(keys);
    return status;
}

/* Hangs a new node into the collection that is open: as an item, a key, or the value of the key before. */
static ulam_status attach(builder *self, ulam_yaml_node *node, yaml_mark_t mark)
{
    ulam_yaml_node *parent = self->depth ? self->open[self->depth - 1] : NULL;
    if (!parent) {
        self->tree->root = node;
        return ULAM_OK;
    }
    if (self->key) {
        self->key->value = node;
        self->key = NULL;
        return ULAM_OK;
    }
    if (parent->kind == ULAM_YAML_MAPPING) {
        if (node->kind != ULAM_YAML_SCALAR)
            return fail_at(self, mark, "a list or mapping stands as a key, expected a name");
        if (node->plain && !strcmp(node->text, "<<"))
            return fail_at(self, mark, "merge keys (<<) are not read; write the keys out");
        self->key = node;
    }
    if (parent->last) parent->last->next = node;
    if (!parent->first) parent->first = node;
    parent->last = node;
    parent->count++;
    return ULAM_OK;
}

/* Whether the text takes no more room than it has characters, and quotes. */
static bool is_verbatim(const ulam_yaml_node *node, const yaml_event_t *event)
{
    size_t characters = node->plain ? 0 : 2;
    for (const char *at = node->text; *at; at++) characters += ((unsigned char)*at & 0xc0) != 0x80;
    return event->start_mark.line == event->end_mark.line &&
           event->end_mark.column - event->start_mark.column == characters;
}

static ulam_status add_node(builder *self, ulam_yaml_kind kind, const yaml_event_t *event)
{
    ulam_yaml_node *node = ulam_arena_take(&self->tree->arena, sizeof *node);
    if (!node) return ulam_fail_memory(self->error, "reading YAML");
    if (++self->tree->nodes > ULAM_YAML_NODES)
        return fail_at(self, event->start_mark,
                       "more than 2097152 values, which no job file needs; points: FILE.csv "
                       "holds long lists");
    node->kind = kind;
    node->where = self->tree->where;
    node->line = self->positions ? (unsigned)event->start_mark.line + 1 : 0;
    node->column = self->positions ? (unsigned)event->start_mark.column + 1 : 0;
    if (kind == ULAM_YAML_SCALAR) {
        const char *text = (const char *)event->data.scalar.value;
        const size_t length = event->data.scalar.length;
        if (memchr(text, '\0', length)) return fail_at(self, event->start_mark, "the text holds a NUL character");
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->text = ulam_arena_copy(&self->tree->arena, text, length);
        if (!node->text) return ulam_fail_memory(self->error, "reading YAML");
        node->verbatim = is_verbatim(node, event);
    }
    const ulam_status status = attach(self, node, event->start_mark);
    if (status || kind == ULAM_YAML_SCALAR) return status;
    if (self->depth == ULAM_YAML_DEPTH)
        return fail_at(self, event->start_mark, "nested more than 64 levels deep, expected at most 4");
    self->open[self->depth++] = node;
    return ULAM_OK;
}

static ulam_status close_node(builder *self)
{
    const ulam_yaml_node *node = self->open[--self->depth];
    return node->kind == ULAM_YAML_MAPPING ? refuse_duplicates(self, node) : ULAM_OK;
}

static ulam_status refuse_properties(const builder *self, const yaml_event_t *event, const void *anchor,
                                     const void *tag)
{
    if (anchor) return fail_at(self, event->start_mark, "anchors (&name) are not read; write the value out");
    if (tag) return fail_at(self, event->start_mark, "tags (!name) are not read; values have their parameter's type");
    return ULAM_OK;
}

static ulam_status take_event(builder *self, const yaml_event_t *event)
{
    ulam_status status = ULAM_OK;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (self->tree->root) return fail_at(self, event->start_mark, "a second document begins, expected one");
        return ULAM_OK;
    case YAML_ALIAS_EVENT:
        return fail_at(self, event->start_mark, "aliases (*name) are not read; write the value out");
    case YAML_SCALAR_EVENT:
        status = refuse_properties(self, event, event->data.scalar.anchor, event->data.scalar.tag);
        return status ? status : add_node(self, ULAM_YAML_SCALAR, event);
    case YAML_SEQUENCE_START_EVENT:
        status = refuse_properties(self, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        return status ? status : add_node(self, ULAM_YAML_LIST, event);
    case YAML_MAPPING_START_EVENT:
        status = refuse_properties(self, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        return status ? status : add_node(self, ULAM_YAML_MAPPING, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_node(self);
    case YAML_STREAM_END_EVENT:
        self->tree->last_line = (unsigned)event->start_mark.line + 1;
        return ULAM_OK;
    default:
        return ULAM_OK;
    }
}

/* Bytes that are no text: libyaml tells the offset, not the line. */
static ulam_status fail_unreadable(const builder *self, const yaml_parser_t *parser, const char *text, size_t size)
{
    yaml_mark_t mark = {0};
    const size_t offset = parser->problem_offset < size ? parser->problem_offset : size;
    for (size_t i = 0; i < offset; i++) {
        mark.column = text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += text[i] == '\n';
    }
    fail_at(self, mark, "");
    char place[ULAM_MESSAGE_SIZE];
    memcpy(place, self->error->message, sizeof place);
    return ulam_fail(self->error, ULAM_EINVAL, "%.700sthe byte 0x%02x here is not text, expected YAML in UTF-8", place,
                     offset < size ? (unsigned)(unsigned char)text[offset] : 0);
}

static ulam_status fail_syntax(const builder *self, const yaml_parser_t *parser, const char *text, size_t size)
{
    if (parser->error == YAML_MEMORY_ERROR) return ulam_fail_memory(self->error, "reading YAML");
    if (parser->error == YAML_READER_ERROR) return fail_unreadable(self, parser, text, size);
    const char *problem = parser->problem ? parser->problem : "not YAML";
    const size_t at = parser->problem_mark.index;
    if (!strcmp(problem, "found invalid Unicode character escape code"))
        problem =
            "an escape (\\u) that is no character by itself, as JSON's surrogate pairs are; write the character in "
            "UTF-8 (in Python: json.dump(..., ensure_ascii=False))";
    else if (!strcmp(problem, "found character that cannot start any token") && at < size && text[at] == '\t')
        problem = "a tab begins here, expected spaces: YAML does not indent with tabs";
    char message[ULAM_MESSAGE_SIZE / 2];
    snprintf(message, sizeof message, "not YAML: %s%s%s", parser->context ? parser->context : "",
             parser->context ? ", " : "", problem);
    return fail_at(self, parser->problem_mark, message);
}

ulam_status ulam_yaml_read(ulam_yaml *self, const char *where, bool positions, const char *text, size_t size,
                           ulam_error *error)
{
    *self = (ulam_yaml){0};
    self->where = ulam_arena_copy(&self->arena, where, strlen(where));
    if (!self->where) return ulam_fail_memory(error, "reading YAML");
    builder state = {.tree = self, .positions = positions, .error = error};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return ulam_fail_memory(error, "reading YAML");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    ulam_status status = ULAM_OK;
    for (bool done = false; !done && !status;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = fail_syntax(&state, &parser, text, size);
            break;
        }
        status = take_event(&state, &event);
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return status;
}
