/* The partition function of the Ising model on a periodic lattice of n x n sites (Kaufman 1949, as written by Ferdinand and
 * Fisher 1969), with K = 1 / T:
 *
 *     Z = 1/2 (2 sinh 2K)^(n^2 / 2) (P1 + P2 + P3 + P4),
 *     P1, P2 = product over r of 2 cosh, 2 sinh of n gamma_(2r+1) / 2,   P3, P4 = the same of n gamma_(2r) / 2,
 *     cosh gamma_l = cosh 2K coth 2K - cos(pi l / n),   gamma_0 = 2K + ln tanh K,   r = 0, ..., n - 1.
 *
 * Energy and heat capacity are derivatives of ln Z, here taken factor by factor. The products overflow, so each is carried
 * as its logarithm. */

#include <math.h>

#include "ising.h"

typedef long double real;

static const real pi = 3.14159265358979323846264338327950288L;

/* A function of K: its value and its first two derivatives. */
typedef struct {
    real value, first, second;
} jet;

static jet add(jet a, jet b) { return (jet){a.value + b.value, a.first + b.first, a.second + b.second}; }

static jet multiply(jet a, jet b)
{
    return (jet){a.value * b.value, a.first * b.value + a.value * b.first,
                 a.second * b.value + 2 * a.first * b.first + a.value * b.second};
}

/* gamma_l for l > 0, of S = sinh 2K and C = cosh 2K. */
static jet angle(unsigned l, unsigned n, real S, real C)
{
    const real sine = sinl(pi * l / (2 * n));
    const real z = (S - 1) * (S - 1) / S + 2 * sine * sine; /* cosh gamma - 1, without cancellation */
    const real first = 2 * C * (1 - 1 / (S * S)), second = 4 * S * (1 - 1 / (S * S)) + 8 * C * C / (S * S * S);
    const real root = sqrtl(z * (z + 2)); /* sinh gamma */
    jet gamma = {.value = log1pl(z + root), .first = first / root};
    gamma.second = (second - (1 + z) * gamma.first * gamma.first) / root;
    return gamma;
}

/* ln(2 cosh(n gamma / 2)), or ln(2 sinh) for sign = -1; gamma > 0. */
static jet log_factor(jet gamma, unsigned n, int sign)
{
    const real small = expl(-(real)n * gamma.value), half = (real)n / 2;
    const real slope = sign > 0 ? (1 - small) / (1 + small) : (1 + small) / -expm1l(-(real)n * gamma.value);
    return (jet){half * gamma.value + (sign > 0 ? log1pl(small) : logl(-expm1l(-(real)n * gamma.value))),
                 half * slope * gamma.first,
                 half * slope * gamma.second + half * half * (1 - slope * slope) * gamma.first * gamma.first};
}

/* 2 cosh(n gamma / 2) or 2 sinh, less the factor exp(scale): gamma_0 changes its sign at the critical point. */
static jet factor(jet gamma, unsigned n, int sign, real scale)
{
    const real half = (real)n / 2, up = expl(half * gamma.value - scale), down = expl(-half * gamma.value - scale);
    const real f = up + sign * down, slope = half * (up - sign * down);
    return (jet){f, slope * gamma.first, slope * gamma.second + half * half * f * gamma.first * gamma.first};
}

/* exp of a jet whose value and slope are taken from another: what is left is of order 1. */
static jet exp_beside(jet a, real value, real slope)
{
    const real scaled = expl(a.value - value), first = a.first - slope;
    return (jet){scaled, scaled * first, scaled * (a.second + first * first)};
}

void ising_exact(unsigned n, double temperature, double *energy, double *heat_capacity)
{
    const real K = 1 / (real)temperature < 50 ? 1 / (real)temperature : 50; /* frozen well before */
    const real S = sinhl(2 * K), C = coshl(2 * K);
    const jet gamma0 = {2 * K + logl(tanhl(K)), 2 + 2 / S, -4 * C / (S * S)};
    const real scale0 = (real)n / 2 * fabsl(gamma0.value);
    jet log_product[4] = {{0}}; /* of P1 to P4, the last two without gamma_0 */
    for (unsigned l = 1; l < 2 * n; l++) {
        const jet gamma = angle(l, n, S, C);
        const unsigned even = l % 2 ? 0 : 2;
        log_product[even] = add(log_product[even], log_factor(gamma, n, 1));
        log_product[even + 1] = add(log_product[even + 1], log_factor(gamma, n, -1));
    }
    const jet scale = log_product[0];
    jet sum =
        add(exp_beside(log_product[0], scale.value, scale.first), exp_beside(log_product[1], scale.value, scale.first));
    for (int k = 2; k < 4; k++) {
        const jet rest = exp_beside(log_product[k], scale.value - scale0, scale.first);
        sum = add(sum, multiply(factor(gamma0, n, k == 2 ? 1 : -1, scale0), rest));
    }
    const real sites = (real)n * n, slope = sum.first / sum.value;
    const real first = sites * C / S + scale.first + slope; /* of ln Z */
    const real second = -2 * sites / (S * S) + sum.second / sum.value - slope * slope;
    *energy = (double)(-first / sites);
    *heat_capacity = (double)(K * K * second / sites);
}
