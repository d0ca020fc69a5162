#!/usr/bin/python3
"""Three Monte Carlo jobs in numpy, in chunks that stay in the cache: `numpy_chunks.py JOB RUNS [SEED]`.

For each quantity a line "name mean standard-error" is printed."""

import sys

import numpy

SPOT, STRIKE, RATE, VOLATILITY, MATURITY, FIXINGS = 100.0, 100.0, 0.05, 0.2, 1.0, 64


def buffon(rng, n):
    """Needles as long as the floor's lines are apart."""
    centre = 0.5 * rng.random(n)
    angle = (numpy.pi / 2) * rng.random(n)
    return (centre < 0.5 * numpy.sin(angle),)


def european(rng, n):
    """A call on an asset in geometric Brownian motion."""
    gain = rng.standard_normal(n)
    gain *= VOLATILITY * MATURITY**0.5
    numpy.exp(gain, out=gain)
    gain *= SPOT * numpy.exp((RATE - 0.5 * VOLATILITY**2) * MATURITY)
    gain -= STRIKE
    exercised = gain > 0
    numpy.maximum(gain, 0, out=gain)
    gain *= numpy.exp(-RATE * MATURITY)
    return gain, exercised


def asian(rng, n):
    """The mean of the price at 64 equally spaced dates, arithmetic and geometric."""
    step = MATURITY / FIXINGS
    path = rng.standard_normal((FIXINGS, n))
    path *= VOLATILITY * step**0.5
    path += (RATE - 0.5 * VOLATILITY**2) * step
    numpy.cumsum(path, axis=0, out=path)
    path += numpy.log(SPOT)
    geometric = numpy.exp(path.mean(axis=0))
    numpy.exp(path, out=path)
    arithmetic = path.mean(axis=0)
    discount = numpy.exp(-RATE * MATURITY)
    return tuple(discount * numpy.maximum(mean - STRIKE, 0) for mean in (arithmetic, geometric))


JOBS = {  # what performs it, its quantities, runs in a chunk
    "buffon": (buffon, ("crossing",), 16384),
    "european": (european, ("price", "exercised"), 16384),
    "asian": (asian, ("arithmetic", "geometric"), 512),
}


def moments(values):
    """Sum and sum of squares; of indicators both are the count."""
    if values.dtype == bool:
        return (numpy.count_nonzero(values),) * 2
    return values.sum(), values @ values


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in JOBS:
        sys.exit(f"usage: numpy_chunks.py {'|'.join(JOBS)} RUNS [SEED]")
    perform, names, chunk = JOBS[sys.argv[1]]
    runs = int(float(sys.argv[2]))
    rng = numpy.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    sums = numpy.zeros((len(names), 2))
    for start in range(0, runs, chunk):
        for total, values in zip(sums, perform(rng, min(chunk, runs - start))):
            total += moments(values)
    for name, (total, squares) in zip(names, sums):
        mean = total / runs
        print(name, mean, ((squares - runs * mean**2) / (runs - 1) / runs) ** 0.5)


main()
