#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

enum {
    GAP = 2 /* between columns */
};

void ulam_table_init(ulam_table *self, size_t columns)
{
    *self = (ulam_table){.columns = columns};
    self->left = calloc(columns ? columns : 1, sizeof *self->left);
    self->cell = calloc(columns ? columns : 1, sizeof *self->cell);
    self->failed = !self->left || !self->cell;
}

void ulam_table_free(ulam_table *self)
{
    for (size_t i = 0; self->cell && i < (self->rows + 1) * self->columns; i++) free(self->cell[i]);
    free(self->cell);
    free(self->left);
    *self = (ulam_table){0};
}

static void set(ulam_table *self, size_t index, const char *text)
{
    if (self->failed) return;
    free(self->cell[index]);
    self->cell[index] = strdup(text);
    if (!self->cell[index]) self->failed = true;
}

void ulam_table_head(ulam_table *self, size_t column, const char *text, bool left)
{
    set(self, column, text);
    if (!self->failed) self->left[column] = left;
}

void ulam_table_row(ulam_table *self)
{
    if (self->failed) return;
    if (self->rows == self->capacity) {
        const size_t capacity = self->capacity ? 2 * self->capacity : 16;
        char **cell = realloc(self->cell, (capacity + 1) * self->columns * sizeof *cell);
        if (!cell) {
            self->failed = true;
            return;
        }
        self->cell = cell;
        self->capacity = capacity;
    }
    self->rows++;
    for (size_t i = 0; i < self->columns; i++) self->cell[self->rows * self->columns + i] = NULL;
}

void ulam_table_set(ulam_table *self, size_t column, const char *text)
{
    set(self, self->rows * self->columns + column, text);
}

/* A mark over the letter before it, U+0300 to U+036F. */
static bool is_combining(const char *text)
{
    const unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    return first == 0xcc || (first == 0xcd && second < 0xb0);
}

size_t ulam_text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80 && !is_combining(text);
    return width;
}

static const char *at(const ulam_table *self, size_t row, size_t column)
{
    const char *text = self->cell[row * self->columns + column];
    return text ? text : "";
}

static void print_spaces(FILE *out, size_t n)
{
    for (size_t i = 0; i < n; i++) fputc(' ', out);
}

/* The first `keys` columns and those of [first, end). */
static void print_panel(const ulam_table *self, FILE *out, const size_t *width, size_t keys, size_t first, size_t end)
{
    for (size_t row = 0; row <= self->rows; row++) {
        size_t owed = 0; /* spaces that only come if something follows */
        for (size_t column = 0; column < end; column++) {
            if (column >= keys && column < first) continue;
            const char *text = at(self, row, column);
            const size_t padding = width[column] - ulam_text_width(text);
            if (*text) print_spaces(out, owed + (self->left[column] ? 0 : padding));
            if (*text) owed = 0;
            fputs(text, out);
            owed += (*text && !self->left[column] ? 0 : *text ? padding : width[column]) + GAP;
        }
        fputc('\n', out);
        if (row > 0) continue;
        for (size_t column = 0, printed = 0; column < end; column++) {
            if (column >= keys && column < first) continue;
            if (printed++) print_spaces(out, GAP);
            for (size_t i = 0; i < width[column]; i++) fputs("─", out);
        }
        fputc('\n', out);
    }
}

void ulam_table_print(const ulam_table *self, FILE *out, size_t width, size_t keys)
{
    size_t *widths = self->failed ? NULL : calloc(self->columns ? self->columns : 1, sizeof *widths);
    if (!widths) return;
    size_t of_keys = 0;
    for (size_t column = 0; column < self->columns; column++) {
        for (size_t row = 0; row <= self->rows; row++) {
            const size_t text = ulam_text_width(at(self, row, column));
            if (text > widths[column]) widths[column] = text;
        }
        if (column < keys) of_keys += widths[column] + GAP;
    }
    for (size_t first = keys, end; first < self->columns || first == keys; first = end) {
        size_t used = of_keys;
        for (end = first; end < self->columns; end++) {
            if (width > 0 && end > first && used + widths[end] > width) break;
            used += widths[end] + GAP;
        }
        if (first > keys) fputc('\n', out);
        print_panel(self, out, widths, keys, first, end);
        if (end == self->columns) break;
    }
    free(widths);
}

/* Bytes of text that fit into that many columns, up to the end of a word; a word that is too long stays whole. */
static size_t fit(const char *text, size_t room)
{
    size_t best = 0, columns = 0;
    for (size_t i = 0;; i++) {
        if (text[i] == '\0' || text[i] == ' ') {
            if (columns > room && best > 0) return best;
            best = i;
        }
        if (text[i] == '\0') return best;
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
}

/* Adds a row's last text, in as many rows as it takes. */
static void add_wrapped(ulam_table *self, const char *text, size_t room)
{
    while (*text && !self->failed) {
        const size_t n = fit(text, room);
        char *line = strndup(text, n);
        if (line)
            ulam_table_set(self, self->columns - 1, line);
        else
            self->failed = true;
        free(line);
        text += n + strspn(text + n, " ");
        if (*text) ulam_table_row(self);
    }
}

void ulam_table_wrap(ulam_table *self, size_t width)
{
    enum {
        LEAST = 20 /* columns that a text is given in any case */
    };
    if (self->failed || width == 0 || self->columns == 0) return;
    const size_t last = self->columns - 1;
    ulam_table wrapped;
    ulam_table_init(&wrapped, self->columns);
    size_t used = 0;
    for (size_t column = 0; column <= last; column++) {
        size_t widest = 0;
        for (size_t row = 0; row <= self->rows; row++) {
            const size_t text = ulam_text_width(at(self, row, column));
            if (text > widest) widest = text;
        }
        if (column < last) used += widest + GAP;
        ulam_table_head(&wrapped, column, at(self, 0, column), self->left[column]);
    }
    for (size_t row = 1; row <= self->rows; row++) {
        ulam_table_row(&wrapped);
        for (size_t column = 0; column < last; column++) ulam_table_set(&wrapped, column, at(self, row, column));
        add_wrapped(&wrapped, at(self, row, last), width > used + LEAST ? width - used : LEAST);
    }
    ulam_table_free(self);
    *self = wrapped;
}
