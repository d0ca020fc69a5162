/* What the tables of a report, which its script sorts, are made of. */

#ifndef ULAM_REPORT_TABLE_H
#define ULAM_REPORT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "result_file.h"

/* The head of a column. unit NULL: it has none. */
void ulam_report_column(const char *name, const char *unit, bool is_text, FILE *out);

/* A cell that is sorted by its value; NAN: behind all others. */
void ulam_report_cell(double value, const char *text, FILE *out);

/* The columns that tell a point, and its cells of them. */
void ulam_report_point_columns(const ulam_result *result, FILE *out);
void ulam_report_point(const ulam_result *result, size_t point, FILE *out);

#endif
