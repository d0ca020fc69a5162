#!/usr/bin/python3
"""Writes the man pages of ulam and of each of its commands from what --help prints: make_pages.py ULAM FOLDER."""

import pathlib
import re
import subprocess
import sys

HEADINGS = {"options": "OPTIONS", "commands": "COMMANDS", "exit status": "EXIT STATUS", "example": "EXAMPLE", "keys": "KEYS"}
HEADING = re.compile(rf"({'|'.join(HEADINGS)}):\s*(.*)", re.I)
OPTION = re.compile(r" {2,6}(\S.*?)(?: {2,}(.*))?")


def roff(text):
    """The text with what roff reads as its own taken care of."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\\&" + text if text.startswith(".") else text


def strong(text):
    """Words that are typed as they stand are bold: options, commands. Those in capitals are for the user to fill in."""
    return " ".join(f"\\fI{roff(word)}\\fR" if re.sub(r"[\[\].,=/]|-", "", word).isupper() and not word.startswith("-")
                    else f"\\fB{roff(word)}\\fR" for word in text.split())


def synopsis(lines):
    return ["\n.br\n".join(strong(line.replace("usage:", "").strip()) for line in lines)]


def entry(line):
    """An option or a command begins a paragraph of its own; a line that is set in further goes on with the text before it."""
    begun = OPTION.fullmatch(line)
    if not begun:
        return [roff(line.strip())]
    return [".TP", strong(begun[1]), *([roff(begun[2])] if begun[2] else [])]


def body(text):
    page, section = [".SH DESCRIPTION"], "DESCRIPTION"
    for line in text.splitlines():
        heading = HEADING.fullmatch(line)
        if heading:
            section = HEADINGS[heading[1].lower()]
            page += [f".SH {section}"] + [roff(heading[2])] * bool(heading[2])
        elif not line:
            page.append(".PP")
        elif not line.startswith(" "):
            page.append(roff(line))
        else:
            if section == "DESCRIPTION":
                section = "OPTIONS"
                page.append(".SH OPTIONS")
            page += entry(line)
    return [line for line, following in zip(page, [*page[1:], ".SH"]) if line != ".PP" or following[:3] not in (".SH", ".TP")]


def page(name, summary, text, version, also):
    first, others = text.strip().split("\n\n", 1)
    return "\n".join([
        f'.TH {roff(name.upper())} 1 "" "{version}" "ulam"',
        ".SH NAME", f"{roff(name)} \\- {roff(summary)}",
        ".SH SYNOPSIS", *synopsis(first.splitlines()),
        *body(others),
        ".SH SEE ALSO", ",\n".join(f"\\fB{roff(other)}\\fR({section})" for other, section in also), ""])


def main(program, folder):
    def said(*arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout

    overview, version = said("--help"), " ".join(said("--version").split()[:2])
    listed = overview.split("commands:\n")[1].split("\n\n")[0]
    commands = dict(re.findall(r"^ +(\S+) +(.*)$", listed, re.M))
    folder.mkdir(exist_ok=True)
    own = [(f"ulam-{name}", 1) for name in commands] + [("ulam-job", 5)]
    (folder / "ulam.1").write_text(page("ulam", "Monte Carlo simulation toolkit", overview, version, own))
    for name, summary in commands.items():
        text = page(f"ulam-{name}", summary, said(name, "--help"), version, [("ulam", 1), ("ulam-job", 5)])
        (folder / f"ulam-{name}.1").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
