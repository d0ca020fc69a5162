#include <math.h>

#include "exact_quotient.h"

static void read_integer(mpz_t result, const uint64_t *limb, size_t n)
{
    mpz_import(result, n, -1, sizeof *limb, 0, 0, limb);
}

void exact_read_count(mpz_t result, uint64_t count) { read_integer(result, &count, 1); }

void exact_read(mpz_t result, mpz_t scratch, const ulam_exact *exact, int32_t low)
{
    read_integer(result, exact->limb, exact->used);
    if (exact->used && exact->limb[exact->used - 1] >> 63) {
        mpz_set_ui(scratch, 1);
        mpz_mul_2exp(scratch, scratch, (mp_bitcnt_t)64 * exact->used);
        mpz_sub(result, result, scratch);
    }
    mpz_mul_2exp(result, result, (mp_bitcnt_t)64 * (mp_bitcnt_t)(exact->low - low));
}

/* 2^exponent times whole, rounded to nearest even; inexact says that a fraction was cut off. */
static double round_integer(const mpz_t whole, mpz_t scratch, bool inexact, long exponent)
{
    const long bits = (long)mpz_sizeinbase(whole, 2);
    long drop = bits - 53;
    if (exponent + drop < -1074) drop = -1074 - exponent;
    if (drop > bits + 1) return 0;
    mpz_tdiv_q_2exp(scratch, whole, (mp_bitcnt_t)drop);
    double kept = mpz_get_d(scratch);
    if (mpz_tstbit(whole, (mp_bitcnt_t)drop - 1)) {
        const bool above_half = inexact || mpz_scan1(whole, 0) < (mp_bitcnt_t)drop - 1;
        if (above_half || mpz_odd_p(scratch)) kept += 1;
    }
    const long result = exponent + drop;
    return ldexp(kept, result > 2048 ? 2048 : (int)result);
}

double exact_quotient(mpz_t scratch_of[EXACT_SCRATCH], const mpz_t numerator, const mpz_t denominator, long exponent,
                      bool root)
{
    enum {
        BITS = 66
    };
    if (mpz_sgn(numerator) == 0) return 0;
    mpz_ptr whole = scratch_of[0], rest = scratch_of[1], scratch = scratch_of[2];
    const long have = (long)mpz_sizeinbase(numerator, 2) - (long)mpz_sizeinbase(denominator, 2);
    long shift = (root ? 2 * BITS : BITS) - have;
    if (shift < 0) shift = 0;
    shift += shift & 1;

    mpz_abs(scratch, numerator);
    mpz_mul_2exp(scratch, scratch, (mp_bitcnt_t)shift);
    mpz_tdiv_qr(whole, rest, scratch, denominator);
    bool inexact = mpz_sgn(rest) != 0;
    exponent -= shift;
    if (root) {
        mpz_sqrtrem(whole, rest, whole);
        inexact |= mpz_sgn(rest) != 0;
        exponent /= 2;
    }
    const double result = round_integer(whole, scratch, inexact, exponent);
    return mpz_sgn(numerator) < 0 ? -result : result;
}
