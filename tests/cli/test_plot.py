#!/usr/bin/python3
"""Pictures by gnuplot, chosen from the sweep or asked for: test_plot.py BUILD."""

import os
import pathlib
import resource
import signal
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent),
                str(pathlib.Path(__file__).parent.parent / "fault")]
import command
import damage
import h5py
import numpy

SWEPT = "{model: european, sweep: {strike: [90, 100, 110], volatility: {from: 0.1, to: 0.5, steps: 9}}, runs: 200}"
ARRAY = "{model: sir, sweep: {r0: [1.2, 2]}, runs: 20}"
CHOICES = "{model: european, sweep: {kind: [call, put]}, runs: 20}"
KEPT = """
model: european
sweep: {strike: [90, 100, 110]}
runs: 9000
quantiles: {price: [0.05, 0.5]}
histogram: {price: {low: 0, high: 50, bins: 20}}
"""
SINGLE = "{model: buffon, runs: 20}"


class Plot(command.Case):
    def job(self, name, text):
        self.write(f"{name}.yaml", text)
        self.succeeds("run", "-q", f"{name}.yaml")
        return f"{name}.h5"

    def script(self, *arguments):
        return self.succeeds("plot", "--script", *arguments).stdout

    def test_every_example_gives_a_picture(self):
        for example in sorted(command.EXAMPLES.glob("*.yaml")):
            with self.subTest(example.name):
                self.succeeds("run", "-q", "--runs", "50", "-o", "x.h5", example)
                self.succeeds("plot", "x.h5")
                self.assertEqual((self.folder / "x.png").read_bytes()[:4], b"\x89PNG")
                self.assertFalse(list(self.folder.glob("*.tmp*")))
                (self.folder / "x.h5").unlink()

    def test_formats(self):
        file = self.job("x", SWEPT)
        for name, start in (("x.svg", b"<?xml"), ("x.pdf", b"%PDF"), ("x.png", b"\x89PNG")):
            self.succeeds("plot", "-o", name, file)
            self.assertTrue((self.folder / name).read_bytes().startswith(start), name)
        drawn = self.succeeds("plot", "--terminal", file, env={"COLUMNS": "60", "LINES": "20"}).stdout
        self.assertLessEqual(max(map(len, drawn.splitlines())), 60)
        self.assertIn("strike", drawn)
        self.assertNotIn("\x1b", drawn)

    def test_the_choice_follows_the_sweep(self):
        file = self.job("x", SWEPT)
        script = self.script(file)
        self.assertIn("set ylabel 'price'", script)
        self.assertIn("set xlabel 'volatility (yr^-1/2)'", script)
        self.assertEqual(script.count("yerrorbars"), 3 + 1)
        self.assertIn("'exact'", script)
        self.assertIn("title 'volatility (yr^-1/2)'", self.script("-x", "strike", "--by", "volatility", file))
        self.assertIn("boxxyerror", self.script("-x", "strike", file))
        self.assertIn("boxxyerror", self.script("--heat-map", file))
        self.assertIn("(volatility = 0.5)", self.script("--at", "volatility=0.5", file))
        self.assertIn("set ylabel 'exercised'", self.script("-y", "exercised", file))

    def test_arrays_choices_and_single_points(self):
        file = self.job("x", ARRAY)
        self.assertIn("set xlabel 'time (d)'", self.script("-y", "infected", file))
        self.assertIn("set ylabel 'infected[3]'", self.script("-y", "infected[3]", file))
        self.assertIn("set xtics ('call' 0, 'put' 1)", self.script(self.job("y", CHOICES)))
        self.succeeds("plot", self.job("z", SINGLE))

    def test_the_numbers_are_the_files(self):
        file = self.job("x", SWEPT)
        lines = self.script("-x", "strike", "--at", "volatility=0.5", file).split("$curve0 << END\n")[1].split("\nEND")[0]
        with h5py.File(self.folder / file) as h5:
            columns = [h5[f"results/price{end}"][:, -1] for end in ("", "_low", "_high")]
        read = [[float(word) for word in line.split()[:4]] for line in lines.splitlines()]
        numpy.testing.assert_array_equal(read, numpy.column_stack([(90, 100, 110), *columns]))

    def curves(self, script):
        return [numpy.array([[float(word) for word in line.split()] for line in part.split("\nEND")[0].splitlines()])
                for part in script.split(" << END\n")[1:]]

    def test_bars_are_the_files_intervals_and_the_key_says_which(self):
        self.assertIn("'mean and 95 % interval'", self.script("-x", "strike", "--at", "volatility=0.5", self.job("x", SWEPT)))
        file = self.job("y", SWEPT.replace("runs: 200", "runs: 200, confidence: 0.8"))
        self.assertIn("'mean and 80 % interval'", self.script(file))

    def test_quantiles(self):
        file = self.job("x", KEPT)
        script = self.script("--quantiles", "price", file)
        self.assertIn("title 'quantile'", script)
        for words in ("'5 %'", "'50 %'", "'quantile and 95 % interval'", "set xlabel 'strike'"):
            self.assertIn(words, script)
        with h5py.File(self.folder / file) as h5:
            for level, curve in enumerate(self.curves(script)):
                columns = [h5[f"results/price_quantile{end}"][:, level] for end in ("", "_low", "_high")]
                numpy.testing.assert_array_equal(curve[:, :4], numpy.column_stack([(90, 100, 110), *columns]))
        self.succeeds("plot", "--quantiles", "price", file)

    def test_histogram(self):
        file = self.job("x", KEPT)
        script = self.script("--histogram", "price", file)
        self.assertIn("set ylabel 'density'", script)
        self.assertIn("title 'strike'", script)
        with h5py.File(self.folder / file) as h5:
            for point, curve in enumerate(self.curves(script)):
                counts = h5["results/price_histogram"][point]
                edges = h5["results/price_histogram_edge"][()]
                numpy.testing.assert_array_equal(curve[:, 0], [edges[0], *edges])
                numpy.testing.assert_allclose(curve[1:-1, 1], counts / 9000 / numpy.diff(edges), rtol=1e-14)
                self.assertEqual((curve[0, 1], curve[-1, 1]), (0, 0))
        self.assertNotIn("yerrorbars", script)
        self.assertIn("fillsteps", self.script("--histogram", "price", "--at", "strike=90", file))
        self.succeeds("plot", "--histogram", "price", file)

    def test_convergence(self):
        file = self.job("x", KEPT)
        script = self.script("--convergence", file)
        self.assertIn("set logscale x", script)
        self.assertIn("set xlabel 'runs'", script)
        with h5py.File(self.folder / file) as h5:
            for point, curve in enumerate(self.curves(script)):
                numpy.testing.assert_array_equal(curve[:, 0], h5["trace/runs"][point])
                numpy.testing.assert_array_equal(curve[:, 1], h5["trace/price"][point])
                numpy.testing.assert_allclose((curve[:, 3] - curve[:, 2]) / 2, 1.96 * h5["trace/price_stderr"][point], rtol=1e-3)
        self.assertIn("set ylabel 'exercised'", self.script("--convergence=exercised", file))
        self.assertIn("set ylabel 'exercised'", self.script("--convergence", "-y", "exercised", file))
        self.succeeds("plot", "--convergence", file)

    def empty(self, file, points):
        """The file as it were if the points had no run yet."""
        scratch = self.write("scratch.h5", (self.folder / file).read_bytes()[:-damage.TRAILER])
        with h5py.File(scratch, "r+") as h5:
            for name in h5["results"]:
                if name.startswith("price") and h5["results"][name].ndim == 1 and "exact" not in name:
                    h5["results"][name][points] = numpy.nan
        return self.write("empty.h5", damage.seal(scratch.read_bytes())).name

    def test_points_without_a_value(self):
        self.job("x", "{model: european, sweep: {strike: [90, 100, 110]}, runs: 200}")
        file = self.empty("x.h5", [0])
        self.succeeds("plot", file)
        self.succeeds("report", file)
        self.assertEqual(self.curves(self.script(file))[0][0, 0], 90)
        file = self.empty("x.h5", [0, 1, 2])
        self.refused(1, "plot", file, says=("empty.h5", "no value to draw"))
        self.succeeds("report", file)
        self.assertIn("No value yet", (self.folder / "empty.html").read_text())

    def test_an_interval_that_is_not_known_does_not_hide_the_point(self):
        curve = self.curves(self.script(self.job("x", "{model: european, sweep: {strike: [90, 95]}, runs: 1}")))[0]
        self.assertFalse(numpy.isnan(curve[:, 1:4]).any())

    def test_bad_requests(self):
        file = self.job("x", SWEPT)
        for arguments, says in ((("-y", "prize"), "did you mean 'price'?"), (("-x", "strke"), "did you mean 'strike'?"),
                                (("--by", "rate"), "no swept parameter 'rate'"), (("--at", "strike=91"), "no value 91"),
                                (("--at", "strike"), "NAME=VALUE"), (("-o", "x.gif"), ".png, .svg or .pdf"),
                                (("-x", "strike", "--by", "strike"), "not both"), (("-y", "price[0]"), "no element"),
                                (("--by", "strike", "--at", "strike=90"), "'strike' is cut through"),
                                (("-x", "strike", "--at", "strike=90"), "'strike' is cut through"),
                                (("--histogram", "price"), "keeps no histogram of 'price'"),
                                (("--quantiles", "price"), "keeps no quantiles of 'price'"),
                                (("--quantiles", "prize"), "did you mean 'price'?"),
                                (("--convergence",), "the file has no trace"),
                                (("--convergence", "-x", "strike"), "--by strike"),
                                (("--quantiles", "price", "--histogram", "price"), "exclude"),
                                (("--quantiles", "price", "--heat-map"), "heat map"),
                                (("--quantiles", "price", "--by", "strike"), "the quantiles do"),
                                (("--terminal", "-o", "x.png"), "exclude")):
            with self.subTest(arguments):
                self.refused(2, "plot", *arguments, file, says=says)
        self.refused(1, "plot", "absent.h5", says="absent.h5")
        self.refused(1, "plot", "-o", "no/such/x.png", file, says="no/such/x.png")

    def test_without_gnuplot(self):
        file = self.job("x", SWEPT)
        self.refused(1, "plot", file, says=("gnuplot is not installed", "--script"), env={"PATH": "/nowhere"})
        self.assertIn("plot", self.succeeds("plot", "--script", file, env={"PATH": "/nowhere"}).stdout)

    def test_a_disk_that_is_full_leaves_the_old_picture(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        file = self.job("x", SWEPT)
        for name in ("x.svg", "x.png", "x.pdf"):
            self.write(name, "old")
            done = subprocess.run([command.ULAM, "plot", "-o", name, file], cwd=self.folder, preexec_fn=limit,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn(f"cannot write {name}", done.stderr)
            self.assertEqual((self.folder / name).read_text(), "old")
            self.assertFalse(list(self.folder.glob("*.tmp*")))

    def test_a_link_is_written_through(self):
        file = self.job("x", SWEPT)
        (self.folder / "link.svg").symlink_to("real.svg")
        self.refused(1, "plot", "-o", "link.svg", file, says="cannot write link.svg")
        self.write("real.svg", "old")
        self.succeeds("plot", "-o", "link.svg", file)
        self.assertTrue((self.folder / "link.svg").is_symlink())
        self.assertIn("</svg>", (self.folder / "real.svg").read_text())

    def test_hostile_texts_stay_texts(self):
        self.job("x", SWEPT)
        image = (self.folder / "x.h5").read_bytes()[:-damage.TRAILER]
        scratch = self.write("scratch.h5", image)
        hostile = "'; system('touch pwned'); `touch pwned` \" \\ \x1b[31m {/Symbol a}_^@"
        with h5py.File(scratch, "r+") as h5:
            for name in ("results/price", "points/strike", "points/volatility"):
                for attribute in ("units", "long_name"):
                    h5[name].attrs[attribute] = numpy.array(hostile.encode())
        self.write("hostile.h5", damage.seal(scratch.read_bytes()))
        for arguments in ((), ("--heat-map",), ("--terminal",), ("-x", "volatility")):
            self.succeeds("plot", *arguments, "hostile.h5")
        self.assertFalse((self.folder / "pwned").exists())
        self.assertNotIn("\x1b", self.script("hostile.h5"))


if __name__ == "__main__":
    command.main()
