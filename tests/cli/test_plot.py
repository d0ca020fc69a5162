#!/usr/bin/python3
"""Pictures by gnuplot, chosen from the sweep or asked for: test_plot.py BUILD."""

import os
import pathlib
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
            mean, error = (h5[f"results/price{end}"][:, -1] for end in ("", "_stderr"))
        for line, x, y, half in zip(lines.splitlines(), (90, 100, 110), mean, error):
            numpy.testing.assert_array_equal([float(word) for word in line.split()[:4]], [x, y, y - half, y + half])

    def test_bad_requests(self):
        file = self.job("x", SWEPT)
        for arguments, says in ((("-y", "prize"), "did you mean 'price'?"), (("-x", "strke"), "did you mean 'strike'?"),
                                (("--by", "rate"), "no swept parameter 'rate'"), (("--at", "strike=91"), "no value 91"),
                                (("--at", "strike"), "NAME=VALUE"), (("-o", "x.gif"), ".png, .svg or .pdf"),
                                (("-x", "strike", "--by", "strike"), "not both"), (("-y", "price[0]"), "no element"),
                                (("--terminal", "-o", "x.png"), "exclude")):
            with self.subTest(arguments):
                self.refused(2, "plot", *arguments, file, says=says)
        self.refused(1, "plot", "absent.h5", says="absent.h5")
        self.refused(1, "plot", "-o", "no/such/x.png", file, says="no/such/x.png")

    def test_without_gnuplot(self):
        file = self.job("x", SWEPT)
        self.refused(1, "plot", file, says=("gnuplot is not installed", "--script"), env={"PATH": "/nowhere"})
        self.assertIn("plot", self.succeeds("plot", "--script", file, env={"PATH": "/nowhere"}).stdout)

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
