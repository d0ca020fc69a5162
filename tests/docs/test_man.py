#!/usr/bin/python3
"""The man pages render without a warning and say what --help says: test_man.py BUILD."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

FOLDER = command.BUILD / "man"


class ManPages(command.Case):
    def rendered(self, page, width=100):
        done = subprocess.run(["man", "--warnings=w", "-E", "UTF-8", "-l", page], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": str(width)})
        self.assertEqual((done.returncode, done.stderr), (0, ""), page)
        return done.stdout

    def flat(self, text):
        """Words alone: neither where lines end nor hyphens at their ends matter."""
        return re.sub(r"\s+", "", text.replace("\u2010", "")).replace("-", "").replace("\u2212", "")

    def help_of(self, page):
        return self.succeeds(*page.stem.split("-")[1:], "--help").stdout

    def test_every_command_has_a_page(self):
        listed = self.succeeds("--help").stdout.split("commands:\n")[1].split("\n\n")[0]
        names = {f"ulam-{line.split()[0]}.1" for line in listed.splitlines()}
        self.assertEqual({page.name for page in FOLDER.glob("*.1")}, names | {"ulam.1"})

    def test_pages_render_without_warnings_at_any_width(self):
        for page in sorted(FOLDER.iterdir()):
            for width in (80, 120):
                with self.subTest(page.name, width=width):
                    self.assertIn("NAME", self.rendered(page, width))

    def test_groff_has_nothing_to_say(self):
        for page in sorted(FOLDER.iterdir()):
            with self.subTest(page.name):
                done = subprocess.run(["groff", "-ww", "-t", "-k", "-man", "-Tutf8", "-rLL=100n", page], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_pages_say_all_that_help_says(self):
        for page in sorted(FOLDER.glob("*.1")):
            text = self.flat(self.rendered(page))
            for line in self.help_of(page).splitlines():
                heading = re.match(r"(usage|options|commands|exit status|example|keys):", line, re.I)
                for part in re.split(r" {2,}", line[heading.end():] if heading else line):
                    with self.subTest(page.name, part=part):
                        self.assertIn(self.flat(part), text)

    def test_options_are_entries_of_their_own(self):
        for page in sorted(FOLDER.glob("ulam-*.1")):
            options = re.findall(r"^ {2,6}((?:-\w(?:, )?)?(?:--[a-z-]+)?)", self.help_of(page), re.M)
            text = self.rendered(page)
            for option in filter(None, options):
                with self.subTest(page.name, option=option):
                    self.assertRegex(text, rf"(?m)^ {{7}}{re.escape(option)}\b")

    def test_whatis_finds_them(self):
        for page in sorted(FOLDER.iterdir()):
            said = subprocess.run(["lexgrog", page], capture_output=True, text=True).stdout
            self.assertRegex(said, rf'"{page.stem} - .+"')

    def test_they_are_installed(self):
        subprocess.run(["cmake", "--install", command.BUILD, "--prefix", self.folder / "there"], check=True, capture_output=True)
        installed = {page.name for page in (self.folder / "there" / "share" / "man").rglob("*.[15]")}
        self.assertEqual(installed, {page.name for page in FOLDER.iterdir()})


if __name__ == "__main__":
    if not FOLDER.is_dir():
        print("this build has no man pages: cmake found no Python 3")
        sys.exit(77)
    command.main()
