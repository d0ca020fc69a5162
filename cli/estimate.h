/* Estimates in words, as physicists write them: 10.4506 ± 0.0047. */

#ifndef ULAM_ESTIMATE_H
#define ULAM_ESTIMATE_H

#include <stdbool.h>

enum {
    ULAM_ESTIMATE_SIZE = 96
};

/* How many digits a number is written with. */
typedef struct {
    bool known;   /* there is an error to go by; else as many digits as the number needs, up to 6 */
    bool full;    /* every digit, whatever the error */
    int place;    /* of the last digit: 10^place */
    int exponent; /* taken out in front, as (1.2346 ± 0.0012)e+09; 0: none */
} ulam_precision;

/* The precision that an error bar calls for: the error to two digits, the mean to the same place. */
ulam_precision ulam_precision_of(double mean, double std_error, bool full);

/* A number at that precision; NaN is "—". The texts hold ULAM_ESTIMATE_SIZE characters. */
void ulam_number_text(char *text, double value, const ulam_precision *precision);

/* "mean ± error"; an error that is not known is "—". */
void ulam_estimate_text(char *text, double mean, double std_error, const ulam_precision *precision);

/* How far the mean is from its exact value, in standard errors: "+0.8σ"; "—" where the error is 0 or not known. */
void ulam_deviation_text(char *text, double mean, double std_error, double exact);

#endif
