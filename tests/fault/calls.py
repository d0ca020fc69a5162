"""System calls of `ulam`, listed and disturbed by strace."""

import re
import shutil
import subprocess
import unittest

import command


def can_trace():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


where_strace_works = unittest.skipUnless(can_trace(), "strace cannot trace here")


def numbered(lines, on):
    """The calls whose line matches `on`: (name, its number among the thread's calls of that name, as strace counts)."""
    count, found = {}, []
    for line in lines:
        if match := re.match(r"(\d+) +(\w+)\(", line):
            count[match.groups()] = count.get(match.groups(), 0) + 1
            if re.search(on, line):
                found.append((match[2], count[match.groups()]))
    return found


class Traced(command.Case):
    calls = ()  # what is looked at

    def traced(self, arguments, inject=None):
        """`ulam` under strace: (what subprocess.run() returns, the lines of its calls)."""
        log = self.folder / "trace"
        launcher = ["strace", "-f", "-y", "-o", str(log), "-e", "trace=" + ",".join(self.calls)]
        if inject:
            launcher += ["-e", "inject=" + inject]
        done = self.ulam(*arguments, launcher=launcher)
        return done, log.read_text(errors="replace").splitlines()
