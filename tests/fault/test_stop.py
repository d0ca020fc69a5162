#!/usr/bin/python3
"""Stopping early: the runs in hand count, the file is valid, the same command goes on to the same bits."""

import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py

JOB = "model: sleeper\nruns: 400\nsweep: {mean: [0.004, 0.006, 0.008]}\nparams: {sigma: 0.5}\ncheckpoint: 0.5s\n"


class Stop(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)

    def status(self, name="job.h5"):
        with h5py.File(self.folder / name) as file:
            return file.attrs["status"].decode(), file["points/runs"][:].sum()

    def start(self, *launch):
        return subprocess.Popen([*launch, self.program, "run", "-q", "job.yaml"], cwd=self.folder,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def end(self, process, number):
        time.sleep(1)
        begin = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        return process.returncode, time.monotonic() - begin, errors

    def goes_on_to_the_same_bits(self):
        self.succeeds("run", "-q", "-n", 8, "job.yaml")
        self.succeeds("run", "-q", "-n", 8, "-o", "whole.h5", "job.yaml")
        self.same_results("job.h5", "whole.h5")

    def test_signals_to_one_process(self):
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGINT):
            code, seconds, errors = self.end(self.start(), number)
            self.assertEqual(code, 3, errors)
            self.assertLess(seconds, 2)
            status, runs = self.status()
            self.assertEqual(status, "partial")
            self.assertGreater(runs, 50)
        self.goes_on_to_the_same_bits()

    def test_usr1_to_mpirun(self):
        code, seconds, errors = self.end(self.start(*command.mpirun(4)), signal.SIGUSR1)
        self.assertEqual(code, 3, errors)
        self.assertLess(seconds, 3)
        self.assertEqual(self.status()[0], "partial")
        self.goes_on_to_the_same_bits()

    def test_term_to_mpirun_leaves_a_valid_file(self):
        self.write("job.yaml", JOB.replace("400", "1200"))
        self.end(self.start(*command.mpirun(4)), signal.SIGTERM)
        self.assertEqual(self.status()[0], "partial")
        self.goes_on_to_the_same_bits()

    def test_interrupt_of_ranks_started_by_ulam(self):
        process = subprocess.Popen([self.program, "run", "-q", "-n", "4", "job.yaml"], cwd=self.folder,
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        code, seconds, errors = self.end(process, signal.SIGINT)
        self.assertEqual(code, 3, errors)
        self.assertLess(seconds, 3)
        self.goes_on_to_the_same_bits()

    def test_second_interrupt_ends_at_once(self):
        self.write("job.yaml", "model: sleeper\nruns: 4\nparams: {mean: 60}\n")
        process = self.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=2)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_time_limit(self):
        begin = time.monotonic()
        done = self.ulam("run", "--time-limit", "1.5s", "job.yaml")
        seconds = time.monotonic() - begin
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("stopped early", done.stderr)
        self.assertTrue(1 < seconds < 1.7, seconds)
        self.goes_on_to_the_same_bits()

    def test_two_jobs_on_one_output(self):
        process = self.start()
        time.sleep(0.5)
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(str(process.pid), done.stderr)
        process.kill()
        process.communicate()
        self.goes_on_to_the_same_bits()
        self.assertEqual(sorted(os.listdir(self.folder)), ["job.h5", "job.yaml", "whole.h5"])


class Retries(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def test_a_job_whose_rank_dies_is_started_again(self):
        self.write("job.yaml", JOB)
        process = subprocess.Popen([self.program, "run", "-n", "3", "--retries", "2", "job.yaml"], cwd=self.folder,
                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        time.sleep(1.2)
        ranks = subprocess.run(["pgrep", "-f", f"{self.program} run .*job.yaml"], capture_output=True, text=True)
        ranks = [int(pid) for pid in ranks.stdout.split() if int(pid) != process.pid]
        os.kill(max(ranks), signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn("starting it again", errors)
        self.succeeds("run", "-q", "-n", 8, "-o", "whole.h5", "job.yaml")
        self.same_results("job.h5", "whole.h5")

    def test_a_job_that_stalls_is_ended(self):
        self.write("job.yaml", "model: sleeper\nruns: 4\nparams: {mean: 100}\ncheckpoint: 0.5s\n")
        done = self.ulam("run", "-n", "2", "--stall-timeout", "1s", "job.yaml", timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no progress", done.stderr)

    def test_a_stall_timeout_within_a_checkpoint_is_refused(self):
        self.write("job.yaml", JOB)
        self.refused(2, "run", "-n", "2", "--stall-timeout", "0.4s", "job.yaml", says=("0.4", "0.5"))


command.main()
