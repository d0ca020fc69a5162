#!/usr/bin/python3
"""What `ulam export` writes is the file, to the last bit: test_export.py BUILD."""

import io
import json
import os
import pathlib
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import h5py
import numpy
import pandas

JOB = """
model: european
sweep: {strike: [90, 100.5, 1e2], kind: [call, put]}
runs: 1000
"""
ARRAYS = "{model: queue, params: {customers: 3}, sweep: {arrival_rate: [0.5, 1]}, runs: 9}"


class Export(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.succeeds("run", "-q", "job.yaml")

    def read_csv(self, text):
        return pandas.read_csv(io.StringIO(text), float_precision="round_trip")

    def figures(self):
        with h5py.File(self.folder / "job.h5") as file:
            return {name: file["results"][name][()].ravel() for name in file["results"]
                    if file["results"][name].dtype.kind == "f" and file["results"][name].ndim == 2}

    def test_csv_has_every_bit(self):
        table = self.read_csv(self.succeeds("export", "job.h5").stdout)
        self.assertEqual(list(table["strike"]), [90, 90, 100.5, 100.5, 100, 100])
        self.assertEqual(list(table["kind"]), ["call", "put"] * 3)
        self.assertEqual(list(table["runs"]), [1000] * 6)
        for name, values in self.figures().items():
            numpy.testing.assert_array_equal(table[name].to_numpy(), values, err_msg=name)

    def test_json_lines_have_every_bit(self):
        self.succeeds("export", "-o", "x.jsonl", "job.h5")
        rows = [json.loads(line) for line in (self.folder / "x.jsonl").read_text().splitlines()]
        self.assertEqual([row["strike"] for row in rows], [90, 90, 100.5, 100.5, 100, 100])
        for name, values in self.figures().items():
            read = [float("nan") if row[name] is None else row[name] for row in rows]
            numpy.testing.assert_array_equal(read, values, err_msg=name)

    def test_all_parameters_and_units(self):
        head = self.succeeds("export", "--parameters", "job.h5").stdout.splitlines()[0].split(",")
        self.assertIn("volatility [yr^-1/2]", head)
        self.assertNotIn("volatility [yr^-1/2]", self.succeeds("export", "job.h5").stdout)

    def test_arrays_element_by_element(self):
        self.write("arrays.yaml", ARRAYS)
        self.succeeds("run", "-q", "arrays.yaml")
        table = self.read_csv(self.succeeds("export", "arrays.h5").stdout)
        with h5py.File(self.folder / "arrays.h5") as file:
            arrays = [name for name in file["results"] if f"{name}_stderr" in file["results"]
                      and file["results"][name].ndim == 2]
            self.assertTrue(arrays)
            for name in arrays:
                heads = [head for head in table if head.startswith(f"{name}[")]
                numpy.testing.assert_array_equal(table[heads].to_numpy(), file["results"][name][()])

    def samples(self, job, name, *options):
        self.write(f"{name}.yaml", job)
        self.succeeds("run", "-q", f"{name}.yaml", *options)
        return self.read_csv(self.succeeds("export", "--samples", f"{name}.h5").stdout)

    def test_samples_have_every_bit(self):
        table = self.samples("{model: european, sweep: {strike: [90, 110]}, runs: 5000, samples: true}", "s")
        self.assertEqual(list(table), ["point", "run", "price", "exercised"])
        self.assertEqual(len(table), 10000)
        with h5py.File(self.folder / "s.samples.h5") as file:
            for point in (0, 1):
                rows = table[table["point"] == point]
                numpy.testing.assert_array_equal(rows["run"], numpy.arange(5000))
                for name in ("price", "exercised"):
                    numpy.testing.assert_array_equal(rows[name], file["samples"][name][point])
        self.succeeds("export", "--samples", "-o", "s.jsonl", "s.h5")
        rows = [json.loads(line) for line in (self.folder / "s.jsonl").read_text().splitlines()]
        self.assertEqual([row["price"] for row in rows], list(table["price"]))

    def test_samples_of_arrays_and_parts(self):
        table = self.samples("{model: queue, params: {customers: 3}, runs: 90000, samples: true}", "q",
                             "--part", "2/2", "-o", "q.h5")
        with h5py.File(self.folder / "q.samples.h5") as file:
            first = int(file["points/first_run"][0])
            self.assertGreater(first, 0)
            self.assertEqual(list(table["run"]), list(range(first, 90000)))
            heads = [head for head in table if head.startswith("wait[")]
            numpy.testing.assert_array_equal(table[heads].to_numpy(), file["samples/wait"][0][:len(table)])

    def test_samples_that_cannot_be_had(self):
        self.refused(1, "export", "--samples", "job.h5", says=("job.h5 keeps no samples", "samples: true"))
        self.refused(2, "export", "--samples", "--parameters", "job.h5", says="exclude each other")
        self.samples("{model: buffon, runs: 50, samples: true}", "s")
        samples = self.folder / "s.samples.h5"
        whole = samples.read_bytes()
        self.samples("{model: buffon, runs: 50, samples: true, seed: 7}", "other")
        for content, says in ((whole[:4000], "s.samples.h5"), (b"", "s.samples.h5"), (None, "No such file"),
                              ((self.folder / "other.samples.h5").read_bytes(), "another job")):
            samples.unlink(missing_ok=True)
            if content is not None:
                samples.write_bytes(content)
            self.refused(1, "export", "--samples", "-o", "x.csv", "s.h5", says=("s.samples.h5", says))
            self.assertFalse((self.folder / "x.csv").exists())
        samples.unlink(missing_ok=True)
        os.mkfifo(samples)
        self.refused(1, "export", "--samples", "s.h5", says="not a file")

    def test_devices_and_links_stay(self):
        os.mkfifo(self.folder / "pipe")
        reader = subprocess.Popen(["cat", "pipe"], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.succeeds("export", "-o", "pipe", "job.h5")
        self.assertEqual(reader.communicate(timeout=20)[0], self.succeeds("export", "job.h5").stdout)
        (self.folder / "link.csv").symlink_to("real.csv")
        self.refused(1, "export", "-o", "link.csv", "job.h5", says="link.csv")
        self.write("real.csv", "old")
        self.succeeds("export", "-o", "link.csv", "job.h5")
        self.assertTrue((self.folder / "link.csv").is_symlink())
        self.assertIn("strike", (self.folder / "real.csv").read_text())

    def test_hostile_text_is_quoted(self):
        subprocess.run([command.BUILD / "tests" / "test_result_file", "--write", "x.h5"], cwd=self.folder, check=True)
        with h5py.File(self.folder / "x.h5", "r") as file:
            kinds = {kind.decode() if isinstance(kind, bytes) else kind for kind in file["points/kind"][()]}
        table = self.read_csv(self.succeeds("export", "x.h5").stdout)
        self.assertEqual(set(table["kind"]), kinds)

    def test_what_was_there_stays_when_it_fails(self):
        self.write("x.csv", "old")
        self.refused(1, "export", "-o", "x.csv", "absent.h5", says="absent.h5")
        self.assertEqual((self.folder / "x.csv").read_text(), "old")
        self.refused(1, "export", "-o", "no/such/x.csv", "job.h5", says="no/such/x.csv")
        self.refused(2, "export", "--format", "cvs", "job.h5", says="did you mean 'csv'?")
        self.refused(2, "export", says="FILE is missing")
        with open("/dev/full", "w") as full:
            done = subprocess.run([command.ULAM, "export", "job.h5"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)


if __name__ == "__main__":
    command.main()
