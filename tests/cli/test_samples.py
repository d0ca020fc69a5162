#!/usr/bin/python3
"""The raw values of each run, beside the result file."""

import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy
import xarray

NOT_DONE = 0x7ff80000756c616d
NO_VALUE = 0x7ff8000000000000
EUROPEAN = "model: european\nsweep: {strike: [90, 100, 110]}\nblock: 1000\nruns: 20500\nsamples: true\n"


class Samples(command.Case):
    def samples(self, name):
        """Arrays of a result file, through its links."""
        with h5py.File(self.folder / name) as file:
            return {key: file["samples"][key][()] for key in file["samples"]}

    def bytes_of(self, name):
        return (self.folder / name).read_bytes()

    def same_files(self, first, second):
        """Two results and their samples."""
        self.same_results(f"{first}.h5", f"{second}.h5")
        self.same_samples(first, second)

    def same_samples(self, first, second):
        """And their hashes; of merged files the traces differ."""
        with h5py.File(self.folder / f"{first}.h5") as one, h5py.File(self.folder / f"{second}.h5") as other:
            self.assertEqual(list(one["points/samples_hash"]), list(other["points/samples_hash"]))
        self.assertEqual(self.bytes_of(f"{first}.samples.h5"), self.bytes_of(f"{second}.samples.h5"))


class Values(Samples):
    def test_moments_of_the_samples_are_the_results(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        samples = self.samples("job.h5")
        self.assertEqual({name: array.dtype for name, array in samples.items()},
                         {"price": numpy.float64, "exercised": numpy.uint8})
        with xarray.open_dataset(self.folder / "job.h5", group="results", engine="h5netcdf") as results:
            for name, array in samples.items():
                self.assertEqual(array.shape, (3, 20500))
                numpy.testing.assert_allclose(array.mean(axis=1), results[name], rtol=1e-13)
                numpy.testing.assert_allclose(array.std(axis=1, ddof=1), results[f"{name}_sd"], rtol=1e-12)
                numpy.testing.assert_array_equal(array.max(axis=1), results[f"{name}_max"])

    def test_xarray_opens_the_file_of_samples(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        with xarray.open_dataset(self.folder / "job.samples.h5", group="samples", engine="h5netcdf") as samples:
            self.assertEqual(samples.price.dims, ("point", "run"))
            numpy.testing.assert_array_equal(samples.price, self.samples("job.h5")["price"])

    def test_results_are_read_without_the_samples(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        self.succeeds("run", "-o", "plain.h5", self.write("plain.yaml", EUROPEAN.replace("samples: true\n", "")))
        (self.folder / "job.samples.h5").unlink()
        with (xarray.open_dataset(self.folder / "job.h5", group="results", engine="h5netcdf") as one,
              xarray.open_dataset(self.folder / "plain.h5", group="results", engine="h5netcdf") as other):
            xarray.testing.assert_identical(one.load(), other.load())
        self.assertIn("missing", self.succeeds("show", "job.h5").stdout)

    def test_each_sample_is_what_replay_gives(self):
        self.write("job.yaml", "model: walk\nsweep: {steps: [5, 50]}\nruns: 40\nsamples: true\n")
        self.succeeds("run", "job.yaml")
        samples = self.samples("job.h5")
        for point, run in ((0, 0), (0, 39), (1, 17)):
            done = self.succeeds("replay", "job.h5", "--point", point, "--run", run)
            self.assertIn("are the same", done.stdout)
            for name, element, value in re.findall(r"^(\w+)(?:\[(\d+)\])? (\S+?)(?: \S+)?$", done.stdout, re.M):
                if name in samples:
                    kept = samples[name][point, run]
                    self.assertEqual(float(kept[int(element)] if element else kept), float(value))

    def test_replay_sees_another_value(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        with h5py.File(self.folder / "job.samples.h5", "r+") as file:
            file["samples/price"][1, 77] += 1
        done = self.ulam("replay", "job.h5", "--point", "1", "--run", "77")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"price is \S+ now, and \S+ in the samples")
        self.assertIn("are the same", self.succeeds("replay", "job.h5", "--point", "1", "--run", "78").stdout)

    def test_a_choice_of_observables(self):
        self.write("job.yaml", EUROPEAN.replace("true", "[price]"))
        self.succeeds("run", "job.yaml")
        self.assertEqual(list(self.samples("job.h5")), ["price"])

    def test_unequal_runs_are_filled_up(self):
        self.write("scan.csv", "strike,runs\n90,100\n110,3\n")
        self.write("job.yaml", "model: european\npoints: scan.csv\nsamples: true\n")
        self.succeeds("run", "job.yaml")
        samples = self.samples("job.h5")
        self.assertTrue((samples["price"][1, 3:].view("u8") == NOT_DONE).all())
        self.assertTrue((samples["exercised"][1, 3:] == 255).all())
        self.assertFalse(numpy.isnan(samples["price"][1, :3]).any())
        self.assertFalse(numpy.isnan(samples["price"][0]).any())


class Failed(Samples):
    program = command.ULAM_WITH_TEST_MODELS

    def test_failed_runs_are_plain_nans(self):
        for isolate in ("false", "true"):
            for block in (1, 4, 100):
                name = f"{isolate}{block}"
                self.write(f"{name}.yaml", "model: faulty\nparams: {nan_at: 0, fail_at: 7}\nruns: 20\nsamples: true\n"
                           f"on_failure: record\nmax_failed: 2\nisolate: {isolate}\nblock: {block}\n")
                self.succeeds("run", f"{name}.yaml")
                number = self.samples(f"{name}.h5")["number"][0]
                self.assertEqual(list(numpy.flatnonzero(numpy.isnan(number))), [0, 7])
                self.assertTrue((number[[0, 7]].view("u8") == NO_VALUE).all())
                with h5py.File(self.folder / f"{name}.h5") as file:
                    numpy.testing.assert_allclose(numpy.nanmean(number), file["results/number"][()], rtol=1e-13)

    def test_a_count_that_is_none_is_said(self):
        self.write("job.yaml", "model: miscount\nruns: 20\nblock: 5\nsamples: true\n")
        done = self.ulam("run", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"run 13: observable 'number' is 2\.5, but its samples are kept as integers")
        self.assertEqual(list(self.samples("job.h5")["number"][0, :10]), [3] * 10)


class SameBytes(Samples):
    def test_any_number_of_ranks(self):
        if not command.with_mpi():
            self.skipTest("built without MPI")
        for job in (EUROPEAN, "model: walk\nparams: {steps: 20}\nruns: 999\nsamples: true\n"):
            self.write("job.yaml", job)
            self.succeeds("run", "-o", "one.h5", "job.yaml")
            for ranks in (2, 3):
                self.succeeds("run", "-q", "-n", ranks, "-o", f"many{ranks}.h5", "job.yaml")
                self.same_files("one", f"many{ranks}")
            for name in self.folder.glob("*.h5"):
                name.unlink()

    def test_isolated_runs(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "-o", "one.h5", "job.yaml")
        self.write("isolated.yaml", EUROPEAN + "isolate: true\n")
        self.succeeds("run", "-o", "two.h5", "isolated.yaml")
        self.same_files("one", "two")

    def test_extended_job(self):
        self.write("job.yaml", EUROPEAN)
        self.write("wide.yaml", EUROPEAN.replace("[90,", "[80, 90,"))
        for runs in ("20500", "41007"):
            self.succeeds("run", "-q", "--runs", runs, "job.yaml")
        self.succeeds("run", "-q", "--runs", "41007", "wide.yaml", "-o", "job.h5")
        self.succeeds("run", "-q", "--runs", "41007", "-o", "whole.h5", "wide.yaml")
        self.same_files("job", "whole")

    def test_merged_parts(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        for k in (1, 2, 3):
            self.succeeds("run", "-q", "--part", f"{k}/3", "job.yaml")
        parts = [f"job.part{k}of3.h5" for k in (3, 1, 2)]
        self.succeeds("merge", "-o", "merged.h5", *parts)
        self.same_samples("merged", "job")
        done = self.ulam("merge", "-o", "some.h5", *parts[:2])
        self.assertEqual(done.returncode, 3)
        missing = numpy.isnan(self.samples("some.h5")["price"])
        self.assertEqual(missing.sum(), 3 * 7000)
        self.succeeds("run", "-q", "-o", "some.h5", "job.yaml")
        self.same_samples("some", "job")
        self.refused(2, "merge", "-o", "x.h5", parts[0], "job.part1of3.samples.h5", says="holds samples")
        (self.folder / "job.part1of3.samples.h5").unlink()
        self.refused(1, "merge", "-o", "x.h5", *parts, says="job.part1of3.samples.h5: cannot open the samples")

    def test_compressed(self):
        self.write("job.yaml", EUROPEAN + "compress: true\n")
        self.succeeds("run", "job.yaml")
        self.succeeds("run", "-o", "plain.h5", self.write("plain.yaml", EUROPEAN))
        self.same_results("job.h5", "plain.h5")
        packed, plain = self.samples("job.h5"), self.samples("plain.h5")
        for name in plain:
            self.assertEqual(packed[name].tobytes(), plain[name].tobytes())
        with h5py.File(self.folder / "job.samples.h5") as file:
            self.assertEqual(file["samples/price"].compression, "gzip")
        self.assertLess(len(self.bytes_of("job.samples.h5")), len(self.bytes_of("plain.samples.h5")))
        self.assertIn("are the same", self.succeeds("replay", "job.h5", "--run", "5").stdout)
        self.assertIn("nothing to do", self.succeeds("run", "job.yaml").stderr)
        self.succeeds("run", "-q", "--runs", "30000", "job.yaml")
        self.succeeds("run", "-q", "--runs", "30000", "-o", "long.h5", "job.yaml")
        self.same_files("job", "long")

    def test_compressed_afterwards(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        self.write("job.yaml", EUROPEAN + "compress: true\n")
        self.assertIn("compressing", self.succeeds("run", *(("-n", "2") if command.with_mpi() else ()), "job.yaml").stderr)
        with h5py.File(self.folder / "job.samples.h5") as file:
            self.assertEqual(file["samples/price"].compression, "gzip")


class BadInput(Samples):
    def test_job_files(self):
        for line, says in (("samples: [prise]", ("job.yaml:3:11", "no observable 'prise'", "did you mean 'price'?")),
                           ("samples: []", "empty list"), ("samples: maybe", "true, false, or a list"),
                           ("samples:", "true, false, or a list"), ("samples: {price: true}", "a mapping"),
                           ("samples: [[price]]", "a list"), ("samples: [price, price]", "twice"),
                           ("compress: true", "goes with `samples`"),
                           ("until: {price: {error: 0.1}}\nsamples: true", "a number of runs that is known before"), ("samples: true\ncompress: 9", "true or false")):
            runs = "" if "until" in line else "runs: 10\n"
            self.write("job.yaml", f"model: european\n{runs}{line}\n")
            self.refused(2, "run", "job.yaml", says=says)

    def test_other_samples_are_another_job(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        for other, says in (("[price]", "samples: price, exercised in the file, price in the job"),
                            ("false", "samples: price, exercised in the file, not in the job")):
            self.write("job.yaml", EUROPEAN.replace("true", other))
            self.refused(2, "run", "--runs", "30000", "job.yaml", says=says)

    def test_larger_than_the_disk(self):
        self.write("job.yaml", EUROPEAN)
        self.refused(1, "check", "--runs", "1e12", "job.yaml", says=("job.samples.h5", "27 TB", "room for"))
        self.refused(1, "run", "--runs", "1e12", "job.yaml", says=("job.samples.h5", "room for"))
        self.assertIn("price, exercised: 554 kB in job.samples.h5", self.succeeds("check", "job.yaml").stdout)


class Beside(Samples):
    """What stands at the samples' place is looked at before it is used or replaced."""

    def begin(self):
        self.write("job.yaml", EUROPEAN)
        self.succeeds("run", "job.yaml")
        self.path = self.folder / "job.samples.h5"
        self.whole = self.path.read_bytes()
        self.result = self.bytes_of("job.h5")

    def goes_wrong(self, *says):
        for runs in ("20500", "30000"):
            if runs == "20500" and "damaged" in says:
                continue  # a complete job does not read its samples
            self.refused(1 if "another job" not in says else 2, "run", "--runs", runs, "job.yaml",
                         says=("job.samples.h5", "--force-new", *says))
            self.assertEqual(self.bytes_of("job.h5"), self.result)

    def test_vanished(self):
        self.begin()
        self.path.unlink()
        self.goes_wrong("No such file")

    def test_cut_short(self):
        self.begin()
        for size in (0, 100, len(self.whole) // 2, len(self.whole) - 1):
            self.path.write_bytes(self.whole[:size])
            self.goes_wrong()

    def test_no_hdf5(self):
        self.begin()
        self.path.write_bytes(b"samples" * 100000)
        self.goes_wrong()

    def test_one_bit(self):
        self.begin()
        with h5py.File(self.path) as file:
            offset = file["samples/price"].id.get_offset()
        at = offset + 8 * (20500 + 3210)
        self.path.write_bytes(self.whole[:at] + bytes([self.whole[at] ^ 1]) + self.whole[at + 1:])
        self.goes_wrong("damaged", "point 1, runs 0 to 19999")

    def test_another_jobs(self):
        self.begin()
        self.write("other.yaml", EUROPEAN)
        self.succeeds("run", "--seed", "5", "other.yaml")
        shutil.copy(self.folder / "other.samples.h5", self.path)
        self.goes_wrong("another job", "seed: 5 in the file")

    def test_no_permission(self):
        self.begin()
        self.path.unlink()
        self.path.mkdir()
        self.goes_wrong("directory")

    def test_without_a_result_file(self):
        self.begin()
        (self.folder / "job.h5").unlink()
        self.refused(2, "run", "--seed", "5", "job.yaml", says=("job.samples.h5", "another job", "move that file away"))
        self.succeeds("run", "job.yaml")
        self.assertEqual(self.path.read_bytes(), self.whole)

    def test_force_new_keeps_both(self):
        self.begin()
        self.succeeds("run", "-q", "--force-new", "--seed", "5", "job.yaml")
        old, = self.folder.glob("job.old-*.samples.h5")
        self.assertEqual(old.read_bytes(), self.whole)
        kept, = (name for name in self.folder.glob("job.old-*.h5") if ".samples" not in name.name)
        with h5py.File(kept) as file:
            self.assertEqual(file["samples/price"].file.filename, str(old))
        self.succeeds("show", kept)

    def test_moved_together(self):
        self.begin()
        (self.folder / "away").mkdir()
        for name in ("job.h5", "job.samples.h5"):
            (self.folder / name).rename(self.folder / "away" / name)
        self.assertEqual(self.samples("away/job.h5")["price"].shape, (3, 20500))


command.main()
