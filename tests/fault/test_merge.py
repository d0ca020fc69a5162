#!/usr/bin/python3
"""Parts of one job, merged, are that job; what is asked for anew extends it; what is another job is refused."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy

JOB = "model: european\nsweep: {strike: [90, 100, 110]}\nruns: 1003\nblock: 10\n"
FAILING = "model: faulty\nruns: 50\nparams: {nan_at: 40, fail_at: 12}\non_failure: record\nmax_failed: 10\n"


class Merge(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")

    def parts(self, n):
        for k in range(1, n + 1):
            self.succeeds("run", "-q", "--part", f"{k}/{n}", "job.yaml")
        return [f"job.part{k}of{n}.h5" for k in range(1, n + 1)]

    def test_ten_parts_are_the_whole_in_any_order(self):
        parts = self.parts(10)
        self.succeeds("merge", "-o", "merged.h5", *parts)
        self.same_results("merged.h5", "whole.h5")
        self.succeeds("merge", "-o", "backwards.h5", *reversed(parts))
        self.same_results("backwards.h5", "whole.h5")
        self.assertIn("complete already", self.succeeds("run", "-o", "merged.h5", "job.yaml").stderr)

    def test_a_gap_is_named_and_can_be_filled(self):
        parts = self.parts(4)
        del parts[2]
        done = self.ulam("merge", "-o", "merged.h5", *parts)
        self.assertEqual(done.returncode, 3)
        self.assertIn("500", done.stderr)
        self.succeeds("run", "-q", "-o", "merged.h5", "job.yaml")
        self.same_results("merged.h5", "whole.h5")

    def test_overlap_and_other_jobs_are_refused(self):
        parts = self.parts(2)
        self.refused(2, "merge", "-o", "m.h5", parts[0], parts[0], says=parts[0])
        self.refused(2, "merge", "-o", "m.h5", parts[0], "whole.h5", says=("whole.h5", "point 0"))
        self.succeeds("run", "-q", "--set", "spot=101", "-o", "other.h5", "job.yaml")
        self.refused(2, "merge", "-o", "m.h5", parts[0], "other.h5", says=("spot", "100", "101"))
        self.refused(2, "merge", parts[0], says="-o")
        self.refused(2, "merge", "-o", "m.h5", says="which files")

    def test_a_file_that_exists_is_not_replaced(self):
        parts = self.parts(2)
        self.write("notes.txt", "my notes")
        self.refused(2, "merge", "-o", "notes.txt", *parts, says="notes.txt")
        self.assertEqual((self.folder / "notes.txt").read_text(), "my notes")

    def test_parts_that_make_no_sense(self):
        for part in ("0/3", "4/3", "1", "a/b", "1/0", "-1/3", "slurm"):
            self.refused(2, "run", "--part", part, "job.yaml", says="--part")

    def test_a_slurm_array_task_takes_its_part(self):
        task = {"SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "4"}
        self.succeeds("run", "-q", "--part", "slurm", "job.yaml", env=task)
        self.assertTrue((self.folder / "job.part3of4.h5").exists())


class Pool(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        for seed in (1, 2, 3):
            self.succeeds("run", "-q", "--seed", seed, "-o", f"{seed}.h5", "job.yaml")

    def results(self, path, name):
        with h5py.File(self.folder / path) as file:
            return file["results"][name][()]

    def test_runs_add_and_error_bars_shrink(self):
        self.succeeds("merge", "-o", "pool.h5", "2.h5", "1.h5", "3.h5")
        self.assertEqual(list(self.results("pool.h5", "runs")), [3 * 1003] * 3)
        means = numpy.array([self.results(f"{seed}.h5", "price") for seed in (1, 2, 3)])
        errors = numpy.array([self.results(f"{seed}.h5", "price_stderr") for seed in (1, 2, 3)])
        numpy.testing.assert_allclose(self.results("pool.h5", "price"), means.mean(axis=0), rtol=1e-14)
        numpy.testing.assert_allclose(self.results("pool.h5", "price_stderr"),
                                      numpy.sqrt((errors ** 2).mean(axis=0) / 3), rtol=0.02)
        extremes = [self.results(f"{seed}.h5", "price_max") for seed in (1, 2, 3)]
        numpy.testing.assert_array_equal(self.results("pool.h5", "price_max"), numpy.max(extremes, axis=0))

    def test_order_and_steps_do_not_matter(self):
        self.succeeds("merge", "-o", "pool.h5", "1.h5", "2.h5", "3.h5")
        self.succeeds("merge", "-o", "backwards.h5", "3.h5", "2.h5", "1.h5")
        self.same_results("pool.h5", "backwards.h5")
        self.succeeds("merge", "-o", "some.h5", "3.h5", "1.h5")
        self.succeeds("merge", "-o", "steps.h5", "2.h5", "some.h5")
        self.same_results("pool.h5", "steps.h5")
        self.refused(2, "merge", "-o", "m.h5", "some.h5", "2.h5", "3.h5", says=("some.h5", "3.h5", "seed 3"))

    def test_a_pool_says_what_it_is_and_is_not_gone_on_with(self):
        self.succeeds("merge", "-o", "pool.h5", "2.h5", "1.h5")
        with h5py.File(self.folder / "pool.h5") as file:
            self.assertEqual(list(file.attrs["seeds"]), [1, 2])
            self.assertEqual(file.attrs["seed"], 1)
        shown = self.succeeds("show", "pool.h5").stdout
        self.assertIn("pooled: cannot be gone on with", shown)
        self.assertRegex(shown, "seeds +1, 2\n")
        says = ("pool.h5", "pools jobs of seeds 1, 2")
        self.refused(2, "run", "--seed", "1", "-o", "pool.h5", "job.yaml", says=says)
        self.refused(2, "run", "-n", "2", "--seed", "1", "-o", "pool.h5", "job.yaml", says=says)
        self.refused(2, "replay", "pool.h5", "--run", "5", says=("pool.h5", "seed"))
        self.succeeds("run", "-q", "--force-new", "--seed", "1", "-o", "pool.h5", "job.yaml")
        self.same_results("pool.h5", "1.h5")

    def test_other_parameters_are_refused(self):
        self.succeeds("run", "-q", "--seed", "4", "--set", "spot=101", "-o", "other.h5", "job.yaml")
        self.refused(2, "merge", "-o", "m.h5", "1.h5", "other.h5", says=("spot", "100", "101"))
        self.write("more.yaml", JOB.replace("110", "120"))
        self.succeeds("run", "-q", "--seed", "4", "-o", "more.h5", "more.yaml")
        self.refused(2, "merge", "-o", "m.h5", "1.h5", "more.h5", says=("more.h5", "point", "1.h5 lacks"))

    def test_xarray_opens_it(self):
        self.succeeds("merge", "-o", "pool.h5", "2.h5", "1.h5")
        try:
            import xarray
        except ImportError:
            self.skipTest("there is no xarray")
        with xarray.open_dataset(self.folder / "pool.h5", group="results", engine="h5netcdf") as results:
            self.assertEqual(int(results.runs.sel(strike=100)), 2 * 1003)


class PoolWithFailures(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def test_failures_keep_their_seeds(self):
        self.write("job.yaml", FAILING)
        for seed in (1, 2):
            self.succeeds("run", "-q", "--seed", seed, "-o", f"{seed}.h5", "job.yaml")
        with h5py.File(self.folder / "1.h5") as one, h5py.File(self.folder / "2.h5") as two:
            failed = one["points/failed"][0] + two["points/failed"][0]
            expected = [(seed, run) for seed, file in ((1, one), (2, two)) for run in file["failures/run"][()]]
        self.assertGreater(failed, 0)
        self.succeeds("merge", "-o", "pool.h5", "2.h5", "1.h5")
        with h5py.File(self.folder / "pool.h5") as pool:
            self.assertEqual(pool["points/failed"][0], failed)
            self.assertEqual(list(zip(pool["failures/seed"][()], pool["failures/run"][()])), expected)
        shown = self.succeeds("show", "pool.h5").stdout
        self.assertIn("seed 1, run", shown)
        self.assertNotIn("ulam replay", shown)


class Extend(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.succeeds("run", "-q", "job.yaml")

    def test_added_points_and_runs(self):
        self.write("more.yaml", JOB.replace("[90, 100, 110]", "[80, 90, 100, 110]").replace("1003", "2005"))
        self.succeeds("run", "-q", "-o", "job.h5", "more.yaml")
        self.succeeds("run", "-q", "-o", "fresh.h5", "more.yaml")
        self.same_results("job.h5", "fresh.h5")

    def test_another_job_is_refused_with_the_difference_and_kept_aside_on_demand(self):
        before = (self.folder / "job.h5").read_bytes()
        self.refused(2, "run", "--set", "rate=0.07", "job.yaml", says=("rate", "0.05", "0.07"))
        self.refused(2, "run", "--seed", "9", "job.yaml", says="seed")
        self.write("fewer.yaml", JOB.replace("[90, 100, 110]", "[90, 100]"))
        self.refused(2, "run", "-o", "job.h5", "fewer.yaml", says="110")
        self.succeeds("run", "-q", "--force-new", "--seed", "9", "job.yaml")
        aside = [path for path in self.folder.glob("job*h5*") if path.name != "job.h5"]
        self.assertEqual([path.read_bytes() for path in aside], [before])


command.main()
