#!/usr/bin/env python3
"""A simulation that knows nothing of ulam: the two-dimensional Ising model by Metropolis' algorithm.

usage: ising.py --size L --temperature T --sweeps N --seed S

Prints the energy and the absolute magnetisation per spin after N sweeps from the ordered state."""

import argparse
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=8)
parser.add_argument("--temperature", type=float, required=True)
parser.add_argument("--sweeps", type=int, default=100)
parser.add_argument("--seed", type=int)
given = parser.parse_args()

size, rng = given.size, random.Random(given.seed)
spins = [[1] * size for _ in range(size)]


def neighbours(i, j):
    return spins[i - 1][j] + spins[(i + 1) % size][j] + spins[i][j - 1] + spins[i][(j + 1) % size]


for sweep in range(given.sweeps):
    for _ in range(size * size):
        i, j = rng.randrange(size), rng.randrange(size)
        cost = 2 * spins[i][j] * neighbours(i, j)
        if cost <= 0 or rng.random() < math.exp(-cost / given.temperature):
            spins[i][j] = -spins[i][j]

energy = -sum(spins[i][j] * neighbours(i, j) for i in range(size) for j in range(size)) / 2
magnetisation = abs(sum(map(sum, spins)))
print(f"{given.sweeps} sweeps of {size} x {size} spins at T = {given.temperature}")
print(f"energy per spin:        {energy / size**2:+.6f}")
print(f"magnetisation per spin: {magnetisation / size**2:+.6f}")
