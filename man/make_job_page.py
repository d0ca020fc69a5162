#!/usr/bin/python3
"""Writes ulam-job(5) from the manual's page on job files, with pandoc: make_job_page.py PANDOC JOB-FILE.md VERSION PAGE."""

import pathlib
import re
import subprocess
import sys

REMARK = re.compile(r"<!--.*?-->\n?", re.S)
LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)")
CODE = re.compile(r"(^```.*?^```$)", re.M | re.S)
HEADING = re.compile(r"^#(#?) (.*)$", re.M)


def section(heading):
    return f"# {heading[2].upper() if heading[1] else 'DESCRIPTION'}"


def job_page(text):
    """The Markdown as a man page has it: a NAME, sections for headings, no links, and no remarks to the tests."""
    parts = CODE.split(REMARK.sub("", text))
    parts[::2] = [HEADING.sub(section, LINK.sub(r"\1", prose)) for prose in parts[::2]]
    return "# NAME\n\nulam-job - what a job file says: model, points, runs\n\n" + "".join(parts) + \
        "\n# SEE ALSO\n\n**ulam**(1), **ulam-run**(1), **ulam-check**(1)\n"


def main(pandoc, source, version, page):
    subprocess.run([pandoc, "--from", "gfm", "--to", "man", "--standalone", "--columns", "72", "-M", "title=ULAM-JOB", "-M",
                    "section=5", "-M", f"footer=ulam {version}", "-M", "header=ulam", "--output", page],
                   input=job_page(pathlib.Path(source).read_text()), text=True, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
