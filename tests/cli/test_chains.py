#!/usr/bin/python3
"""Jobs of chains: what they refuse, what a time limit and failures leave, replays, and what is warned of."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import check_xarray
import command
import h5py
import numpy

AR1 = "model: ar1\nruns: 4\nthermalize: 10\n"


class Refusals(command.Case):
    def refused_job(self, text, place, *says):
        self.write("job.yaml", text)
        self.refused(2, "run", "job.yaml", says=(f"job.yaml:{place}:", *says))

    def test_lengths(self):
        self.refused_job("model: ar1\nruns: 4\nsweeps: 10\n", "4:1", "thermalize", "thermalize: 1000")
        self.refused_job(AR1, "4:1", "sweeps", "until")
        self.refused_job("model: ar1\nthermalize: 10\nsweeps: 10\n", "4:1", "runs", "how many chains")
        self.refused_job(AR1 + "sweeps: 25\nmeasure_every: 10\n", "4:9", "sweeps is 25", "multiple of measure_every: 30")
        self.refused_job(AR1 + "sweeps: 10\nuntil: {x: {error: 1}}\n", "5:1", "until stands beside sweeps")
        for wrong in ("0", "-1", "1.5", "many", "1e20", "[1]", ""):
            for key, before in (("sweeps", AR1), ("measure_every", AR1 + "sweeps: 10\n"),
                                ("thermalize", "model: ar1\nruns: 4\nsweeps: 10\n")):
                if (key, wrong) != ("thermalize", "0"):
                    at = len(key) + (3 if wrong else 2)
                    self.refused_job(before + f"{key}: {wrong}\n", f"{before.count(chr(10)) + 1}:{at}", key)

    def test_targets(self):
        self.refused_job(AR1 + "until: {x: {error: 1}, min_runs: 5}\n", "4:24", "min_runs", "min_sweeps")
        self.refused_job(AR1 + "until: {x: {error: 1}, min_sweeps: 50, max_sweeps: 40}\n", "4:8",
                         "max_sweeps is 40", "min_sweeps 50")
        self.refused_job("model: buffon\nuntil: {crossing: {error: 1}, min_sweeps: 5}\n", "2:31",
                         "no observable 'min_sweeps'", "max_runs")

    def test_what_chains_have_not(self):
        for key, why in (("samples: true", "no samples"), ("quantiles: [0.5]", "quantiles"),
                         ("histogram: {x: {from: 0, to: 1, bins: 3}}", "histograms"),
                         ("isolate: true", "process of its own"), ("isolate: true\nrun_timeout: 1s", "process of its own"),
                         ("antithetic: true", "no pairs"), ("block: 7", "bundles")):
            with self.subTest(key):
                self.refused_job(AR1 + f"sweeps: 10\n{key}\n", "5:1", "model 'ar1' is a chain", why)

    def test_what_other_runs_have_not(self):
        for key in ("thermalize: 10", "sweeps: 10", "measure_every: 2", "series: {bin: 10}"):
            with self.subTest(key):
                self.refused_job(f"model: buffon\nruns: 10\n{key}\n", "3:1", "model 'buffon' is not a chain",
                                 key.split(":")[0])

    def test_series(self):
        self.refused_job(AR1 + "sweeps: 10\nseries: 5\n", "5:9", "series is '5'", "{bin: 100}")
        self.refused_job(AR1 + "sweeps: 10\nmeasure_every: 2\nseries: {bin: 5}\n", "6:15", "bin is 5", "6")
        self.refused_job(AR1 + "sweeps: 10\nseries: {bins: 5}\n", "5:10", "bins", "bin")

    def test_another_job_than_the_files(self):
        self.write("job.yaml", AR1 + "sweeps: 100\nmeasure_every: 2\n")
        self.succeeds("run", "-q", "job.yaml")
        for line, text in (("thermalize: 10", "thermalize: 20"), ("measure_every: 2", "measure_every: 4"),
                           ("sweeps: 100", "sweeps: 50")):
            with self.subTest(text):
                self.write("other.yaml", (AR1 + "sweeps: 100\nmeasure_every: 2\n").replace(line, text))
                key = text.split(":")[0]
                self.refused(2, "run", "-o", "job.h5", "other.yaml", says=("job.h5", f"{key}: "))

    def test_other_seeds_are_not_pooled(self):
        self.write("job.yaml", AR1 + "sweeps: 100\n")
        for seed in (1, 2):
            self.succeeds("run", "-q", "--seed", str(seed), "-o", f"{seed}.h5", "job.yaml")
        self.refused(2, "merge", "-o", "both.h5", "1.h5", "2.h5", says=("1.h5", "chains"))


class Chains(command.Case):
    def file(self, name="job.h5"):
        file = h5py.File(self.folder / name)
        self.addCleanup(file.close)
        return file

    def same_state(self, first, second):
        with h5py.File(self.folder / first) as one, h5py.File(self.folder / second) as other:
            self.assertEqual(one["state/bytes"][()].tobytes(), other["state/bytes"][()].tobytes())

    def replayed(self, name, run, *options):
        out = self.succeeds("replay", name, "--run", run, *options).stdout
        return {name: float(value) for name, value in re.findall(r"^([a-z]\S*) (-?[0-9.e-]+)(?: .+)?$", out, re.M)}


class Replays(Chains):
    def means_of_replays(self, job, runs, observables):
        self.write("job.yaml", job)
        self.succeeds("run", "-q", "--force-new", "-o", "job.h5", "job.yaml")
        values = [self.replayed("job.h5", run) for run in range(runs)]
        results = self.file()["results"]
        for name in observables:
            of_chains = [value[name] for value in values]
            self.assertEqual(results[f"{name}_min"][()], min(of_chains))
            self.assertEqual(results[f"{name}_max"][()], max(of_chains))
            mean, size = numpy.mean(of_chains), numpy.abs(of_chains).mean()
            self.assertLessEqual(abs(results[name][()] - mean), 1e-15 * runs * size, name)

    def test_of_single_chains(self):
        for job, observables in (("ar1\nparams: {coefficient: 0.5}", ("x", "x2")),
                                 ("metropolis", ("product", "accepted")),
                                 ("ising\nparams: {size: 6, algorithm: wolff}", ("energy", "abs_m", "m4")),
                                 ("ising\nparams: {size: 5, algorithm: metropolis_scalar, start: hot}", ("energy",))):
            with self.subTest(job):
                self.means_of_replays(f"model: {job}\nruns: 3\nthermalize: 7\nsweeps: 303\nmeasure_every: 3\n", 3,
                                      observables)

    def test_of_members_of_bundles(self):
        self.means_of_replays("model: ising\nparams: {size: 4, start: hot}\nruns: 131\nthermalize: 5\nsweeps: 60\n", 131,
                              ("energy", "abs_m"))

    def test_one_chain(self):
        self.write("job.yaml", "model: ar1\nruns: 1\nthermalize: 0\nsweeps: 5000\n")
        self.succeeds("run", "-q", "job.yaml")
        results = self.file()["results"]
        self.assertEqual(results["x"][()], self.replayed("job.h5", 0)["x"])
        self.assertTrue(numpy.isnan(results["x_stderr"][()]) and numpy.isnan(results["x_rhat"][()]))
        self.assertAlmostEqual(results["x_tau"][()], 19, delta=4 * results["x_tau_stderr"][()])
        self.assertLess(abs(results["x"][()]), 4 * results["x_ess_stderr"][()])

    def test_one_sweep(self):
        self.write("job.yaml", "model: ising\nruns: 5\nthermalize: 0\nsweeps: 1\n")
        self.succeeds("run", "-q", "job.yaml")
        results = self.file()["results"]
        self.assertEqual(results["energy_max"][()], max(self.replayed("job.h5", run)["energy"] for run in range(5)))
        self.assertEqual(results["energy_tau"][()], 1)
        self.assertTrue(numpy.isnan(results["energy_tau_stderr"][()]))
        self.assertIn("too short to tell the autocorrelation time", self.succeeds("show", "--full", "job.h5").stdout)

    def test_sweeps_can_be_said(self):
        self.write("job.yaml", AR1 + "sweeps: 200\n")
        self.write("long.yaml", AR1 + "sweeps: 500\n")
        self.succeeds("run", "-q", "job.yaml")
        self.succeeds("run", "-q", "long.yaml")
        self.assertEqual(self.replayed("job.h5", 2, "--sweeps", 500), self.replayed("long.h5", 2))
        self.assertNotEqual(self.replayed("job.h5", 2)["x"], self.replayed("long.h5", 2)["x"])
        for wrong in ("0", "-1", "x", "", "1e3", "99999999999999999999"):
            self.refused(2, "replay", "job.h5", "--run", "2", f"--sweeps={wrong}", says=f"--sweeps: '{wrong}'")
        self.write("runs.yaml", "model: buffon\nruns: 10\n")
        self.succeeds("run", "-q", "runs.yaml")
        self.refused(2, "replay", "runs.h5", "--run", "2", "--sweeps", "4", says=("--sweeps 4", "no chains"))


class Exact(Chains):
    def test_energies_and_heat_capacities_are_kaufmans(self):
        self.write("job.yaml", "model: ising\nparams: {size: 4}\nruns: 128\nthermalize: 100\nsweeps: 2000\n"
                               "sweep: {algorithm: [metropolis, wolff], temperature: [1.8, 2.269185314213022, 3]}\n")
        self.succeeds("run", "-q", "job.yaml")
        results = {name: item[()] for name, item in self.file()["results"].items()}
        exact = {"energy": results["energy_exact"],
                 "heat_capacity": 16 * (results["energy2_exact"] - results["energy_exact"]**2) / results["temperature"]**2}
        for name, value in exact.items():
            error = results[f"{name}_stderr"]
            self.assertLess(abs((results[name] - value) / error).max(), 4, name)
            self.assertLess((error / abs(value)).max(), 0.01, name)
        # Chains this long know their error from their autocorrelations as well as from one another.
        numpy.testing.assert_allclose(results["energy_ess_stderr"], results["energy_stderr"], rtol=0.25)


class TimeLimits(Chains):
    def limited(self, job, chains):
        """All chains have results, and the sweeps are counted."""
        self.write("job.yaml", job)
        done = self.ulam("run", "-q", "--time-limit", "0.7s", "job.yaml")
        self.assertEqual(done.returncode, 3, done.stderr)
        file = self.file()
        sweeps = file["points/sweeps"][()]
        self.assertLess(sweeps.max(), 3 * sweeps.min())
        self.assertEqual(numpy.unique(file["points/runs"][()]), [chains])
        self.assertEqual(file.attrs["status"], b"partial")
        self.assertTrue(numpy.isfinite(file["results/energy" if "ising" in job else "results/x"][()]).all())
        self.assertIn("partial, the job goes on from here", self.succeeds("show", "job.h5").stdout)
        return int(sweeps.min())

    def test_in_the_middle_of_more_chains_than_there_is_time_for(self):
        for sweeps in ("1e7\nseries: {bin: 1000}", "2e14"):
            job = f"model: ar1\nruns: 60\nthermalize: 500\nsweeps: {sweeps}\n"
            with self.subTest(sweeps):
                done = self.limited(job, 60)
                self.assertGreater(done, 2000)
                self.assertLess(done, 1e7)
                self.assertIn(f"{done:,} of", self.succeeds("show", "job.h5").stdout)
                value = self.replayed("job.h5", 59)["x"]
                self.assertTrue(self.file()["results/x_min"][()] <= value <= self.file()["results/x_max"][()])
                self.file().close()
                (self.folder / "job.h5").unlink()

    def test_bundles_at_many_points(self):
        done = self.limited("model: ising\nsweep: {temperature: {from: 2, to: 3, steps: 6}}\nruns: 300\nthermalize: 10\n"
                            "sweeps: 1e9\n", 300)
        self.assertGreater(done, 20)

    def test_a_job_with_targets_goes_on_from_between_its_rungs(self):
        until = "until: {x: {error: 1e-5}, min_sweeps: 1025, max_sweeps: 1e6}\n"
        self.write("job.yaml", AR1.replace("4", "20") + until)
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        stops = 0
        for milliseconds in (20, 60, 100, 40, 80):
            stops += self.ulam("run", "-q", "--time-limit", f"{milliseconds}ms", "job.yaml").returncode == 3
        self.assertGreater(stops, 2)
        self.succeeds("run", "-q", "job.yaml")
        self.same_results("job.h5", "whole.h5")


class Failures(Chains):
    program = command.ULAM_WITH_TEST_MODELS
    JOB = "model: faulty_chain\nruns: 300\nthermalize: 5\nsweeps: 200\non_failure: record\nmax_failed: 500\n"

    def recorded(self, *settings):
        options = [option for setting in settings for option in ("--set", setting)]
        self.write("job.yaml", self.JOB)
        (self.folder / "job.h5").unlink(missing_ok=True)
        self.succeeds("run", "-q", *options, "job.yaml")
        with h5py.File(self.folder / "job.h5") as file:
            failed = file["failures/run"][()].tolist() if "failures" in file else []
            self.assertEqual(file["points/failed"][0], len(failed))
            self.assertEqual(file["points/runs"][0], 300)
            return failed, {name: file["results"][name][()] for name in ("number", "number_min", "number_max")}

    def test_a_measurement_costs_its_chain_alone(self):
        for bundled in ("false", "true"):
            with self.subTest(bundled=bundled):
                failed, results = self.recorded(f"bundled={bundled}", "nan_in=130", "nan_at=100")
                self.assertEqual(failed, [130])
                done = self.ulam("replay", "job.h5", "--run", "130")
                self.assertEqual(done.returncode, 1)
                self.assertIn("is not a number", done.stderr)
                _, undisturbed = self.recorded(f"bundled={bundled}", "nan_in=130", "nan_at=206")
                self.assertNotEqual(results["number"], undisturbed["number"])
                self.assertIn("given success: 1 of 300", self.show_of("nan_in=130", bundled))

    def show_of(self, setting, bundled):
        self.recorded(f"bundled={bundled}", setting, "nan_at=100")
        return self.succeeds("show", "job.h5").stdout

    def test_a_sweep_costs_its_bundle(self):
        self.assertEqual(self.recorded("fail_in=7", "fail_at=3")[0], [7])
        self.assertEqual(self.recorded("bundled=true", "fail_in=1", "fail_at=150")[0], list(range(128, 256)))
        self.assertEqual(self.recorded("bundled=true", "fail_in=2", "fail_at=205")[0], list(range(256, 300)))
        self.assertEqual(self.recorded("bundled=true", "fail_in=2", "fail_at=206")[0], [])

    def test_all_chains(self):
        for setting in ("nan_in=-2", "fail_in=-2"):
            for bundled in ("false", "true"):
                failed, results = self.recorded(f"bundled={bundled}", setting, "nan_at=20", "fail_at=20")
                self.assertEqual(failed, list(range(300)))
                self.assertTrue(numpy.isnan(list(results.values())).all())
        self.assertIn("300 of 300 chains failed", self.succeeds("show", "job.h5").stdout)

    def test_failures_are_left_out_of_results_that_stay_as_far_as_they_were(self):
        """The chains that live have made all their sweeps, and wait for the one that fails."""
        self.write("job.yaml", self.JOB.replace("300", "2").replace("200", "40") + "params: {nan_in: 1, nan_at: 60}\n")
        self.succeeds("run", "-q", "job.yaml")
        self.succeeds("run", "-q", "-o", "long.h5", "--set", "nan_at=5", "job.yaml")
        self.write("job.yaml", (self.folder / "job.yaml").read_text().replace("sweeps: 40", "sweeps: 80"))
        self.succeeds("run", "-q", "job.yaml")
        file = self.file()
        self.assertEqual(file["points/failed"][0], 1)
        self.assertEqual(file["results/number"][()], self.replayed("job.h5", 0)["number"])

    def test_by_default_the_first_ends_the_job(self):
        self.write("job.yaml", "model: faulty_chain\nruns: 20\nthermalize: 5\nsweeps: 10000\n"
                               "params: {nan_in: 3, nan_at: 5000}\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        (told,) = re.findall(r"'ulam (replay .*)' performs it alone", done.stderr)
        self.assertEqual(told, "replay job.h5 --point 0 --run 3 --sweeps 4995")
        done = self.ulam(*told.split())
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not a number", done.stderr)
        self.assertEqual(self.ulam(*told.replace("4995", "4994").split()).returncode, 0)

    def test_more_than_may_fail(self):
        self.write("job.yaml", self.JOB.replace("500", "127"))
        done = self.ulam("run", "-q", "--set", "bundled=true", "--set", "fail_in=0", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("max_failed", done.stderr)


class Warnings(Chains):
    JOB = "model: ar1\nparams: {coefficient: 0.95, start: %s, spread: %s}\nruns: 16\nthermalize: %d\nsweeps: %d\n"

    def warned(self, *job):
        """What is said of x."""
        self.write("job.yaml", self.JOB % job)
        self.succeeds("run", "-q", "--force-new", "job.yaml")
        told = self.file()["results"].attrs.get("warnings", [])
        shown = self.succeeds("show", "job.h5").stdout
        for line in told:
            self.assertIn(f"warning   {line.decode()}\n", shown)
        return [line.decode() for line in told if line.startswith(b"x:")], self.file()["results/x_rhat"][()]

    def test_chains_that_started_apart(self):
        for length, what in ((400, "too short|autocorrelation times long"), (1600, "differ from one another")):
            (told,), rhat = self.warned(0, 30, 0, length)
            self.assertRegex(told, what)
            self.assertGreater(rhat, 1.01)
        (told,), rhat = self.warned(0, 30, 0, 100)
        self.assertGreater(rhat, 1.5)

    def test_chains_that_come_from_one_place(self):
        for start, side in ((40, "above"), (-40, "below")):
            (told,), _ = self.warned(start, 0, 0, 8000)
            self.assertRegex(told, f"drifts.* {side} ")
            self.assertGreater(self.file()["results/x_drift"][()] * start, 4 * abs(start))

    def test_chains_that_are_too_short(self):
        (told,), _ = self.warned(0, 1, 0, 500)
        self.assertRegex(told, "autocorrelation times long, which should be 50 or more")

    def test_chains_that_are_fine(self):
        told, rhat = self.warned(20, 5, 600, 8000)
        self.assertEqual(told, [])
        self.assertLess(rhat, 1.01)
        self.assertNotIn("warning", self.succeeds("show", "job.h5").stdout)
        self.assertNotIn("warnings", self.file()["results"].attrs)


class Growth(Chains):
    """Longer chains and more of them are what they would have been in one go."""

    JOBS = {"chains": "model: ar1\nsweep: {coefficient: [0.5, 0.9]}\nruns: 5\nthermalize: 20\nsweeps: 300\n"
                      "measure_every: 3\nseries: {bin: 15}\n",
            "bundles": "model: ising\nparams: {size: 4, start: hot}\nruns: 140\nthermalize: 20\nsweeps: 300\n"
                       "measure_every: 3\nseries: {bin: 15}\n"}

    def grows(self, job, *changes):
        """Step by step in one file, as each step in a file of its own."""
        for step, change in enumerate(changes):
            for key, value in change.items():
                job = re.sub(rf"^{key}: .*$", f"{key}: {value}", job, flags=re.M)
            self.write("job.yaml", job)
            self.succeeds("run", "-q", "-o", "grown.h5", "job.yaml")
            self.succeeds("run", "-q", "-o", f"{step}.h5", "job.yaml")
            self.same_results("grown.h5", f"{step}.h5")
            self.same_state("grown.h5", f"{step}.h5")
        (self.folder / "grown.h5").unlink()
        for file in self.folder.glob("?.h5"):
            file.unlink()

    def test_as_one_job(self):
        for name, job in self.JOBS.items():
            with self.subTest(name):
                self.grows(job, {}, {"sweeps": 6003}, {"runs": 300}, {"runs": 301, "sweeps": 9999})

    def test_sweeps_and_targets_take_turns(self):
        job = self.write("job.yaml", self.JOBS["chains"]).read_text()
        self.write("until.yaml", job.replace("sweeps: 300", "until: {x: {error: 0.04}}"))
        self.succeeds("run", "-q", "-o", "grown.h5", "job.yaml")
        for text in ("until.yaml", self.write("longer.yaml", job.replace("sweeps: 300", "sweeps: 30000"))):
            self.succeeds("run", "-q", "-o", "grown.h5", text)
            self.succeeds("run", "-q", "-o", "fresh.h5", "--force-new", text)
            self.same_results("grown.h5", "fresh.h5")
            if text == "until.yaml":
                sweeps = self.file("fresh.h5")["points/sweeps"][()]
                self.assertGreater(sweeps[1], sweeps[0])
                self.assertTrue((self.file("fresh.h5")["results/x_stderr"][()] < 0.04).all())

    def test_what_the_file_has_more_of(self):
        self.write("job.yaml", self.JOBS["chains"])
        self.succeeds("run", "-q", "job.yaml")
        self.write("fewer.yaml", self.JOBS["chains"].replace("runs: 5", "runs: 4"))
        self.refused(2, "run", "-o", "job.h5", "fewer.yaml", says=("job.h5", "runs: 5 in the file, 4 in the job"))
        self.write("shorter.yaml", self.JOBS["chains"].replace("sweeps: 300", "sweeps: 297"))
        self.refused(2, "run", "-o", "job.h5", "shorter.yaml", says=("sweeps: 300 in the file, 297 in the job",))


class Parts(Chains):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", Growth.JOBS["bundles"].replace("140", "400"))
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        self.parts = [self.part(number, "job") for number in (1, 2, 3)]

    def part(self, number, job):
        self.succeeds("run", "-q", "--part", f"{number}/3", f"{job}.yaml")
        return f"{job}.part{number}of3.h5"

    def test_are_the_whole_in_any_order(self):
        for order in ((0, 1, 2), (2, 0, 1)):
            self.succeeds("merge", "-o", "merged.h5", *(self.parts[k] for k in order))
            self.same_results("merged.h5", "whole.h5")
            self.same_state("merged.h5", "whole.h5")
            (self.folder / "merged.h5").unlink()

    def test_one_that_is_missing_is_named_and_can_be_made(self):
        done = self.ulam("merge", "-o", "merged.h5", self.parts[0], self.parts[2])
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("runs 128 to 255 of point 0", done.stderr)
        shown = self.succeeds("show", "merged.h5").stdout
        self.assertIn("partial", shown)
        self.assertIn("0 of 300 of each chain", shown)
        self.succeeds("run", "-q", "-o", "merged.h5", "job.yaml")
        self.same_results("merged.h5", "whole.h5")

    def test_of_unequal_length(self):
        """The results cover what all chains have, and the job goes on from there."""
        self.write("longer.yaml", (self.folder / "job.yaml").read_text().replace("sweeps: 300", "sweeps: 600"))
        longer = self.part(2, "longer")
        self.refused(2, "merge", "-o", "merged.h5", self.parts[0], longer,
                     says=(longer, "600 sweeps", "asks for 300", "larger job first"))
        done = self.ulam("merge", "-o", "merged.h5", longer, self.parts[0], self.parts[2])
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("sweeps 301 to 600 of the chains of point 0", done.stderr)
        with h5py.File(self.folder / "merged.h5") as merged, h5py.File(self.folder / "whole.h5") as whole:
            self.assertEqual(merged["points/sweeps"][()].tolist(), [300])
            self.assertAlmostEqual(merged["results/energy"][()], whole["results/energy"][()], delta=1e-14)
            self.assertAlmostEqual(merged["results/m4_stderr"][()], whole["results/m4_stderr"][()], delta=1e-14)
        self.assertIn("300 of 600 of each chain", self.succeeds("show", "merged.h5").stdout)
        self.succeeds("run", "-q", "-o", "merged.h5", "longer.yaml")
        self.succeeds("run", "-q", "-o", "fresh.h5", "longer.yaml")
        self.same_results("merged.h5", "fresh.h5")

    def test_stopped_ones(self):
        self.write("job.yaml", "model: ar1\nruns: 9\nthermalize: 100\nsweeps: 400000\n")
        self.succeeds("run", "-q", "-o", "whole.h5", "--force-new", "job.yaml")
        for part in (1, 2, 3):
            self.ulam("run", "-q", "--part", f"{part}/3", "--force-new", "--time-limit", f"{20 * part}ms", "job.yaml")
        done = self.ulam("merge", "-o", "merged.h5", *self.parts)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, "sweeps [0-9]+ to 400000 of the chains of point 0")
        self.assertTrue(0 < self.file("merged.h5")["points/sweeps"][0] < 400000)
        self.assertTrue(numpy.isfinite(self.file("merged.h5")["results/x"][()]))
        self.file("merged.h5").close()
        self.succeeds("run", "-q", "-o", "merged.h5", "job.yaml")
        self.same_results("merged.h5", "whole.h5")


class File(Chains):
    JOB = "model: ising\nsweep: {size: [4, 6], algorithm: [metropolis, wolff]}\nruns: 3\nthermalize: 20\nsweeps: 400\n" \
          "measure_every: 4\nseries: {bin: 20}\n"

    def setUp(self):
        super().setUp()
        self.write("job.yaml", self.JOB)
        self.succeeds("run", "-q", "job.yaml")

    def test_xarray_opens_it(self):
        results = check_xarray.check(self.folder / "job.h5")
        self.assertEqual(results.energy_tau.dims, ("size", "algorithm"))
        for suffix in ("_tau", "_tau_stderr", "_ess", "_ess_stderr", "_rhat", "_drift"):
            for name in ("energy", "m4"):
                figure = results[name + suffix]
                self.assertEqual(figure.dims, results.energy.dims)
                self.assertIn("long_name", figure.attrs)
                self.assertEqual(figure.attrs.get("units"),
                                 results[name].attrs.get("units") if suffix == "_ess_stderr" else None)
        numpy.testing.assert_allclose(results.energy_ess * results.energy_tau, 4 * 3 * 100, rtol=1e-12)

    def test_a_series_is_the_chains_bins(self):
        series = check_xarray.open_group(self.folder / "job.h5", "series")
        results = check_xarray.open_group(self.folder / "job.h5", "results")
        self.assertEqual(series.energy.dims, ("point", "chain", "sweep"))
        self.assertEqual(series.energy.shape, (4, 3, 20))
        self.assertEqual(series.sweep.values.tolist(), list(range(20, 401, 20)))
        self.assertEqual(series.energy.attrs["units"], "J")
        for name in ("energy", "abs_m", "m4"):
            of_chains = series[name].mean("sweep").values
            numpy.testing.assert_allclose(of_chains.mean(axis=1), results[name].values.ravel(), rtol=1e-13)
            numpy.testing.assert_allclose(of_chains.std(axis=1, ddof=1), results[f"{name}_sd"].values.ravel(), rtol=1e-9)
        first = self.replayed("job.h5", 2, "--point", 3, "--sweeps", 20)
        self.assertAlmostEqual(series.energy.values[3, 2, 0], first["energy"], delta=1e-15)

    def test_without_a_series_there_is_none(self):
        self.write("job.yaml", self.JOB.replace("series: {bin: 20}\n", ""))
        self.succeeds("run", "-q", "--force-new", "job.yaml")
        self.assertNotIn("series", self.file())

    def test_bins_longer_than_the_chains(self):
        self.write("job.yaml", self.JOB.replace("bin: 20", "bin: 404"))
        self.succeeds("run", "-q", "--force-new", "job.yaml")
        self.assertNotIn("series", self.file())
        self.write("job.yaml", self.JOB.replace("bin: 20", "bin: 404").replace("sweeps: 400", "sweeps: 804"))
        self.succeeds("run", "-q", "job.yaml")
        self.assertEqual(self.file()["series/energy"].shape, (4, 3, 1))

    def test_what_is_shown_and_checked(self):
        shown = self.succeeds("show", "job.h5").stdout
        self.assertIn("chains    12, 3 at each point\n", shown)
        self.assertIn("sweeps    400 of each chain, behind 20 that thermalise; measured once in 4\n", shown)
        self.assertRegex(shown, r"slowest   \w+: autocorrelation time (above )?[0-9.]+ sweeps, [0-9.e+]+ effective samples")
        self.assertRegex(shown, r"sessions  .* 5,040 sweeps in ")
        checked = self.succeeds("check", "job.yaml").stdout
        self.assertIn("chains   12  (3 a point)", checked)
        self.assertIn("20 to thermalise, then 400, measured once in 4", checked)

    def test_a_target_with_chains(self):
        self.write("job.yaml", "model: ar1\nruns: 20\nthermalize: 50\nuntil: {x: {error: 0.05}, min_sweeps: 64}\n")
        self.succeeds("run", "-q", "-o", "until.h5", "job.yaml")
        shown = self.succeeds("show", "until.h5").stdout
        self.assertIn("until     x within 0.05, at 95 % confidence", shown)
        file = self.file("until.h5")
        self.assertEqual(file["points/converged"][()].tolist(), [1])
        self.assertLessEqual((file["results/x_high"][()] - file["results/x_low"][()]) / 2, 0.05)
        trace = file["trace/sweeps" if "sweeps" in file["trace"] else "trace/runs"][0]
        self.assertEqual(trace[-1], file["points/sweeps"][0])


command.main()
