#!/usr/bin/python3
"""The analysis examples read the same file and say the same: test_analysis.py BUILD."""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

# Debian has no Julia: its example is run where somebody has installed it with its packages.
LANGUAGES = {"py": ("/usr/bin/python3", b"\x89PNG", "prices.png"), "R": ("Rscript", b"%PDF", "prices.pdf"),
             "jl": ("julia", b"\x89PNG", "prices.png")}


class Analysis(command.Case):
    def test_each_language_finds_the_same(self):
        self.succeeds("run", "-q", "--runs", "20000", "-o", "x.h5", command.EXAMPLES / "quickstart.yaml")
        said = set()
        for language, (program, start, picture) in LANGUAGES.items():
            if not shutil.which(program):
                continue
            with self.subTest(language):
                done = subprocess.run([program, command.EXAMPLES / "analysis" / f"prices.{language}", "x.h5", picture],
                                      cwd=self.folder, capture_output=True, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue((self.folder / picture).read_bytes().startswith(start))
                said.add(re.search("largest deviation: .*", done.stdout).group())
                self.assertLess(float(re.search("deviation: ([0-9.]+)", done.stdout).group(1)), 4)
        self.assertEqual(len(said), 1)


if __name__ == "__main__":
    command.main()
