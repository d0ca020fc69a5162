#!/usr/bin/python3
"""kill -9 at any moment, then the same command: the file of a job that nothing disturbed, and nothing left beside it."""

import os
import pathlib
import random
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import calls
import command
import h5py
import processes

KILLS = int(os.environ.get("ULAM_TEST_KILLS", "10" if command.LONG else "6"))
CHAIN_KILLS = max(KILLS // 8, 1)  # of each of the two jobs of chains
JOB = "model: queue\nparams: {customers: 1500}\nsweep: {arrival_rate: [0.5, 1, 1.5, 1.9]}\nblock: 7\nruns: 2001\n"
LATTICES = "model: ising\nparams: {size: 8, start: hot}\nsweep: {algorithm: [metropolis, metropolis_scalar, wolff]}\n" \
           "runs: 130\nthermalize: 300\nsweeps: 2100\nmeasure_every: 3\nseries: {bin: 300}\n"
# Thermalises, and so adapts its steps, for half of its time.
WALKS = "model: metropolis\nruns: 13\nthermalize: 250000\nuntil: {product: {error: 1e-4}, max_sweeps: 250000}\n"


class Kill(command.Case):
    def setUp(self):
        super().setUp()
        self.output = self.folder / "out.h5"

    def arguments(self, ranks):
        return ("run", "-q", "-o", "out.h5", *(("-n", str(ranks)) if ranks > 1 else ()), "job.yaml")

    def undisturbed(self, ranks):
        """Leaves whole.h5, and how much work it is; returns how long that took."""
        start = time.monotonic()
        self.succeeds(*self.arguments(ranks))
        seconds = time.monotonic() - start
        self.work = self.work_of_last_session()
        self.output.rename(self.folder / "whole.h5")
        return seconds

    def state_of_file(self):
        """Absent, partial or complete; it is never anything else."""
        if not self.output.exists():
            return "absent"
        self.succeeds("show", "out.h5")
        with h5py.File(self.output) as file:
            return file.attrs["status"].decode()

    def start_over(self):
        for name in self.folder.glob("out.h5*"):
            name.unlink()

    def comes_home(self, ranks):
        self.succeeds(*self.arguments(ranks))
        self.same_results("out.h5", "whole.h5")
        self.assertEqual({entry.name for entry in self.folder.iterdir()} - {"trace"},
                         {"job.yaml", "out.h5", "whole.h5"})

    def work_of_last_session(self):
        """Runs, or sweeps."""
        with h5py.File(self.output) as file:
            return int(file["provenance/runs"][-1])


class AnyMoment(Kill):
    def setUp(self):
        super().setUp()
        self.whom = ("one rank", "all", "mpirun", "another rank") if command.with_mpi() else ("alone",)

    def begin(self, job):
        """Makes what is to be come home to, on each number of ranks."""
        self.write("job.yaml", job)
        self.seconds = {ranks: self.undisturbed(ranks) for ranks in ((1, 2, 3) if command.with_mpi() else (1,))}

    def victims(self, who, launcher):
        """Which processes of a session to kill; before there are ranks, the launcher."""
        session = processes.of_session(launcher)
        ranks = sorted(pid for pid in session if pid != launcher and processes.runs_program(pid, command.ULAM))
        if who == "one rank":
            return ranks[:1] or [launcher]
        if who == "another rank":
            return ranks[-1:] or [launcher]
        if who == "all":
            return ranks or [launcher]
        return [launcher]

    def kill(self, who, ranks, moment):
        """Returns what it may have left in shared memory."""
        started = subprocess.Popen([command.ULAM, *self.arguments(ranks)], cwd=self.folder, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        memory = set()

        def ended():
            session = processes.of_session(started.pid)
            memory.update(processes.shared_memory(session))
            return not session

        try:
            time.sleep(moment)
            ended()
            processes.kill(self.victims(who, started.pid))
            if not processes.wait_for(lambda: ended() or started.poll() is not None, 20):
                # Open MPI's launcher may miss the death of a rank that was only beginning. No other runs on, though.
                self.assertEqual(self.victims("all", started.pid), [started.pid], "ranks run on")
                processes.end(started.pid)
            self.assertTrue(processes.wait_for(ended, 10), f"{processes.of_session(started.pid)} run on")
        finally:
            processes.end(started.pid)
            started.wait()
            self.addCleanup(lambda: [name.unlink() for name in processes.left_in_shared_memory(memory)])
        return memory

    def trial(self, who, ranks, ranks_then, moment):
        """Whether the second command went on from what the first had left."""
        self.start_over()
        memory = self.kill(who, ranks, moment)
        state = self.state_of_file()
        self.comes_home(ranks_then)
        self.assertEqual(processes.left_in_shared_memory(memory), [])
        return state == "partial" and self.work_of_last_session() < self.work

    def kill_and_go_on(self, rng, number):
        alone = number % 5 == 0 or not command.with_mpi()
        who = "alone" if alone else rng.choice(self.whom)
        ranks = 1 if alone else rng.choice((2, 3))
        ranks_then = rng.choice([other for other in self.seconds if other != ranks] or [1])
        moment = rng.random() * self.seconds[ranks]
        with self.subTest(number=number, who=who, ranks=ranks, then=ranks_then, moment=moment):
            return self.trial(who, ranks, ranks_then, moment)

    def test_runs(self):
        rng = random.Random(20261121)
        self.begin(JOB + "checkpoint: 0.2s\n")
        resumed = sum(bool(self.kill_and_go_on(rng, number)) for number in range(KILLS))
        self.assertGreater(resumed, 0)

    def test_chains(self):
        """Counted are the kills that left chains in their middle."""
        rng = random.Random(20261122)
        for name, job in (("lattices", LATTICES), ("walks", WALKS)):
            self.begin(job + "checkpoint: 0.1s\n")
            tried = resumed = 0
            while resumed < CHAIN_KILLS and tried < 20 * CHAIN_KILLS:
                tried += 1
                resumed += bool(self.kill_and_go_on(rng, tried))
            self.start_over()
            print(f"{name}: {tried} killed, {resumed} of them in the middle of their chains")
            self.assertEqual(resumed, CHAIN_KILLS)


@calls.where_strace_works
class WhileWriting(Kill, calls.Traced):
    """At the very calls that make the file, which a random moment hardly ever meets."""

    calls = ("openat", "write", "pwrite64", "fsync", "rename", "unlink")

    def test_kill_at_every_call(self):
        self.write("job.yaml", "model: walk\nruns: 100\n")
        self.undisturbed(1)
        found = calls.numbered(self.traced(self.arguments(1))[1], "out.h5")
        self.assertLessEqual({"openat", "pwrite64", "fsync", "rename"}, {call for call, _ in found})
        for call, number in found:
            with self.subTest(call=call, number=number):
                self.start_over()
                self.traced(self.arguments(1), f"{call}:signal=KILL:when={number}")
                self.assertIn(self.state_of_file(), ("absent", "complete"))
                self.comes_home(1)


command.main()
