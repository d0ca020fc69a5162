#!/usr/bin/python3
"""The examples with models of their own, against exact values."""

import math
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy

HEADERS = command.ROOT / "sim" / "include"


class Examples(command.Case):
    def setUp(self):
        super().setUp()
        self.environment = {"XDG_CACHE_HOME": str(self.folder / "cache")}

    def ulam(self, *arguments, env=None, **options):
        return super().ulam(*arguments, env={**self.environment, **(env or {})}, **options)

    def results(self, job, *options, output="out.h5"):
        self.succeeds("run", "-q", "-o", output, *options, job)
        with h5py.File(self.folder / output) as file:
            return {name: data[()] for name, data in file["results"].items()}

    def agrees(self, results, name, exact):
        deviation = (results[name] - exact) / results[name + "_stderr"]
        self.assertLess(numpy.abs(deviation).max(), 4, name)

    def spreads(self, results, name, exact, runs):
        """The standard deviation, whose own error follows from the fourth moment."""
        relative = numpy.sqrt((results[name + "_excess_kurtosis"] + 2) / runs) / 2
        deviation = (results[name + "_sd"] / exact - 1) / relative
        self.assertLess(numpy.abs(deviation).max(), 4, name)

    def same_on_ranks(self, job, *options):
        for ranks in ("1", "2", "3"):
            self.succeeds("run", "-q", "-n", ranks, "-o", f"{ranks}.h5", *options, job)
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "3.h5")

    def test_buffon(self):
        results = self.results(command.EXAMPLES / "models" / "buffon.yaml")
        self.agrees(results, "crossing", numpy.array([0.5, 1, 2]) / math.pi)
        self.refused(2, "run", "-o", "x.h5", "--set", "length=3", command.EXAMPLES / "models" / "buffon.yaml",
                     says="length 3 is greater than spacing 2")

    def test_gum(self):
        results = self.results(command.EXAMPLES / "models" / "gum.yaml")
        self.agrees(results, "y", 0)
        self.spreads(results, "y", 2, 1e6)
        tail = (2 - 3.88 / math.sqrt(12)) ** 4 / 24  # of the sum of four uniforms, beyond 2 + 3.88 / sqrt(12)
        self.agrees(results, "covered", numpy.array([math.erf(3.92 / 2 / math.sqrt(2)), 1 - 2 * tail]))

    def test_decay(self):
        """Against the posterior law's moments on a fine grid."""
        models = command.EXAMPLES / "models"
        results = self.results(models / "decay.yaml")
        time, count = numpy.loadtxt(models / "decay.csv", delimiter=",", skiprows=1).T
        amplitude = numpy.linspace(320, 520, 101)[:, None, None]
        lifetime = numpy.linspace(1.5, 4, 126)[None, :, None]
        background = numpy.linspace(0.05, 40, 200)[None, None, :]
        log_density = 0
        for t, n in zip(time, count):
            mean = amplitude * numpy.exp(-t / lifetime) + background
            log_density = log_density + n * numpy.log(mean) - mean
        weight = numpy.exp(log_density - log_density.max())
        weight /= weight.sum()
        for name, value in (("amplitude", amplitude), ("lifetime", lifetime), ("background", background)):
            self.agrees(results, name, (weight * value).sum())
        variance = (weight * lifetime**2).sum() - (weight * lifetime).sum() ** 2
        self.agrees(results, "uncertainty", math.sqrt(variance))

    def test_bootstrap(self):
        job = command.EXAMPLES / "models" / "bootstrap.yaml"
        results = self.results(job)
        rows = [line.split(",") for line in (job.parent / "mice.csv").read_text().splitlines()[1:]]
        for k in range(2):
            data = numpy.sort([float(row[k]) for row in rows if row[k]])
            n, one = len(data), {name: values[k] for name, values in results.items() if values.ndim}
            self.agrees(one, "mean", data.mean())
            self.spreads(one, "mean", data.std() / math.sqrt(n), 1e5)
            # The median is at most the k-th value if more than half of the draws are (Maritz and Jarrett 1978).
            at_most = [sum(math.comb(n, j) * (i / n) ** j * (1 - i / n) ** (n - j) for j in range(n // 2 + 1, n + 1))
                       for i in range(n + 1)]
            chance = numpy.diff(at_most)
            mean = (chance * data).sum()
            self.agrees(one, "median", mean)
            self.spreads(one, "median", math.sqrt((chance * (data - mean) ** 2).sum()), 1e5)

    def test_bootstrap_gives_the_same_bits_on_any_ranks(self):
        self.same_on_ranks(command.EXAMPLES / "models" / "bootstrap.yaml")

    def test_bootstrap_refuses_what_is_no_data(self):
        shutil.copytree(command.EXAMPLES / "models", self.folder / "models")
        for text, says in (("", "has no column 'treatment'"), ("a,b\n1,2\n", "has no column 'treatment'"),
                           ("treatment,control\n", "has no data"), ("treatment\n1\nx\n", "mice.csv:3: expected a number"),
                           ("treatment\n1x\n", "mice.csv:2: expected a number")):
            self.write("models/mice.csv", text)
            done = self.ulam("check", "models/bootstrap.yaml")
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(says, done.stderr)

    def test_fortran(self):
        shutil.copytree(command.EXAMPLES / "fortran", self.folder / "fortran")
        text = (self.folder / "fortran" / "distance.f90").read_text()
        line = re.search("Build: +(.*)", text)[1].replace("$(pkg-config --cflags ulam)", f"-I{HEADERS}")
        subprocess.run(line, shell=True, check=True, cwd=self.folder / "fortran")
        results = self.results("fortran/distance.yaml")
        self.agrees(results, "distance", (2 + math.sqrt(2) + 5 * math.asinh(1)) / 15)
        self.same_on_ranks("fortran/distance.yaml")

    def test_every_job_reads(self):
        for job in sorted(command.EXAMPLES.glob("*.yaml")) + sorted(command.EXAMPLES.glob("models/*.yaml")):
            self.succeeds("check", job)


if __name__ == "__main__":
    command.main()
