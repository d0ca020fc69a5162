/* Tables of text, for people: a head line, a rule, a line a row. */

#ifndef ULAM_TABLE_H
#define ULAM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    size_t columns, rows, capacity; /* the head is no row */
    char **cell;                    /* [(capacity + 1) * columns], the head first; owned; NULL: empty */
    bool *left;                     /* [columns], owned: aligned left, else right */
    bool failed;                    /* memory ran out */
} ulam_table;

/* An empty table. Failures of memory are kept in self->failed; whatever it is, ulam_table_free() may be called. */
void ulam_table_init(ulam_table *self, size_t columns);
void ulam_table_free(ulam_table *self);

/* Names a column. Copies the text. */
void ulam_table_head(ulam_table *self, size_t column, const char *text, bool left);

/* Begins the next row. */
void ulam_table_row(ulam_table *self);

/* Fills a cell of the last row. Copies the text. */
void ulam_table_set(ulam_table *self, size_t column, const char *text);

/* Prints the table. Where it is wider than width (0: no limit), columns that do not fit follow in a further table below,
 * behind the first `keys` columns, which are repeated. */
void ulam_table_print(const ulam_table *self, FILE *out, size_t width, size_t keys);

/* Breaks the texts of the last column between words, into further rows, so that the table fits the width if it can (0: no
 * limit). */
void ulam_table_wrap(ulam_table *self, size_t width);

/* Columns of a terminal that UTF-8 text takes, if none of its characters is wide. */
size_t ulam_text_width(const char *text);

#endif
