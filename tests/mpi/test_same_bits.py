#!/usr/bin/python3
"""The results are the same bits at any number of ranks."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py

UNEQUAL = """
model: walk
sweep:
  steps: [1, 60, 4000]
runs: 3001
block: 7
"""

# So long that chains change hands.
AR1 = "model: ar1\nsweep: {coefficient: [0.5, 0.95]}\nruns: 11\nthermalize: 1000\nmeasure_every: 3\n"
CHAINS = AR1 + "sweeps: 300000\nseries: {bin: 30000}\n"
TARGETS = AR1 + "until: {x: {error: 0.01}, x2: {error: 0.01}, min_sweeps: 500}\n"
BUNDLES = "model: ising\nparams: {start: hot}\nsweep: {size: [4, 16], algorithm: [metropolis, wolff]}\nruns: 140\n" \
          "thermalize: 50\nsweeps: 600\n"


class SameBits(command.Case):
    def compare(self, job, *options, at=(1, 2, 3, 7)):
        self.succeeds("run", "-q", "-o", "alone.h5", *options, job)
        for ranks in at:
            name = f"{ranks}.h5"
            self.succeeds("run", "-q", "-o", name, *options, job, launcher=command.mpirun(ranks))
            self.same_results("alone.h5", name)
            self.assertEqual(self.state("alone.h5"), self.state(name))

    def state(self, name):
        with h5py.File(self.folder / name) as file:
            return file["state/bytes"][()].tobytes()

    def test_option_surface(self):
        self.compare(command.EXAMPLES / "european.yaml")

    def test_points_of_unequal_cost(self):
        self.compare(self.write("unequal.yaml", UNEQUAL))

    def test_chains(self):
        for name, job in (("chains", CHAINS), ("targets", TARGETS), ("bundles", BUNDLES)):
            with self.subTest(name):
                self.compare(self.write(f"{name}.yaml", job), "--force-new", at=(1, 2, 3))

    def test_more_ranks_than_blocks(self):
        self.compare(self.write("few.yaml", "model: buffon\nruns: 3\n"))

    def test_ranks_started_by_ulam_itself(self):
        job = command.EXAMPLES / "quickstart.yaml"
        self.succeeds("run", "-q", "--runs", "1000", "-o", "alone.h5", job)
        self.succeeds("run", "-q", "--runs", "1000", "-o", "two.h5", "-n", "2", job)
        self.same_results("alone.h5", "two.h5")

    def test_leaders(self):
        job = self.write("unequal.yaml", UNEQUAL)
        self.succeeds("run", "-q", "-o", "alone.h5", job)
        for most in (1, 2, 3):
            name = f"{most}.h5"
            self.succeeds("run", "-q", "-o", name, job, launcher=command.mpirun(7),
                          env={"ULAM_RANKS_PER_LEADER": str(most)})
            self.same_results("alone.h5", name)

    def test_number_of_ranks_under_a_leader_that_is_none(self):
        job = self.write("few.yaml", "model: buffon\nruns: 3\n")
        for wrong in ("0", "-1", "two", "2 ", "99999999999", ""):
            done = self.ulam("run", "-q", "-o", "out.h5", job, launcher=command.mpirun(3),
                             env={"ULAM_RANKS_PER_LEADER": wrong})
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr.count(f"ULAM_RANKS_PER_LEADER='{wrong}'; a whole number from 1 on"), 1)
            self.assertFalse((self.folder / "out.h5").exists())


command.main()
