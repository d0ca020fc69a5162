#!/usr/bin/python3
"""Help, version and completion: test_help.py BUILD."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command


class Help(command.Case):
    def commands(self):
        text = self.succeeds("--help").stdout.split("commands:\n")[1].split("\n\n")[0]
        return [line.split()[0] for line in text.splitlines()]

    def complete(self, *words):
        script = f"source {command.ROOT}/cli/completion/ulam.bash; COMP_WORDS=({' '.join(words)}); " \
                 f"COMP_CWORD={len(words) - 1}; _ulam; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_every_command_has_help_that_fits(self):
        for name in self.commands():
            with self.subTest(name):
                text = self.succeeds(name, "--help").stdout
                self.assertEqual(text, self.succeeds("help", name).stdout)
                self.assertTrue(text.startswith(f"usage: ulam {name}"), text[:60])
                self.assertIn("--help", text)
                self.assertLessEqual(max(map(len, text.splitlines())), 120)
        self.refused(2, "help", "shwo", says="did you mean 'show'?")

    def test_version_names_the_libraries(self):
        text = self.succeeds("--version").stdout
        self.assertRegex(text, r"^ulam [0-9.]+ \(.*HDF5 [0-9.]+, GSL [0-9.]+, libyaml [0-9.]+, GMP [0-9.]+, xxHash [0-9.]+, zlib [0-9.]+\)$")

    def test_completion_knows_what_help_says(self):
        self.assertEqual(set(self.complete(command.ULAM, "")) - {"--help", "--version"}, set(self.commands()))
        for name in self.commands():
            with self.subTest(name):
                options = set(re.findall(r"^ {2}[^\n-]*(?:-[a-zA-Z], )?(--[a-z-]+)", self.succeeds(name, "--help").stdout, re.M))
                self.assertEqual(set(self.complete(command.ULAM, name, "--")), options)

    def test_completion_of_models_and_files(self):
        for name in ("job.yaml", "job.h5", "job.txt"):
            self.write(name, "")
        self.assertEqual(self.complete(command.ULAM, "run", "j"), ["job.yaml"])
        self.assertEqual(self.complete(command.ULAM, "show", "j"), ["job.h5"])
        self.assertEqual(self.complete(command.ULAM, "models", "eur"), ["european"])


if __name__ == "__main__":
    command.main()
