/* Numbers as texts, the same in every locale. */

#ifndef ULAM_NUMBER_TEXT_H
#define ULAM_NUMBER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ULAM_DECIMAL_DIGITS = 800, /* any double has fewer */
    ULAM_REAL_TEXT_SIZE = 64
};

/* A number as it was written, (-1)^negative * digits * 10^exponent, without leading or trailing zeros. */
typedef struct {
    bool negative;
    size_t count; /* 0: the number is zero */
    long exponent;
    char digits[ULAM_DECIMAL_DIGITS + 1];
} ulam_decimal;

typedef enum {
    ULAM_READ_OK,
    ULAM_READ_NOT_A_NUMBER,
    ULAM_READ_NAN,
    ULAM_READ_FRACTION,  /* not an integer */
    ULAM_READ_TOO_LARGE, /* beyond what the type holds */
    ULAM_READ_TOO_SMALL, /* not zero, but would become it */
} ulam_number_reading;

/* "1", "-1.5", ".5", "1e6": a sign, digits with at most one point, an exponent. */
ulam_number_reading ulam_read_decimal(const char *text, ulam_decimal *decimal);

/* The nearest double; also "inf", ".inf", "Infinity" with a sign. -0 becomes 0. */
ulam_number_reading ulam_read_real(const char *text, double *value);

/* An integer, also in a form such as 1e6 or 2.0. */
ulam_number_reading ulam_read_integer(const char *text, int64_t *value);
ulam_number_reading ulam_read_natural(const char *text, uint64_t *value); /* ULAM_READ_TOO_SMALL: negative */

/* The shortest decimal text that reads back to the same double. */
void ulam_write_real(char text[ULAM_REAL_TEXT_SIZE], double value);

/* The one hexadecimal text of a double, "0x1.8p-3": a normalised mantissa without trailing zeros; "0x0p0" for both zeros;
 * "inf", "-inf", "nan". */
void ulam_write_real_hex(char text[ULAM_REAL_TEXT_SIZE], double value);

#endif
