#!/usr/bin/python3
"""Samples through kills and failing disks: what the result file counts on is there, and the same command ends with the bytes of
a job that nothing disturbed."""

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
import numpy
import processes

KILLS = int(os.environ.get("ULAM_TEST_KILLS", "8" if command.LONG else "4"))
MOST = KILLS  # calls of a name that a fault is tried at
NOT_DONE = 0x7ff80000756c616d
JOB = "model: queue\nparams: {customers: 1500}\nsweep: {arrival_rate: [0.5, 1, 1.5, 1.9]}\nblock: 7\nruns: 2001\n"


class Samples(command.Case):
    def arrays(self, name):
        with h5py.File(self.folder / name) as file:
            return {key: item[()] for key, item in file["samples"].items()}

    def runs_of(self, name):
        with h5py.File(self.folder / name) as file:
            return file["points/runs"][()], file.attrs["status"].decode()

    def counts_on_what_is_there(self, name="out.h5", whole="whole.h5"):
        """Of each point, the runs that the result file covers have their values, in whatever order the points stand."""
        if not (self.folder / name).exists():
            return "absent"
        runs, status = self.runs_of(name)
        kept, true = self.arrays(name), self.arrays(whole)
        for key in true:
            for point, n in enumerate(runs):
                self.assertEqual(kept[key][point, :n].tobytes(), true[key][point, :n].tobytes(), (key, point, n))
                if kept[key].dtype == numpy.float64:
                    rest, truth = kept[key][point, n:].view("u8"), true[key][point, n:kept[key].shape[1]].view("u8")
                    self.assertTrue(((rest == truth) | (rest == NOT_DONE)).all(), "neither done nor not done")
        return status

    def same_as_whole(self, name="out"):
        self.same_results(f"{name}.h5", "whole.h5")
        self.assertEqual((self.folder / f"{name}.samples.h5").read_bytes(),
                         (self.folder / "whole.samples.h5").read_bytes())

    def nothing_beside(self, folder):
        self.assertEqual([entry.name for entry in folder.iterdir() if ".tmp" in entry.name or "lock" in entry.name], [])


class Kill(Samples):
    def kill(self, ranks, moment):
        arguments = ("run", "-q", "-o", "out.h5", *(("-n", str(ranks)) if ranks > 1 else ()), "job.yaml")
        started = subprocess.Popen([command.ULAM, *arguments], cwd=self.folder, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        memory = set()
        try:
            time.sleep(moment)
            session = processes.of_session(started.pid)
            memory |= processes.shared_memory(session)
            processes.kill([pid for pid in session if processes.runs_program(pid, command.ULAM)])
        finally:
            processes.end(started.pid)
            started.wait()
            for name in processes.left_in_shared_memory(memory):
                name.unlink()

    def test_any_moment(self):
        self.write("job.yaml", JOB + "samples: [mean_wait, delayed]\ncheckpoint: 0.2s\n")
        start = time.monotonic()
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        seconds = time.monotonic() - start
        rng = random.Random(4)
        partial = 0
        for number in range(KILLS):
            for name in self.folder.glob("out*"):
                name.unlink()
            ranks = rng.choice((1, 2, 3)) if command.with_mpi() else 1
            with self.subTest(number=number, ranks=ranks):
                self.kill(ranks, (0.3 + 0.7 * rng.random()) * seconds / min(ranks, 2))
                partial += self.counts_on_what_is_there() == "partial"
                self.succeeds("run", "-q", "-o", "out.h5", *(("-n", "2") if number % 2 and command.with_mpi() else ()),
                              "job.yaml")
                self.same_as_whole()
                self.nothing_beside(self.folder)
        self.assertGreater(partial, 0)

    def test_a_stop_leaves_a_mark_where_no_run_is(self):
        self.write("job.yaml", "model: queue\nparams: {customers: 20000}\nruns: 100000\nsamples: [delayed]\n")
        done = self.ulam("run", "-q", "--time-limit", "1s", "job.yaml")
        self.assertEqual(done.returncode, 3, done.stderr)
        runs, _ = self.runs_of("job.h5")
        for array in self.arrays("job.h5").values():
            if array.dtype == numpy.float64:
                self.assertTrue((array[0, runs[0]:].view("u8") == NOT_DONE).all())
                self.assertFalse((array[0, :runs[0]].view("u8") == NOT_DONE).any())


@calls.where_strace_works
class EveryCall(Samples, calls.Traced):
    """A job of 30 runs at two points, that is extended to 50 at three and then compressed."""

    calls = ("openat", "write", "pwrite64", "pread64", "fsync", "fdatasync", "fallocate", "ftruncate", "rename", "unlink")
    extend = ("run", "-q", "-o", "out.h5", "job.yaml")

    def setUp(self):
        super().setUp()
        self.write("small.yaml", "model: walk\nsweep: {steps: [5, 50]}\nblock: 7\nruns: 30\nsamples: true\n")
        self.write("job.yaml", "model: walk\nsweep: {steps: [5, 20, 50]}\nblock: 7\nruns: 50\nsamples: true\n"
                   "compress: true\n")
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        self.succeeds("run", "-q", "-o", "out.h5", "small.yaml")
        self.succeeds("run", "-q", "-o", "small.h5", "small.yaml")
        self.before = {name: (self.folder / name).read_bytes() for name in ("out.h5", "out.samples.h5")}

    def begin_again(self):
        for name in self.folder.glob("out*"):
            name.unlink()
        for name, content in self.before.items():
            (self.folder / name).write_bytes(content)

    def calls_on_samples(self):
        """Of a command that nothing disturbs."""
        done, lines = self.traced(self.extend)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same_as_whole()
        found = calls.numbered(lines, "out.samples.h5")
        self.assertLessEqual({"openat", "pwrite64", "pread64", "fsync", "fdatasync", "rename"},
                             {call for call, _ in found})
        return self.some(found)

    def some(self, found):
        """Of many calls of a name every so many-th, the first and the last among them."""
        chosen = []
        for name in {call for call, _ in found}:
            numbers = [number for call, number in found if call == name]
            step = max(1, len(numbers) // MOST)
            chosen += [(name, number) for number in sorted({*numbers[::step], numbers[-1]})]
        return chosen

    def stands(self):
        """The result file is that of the small job or of the large one, and its samples are there."""
        with h5py.File(self.folder / "out.h5") as file:
            of = "small.h5" if file["points/runs"].shape == (2,) else "whole.h5"
        if of == "whole.h5":
            self.counts_on_what_is_there()
        self.succeeds("show", "out.h5")

    def goes_on(self):
        self.succeeds(*self.extend)
        self.same_as_whole()
        self.nothing_beside(self.folder)

    def test_killed(self):
        for call, number in self.calls_on_samples():
            with self.subTest(call=call, number=number):
                self.begin_again()
                self.traced(self.extend, f"{call}:signal=KILL:when={number}")
                self.stands()
                self.goes_on()

    def test_failing(self):
        for call, number in self.calls_on_samples():
            for error in ("ENOSPC", "EIO") if "write" in call else ("EIO",):
                with self.subTest(call=call, number=number, error=error):
                    self.begin_again()
                    done, lines = self.traced(self.extend, f"{call}:error={error}:when={number}")
                    hit = [line for line in lines if "(INJECTED)" in line]
                    # HDF5 writes its metadata in one piece more or less, by the addresses of its memory: the last call
                    # may be none this time, or the result file's, which test_disk_errors.py tries.
                    if not hit:
                        self.assertEqual(done.returncode, 0, done.stderr)
                    if not hit or "out.samples.h5" not in hit[0]:
                        continue
                    self.stands()
                    if done.returncode != 0:
                        self.assertEqual(done.returncode, 1, done.stderr)
                        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                        self.assertIn("out.samples.h5", done.stderr)
                    else:
                        self.assertIn(call, ("unlink", "openat", "pread64", "ftruncate"))
                    self.goes_on()


class Full(Samples):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", self.disk], capture_output=True,
                                 text=True)
        if mounted.returncode:
            self.skipTest("cannot mount a file system: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.write("job.yaml", "model: european\nruns: 100000\nblock: 1000\nsamples: true\n")

    def leave(self, free):
        filling = self.disk / "filling"
        filling.unlink(missing_ok=True)
        state = os.statvfs(self.disk)
        filling.write_bytes(bytes(state.f_bavail * state.f_frsize - free))

    def run_it(self, *more):
        return self.ulam("run", "-q", "-o", "disk/out.h5", *more, "job.yaml")

    def test_no_room_for_the_file(self):
        for free in (0, 8192, 500000, 895000, 950000):
            with self.subTest(free=free):
                self.leave(free)
                done = self.run_it()
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn("out", done.stderr)
                self.assertNotIn("out.h5", os.listdir(self.disk))
                self.nothing_beside(self.disk)
        (self.disk / "filling").unlink()
        self.assertEqual(self.run_it().returncode, 0)

    def test_no_room_to_extend(self):
        self.assertEqual(self.run_it("--runs", "50000").returncode, 0)
        before = {name: (self.disk / name).read_bytes() for name in ("out.h5", "out.samples.h5")}
        for free in (0, 8192, 500000, 920000):
            with self.subTest(free=free):
                self.leave(free)
                done = self.run_it()
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                for name, content in before.items():
                    self.assertEqual((self.disk / name).read_bytes(), content)
                self.nothing_beside(self.disk)
        (self.disk / "filling").unlink()
        self.assertEqual(self.run_it().returncode, 0)


command.main()
