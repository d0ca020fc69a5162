#!/usr/bin/python3
"""A disk that fails or fills: exit status 1, a line that names the file, the file as it was, and nothing beside it."""

import errno
import os
import pathlib
import re
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import calls
import command

JOB = "model: walk\nsweep: {steps: [5, 50]}\nblock: 7\nruns: 100\n"


class Extend(command.Case):
    """A file of 50 runs that `ulam run` extends to 100, if the disk lets it."""

    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.output = self.folder / "disk" / "out.h5"
        self.output.parent.mkdir()
        self.extend = ("run", "-q", "-o", "disk/out.h5", "job.yaml")

    def begin(self):
        self.succeeds(*self.extend[:2], "--runs", "50", *self.extend[2:])
        self.before = self.output.read_bytes()

    def failed(self, done, says):
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn("out.h5", lines[0])
        self.assertIn(os.strerror(says), lines[0])

    def nothing_beside_it(self):
        self.assertEqual([entry.name for entry in self.output.parent.iterdir() if ".tmp" in entry.name], [])


@calls.where_strace_works
class Injected(Extend, calls.Traced):
    calls = ("openat", "write", "pwrite64", "pread64", "fsync", "fdatasync", "rename", "renameat2")

    def calls_for_the_file(self):
        """Of a command that nothing disturbs."""
        done, lines = self.traced(self.extend)
        self.assertEqual(done.returncode, 0, done.stderr)
        return calls.numbered(lines, f"{re.escape(str(self.output.parent))}|disk/out.h5")

    def inject(self, error, call, number):
        with self.subTest(error=error, call=call, number=number):
            self.output.write_bytes(self.before)
            done, lines = self.traced(self.extend, f"{call}:error={error}:when={number}")
            hit = [line for line in lines if "(INJECTED)" in line]
            self.assertEqual(len(hit), 1)
            if done.returncode == 0:  # it touched what tells others who holds the lock, or swept up behind the dead
                self.assertRegex(hit[0], r"\.lock|O_DIRECTORY")
                self.same_results(self.output, self.whole)
                return
            self.failed(done, getattr(errno, error))
            self.nothing_beside_it()
            if "O_DIRECTORY" in hit[0] or re.search(r"fsync\(\d+<[^>]*/disk>", hit[0]):
                self.assertIn("in place", done.stderr)  # the new file, which a power cut may take back
                self.same_results(self.output, self.whole)
            else:
                self.assertEqual(self.output.read_bytes(), self.before)
            self.succeeds(*self.extend)
            self.same_results(self.output, self.whole)

    def test_every_call_that_touches_the_file(self):
        self.begin()
        found = self.calls_for_the_file()
        self.whole = self.folder / "whole.h5"
        self.whole.write_bytes(self.output.read_bytes())
        self.assertLessEqual({"openat", "pwrite64", "pread64", "fsync", "rename"}, {call for call, _ in found})
        for call, number in found:
            for error in ("EIO",) if call in ("pread64", "fsync") else ("EIO", "ENOSPC"):
                self.inject(error, call, number)


class Full(Extend):
    def setUp(self):
        super().setUp()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.output.parent],
                                 capture_output=True, text=True)
        if mounted.returncode:
            self.skipTest("cannot mount a file system: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.output.parent], check=True)

    def leave(self, free):
        """Fills the file system but for so many bytes."""
        filling = self.output.parent / "filling"
        filling.unlink(missing_ok=True)
        disk = os.statvfs(self.output.parent)
        filling.write_bytes(bytes(disk.f_bavail * disk.f_frsize - free))

    def test_full_disk(self):
        self.begin()
        room = len(self.before) // 4096 * 4096
        for free in (0, 4096, room // 2, room - 4096):
            with self.subTest(free=free):
                self.leave(free)
                self.failed(self.ulam(*self.extend), errno.ENOSPC)
                self.assertEqual(self.output.read_bytes(), self.before)
                self.nothing_beside_it()
                (self.output.parent / "filling").unlink()
        self.succeeds(*self.extend)

    def test_nothing_to_extend_on_a_full_disk(self):
        for free in (0, 8192):
            self.leave(free)
            self.failed(self.ulam(*self.extend), errno.ENOSPC)
            self.assertEqual([entry.name for entry in self.output.parent.iterdir()], ["filling"])
        (self.output.parent / "filling").unlink()
        self.succeeds(*self.extend)

    def test_file_larger_than_the_disk(self):
        self.write("job.yaml", "model: walk\nsweep: {steps: {from: 1, to: 9000, steps: 9000}}\nruns: 1\n")
        self.failed(self.ulam(*self.extend), errno.ENOSPC)
        self.assertEqual(list(self.output.parent.iterdir()), [])


command.main()
