#!/usr/bin/python3
"""The package as a user installs it, and docs/python.md as printed: test_package.py BUILD."""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

MANUAL = command.ROOT / "docs" / "python.md"
SESSION = """
import doctest, sys
options = doctest.NORMALIZE_WHITESPACE
failed, tried = doctest.testfile(sys.argv[1], module_relative=False, optionflags=options, encoding="utf-8")
print(tried, "tried")
sys.exit(failed > 0 or tried < 10)
"""


def session(text):
    """The prompts in a page's Python blocks, and what they answer."""
    return "\n\n".join(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if ">>>" in block)


class Package(command.Case):
    def run_in(self, home, *arguments, **variables):
        """Runs a command in an environment that knows neither the network nor the checkout."""
        environment = {"PATH": f"{home}/ulam-python/bin:{command.BUILD}:/usr/bin:/bin", "HOME": str(home), "PIP_NO_INDEX": "1",
                       "LC_ALL": "C.UTF-8", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", **variables}
        return subprocess.run(arguments, cwd=home, env=environment, capture_output=True, text=True, timeout=300)

    def test_it_installs_without_a_network_and_the_manual_runs_as_printed(self):
        text = MANUAL.read_text()
        shutil.copytree(command.ROOT / "python", self.folder / "python", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
        for line in re.search(r"```console skip[^\n]*\n(.*?)```", text, re.DOTALL)[1].splitlines():
            line = line.removeprefix("$ ")
            done = self.run_in(self.folder, "sh", "-c", line)
            self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        shutil.rmtree(self.folder / "python")
        found = self.run_in(self.folder, "python3", "-c", "import ulam; print(ulam.__file__)").stdout
        self.assertIn("/ulam-python/lib", found)
        self.write("session.txt", session(text))
        done = self.run_in(self.folder, "python3", "-c", SESSION, "session.txt")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue((self.folder / "european.png").read_bytes().startswith(b"\x89PNG"))

    def test_versions_agree(self):
        version = self.succeeds("--version").stdout.split()[1]
        for path in ("python/pyproject.toml", "python/ulam/__init__.py"):
            self.assertIn(f'version__ = "{version}"' if path.endswith(".py") else f'version = "{version}"', (command.ROOT / path).read_text())

    def test_a_worker_needs_no_more_than_numpy(self):
        blocked = "import sys\nfor name in ('xarray', 'h5netcdf', 'pandas', 'matplotlib'): sys.modules[name] = None\nimport ulam"
        done = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True, env={"PYTHONPATH": str(command.ROOT / "python")})
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    command.main()
