#!/usr/bin/python3
"""A job that stops when it is precise enough stops at the same place on any ranks, and after any stops in between."""

import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import xarray

TARGETS = "until: {price: {rel_error: %s}, exercised: {error: 0.02}, max_runs: 5e4%s}\n"
JOB = "model: european\nblock: %d\nsweep: {strike: [90, 110, 1000], volatility: [0.1, 0.3]}\n" + TARGETS
SLOW = "model: queue\nparams: {customers: 800}\nsweep: {arrival_rate: [0.5, 1.2]}\nblock: 3\ncheckpoint: 0.1s\n" \
       "until: {%s: {rel_error: %s}, min_runs: 64}\n"


class Until(command.Case):
    def points(self, name):
        with h5py.File(self.folder / name) as file:
            return {key: file["points"][key][()].tolist() for key in ("runs", "runs_asked", "converged", "ending")}

    def test_the_same_place_at_any_number_of_ranks(self):
        self.write("job.yaml", JOB % (16, 0.04, ", min_runs: 100"))
        self.succeeds("run", "-q", "-o", "alone.h5", "job.yaml")
        for ranks in (1, 2, 3, 7):
            self.succeeds("run", "-q", "-o", f"{ranks}.h5", "job.yaml", launcher=command.mpirun(ranks))
            self.same_results("alone.h5", f"{ranks}.h5")
        points = self.points("alone.h5")
        self.assertEqual(points["runs"], points["runs_asked"])
        self.assertEqual(points["converged"], [1, 1, 1, 1, 0, 0])
        self.assertEqual(points["ending"], [1, 1, 1, 1, 4, 4])  # nobody pays 1000 for 100
        self.assertGreater(len(set(points["runs"])), 3)

    def test_a_tighter_target_goes_on_as_one_long_job(self):
        self.write("loose.yaml", JOB % (16, 0.05, ""))
        self.write("tight.yaml", JOB % (16, 0.04, ""))
        self.succeeds("run", "-q", "-o", "out.h5", "loose.yaml", launcher=command.mpirun(3))
        loose = self.points("out.h5")["runs"]
        self.succeeds("run", "-q", "-o", "out.h5", "tight.yaml", launcher=command.mpirun(2))
        self.succeeds("run", "-q", "-o", "fresh.h5", "tight.yaml")
        self.same_results("out.h5", "fresh.h5")
        self.assertGreater(self.points("out.h5")["runs"], loose)
        done = self.succeeds("run", "-o", "out.h5", "loose.yaml")
        self.assertIn("complete already", done.stderr)
        self.same_results("out.h5", "fresh.h5")

    def test_runs_and_targets_take_turns(self):
        self.write("until.yaml", JOB % (64, 0.01, ""))
        self.succeeds("run", "-q", "-o", "out.h5", "--runs", "1100", "until.yaml")
        self.succeeds("run", "-q", "-o", "out.h5", "until.yaml")
        self.succeeds("run", "-q", "-o", "fresh.h5", "until.yaml")
        self.same_results("out.h5", "fresh.h5")

    def test_another_ladder_is_another_job(self):
        self.write("one.yaml", JOB % (16, 0.05, ""))
        self.write("two.yaml", JOB % (16, 0.05, ", min_runs: 100"))
        self.succeeds("run", "-q", "-o", "out.h5", "one.yaml")
        self.refused(2, "run", "-o", "out.h5", "two.yaml", says="ladder: from 100 runs in the job, not in the file")

    def slow(self, observable, error):
        return self.write("slow.yaml", SLOW % (observable, error))

    def wait_for_orphans(self):
        """Ranks whose mpirun was killed end a moment later."""
        def left():
            for cwd in pathlib.Path("/proc").glob("[0-9]*/cwd"):
                try:
                    if cwd.readlink() == self.folder:
                        return True
                except OSError:
                    pass
            return False
        end = time.monotonic() + 20
        while left() and time.monotonic() < end:
            time.sleep(0.05)

    def test_killed_in_mid_ladder(self):
        self.slow("wait", 0.03)
        self.succeeds("run", "-q", "-o", "whole.h5", "slow.yaml")
        kills = 0
        for ranks in (1, 2, 3):
            for after in (0.3, 0.5, 0.8) if command.LONG else (0.5,):
                process = subprocess.Popen(
                    [*(command.mpirun(ranks) if ranks > 1 else []), command.ULAM, "run", "-q", "-o", "out.h5",
                     "slow.yaml"], cwd=self.folder, stderr=subprocess.DEVNULL, start_new_session=True)
                time.sleep(after)
                kills += process.poll() is None
                process.kill()
                process.wait()
                self.wait_for_orphans()
        self.assertGreater(kills, 1)
        self.succeeds("run", "-q", "-o", "out.h5", "slow.yaml", launcher=command.mpirun(2))
        self.same_results("out.h5", "whole.h5")

    def test_stopped_by_time_goes_on_to_the_same_place(self):
        job = self.slow("wait", 0.03)
        self.succeeds("run", "-q", "-o", "whole.h5", "slow.yaml")
        limited = self.write("limited.yaml", job.read_text().replace("min_runs", "max_time: 0.3s, min_runs"))
        done = self.ulam("run", "-o", "out.h5", limited)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("is not reproducible", done.stderr)
        shown = self.succeeds("show", "out.h5").stdout
        self.assertIn("depends on when the job was stopped", shown)
        self.succeeds("run", "-q", "-o", "out.h5", "slow.yaml", launcher=command.mpirun(3))
        self.same_results("out.h5", "whole.h5")

    def test_the_file_tells_the_story(self):
        self.write("job.yaml", JOB % (16, 0.04, ""))
        self.succeeds("run", "-q", "-o", "out.h5", "job.yaml")
        trace = xarray.open_dataset(self.folder / "out.h5", group="trace", engine="h5netcdf")
        self.assertEqual(trace.price.dims, ("point", "rung"))
        points = self.points("out.h5")
        results = xarray.open_dataset(self.folder / "out.h5", group="results", engine="h5netcdf")
        for point in range(4):
            passed = trace.sel(point=point).where(trace.sel(point=point).runs > 0, drop=True)
            last = passed.isel(rung=-1)
            self.assertEqual(int(last.runs), points["runs"][point])
            self.assertEqual(float(last.price), float(results.price.values.flat[point]))
            self.assertEqual(float(last.price_stderr), float(results.price_stderr.values.flat[point]))
            self.assertTrue((passed.runs.diff("rung") > 0).all())
        shown = self.succeeds("show", "out.h5").stdout
        self.assertIn("until     price within 4 %, exercised within 0.02, at 95 % confidence", shown)
        self.assertIn("reached   at 4 of 6 points", shown)
        self.assertIn("error/target", shown)
        told = shown[shown.index("until "):shown.index("fixed ")]
        self.assertEqual(len(told.splitlines()), 4)
        self.assertLessEqual(max(map(len, told.splitlines())), 100)

    def test_a_fixed_number_of_runs_has_a_trace_too(self):
        self.write("runs.yaml", "model: european\nblock: 100\nruns: 5050\n")
        self.succeeds("run", "-q", "-o", "out.h5", "runs.yaml")
        for ranks in (2, 7):
            self.succeeds("run", "-q", "-o", f"{ranks}.h5", "runs.yaml", launcher=command.mpirun(ranks))
            self.same_results("out.h5", f"{ranks}.h5")
        with h5py.File(self.folder / "out.h5") as file:
            self.assertEqual(file["trace/runs"][0].tolist(), [1100, 1300, 1600, 2000, 2500, 3200, 4000, 4900])
        self.succeeds("run", "-q", "-o", "grown.h5", "--runs", "1450", "runs.yaml")
        self.succeeds("run", "-q", "-o", "grown.h5", "runs.yaml")
        self.same_results("out.h5", "grown.h5")

    def test_parts_make_the_trace_of_the_whole(self):
        self.write("runs.yaml", "model: european\nblock: 7\nsweep: {strike: [90, 110]}\nruns: 20011\n")
        self.succeeds("run", "-q", "-o", "whole.h5", "runs.yaml")
        for part in (1, 2, 3):
            self.succeeds("run", "-q", "--part", f"{part}/3", "-o", f"{part}.h5", "runs.yaml",
                          *(("-n", "3") if part == 2 else ()))
        self.succeeds("merge", "-o", "merged.h5", "3.h5", "1.h5", "2.h5")
        self.same_results("merged.h5", "whole.h5")
        with h5py.File(self.folder / "merged.h5") as merged, h5py.File(self.folder / "whole.h5") as whole:
            self.assertEqual(merged["trace/runs"].shape, (2, 14))
            self.assertEqual(merged["state/bytes"][()].tobytes(), whole["state/bytes"][()].tobytes())

    def test_what_does_not_go_together(self):
        self.write("job.yaml", JOB % (16, 0.05, ""))
        self.refused(2, "run", "--part", "1/2", "job.yaml", says=("--part 1/2", "expected a job with `runs`"))
        self.succeeds("run", "-q", "-o", "one.h5", "job.yaml")
        self.succeeds("run", "-q", "-o", "two.h5", "--seed", "5", "job.yaml")
        self.refused(2, "merge", "-o", "both.h5", "one.h5", "two.h5", says=("until", "can be merged"))


class Failing(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def test_a_failed_run_ends_the_job_only_in_its_turn(self):
        for run, status in ((600, 0), (460, 1)):  # the point ends with 480 runs
            self.write("job.yaml", f"model: faulty\nparams: {{fail_at: {run}}}\nblock: 4\n"
                                   "until: {number: {rel_error: 0.05}, min_runs: 64}\n")
            for ranks in (1, 3, 7):
                done = self.ulam("run", "-q", "-o", f"{run}-{ranks}.h5", "job.yaml", launcher=command.mpirun(ranks))
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertEqual("run 460: it diverged" in done.stderr, status == 1, done.stderr)
                with h5py.File(self.folder / f"{run}-{ranks}.h5") as file:
                    done_runs = file["points/runs"][0]
                self.assertTrue(done_runs >= 464 if status else done_runs == 480, done_runs)


command.main()
