#!/usr/bin/python3
"""Three Monte Carlo jobs with Python's `random` in several processes: `multiprocess.py JOB RUNS [SEED] [PROCESSES]`.

For each quantity a line "name mean standard-error" is printed."""

import math
import multiprocessing
import random
import sys

SPOT, STRIKE, RATE, VOLATILITY, MATURITY, FIXINGS = 100.0, 100.0, 0.05, 0.2, 1.0, 64


def buffon(rng, runs):
    """Needles as long as the floor's lines are apart."""
    uniform, sin, half_pi = rng.random, math.sin, math.pi / 2
    crossings = 0
    for _ in range(runs):
        if 0.5 * uniform() < 0.5 * sin(half_pi * uniform()):
            crossings += 1
    return ((crossings, crossings),)


def european(rng, runs):
    """A call on an asset in geometric Brownian motion."""
    gauss, exp = rng.gauss, math.exp
    median, spread = SPOT * exp((RATE - 0.5 * VOLATILITY**2) * MATURITY), VOLATILITY * MATURITY**0.5
    discount = exp(-RATE * MATURITY)
    total = squares = exercised = 0
    for _ in range(runs):
        gain = median * exp(gauss(0, spread)) - STRIKE
        if gain > 0:
            price = discount * gain
            total += price
            squares += price * price
            exercised += 1
    return (total, squares), (exercised, exercised)


def asian(rng, runs):
    """The mean of the price at 64 equally spaced dates, arithmetic and geometric."""
    gauss, exp = rng.gauss, math.exp
    step = MATURITY / FIXINGS
    drift, spread = (RATE - 0.5 * VOLATILITY**2) * step, VOLATILITY * step**0.5
    discount, start = exp(-RATE * MATURITY), math.log(SPOT)
    sums = [0.0] * 4
    for _ in range(runs):
        path, prices, logarithms = start, 0.0, 0.0
        for _ in range(FIXINGS):
            path += gauss(drift, spread)
            prices += exp(path)
            logarithms += path
        arithmetic = discount * max(0.0, prices / FIXINGS - STRIKE)
        geometric = discount * max(0.0, exp(logarithms / FIXINGS) - STRIKE)
        sums[0] += arithmetic
        sums[1] += arithmetic * arithmetic
        sums[2] += geometric
        sums[3] += geometric * geometric
    return (sums[0], sums[1]), (sums[2], sums[3])


JOBS = {
    "buffon": (buffon, ("crossing",)),
    "european": (european, ("price", "exercised")),
    "asian": (asian, ("arithmetic", "geometric")),
}


def perform(share):
    job, seed, runs = share
    return JOBS[job][0](random.Random(seed), runs)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in JOBS:
        sys.exit(f"usage: multiprocess.py {'|'.join(JOBS)} RUNS [SEED] [PROCESSES]")
    job, runs = sys.argv[1], int(float(sys.argv[2]))
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    processes = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    shares = [(job, f"{seed} {i}", runs // processes + (i < runs % processes)) for i in range(processes)]
    with multiprocessing.Pool(processes) as pool:
        parts = pool.map(perform, shares)
    for name, of_name in zip(JOBS[job][1], zip(*parts)):
        total, squares = map(sum, zip(*of_name))
        mean = total / runs
        print(name, mean, math.sqrt((squares - runs * mean**2) / (runs - 1) / runs))


if __name__ == "__main__":
    main()
