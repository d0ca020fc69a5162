/* Moments from exact power sums. With the integers X_k = sum x^k in a unit of 2^(64 unit k), and n values,
 *
 *     A2 = n X2 - X1^2                                   = n^2 m2
 *     A3 = n^2 X3 - 3 n X1 X2 + 2 X1^3                   = n^3 m3
 *     A4 = n^3 X4 - 4 n^2 X1 X3 + 6 n X1^2 X2 - 3 X1^4   = n^4 m4
 *
 * are integers too, m_k being the central moments in that unit; every figure is a quotient of products of these, or the
 * square root of one. */

#include <math.h>

#include <ulam/moments.h>

#include "exact_quotient.h"

enum {
    SCRATCH = EXACT_SCRATCH + 1
};

typedef struct {
    mpz_t n;
    mpz_t sum[5];     /* [1 .. 4] X_k */
    mpz_t central[5]; /* [2 .. 4] A_k */
    mpz_t scratch[SCRATCH];
    int32_t unit;
} sums;

static void sums_init(sums *self)
{
    mpz_init(self->n);
    for (int k = 0; k < 5; k++) mpz_inits(self->sum[k], self->central[k], NULL);
    for (int i = 0; i < SCRATCH; i++) mpz_init(self->scratch[i]);
}

static void sums_free(sums *self)
{
    mpz_clear(self->n);
    for (int k = 0; k < 5; k++) mpz_clears(self->sum[k], self->central[k], NULL);
    for (int i = 0; i < SCRATCH; i++) mpz_clear(self->scratch[i]);
}

static void sums_read(sums *self, const ulam_moments *moments)
{
    exact_read_count(self->n, moments->count);
    self->unit = 0;
    for (int32_t k = 1; k <= 4; k++) {
        const int32_t low = moments->power[k - 1].low;
        while (self->unit * k > low) self->unit--;
    }
    for (int32_t k = 1; k <= 4; k++) exact_read(self->sum[k], self->scratch[0], &moments->power[k - 1], self->unit * k);
}

/* In Horner's form: A3 = n (n X3 - 3 X1 X2) + 2 X1^3, and so on. */
static void sums_centre(sums *self)
{
    mpz_t *x = self->sum, *a = self->central;
    mpz_ptr square = self->scratch[0], part = self->scratch[1];
    mpz_mul(square, x[1], x[1]);

    mpz_mul(a[2], self->n, x[2]);
    mpz_sub(a[2], a[2], square);

    mpz_mul(a[3], self->n, x[3]);
    mpz_mul(part, x[1], x[2]);
    mpz_submul_ui(a[3], part, 3);
    mpz_mul(a[3], a[3], self->n);
    mpz_mul(part, square, x[1]);
    mpz_addmul_ui(a[3], part, 2);

    mpz_mul(a[4], self->n, x[4]);
    mpz_mul(part, x[1], x[3]);
    mpz_submul_ui(a[4], part, 4);
    mpz_mul(a[4], a[4], self->n);
    mpz_mul(part, square, x[2]);
    mpz_addmul_ui(a[4], part, 6);
    mpz_mul(a[4], a[4], self->n);
    mpz_mul(part, square, square);
    mpz_submul_ui(a[4], part, 3);
}

/* s^2 = A2 / (n (n - 1)), and the mean's variance is s^2 / n. */
static void spread(sums *self, ulam_summary *summary)
{
    mpz_ptr divisor = self->scratch[EXACT_SCRATCH];
    mpz_sub_ui(divisor, self->n, 1);
    mpz_mul(divisor, divisor, self->n);
    summary->sd = exact_quotient(self->scratch, self->central[2], divisor, 128L * self->unit, true);
    mpz_mul(divisor, divisor, self->n);
    summary->std_error = exact_quotient(self->scratch, self->central[2], divisor, 128L * self->unit, true);
}

/* G1 = sqrt(n (n - 1)) / (n - 2) m3 / m2^(3/2), from G1^2 = n (n - 1) A3^2 / ((n - 2)^2 A2^3). */
static double skewness(sums *self)
{
    mpz_ptr divisor = self->scratch[EXACT_SCRATCH], square = self->sum[0], factor = self->central[0];
    mpz_sub_ui(factor, self->n, 1);
    mpz_mul(square, self->central[3], self->central[3]);
    mpz_mul(square, square, factor);
    mpz_mul(square, square, self->n);
    mpz_sub_ui(factor, self->n, 2);
    mpz_mul(factor, factor, factor);
    mpz_pow_ui(divisor, self->central[2], 3);
    mpz_mul(divisor, divisor, factor);
    const double size = exact_quotient(self->scratch, square, divisor, 0, true);
    return mpz_sgn(self->central[3]) < 0 ? -size : size;
}

/* G2 = (n - 1) / ((n - 2) (n - 3)) ((n + 1) (A4 / A2^2 - 3) + 6). */
static double excess_kurtosis(sums *self)
{
    mpz_ptr divisor = self->scratch[EXACT_SCRATCH], top = self->sum[0], factor = self->central[0],
            square = self->central[1];
    mpz_mul(square, self->central[2], self->central[2]);
    mpz_set(top, self->central[4]);
    mpz_submul_ui(top, square, 3);
    mpz_add_ui(factor, self->n, 1);
    mpz_mul(top, top, factor);
    mpz_addmul_ui(top, square, 6);
    mpz_sub_ui(factor, self->n, 1);
    mpz_mul(top, top, factor);

    mpz_sub_ui(factor, self->n, 2);
    mpz_mul(divisor, square, factor);
    mpz_sub_ui(factor, self->n, 3);
    mpz_mul(divisor, divisor, factor);
    return exact_quotient(self->scratch, top, divisor, 0, false);
}

ulam_status ulam_moments_summarise(const ulam_moments *self, ulam_summary *summary)
{
    const uint64_t n = self->count;
    *summary = (ulam_summary){n, NAN, NAN, NAN, NAN, NAN, self->min, self->max};
    if (n == 0) return ULAM_OK;

    sums all;
    sums_init(&all);
    sums_read(&all, self);
    sums_centre(&all);
    const bool varies = mpz_sgn(all.central[2]) > 0;
    summary->mean = exact_quotient(all.scratch, all.sum[1], all.n, 64L * all.unit, false);
    if (n >= 2) spread(&all, summary);
    if (n >= 3 && varies) summary->skewness = skewness(&all);
    if (n >= 4 && varies) summary->excess_kurtosis = excess_kurtosis(&all);
    sums_free(&all);
    return ULAM_OK;
}
