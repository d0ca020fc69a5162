#include <math.h>
#include <stddef.h>
#include <string.h>

#include <ulam/duration.h>

#include "number.h"

enum {
    MOST_DIGITS = 24
};

/* Reads digits with at most one point from *text, which moves behind them. */
static bool read_number(const char **text, double *value)
{
    char digits[MOST_DIGITS + 1] = "";
    const size_t length = strspn(*text, "0123456789.");
    if (length == 0 || length > MOST_DIGITS) return false;
    memcpy(digits, *text, length);
    *text += length;
    return ulam_read_real(digits, value) == ULAM_READ_OK;
}

/* "2-12:00:00", "1:30:00", "90:00": days, then hours, minutes and seconds from the right. */
static bool read_clock(const char *text, double *seconds)
{
    static const double scale[] = {3600, 60, 1}; /* behind days: of hours, hours:minutes, hours:minutes:seconds */
    const bool days = strchr(text, '-') != NULL;
    double value, total = 0;
    if (days) {
        if (!read_number(&text, &total) || *text++ != '-') return false;
        total *= 24;
    }
    if (!read_number(&text, &value)) return false;
    total += value;
    int colons = 0;
    for (; *text == ':' && colons < 2; colons++) {
        text++;
        if (!read_number(&text, &value) || value >= 60) return false;
        total = 60 * total + value;
    }
    *seconds = days ? total * scale[colons] : total;
    return *text == '\0';
}

static double unit_seconds(const char **text)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"min", 60}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t length = strlen(units[i].name);
        if (strncmp(*text, units[i].name, length) != 0) continue;
        *text += length;
        return units[i].seconds;
    }
    return NAN;
}

bool ulam_duration_read(const char *text, double *seconds)
{
    double value, total = 0, last = INFINITY;
    if (strchr(text, ':') || strchr(text, '-')) return read_clock(text, seconds);
    do {
        if (!read_number(&text, &value)) return false;
        const bool bare = *text == '\0' && isinf(last);
        const double unit = bare ? 1 : unit_seconds(&text);
        while (*text == ' ') text++;
        if (!(unit < last)) return false; /* each unit once, the larger first */
        total += value * unit;
        last = unit;
    } while (*text);
    *seconds = total;
    return true;
}
