#!/usr/bin/python3
"""The live view, in a terminal of this test's own: test_watch.py BUILD."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent),
                str(pathlib.Path(__file__).parent.parent / "fault")]
import command
import damage
import h5py
import numpy

ENTER, LEAVE = b"\033[?1049h", b"\033[?25h\033[?1049l"
JOB = "{model: european, sweep: {strike: {from: 50, to: 150, steps: 40}}, runs: 2e9, block: 4096, checkpoint: 0.3}"


class Terminal:
    """A program with a terminal of so many columns and rows."""

    def __init__(self, folder, *arguments, columns=80, rows=24):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.settings = termios.tcgetattr(self.slave)
        self.program = subprocess.Popen([command.ULAM, *arguments], cwd=folder, stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, start_new_session=True)
        self.seen = b""

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds, until=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end and (until is None or not re.search(until, self.seen)):
            if select.select([self.master], [], [], 0.05)[0]:
                self.seen += os.read(self.master, 65536)
        return self.seen

    def frames(self):
        """The lines of each frame, as the terminal shows them."""
        frames = self.seen.split(b"\033[H")[1:]
        return [re.sub(rb"\033\[[0-9;?]*[a-zA-Z]", b"", frame).decode().split("\r\n") for frame in frames]

    def close(self):
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        os.close(self.master)
        os.close(self.slave)


class Watch(command.Case):
    def terminal(self, *arguments, **size):
        terminal = Terminal(self.folder, *arguments, **size)
        self.addCleanup(terminal.close)
        return terminal

    def start_job(self):
        self.write("x.yaml", JOB)
        job = subprocess.Popen([command.ULAM, "run", "-q", "-n", "2", "x.yaml"], cwd=self.folder)
        self.addCleanup(job.wait)
        self.addCleanup(job.terminate)
        return job

    def test_a_running_job(self):
        watch = self.terminal("watch", "x.h5")
        watch.read(2, rb"waiting for x\.h5")
        self.assertIn(b"waiting for x.h5", watch.seen)
        self.start_job()
        watch.read(30, rb"points 0 to")
        watch.read(2)
        frames = [frame for frame in watch.frames() if frame[0].startswith("x.h5")]
        self.assertGreater(len(frames), 2)
        for frame in frames[:-1]:
            self.assertLessEqual(len(frame), 24)
            self.assertLessEqual(max(map(len, frame)), 80)
        runs = [float(re.search(r"([0-9.e+]+) of", frame[1].split("points, ")[1]).group(1)) for frame in frames[:-1]]
        self.assertEqual(runs, sorted(runs))
        self.assertLess(runs[0], runs[-1])
        self.assertIn("2 ranks", frames[0][2])
        self.assertEqual(watch.seen.count(b"\033[2J"), 1, "frames are drawn over one another")

    def test_the_terminal_is_restored(self):
        self.start_job()
        for number in (signal.SIGINT, signal.SIGTERM, "q"):
            with self.subTest(number):
                watch = self.terminal("watch", "x.h5")
                watch.read(20, ENTER.replace(b"[", rb"\[").replace(b"?", rb"\?"))
                watch.read(0.5)
                self.assertNotEqual(termios.tcgetattr(watch.slave), watch.settings)
                if number == "q":
                    os.write(watch.master, b"q")
                else:
                    watch.program.send_signal(number)
                watch.read(1)
                self.assertEqual(watch.program.wait(timeout=5), 0 if number == "q" else 128 + number)
                self.assertIn(LEAVE, watch.seen)
                self.assertEqual(termios.tcgetattr(watch.slave), watch.settings)

    def test_resizing_and_moving(self):
        self.start_job()
        watch = self.terminal("watch", "x.h5", columns=60, rows=12)
        watch.read(30, rb"points 0 to 4 of 40")
        watch.resize(100, 20)
        os.kill(watch.program.pid, signal.SIGWINCH)
        watch.read(5, rb"points 0 to 12 of 40")
        os.write(watch.master, b"\033[6~")
        watch.read(5, rb"points 13 to 25 of 40")
        self.assertIn(b"points 13 to 25 of 40", watch.seen)

    def test_once(self):
        self.write("x.yaml", "{model: buffon, runs: 1000}")
        self.succeeds("run", "-q", "x.yaml")
        for arguments in (("--once",), ()):
            shown = self.succeeds("watch", *arguments, "x.h5").stdout
            self.assertIn("100 %, 1 of 1 point, 1000 of 1000 runs", shown)
            self.assertNotIn("\033", shown)
        self.refused(1, "watch", "--once", "absent.h5", says="absent.h5: No such file")
        self.refused(2, "watch", "--onec", "x.h5", says="did you mean '--once'?")

    def test_a_complete_job_ends_it(self):
        self.write("x.yaml", "{model: buffon, runs: 1000}")
        self.succeeds("run", "-q", "x.yaml")
        watch = self.terminal("watch", "x.h5")
        watch.read(2, rb"1049l[^$]*points")
        self.assertEqual(watch.program.wait(timeout=5), 0)
        self.assertIn(b"complete", watch.seen.split(LEAVE)[1])

    def test_what_a_file_holds_commands_no_terminal(self):
        self.write("x.yaml", "{model: european, sweep: {strike: [90, 110]}, runs: 200, histogram: {price: {bins: 4}}, "
                             "quantiles: {price: [0.5]}}")
        self.succeeds("run", "-q", "x.yaml")
        scratch = self.write("scratch.h5", (self.folder / "x.h5").read_bytes()[:-damage.TRAILER])
        hostile = numpy.array("\x1b[31m\x07\n\u202e\x9b2Jµ".encode())
        with h5py.File(scratch, "r+") as h5:
            h5.attrs["model"] = hostile
            for name in ("results/price", "points/strike", "points/volatility"):
                for attribute in ("units", "long_name"):
                    h5[name].attrs[attribute] = hostile
        self.write("x.h5", damage.seal(scratch.read_bytes()))
        for arguments in (("watch", "--once"), ("show",), ("show", "--full"), ("show", "--observable", "price"),
                          ("show", "--histogram", "price")):
            with self.subTest(arguments):
                text = self.succeeds(*arguments, "x.h5").stdout
                self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text))
                self.assertIn("?[31m", text)
                self.assertIn("µ", text)
        (self.folder / "x.h5").rename(self.folder / "a b.h5")
        self.assertIn("ulam show 'a b.h5' --histogram price", self.succeeds("show", "a b.h5").stdout)


if __name__ == "__main__":
    command.main()
