#!/usr/bin/python3
"""Result files as labelled arrays: test_open.py BUILD."""

import os
import pathlib
import sys
import threading
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import checkout
import command
import h5py
import numpy
import ulam
import xarray

SWEPT = {"model": "european", "params": {"spot": 100, "maturity": 0.5}, "runs": 1e4,
         "sweep": {"kind": ["call", "put"], "strike": [90, 100, 110]}}
FIELDS = {"model": "sir", "params": {"population": 100, "samples": 5, "horizon": 20}, "sweep": {"r0": [0.8, 2]}, "runs": 100}
CHAINS = {"model": "ar1", "sweep": {"coefficient": [0.9, 0.5]}, "runs": 8, "thermalize": 200, "sweeps": 4000,
          "measure_every": 2, "series": {"bin": 100}}


class Opening(checkout.Case):
    def make(self, job, name="x.h5"):
        return ulam.run(job, 1, output=name, progress=False)

    def test_results_are_what_the_file_has_with_the_parameters_beside(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            results = self.make(SWEPT)
        plain = xarray.open_dataset("x.h5", group="results", engine="h5netcdf", decode_times=False)
        for name in plain.variables:
            xarray.testing.assert_identical(results[name].variable, plain[name].variable)
        self.assertEqual(set(results.variables) - set(plain.variables), {"spot", "maturity", "rate", "dividend", "volatility", "failed"})
        self.assertEqual((results.maturity.item(), results.maturity.attrs["units"]), (0.5, "yr"))
        self.assertEqual(results.kind.values.tolist(), ["call", "put"])
        self.assertEqual({name: results.attrs[name] for name in ("model", "seed", "status", "dimensions", "observables")},
                         {"model": "european", "seed": 20261121, "status": "complete", "dimensions": ["kind", "strike"],
                          "observables": ["price", "exercised"]})
        self.write("again.yaml", results.attrs["job"])
        self.succeeds("run", "-q", "again.yaml")
        self.same_results("x.h5", "again.h5")

    def test_a_frame_has_errors_beside_values(self):
        frame = self.make(SWEPT).to_dataframe()
        self.assertEqual(frame.index.names, ["kind", "strike"])
        self.assertLess(abs(frame.price - frame.price_exact).max(), 5 * frame.price_stderr.max())
        self.assertEqual(frame.loc[("put", 90.0), "failed"], 0)

    def test_points_and_failures(self):
        self.make(SWEPT)
        points = ulam.points("x.h5").to_dataframe()
        self.assertEqual(points.strike.tolist(), [90, 100, 110] * 2)
        self.assertEqual(points.kind.tolist(), ["call"] * 3 + ["put"] * 3)
        self.assertEqual(len(ulam.failures("x.h5").variables), 0)

    def test_shapes_of_jobs(self):
        for job, dimensions in (({"model": "buffon", "runs": 10}, ()), (FIELDS, ("r0", "time")),
                                ({**SWEPT, "zip": [["kind", "strike"]], "sweep": {"kind": ["call", "put"], "strike": [90, 100]}}, ("point",))):
            results = self.make(job, f"{len(dimensions)}{job['model']}.h5")
            self.assertEqual(results[results.attrs["observables"][0]].dims, dimensions)
            self.assertEqual(results.failed.shape, results.runs.shape)
            self.assertFalse(any(values.dtype.kind == "S" for values in results.variables.values()))

    def test_points_that_were_added_later_stand_where_they_belong(self):
        self.make({**SWEPT, "sweep": {"kind": ["put"], "strike": [90, 110]}})
        self.make({**SWEPT, "sweep": {"kind": ["call", "put"], "strike": [90, 100, 110]}})
        results, rows = ulam.open("x.h5"), ulam.points("x.h5")
        for i in range(6):
            here = dict(kind=rows.kind.values[i], strike=rows.strike.values[i])
            self.assertEqual(results.runs.sel(here).item(), rows.runs.values[i])
        self.assertEqual(list(zip(rows.kind.values, rows.strike.values)),
                         [(kind, strike) for kind in results.kind.values for strike in results.strike.values])

    def test_a_result_can_be_saved_and_joined(self):
        results = self.make(SWEPT)
        results.to_netcdf("copy.nc", engine="h5netcdf")
        with xarray.open_dataset("copy.nc", engine="h5netcdf", decode_times=False) as copy:
            numpy.testing.assert_array_equal(copy.price, results.price)
        other = ulam.run(SWEPT, 1, params={"maturity": 1}, output="y.h5", progress=False)
        both = xarray.concat([results, other], "maturity", combine_attrs="drop_conflicts")
        self.assertEqual(both.price.sel(maturity=1, kind="call", strike=100), other.price.sel(kind="call", strike=100))

    def test_what_is_no_result_is_refused(self):
        self.write("text.h5", "hello")
        self.write("empty.h5", "")
        with h5py.File("other.h5", "w") as other:
            other["x"] = 1
        self.make(SWEPT)
        self.write("half.h5", pathlib.Path("x.h5").read_bytes()[:5000])
        pathlib.Path("new.h5").write_bytes(pathlib.Path("x.h5").read_bytes())
        with h5py.File("new.h5", "a") as new:
            new.attrs["ulam_format"] = 99
        for name, says in (("text.h5", "no result file"), ("empty.h5", "no result file"), ("other.h5", "no attribute 'ulam_format'"),
                           ("half.h5", "no result file"), ("new.h5", "has the format 99")):
            with self.assertRaisesRegex(ulam.ResultError, f"{name} .*{says}"):
                ulam.open(name)
        self.assertRaises(FileNotFoundError, ulam.open, "absent.h5")
        self.assertRaises(IsADirectoryError, ulam.open, ".")

    def test_groups_that_a_file_lacks_are_said(self):
        self.make({"model": "buffon", "runs": 10})
        for group in ("trace", "samples"):
            with self.assertRaisesRegex(ulam.ResultError, f"x.h5 has no {group}: its job asked for none, or has not come so far"):
                getattr(ulam, group)("x.h5")

    def test_a_trace_and_samples(self):
        results = self.make({**SWEPT, "samples": ["price"]})
        trace = ulam.trace("x.h5")
        self.assertEqual(trace.price.dims, ("point", "rung"))
        self.assertGreater(trace.runs.values[0, 0], 0)
        for place in (".", "elsewhere"):  # which h5py resolves links from
            pathlib.Path(place).mkdir(exist_ok=True)
            os.chdir(place)
            self.assertTrue(ulam.open(self.folder / "x.h5").identical(results.assign_attrs(path=str(self.folder / "x.h5"))))
        with ulam.samples("../x.h5") as samples:
            numpy.testing.assert_allclose(samples.price.mean("run"), results.price.values.ravel(), rtol=1e-12)
        os.chdir("..")
        pathlib.Path("x.samples.h5").unlink()
        with self.assertRaisesRegex(ulam.ResultError, "x.samples.h5, the samples of x.h5, is not there"):
            ulam.samples("x.h5")

    def test_chains_have_what_is_along_them_beside(self):
        results = self.make(CHAINS)
        self.assertEqual(results.sweeps.values.tolist(), [4000, 4000])
        self.assertEqual(results.runs.values.tolist(), [8, 8])
        tau = results.x_tau.sel(coefficient=0.9)
        self.assertLess(abs(tau - 19), 4 * results.x_tau_stderr.sel(coefficient=0.9))
        numpy.testing.assert_allclose(results.x_ess * results.x_tau, 8 * 2000 * 2, rtol=1e-12)
        self.assertLess(abs(results.x_rhat - 1).max(), 0.1)
        self.assertEqual(results.attrs["warnings"], [])
        results.to_netcdf("copy.nc", engine="h5netcdf")
        self.assertNotIn("warnings", self.make(SWEPT, "y.h5").attrs)

    def test_series_of_chains(self):
        self.make(CHAINS)
        series = ulam.series("x.h5")
        self.assertEqual(dict(series.sizes), {"point": 2, "chain": 8, "sweep": 40})
        self.assertEqual(series.sweep.values.tolist(), list(range(100, 4001, 100)))
        numpy.testing.assert_allclose(series.x.mean(["chain", "sweep"]), ulam.open("x.h5").x, rtol=1e-9)
        self.make(SWEPT, "z.h5")
        with self.assertRaisesRegex(ulam.ResultError, "z.h5 has no series: its job asked for none"):
            ulam.series("z.h5")

    def test_a_series_of_single_measurements_has_the_autocorrelation_time(self):
        self.make({**CHAINS, "measure_every": 1, "series": {"bin": 1}, "sweeps": 20000})
        x = ulam.series("x.h5").x.sel(point=0)
        y = (x - x.mean()).values
        rho = [(y[:, :-k] * y[:, k:]).mean() / (y * y).mean() for k in range(1, 60)]
        results = ulam.open("x.h5").isel(coefficient=0)
        self.assertLess(abs(1 + 2 * sum(rho) - results.x_tau), 4 * results.x_tau_stderr)

    def test_a_file_that_a_job_keeps_replacing_is_read_whole(self):
        job = {**SWEPT, "runs": 1e13, "checkpoint": "10ms"}
        thread = threading.Thread(target=self.succeeds_or_stops, args=(job,))
        thread.start()
        while not pathlib.Path("x.h5").exists() and thread.is_alive():
            pass
        seen = set()
        while thread.is_alive():
            seen.add(int(ulam.open("x.h5").runs.sum()))
        self.assertGreater(len(seen), 3)

    def succeeds_or_stops(self, job):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ulam.run(job, 1, time_limit=3, output="x.h5", progress=False)


if __name__ == "__main__":
    command.main()
