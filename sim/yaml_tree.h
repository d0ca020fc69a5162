/* A YAML text as a tree. What would surprise in a job file is refused: aliases, anchors, tags, merge keys, duplicate keys,
 * several documents; so are depths and sizes that no job needs. */

#ifndef ULAM_YAML_TREE_H
#define ULAM_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/bytes.h>
#include <ulam/status.h>

#include "arena.h"

enum {
    ULAM_YAML_DEPTH = 64,
    ULAM_YAML_NODES = 1 << 21,
    ULAM_YAML_SIZE = 64 << 20 /* bytes */
};

typedef enum {
    ULAM_YAML_SCALAR,
    ULAM_YAML_LIST,
    ULAM_YAML_MAPPING,
} ulam_yaml_kind;

/* In the tree's arena. */
typedef struct ulam_yaml_node {
    ulam_yaml_kind kind;
    bool plain;                          /* a scalar without quotes */
    bool verbatim;                       /* a scalar on one line, each character as it is read */
    unsigned line, column;               /* from 1; 0: `where` is all there is to say */
    const char *where;                   /* the file or option, as messages name it */
    const char *text;                    /* of a scalar: UTF-8 without NUL */
    size_t count;                        /* of a list's items or a mapping's keys */
    struct ulam_yaml_node *first, *last; /* the items, or the keys, in the order of the text */
    struct ulam_yaml_node *next;         /* item or key behind this one */
    struct ulam_yaml_node *value;        /* of a key */
} ulam_yaml_node;

/* Starts as {0}. */
typedef struct {
    ulam_arena arena;
    const char *where;
    ulam_yaml_node *root; /* NULL: the text is empty */
    unsigned last_line;
    size_t nodes;
} ulam_yaml;

/* Reads text[size]. where names it in messages, with line and column if positions. ULAM_EINVAL, ULAM_ENOMEM. Whatever it
 * returns, ulam_yaml_free() may be called. */
ulam_status ulam_yaml_read(ulam_yaml *self, const char *where, bool positions, const char *text, size_t size,
                           ulam_error *error);
void ulam_yaml_free(ulam_yaml *self);

/* Fails with ULAM_EINVAL and "where:line:column: message". */
ulam_status ulam_yaml_fail(const ulam_yaml_node *node, ulam_error *error, const char *format, ...) ULAM_PRINTF(3, 4);

/* Puts the node's position before the message that error holds. */
ulam_status ulam_yaml_fail_within(const ulam_yaml_node *node, ulam_error *error);

/* The key of that name, or NULL. */
ulam_yaml_node *ulam_yaml_find(const ulam_yaml_node *mapping, const char *name);

/* Whether a scalar is no value: empty, "~" or "null" without quotes. */
bool ulam_yaml_is_null(const ulam_yaml_node *node);

/* "a list", "a mapping", "'text'" or "nothing": what stands there, for a message. */
typedef struct {
    char text[80];
} ulam_yaml_shown;
ulam_yaml_shown ulam_yaml_show(const ulam_yaml_node *node);

/* Makes a node without position. NULL: out of memory. */
ulam_yaml_node *ulam_yaml_make(ulam_yaml *self, ulam_yaml_kind kind, const char *where, const char *text);

/* Gives the key that value, adding the key at the end if there is none. ULAM_ENOMEM. */
ulam_status ulam_yaml_put(ulam_yaml *self, ulam_yaml_node *mapping, const char *name, ulam_yaml_node *value);

/* Takes a key or item out of the mapping or list that holds it. */
void ulam_yaml_remove(ulam_yaml_node *parent, const ulam_yaml_node *child);

/* Appends the tree as YAML that reads back to an equal tree. ULAM_ENOMEM. */
ulam_status ulam_yaml_write(const ulam_yaml_node *root, ulam_bytes *bytes);

/* Appends a node on one line, as JSON would. ULAM_ENOMEM. */
ulam_status ulam_yaml_write_flow(const ulam_yaml_node *node, ulam_bytes *bytes);

/* Appends a text as a scalar, in double quotes where it needs them. ULAM_ENOMEM. */
ulam_status ulam_yaml_write_scalar(const char *text, ulam_bytes *bytes);

#endif
