#!/usr/bin/python3
"""Derived quantities, from the job file to the table: test_derived.py BUILD."""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
from check_xarray import check

JOB = """model: asian
sweep: {strike: [95, 100, 105]}
runs: 20100
derived:
  ratio: price / geometric
  same: {of: "price", unit: EUR, help: the price again}
  root: "sqrt(max(price - geometric, 0)) + 2*pi*strike^2 - -rate"
"""
MODEL = r"""
#include <ulam/model.h>
static void run(const void *point, ulam_rng *rng, double *out)
{
    (void)point;
    out[0] = ulam_uniform(rng);
    out[1] = out[0] * out[0];
}
static double variance(const ulam_value *values, const double *means)
{
    (void)values;
    return means[1] - means[0] * means[0];
}
static const ulam_observable observables[] = {{.name = "m"}, {.name = "m2"}};
static const ulam_derived derived[] = {{.name = "variance", .unit = "m", .help = "of a uniform number", .of = variance},
                                       {.name = "ratio", .expression = "m2 / m"}};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE, .name = "uniform", .observables = observables,
                                 .n_observables = 2, .run = run, .derived = derived, .n_derived = 2};
ULAM_MODEL(model)
"""


class JobFile(command.Case):
    def test_mistakes_are_told_where_they_stand(self):
        head = "model: asian\nruns: 100\nderived: "
        for text, says in (
            ("3", "job.yaml:3:10: derived is '3', expected a mapping of names to expressions"),
            ("{x: [price]}", "job.yaml:3:14: 'x' is a list, expected an expression"),
            ("{x: }", "'x' is nothing"),
            ("{x: {unit: s}}", "'x' is a mapping, expected an expression"),
            ("{x: {off: price}}", "job.yaml:3:15: a derived quantity takes no 'off', expected one of of, unit, help"),
            ("{x: {of: price, unit: [s]}}", "job.yaml:3:32: unit is a list, expected a text"),
            ("{x: {of: price, unit: seconds}}", "the unit of x is 'seconds', which xarray would read as a time"),
            ("{x: price / geometic}", "job.yaml:3:22: model 'asian' has no observable or parameter 'geometic', expected "
             "one of price, geometric, spot, strike, rate, dividend, volatility, maturity, fixings, kind; did you mean "
             "'geometric'?"),
            ("{x: 'price * $'}", "job.yaml:3:23: '$' stands here"),
            ('{x: "price * $"}', "job.yaml:3:23: '$' stands here"),
            ('{x: "\\u0070rice * $"}', "job.yaml:3:14: character 9 of the expression: '$' stands here"),
            ("\n  x: >\n    price\n    * $\n", "character 9 of the expression: '$' stands here"),
            ("{x: price * kind}", "job.yaml:3:22: the parameter 'kind' is no number"),
            ("{x: strike}", "names no observable"),
            ("{price: geometric}", "job.yaml:3:11: a derived quantity may not be named 'price', as an observable is"),
            ("{strike: price}", "'strike' and derived quantity 'strike' would have one name"),
            ("{runs: price}", "may not be named 'runs'"),
            ("{x_stderr: price}", "may not end in '_stderr'"),
            ("{x y: price}", "the name of a derived quantity is 'x y'"),
            ("{x: price, x: price}", "stands here twice"),
            ("{x: %s}" % ("price+" * 2000 + "1"), "an expression of 12001 characters, expected at most 10000"),
        ):
            with self.subTest(text=text[:60]):
                self.write("job.yaml", head + text + "\n")
                self.refused(2, "check", "job.yaml", says=says)

    def test_an_expression_may_change_and_its_observables_may_not(self):
        self.write("job.yaml", JOB + "output: x.h5\n")
        self.succeeds("run", "-q", "job.yaml")
        self.write("job.yaml", JOB.replace("price / geometric", "geometric / price") + "output: x.h5\n")
        self.succeeds("run", "-q", "job.yaml", "--runs", "20200")
        self.assertTrue((check(self.folder / "x.h5").ratio < 1).all())
        self.write("job.yaml", "model: asian\nsweep: {strike: [95, 100, 105]}\nruns: 30000\noutput: x.h5\n"
                   "derived: {double: 2 * price}\n")
        self.refused(2, "run", "-q", "job.yaml", says="groups of price, groups of geometric")


    def test_what_cannot_be_a_control(self):
        head = "model: asian\nruns: 100\ncontrol: "
        for text, says in (
            ("geometric", "job.yaml:3:10: control is 'geometric', expected a mapping such as"),
            ("{price: geometric}", "the controls of 'price' are 'geometric', expected a list of 1 to 16"),
            ("{price: []}", "the controls of 'price' are too many or none"),
            ("{price: [%s]}" % ", ".join(17 * ["{of: geometric, mean: 1}"]), "too many or none"),
            ("{price: [geometric]}", "job.yaml:3:19: a control is 'geometric', expected {of: OBSERVABLE, mean: exact}"),
            ("{price: {of: geometric}}", "a control is a mapping, expected {of: OBSERVABLE, mean: exact}"),
            ("{price: {of: geometric, maen: 3}}", "a control takes no 'maen', expected of and mean; did you mean 'mean'?"),
            ("{price: {of: geometic, mean: 3}}", "no observable 'geometic'"),
            ("{prize: {of: geometric, mean: 3}}", "no observable 'prize'"),
            ("{price: {of: geometric, mean: exat}}", "job.yaml:3:40: mean is 'exat', expected a number, or the word exact"),
            ("{price: {of: geometric, mean: .inf}}", "mean is '.inf'"),
            ("{price: {of: geometric, mean: [1]}}", "mean is a list"),
            ("{price: {of: price, mean: exact}}", "control 1 of 'price' stands there already"),
            ("{price: [{of: geometric, mean: 1}, {of: geometric, mean: 2}]}", "control 2 of 'price' stands there already"),
        ):
            with self.subTest(text=text[:60]):
                self.write("job.yaml", head + text + "\n")
                self.refused(2, "check", "job.yaml", says=says)
        queue = "model: queue\nparams: {customers: 3}\nruns: 100\ncontrol: "
        for text, says in (("{mean_wait: {of: 'wait[3]', mean: 1}}", "'wait[3]' is no element"),
                           ("{wait: {of: mean_wait, mean: 1}}", "'wait' is an array"),
                           ("{mean_wait: {of: wait, mean: 1}}", "'wait' is an array, expected one element")):
            with self.subTest(text=text):
                self.write("job.yaml", queue + text + "\n")
                self.refused(2, "check", "job.yaml", says=says)

        self.write("uniform.c", MODEL)
        self.write("job.yaml", "model: ./uniform.c\nruns: 100\ncontrol: {m2: {of: m, mean: exact}}\n")
        self.refused(2, "check", "job.yaml", says="model 'uniform' does not know the mean of 'm', expected its value")

    def test_what_cannot_be_compared(self):
        head = "model: european\nruns: 100\nsweep: {strike: [99, 100], kind: [call, put], rate: [0, 0.1]}\ncompare: "
        for text, says in (
            ("3", "job.yaml:4:10: compare is '3', expected a mapping of a swept parameter to one of its values"),
            ("{}", "job.yaml:4:10: compare is empty"),
            ("{strike: 103}", "job.yaml:4:19: the sweep has no strike of '103'; the nearest is 100"),
            ("{strike: 90}", "the nearest is 99"),
            ("{strike: [100]}", "strike is a list"),
            ("{kind: sell}", "kind is 'sell'"),
            ("{strik: 100}", "job.yaml:4:11: 'strik' is not swept, expected one of strike, rate, kind"),
            ("{spot: 100}", "'spot' is not swept"),
            ("{strike: 99, strike: 100}", "stands here twice"),
        ):
            with self.subTest(text=text):
                self.write("job.yaml", head + text + "\n")
                self.refused(2, "check", "job.yaml", says=says)
        self.write("job.yaml", head + "{strike: 99, rate: 0.1}\nzip: [[strike, rate]]\n")
        self.refused(2, "check", "job.yaml", says="'rate' advances together with what stands before")
        self.write("job.yaml", "model: european\nruns: 100\ncompare: {strike: 100}\n")
        self.refused(2, "check", "job.yaml", says="'strike' is not swept, expected a sweep along what is compared")
        self.write("scan.csv", "strike,rate\n99,0\n100,0\n100,0.1\n")
        self.write("job.yaml", "model: european\nruns: 100\npoints: scan.csv\ncompare: {strike: 100}\n")
        self.refused(2, "check", "job.yaml", says="2 of the points that advance together have this strike")


class Results(command.Case):
    def run_job(self, name, text, *options, **more):
        self.write("job.yaml", text + f"\noutput: {name}\n")
        self.succeeds("run", "-q", "job.yaml", *options, **more)
        return check(self.folder / name)

    def test_the_bits_do_not_depend_on_ranks_stops_and_parts(self):
        self.run_job("1.h5", JOB)
        for ranks in (2, 3):
            self.run_job(f"{ranks}.h5", JOB, launcher=command.mpirun(ranks))
            self.same_results("1.h5", f"{ranks}.h5")
        self.run_job("again.h5", JOB, "--runs", "7000")
        self.run_job("again.h5", JOB)
        self.same_results("1.h5", "again.h5")
        self.run_job("packed.h5", JOB + "isolate: true\n")
        self.assertTrue(check(self.folder / "1.h5").identical(check(self.folder / "packed.h5")))

    def test_what_the_file_holds(self):
        results = self.run_job("x.h5", JOB)
        self.assertEqual(list(results.attrs["derived"]), ["ratio", "same", "root"])
        self.assertEqual(results.ratio.attrs["expression"], "price / geometric")
        self.assertEqual(results.same.attrs["units"], "EUR")
        self.assertEqual(results.same.attrs["long_name"], "the price again")
        self.assertEqual(results.ratio_low.attrs["confidence"], 0.95)
        self.assertLess(abs(results.same - results.price).max(), 1e-13)
        self.assertLess(abs(results.same_stderr / results.price_stderr - 1).max(), 0.3)
        self.assertLess(abs(results.ratio - results.price / results.geometric).max(), 1e-5)
        # correlated means: the ratio is known far better than either
        self.assertTrue((20 * results.ratio_stderr / results.ratio < results.price_stderr / results.price).all())
        self.assertTrue((results.ratio_low < results.ratio).all() and (results.ratio < results.ratio_high).all())

    def test_tables_pictures_and_exports_have_it(self):
        self.run_job("x.h5", JOB)
        table = self.succeeds("show", "x.h5").stdout
        for name in ("ratio", "same (EUR)", "root"):
            self.assertIn(name, table)
        one = self.succeeds("show", "x.h5", "--observable", "ratio").stdout
        self.assertIn("ratio: price / geometric", one)
        self.assertIn("95 % interval", one)
        self.assertNotIn("skewness", one)
        head = self.succeeds("export", "x.h5").stdout.splitlines()[0]
        self.assertTrue(head.endswith("same [EUR],same_stderr [EUR],same_low [EUR],same_high [EUR],"
                                      "root,root_stderr,root_low,root_high"), head)
        self.succeeds("plot", "x.h5", "-y", "ratio", "-o", "x.svg")
        self.succeeds("report", "x.h5", "-o", "x.html")
        self.assertIn("ratio", (self.folder / "x.html").read_text())

    def test_it_is_a_target(self):
        until = JOB.replace("runs: 20100", "until: {ratio: {rel_error: 0.0005}}")
        results = self.run_job("1.h5", until)
        half_width = (results.ratio_high - results.ratio_low) / 2
        self.assertTrue((half_width <= 0.0005 * results.ratio).all())
        self.assertTrue((results.runs < 200000).all())
        self.run_job("3.h5", until, launcher=command.mpirun(3))
        self.same_results("1.h5", "3.h5")
        self.assertIn("ratio within 0.05 %", self.succeeds("show", "1.h5").stdout)
        self.write("job.yaml", until.replace("until: {ratio", "until: {ratoi"))
        self.refused(2, "check", "job.yaml", says="did you mean 'ratio'?")
        self.write("job.yaml", until.replace("until: {ratio", "until: {'ratio[0]'"))
        self.refused(2, "check", "job.yaml", says="there is no 'ratio[0]', a derived quantity has no elements")

    def test_differences_stand_against_the_baseline(self):
        job = ("model: european\nsweep: {strike: [99, 100, 101], rate: [0, 0.05]}\nstreams: common\nruns: 20000\n"
               "compare: {strike: 1e2}\nderived: {given: price / exercised}\n")
        results = self.run_job("1.h5", job)
        self.assertEqual(list(results.attrs["differences"]),
                         ["price_difference", "exercised_difference", "given_difference"])
        self.assertEqual(results.price_difference.attrs["long_name"], "price less that at strike = 1e2")
        for name in ("price", "exercised", "given"):
            difference, error = results[name + "_difference"], results[name + "_difference_stderr"]
            self.assertLess(abs(difference - (results[name] - results[name].sel(strike=100))).max(), 1e-3)
            self.assertTrue((difference.sel(strike=100) == 0).all() and (error.sel(strike=100) == 0).all())
        theory = results.price_exact - results.price_exact.sel(strike=100)
        off = (results.price_difference - theory).sel(strike=[99, 101])
        error = results.price_difference_stderr.sel(strike=[99, 101])
        self.assertTrue((abs(off) < 4 * error).all())
        self.assertTrue((20 * error < results.price_stderr).all())
        self.run_job("3.h5", job, launcher=command.mpirun(3))
        self.same_results("1.h5", "3.h5")
        table = self.succeeds("show", "1.h5").stdout
        self.assertIn("differences to strike = 1e2", table)
        apart = self.run_job("apart.h5", job.replace("common", "independent"))
        expected = (apart.price_stderr**2 + apart.price_stderr.sel(strike=100)**2)**0.5
        ratio = (apart.price_difference_stderr / expected).sel(strike=[99, 101])
        self.assertTrue(((0.6 < ratio) & (ratio < 1.5)).all())

    def test_each_point_of_a_table_is_compared_with_one(self):
        self.write("scan.csv", "strike,rate,runs\n99,0,3000\n100,0,5000\n101,0.1,50\n")
        results = self.run_job("x.h5", "model: european\npoints: scan.csv\nstreams: common\ncompare: {strike: 100}\n")
        expected = results.price - results.price[1]
        self.assertLess(abs(results.price_difference - expected).max(), 1e-12)
        self.assertTrue((results.price_difference_stderr[[0, 2]] > 0).all())

    def test_a_control_makes_the_variance_a_hundredth(self):
        job = ("model: asian\nsweep: {strike: [95, 100, 105]}\nruns: 20000\n"
               "control: {price: [{of: geometric, mean: exact}]}\n")
        results = self.run_job("1.h5", job)
        self.assertTrue((results.price_variance_reduction > 100).all())
        reduction = (results.price_stderr / results.price_controlled_stderr)**2
        self.assertLess(abs(reduction / results.price_variance_reduction - 1).max(), 1e-6)
        self.assertEqual(results.price_controlled.attrs["long_name"], "price by control of geometric")
        long = self.run_job("long.h5", job.replace("20000", "4000000").replace("[95, 100, 105]", "[100]"))
        off = results.price_controlled.sel(strike=100) - long.price.sel(strike=100)
        error = (results.price_controlled_stderr.sel(strike=100)**2 + long.price_stderr.sel(strike=100)**2)**0.5
        self.assertLess(abs(off), 4 * error)
        self.run_job("3.h5", job, launcher=command.mpirun(3))
        self.same_results("1.h5", "3.h5")
        table = self.succeeds("show", "1.h5").stdout
        self.assertIn("price_controlled", table)
        self.assertIn("variance ÷", table)
        self.assertIn(",price_controlled,", self.succeeds("export", "1.h5").stdout)
        self.assertIn("price_controlled_variance_reduction", self.succeeds("export", "1.h5").stdout)

    def test_a_controlled_estimate_is_a_target(self):
        job = ("model: asian\nsweep: {strike: [95, 100]}\nblock: 256\nuntil: {price_controlled: {error: 0.004}}\n"
               "control: {price: {of: geometric, mean: exact}}\n")
        results = self.run_job("1.h5", job)
        self.assertTrue(((results.price_controlled_high - results.price_controlled) <= 0.004).all())
        self.assertTrue((results.runs < 30000).all() and (results.price_stderr > 0.05).all())
        self.run_job("3.h5", job, launcher=command.mpirun(3))
        self.same_results("1.h5", "3.h5")
        self.assertIn("price_controlled within 0.004", self.succeeds("show", "1.h5").stdout)
        for target, says in (("geometric_controlled", "no observable 'geometric_controlled'"),
                             ("'price_controlled[0]'", "a controlled estimate has no elements"),
                             ("price_controlledx", "no observable 'price_controlledx'")):
            self.write("job.yaml", job.replace("price_controlled", target))
            self.refused(2, "check", "job.yaml", says=says)

    def test_a_control_of_a_known_value_and_one_that_tells_nothing(self):
        job = "model: asian\nruns: 2000\ncontrol: {price: {of: geometric, mean: 5.6}}\nblock: 64\n"
        results = self.run_job("x.h5", job)
        self.assertGreater(results.price_variance_reduction, 100)
        results = self.run_job("y.h5", job + "params: {volatility: 0}\n")
        self.assertTrue(results.price_controlled.isnull() and results.price_variance_reduction.isnull())
        self.assertIn("price_controlled: undefined at 1 of 1 points, where a control's mean is not known, the controls do not vary",
                      self.succeeds("show", "y.h5").stdout)

    def test_one_run_tells_nothing(self):
        results = self.run_job("x.h5", JOB.replace("20100", "1"))
        self.assertTrue(results.ratio.isnull().all() and results.ratio_stderr.isnull().all())
        self.assertIn("—", self.succeeds("show", "x.h5").stdout)

    def test_models_declare_it(self):
        self.write("uniform.c", MODEL)
        results = self.run_job("x.h5", "model: ./uniform.c\nruns: 100000\nderived: {third: m2}\n")
        self.assertEqual(list(results.attrs["derived"]), ["variance", "ratio", "third"])
        for name, exact in (("variance", 1 / 12), ("ratio", 2 / 3), ("third", 1 / 3)):
            self.assertLess(abs(results[name] - exact), 4 * results[name + "_stderr"])
            self.assertLess(results[name + "_stderr"], 0.002)
        listed = self.succeeds("models", "./uniform.c").stdout
        self.assertIn("of a uniform number", listed)
        self.assertIn("m2 / m", listed)
        for old, new, says in (
            ('"m2 / m"', '"m2 / n"', "'ratio' of model 'uniform', character 6: model 'uniform' has no observable or "
             "parameter 'n'"),
            ('.expression = "m2 / m"', '.unit = "m"', "'ratio' has neither an expression nor a function"),
            (".of = variance", '.of = variance, .expression = "m"', "'variance' has both an expression and a function"),
            ('"ratio"', '"m"', "may not be named 'm', as an observable is"),
            ('"ratio"', '"variance"', "two derived quantities are named 'variance'"),
        ):
            self.write("uniform.c", MODEL.replace(old, new))
            self.write("job.yaml", "model: ./uniform.c\nruns: 100\n")
            self.refused(2, "check", "job.yaml", says=says)


command.main()
