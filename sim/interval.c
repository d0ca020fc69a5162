#include <string.h>

#include "interval.h"
#include "number.h"

/* Reads one end, which stands before `stop`, and moves *text behind that. */
static bool read_end(const char **text, char stop, double *value)
{
    char end[ULAM_REAL_TEXT_SIZE];
    const char *from = *text + strspn(*text, " ");
    const char *to = strchr(from, stop);
    if (!to) return false;
    *text = to + 1;
    while (to > from && to[-1] == ' ') to--;
    if ((size_t)(to - from) >= sizeof end) return false;
    memcpy(end, from, (size_t)(to - from));
    end[to - from] = '\0';
    return ulam_read_real(end, value) == ULAM_READ_OK;
}

bool ulam_interval_read(ulam_interval *self, const char *text)
{
    if (*text != '[' && *text != '(') return false;
    const size_t length = strlen(text);
    const char last = text[length - 1];
    if (last != ']' && last != ')') return false;
    self->low_open = *text == '(';
    self->high_open = last == ')';
    text++;
    if (!read_end(&text, ',', &self->low) || !read_end(&text, last, &self->high) || *text) return false;
    return self->low < self->high || (self->low == self->high && !self->low_open && !self->high_open);
}

bool ulam_interval_has(const ulam_interval *self, double value)
{
    const bool above = self->low_open ? value > self->low : value >= self->low;
    const bool below = self->high_open ? value < self->high : value <= self->high;
    return above && below;
}

/* -1, 0 or 1 as value is less than, equal to or greater than limit: exact where value has no double. */
static int compare(int64_t value, double limit)
{
    if (limit >= 0x1p63) return -1;
    if (limit < -0x1p63) return 1;
    const int64_t whole = (int64_t)limit; /* towards zero */
    if (value != whole) return value < whole ? -1 : 1;
    const double fraction = limit - (double)whole;
    return fraction > 0 ? -1 : fraction < 0;
}

bool ulam_interval_has_integer(const ulam_interval *self, int64_t value)
{
    const int low = compare(value, self->low), high = compare(value, self->high);
    return (self->low_open ? low > 0 : low >= 0) && (self->high_open ? high < 0 : high <= 0);
}
