#!/usr/bin/python3
"""A job over three hosts: a host that dies or is cut off ends it soon; a short interruption does not."""

import os
import pathlib
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import processes

HOSTS = command.ROOT / "tests" / "hosts" / "hosts"
# Runs that sleep last as long on any machine, and the reference takes many of them at once.
JOB = "model: sleeper\nparams: {sigma: 0.5}\nsweep: {mean: [0.004, 0.006, 0.008, 0.01]}\nblock: 7\nruns: %d\n"
RUNS = 401  # 11 s of sleep
MANY = 16   # ranks of the reference


class Hosts(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def setUp(self):
        super().setUp()
        if not command.with_mpi():
            self.skipTest("built without MPI")
        if "Open MPI" not in self.succeeds("--version").stdout:
            self.skipTest("the hosts are made for Open MPI")
        os.environ["ULAM_HOSTS"] = f"ulam{os.getpid()}"
        self.addCleanup(subprocess.run, [HOSTS, "down"], capture_output=True)
        try:
            made = subprocess.run([HOSTS, "up"], capture_output=True, text=True)
        except OSError as error:
            self.skipTest(f"cannot make hosts: {error}")
        if made.returncode:
            self.skipTest("cannot make hosts: " + made.stderr.strip())

    def hosts(self, *arguments):
        return subprocess.run([HOSTS, *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def start(self, runs):
        self.write("job.yaml", JOB % runs)
        started = subprocess.Popen(
            [HOSTS, "run", "mpirun", "-n", "3", "-host", "h1:1,h2:1,h3:1", self.program, "run", "-q", "-o", "out.h5",
             "job.yaml"], cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.addCleanup(started.stdout.close)
        self.addCleanup(started.wait)
        self.addCleanup(processes.end, started.pid)
        self.assertTrue(processes.wait_for(lambda: len(self.ranks()) == 3, 20), "the ranks do not start")
        time.sleep(1)
        return started

    def ranks(self):
        return [pid for pid in map(int, self.hosts("processes").split()) if processes.runs_program(pid, self.program)]

    def ends_soon(self, started):
        since = time.monotonic()
        output, _ = started.communicate(timeout=60)
        took = time.monotonic() - since
        self.assertNotEqual(started.returncode, 0, output)
        self.assertLess(took, 10)
        self.assertTrue(processes.wait_for(lambda: not self.hosts("processes").split(), 10), "processes are left")
        if (self.folder / "out.h5").exists():
            self.succeeds("show", "out.h5")

    def test_killed_host(self):
        for host in (2, 3) if command.LONG else (2,):
            with self.subTest(host=host):
                started = self.start(100 * RUNS)
                self.hosts("kill", host)
                self.ends_soon(started)

    def test_cut_link(self):
        for host in (2, 3) if command.LONG else (3,):
            with self.subTest(host=host):
                started = self.start(100 * RUNS)
                self.hosts("cut", host)
                self.ends_soon(started)
                self.hosts("join", host)

    def test_retries_go_on_with_the_hosts_left(self):
        self.write("hostfile", "h1 slots=1\nh2 slots=1\nh3 slots=1\n")
        self.write("job.yaml", JOB % (2 * RUNS) + "checkpoint: 0.5s\n")
        started = subprocess.Popen(
            [HOSTS, "run", self.program, "run", "-q", "-n", "3", "--hostfile", "hostfile", "--retries", "3", "-o",
             "out.h5", "job.yaml"], cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(started.stdout.close)
        self.addCleanup(started.wait)
        self.addCleanup(processes.end, started.pid)
        self.assertTrue(processes.wait_for((self.folder / "out.h5").exists, 20), "no checkpoint")
        self.hosts("cut", 3)
        output, _ = started.communicate(timeout=120)
        self.assertEqual(started.returncode, 0, output)
        self.assertIn("2 of 3 hosts answer", output)
        self.succeeds("run", "-q", "-n", MANY, "-o", "alone.h5", "job.yaml")
        self.same_results("out.h5", "alone.h5")

    def test_short_cut_is_survived(self):
        started = self.start(2 * RUNS)
        self.hosts("cut", 2)
        time.sleep(2)
        self.assertIsNone(started.poll())
        self.hosts("join", 2)
        output, _ = started.communicate(timeout=120)
        self.assertEqual(started.returncode, 0, output)
        self.succeeds("run", "-q", "-n", MANY, "-o", "alone.h5", "job.yaml")
        self.same_results("out.h5", "alone.h5")


command.main()
