#!/usr/bin/python3
"""tests/fault/test_kill.py with 200 kills of jobs of runs, and 50 of jobs of chains in their middle."""

import os
import pathlib
import sys

os.environ["ULAM_TEST_KILLS"] = "200"
test = pathlib.Path(__file__).resolve().parent.parent / "fault" / "test_kill.py"
os.execv(test, [test, *sys.argv[1:]])
