#!/usr/bin/python3
"""The path of a user: models, check, run, show, and the file in xarray."""

import pathlib
import re
import subprocess
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy
import xarray


class Help(command.Case):
    def test_every_command_explains_itself(self):
        for name in ("run", "check", "show", "models"):
            done = self.succeeds(name, "--help")
            self.assertIn(f"usage: ulam {name}", done.stdout)
            self.assertLess(max(map(len, done.stdout.splitlines())), 121)
        self.assertIn("run", self.succeeds("--help").stdout)
        self.assertIn("ulam 0.", self.succeeds("--version").stdout)

    def test_models_describes_each_model(self):
        listing = self.succeeds("models").stdout
        for name in ("asian", "buffon", "european", "queue", "sir", "walk"):
            self.assertIn(name, listing)
            self.assertIn("reference:", self.succeeds("models", name).stdout)
        european = self.succeeds("models", "european").stdout
        for word in ("strike", "volatility", "real", "call | put", "price"):
            self.assertIn(word, european)

    def test_check_runs_nothing(self):
        done = self.succeeds("check", command.EXAMPLES / "european.yaml")
        self.assertIn("405", done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_check_calls_a_range_only_what_is_one(self):
        self.write("job.yaml", "model: european\nruns: 9\nsweep:\n  strike: [90, 110, 100, 95]\n  kind: [put, call]\n"
                               "  spot: [99, 98, 97, 96.5]\n  maturity: [1, 2, 3]\n")
        lines = self.succeeds("check", "job.yaml").stdout.splitlines()
        for name, values in (("strike", "90, 110, 100, …"), ("spot", "from 99 to 96.5")):
            line, = (line for line in lines if line.startswith(f"  {name}: "))
            self.assertTrue(line.startswith(f"  {name}: {values}") and line.endswith(" (4 values)"), line)
        self.assertTrue(any(line.startswith("  kind: put, call") for line in lines))
        self.assertTrue(any(line.startswith("  maturity: 1, 2, 3") for line in lines))

    def peak(self, job):
        """Megabytes that a run takes at most."""
        measure = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        run = [command.ULAM, "run", "-q", "--force-new", job]
        done = subprocess.run([sys.executable, "-c", measure, *run], cwd=self.folder, capture_output=True, text=True,
                              check=True)
        return int(done.stdout) * 1024 / 1e6

    def test_check_foresees_the_memory(self):
        self.write("small.yaml", "model: buffon\nruns: 10\n")
        self.assertIn("memory   below 1 MB", self.succeeds("check", "small.yaml").stdout)
        program = self.peak("small.yaml")
        for job in ("queue\nparams: {customers: 100000}\n",
                    "european\nsweep: {strike: {from: 50, to: 150, steps: 50000}}\n"):
            self.write("job.yaml", f"model: {job}runs: 20\n")
            foreseen = int(re.search("memory   about ([0-9]+) MB", self.succeeds("check", "job.yaml").stdout)[1])
            measured = self.peak("job.yaml") - program
            self.assertLess(abs(foreseen / measured - 1), 0.4, f"{job}: {foreseen} MB, not {measured} MB")

    def test_memory_is_about_half_a_kilobyte_an_element(self):
        """What tests/long/memory.py holds for 10^5 points with 10 observables, here for 2000 with 100."""
        self.write("small.yaml", "model: buffon\nruns: 10\n")
        self.write("job.yaml", "model: queue\nparams: {customers: 98}\nruns: 20\n"
                               "sweep: {arrival_rate: {from: 0.1, to: 1.9, steps: 2000}}\n")
        program = self.peak("small.yaml")
        done = self.succeeds("check", "job.yaml").stdout
        self.assertRegex(done, r"memory   about \d+ MB on rank 0, about \d+ MB on any other")
        for runs in (20, 21):
            self.write("job.yaml", (self.folder / "job.yaml").read_text().replace("runs: 20", f"runs: {runs}"))
            self.assertLess(self.peak("job.yaml") - program, 200000 * 600e-6, f"{runs} runs")


class Run(command.Case):
    def test_quickstart_agrees_with_the_exact_prices(self):
        self.succeeds("run", "-o", "x.h5", "--runs", "1e5", command.EXAMPLES / "quickstart.yaml")
        with xarray.open_dataset(self.folder / "x.h5", group="results", engine="h5netcdf") as results:
            deviation = (results.price - results.price_exact) / results.price_stderr
            self.assertEqual(results.price.dims, ("kind", "strike"))
            self.assertLess(float(abs(deviation).max()), 4)
            self.assertGreater(float(abs(deviation).max()), 0.1)
            self.assertEqual(results.price.sel(kind="call").shape, (9,))
        table = self.succeeds("show", "x.h5").stdout
        self.assertIn("±", table)

    def test_same_job_again_is_complete(self):
        self.write("job.yaml", "model: buffon\nruns: 1000\n")
        self.succeeds("run", "job.yaml")
        before = (self.folder / "job.h5").read_bytes()
        self.assertIn("complete", self.succeeds("run", "job.yaml").stderr)
        self.assertIn("complete", self.succeeds("run", "-n", "2", "job.yaml").stderr)
        self.assertEqual((self.folder / "job.h5").read_bytes(), before)

    def test_more_runs_extend_to_the_bits_of_one_long_job(self):
        for block in (1, 7):
            job = f"model: walk\nblock: {block}\nruns: 100\n"
            name = f"job{block}"
            self.write(f"{name}.yaml", job)
            self.succeeds("run", f"{name}.yaml")
            self.succeeds("run", "--runs", "1000", f"{name}.yaml")
            self.succeeds("run", "--runs", "1000", "-o", "long.h5", f"{name}.yaml")
            self.same_results(f"{name}.h5", "long.h5")
            (self.folder / "long.h5").unlink()

    def test_files_of_chains_are_equal_in_their_state_too(self):
        """Wherever the clock has ended their legs, and whether or not they have been extended."""
        chains = "model: ising\nparams: {size: 16}\nruns: %d\nthermalize: 10\nsweeps: %d\n"
        self.write("job.yaml", chains % (130, 4000))
        self.succeeds("run", "-o", "once.h5", "job.yaml")
        self.succeeds("run", *(("-n", "2") if command.with_mpi() else ()), "-o", "twice.h5", "job.yaml")
        self.succeeds("run", "-o", "more.h5", self.write("less.yaml", chains % (5, 1000)))
        self.succeeds("run", "-o", "more.h5", "job.yaml")
        state = {}
        for name in ("once.h5", "twice.h5", "more.h5"):
            with h5py.File(self.folder / name) as file:
                state[name] = file["state/bytes"][()].tobytes()
        self.assertTrue(state["once.h5"] == state["twice.h5"])
        self.assertTrue(state["once.h5"] == state["more.h5"])

    def test_common_streams_give_every_point_the_same_numbers(self):
        job = "model: buffon\nstreams: %s\nsweep: {length: [0.5, 0.5000001]}\nruns: 5000\n"
        means = {}
        for streams in ("common", "independent"):
            self.write("job.yaml", job % streams)
            self.succeeds("run", "-o", f"{streams}.h5", "job.yaml")
            with xarray.open_dataset(self.folder / f"{streams}.h5", group="results", engine="h5netcdf") as results:
                means[streams] = results.crossing.values
        self.assertEqual(means["common"][0], means["common"][1])
        self.assertNotEqual(means["independent"][0], means["independent"][1])

    def test_the_job_in_the_file_gives_the_file_again(self):
        job = command.EXAMPLES / "quickstart.yaml"
        self.succeeds("run", "--runs", "500", "--seed", "7", "--set", "spot=101", "-o", "a.h5", job)
        self.write("again.yaml", self.succeeds("show", "--job", "a.h5").stdout)
        self.succeeds("run", "-o", "b.h5", "again.yaml")
        self.same_results("a.h5", "b.h5")

    def test_points_from_a_table(self):
        self.write("scan.csv", "strike,kind,runs\n90,call,2000\n110,put,3000\n")
        self.write("job.yaml", "model: european\npoints: scan.csv\n")
        self.succeeds("run", "job.yaml")
        with xarray.open_dataset(self.folder / "job.h5", group="results", engine="h5netcdf") as results:
            self.assertEqual(results.price.dims, ("point",))
            self.assertEqual(list(results.runs.values), [2000, 3000])
            self.assertEqual(list(results.coords["kind"].values), ["call", "put"])

    def test_a_table_of_one_column_labels_its_points(self):
        self.write("scan.csv", "strike\n90\n110\n")
        self.write("job.yaml", "model: european\npoints: scan.csv\nruns: 100\n")
        self.succeeds("run", "job.yaml")
        with xarray.open_dataset(self.folder / "job.h5", group="results", engine="h5netcdf") as results:
            self.assertEqual(results.price.dims, ("point",))
            self.assertEqual(list(results.point.values), [0, 1])
            self.assertEqual(list(results.price.coords["strike"].values), [90, 110])

    def test_the_same_points_with_other_dimensions_are_another_job(self):
        self.write("scan.csv", "strike,kind\n90,call\n90,put\n")
        self.write("job.yaml", "model: european\nruns: 100\npoints: scan.csv\n")
        self.succeeds("run", "job.yaml")
        self.write("job.yaml", "model: european\nruns: 100\nsweep: {strike: [90], kind: [call, put]}\n")
        self.refused(2, "run", "job.yaml", says="swept: point (strike, kind) in the file, strike, kind in the job")

    def test_show_follows_the_order_of_the_sweep(self):
        self.write("job.yaml", "model: european\nruns: 10\nsweep:\n  volatility: [0.1, 0.2, 0.3]\n  strike: [90, 100]\n"
                               "  kind: [call, put]\n  spot: [99, 101]\nzip: [[kind, spot]]\n")
        self.succeeds("run", "job.yaml")
        lines = self.succeeds("show", "job.h5").stdout.splitlines()
        self.assertIn("points    12: volatility (3), strike (2), spot + kind (2)", lines)
        table = next(line for line in lines if line.startswith("point "))
        self.assertEqual(table.replace("(yr^-1/2)", "").split()[:5], ["point", "volatility", "strike", "spot", "kind"])

    def test_differences_from_another_job_follow_the_advice_three_at_most(self):
        self.write("job.yaml", "model: european\nruns: 10\n")
        self.succeeds("run", "job.yaml")
        names = ("spot", "strike", "rate", "maturity", "volatility")
        changed = [word for name in names for word in ("--set", f"{name}=2")]
        self.refused(2, "run", *changed[:2], "--seed", "9", "job.yaml", says=(
            "--force-new (seed: 20261121 in the file, 9 in the job; params.spot: 100 in the file, 2 in the job)"))
        refused = self.refused(2, "run", *changed, "job.yaml", says="; and 2 more)")
        self.assertEqual(refused.stderr.count(" in the file, "), 3)

    def test_array_observables_are_labelled(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.succeeds("run", "--runs", "50", "-o", "x.h5", command.EXAMPLES / "epidemic.yaml")
            with xarray.open_dataset(self.folder / "x.h5", group="results", engine="h5netcdf") as results:
                self.assertEqual(results.infected.dims, ("r0", "time"))
                self.assertEqual(results.time.attrs["units"], "d")
                self.assertEqual(results.time.dtype, numpy.float64)

    def test_progress_goes_to_standard_error_and_quiet_silences_it(self):
        self.write("job.yaml", "model: buffon\nruns: 1000\n")
        done = self.succeeds("run", "-q", "job.yaml")
        self.assertEqual((done.stdout, done.stderr), ("", ""))


command.main()
