#!/usr/bin/python3
"""Chains against what is known of them: the Ising model's exact energies and heat capacities; error bars against the spread
over 200 seeds; the autocorrelation times of AR(1); and R-hat of chains that started apart. Takes some minutes."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy

ISING = "model: ising\nparams: {algorithm: %s}\n" \
        "sweep: {size: [4, 8, 16], temperature: [1.8, 2.1, 2.269185314213022, 2.4, 2.7, 3.5]}\n" \
        "runs: %d\nthermalize: %d\nsweeps: %d\n"
COEFFICIENTS = (0.5, 0.8, 0.95, 0.99)
SEEDS = 200


class Chains(command.Case):
    def results(self, job, seed=1):
        """Arrays of /results by their names."""
        self.write("job.yaml", job)
        self.succeeds("run", "-q", "--seed", str(seed), "job.yaml", timeout=1200)
        with h5py.File(self.folder / "job.h5") as file:
            found = {name: item[()] for name, item in file["results"].items()}
            found["warnings"] = [line.decode() for line in file["results"].attrs.get("warnings", [])]
        (self.folder / "job.h5").unlink()
        return found


class Ising(Chains):
    def exact(self, results):
        size, temperature = numpy.meshgrid(results["size"], results["temperature"], indexing="ij")
        variance = results["energy2_exact"] - results["energy_exact"] ** 2
        return {"energy": results["energy_exact"], "heat_capacity": size**2 * variance / temperature**2}

    def test_energy_and_heat_capacity_are_kaufmans(self):
        for algorithm, job in (("metropolis", (128, 1000, 20000)), ("wolff", (64, 200, 5000))):
            results = self.results(ISING % (algorithm, *job))
            for name, exact in self.exact(results).items():
                off = (results[name] - exact) / results[f"{name}_stderr"]
                print(f"{algorithm}, {name}: off by at most {abs(off).max():.2f} errors, root mean square "
                      f"{numpy.sqrt((off**2).mean()):.2f}; errors {(results[f'{name}_stderr'] / abs(exact)).min():.1e} to "
                      f"{(results[f'{name}_stderr'] / abs(exact)).max():.1e} of the value")
                with self.subTest(algorithm=algorithm, observable=name):
                    self.assertLess(abs(off).max(), 4, off)

    def test_errors_are_the_spread_over_seeds(self):
        """The relative standard deviation of a standard deviation over 200 is 5 %."""
        for algorithm, job in (("metropolis", (128, 300, 500)), ("wolff", (16, 100, 600))):
            found = [self.results(ISING % (algorithm, *job), seed) for seed in range(SEEDS)]
            exact = self.exact(found[0])
            for name in ("energy", "heat_capacity", "abs_m", "binder"):
                spread = numpy.std([results[name] for results in found], axis=0, ddof=1)
                told = numpy.sqrt(numpy.mean([results[f"{name}_stderr"]**2 for results in found], axis=0))
                ratio = told / spread
                pooled = numpy.sqrt((ratio**2).mean())
                print(f"{algorithm}, {name}: errors over spread {ratio.min():.3f} to {ratio.max():.3f}, pooled {pooled:.3f}")
                with self.subTest(algorithm=algorithm, observable=name):
                    self.assertLess(abs(pooled - 1), 0.05)
                    self.assertLess(abs(ratio - 1).max(), 0.2, ratio)
                if name in exact:
                    mean = numpy.mean([results[name] for results in found], axis=0)
                    off = (mean - exact[name]) / spread * numpy.sqrt(SEEDS)
                    print(f"{algorithm}, {name}: the mean over all seeds is off by at most {abs(off).max():.2f} errors")
                    with self.subTest(algorithm=algorithm, observable=name, of="all seeds"):
                        self.assertLess(abs(off).max(), 4, off)


class AutoRegression(Chains):
    def test_autocorrelation_times(self):
        """Of x, and of x^2, whose correlations are the squares of x's."""
        job = f"model: ar1\nsweep: {{coefficient: {list(COEFFICIENTS)}}}\nruns: 16\nthermalize: 0\nsweeps: 200000\n"
        found = [self.results(job, seed) for seed in range(40)]
        for name, rho in (("x", numpy.array(COEFFICIENTS)), ("x2", numpy.array(COEFFICIENTS)**2)):
            tau = (1 + rho) / (1 - rho)
            estimates = numpy.array([results[f"{name}_tau"] for results in found])
            errors = numpy.array([results[f"{name}_tau_stderr"] for results in found])
            off = (estimates - tau) / errors
            for k, coefficient in enumerate(COEFFICIENTS):
                print(f"a = {coefficient}, {name}: tau {estimates[:, k].mean():.4g} on average, exact {tau[k]:.4g}; errors "
                      f"{errors[:, k].mean() / tau[k]:.1%} of it; off by at most {abs(off[:, k]).max():.2f} of them, root "
                      f"mean square {numpy.sqrt((off[:, k]**2).mean()):.2f}")
            with self.subTest(name):
                self.assertLess(abs(off).max(), 4)
                self.assertLess(abs(numpy.sqrt((off**2).mean()) - 1), 0.2)

    def sets(self, coefficient, thermalize, sweeps):
        """R-hat of x in 20 sets of chains that start apart, and how many sets are warned of, and as not thermalised."""
        job = "model: ar1\nparams: {coefficient: %g, spread: 30}\nruns: 16\nthermalize: %d\nsweeps: %d\n"
        found = [self.results(job % (coefficient, thermalize, sweeps), seed) for seed in range(20)]
        rhat = [results["x_rhat"] for results in found]
        warned = sum(bool(results["warnings"]) for results in found)
        not_thermalised = sum(any(re.search("drifts|differ", line) for line in results["warnings"]) for results in found)
        print(f"a = {coefficient}, {sweeps:.0f} sweeps behind {thermalize:.0f}: R-hat {min(rhat):.4f} to {max(rhat):.4f}, "
              f"{warned} of 20 warned of, {not_thermalised} as not thermalised")
        return rhat, warned, not_thermalised

    def test_rhat_flags_chains_that_started_apart(self):
        """But not those that have thermalised; of a few tau, nobody can tell which they are."""
        for coefficient in COEFFICIENTS:
            tau = (1 + coefficient) / (1 - coefficient)
            with self.subTest(coefficient=coefficient):
                rhat, warned, _ = self.sets(coefficient, 0, 2 * tau)
                self.assertGreater(min(rhat), 1.5)
                self.assertEqual(warned, 20)
                rhat, _, not_thermalised = self.sets(coefficient, 0, 40 * tau)
                self.assertGreater(min(rhat), 1.01)
                self.assertEqual(not_thermalised, 20)
                _, _, not_thermalised = self.sets(coefficient, 10 * tau, 40 * tau)
                self.assertLessEqual(not_thermalised, 1)
                rhat, warned, _ = self.sets(coefficient, 10 * tau, 200 * tau)
                self.assertLess(max(rhat), 1.01)
                self.assertLessEqual(warned, 1)


command.main()
