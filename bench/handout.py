#!/usr/bin/python3
"""handout.py BUILD: what handing out and gathering cost the thread that does it on rank 0, at 2 to 64 ranks, and a fit.

Prints a table and the model CPU = a * seconds + b * assignments + c * bytes of answers. BUILD was configured with
-DULAM_BENCH=ON."""

import json
import os
import subprocess
import sys

import numpy

MILLISECONDS, RUNS_A_RANK, RANKS_A_NODE = 4, 250, 8
LAUNCH = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
}


def measure(build, ranks, ranks_per_leader, width):
    program = [f"{build}/bench/bench_handout", "1", str(ranks * RUNS_A_RANK), str(1000 * MILLISECONDS), str(width)]
    environment = dict(os.environ, **LAUNCH, ULAM_RANKS_PER_LEADER=str(ranks_per_leader))
    output = subprocess.run(["mpirun", "-n", str(ranks), *program], env=environment, check=True, capture_output=True)
    return json.loads(output.stdout)


def main(build):
    print(f"{'ranks':>5} {'leaders':>7} {'width':>6} {'seconds':>8} {'assignments':>11} {'MB of answers':>13} {'CPU ms':>8}")
    rows = []
    for width in (1, 100, 1000):
        for ranks in (2, 4, 8, 16, 32, 64):
            for per_leader in (1, RANKS_A_NODE) if ranks > RANKS_A_NODE else (1,):
                row = measure(build, ranks, per_leader, width)
                leaders = ranks // RANKS_A_NODE - 1 if per_leader > 1 else 0
                rows.append((row["seconds"], row["replies"], row["answered_bytes"], row["cpu_ms"] * 1e-3))
                print(
                    f"{ranks:5} {leaders:7} {width:6} {row['seconds']:8.3f} {row['replies']:11} "
                    f"{row['answered_bytes'] * 1e-6:13.3f} {row['cpu_ms']:8.1f}",
                    flush=True,
                )
    table = numpy.array(rows)
    # Relative errors: the small rows say as much as the large ones.
    weight = 1 / table[:, 3]
    fit = numpy.linalg.lstsq(table[:, :3] * weight[:, None], table[:, 3] * weight, rcond=None)[0]
    spread = numpy.std(table[:, :3] @ fit / table[:, 3])
    print(
        f"CPU = {1e3 * fit[0]:.1f} ms a second + {1e6 * fit[1]:.1f} us an assignment + {1e9 * fit[2]:.2f} ns a byte; "
        f"spread {100 * spread:.0f} %"
    )


main(sys.argv[1])
