#!/usr/bin/env python3
"""NAME: a dart is thrown at a square and hits the quarter of a circle in it, or not. What is counted has the mean pi.

Run it:  ulam run NAME.yaml && ulam show NAME.h5

ulam starts this program once on each rank, writes a line of JSON for each run, and reads a line of JSON for each. Any
language can do that: docs/programs.md describes the lines. Messages go to standard error.
"""

import json
import random
import sys


def run(rng, radius):
    """One run: draws from rng alone, so that the same run gives the same values on any machine."""
    x, y = rng.random(), rng.random()
    return {"pi": 4 / radius**2 if x * x + y * y < radius**2 else 0}


for line in sys.stdin:
    ask = json.loads(line)
    if "ulam" in ask:  # the first line; its answer is the version of the protocol
        answer = {"ulam": 1}
    else:
        answer = {"run": ask["run"], **run(random.Random(int(ask["seed"])), **ask["parameters"])}
    print(json.dumps(answer), flush=True)
