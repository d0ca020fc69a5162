#!/usr/bin/python3
"""Intervals, quantiles, histograms and covariances, from the job file to the table: test_statistics.py BUILD."""

import fcntl
import os
import pathlib
import pty
import struct
import subprocess
import sys
import termios
import unicodedata

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import numpy
from check_xarray import check

KEPT = """
quantiles: {price: [0.05, 0.5, 0.95], exercised: {at: [0.5], accuracy: 0.01, about: 0}}
histogram: {price: {low: 0, high: 50, bins: 100}, exercised: {bins: 20}}
covariance: [price, exercised]
"""
EUROPEAN = "model: european\nsweep: {strike: [90, 110], volatility: [0.1, 0.3]}\n" + KEPT
ARRAYS = """
model: queue
params: {customers: 3, threshold: 1e6}
sweep: {arrival_rate: [0.5, 1]}
runs: 4000
block: 64
quantiles: {wait: [0.9]}
histogram: [wait]
covariance: [["wait[2]", delayed, "wait[0]"], [mean_wait, wait]]
"""


class JobFile(command.Case):
    def test_mistakes_are_told_where_they_stand(self):
        head = "model: european\nruns: 100\n"
        arrays = "model: queue\nparams: {customers: 3}\nruns: 100\n"
        for text, says in (
            (head + "quantiles: [price]", "job.yaml:3:12: quantiles is a list, expected a mapping of observables"),
            (head + "quantiles: {pric: [0.5]}", "job.yaml:3:13: model 'european' has no observable 'pric', expected one "
             "of price, exercised; did you mean 'price'?"),
            (head + "quantiles: {price: 0.5}", "job.yaml:3:20: the quantiles of 'price' are '0.5', expected a list"),
            (head + "quantiles: {price: [0.5, 95]}", "job.yaml:3:26: quantiles is 95, expected a list of reals in (0, 1)"),
            (head + "quantiles: {price: [0]}", "expected a list of reals in (0, 1)"),
            (head + "quantiles: {price: []}", "quantiles has 0 elements"),
            (head + "quantiles: {price: [.nan]}", "quantiles is '.nan'"),
            (head + "quantiles: {price: [0.5, 0.5]}", "quantiles has the level 0.5 twice"),
            (head + "quantiles: {price: {at: [0.5], accurcy: 1}}", "quantiles takes no 'accurcy', expected one of at, "
             "accuracy, about; did you mean 'accuracy'?"),
            (head + "quantiles: {price: {at: [0.5], accuracy: 0}}", "accuracy is 0, expected a real in"),
            (head + "quantiles: {price: {at: [0.5], about: inf}}", "about is inf"),
            (head + "quantiles: {price: {about: 3}}", "expected a list of levels"),
            (head + "histogram: price", "job.yaml:3:12: histogram is 'price', expected a list of observables"),
            (head + "histogram: [prize]", "has no observable 'prize'"),
            (head + "histogram: [price, price]", "'price' stands here twice"),
            (head + "histogram: {price: {low: 3}}", "a histogram with low and without high"),
            (head + "histogram: {price: {low: 3, high: 3}}", "low is 3 and high is 3, expected low below high"),
            (head + "histogram: {price: {low: 1, high: 1.0000000000001, bins: 1000}}", "narrower than a double"),
            (head + "histogram: {price: {low: -1e308, high: 1e308}}", "wider than a double"),
            (head + "histogram: {price: {bins: 0}}", "bins is 0, expected an integer in [1, 65536]"),
            (head + "histogram: {price: {widht: 3}}", "a histogram takes no 'widht'"),
            (head + "histogram: {price: 100}", "the histogram of 'price' is '100'"),
            (head + "block: 4\nhistogram: [price]", "job.yaml:4:1: blocks of 4 runs tell nothing of a histogram's edges"),
            (head + "covariance: price", "covariance is 'price', expected a list"),
            (head + "covariance: []", "covariance is empty"),
            (head + "covariance: [price]", "covariance has a list of 1, expected two"),
            (head + "covariance: [price, 3]", "has no observable '3'"),
            (head + "covariance: [[price, exercised], price]", "covariance holds lists and 'price'"),
            (head + "covariance: [\"price[0]\", exercised]", "'price' is a scalar, expected it without [0]"),
            (arrays + "covariance: [\"wait[3]\", delayed]", "'wait[3]' is no element, expected wait[0] to wait[2]"),
            (arrays + "covariance: [\"wait[]\", delayed]", "'wait[]' is no element"),
            (arrays + "covariance: [\"wait[-1]\", delayed]", "'wait[-1]' is no element"),
            (head + "confidence: 95", "job.yaml:3:13: confidence is '95', expected a number between 0 and 1"),
            (head + "covarianse: [price, exercised]", "did you mean 'covariance'?"),
        ):
            with self.subTest(text=text):
                self.write("job.yaml", text)
                self.refused(2, "check", "job.yaml", says=says)
        big = "model: queue\nparams: {customers: 300}\nruns: 100\ncovariance: [wait, delayed]\n"
        self.write("job.yaml", big)
        self.refused(2, "check", "job.yaml", says="more than 10000 covariances")
        self.write("job.yaml", big.replace("300", "100"))
        self.succeeds("check", "job.yaml")
        pairs = ", ".join(f'["wait[{i}]", "wait[{i + 1}]"]' for i in range(0, 300, 2))
        self.write("job.yaml", big.replace("[wait, delayed]", f"[{pairs}]"))
        self.refused(2, "check", "job.yaml", says="more than 256 numbers with covariances")

    def test_what_is_kept_makes_another_job_and_what_is_shown_does_not(self):
        self.write("job.yaml", EUROPEAN + "runs: 1000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        for line in ("  exercised: {at: [0.5], accuracy: 0.001}", "  price: {at: [0.5], about: 1}"):
            self.write("job.yaml", EUROPEAN.replace(KEPT.splitlines()[1], "quantiles:\n" + line) +
                       "runs: 2000\noutput: x.h5\n")
            self.refused(2, "run", "-q", "job.yaml", says="statistics: moments, quantiles of")
        self.write("job.yaml", EUROPEAN.replace("0.05, 0.5", "0.25") + "confidence: 0.5\nruns: 2000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        results = check(self.folder / "x.h5")
        self.assertEqual(list(results.price_quantile_level.values), [0.25, 0.95])
        self.assertEqual(results.price_low.attrs["confidence"], 0.5)


class Results(command.Case):
    def run_job(self, name, text, *options, **more):
        self.write("job.yaml", text + f"\noutput: {name}\n")
        self.succeeds("run", "-q", "job.yaml", *options, **more)
        return check(self.folder / name) if (self.folder / name).exists() else None

    def test_the_bits_do_not_depend_on_ranks_stops_and_parts(self):
        job = EUROPEAN + "runs: 100100\n"
        self.run_job("1.h5", job)
        for ranks in (2, 3):
            self.run_job(f"{ranks}.h5", job, launcher=command.mpirun(ranks))
            self.same_results("1.h5", f"{ranks}.h5")
        self.run_job("again.h5", job, "--runs", "30000")
        self.run_job("again.h5", job)
        self.same_results("1.h5", "again.h5")
        for part in (1, 2, 3):
            self.run_job("part.h5", job, "--part", f"{part}/3")
        self.write("job.yaml", job)
        parts = []
        for part in (2, 3, 1):
            parts.append(f"p{part}.h5")
            self.succeeds("run", "-q", "job.yaml", "--part", f"{part}/3", "-o", parts[-1])
        self.succeeds("merge", "-o", "merged.h5", *parts)
        one, merged = check(self.folder / "1.h5"), check(self.folder / "merged.h5")
        self.assertTrue(one.identical(merged))  # traces of the parts behind the first are not known

    def test_the_figures_agree_with_each_other(self):
        results = self.run_job("x.h5", EUROPEAN + "runs: 100000\n")
        total = results.price_histogram.sum("price_histogram_bin") + results.price_histogram_below
        self.assertTrue((total + results.price_histogram_above == results.runs).all())
        cumulative = results.price_histogram.cumsum("price_histogram_bin") / results.runs
        for level in results.price_quantile_level.values:
            quantile = results.price_quantile.sel(price_quantile_level=level)
            low = results.price_quantile_low.sel(price_quantile_level=level)
            high = results.price_quantile_high.sel(price_quantile_level=level)
            self.assertTrue(((low <= quantile) & (quantile <= high)).all())
            for point in numpy.ndindex(2, 2):
                value, shares = quantile.values[point], cumulative.values[point]
                bin = int(value // 0.5)
                if bin < 99:
                    self.assertLess(shares[bin - 1] if bin > 1 else 0, level + 0.002)
                    self.assertGreater(shares[bin + 1], level)
        ones = results.exercised_histogram.where(results.exercised_histogram_edges.values[..., :-1] <= 1, 0)
        self.assertTrue((abs(ones[..., -5:].sum("exercised_histogram_bin") / results.runs - results.exercised) < 1).all())
        # An option pays only if exercised: cov(price, exercised) = mean price (1 - mean exercised).
        covariance = results.covariance.sel(covariance_of="price", covariance_with="exercised")
        expected = results.price * (1 - results.exercised) * results.runs / (results.runs - 1)
        self.assertTrue((abs(covariance / expected - 1) < 1e-12).all())
        variance = results.covariance.sel(covariance_of="price", covariance_with="price")
        self.assertTrue((abs(variance / results.price_sd**2 - 1) < 1e-15).all())
        spread = results.exercised_high - results.exercised_low
        self.assertTrue((abs(spread / (2 * 1.96 * results.exercised_stderr) - 1) < 0.02).all())
        self.assertEqual(results.exercised_low.attrs["interval"], "Clopper-Pearson")
        self.assertEqual(results.price_low.attrs["interval"], "Student")

    def test_arrays_have_them_element_by_element(self):
        results = self.run_job("x.h5", ARRAYS)
        self.assertEqual(results.wait_quantile.dims, ("arrival_rate", "customer", "wait_quantile_level"))
        self.assertEqual(results.wait_quantile.attrs["units"], "s")
        self.assertEqual(results.wait_histogram.dims, ("arrival_rate", "customer", "wait_histogram_bin"))
        self.assertEqual(results.wait_histogram_edges.shape, (2, 3, 101))
        self.assertTrue((numpy.diff(results.wait_histogram_edges) > 0).all())
        inside = results.wait_histogram.sum("wait_histogram_bin")
        self.assertTrue((inside + results.wait_histogram_below + results.wait_histogram_above == 4000).all())
        self.assertEqual(list(results.covariance_of.values),
                         ["wait[0]", "wait[1]", "wait[2]", "mean_wait", "delayed"])
        pick = lambda one, other: results.correlation.sel(covariance_of=one, covariance_with=other).values
        self.assertTrue((pick("wait[0]", "mean_wait") > 0.5).all())
        self.assertTrue((pick("wait[0]", "wait[1]") > 0.1).all())
        self.assertTrue(numpy.isnan(results.covariance.sel(covariance_of="delayed", covariance_with="wait[1]")).all())
        self.assertTrue(numpy.isnan(pick("delayed", "wait[0]")).all())  # nobody is delayed: it does not vary
        covariance = results.covariance.sel(covariance_of="delayed", covariance_with="wait[0]")
        self.assertTrue((covariance == 0).all())
        shown = self.succeeds("show", "x.h5", "--observable", "wait").stdout
        self.assertIn("quantiles of wait (s), with 95 % intervals", shown)
        self.assertIn("wait[2], in s, at point 1 (arrival_rate 1)",
                      self.succeeds("show", "x.h5", "--histogram", "wait", "--point", "1").stdout)

    def test_a_hit_that_never_came_is_bounded(self):
        results = self.run_job("x.h5", "model: european\nparams: {strike: 1e9}\nruns: 1000\n")
        self.assertEqual(float(results.exercised), 0)
        self.assertEqual(float(results.exercised_low), 0)
        self.assertAlmostEqual(float(results.exercised_high), 0.0036821, places=6)
        self.assertIn("[0, 0.00368208]", self.succeeds("show", "x.h5", "--observable", "exercised").stdout)

    def test_points_without_runs_are_undefined(self):
        self.write("job.yaml", EUROPEAN + "runs: 5000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml", "--part", "3/3", "-o", "end.h5")
        self.assertEqual(self.ulam("merge", "-o", "y.h5", "end.h5").returncode, 3)
        results = check(self.folder / "y.h5")
        for name in ("price_low", "price_quantile", "price_quantile_low", "covariance", "exercised_histogram_edges"):
            self.assertTrue(numpy.isnan(results[name]).all(), name)
        self.assertTrue((results.price_histogram == 0).all())
        shown = self.succeeds("show", "y.h5").stdout + self.succeeds("show", "y.h5", "--histogram", "price").stdout
        self.assertIn("no value", shown)

    def test_seeds_pool_where_centres_and_edges_are_declared(self):
        declared = KEPT.replace("price: [0.05, 0.5, 0.95]", "price: {at: [0.5], about: 10}").replace(
            "exercised: {bins: 20}", "exercised: {low: 0, high: 2, bins: 2}")
        for kept in (KEPT, declared):
            for seed in (1, 2):
                self.write("job.yaml", f"model: european\nseed: {seed}\nruns: 5000\noutput: {seed}.h5\n{kept}")
                self.succeeds("run", "-q", "--force-new", "job.yaml")
            if kept is KEPT:
                done = self.ulam("merge", "-o", "pool.h5", "1.h5", "2.h5")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("jobs that declare `about`", done.stderr)
                self.assertFalse((self.folder / "pool.h5").exists())
        self.succeeds("merge", "-o", "pool.h5", "1.h5", "2.h5")
        one, other, pool = (check(self.folder / name) for name in ("1.h5", "2.h5", "pool.h5"))
        self.assertTrue((pool.price_histogram == one.price_histogram + other.price_histogram).all())
        self.assertEqual(list(pool.exercised_histogram.values), [10000 - pool.exercised * 10000, pool.exercised * 10000])


class Failures(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def test_runs_that_fail_are_left_out(self):
        for block in (20, 1000):
            self.write("job.yaml", f"model: faulty\nparams: {{fail_at: 3}}\nruns: 1000\nblock: {block}\n"
                                   f"on_failure: record\nmax_failed: 1\noutput: {block}.h5\n"
                                   "quantiles: {number: [0.5]}\nhistogram: [number]\n")
            self.succeeds("run", "-q", "job.yaml")
            self.succeeds("run", "-q", "job.yaml", "-o", f"{block}_3.h5", launcher=command.mpirun(3))
            self.same_results(f"{block}.h5", f"{block}_3.h5")
            results = check(self.folder / f"{block}.h5")
            self.assertEqual(int(results.number_histogram.sum()) + int(results.number_histogram_below) +
                             int(results.number_histogram_above), 999)
            self.assertLess(abs(float(results.number_quantile) - 0.5), 0.1)

    def test_a_run_that_fails_stops_the_job_also_among_the_first(self):
        self.write("job.yaml", "model: faulty\nparams: {fail_at: 3}\nruns: 1000\nblock: 20\nhistogram: [number]\n"
                               "output: x.h5\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("run 3", done.stderr)

    def test_isolated_runs_give_the_same_bits(self):
        for isolate in ("true", "false"):
            self.write("job.yaml", f"model: faulty\nruns: 200\nblock: 20\nisolate: {isolate}\noutput: {isolate}.h5\n"
                                   "quantiles: {number: [0.5]}\nhistogram: [number]\n")
            self.succeeds("run", "-q", "job.yaml")
        self.same_results("true.h5", "false.h5")


class Show(command.Case):
    def on_terminal(self, columns, *arguments):
        """Standard output of ulam on a terminal of that width."""
        terminal, of_program = pty.openpty()
        fcntl.ioctl(of_program, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen([command.ULAM, *arguments], cwd=self.folder, stdout=of_program)
        os.close(of_program)
        shown = b""
        try:
            while part := os.read(terminal, 65536):
                shown += part
        except OSError:
            pass
        os.close(terminal)
        self.assertEqual(process.wait(), 0)
        return shown.decode().replace("\r\n", "\n")

    def test_all_of_it_stays_within_100_columns(self):
        self.write("job.yaml", EUROPEAN + "runs: 20000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        self.write("arrays.yaml", ARRAYS + "output: y.h5\n")
        self.succeeds("run", "-q", "arrays.yaml")
        for arguments in (["x.h5"], ["x.h5", "--observable", "price"], ["x.h5", "--histogram", "exercised"],
                          ["x.h5", "--correlations"], ["y.h5"], ["y.h5", "--observable", "wait"],
                          ["y.h5", "--histogram", "wait"]):
            shown = self.on_terminal(100, "show", *arguments)
            widest = max(shown.splitlines(), key=len)
            self.assertLessEqual(len(widest), 100, f"{arguments}: {widest}")
            self.assertFalse(any(unicodedata.east_asian_width(letter) == "W" for letter in shown))

    def test_the_tables_name_what_there_is(self):
        self.write("job.yaml", EUROPEAN + "confidence: 0.9\nruns: 20000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        shown = self.succeeds("show", "x.h5").stdout
        for part in ("quantiles of price, with 90 % intervals", "correlations", "price, exercised",
                     "histograms of price (100 bins), exercised (20 bins): ulam show x.h5 --histogram price"):
            self.assertIn(part, shown)
        self.assertIn("90 % interval", self.succeeds("show", "x.h5", "--observable", "price").stdout)
        picture = self.succeeds("show", "x.h5", "--histogram", "price", "--points", "1-2").stdout
        self.assertEqual(picture.count("below 0"), 2)
        self.assertIn("price, at point 1 (strike 90, volatility 0.3)", picture)
        rows = [line for line in picture.splitlines() if " to " in line and "█" in line]
        self.assertGreater(len(rows), 30)
        self.assertLessEqual(max(map(len, picture.splitlines())), 100)

    def test_what_there_is_not_is_said(self):
        self.write("job.yaml", "model: european\nruns: 100\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        self.refused(2, "show", "x.h5", "--histogram", "price", says="there is no histogram of 'price'")
        self.refused(2, "show", "x.h5", "--histogram", "prize", says="there is no observable 'prize'")
        self.assertIn("no correlations", self.succeeds("show", "x.h5", "--correlations").stdout)
        self.assertNotIn("quantiles", self.succeeds("show", "x.h5").stdout)


if __name__ == "__main__":
    command.main()
