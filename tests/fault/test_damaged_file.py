#!/usr/bin/python3
"""A damaged result file is refused in one line, or read as it was: nothing crashes on it, and nothing changes it."""

import os
import pathlib
import random
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import command
import damage
import h5py
import numpy

MUTANTS = int(os.environ.get("ULAM_TEST_MUTANTS", "100"))

# A choice, an array observable, two sessions, and a partial last block: something of everything.
JOB = """
model: queue
params: {customers: 3}
sweep: {start: [stationary, empty], arrival_rate: [0.5, 1]}
block: 7
runs: 100
"""

CHAINS = """
model: ising
params: {size: 4, start: hot}
sweep: {algorithm: [metropolis, wolff]}
runs: 131
thermalize: 5
sweeps: 40
series: {bin: 20}
"""


class DamagedFile(command.Case):
    job, observable, pools, mutants = JOB, "wait", True, MUTANTS

    def setUp(self):
        super().setUp()
        self.write("job.yaml", self.job)
        self.succeeds("run", "-q", "--runs", "50", "job.yaml")
        self.succeeds("run", "-q", "job.yaml")
        self.file = self.folder / "job.h5"
        self.good = self.file.read_bytes()
        self.shown = self.succeeds("show", "--full", "job.h5").stdout
        self.commands = [("show", "--full", "job.h5"), ("show", "--job", "job.h5"),
                         ("show", "--observable", self.observable, "job.h5"), ("run", "-q", "job.yaml"),
                         ("replay", "job.h5", "--run", "1"), ("merge", "-o", "merged.h5", "job.h5")]
        if self.pools:
            self.succeeds("run", "-q", "--seed", "2", "-o", "other.h5", "job.yaml")
            self.commands += [("merge", "-o", "merged.h5", "job.h5", "other.h5"),
                              ("merge", "-o", "merged.h5", "other.h5", "job.h5")]

    def refuses(self, arguments):
        done = self.refused(1, *arguments, says="job.h5", timeout=20)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr[:-1].isprintable(), done.stderr)

    def everything_refuses(self, what, content):
        with self.subTest(what):
            self.file.write_bytes(content)
            for arguments in self.commands:
                self.refuses(arguments)
                self.assertEqual(self.file.read_bytes(), content)

    def nothing_crashes(self, what, content, is_content=True):
        """What fits its hash may be believed, but only what makes sense; and where the content has checksums of its own it
        is what it was."""
        for arguments in [*self.commands, ("run", "-q", "--runs", "200", "job.yaml")]:
            with self.subTest(what, arguments=arguments):
                self.file.write_bytes(content)
                done = self.ulam(*arguments, timeout=60)
                self.assertIn(done.returncode, (0, 1, 2), done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1 if done.returncode else 0, done.stderr)
                if arguments[:2] == ("show", "--full") and done.returncode == 0 and not is_content:
                    self.assertEqual(done.stdout, self.shown)
                if done.returncode or arguments[0] != "run":
                    self.assertEqual(self.file.read_bytes(), content)
                self.assertFalse(list(self.folder.glob("*.tmp*")))
                (self.folder / "merged.h5").unlink(missing_ok=True)

    def test_cut_at_every_kind_of_place(self):
        size = len(self.good)
        data = size - damage.TRAILER
        for length in (0, 1, 7, 8, 9, 31, 32, 33, 48, 512, 4096, size // 2, data - 1, data, data + 1, data + 8,
                       data + 16, size - 1):
            self.everything_refuses(f"cut to {length} bytes", self.good[:length])

    def test_foreign_files(self):
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["results/x"] = [1.0, 2.0]
        foreign = (self.folder / "foreign.h5").read_bytes()
        self.everything_refuses("HDF5 of another program", foreign)
        self.everything_refuses("HDF5 of another program with our hash", damage.seal(foreign))
        self.everything_refuses("text", b"model: queue\nruns: 100\n" * 100)
        self.everything_refuses("a program", pathlib.Path(command.ULAM).read_bytes()[:100000])
        self.everything_refuses("zeros", bytes(len(self.good)))
        self.everything_refuses("sealed zeros", damage.seal(bytes(len(self.good))))
        self.everything_refuses("nothing, sealed", damage.seal(b""))

    def test_accidents(self):
        for number in range(self.mutants // 2):
            what, content = damage.blindly(self.good, random.Random(number), number)
            self.everything_refuses(f"{number}: {what}", content)

    def test_damage_under_a_hash_that_fits(self):
        for number in range(self.mutants // 4):
            what, content = damage.beneath(self.good, random.Random(number), number)
            self.nothing_crashes(f"{number}: {what}", content, is_content=False)

    def test_changes_by_another_program_under_a_hash_that_fits(self):
        for number in range(self.mutants // 4):
            what, content = damage.knowingly(self.good, random.Random(number), number, self.folder / "scratch.h5")
            self.nothing_crashes(f"{number}: {what}", content)

    def test_names_in_the_file_cannot_break_the_message(self):
        scratch = self.write("scratch.h5", self.good[:-damage.TRAILER])
        with h5py.File(scratch, "r+") as file:
            file["points"].attrs["parameters"] = numpy.array("a\nb\x1b[31m", "S")
        self.file.write_bytes(damage.seal(scratch.read_bytes()))
        self.refuses(("show", "job.h5"))

    def test_starting_over_keeps_it_aside(self):
        damaged = self.good[:len(self.good) // 2]
        for ranks in ([], ["-n", "2"]):
            with self.subTest(ranks=ranks):
                self.file.write_bytes(damaged)
                self.succeeds("run", "-q", *ranks, "--force-new", "job.yaml")
                (aside,) = self.folder.glob("job.old-*.h5")
                self.assertEqual(aside.read_bytes(), damaged)
                self.assertEqual(self.succeeds("show", "--full", "job.h5").stdout.count("complete"),
                                 self.shown.count("complete"))
                aside.unlink()

    def test_the_seal_of_this_test_is_the_programs(self):
        self.assertEqual(damage.seal(self.good[:-damage.TRAILER]), self.good)

    def test_what_else_stands_in_the_folder_does_not_matter(self):
        for name in ("result", "results", "job", "state"):
            self.write(name, "another file")
        self.assertEqual(self.succeeds("show", "--full", "job.h5").stdout, self.shown)
        self.succeeds("run", "-q", "--runs", "150", "job.yaml")


class DamagedChains(DamagedFile):
    job, observable, pools, mutants = CHAINS, "energy", False, MUTANTS // 2


command.main()
