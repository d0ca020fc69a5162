#!/usr/bin/python3
"""What is said of chains, before, while and after they are made: test_chain_words.py BUILD."""

import io
import json
import pathlib
import re
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import h5py
import numpy
import pandas

SWEPT = "{model: ar1, sweep: {coefficient: [0.5, 0.9]}, runs: 8, thermalize: 50, sweeps: 4000, measure_every: 2}"
APART = "{model: ar1, params: {coefficient: 0.99, start: 30}, runs: 8, thermalize: 0, sweeps: 4000}"
LONG = "{model: ar1, sweep: {coefficient: [0.5, 0.9]}, runs: 4, thermalize: 100, sweeps: 1e10, checkpoint: 0.3}"
PRECISE = "{model: ar1, sweep: {coefficient: [0.5, 0.9]}, runs: 8, thermalize: 100, " \
          "until: {x: {error: 0.02}, max_sweeps: 20000}}"
LARGE = "{model: ar1, runs: 400, thermalize: 10, sweeps: 20000, series: {bin: 10}}"
FAULTY = "{model: faulty_chain, params: {fail_in: 3, fail_at: 40}, runs: 6, thermalize: 10, sweeps: 100, " \
         "on_failure: record, max_failed: 5}"


class Chains(command.Case):
    def job(self, text, name="x", *options, status=0):
        self.write(f"{name}.yaml", text)
        done = self.ulam("run", "-q", *options, f"{name}.yaml")
        self.assertEqual(done.returncode, status, done.stderr)
        return f"{name}.h5"

    def results(self, file="x.h5"):
        with h5py.File(self.folder / file) as h5:
            return {name: h5["results"][name][()] for name in h5["results"]}

    def test_every_figure_is_exported(self):
        self.job(SWEPT)
        table = pandas.read_csv(io.StringIO(self.succeeds("export", "x.h5").stdout), float_precision="round_trip")
        results = self.results()
        for figure in ("tau", "tau_stderr", "ess", "ess_stderr", "rhat", "drift"):
            self.assertIn(f"x_{figure}", results)
        for name, values in results.items():
            numpy.testing.assert_array_equal(table[name], values, err_msg=name)
        self.assertEqual(list(table["sweeps"]), [4000, 4000])
        self.succeeds("export", "-o", "x.jsonl", "x.h5")
        rows = [json.loads(line) for line in (self.folder / "x.jsonl").read_text().splitlines()]
        self.assertEqual([row["x_rhat"] for row in rows], list(results["x_rhat"]))

    def test_runs_that_are_no_chains_have_no_such_columns(self):
        self.job("{model: buffon, runs: 50}")
        head = self.succeeds("export", "x.h5").stdout.splitlines()[0].split(",")
        self.assertFalse([name for name in head if name == "sweeps" or name.endswith(("_tau", "_ess", "_rhat", "_drift"))])

    def test_show_has_a_table_of_what_is_along_them(self):
        self.job(SWEPT)
        text = self.succeeds("show", "--observable", "x", "x.h5").stdout
        self.assertRegex(text, r"sweeps +4,000 of each chain, behind 50 that thermalise; measured once in 2\n")
        head, rule, *rows = text.split("\n\n")[-1].splitlines()
        self.assertEqual(head.split(), ["point", "coefficient", "τ", "(sweeps)", "eff.", "samples", "R̂", "drift"])
        self.assertEqual(len(head.replace("\u0302", "")), len(rule), "a mark over a letter takes no column")
        tau, error = map(float, re.search(r" ([0-9.]+) ± ([0-9.]+) ", rows[1]).groups())
        self.assertLess(abs(tau - 19), 5 * error)
        self.assertLessEqual(len(head), 100)

    def test_warnings_fold_in_a_terminal(self):
        self.job(APART)
        inner = f"stty cols 80; {command.ULAM} show x.h5"
        text = subprocess.run(["script", "-qec", inner, "/dev/null"], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL).stdout
        self.assertRegex(text, r"warning   x: ")
        self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)
        self.assertIn(" ".join(self.succeeds("show", "x.h5").stdout.split("warning   ")[1].split("\n")[0].split()),
                      " ".join(text.split()))

    def test_watch_counts_sweeps(self):
        self.job(LONG, "x", "--time-limit", "1", status=3)
        text = self.succeeds("watch", "--once", "x.h5").stdout
        self.assertRegex(text, r"0 of 2 points, [0-9.e+]+ of 8e\+10 sweeps\n")
        self.assertRegex(text, r"1 rank, [0-9.e+]+ sweeps/s, .* left")
        self.assertNotIn("runs", text)
        with h5py.File(self.folder / "x.h5") as h5:
            done = 4 * int(h5["points/sweeps"][()].sum())
        self.assertGreater(done, 0)
        self.assertEqual(float(re.search(r"points, ([0-9.e+]+) of", text)[1]), float(f"{done:.4g}"))
        page = self.succeeds("report", "-o", "-", "x.h5").stdout
        self.assertIn(f"Partial: {done} of 80000000000 sweeps have been done.", page)

    def test_convergence_is_along_the_sweeps(self):
        self.job(PRECISE)
        script = self.succeeds("plot", "--convergence", "--script", "x.h5").stdout
        self.assertIn("set xlabel 'sweeps of each chain'", script)
        curve = script.split("$curve1 << END\n")[1].split("\nEND")[0]
        rows = numpy.array([[float(word) for word in line.split()[:4]] for line in curve.splitlines()])
        with h5py.File(self.folder / "x.h5") as h5:
            sweeps, mean, error = (h5[f"trace/{name}"][1] for name in ("sweeps", "x", "x_stderr"))
        n = numpy.count_nonzero(sweeps)
        self.assertGreater(n, 2)
        numpy.testing.assert_array_equal(rows[:, 0], sweeps[:n])
        numpy.testing.assert_array_equal(rows[:, 1], mean[:n])
        student = 2.36462425159278  # of 8 chains
        numpy.testing.assert_allclose(rows[:, 3] - rows[:, 1], student * error[:n], rtol=1e-9)

    def test_chains_without_targets_leave_no_trace(self):
        self.job(SWEPT)
        self.refused(2, "plot", "--convergence", "x.h5", says="of chains there is one where the job has targets (until)")

    def test_models_tells_a_chain(self):
        self.assertIn("A Markov chain. A job says how many each point has (runs)", self.succeeds("models", "ar1").stdout)
        self.assertNotIn("chain", self.succeeds("models", "buffon").stdout)

    def test_failed_chains_are_called_so(self):
        self.program = command.ULAM_WITH_TEST_MODELS
        self.write("x.yaml", FAULTY)
        self.assertIn("1 failed chains are recorded and left out", self.succeeds("run", "x.yaml").stderr)
        text = self.succeeds("show", "x.h5").stdout
        self.assertIn("1 of 6 chains failed and are left out", text)
        self.assertIn("failed chains, and how to have each again:", text)
        self.assertIn("1 chains failed", self.succeeds("watch", "--once", "x.h5").stdout)
        page = self.succeeds("report", "-o", "-", "x.h5").stdout
        self.assertIn("<h2>Failed chains</h2>", page)
        self.assertIn("1 of 6 chains failed and are left out", page)

    def peak(self, *arguments):
        """MB at the highest, as a child of a child of its own measures it."""
        measure = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); " \
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run([sys.executable, "-c", measure, command.ULAM, *arguments], cwd=self.folder,
                              capture_output=True, text=True, check=True)
        return int(done.stdout) * 1024 / 1e6

    def test_check_knows_the_memory(self):
        self.write("x.yaml", LARGE)
        told = float(re.search(r"about ([0-9.]+) MB on rank 0", self.succeeds("check", "x.yaml").stdout)[1])
        taken = self.peak("run", "-q", "x.yaml") - self.peak("--version")
        self.assertGreater(taken, 30)
        self.assertLess(taken / 1.5, told)
        self.assertLess(told, 1.5 * taken)


if __name__ == "__main__":
    command.main()
