#!/usr/bin/python3
"""Lanes: a result's bits do not depend on the build of the lanes, on scalar runs in their place, or on the ranks."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

BUILDS = ("scalar", "portable", "avx2", "avx512")
JOBS = {
    "asian": "sweep: {kind: [call, put], fixings: [1, 64]}\nruns: 3000\n",
    "buffon": "sweep: {length: [0, 0.3, 1]}\nruns: 30001\n",
    "european": "sweep: {strike: [90, 110]}\nruns: 30001\n",
    "queue": "params: {customers: 30}\nsweep: {start: [empty, stationary]}\nruns: 5000\n",
    "walk": "params: {steps: 30}\nsweep: {dimension: [2, 3], kind: [simple, self_avoiding]}\nruns: 3000\n",
}


class Lanes(command.Case):
    def run_job(self, build, output, ranks=1):
        self.succeeds("run", "-q", "-o", output, "job.yaml", env={"ULAM_LANES_BUILD": build},
                      launcher=command.mpirun(ranks) if ranks > 1 else ())
        return self.folder / output

    def runnable(self, build):
        """Whether this machine can."""
        done = self.ulam("run", "-q", "-o", "probe.h5", "probe.yaml", env={"ULAM_LANES_BUILD": build})
        return done.returncode == 0

    def test_every_build_gives_the_same_bits(self):
        self.write("probe.yaml", "model: buffon\nruns: 1\n")
        builds = [build for build in BUILDS if self.runnable(build)]
        self.assertIn("portable", builds)
        for model, text in JOBS.items():
            with self.subTest(model=model):
                self.write("job.yaml", f"model: {model}\n{text}")
                first, *others = [self.run_job(build, f"{model}_{build}.h5") for build in builds]
                for other in others:
                    self.same_results(first, other)

    def test_ranks_with_different_builds_give_the_same_bits(self):
        self.write("job.yaml", f"model: european\n{JOBS['european']}")
        one = self.run_job("scalar", "one.h5")
        for ranks in (2, 3):
            self.same_results(one, self.run_job("", f"ranks{ranks}.h5", ranks))

    def test_a_build_that_is_none_is_refused(self):
        self.write("job.yaml", "model: buffon\nruns: 10\n")
        self.refused(2, "run", "job.yaml", env={"ULAM_LANES_BUILD": "sse9"}, says=("ULAM_LANES_BUILD", "sse9", "avx2"))
        self.refused(2, "run", "-n", 2, "job.yaml", env={"ULAM_LANES_BUILD": "sse9"}, says="sse9")


if __name__ == "__main__":
    command.main()
