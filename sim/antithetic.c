#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <ulam/antithetic.h>

#include "vectorised.h"

enum {
    LANES = 32, /* independent partial sums: what a compiler needs to use vector registers */
    FEW = 8,    /* for so few pairs their exact products cost no more than the expansion about a centre */
};

/* Below this, fourth powers may have vanished beneath the smallest double. */
static const double vanishing = 0x1p-800;

/* Sums over a block, d being m less the centre. */
enum {
    HH,
    HHHH,
    HHD,
    HHDD,
    SUMS
};

static double sum_of_lanes(double lane[LANES])
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

VECTORISED static double sum(const double *x, size_t n)
{
    double lane[LANES] = {0};
    size_t row = 0;
    for (; row + LANES <= n; row += LANES)
        for (size_t i = 0; i < LANES; i++) lane[i] += x[row + i];
    for (size_t i = 0; row + i < n; i++) lane[i] += x[row + i];
    return sum_of_lanes(lane);
}

VECTORISED static void sum_products(const double *m, const double *h, size_t n, double centre, double total[SUMS])
{
    double lane[SUMS][LANES] = {0};
    size_t row = 0;
    for (; row + LANES <= n; row += LANES) {
        for (size_t i = 0; i < LANES; i++) {
            const double d = m[row + i] - centre, hh = h[row + i] * h[row + i];
            lane[HH][i] += hh;
            lane[HHHH][i] += hh * hh;
            lane[HHD][i] += hh * d;
            lane[HHDD][i] += hh * (d * d);
        }
    }
    for (size_t i = 0; row + i < n; i++) {
        const double d = m[row + i] - centre, hh = h[row + i] * h[row + i];
        lane[HH][i] += hh;
        lane[HHHH][i] += hh * hh;
        lane[HHD][i] += hh * d;
        lane[HHDD][i] += hh * (d * d);
    }
    for (int k = 0; k < SUMS; k++) total[k] = sum_of_lanes(lane[k]);
}

static ulam_status add(ulam_exact *exact, double a, double b, double c, double d)
{
    return ulam_exact_add_product(exact, (double[]){a, b, c, d}, 4);
}

/* With m = c + d: sum h^2 m = sum h^2 d + c sum h^2, and so on. */
static ulam_status add_expansion(ulam_antithetic *self, double c, const double t[SUMS])
{
    const bool failed = add(&self->hh, t[HH], 1, 1, 1) || add(&self->hhhh, t[HHHH], 1, 1, 1) ||
                        add(&self->hhm, t[HHD], 1, 1, 1) || add(&self->hhm, t[HH], c, 1, 1) ||
                        add(&self->hhmm, t[HHDD], 1, 1, 1) || add(&self->hhmm, t[HHD], c, 2, 1) ||
                        add(&self->hhmm, t[HH], c, c, 1);
    return failed ? ULAM_ENOMEM : ULAM_OK;
}

static ulam_status add_each(ulam_antithetic *self, ulam_series mean, ulam_series half)
{
    for (size_t i = 0; i < mean.n; i++) {
        const double m = mean.value[i * mean.step], h = half.value[i * half.step];
        if (h == 0) continue;
        if (add(&self->hh, h, h, 1, 1) || add(&self->hhhh, h, h, h, h) || add(&self->hhm, h, h, m, 1) ||
            add(&self->hhmm, h, h, m, m))
            return ULAM_ENOMEM;
    }
    return ULAM_OK;
}

static bool are_sound(const double t[SUMS])
{
    bool sound = t[HHHH] >= vanishing;
    for (int k = 0; k < SUMS; k++) sound &= fabs(t[k]) <= DBL_MAX;
    return sound;
}

void ulam_antithetic_free(ulam_antithetic *self)
{
    ulam_exact *sums[] = {&self->hh, &self->hhhh, &self->hhm, &self->hhmm};
    for (int i = 0; i < SUMS; i++) ulam_exact_free(sums[i]);
    *self = (ulam_antithetic){0};
}

ulam_status ulam_antithetic_add_block(ulam_antithetic *self, ulam_series mean, ulam_series half)
{
    double t[SUMS];
    if (mean.n <= FEW || mean.step != 1 || half.step != 1) return add_each(self, mean, half);
    const double centre = sum(mean.value, mean.n) / (double)mean.n;
    sum_products(mean.value, half.value, mean.n, centre, t);
    return are_sound(t) ? add_expansion(self, centre, t) : add_each(self, mean, half);
}

ulam_status ulam_antithetic_merge(ulam_antithetic *self, const ulam_antithetic *other)
{
    return ulam_exact_merge(&self->hh, &other->hh) || ulam_exact_merge(&self->hhhh, &other->hhhh) ||
                   ulam_exact_merge(&self->hhm, &other->hhm) || ulam_exact_merge(&self->hhmm, &other->hhmm)
               ? ULAM_ENOMEM
               : ULAM_OK;
}
