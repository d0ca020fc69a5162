/* Ranges: evenly spaced numbers between two ends, or numbers of evenly spaced logarithm. Each is the decimal text of the
 * exact value, worked out in integers, so that 0.1 to 0.5 in 9 steps holds the same 0.2 as a list that says 0.2, on every
 * machine. */

#ifndef ULAM_RANGE_H
#define ULAM_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include <ulam/status.h>

#include "number.h"

typedef struct {
    ulam_decimal from, to;
    size_t steps;     /* values, both ends among them */
    bool logarithmic; /* both ends of one sign and not 0 */
} ulam_range;

/* Calls take for the text of each value in turn, until it fails. ULAM_ENOMEM; what take returns. */
ulam_status ulam_range_each(const ulam_range *self, ulam_status (*take)(void *context, size_t index, const char *text),
                            void *context);

#endif
