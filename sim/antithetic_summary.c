/* With the integers M = sum m, MM = sum m^2, HH = sum h^2, ... in powers of one unit, and n pairs,
 *
 *     A = n MM - M^2                        = n (n - 1) s^2, s^2 being the variance of a pair's mean
 *     D = n^2 HHMM - 2 n M HHM + M^2 HH     = n^2 sum h^2 (m - mean)^2
 *
 * are integers too. A run's variance is s^2 + HH / n, hence the factor (1 + (n - 1) HH / A) / 2; the relative error of
 * HH / A squared is (n HHHH / HH^2 + kurtosis of m - 2 D / (HH A)) / n, by the delta method. */

#include <math.h>

#include <ulam/antithetic.h>

#include "exact_quotient.h"

typedef struct {
    mpz_t n, m, mm, hh, hhhh, hhm, hhmm;
    mpz_t spread, joint; /* A and D */
    mpz_t scratch[EXACT_SCRATCH];
    mpz_t part;
} integers;

static void integers_init(integers *self)
{
    mpz_inits(self->n, self->m, self->mm, self->hh, self->hhhh, self->hhm, self->hhmm, self->spread, self->joint,
              self->part, NULL);
    for (int i = 0; i < EXACT_SCRATCH; i++) mpz_init(self->scratch[i]);
}

static void integers_free(integers *self)
{
    mpz_clears(self->n, self->m, self->mm, self->hh, self->hhhh, self->hhm, self->hhmm, self->spread, self->joint,
               self->part, NULL);
    for (int i = 0; i < EXACT_SCRATCH; i++) mpz_clear(self->scratch[i]);
}

static void integers_read(integers *self, const ulam_antithetic *from, const ulam_moments *means)
{
    const struct {
        mpz_ptr to;
        const ulam_exact *from;
        int32_t power;
    } sums[] = {{self->m, &means->power[0], 1}, {self->mm, &means->power[1], 2}, {self->hh, &from->hh, 2},
                {self->hhm, &from->hhm, 3},     {self->hhmm, &from->hhmm, 4},    {self->hhhh, &from->hhhh, 4}};
    int32_t unit = 0;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        while (unit * sums[i].power > sums[i].from->low) unit--;
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        exact_read(sums[i].to, self->scratch[0], sums[i].from, unit * sums[i].power);
    exact_read_count(self->n, means->count);
}

static void integers_centre(integers *self)
{
    mpz_mul(self->spread, self->n, self->mm);
    mpz_submul(self->spread, self->m, self->m);

    mpz_mul(self->joint, self->n, self->hhmm);
    mpz_mul(self->part, self->m, self->hhm);
    mpz_submul_ui(self->joint, self->part, 2);
    mpz_mul(self->joint, self->joint, self->n);
    mpz_mul(self->part, self->m, self->m);
    mpz_addmul(self->joint, self->part, self->hh);
}

/* (A + (n - 1) HH) / 2 A */
static double factor(integers *self)
{
    mpz_sub_ui(self->part, self->n, 1);
    mpz_mul(self->part, self->part, self->hh);
    mpz_add(self->part, self->part, self->spread);
    return exact_quotient(self->scratch, self->part, self->spread, 0, false) / 2;
}

/* Of HH / A, relative to it; HH is above 0. */
static double relative_error(integers *self, double kurtosis)
{
    const double n = mpz_get_d(self->n);
    mpz_mul(self->part, self->hh, self->hh);
    mpz_mul(self->hhhh, self->hhhh, self->n);
    const double of_halves = exact_quotient(self->scratch, self->hhhh, self->part, 0, false);
    mpz_mul(self->part, self->hh, self->spread);
    const double together = exact_quotient(self->scratch, self->joint, self->part, 0, false);
    return sqrt(fmax(0, of_halves + kurtosis - 2 * together) / n);
}

ulam_status ulam_antithetic_reduce(const ulam_antithetic *self, const ulam_moments *means, ulam_reduction *reduction)
{
    ulam_summary summary;
    *reduction = (ulam_reduction){NAN, NAN};
    if (means->count < 2) return ULAM_OK;
    const ulam_status status = ulam_moments_summarise(means, &summary);
    if (status) return status;
    integers all;
    integers_init(&all);
    integers_read(&all, self, means);
    integers_centre(&all);
    const bool varies = mpz_sgn(all.spread) > 0, differ = mpz_sgn(all.hh) > 0;
    if (varies) reduction->factor = factor(&all);
    if (!varies && differ) reduction->factor = INFINITY;
    if (varies && !differ) reduction->std_error = 0;
    if (varies && differ && means->count >= 4)
        reduction->std_error = (reduction->factor - 0.5) * relative_error(&all, summary.excess_kurtosis + 3);
    integers_free(&all);
    return ULAM_OK;
}
