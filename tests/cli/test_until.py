#!/usr/bin/python3
"""What is said of jobs that stop when they are precise enough: before, and where precision cannot be had."""

import pathlib
import re
import sys

import h5py
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

CALLS = "model: european\nsweep: {strike: [100, 5000]}\nblock: 16\nuntil: {%s, min_runs: 64%s}\n"


class Until(command.Case):
    def shown(self, target, more=""):
        job = self.write("job.yaml", CALLS % (target, more))
        done = self.succeeds("run", "-o", "out.h5", job)
        again = self.succeeds("run", "-o", "out.h5", job)
        self.assertIn("complete already", again.stderr)
        return done.stderr, self.succeeds("show", "out.h5").stdout

    def test_no_payoff_is_given_up_without_max_runs(self):
        said, shown = self.shown("price: {rel_error: 0.1}")
        self.assertIn("targets reached at 1 of 2 points; 1 ended without", said)
        self.assertIn("point 1, 1168 runs: given up without max_runs: no error to compare", shown)

    def test_no_payoff_is_pursued_to_max_runs(self):
        said, shown = self.shown("price: {rel_error: 0.1}", ", max_runs: 5000")
        self.assertIn("1 ended without", said)
        self.assertIn("point 1, 5008 runs: max_runs done: no error to compare", shown)

    def test_a_constant_is_told_as_such(self):
        _, shown = self.shown("price: {error: 1}")
        self.assertIn("reached   at 2 of 2 points", shown)
        self.assertIn("point 1, 1168 runs: a number never varied; what 1 of 389 runs does may be unseen", shown)
        self.assertIn("constant", shown)

    def test_no_hit_needs_its_runs(self):
        _, shown = self.shown("exercised: {error: 0.01}")
        runs = int(re.search(r"^ +1 +5000 +(\d+) ", shown, re.M)[1])
        self.assertTrue(369 <= runs <= 369 * 1.25 + 16, runs)

    def test_a_mean_of_zero_ends(self):
        self.write("walk.yaml", "model: european\nparams: {strike: 100}\nuntil: {price: {rel_error: 1e-7}}\n")
        done = self.succeeds("run", "-o", "far.h5", "walk.yaml", timeout=60)
        self.assertIn("targets reached at 0 of 1 points; 1 ended without", done.stderr)
        self.assertIn("given up without max_runs: interval", self.succeeds("show", "far.h5").stdout)

    def test_rungs_of_fewer_chains_are_none_of_more(self):
        chains = "model: ar1\nruns: %d\nthermalize: 10\nuntil: {x: {error: 0.05}}\n"
        self.succeeds("run", "-o", "out.h5", self.write("four.yaml", chains % 4))
        self.succeeds("run", "-o", "out.h5", self.write("eight.yaml", chains % 8))
        with h5py.File(self.folder / "out.h5") as file:
            trace = file["trace/x"][()].ravel()
            self.assertEqual(trace[-1], file["results/x"][()])
        self.assertGreater(len(trace), 2)
        self.assertTrue(all(numpy.isnan(trace[:-2])), trace)

    def test_a_pilot_foresees_the_runs(self):
        job = self.write("job.yaml", CALLS % ("price: {rel_error: 0.01}", ""))
        said = self.succeeds("check", "--pilot", job).stdout
        foreseen = float(re.search(r"^ +0 +100 +[\d.]+ \w+ +(\S+)", said, re.M)[1])
        self.assertRegex(said, r"1 point could not be judged by so few runs")
        self.assertEqual(list(self.folder.iterdir()), [job])
        self.succeeds("run", "-q", "-o", "out.h5", job)
        runs = int(re.search(r"^ +0 +100 +(\d+)", self.succeeds("show", "out.h5").stdout, re.M)[1])
        self.assertTrue(0.75 * foreseen <= runs <= 1.35 * foreseen, (foreseen, runs))

    def test_a_pilot_foresees_the_time_of_plain_runs(self):
        self.write("runs.yaml", "model: buffon\nruns: 1e9\n")
        said = self.succeeds("check", "--pilot", "runs.yaml").stdout
        self.assertRegex(said, r"in all   about 1e\+09 runs, [\d.]+ (s|min|h) on one core")
        self.refused(2, "check", "--pilto", "runs.yaml", says="--pilot")


command.main()
