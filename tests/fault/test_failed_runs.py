#!/usr/bin/python3
"""Failed runs: each costs itself and nothing else, and is never silent."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py

FAULTS = "params: {crash_at: 17, loop_at: 23, exit_at: 31, nan_at: 40}\n"


class Recorded(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def job(self, *lines):
        self.write("job.yaml", "model: faulty\nruns: 100\n" + FAULTS + "\n".join(lines) + "\n")

    def test_four_faults_are_named_and_all_others_count(self):
        self.job("isolate: true", "run_timeout: 300ms", "on_failure: record", "max_failed: 10")
        for ranks in (1, 3):
            name = f"{ranks}.h5"
            self.succeeds("run", "-o", name, "-n", ranks, "job.yaml")
            with h5py.File(self.folder / name) as file:
                self.assertEqual(file["points/failed"][0], 4)
                self.assertEqual(file["points/runs"][0], 100)
                self.assertEqual(list(file["failures/run"][:]), [17, 23, 31, 40])
                causes = [cause.decode() for cause in file["failures/cause"][:]]
            for cause, word in zip(causes, ("signal 11", "longer than 0.3 s", "status 0", "not a number")):
                self.assertIn(word, cause)
            table = self.succeeds("show", name).stdout
            self.assertIn("given success", table)
            self.assertIn(f"ulam replay {name} --point 0 --run 17", table)
        self.same_results("1.h5", "3.h5")

    def test_one_failure_too_many_ends_the_job(self):
        self.job("isolate: true", "run_timeout: 300ms", "on_failure: record", "max_failed: 3")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("max_failed", done.stderr)

    def test_failures_are_state_and_not_tried_again(self):
        self.job("on_failure: record", "max_failed: 10", "block: 8")
        settings = ("--set", "crash_at=-1", "--set", "loop_at=-1", "--set", "exit_at=-1", "--set", "fail_at=60")
        self.succeeds("run", "-q", *settings, "job.yaml")
        self.succeeds("run", "-q", "--runs", "200", *settings, "job.yaml")
        self.succeeds("run", "-q", "--runs", "200", *settings, "-o", "long.h5", "job.yaml")
        self.same_results("job.h5", "long.h5")
        with h5py.File(self.folder / "job.h5") as file:
            self.assertEqual(list(file["failures/run"][:]), [40, 60])
            self.assertIn(b"it diverged after 7 steps", file["failures/cause"][1])


class Stopped(command.Case):
    program = command.ULAM_WITH_TEST_MODELS

    def test_the_first_failure_names_the_run_and_how_to_see_it_again(self):
        self.write("job.yaml", "model: faulty\nruns: 100\nparams: {nan_at: 40}\n")
        for ranks in (1, 3):
            done = self.ulam("run", "-q", "-n", ranks, "job.yaml")
            self.assertEqual(done.returncode, 1, done.stderr)
            line = [line for line in done.stderr.splitlines() if "run 40" in line]
            self.assertEqual(len(line), 1, done.stderr)
            for part in ("'faulty'", "point 0", "run 40", "ulam replay job.h5 --point 0 --run 40"):
                self.assertIn(part, line[0])
        replay = self.ulam("replay", "job.h5", "--point", "0", "--run", "40")
        self.assertEqual(replay.returncode, 1)
        self.assertIn("not a number", replay.stderr)

    def test_what_ends_all_ranks_does_not_stick_to_the_live_line(self):
        if not command.with_mpi():
            self.skipTest("built without MPI")
        self.write("job.yaml", "model: faulty\nruns: 1e9\nblock: 10000\nparams: {loop_at: 5, fail_at: 250000000}\n")
        done = self.ulam("run", "job.yaml", launcher=command.mpirun(3), env={"ULAM_TERMINAL": "1"})
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(" points, ", done.stderr)
        self.assertIn("\033[Kulam run: model 'faulty', point 0, run 250000000: it diverged", done.stderr)

    def test_what_kills_a_rank_is_named(self):
        for fault, word in (("crash_at", "crashed (segmentation fault)"), ("exit_at", "called exit()")):
            self.write("job.yaml", f"model: faulty\nruns: 100\nparams: {{{fault}: 40}}\noutput: {fault}.h5\n")
            for ranks in (1, 2):
                done = self.ulam("run", "-q", "-n", ranks, "job.yaml")
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"ulam run: model 'faulty' {word} at point 0, run 40; with `isolate: true`", done.stderr)

    def test_a_crash_behind_a_checkpoint_names_the_replay(self):
        self.write("job.yaml", "model: faulty\nruns: 1e9\nblock: 1000\ncheckpoint: 10ms\nparams: {crash_at: 50000000}\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertIn("run 50000000; 'ulam replay job.h5 --point 0 --run 50000000' performs it alone", done.stderr)
        self.assertLess(self.ulam("replay", "job.h5", "--run", "50000000").returncode, 0)

    def test_a_crash_is_replayed_as_a_crash(self):
        self.write("job.yaml", "model: faulty\nruns: 100\nparams: {crash_at: 17}\nisolate: true\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("run 17", done.stderr)
        self.assertEqual(self.ulam("replay", "job.h5", "--run", "17").returncode, -11)
        self.assertEqual(self.ulam("replay", "job.h5", "--run", "18").returncode, 0)


class Replay(command.Case):
    def test_replay_gives_the_numbers_of_the_run(self):
        self.write("job.yaml", "model: walk\nruns: 1\nsweep: {steps: [10, 20]}\n")
        self.succeeds("run", "-q", "job.yaml")
        done = self.succeeds("replay", "job.h5", "--point", "1", "--run", "0").stdout
        with h5py.File(self.folder / "job.h5") as file:
            mean = file["results/r2"][1]
        self.assertIn(f"r2 {mean:.17g}", done)
        self.refused(2, "replay", "job.h5", "--point", "2", "--run", "0", says="0 to 1")
        self.refused(2, "replay", "job.h5", says="--run")
        self.refused(2, "replay", "job.h5", "--run", "x", says="x")


command.main()
