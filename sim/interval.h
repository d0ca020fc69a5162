/* Intervals as mathematics writes them: "[0, 1)", "(0, inf)". */

#ifndef ULAM_INTERVAL_H
#define ULAM_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    double low, high;
    bool low_open, high_open;
} ulam_interval;

/* Reads text; false: it is none, or is empty. */
bool ulam_interval_read(ulam_interval *self, const char *text);

bool ulam_interval_has(const ulam_interval *self, double value);
bool ulam_interval_has_integer(const ulam_interval *self, int64_t value);

#endif
