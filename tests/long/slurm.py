#!/usr/bin/python3
"""Under a Slurm of one node: srun, its signals and time limits, job arrays, and mpirun in an allocation."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py

HERE = command.ROOT / "tests" / "slurm"
JOB = "model: sleeper\nruns: 400\nsweep: {mean: [0.004, 0.006, 0.008]}\nparams: {sigma: 0.5}\ncheckpoint: 0.5s\n"
ENDLESS = "model: sleeper\nruns: 1e6\nparams: {mean: 0.005}\ncheckpoint: 5s\n"
PMIX = ("srun", "--quiet", "--mpi=pmix")


class Slurm(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(subprocess.run, [HERE / "stop", folder.name])
        subprocess.run([HERE / "start", folder.name], check=True)
        os.environ["SLURM_CONF"] = folder.name + "/slurm.conf"

    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "ulam").symlink_to(self.program)

    def attribute(self, name, file="job.h5"):
        with h5py.File(self.folder / file) as opened:
            return opened.attrs[name]

    def slurm(self, *arguments, timeout=60):
        return subprocess.run([*map(str, arguments)], cwd=self.folder, capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"})

    def submit(self, *arguments):
        """The job's number."""
        done = self.slurm("sbatch", "--parsable", "--output=log.%j", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def exit_status(self, job):
        """Of a job or a task of an array, when it has ended."""
        for _ in range(300):
            shown = self.slurm("scontrol", "show", "job", job).stdout
            if re.search("JobState=(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)", shown):
                return int(re.search(r"ExitCode=(\d+)", shown)[1])
            time.sleep(0.1)
        self.fail(f"job {job} does not end")

    def is_same_as_alone(self):
        self.succeeds("run", "-q", "-n", 8, "-o", "alone.h5", "job.yaml")
        self.same_results("job.h5", "alone.h5")

    def test_srun(self):
        done = self.succeeds("run", "job.yaml", launcher=(*PMIX, "-n", "3"))
        self.assertIn("1200 runs", done.stderr + done.stdout)
        self.is_same_as_alone()

    def test_srun_without_pmix(self):
        before = sorted(os.listdir(self.folder))
        done = self.ulam("run", "job.yaml", launcher=("srun", "--quiet", "-n", "3"))
        said = [line for line in done.stderr.splitlines() if not line.startswith("srun: error: ")]
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(said), 1, done.stderr)
        self.assertIn("srun --mpi=pmix", said[0])
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_srun_of_one_process(self):
        self.succeeds("run", "-q", "job.yaml", launcher=("srun", "--quiet"))
        self.is_same_as_alone()

    def test_ranks_started_within_srun(self):
        self.succeeds("run", "-q", "-n", 3, "job.yaml", launcher=("srun", "--quiet", "--cpus-per-task=3"))
        self.is_same_as_alone()

    def test_signal_to_the_job_script(self):
        job = self.submit("--ntasks=3", command.EXAMPLES / "slurm" / "job.sh")
        for _ in range(100):
            if (self.folder / "job.h5").exists():
                break
            time.sleep(0.1)
        self.assertEqual(self.slurm("scancel", "--signal=USR1", job + ".0").returncode, 0)
        self.assertEqual(self.exit_status(job), 3)
        self.assertEqual(self.attribute("status"), b"partial")
        self.succeeds("run", "-q", "job.yaml", launcher=(*PMIX, "-n", "4"))
        self.is_same_as_alone()

    def test_time_limits_are_learned_from_slurm(self):
        """Of a step; and of an array's last task, whose number is also that of the whole array."""
        self.write("job.yaml", ENDLESS)
        self.write("script", "#!/bin/sh\nsleep 2\nulam run -q --part slurm job.yaml\n")
        array = self.submit("--array=1-2", "--time=1", "script")
        # squeue lists the whole array with the first task before the last.
        for change in ((f"JobId={array}_1", "TimeLimit=60"), (f"JobId={array}_2", "Priority=1000")):
            done = self.slurm("scontrol", "update", *change)
            self.assertEqual(done.returncode, 0, done.stderr)
        since = time.monotonic()
        done = self.ulam("run", "job.yaml", launcher=(*PMIX, "-n", "2", "--time=1"))
        took = time.monotonic() - since
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("stopped early", done.stderr)
        self.assertTrue(25 < took < 40, took)
        self.assertEqual(self.attribute("status"), b"partial")
        self.assertEqual(self.exit_status(f"{array}_2"), 3)
        self.assertIn("RUNNING", self.slurm("scontrol", "show", "job", f"{array}_1").stdout)
        self.assertEqual(self.slurm("scancel", array).returncode, 0)

    def test_job_array(self):
        array = self.submit("--array=0-2", "--ntasks=1", command.EXAMPLES / "slurm" / "array.sh")
        for task in range(3):
            self.assertEqual(self.exit_status(f"{array}_{task}"), 0)
        parts = [f"job.part{k}of3.h5" for k in (1, 2, 3)]
        self.succeeds("merge", "-o", "job.h5", *parts)
        self.is_same_as_alone()

    def test_mpirun_in_an_allocation(self):
        done = self.succeeds("run", "job.yaml", launcher=("salloc", "--quiet", "-n", "2", *command.mpirun(2)))
        self.assertIn("1200 runs", done.stderr + done.stdout)
        self.is_same_as_alone()

    def test_errors_are_told_under_an_mpirun_that_srun_started(self):
        self.write("job.yaml", JOB.replace("sleeper", "sleper"))
        done = self.ulam("run", "job.yaml", launcher=("env", "SLURM_PROCID=1", *command.mpirun(1)))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("'sleper'"), 1, done.stderr)


def ground():
    """What is missing to start a Slurm; "" if nothing is."""
    if os.geteuid():
        return "starting a Slurm needs root"
    done = subprocess.run([command.ROOT / "tests" / "install_packages", "slurm-wlm", "munge"], capture_output=True,
                          text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    version = subprocess.run([command.ULAM, "--version"], capture_output=True, text=True).stdout
    return "" if "Open MPI" in version else "the build is without Open MPI"


missing = ground()
if missing:
    print(missing)
    sys.exit(77)
command.main()
