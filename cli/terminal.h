/* The terminal that standard output is. */

#ifndef ULAM_TERMINAL_H
#define ULAM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t columns, rows; /* 0: standard output is no terminal, or one that does not tell its size */
    bool colour;          /* wanted: it is a terminal, and NO_COLOR is not set */
} ulam_terminal;

ulam_terminal ulam_terminal_measure(void);

#endif
