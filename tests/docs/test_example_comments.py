#!/usr/bin/python3
"""The commands that the examples' first lines tell to type work as they stand: test_example_comments.py BUILD."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

WRITTEN = re.compile(r"^[ #!/*]*(?:.*: +|Then `)?((?:ulam (?:run|show|check|new)|cmake|mpicc|mpirun|gfortran|python3|\S+/python) [^`]*?)(?:`.*| \*/)?$", re.M)
ELSEWHERE = {"slurm": "tests/long/slurm.py", "julia": "not among Debian's packages"}
HEAD = 8  # lines in which a file says how to use it


class ExampleComments(command.Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(command.EXAMPLES, self.folder / "examples")
        there = self.folder / "installed"
        subprocess.run(["cmake", "--install", command.BUILD, "--prefix", there], check=True, capture_output=True)
        [found] = there.rglob("ulam.pc")
        found.write_text(re.sub("^prefix=.*", f"prefix={there}", found.read_text()))
        self.environment = {**os.environ, "PATH": f"{there}/bin:/usr/bin:{os.environ['PATH']}", "CMAKE_PREFIX_PATH": str(there),
                            "PKG_CONFIG_PATH": str(found.parent), "XDG_CACHE_HOME": str(self.folder / "cache"),
                            "PYTHONPATH": str(command.ROOT / "python")}

    def written(self):
        """(folder to stand in, file, command), jobs first: what reads a result comes after what makes it."""
        examples = self.folder / "examples"
        for file in sorted(filter(pathlib.Path.is_file, examples.rglob("*")), key=lambda file: (file.suffix != ".yaml", file)):
            topic = file.relative_to(examples).parts[0]
            if topic in ELSEWHERE:
                continue
            head = "\n".join(file.read_text().splitlines()[:HEAD])
            for line in WRITTEN.findall(head):
                yield (examples if topic == "analysis" else file.parent), file.relative_to(examples), line

    def test_each(self):
        tried = 0
        for folder, file, line in list(self.written()):
            if any(f" {word} " in line for word in ELSEWHERE):
                continue
            with self.subTest(str(file), line=line):
                done = subprocess.run(["bash", "-c", line], cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
                self.assertEqual(done.returncode, 0, done.stdout)
            tried += 1
        self.assertGreaterEqual(tried, 9)


if __name__ == "__main__":
    command.main()
