/* What `ulam show` prints. */

#ifndef ULAM_SHOW_H
#define ULAM_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "result_file.h"

typedef struct {
    const char *file;
    const char *observable; /* NULL: all scalars */
    size_t first, last;     /* points, both included */
    bool full;              /* every digit */
    size_t width;           /* of the terminal; 0: no limit */
    const ulam_result *result;
} ulam_view;

/* Model, seed, sweep, runs, fixed parameters and sessions. */
void ulam_show_head(const ulam_view *self, FILE *out);

/* Each prints a table and returns whether memory sufficed: all scalar observables, estimates only; all figures of one
 * scalar; the elements of an array. */
bool ulam_show_estimates(const ulam_view *self, FILE *out);
bool ulam_show_scalar(const ulam_view *self, const ulam_result_observable *observable, FILE *out);
bool ulam_show_array(const ulam_view *self, const ulam_result_observable *observable, FILE *out);

#endif
