#!/usr/bin/python3
"""Checks that every array of result files is labelled as xarray wants it. Usage: check_xarray.py FILE..."""

import sys
import warnings

import dask.array  # noqa: F401  xarray imports it later, and it warns of itself
import h5py
import xarray

# Suffixes, and whether the figure has the observable's unit.
FIGURES = {"": True, "_stderr": True, "_sd": True, "_skewness": False, "_excess_kurtosis": False, "_min": True,
           "_max": True, "_low": True, "_high": True}
TIMES = ("days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds")


def open_group(path, group=None):
    """The group, with every warning an error: of a dimension without a scale, of an attribute misunderstood."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return xarray.load_dataset(path, group=group, engine="h5netcdf")


def check_labels(name, array):
    assert not any(dimension.startswith("phony") for dimension in array.dims), f"{name}: {array.dims}"
    assert array.dtype.kind in "fiuUSO", f"{name}: xarray took it for {array.dtype}"
    assert array.attrs.get("units") not in TIMES, f"{name}: {array.attrs['units']}"
    for value in array.attrs.values():
        assert not isinstance(value, bytes), f"{name}: {array.attrs}"
    if array.dtype.kind == "O":
        assert all(isinstance(text, str) for text in array.values.flat), f"{name}: not text"


def read(name, item):
    """Reads a dataset, and with it its checksums."""
    if isinstance(item, h5py.Dataset):
        item[()]


def check(path):
    """Raises AssertionError, and returns the results."""
    head = open_group(path).attrs
    assert head["ulam_format"] == 1 and head["status"] in ("complete", "partial"), head
    for attribute in ("ulam_version", "model", "job", "identity"):
        assert isinstance(head[attribute], str), attribute
    int(head["seed"])

    points, results = open_group(path, "points"), open_group(path, "results")
    for group in (points, results, open_group(path, "provenance")):
        for name, array in group.variables.items():
            check_labels(name, array)
    assert set(points.dims) == {"point"}
    assert all(array.dims == ("point",) for array in points.values())
    assert int(points.runs.sum()) == int(results.runs.sum())

    names = results.attrs["observables"]
    for name in [names] if isinstance(names, str) else names:
        mean = results[name]
        assert mean.dims[: results.runs.ndim] == results.runs.dims, f"{name}: {mean.dims}"
        assert all(dimension in results.coords for dimension in mean.dims), f"{name}: no coordinates"
        for suffix, has_unit in FIGURES.items():
            figure = results[name + suffix]
            assert figure.dims == mean.dims and "long_name" in figure.attrs, name + suffix
            assert figure.attrs.get("units") == (mean.attrs.get("units") if has_unit else None), name + suffix
        for side in ("_low", "_high"):
            assert 0 < results[name + side].attrs["confidence"] < 1, name + side
    with h5py.File(path) as file:
        file.visititems(read)
    return results


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        check(argument)
