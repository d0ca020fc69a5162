#!/usr/bin/python3
"""The benchmark's programs estimate what they say, and bench/run prints its tables. Nothing is timed."""

import math
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

BENCH = command.ROOT / "bench"


def normal_cdf(x):
    return statistics.NormalDist().cdf(x)


def call(forward, spread, strike=100.0, discount=math.exp(-0.05)):
    """A call on a log-normal price of that mean, by Black and Scholes (1973), and the chance that it is exercised."""
    d1 = math.log(forward / strike) / spread + 0.5 * spread
    return discount * (forward * normal_cdf(d1) - strike * normal_cdf(d1 - spread)), normal_cdf(d1 - spread)


def geometric_asian(fixings=64, rate=0.05, volatility=0.2):
    """The geometric mean of prices at k/n, k = 1 .. n, is log-normal."""
    n = fixings
    mean = (rate - 0.5 * volatility**2) * (n + 1) / (2 * n)
    variance = volatility**2 * (n + 1) * (2 * n + 1) / (6 * n**2)
    return call(100 * math.exp(mean + 0.5 * variance), math.sqrt(variance))[0]


PRICE, EXERCISED = call(100 * math.exp(0.05), 0.2)
EXACT = {"crossing": 2 / math.pi, "price": PRICE, "exercised": EXERCISED, "geometric": geometric_asian()}
SD = {"crossing": math.sqrt(2 / math.pi * (1 - 2 / math.pi)), "price": 14.7, "exercised": math.sqrt(0.56 * 0.44),
      "arithmetic": 8.0, "geometric": 7.7}


class Peers(command.Case):
    def judge(self, *program, job, runs):
        """Each estimate against its exact value in units of its error, and the error against the known spread."""
        done = subprocess.run([*map(str, program), job, str(runs)], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {}
        for name, mean, error in map(str.split, done.stdout.splitlines()):
            found[name] = (float(mean), float(error))
            self.assertLess(abs(float(error) * math.sqrt(runs) / SD[name] - 1), 0.1, f"{program} {name}")
            if name in EXACT:
                self.assertLess(abs(float(mean) - EXACT[name]), 4.5 * float(error), f"{program} {name}")
        return found

    def test_three_ways_give_the_same_estimates(self):
        gsl = self.folder / "gsl_mpi"
        subprocess.run(["mpicc", "-O2", "-Wall", "-Wextra", "-Werror", BENCH / "peers" / "gsl_mpi.c", "-o", gsl,
                        "-lgsl", "-lgslcblas", "-lm"], check=True, capture_output=True)
        ways = {"gsl": (gsl,), "gsl on 2 ranks": (*command.mpirun(2), gsl),
                "numpy": (BENCH / "peers" / "numpy_chunks.py",),
                "multiprocessing": (BENCH / "peers" / "multiprocess.py",)}
        names = {"buffon": {"crossing"}, "european": {"price", "exercised"}, "asian": {"arithmetic", "geometric"}}
        for job, quantities in names.items():
            found = {way: self.judge(*program, job=job, runs=3001 if job == "asian" else 100001)
                     for way, program in ways.items()}
            for way, estimates in found.items():
                self.assertEqual(set(estimates), quantities, way)
            if job != "asian":
                continue
            for way, estimates in found.items():  # above the geometric one, and alike
                mean, error = estimates["arithmetic"]
                self.assertGreater(mean, estimates["geometric"][0])
                self.assertLess(abs(mean - found["gsl"]["arithmetic"][0]), 4.5 * 1.5 * error, way)

    def test_usage_is_told(self):
        for program in ("numpy_chunks.py", "multiprocess.py"):
            done = subprocess.run([BENCH / "peers" / program, "nonsense"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("usage:", done.stderr)


class Run(command.Case):
    def bench(self, *arguments):
        return subprocess.run([BENCH / "run", "--build", command.BUILD, *arguments], capture_output=True, text=True,
                              cwd=self.folder, timeout=300)

    def test_a_short_session_prints_both_tables(self):
        done = self.bench("--seconds", "0.05", "--repeat", "1", "--jobs", "buffon", "--against", "gsl,numpy", "--cases",
                          "peers,startup", "--markdown")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("| buffon", "| ulam against C + GSL + MPI", "| start-up", "ulam run -n 2"):
            self.assertIn(line, done.stdout)
        tables = [line for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in tables}, {4, 6})

    def test_mistakes_are_answered(self):
        for arguments, says in ((("--jobs", "buffin"), "no 'buffin'"), (("--repeat", "0"), "--repeat 0"),
                                (("--seconds", "nan"), "--seconds nan")):
            done = self.bench(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)
        done = subprocess.run([BENCH / "run", "--build", self.folder], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("build ulam first", done.stderr)


command.main()
