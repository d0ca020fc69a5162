#!/usr/bin/python3
"""tests/fault/test_damaged_file.py with 2000 damaged files."""

import os
import pathlib
import sys

os.environ["ULAM_TEST_MUTANTS"] = "2000"
test = pathlib.Path(__file__).resolve().parent.parent / "fault" / "test_damaged_file.py"
os.execv(test, [test, *sys.argv[1:]])
