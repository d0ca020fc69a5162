#!/usr/bin/python3
"""Everything that the manual tells to type works as it says: test_snippets.py BUILD.

The blocks of README.md and docs/*.md are tried page by page, in order, in a scratch folder with the examples in it. Behind
the fence stands what a block is:

    console              a session; a command's output, where the page shows it, is compared loosely (loose.py), and where it
                         shows none the command must succeed
    yaml [NAME]          a job, which `ulam check` reads; NAME: written under that name first
    yaml part MODEL [NAME=VALUE...]   lines of a job; it is completed with that model (unless it has one), a number of runs,
                         and these parameters
    c NAME               a model, which `ulam models` compiles and describes
    c body               statements inside a run, compiled
    python [NAME]        run with the page's earlier ones before it; NAME: written and compiled
    pycon, or python that begins with >>>   a Python session, compared loosely; it goes on from block to block
    json [NAME]          read; NAME: written under that name
    csv NAME             written under that name
    LANGUAGE from PATH   paragraphs that stand in a file of the repository
    text                 nothing to try
    LANGUAGE skip WHY    not tried, because it needs what the machine may not have

<!-- before: COMMAND --> is run unseen.
"""

import doctest
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import loose
import pages
import python_session

PAGES = [command.ROOT / "README.md", *sorted((command.ROOT / "docs").glob("*.md"))]
GENERATED = {"c-interface.md"}  # test_reference.py compares it with the headers, which the compiler reads
BODY = """#include <ulam/gsl.h>
#include <ulam/lanes.h>
#include <ulam/math.h>
#include <ulam/model.h>
#include <gsl/gsl_randist.h>
void body(const void *point, ulam_rng *rng, double *out);
void body(const void *point, ulam_rng *rng, double *out)
{
    (void)point, (void)rng, (void)out;
%s}
"""


class Snippets(command.Case):
    def setUp(self):
        super().setUp()
        shutil.copytree(command.EXAMPLES, self.folder / "examples")
        (self.folder / "build").symlink_to(command.BUILD)
        self.python, self.session = "", None
        self.environment = {**os.environ, "PATH": f"{command.BUILD}:/usr/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                            "XDG_CACHE_HOME": str(self.folder / ".cache"), "COLUMNS": "120", "MPLBACKEND": "agg",
                            "PYTHONPATH": str(command.ROOT / "python"), "PYTHONDONTWRITEBYTECODE": "1"}

    def shell(self, *line, timeout=100):
        """Standard output and error together, and the exit status."""
        done = subprocess.run(line, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, text=True, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout, done.returncode

    def works(self, *line):
        said, status = self.shell(*map(str, line))
        self.assertEqual(status, 0, f"{line}:\n{said}")
        return said

    def page(self, path):
        if "pkg-config" in path.read_text():
            self.install()
        for block in pages.blocks(path, command.ROOT):
            with self.subTest(block.place):
                if block.words[:1] == ["skip"]:
                    self.assertGreater(len(block.words), 1, "say why it is not tried")
                    continue
                if block.words[:1] == ["from"]:
                    self.stands_in(block.words[1], block.text)
                    continue
                judge = getattr(self, f"try_{block.language}", None)
                self.assertIsNotNone(judge, f"'{block.language}' says not how to try this block; see {__file__}")
                judge(block)

    def install(self):
        """What pkg-config finds is this build, installed."""
        self.works("cmake", "--install", command.BUILD, "--prefix", self.folder / "installed")
        [found] = (self.folder / "installed").rglob("ulam.pc")
        lines = found.read_text().splitlines()
        found.write_text("\n".join([f"prefix={self.folder}/installed", *lines[1:]]) + "\n")
        self.environment["PKG_CONFIG_PATH"] = str(found.parent)

    def named(self, block, default=None):
        name = block.words[0] if block.words else default
        self.assertIsNotNone(name, "the block wants the name of a file behind its language")
        self.write(name, block.text)
        return name

    def stands_in(self, name, text):
        """Paragraph by paragraph, in that order."""
        source, start = (command.ROOT / name).read_text(), 0
        for paragraph in text.strip("\n").split("\n\n"):
            start = source.find(paragraph, start)
            if start < 0:
                self.fail(f"not in {name}, or not in this order:\n{paragraph}")

    def try_console(self, block):
        session = pages.commands(block.text)
        script = self.write(".session", "".join(f"{line}\nstatus=$?; printf '\\001%d\\002' $status; (exit $status)\n"
                                                for line, _ in session))
        said, _ = self.shell("bash", script.name)
        answers = said.split("\2")
        self.assertEqual(len(answers), len(session) + 1, said)
        for (line, expected), answer in zip(session, answers):
            actual, status = answer.split("\1")
            if not expected:
                self.assertEqual(status, "0", f"{line}:\n{actual}")
            elif not loose.agree(expected, actual):
                self.fail(f"$ {line}\n--- printed\n{actual}--- expected\n{expected}")

    try_before = try_console

    def try_yaml(self, block):
        if block.words[:1] == ["part"]:
            keys = {line.split(":")[0] for line in block.text.splitlines()}
            text = block.text
            if "model" not in keys:
                text += f"model: {block.words[1]}\n"
            if not keys & {"runs", "until"}:
                text += "runs: 100\n"
            self.write("part.yaml", text)
            self.works("ulam", "check", *(f"--set={given}" for given in block.words[2:]), "part.yaml")
        else:
            self.works("ulam", "check", self.named(block, "job.yaml"))

    def try_c(self, block):
        if block.words[:1] == ["body"]:
            self.write("body.c", BODY % block.text)
            self.works("cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-fsyntax-only",
                       f"-I{command.ROOT}/sim/include", "body.c")
        else:
            self.works("ulam", "models", "./" + self.named(block))

    def try_python(self, block):
        if block.text.startswith(">>> "):
            self.try_pycon(block)
        elif block.words:
            self.works("/usr/bin/python3", "-m", "py_compile", self.named(block))
        else:
            self.python += block.text
            self.works("/usr/bin/python3", "-c", self.python)

    def try_pycon(self, block):
        if self.session is None:
            self.session = python_session.PythonSession(self.folder, self.environment)
            self.addCleanup(self.session.close)
        for example in doctest.DocTestParser().get_examples(block.text):
            actual = self.session.answer(example.source)
            if not loose.agree(example.want, actual):
                self.fail(f">>> {example.source}--- printed\n{actual}--- expected\n{example.want}")

    def try_csv(self, block):
        self.named(block)

    def try_json(self, block):
        for line in [block.text] if block.words else block.text.splitlines():
            json.loads(line)
        if block.words:
            self.named(block)

    def try_text(self, block):
        pass

    def test_comparison_is_loose_only_where_it_says(self):
        shown = "made 2026-01-01T10:00:00Z in 1.3 s\n…\npi   3.1420 ± 0.0016\n"
        self.assertTrue(loose.agree(shown, "made 2027-02-03T11:22:33Z in 48 ms\n\n12 ranks\npi 3.1420 ± 0.0016"))
        self.assertTrue(loose.agree("", "\n"))
        for other in ("pi 3.1420 ± 0.0017", "", "pi 3.1420 ± 0.0016\nmore"):
            self.assertFalse(loose.agree(shown, f"made 2027-02-03T11:22:33Z in 48 ms\n{other}"), other)
        self.assertFalse(loose.agree("", "something"))

    def test_links_lead_somewhere(self):
        for path in [*PAGES, command.ROOT / "CONTRIBUTING.md"]:
            for link in pages.links(path):
                name, _, anchor = link.partition("#")
                target = (path.parent / name).resolve() if name else path
                with self.subTest(f"{path.name}: {link}"):
                    self.assertTrue(target.exists(), "no such file")
                    if anchor:
                        self.assertIn(anchor, pages.anchors(target))

    def test_no_command_is_outside_a_fence(self):
        for path in PAGES:
            if path.name not in GENERATED:
                self.assertEqual(pages.unfenced_commands(path), [], f"{path.name}: put them into ```console, so that they are tried")

    def test_every_page_is_in_the_table_of_contents(self):
        index = command.ROOT / "docs" / "index.md"
        listed = {link.partition("#")[0] for link in pages.links(index)}
        self.assertEqual({path.name for path in index.parent.glob("*.md")} - {"index.md"} - listed, set())


for path in PAGES:
    if path.name not in GENERATED:
        setattr(Snippets, f"test_{path.stem}", lambda self, path=path: self.page(path))

if __name__ == "__main__":
    command.main()
