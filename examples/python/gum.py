#!/usr/bin/env python3
"""Measurement uncertainty: the sum of four independent quantities, each of mean 0 and standard deviation 1, which are all
normal or all rectangular (JCGM 101:2008, Supplement 1 to the GUM, section 9.2). examples/models/gum.c is the same in C.

Run it:  ulam run gum.yaml && ulam show gum.h5 --observable y
"""

import math

import ulam

HALF_WIDTH = math.sqrt(3)  # of a rectangle of standard deviation 1


def gum(law, limit, rng):
    inputs = rng.normal(size=4) if law == "normal" else rng.uniform(-HALF_WIDTH, HALF_WIDTH, size=4)
    y = inputs.sum()
    return {"y": y, "covered": abs(y) <= limit}


if __name__ == "__main__":
    ulam.serve(gum)
