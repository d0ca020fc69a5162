#!/usr/bin/python3
"""Prints the constants of portable_normal_quantile() in sim/portable_math.h. Needs mpmath.

    normal_quantile.py middle 10 7 tail 10 10

Two minimax rational functions P/Q of the degrees given, found with Remez' algorithm on a dense grid of the argument
(rational case: Ralston 1965, J. SIAM 13):

    middle  x / q = P(d) / Q(d)  for p (1 - p) >= 2^-12, q = p - 1/2, d = -log2(4 p (1 - p));
    tail    x     = P(s) / Q(s)  for the nearer tail t between 2^-53.5 and 1/32, s = -log(t) - log(32).

Each is then split as P / Q = C + (r - r0) N / Q with C = P(r0) / Q(r0), so that the rounding of N / Q weighs little where
r is near r0. In the middle that is the quantile 1, beyond which an ulp is twice as long: there x rises least from one
uniform to the next, by 2.07 ulp. r0 is a double for which C is a double to 2^-60 of itself.
"""
import sys
from itertools import zip_longest

from mpmath import erf, erfc, fabs, lu_solve, log, matrix, mp, mpf, polyval, sqrt

mp.dps = 100


def value(coefficients, x):
    return polyval(coefficients[::-1], x)


def alternation(errors, size):
    """Indices of `size` errors of alternating sign, the largest ones; fewer where there are not so many."""
    extrema = []
    for i, error in enumerate(errors):
        if extrema and (errors[extrema[-1]] > 0) == (error > 0):
            if fabs(error) > fabs(errors[extrema[-1]]):
                extrema[-1] = i
        else:
            extrema.append(i)
    while len(extrema) > size:
        extrema.pop(0 if fabs(errors[extrema[0]]) < fabs(errors[extrema[-1]]) else -1)
    return extrema


def least_squares(grid, values, weights, above, below):
    """N / D from a few rounds of linear least squares, each weighted by the last round's D: where to start from."""
    last, unknowns = len(grid) - 1, above + below + 1
    sample = [int(round(float(last * (1 - mp.cos(mp.pi * i / 150)) / 2))) for i in range(151)]
    denominator = [mpf(1)] + [mpf(0)] * below
    for _ in range(6):
        rows, right = matrix(len(sample), unknowns), matrix(len(sample), 1)
        for row, i in enumerate(sample):
            x, y, w = grid[i], values[i], weights[i] / value(denominator, grid[i])
            for j in range(above + 1):
                rows[row, j] = w * x ** j
            for j in range(1, below + 1):
                rows[row, above + j] = -w * y * x ** j
            right[row] = w * y
        solution = lu_solve(rows.T * rows, rows.T * right)
        numerator = [solution[i] for i in range(above + 1)]
        denominator = [mpf(1)] + [solution[above + j] for j in range(1, below + 1)]
    return numerator, denominator


def level_on(points, values, weights, above, denominator, level):
    """One step of Newton's method towards the N / D whose weighted errors on the points are level, -level, level, ..."""
    below, size = len(denominator) - 1, len(points)
    system, right = matrix(size, size), matrix(size, 1)
    for i, (x, y, w) in enumerate(zip(points, values, weights)):
        sign = mpf(-1) ** i / w
        for j in range(above + 1):
            system[i, j] = x ** j
        for j in range(1, below + 1):
            system[i, above + j] = -(y + sign * level) * x ** j
        system[i, size - 1] = -sign * value(denominator, x)
        right[i] = y + sign * level - sign * level * value(denominator, x)
    solution = lu_solve(system, right)
    numerator, rest = [solution[i] for i in range(above + 1)], [solution[above + j] for j in range(1, below + 1)]
    return numerator, [mpf(1)] + rest, solution[size - 1]


def remez(grid, values, weights, above, below):
    """Best approximation N / D of these degrees in the weighted maximum norm over the grid, and its error."""
    numerator, denominator = least_squares(grid, values, weights, above, below)
    for _ in range(60):
        errors = [w * (value(numerator, x) / value(denominator, x) - y) for x, y, w in zip(grid, values, weights)]
        worst = max(fabs(e) for e in errors)
        chosen = alternation(errors, above + below + 2)
        if len(chosen) < above + below + 2:
            raise ArithmeticError(f"degrees {above}, {below}: the error changes sign only {len(chosen)} times")
        level = sum(fabs(errors[i]) for i in chosen) / len(chosen)
        print(f"  2^{float(log(worst, 2)):.2f} against 2^{float(log(level, 2)):.2f}", file=sys.stderr)
        if worst < level * mpf("1.01"):
            break
        level = mp.sign(errors[chosen[0]]) * level
        for _ in range(5):
            numerator, denominator, level = level_on([grid[i] for i in chosen], [values[i] for i in chosen],
                                                     [weights[i] for i in chosen], above, denominator, level)
    return numerator, denominator, worst


def split(numerator, denominator, about):
    """r0, C and N of numerator / denominator = C + (r - r0) N / denominator."""
    def constant(r0):
        return value(numerator, r0) / value(denominator, r0)

    def rounding(r0):
        c = constant(r0)
        return fabs(c - mpf(float(c))) / c

    step = mpf(2) ** -50
    r0 = min((mpf(float(about)) + i * step for i in range(-3000, 3000)), key=rounding)
    c = constant(r0)
    remainder = [a - c * b for a, b in zip_longest(numerator, denominator, fillvalue=mpf(0))]
    quotient, carry = [], mpf(0)
    for a in reversed(remainder[1:]):
        carry = a + carry * r0
        quotient.insert(0, carry)
    return r0, c, quotient


def report(name, numerator, denominator, worst, about):
    r0, c, quotient = split(numerator, denominator, about)
    print(f"{name}: relative error 2^{float(log(worst, 2)):.2f}")
    print(f"  r0 {float(r0).hex()}  C {float(c).hex()} (off by 2^{float(log(fabs(c - mpf(float(c))) / c, 2)):.1f})")
    print("  N", ", ".join(float(a).hex() for a in quotient))
    print("  Q", ", ".join(float(a).hex() for a in denominator))


def middle(above, below):
    top = -mp.findroot(lambda x: erfc(-x / sqrt(2)) / 2 - mpf(2) ** -12, -3.5)
    xs = [top * (mpf(i) + mpf(1) / 1000) / 1600 for i in range(1600)] + [top]
    tails = [erfc(x / sqrt(2)) / 2 for x in xs]
    depths, fs = [-log(4 * t * (1 - t), 2) for t in tails], [2 * x / erf(x / sqrt(2)) for x in xs]
    numerator, denominator, worst = remez(depths, fs, [1 / f for f in fs], above, below)
    report(f"middle, degrees {above}, {below}", numerator, denominator, worst, mpf(1))


def tail(above, below):
    low = mp.findroot(lambda x: erfc(x / sqrt(2)) / 2 - mpf(1) / 32, 1.86)
    high = mp.findroot(lambda x: log(erfc(x / sqrt(2)) / 2) + mpf("53.5") * log(2), 8.3)
    xs = [low + (high - low) * i / 1600 for i in range(1601)]
    ss = [-log(erfc(x / sqrt(2)) / 2) - log(mpf(32)) for x in xs]
    numerator, denominator, worst = remez(ss, xs, [1 / x for x in xs], above, below)
    report(f"tail, degrees {above}, {below}", numerator, denominator, worst, mpf("1.5"))


if __name__ == "__main__":
    for part, above, below in zip(sys.argv[1::3], sys.argv[2::3], sys.argv[3::3]):
        {"middle": middle, "tail": tail}[part](int(above), int(below))
