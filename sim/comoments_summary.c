/* With the integers X = sum x, XY = sum x y, ... in units of 2^(64 unit) and its square, and n runs,
 *
 *     A = n XY - X Y = n (n - 1) cov(x, y)
 *
 * and likewise B of x and x, C of y and y, are integers too; the correlation is A / sqrt(B C). */

#include <math.h>

#include <ulam/comoments.h>

#include "exact_quotient.h"

typedef struct {
    mpz_t n, x, y, xx, yy, xy;
    mpz_t scratch[EXACT_SCRATCH];
    int32_t unit;
} integers;

static void integers_init(integers *self)
{
    mpz_inits(self->n, self->x, self->y, self->xx, self->yy, self->xy, NULL);
    for (int i = 0; i < EXACT_SCRATCH; i++) mpz_init(self->scratch[i]);
}

static void integers_free(integers *self)
{
    mpz_clears(self->n, self->x, self->y, self->xx, self->yy, self->xy, NULL);
    for (int i = 0; i < EXACT_SCRATCH; i++) mpz_clear(self->scratch[i]);
}

static void integers_read(integers *self, const ulam_comoments *from)
{
    const ulam_exact *squares[] = {&from->xx, &from->yy, &from->xy};
    self->unit = from->x.low < from->y.low ? from->x.low : from->y.low;
    if (self->unit > 0) self->unit = 0;
    for (int i = 0; i < 3; i++)
        while (2 * self->unit > squares[i]->low) self->unit--;
    exact_read_count(self->n, from->count);
    exact_read(self->x, self->scratch[0], &from->x, self->unit);
    exact_read(self->y, self->scratch[0], &from->y, self->unit);
    exact_read(self->xx, self->scratch[0], &from->xx, 2 * self->unit);
    exact_read(self->yy, self->scratch[0], &from->yy, 2 * self->unit);
    exact_read(self->xy, self->scratch[0], &from->xy, 2 * self->unit);
}

/* Makes of sum a b, in its place, n sum a b - sum a sum b. */
static void centre(mpz_t products, const mpz_t n, const mpz_t a, const mpz_t b)
{
    mpz_mul(products, products, n);
    mpz_submul(products, a, b);
}

static double covariance(integers *self)
{
    mpz_sub_ui(self->x, self->n, 1);
    mpz_mul(self->x, self->x, self->n);
    return exact_quotient(self->scratch, self->xy, self->x, 128L * self->unit, false);
}

/* Rounding in the blocks' sums may take it a hair beyond 1. */
static double correlation(integers *self)
{
    mpz_mul(self->x, self->xy, self->xy);
    mpz_mul(self->y, self->xx, self->yy);
    const double size = fmin(exact_quotient(self->scratch, self->x, self->y, 0, true), 1);
    return mpz_sgn(self->xy) < 0 ? -size : size;
}

void ulam_comoments_summarise(const ulam_comoments *self, ulam_joint_summary *summary)
{
    *summary = (ulam_joint_summary){self->count, NAN, NAN};
    if (self->count < 2) return;
    integers all;
    integers_init(&all);
    integers_read(&all, self);
    centre(all.xy, all.n, all.x, all.y);
    centre(all.xx, all.n, all.x, all.x);
    centre(all.yy, all.n, all.y, all.y);
    const bool vary = mpz_sgn(all.xx) > 0 && mpz_sgn(all.yy) > 0;
    summary->covariance = covariance(&all);
    if (vary) summary->correlation = correlation(&all);
    integers_free(&all);
}
