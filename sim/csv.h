/* Fields of a CSV text as RFC 4180 has them: commas, double quotes that may hold commas, quotes (doubled) and line ends;
 * lines end in LF or CRLF. Empty lines are skipped. */

#ifndef ULAM_CSV_H
#define ULAM_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/bytes.h>

/* Starts with text, end and line = 1; at the first field of a record if begin. */
typedef struct {
    const char *at, *end;
    size_t line;       /* of the field that was read last, from 1 */
    size_t next_line;  /* where the reader stands */
    size_t column;     /* of that field's first byte, from 1 */
    const char *start; /* of the line the reader stands on */
    bool last;         /* whether it was the last of its record */
} ulam_csv;

typedef enum {
    ULAM_CSV_FIELD,
    ULAM_CSV_END,
    ULAM_CSV_OPEN_QUOTE,  /* quotes that are not closed */
    ULAM_CSV_STRAY_QUOTE, /* a quote inside a field, or text behind a closing one */
    ULAM_CSV_MEMORY,
} ulam_csv_outcome;

void ulam_csv_start(ulam_csv *self, const char *text, size_t size);

/* Reads the next field into field, with a NUL behind that is not counted; spaces around it are left out unless quoted.
 * ULAM_CSV_END only comes where a record would begin. */
ulam_csv_outcome ulam_csv_next(ulam_csv *self, ulam_bytes *field);

#endif
