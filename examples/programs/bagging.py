#!/usr/bin/env python3
"""Bagging (Breiman 1996, Machine Learning 24, 123): a classifier is trained on bootstrap resamples of a data set. A run is one
resample and one training; the mean over the runs is what the bagged classifiers say, the spread how unstable one of them is.

The classifier is logistic regression with a ridge penalty, fitted by Newton's method in numpy. Each run is judged by the rows
that its resample left out."""

import functools
import json
import sys

import numpy

GRID = numpy.linspace(-3, 3, 13)  # where the decision is looked at: x1, with x2 = 0


@functools.cache
def read_table(path):
    table = numpy.loadtxt(path, delimiter=",", skiprows=1)
    return numpy.column_stack([numpy.ones(len(table)), table[:, :-1]]), table[:, -1]


def probability(features, weights):
    return 1 / (1 + numpy.exp(-(features * weights).sum(axis=1)))


def train(features, labels, penalty):
    weights = numpy.zeros(features.shape[1])
    ridge = penalty * numpy.eye(len(weights))
    for _ in range(20):
        p = probability(features, weights)
        slope = (features * (labels - p)[:, None]).sum(axis=0) - penalty * weights
        curvature = (features[:, :, None] * features[:, None, :] * (p * (1 - p))[:, None, None]).sum(axis=0) + ridge
        step = numpy.linalg.solve(curvature, slope)
        weights = weights + step
        if numpy.abs(step).max() < 1e-12:
            break
    return weights


def run(rng, data, penalty):
    features, labels = read_table(data)
    n = len(labels)
    drawn = rng.integers(n, size=n)
    out = numpy.setdiff1d(numpy.arange(n), drawn)
    if len(out) == 0 or labels[drawn].min() == labels[drawn].max():
        raise ValueError("a resample without both classes, or that left nothing out")
    weights = train(features[drawn], labels[drawn], penalty)
    right = (probability(features[out], weights) > 0.5) == labels[out]
    line = numpy.column_stack([numpy.ones_like(GRID), GRID, numpy.zeros_like(GRID)])
    return {"accuracy": right.mean(), "weights": weights.tolist(), "decision": probability(line, weights).tolist()}


for line in sys.stdin:
    ask = json.loads(line)
    if "ulam" in ask:
        answer = {"ulam": 1}
    else:
        try:
            answer = {"run": ask["run"], **run(numpy.random.default_rng(int(ask["seed"])), **ask["parameters"])}
        except ValueError as error:
            answer = {"run": ask["run"], "error": str(error)}
    print(json.dumps(answer), flush=True)
