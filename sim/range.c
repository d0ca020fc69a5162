#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "range.h"

typedef ulam_status taker(void *context, size_t index, const char *text);

enum {
    GUARD_DIGITS = 30, /* of a quotient behind the last digit of the ends */
    LOG_BITS = 320,
    LOG_DIGITS = 40 /* kept of the 90 that are computed: exact powers come out exact */
};

static void set_scaled(mpz_t value, const ulam_decimal *decimal, long exponent)
{
    mpz_t power;
    mpz_init(power);
    mpz_set_str(value, decimal->count ? decimal->digits : "0", 10);
    if (decimal->negative) mpz_neg(value, value);
    mpz_ui_pow_ui(power, 10, (unsigned long)(decimal->count ? decimal->exponent - exponent : 0));
    mpz_mul(value, value, power);
    mpz_clear(power);
}

/* Gives mantissa * 10^exponent. */
static ulam_status give(const mpz_t mantissa, bool inexact, long exponent, size_t index, taker *take, void *context)
{
    const size_t size = mpz_sizeinbase(mantissa, 10) + 40;
    char *text = malloc(size);
    if (!text) return ULAM_ENOMEM;
    mpz_get_str(text, 10, mantissa);
    const size_t length = strlen(text);
    /* One more digit says that the quotient went on: rounding then knows which side of a tie it is on. */
    snprintf(text + length, size - length, "%se%ld", inexact ? "1" : "", exponent - inexact);
    const ulam_status status = take(context, index, text);
    free(text);
    return status;
}

/* (from * (steps - 1 - i) + to * i) / (steps - 1) */
static ulam_status each_linear(const ulam_range *self, taker *take, void *context)
{
    const long least = self->from.exponent < self->to.exponent ? self->from.exponent : self->to.exponent;
    const unsigned long last = self->steps - 1;
    ulam_status status = ULAM_OK;
    mpz_t from, to, value, rest, guard;
    mpz_inits(from, to, value, rest, guard, NULL);
    set_scaled(from, &self->from, least);
    set_scaled(to, &self->to, least);
    mpz_ui_pow_ui(guard, 10, GUARD_DIGITS);
    mpz_mul(from, from, guard);
    mpz_mul(to, to, guard);
    for (size_t i = 0; i < self->steps && !status; i++) {
        mpz_mul_ui(value, from, last - i);
        mpz_addmul_ui(value, to, i);
        mpz_tdiv_qr_ui(value, rest, value, last);
        const bool inexact = mpz_sgn(rest) != 0;
        status = give(value, inexact, least - GUARD_DIGITS, i, take, context);
    }
    mpz_clears(from, to, value, rest, guard, NULL);
    return status;
}

static void set_real(mpf_t value, const ulam_decimal *decimal)
{
    mpz_t digits;
    mpf_t power;
    mpz_init_set_str(digits, decimal->digits, 10);
    mpf_init2(power, LOG_BITS);
    mpf_set_ui(power, 10);
    mpf_pow_ui(power, power, (unsigned long)labs(decimal->exponent));
    mpf_set_z(value, digits);
    if (decimal->exponent < 0)
        mpf_div(value, value, power);
    else
        mpf_mul(value, value, power);
    mpf_clear(power);
    mpz_clear(digits);
}

static double logarithm(const mpf_t value)
{
    long exponent;
    const double mantissa = mpf_get_d_2exp(&exponent, value);
    return log(mantissa) + (double)exponent * log(2);
}

/* root = ratio^(1/n) by Newton's method from a double's worth of digits, which double in each step. */
static void set_root(mpf_t root, const mpf_t ratio, unsigned long n)
{
    mpf_t power, change;
    mpf_init2(power, LOG_BITS);
    mpf_init2(change, LOG_BITS);
    mpf_set_d(root, exp(logarithm(ratio) / (double)n));
    for (int step = 0; step < 7; step++) {
        mpf_pow_ui(power, root, n);
        mpf_sub(change, ratio, power);
        mpf_div(change, change, power);
        mpf_div_ui(change, change, n);
        mpf_mul(change, change, root);
        mpf_add(root, root, change);
    }
    mpf_clear(change);
    mpf_clear(power);
}

static ulam_status give_real(const mpf_t value, bool negative, size_t index, taker *take, void *context)
{
    char digits[LOG_DIGITS + 3], text[LOG_DIGITS + 40];
    mp_exp_t exponent;
    mpf_get_str(digits, &exponent, 10, LOG_DIGITS, value);
    snprintf(text, sizeof text, "%s.%se%ld", negative ? "-" : "", digits, (long)exponent);
    return take(context, index, text);
}

/* |from| * (to / from)^(i / (steps - 1)), the ends themselves among them. */
static ulam_status each_logarithmic(const ulam_range *self, taker *take, void *context)
{
    const bool negative = self->from.negative;
    ulam_status status = ULAM_OK;
    mpf_t value, last, ratio, root;
    mpf_init2(ratio, LOG_BITS);
    mpf_init2(value, LOG_BITS);
    mpf_init2(last, LOG_BITS);
    mpf_init2(root, LOG_BITS);
    set_real(value, &self->from);
    set_real(last, &self->to);
    mpf_div(ratio, last, value);
    set_root(root, ratio, self->steps - 1);
    for (size_t i = 0; i < self->steps && !status; i++) {
        status = give_real(i + 1 < self->steps ? value : last, negative, i, take, context);
        mpf_mul(value, value, root);
    }
    mpf_clear(root);
    mpf_clear(last);
    mpf_clear(value);
    mpf_clear(ratio);
    return status;
}

ulam_status ulam_range_each(const ulam_range *self, taker *take, void *context)
{
    if (self->steps == 1) {
        char text[ULAM_DECIMAL_DIGITS + 40];
        snprintf(text, sizeof text, "%s%se%ld", self->from.negative ? "-" : "",
                 self->from.count ? self->from.digits : "0", self->from.exponent);
        return take(context, 0, text);
    }
    return self->logarithmic ? each_logarithmic(self, take, context) : each_linear(self, take, context);
}
