#!/usr/bin/python3
"""The results are the same bits at any number of ranks."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

UNEQUAL = """
model: walk
sweep:
  steps: [1, 60, 4000]
runs: 3001
block: 7
"""


class SameBits(command.Case):
    def compare(self, job, *options):
        self.succeeds("run", "-q", "-o", "alone.h5", *options, job)
        for ranks in (1, 2, 3, 7):
            name = f"{ranks}.h5"
            self.succeeds("run", "-q", "-o", name, *options, job, launcher=command.mpirun(ranks))
            self.same_results("alone.h5", name)

    def test_option_surface(self):
        self.compare(command.EXAMPLES / "european.yaml")

    def test_points_of_unequal_cost(self):
        self.compare(self.write("unequal.yaml", UNEQUAL))

    def test_more_ranks_than_blocks(self):
        self.compare(self.write("few.yaml", "model: buffon\nruns: 3\n"))

    def test_ranks_started_by_ulam_itself(self):
        job = command.EXAMPLES / "quickstart.yaml"
        self.succeeds("run", "-q", "--runs", "1000", "-o", "alone.h5", job)
        self.succeeds("run", "-q", "--runs", "1000", "-o", "two.h5", "-n", "2", job)
        self.same_results("alone.h5", "two.h5")


command.main()
