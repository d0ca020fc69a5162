/* A table of points: the columns that every table of `ulam show` begins with, and how cells are filled. */

#ifndef ULAM_SHOW_PRINTER_H
#define ULAM_SHOW_PRINTER_H

#include "estimate.h"
#include "show.h"
#include "table.h"

/* Which columns stand before the table's own. */
typedef struct {
    const ulam_view *view;
    ulam_table table;
    size_t keys;               /* point, and the swept parameters */
    bool runs, sweeps, failed; /* columns of their own: they differ between points; there are some failed ones */
    bool target;               /* a column: the job has targets */
    size_t next;               /* column to fill */
} ulam_printer;

/* Begins a table with so many columns of its own; heads the common ones. */
void ulam_printer_begin(ulam_printer *self, const ulam_view *view, size_t columns);

/* Names the next column. */
void ulam_printer_head(ulam_printer *self, const char *name, const char *unit, bool left);

/* Begins a point's row, and fills the common columns. */
void ulam_printer_row(ulam_printer *self, size_t point);

/* Each fills the next cell. */
void ulam_printer_set(ulam_printer *self, const char *text);
void ulam_printer_set_count(ulam_printer *self, uint64_t value);
void ulam_printer_set_number(ulam_printer *self, double value, const ulam_precision *precision);

/* Prints the table and frees it; returns whether memory sufficed. */
bool ulam_printer_end(ulam_printer *self, FILE *out);

enum {
    ULAM_INTERVAL_SIZE = 2 * ULAM_ESTIMATE_SIZE + 8
};

/* "[14.605, 14.643]" at that precision, an infinite end open; "—": undefined. The text holds ULAM_INTERVAL_SIZE
 * characters. */
void ulam_interval_text(char *text, double low, double high, const ulam_precision *precision);

#endif
