#!/usr/bin/python3
"""A file with everything in it, as xarray shows it: test_labels.py BUILD."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
from check_xarray import check, open_group

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()


class Labels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        subprocess.run([BUILD / "tests" / "test_result_file", "--write", "x.h5"], cwd=cls.scratch.name, check=True)
        cls.path = pathlib.Path(cls.scratch.name) / "x.h5"
        cls.results = check(cls.path)

    def test_dimensions_are_the_sweep_and_then_the_elements(self):
        self.assertEqual(self.results.level.dims, ("point", "kind", "flag"))
        self.assertEqual(self.results.path.dims, ("point", "kind", "flag", "time"))
        self.assertEqual(self.results.other.dims, self.results.path.dims)
        self.assertEqual(self.results.bins.dims[-1], "bins_index")

    def test_choices_are_text(self):
        self.assertEqual(list(self.results.kind.values), ["call", "put", "füß"])
        self.assertEqual(self.results.level.sel(kind="füß").shape, (2, 2))
        self.assertEqual(list(self.results.flag.values), [0, 1])

    def test_parameters_that_advance_together_label_their_dimension(self):
        self.assertEqual(list(self.results.point.values), [0, 1])
        self.assertEqual(list(self.results.level.coords["rate"].values), [0.25, 0.5])
        self.assertEqual(list(self.results.level_stderr.coords["size"].values), [1, 2])
        self.assertEqual(self.results.rate.attrs["units"], "1/s")

    def test_seconds_stay_numbers(self):
        self.assertEqual(self.results.level.attrs["units"], "s")
        self.assertEqual(self.results.level.dtype, numpy.float64)
        self.assertEqual(list(self.results.time.values), [0, 0.5, 1, 1.5])
        self.assertEqual(self.results.time.attrs["units"], "s")

    def test_coordinates_that_differ_between_points_stand_beside_their_dimension(self):
        self.assertEqual(self.results.moving.dims[-1], "place_number")
        place = self.results.moving.coords["place"]
        self.assertEqual(list(place.isel(point=1, kind=0, flag=0).values), [0.5, 1.0])

    def test_only_what_is_declared_has_exact_values_and_counts(self):
        self.assertTrue((self.results.level_exact == self.results.rate + 0.5).all())
        self.assertNotIn("rare_exact", self.results)
        self.assertTrue((self.results.rare_count < self.results.runs).all())
        self.assertNotIn("level_count", self.results)

    def test_points_list_every_parameter(self):
        points = open_group(self.path, "points")
        self.assertEqual(list(points.kind.values[:3]), ["call", "call", "put"])
        self.assertEqual(list(points["size"].values[:7]), [1] * 6 + [2])
        self.assertEqual(points.table.values[0], "table.txt")
        self.assertEqual(points.weights.values[0], "[1, 2.5]")
        self.assertEqual(list(points.runs.values), [40] * 12)

    def test_failed_and_dropped_runs_are_tables(self):
        failures, dropped = open_group(self.path, "failures"), open_group(self.path, "dropped")
        self.assertEqual(list(failures.point.values), [1, 11])
        self.assertEqual(list(failures.run.values), [3, 39])
        cause = failures.cause.values[0]
        self.assertEqual(cause.decode() if isinstance(cause, bytes) else cause, "nicht möglich")
        self.assertEqual([float(dropped[name].values[0]) for name in ("point", "run", "age")], [2, 7, 1.5])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
