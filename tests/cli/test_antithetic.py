#!/usr/bin/python3
"""Antithetic pairs, from the job file to the table: test_antithetic.py BUILD."""

import math
import pathlib
import signal
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import h5py
import numpy
from check_xarray import check

CALL = {"spot": 100, "strike": 100, "rate": 0.05, "volatility": 0.2, "maturity": 1}
JOB = "model: european\nantithetic: true\nparams: {spot: 100, strike: 100, rate: 0.05, volatility: 0.2, maturity: 1}\n"
ALL = ("model: asian\nantithetic: true\nsweep: {strike: [95, 100, 105]}\nstreams: common\nruns: 20100\nblock: 64\n"
       "covariance: [price, geometric]\nderived: {ratio: price / geometric}\ncompare: {strike: 100}\n"
       "control: {price: {of: geometric, mean: exact}}\n")
MODEL = r"""
#include <ulam/model.h>
static void run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    BODY
}
static const ulam_observable observables[] = {{.name = "x" MORE}};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE, .name = "small", .observables = observables,
                                 .n_observables = 1, .run = run};
ULAM_MODEL(model)
"""


def exact_call(spot, strike, rate, volatility, maturity):
    """Mean and sd of the discounted payoff, and the correlation of those of z and -z, by quadrature."""
    def payoff(z):
        log = (rate - volatility**2 / 2) * maturity + volatility * math.sqrt(maturity) * z
        return math.exp(-rate * maturity) * numpy.maximum(spot * numpy.exp(log) - strike, 0)
    kink = (math.log(strike / spot) - (rate - volatility**2 / 2) * maturity) / (volatility * math.sqrt(maturity))
    ends = [-14, -abs(kink), abs(kink), 14]
    node, weight = numpy.polynomial.legendre.leggauss(200)
    z = numpy.concatenate([(a + b) / 2 + (b - a) / 2 * node for a, b in zip(ends, ends[1:])])
    w = numpy.concatenate([(b - a) / 2 * weight for a, b in zip(ends, ends[1:])])
    w = w * numpy.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    mean = (w * payoff(z)).sum()
    variance = (w * payoff(z)**2).sum() - mean**2
    return mean, math.sqrt(variance), ((w * payoff(z) * payoff(-z)).sum() - mean**2) / variance


class Antithetic(command.Case):
    def run_job(self, name, text, *options, **more):
        self.write("job.yaml", text + f"\noutput: {name}\n")
        self.succeeds("run", "-q", "job.yaml", *options, **more)
        return check(self.folder / name)


class JobFile(Antithetic):
    def test_what_does_not_go_with_pairs(self):
        self.write("nan.c", MODEL.replace("BODY", "*out = ulam_uniform(rng);").replace("MORE", ", .may_be_nan = true"))
        self.write("odd.csv", "strike,runs\n90,100\n110,101\n")
        buffon = "model: buffon\nantithetic: true\n"
        for text, says in (
            ("model: buffon\nantithetic: yes\nruns: 10\n", "job.yaml:2:13: antithetic is 'yes', expected true or false"),
            ("model: buffon\nantithetic: [true]\nruns: 10\n", "antithetic is a list"),
            ("model: buffon\nantitetic: true\nruns: 10\n", "did you mean 'antithetic'?"),
            (buffon + "runs: 1001\n", "job.yaml:3:7: runs is 1001, but with `antithetic: true` runs come in pairs, expected an "
             "even number such as 1002"),
            (buffon + "runs: 10\nblock: 7\n", "job.yaml:4:8: block is 7, but with `antithetic: true` runs come in pairs"),
            (buffon + "runs: ten\n", "runs is 'ten'"),
            ("model: european\nantithetic: true\npoints: odd.csv\n", "odd.csv:3:5: runs is 101, but with"),
            (buffon + "runs: 10\non_failure: record\nmax_failed: 3\n",
             "job.yaml:4:13: on_failure is 'record', but a failed run leaves half of an antithetic pair, expected stop"),
            (buffon + "runs: 10\nquantiles: {crossing: [0.5]}\n",
             "job.yaml:4:1: quantiles tells how single runs are distributed, and its errors take them for independent"),
            (buffon + "runs: 10\nhistogram: [crossing]\n", "job.yaml:4:1: histogram tells how single runs"),
            ("model: {command: [sh], observables: [x]}\nantithetic: true\nruns: 10\n",
             "job.yaml:2:13: antithetic is true, but 'sh' is a program, which gets a seed of each run"),
            ("model: ./nan.c\nantithetic: true\nruns: 10\n",
             "job.yaml:2:13: antithetic is true, but 'x' may be NaN: leaving out the pairs"),
        ):
            with self.subTest(text=text):
                self.write("job.yaml", text)
                self.refused(2, "check", "job.yaml", says=says)
        self.write("job.yaml", buffon + "runs: 10\n")
        self.refused(2, "run", "job.yaml", "--runs", "11", says="--runs 11: runs is 11, but with")
        self.assertIn("runs     10, in antithetic pairs", self.succeeds("check", "job.yaml").stdout)

    def test_false_is_as_if_it_were_not_there(self):
        self.run_job("1.h5", "model: buffon\nruns: 101\nblock: 7\n")
        self.run_job("2.h5", "model: buffon\nruns: 101\nblock: 7\nantithetic: false\n")
        self.same_results("1.h5", "2.h5")
        self.assertNotIn("antithetic", self.succeeds("show", "2.h5").stdout)

    def test_it_is_part_of_what_the_job_is(self):
        self.run_job("x.h5", JOB + "runs: 1000\n")
        self.write("job.yaml", JOB.replace("antithetic: true\n", "") + "runs: 2000\noutput: x.h5\n")
        self.refused(2, "run", "-q", "job.yaml", says="antithetic: true")
        self.write("job.yaml", JOB + "runs: 2000\noutput: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")

    def test_box_and_muller_s_normals_are_refused(self):
        self.write("polar.c", MODEL.replace("BODY", "double pair[2]; ulam_gaussian_pair(rng, pair); *out = pair[0];")
                   .replace("MORE", ""))
        self.write("job.yaml", "model: ./polar.c\nantithetic: true\nruns: 1000\noutput: x.h5\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("run 0", done.stderr)
        self.assertIn("ulam_gaussian_pair() in an antithetic pair", done.stderr)


class FailedRuns(Antithetic):
    program = command.ULAM_WITH_TEST_MODELS

    def test_one_ends_the_job(self):
        for run in (6, 7):
            self.write("job.yaml", f"model: faulty\nantithetic: true\nruns: 100\nparams: {{fail_at: {run}}}\noutput: x.h5\n")
            done = self.ulam("run", "-q", "job.yaml")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"run {run}: it diverged", done.stderr)
            (self.folder / "x.h5").unlink(missing_ok=True)

    def test_one_counts_only_before_a_target_is_reached(self):
        """A pair's mean never varies here, which is believed from 16 times the first rung on: after 1216 runs."""
        job = "model: faulty\nantithetic: true\nuntil: {number: {error: 0.01}, min_runs: 64}\nblock: 64\noutput: x.h5\n"
        for run, status in ((1001, 1), (1215, 1), (1216, 0), (1301, 0)):
            self.write("job.yaml", job + f"params: {{fail_at: {run}}}\n")
            for ranks in (1, 3):
                done = self.ulam("run", "-q", "job.yaml", launcher=command.mpirun(ranks) if ranks > 1 else ())
                self.assertEqual(done.returncode, status, done.stderr)
                (self.folder / "x.h5").unlink(missing_ok=True)


class Values(Antithetic):
    def samples(self, name):
        with h5py.File(self.folder / f"{name}.samples.h5") as file:
            return file["samples/price"][:].reshape(-1)

    def test_pairs_are_what_the_figures_count(self):
        results = self.run_job("x.h5", JOB + "runs: 2002\nsamples: true\nblock: 100\n")
        self.assertEqual((int(results.runs), int(results.pairs)), (2002, 1001))
        price = self.samples("x")
        self.assertEqual(len(price), 2002)
        mean, half = (price[::2] + price[1::2]) / 2, (price[::2] - price[1::2]) / 2
        for name, expected in (("", mean.mean()), ("_sd", mean.std(ddof=1)), ("_min", mean.min()), ("_max", mean.max()),
                               ("_stderr", mean.std(ddof=1) / math.sqrt(1001))):
            self.assertLess(abs(float(results["price" + name]) / expected - 1), 1e-12, name)
        between, within = mean.var(ddof=1), (half**2).mean()
        self.assertLess(abs(float(results.price_antithetic_reduction) / ((between + within) / 2 / between) - 1), 1e-12)
        plain = self.run_job("plain.h5", JOB.replace("antithetic: true\n", "") + "runs: 2002\nsamples: true\nblock: 100\n")
        alone = self.samples("plain")
        self.assertTrue((alone[::2] == price[::2]).all())
        self.assertFalse(((alone[1::2] == price[1::2]) & (price[1::2] > 0)).any())
        self.assertNotIn("pairs", plain)

    def test_each_run_of_a_pair_is_replayed(self):
        for model in ("european", "queue"):
            self.run_job(f"{model}.h5", f"model: {model}\nantithetic: true\nruns: 500\nsamples: true\n")
            for run in (0, 1, 2, 333, 498, 499):
                self.assertIn("the samples kept of this run are the same",
                              self.succeeds("replay", f"{model}.h5", "--run", run).stdout)

    def test_groups_are_of_pairs_whatever_the_block(self):
        job = "model: asian\nantithetic: true\nruns: 6400\nderived: {ratio: price / geometric}\n"
        errors = [float(self.run_job(f"{block}.h5", job + f"block: {block}\n").ratio_stderr) for block in (2, 64, 6400)]
        self.assertLess(max(errors) / min(errors) - 1, 1e-9)

    def test_jobs_of_two_seeds_are_pooled(self):
        one, other = (self.run_job(f"{seed}.h5", JOB + f"runs: 1000\nseed: {seed}\n") for seed in (1, 2))
        self.succeeds("merge", "-o", "both.h5", "1.h5", "2.h5")
        both = check(self.folder / "both.h5")
        self.assertEqual((int(both.runs), int(both.pairs)), (2000, 1000))
        self.assertLess(abs(both.price - (one.price + other.price) / 2), 1e-12 * both.price)

    def test_odd_blocks_of_a_model_become_even(self):
        self.write("line.c", MODEL.replace("BODY", "*out = ulam_uniform_open(rng);").replace("MORE", ""))
        results = self.run_job("x.h5", "model: ./line.c\nantithetic: true\nruns: 1000\n")
        self.assertEqual((float(results.x), float(results.x_sd)), (0.5, 0))
        self.assertEqual(float(results.x_antithetic_reduction), math.inf)
        self.assertIn("inf", self.succeeds("show", "x.h5").stdout)

    def test_arrays_have_a_factor_of_each_element(self):
        self.write("two.c", MODEL.replace("BODY", "out[0] = ulam_uniform(rng); out[1] = (out[0] - 0.5) * (out[0] - 0.5);")
                   .replace("MORE", ", .length = 2"))
        results = self.run_job("x.h5", "model: ./two.c\nantithetic: true\nruns: 4000\nblock: 50\n")
        reduction = results.x_antithetic_reduction.values
        self.assertGreater(reduction[0], 1e6)
        self.assertLess(abs(reduction[1] - 0.5), 1e-6)
        table = self.succeeds("show", "x.h5", "--observable", "x").stdout
        self.assertIn("variance ÷", table)

    def test_an_indicator_s_pairs_get_student_s_interval(self):
        self.run_job("x.h5", JOB + "runs: 2000\n")
        with h5py.File(self.folder / "x.h5") as file:
            self.assertEqual(file["results/exercised_low"].attrs["interval"].decode(), "Student")
        self.run_job("y.h5", JOB.replace("strike: 100", "strike: 1e9") + "until: {exercised: {error: 0.1}, min_runs: 64}\n")
        self.assertIn("never varied", self.succeeds("show", "y.h5").stdout)

    def test_tables_show_the_factor(self):
        self.run_job("x.h5", JOB + "runs: 100000\n")
        table = self.succeeds("show", "x.h5").stdout
        self.assertIn("runs      100,000, in antithetic pairs", table)
        self.assertEqual(table.count("variance ÷"), 2)
        self.assertRegex(table, r"2\.0\d+ ± 0\.00\d")
        self.assertLess(max(map(len, table.splitlines())), 101)
        head = self.succeeds("export", "x.h5").stdout.splitlines()[0]
        self.assertIn(",price_antithetic_reduction,price_antithetic_reduction_stderr,", head)
        self.run_job("all.h5", ALL)
        self.assertIn("price_controlled", self.succeeds("show", "all.h5").stdout)


class Bits(Antithetic):
    def test_they_do_not_depend_on_ranks_stops_parts_and_isolation(self):
        self.run_job("1.h5", ALL)
        for ranks in (2, 3):
            self.run_job(f"{ranks}.h5", ALL, launcher=command.mpirun(ranks))
            self.same_results("1.h5", f"{ranks}.h5")
        self.run_job("leaders.h5", ALL, launcher=command.mpirun(5), env={"ULAM_RANKS_PER_LEADER": "2"})
        self.same_results("1.h5", "leaders.h5")
        for runs in ("98", "7000"):
            self.run_job("again.h5", ALL, "--runs", runs)
        self.run_job("again.h5", ALL)
        self.same_results("1.h5", "again.h5")
        self.run_job("apart.h5", ALL + "isolate: true\n")
        self.same_results("1.h5", "apart.h5")
        self.write("job.yaml", ALL)
        for part in (1, 2, 3):
            self.succeeds("run", "-q", "job.yaml", "--part", f"{part}/3")
        self.succeeds("merge", "-o", "merged.h5", *(f"job.part{k}of3.h5" for k in (2, 1, 3)))
        self.same_results("1.h5", "merged.h5")

    def test_they_do_not_depend_on_the_build(self):
        for model in ("european", "asian", "buffon", "walk", "queue", "sir"):
            job = f"model: {model}\nantithetic: true\nruns: 1234\n"
            self.run_job("best.h5", job)
            for build in ("scalar", "portable", "avx2", "avx512"):
                name = f"{build}.h5"
                self.write("job.yaml", job + f"output: {name}\n")
                done = self.ulam("run", "-q", "job.yaml", env={"ULAM_LANES_BUILD": build})
                if "this machine cannot run" in done.stderr:
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                self.same_results("best.h5", name)
                (self.folder / name).unlink()
            (self.folder / "best.h5").unlink()

    def test_they_survive_a_kill(self):
        job = "model: queue\nantithetic: true\nparams: {customers: 3000}\nsweep: {arrival_rate: [0.5, 1.5]}\nruns: 4002\nblock: 6\n"
        self.run_job("whole.h5", job)
        self.write("job.yaml", job + "checkpoint: 0.05s\noutput: out.h5\n")
        killed = 0
        for _ in range(40):
            process = subprocess.Popen([command.ULAM, "run", "-q", "job.yaml"], cwd=self.folder)
            time.sleep(0.15)
            process.send_signal(signal.SIGKILL)
            if process.wait() == 0:
                break
            killed += 1
            if killed == 3:
                break
        self.assertGreater(killed, 0)
        self.succeeds("run", "-q", "job.yaml", launcher=command.mpirun(2))
        self.same_results("whole.h5", "out.h5")

    def test_until_stops_at_the_same_rung(self):
        job = JOB.replace("strike: 100, ", "") + ("sweep: {strike: [90, 100, 115]}\n"
                                                  "until: {price: {rel_error: 0.01}, min_runs: 1001}\nblock: 2\n")
        results = self.run_job("1.h5", job)
        self.assertTrue(((results.runs % 2) == 0).all())
        self.assertTrue(((results.price_high - results.price) <= 0.0100001 * results.price).all())
        self.run_job("3.h5", job, launcher=command.mpirun(3))
        self.same_results("1.h5", "3.h5")


class Statistics(Antithetic):
    """Against exact values, in units of the reported errors, at the job's own seed."""

    def test_the_call_at_the_money_has_half_the_variance(self):
        mean, sd, correlation = exact_call(**CALL)
        factor = 1 / (1 + correlation)
        self.assertLess(abs(factor - 2.004), 0.0001)  # 2.0 within the error below
        results = self.run_job("x.h5", JOB + "runs: 40000\n")
        self.assertLess(abs(results.price - mean), 4 * results.price_stderr)
        self.assertLess(abs(results.price_antithetic_reduction - factor), 3 * results.price_antithetic_reduction_stderr)
        self.assertLess(abs(results.price_antithetic_reduction - 2), 3 * results.price_antithetic_reduction_stderr)
        self.assertLess(results.price_antithetic_reduction_stderr, 0.02)
        expected = sd / math.sqrt(40000 * factor)
        self.assertLess(abs(results.price_stderr / expected - 1), 0.02)

    def test_errors_are_the_spread_over_independent_jobs(self):
        """200 points that differ by nothing but their streams."""
        n = 200
        steps = f"sweep: {{rate: {{from: 0.05, to: 0.0500000001, steps: {n}}}}}\n"
        results = self.run_job("x.h5", JOB.replace("rate: 0.05, ", "") + steps + "runs: 10000\n"
                               "derived: {given: price / exercised}\nblock: 500\n"
                               "control: {price: {of: exercised, mean: exact}}\n")
        mean, sd, correlation = exact_call(**CALL)
        exact = {"price": mean, "price_antithetic_reduction": 1 / (1 + correlation), "price_controlled": mean}
        for name in ("price", "exercised", "given", "price_controlled", "price_antithetic_reduction",
                     "exercised_antithetic_reduction"):
            spread = float(results[name].std(ddof=1))
            reported = float(numpy.sqrt((results[name + "_stderr"]**2).mean()))
            self.assertLess(abs(reported / spread - 1), 0.15, name)  # the spread of 200 is known to 5 %
            if name in exact:
                self.assertLess(abs(float(results[name].mean()) - exact[name]), 3.5 * spread / math.sqrt(n), name)
        off = abs(results.price - mean) <= (results.price_high - results.price_low) / 2
        self.assertGreater(int(off.sum()), 180)


command.main()
