#!/usr/bin/python3
"""Pictures drawn from results: test_draw.py BUILD."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import checkout
import command
import matplotlib
import numpy
import ulam

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SWEPT = {"model": "european", "params": {"spot": 100, "maturity": 0.5}, "runs": 1000,
         "sweep": {"strike": [90, 100, 110], "kind": ["call", "put"]}}


def make(job, **changes):
    return ulam.run({**job, **changes}, 1, progress=False)


class Drawing(checkout.Case):
    def setUp(self):
        super().setUp()
        self.addCleanup(plt.close, "all")

    def test_of_chains_times_have_bars_and_effective_samples_none(self):
        results = make({"model": "ar1", "sweep": {"coefficient": [0.5, 0.7, 0.9]}, "runs": 8, "thermalize": 100, "sweeps": 2000})
        for name in ("x", "x_tau"):
            [bars] = ulam.plot(results, y=name).containers
            ends = numpy.array([bar[:, 1] for bar in bars[2][0].get_segments()])
            numpy.testing.assert_allclose(ends[:, 1] - ends[:, 0], 2 * results[f"{name}_stderr"])
            plt.clf()
        with self.assertRaisesRegex(ValueError, "no observable 'x_ess'"):
            ulam.plot(results, y="x_ess")

    def test_bars_are_standard_errors_and_exact_means_are_dashed(self):
        results = make(SWEPT)
        axes = ulam.plot(results, x="strike")
        self.assertIs(axes, plt.gca())
        self.assertEqual([bars.get_label() for bars in axes.containers], ["kind = call", "kind = put"])
        for bars, kind in zip(axes.containers, ("call", "put")):
            one = results.sel(kind=kind)
            numpy.testing.assert_array_equal(bars[0].get_xydata(), numpy.column_stack([one.strike, one.price]))
            ends = numpy.array([bar[:, 1] for bar in bars[2][0].get_segments()])
            numpy.testing.assert_allclose(ends[:, 1] - ends[:, 0], 2 * one.price_stderr)
        dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
        numpy.testing.assert_array_equal(dashed[1].get_ydata(), results.price_exact.sel(kind="put"))
        self.assertEqual((axes.get_xlabel(), axes.get_ylabel()), ("strike", "price"))

    def test_choices(self):
        figure, axes = plt.subplots()
        ulam.plot(make(SWEPT), "kind", "exercised", "strike", axes=axes, color="k")
        self.assertEqual([text.get_text() for text in axes.get_legend().texts], ["strike = 90", "strike = 100", "strike = 110"])
        self.assertEqual(axes.get_ylabel(), "exercised")

    def test_long_series_are_bands_and_units_stand_in_labels(self):
        results = make({"model": "sir", "params": {"population": 50, "horizon": 20}, "sweep": {"r0": [1, 2]}, "runs": 20})
        axes = ulam.plot(results)
        self.assertEqual((axes.get_xlabel(), axes.get_ylabel()), ("time (d)", "infected"))
        self.assertEqual((len(axes.collections), len(axes.containers)), (2, 0))
        self.assertEqual(ulam.plot(results, x="r0").get_ylabel(), "final_size")

    def test_many_series_have_colours_of_their_own(self):
        axes = ulam.plot(make(SWEPT, sweep={"kind": ["call", "put"], "strike": list(range(80, 92))}), x="kind")
        colours = {bars[0].get_color() for bars in axes.containers}
        self.assertEqual((len(axes.containers), len(colours)), (12, 12))

    def test_parameters_that_advance_together(self):
        results = make(SWEPT, sweep={"strike": [110, 90, 100], "volatility": [0.1, 0.2, 0.3], "kind": ["put", "call", "put"]},
                       zip=[["strike", "volatility", "kind"]])
        line = ulam.plot(results, x="strike").lines[0]
        self.assertEqual(list(line.get_xdata()), [90, 100, 110])
        self.assertEqual(len(ulam.plot(results, x="strike", by="kind", axes=plt.figure().gca()).containers), 2)

    def test_what_cannot_be_drawn_is_said(self):
        three = make(SWEPT, sweep={**SWEPT["sweep"], "volatility": [0.1, 0.2]})
        for results, options, says in ((three, {"x": "strike"}, r"'price' varies along kind, volatility too: fix that first, as in plot\(ds.isel\(kind=0\)\)"),
                                       (three, {"x": "strik"}, "no dimension 'strik'; expected one of strike, kind, volatility"),
                                       (three, {"y": "prices"}, "no observable 'prices'; expected one of price, exercised"),
                                       (three, {"x": "strike", "by": "colour"}, "no dimension 'colour'"),
                                       (three, {"x": "strike", "by": "strike"}, "varies along kind, volatility too"),
                                       (make({"model": "buffon", "runs": 10}), {}, "sweep a parameter")):
            with self.subTest(**options), self.assertRaisesRegex(ValueError, says):
                ulam.plot(results, **options)


if __name__ == "__main__":
    command.main()
