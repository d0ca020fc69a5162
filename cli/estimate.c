#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"

static const char undefined[] = "—";

/* The exponent of a positive number, once it is rounded to that many digits behind the first. */
static int exponent_of(double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits, value);
    return atoi(strchr(text, 'e') + 1);
}

ulam_precision ulam_precision_of(double mean, double std_error, bool full)
{
    enum {
        MOST_DIGITS = 16, /* that a double has */
        LARGE = 7,        /* powers of ten from which on an exponent is taken out */
        SMALL = -4
    };
    ulam_precision self = {.full = full, .known = !full && isfinite(mean) && isfinite(std_error) && std_error > 0};
    if (!self.known) return self;
    self.place = exponent_of(std_error, 1) - 1;
    const double largest = fabs(mean) > std_error ? fabs(mean) : std_error;
    int top = exponent_of(largest, MOST_DIGITS);
    if (top - self.place > MOST_DIGITS) self.place = top - MOST_DIGITS;
    if (top >= LARGE || top <= SMALL) {
        top = exponent_of(largest, top > self.place ? top - self.place : 0);
        self.exponent = top;
    }
    return self;
}

/* At a precision given by an error; without the exponent. */
static void print_rounded(char *text, double value, const ulam_precision *precision)
{
    const long double scaled = precision->exponent ? (long double)value / powl(10, precision->exponent) : value;
    const int place = precision->place - precision->exponent;
    if (place <= 0) {
        snprintf(text, ULAM_ESTIMATE_SIZE, "%.*Lf", -place, scaled);
        return;
    }
    const long double unit = powl(10, place);
    snprintf(text, ULAM_ESTIMATE_SIZE, "%.0Lf", nearbyintl(scaled / unit) * unit);
}

static void print_shortest(char *text, double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, ULAM_ESTIMATE_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) return;
    }
}

/* What both numbers of an estimate share: no exponent, and nothing of rounding to "-0". */
static void print_bare(char *text, double value, const ulam_precision *precision)
{
    if (isnan(value))
        snprintf(text, ULAM_ESTIMATE_SIZE, "%s", undefined);
    else if (precision->full)
        print_shortest(text, value);
    else if (precision->known && isfinite(value) && fabs(value) < 1e20 * pow(10, precision->exponent))
        print_rounded(text, value, precision);
    else
        snprintf(text, ULAM_ESTIMATE_SIZE, "%.6g", value);
    if (text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1)) memmove(text, text + 1, strlen(text));
}

void ulam_number_text(char *text, double value, const ulam_precision *precision)
{
    print_bare(text, value, precision);
    const bool rounded = precision->known && isfinite(value) && fabs(value) < 1e20 * pow(10, precision->exponent);
    const size_t used = strlen(text);
    if (rounded && precision->exponent) snprintf(text + used, ULAM_ESTIMATE_SIZE - used, "e%+03d", precision->exponent);
}

void ulam_estimate_text(char *text, double mean, double std_error, const ulam_precision *precision)
{
    char number[ULAM_ESTIMATE_SIZE], error[ULAM_ESTIMATE_SIZE];
    if (isnan(mean)) {
        snprintf(text, ULAM_ESTIMATE_SIZE, "%s", undefined);
        return;
    }
    print_bare(number, mean, precision);
    print_bare(error, std_error, precision);
    if (precision->known && precision->exponent)
        snprintf(text, ULAM_ESTIMATE_SIZE, "(%.36s ± %.36s)e%+03d", number, error, precision->exponent);
    else
        snprintf(text, ULAM_ESTIMATE_SIZE, "%.44s ± %.44s", number, error);
}

void ulam_deviation_text(char *text, double mean, double std_error, double exact)
{
    const double deviation = mean == exact ? 0 : (mean - exact) / std_error;
    if (!isfinite(deviation)) /* values that are all equal do not tell how far off they are */
        snprintf(text, ULAM_ESTIMATE_SIZE, "%s", undefined);
    else if (fabs(deviation) < 1e4)
        snprintf(text, ULAM_ESTIMATE_SIZE, "%+.1fσ", deviation);
    else
        snprintf(text, ULAM_ESTIMATE_SIZE, "%+.1eσ", deviation);
}
