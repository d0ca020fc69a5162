#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "number.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The exponent behind an 'e'; NULL: none. Huge ones stay huge without overflow. */
static const char *read_exponent(const char *text, long *exponent)
{
    const bool negative = *text == '-';
    long value = 0;
    if (*text == '-' || *text == '+') text++;
    if (!is_digit(*text)) return NULL;
    for (; is_digit(*text); text++)
        if (value < 1000000) value = 10 * value + (*text - '0');
    *exponent = negative ? -value : value;
    return text;
}

ulam_number_reading ulam_read_decimal(const char *text, ulam_decimal *decimal)
{
    bool point = false, any = false;
    *decimal = (ulam_decimal){.negative = *text == '-'};
    if (*text == '-' || *text == '+') text++;
    for (; is_digit(*text) || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point) decimal->exponent--;
        if (*text == '0' && decimal->count == 0) continue;
        if (decimal->count == ULAM_DECIMAL_DIGITS) return ULAM_READ_TOO_LARGE;
        decimal->digits[decimal->count++] = *text;
    }
    if (!any) return ULAM_READ_NOT_A_NUMBER;
    if (*text == 'e' || *text == 'E') {
        long exponent;
        text = read_exponent(text + 1, &exponent);
        if (!text) return ULAM_READ_NOT_A_NUMBER;
        decimal->exponent += exponent;
    }
    if (*text) return ULAM_READ_NOT_A_NUMBER;
    while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
        decimal->exponent++;
    }
    decimal->digits[decimal->count] = '\0';
    if (decimal->count == 0) decimal->exponent = 0;
    return ULAM_READ_OK;
}

static bool read_infinity(const char *text, double *value)
{
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    if (strcasecmp(text, "inf") && strcasecmp(text, ".inf") && strcasecmp(text, "infinity")) return false;
    *value = negative ? -INFINITY : INFINITY;
    return true;
}

ulam_number_reading ulam_read_real(const char *text, double *value)
{
    ulam_decimal decimal;
    if (read_infinity(text, value)) return ULAM_READ_OK;
    if (!strcasecmp(text, "nan") || !strcasecmp(text, ".nan")) return ULAM_READ_NAN;
    const ulam_number_reading reading = ulam_read_decimal(text, &decimal);
    if (reading) return reading;
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *value = strtod_l(text, NULL, c) + 0.0; /* + 0.0 makes 0 of -0 */
    freelocale(c);
    if (isinf(*value)) return ULAM_READ_TOO_LARGE;
    return *value == 0 && decimal.count > 0 ? ULAM_READ_TOO_SMALL : ULAM_READ_OK;
}

static ulam_number_reading read_magnitude(const char *text, bool *negative, uint64_t *value)
{
    ulam_decimal decimal;
    const ulam_number_reading reading = ulam_read_decimal(text, &decimal);
    if (reading) return reading;
    *negative = decimal.negative && decimal.count > 0;
    *value = 0;
    if (decimal.exponent < 0) return ULAM_READ_FRACTION;
    if (decimal.count > 20 || decimal.exponent > 20) return ULAM_READ_TOO_LARGE;
    for (size_t i = 0; i < decimal.count + (size_t)decimal.exponent; i++) {
        const unsigned digit = i < decimal.count ? (unsigned)(decimal.digits[i] - '0') : 0;
        if (*value > (UINT64_MAX - digit) / 10) return ULAM_READ_TOO_LARGE;
        *value = 10 * *value + digit;
    }
    return ULAM_READ_OK;
}

ulam_number_reading ulam_read_integer(const char *text, int64_t *value)
{
    bool negative;
    uint64_t magnitude;
    const ulam_number_reading reading = read_magnitude(text, &negative, &magnitude);
    if (reading) return reading;
    if (magnitude > (uint64_t)INT64_MAX + negative) return ULAM_READ_TOO_LARGE;
    *value = !negative ? (int64_t)magnitude : magnitude ? -(int64_t)(magnitude - 1) - 1 : 0;
    return ULAM_READ_OK;
}

ulam_number_reading ulam_read_natural(const char *text, uint64_t *value)
{
    bool negative;
    const ulam_number_reading reading = read_magnitude(text, &negative, value);
    return reading ? reading : negative ? ULAM_READ_TOO_SMALL : ULAM_READ_OK;
}

/* Digits d.ddd and exponent as "0.00ddd", "ddd000", "dd.dd" or "d.dde-9", whichever is usual. */
static void lay_out(char text[ULAM_REAL_TEXT_SIZE], bool negative, const char *digits, int count, int exponent)
{
    const char *sign = negative ? "-" : "";
    if (exponent < -5 || exponent > 15)
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s%c%s%se%d", sign, digits[0], count > 1 ? "." : "", digits + 1, exponent);
    else if (exponent < 0)
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "00000", digits);
    else if (count <= exponent + 1)
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s%s%.*s", sign, digits, exponent + 1 - count, "0000000000000000");
    else
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
}

void ulam_write_real(char text[ULAM_REAL_TEXT_SIZE], double value)
{
    char digits[24];
    int exponent = 0, count = 1;
    if (!isfinite(value) || value == 0) {
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : value < 0 ? "-inf" : "0");
        return;
    }
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    for (; count <= 17; count++) {
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%.*e", count - 1, fabs(value));
        if (strtod(text, NULL) == fabs(value)) break;
    }
    uselocale(before);
    freelocale(c);
    digits[0] = text[0];
    memcpy(digits + 1, text + 2, (size_t)count - 1);
    digits[count] = '\0';
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    lay_out(text, value < 0, digits, count, exponent);
}

void ulam_write_real_hex(char text[ULAM_REAL_TEXT_SIZE], double value)
{
    int exponent;
    if (!isfinite(value) || value == 0) {
        snprintf(text, ULAM_REAL_TEXT_SIZE, "%s",
                 isnan(value) ? "nan"
                 : value > 0  ? "inf"
                 : value < 0  ? "-inf"
                              : "0x0p0");
        return;
    }
    const uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), 53); /* 53 bits, the first one set */
    char tail[16];
    snprintf(tail, sizeof tail, ".%013" PRIx64, mantissa & ((UINT64_C(1) << 52) - 1));
    for (size_t end = strlen(tail); end > 0 && (tail[end - 1] == '0' || tail[end - 1] == '.'); end--)
        tail[end - 1] = '\0';
    snprintf(text, ULAM_REAL_TEXT_SIZE, "%s0x1%sp%d", value < 0 ? "-" : "", tail, exponent - 1);
}
