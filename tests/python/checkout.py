"""Test cases of the package `ulam` as it stands in the checkout, with the program of the build."""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1]), str(pathlib.Path(__file__).parents[2] / "python")]
sys.dont_write_bytecode = True
import command

os.environ["ULAM"] = command.ULAM
os.environ["PYTHONPATH"] = str(command.ROOT / "python")  # for the programs that tests start


class Case(command.Case):
    """A test whose current directory is a folder of its own."""

    def setUp(self):
        super().setUp()
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
