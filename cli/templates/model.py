#!/usr/bin/env python3
"""NAME: a dart is thrown at a square and hits the quarter of a circle in it, or not. What is counted has the mean pi.

Run it:  ulam run NAME.yaml && ulam show NAME.h5
"""

import ulam


def one_run(radius, rng):
    """One run: gets the job's parameters by their names, and random numbers of its own (a numpy.random.Generator).
    Returns each observable. The same run draws the same numbers on any machine."""
    x, y = rng.random(2)
    return {"pi": 4 / radius**2 if x**2 + y**2 < radius**2 else 0}


if __name__ == "__main__":
    ulam.serve(one_run)
