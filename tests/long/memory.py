#!/usr/bin/python3
"""A job of 10^5 points with 10 observables each on two ranks: rank 0 stays below 512 MiB, the other below 64, the program
included. Going on with it, where the file's image is read first, takes rank 0 more. Checkpoints, which hold sums that change
meanwhile twice, are put off to the end."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

MEASURE = ("import os, resource, subprocess, sys; status = subprocess.run(sys.argv[1:]).returncode; "
           "print('peak', os.environ['OMPI_COMM_WORLD_RANK'], "
           "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024); sys.exit(status)")


LIMIT = {20: 512, 21: 600}  # MiB on rank 0, by the runs asked for


class Memory(command.Case):
    def test_points_by_observables(self):
        self.write("job.yaml", "model: queue\nparams: {customers: 8}\nruns: 10\ncheckpoint: 1h\n"
                               "sweep: {arrival_rate: {from: 0.1, to: 1.9, steps: 100000}}\n")
        for runs, limit in LIMIT.items():
            done = self.succeeds("run", "-q", "--runs", runs, "job.yaml", timeout=1200,
                                 launcher=command.mpirun(2, sys.executable, "-c", MEASURE))
            peak = {int(rank): int(size) for rank, size in re.findall(r"peak (\d+) (\d+)", done.stdout)}
            print(f"{runs} runs: {peak[0]} MiB on rank 0, {peak[1]} MiB on rank 1")
            self.assertLess(peak[0], limit)
            self.assertLess(peak[1], 64)


command.main()
