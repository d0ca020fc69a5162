"""Runs the `ulam` of a build in a scratch folder, for the test scripts: each is called as `test_X.py BUILD`."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

# A shell that starts the tests in the background ignores SIGINT, and so would everything that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

BUILD = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path("build").resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
LONG = "ULAM_TEST_LONG" in os.environ  # more repetitions, as `runtests --long` asks for them
ULAM = str(BUILD / "ulam")
ULAM_WITH_TEST_MODELS = str(BUILD / "tests" / "ulam_with_test_models")

for name, value in (("OMPI_ALLOW_RUN_AS_ROOT", "1"), ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
                    ("OMPI_MCA_rmaps_base_oversubscribe", "1"), ("OMPI_MCA_hwloc_base_binding_policy", "none"),
                    ("OMPI_MCA_pml", "ob1")):
    os.environ.setdefault(name, value)


def with_mpi():
    version = subprocess.run([ULAM, "--version"], capture_output=True, text=True).stdout
    return "without MPI" not in version


def mpirun(ranks, *options):
    return ["mpirun", "-n", str(ranks), *options]


class Case(unittest.TestCase):
    """A test in a folder of its own, which is the working directory of what it runs."""

    program = ULAM

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def ulam(self, *arguments, launcher=(), env=None, timeout=120):
        command = [*launcher, self.program, *map(str, arguments)]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout,
            env={**os.environ, **(env or {})})

    def succeeds(self, *arguments, **options):
        done = self.ulam(*arguments, **options)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done

    def refused(self, status, *arguments, says=(), **options):
        """One line on standard error, that status, and nothing written."""
        before = sorted(self.folder.iterdir())
        done = self.ulam(*arguments, **options)
        self.assertEqual(done.returncode, status, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for part in (says,) if isinstance(says, str) else says:
            self.assertIn(part, done.stderr)
        self.assertEqual(sorted(self.folder.iterdir()), before)
        return done

    def same_results(self, first, second):
        done = subprocess.run([ROOT / "tests" / "same_results", first, second], cwd=self.folder, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], module="__main__")
