#!/usr/bin/python3
"""Makes docs/c-interface.md out of the public headers: make_reference.py > docs/c-interface.md.

An entry is what stands between blank lines: a comment, and the declarations beneath it. Bodies of functions and of macros are
left out, and so are macros without a comment and attributes: they serve the compiler."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("sim/include/ulam", "models/include/ulam", "mpi/include/ulam")
INTRODUCTION = """# The C interface

All public headers, entry by entry. [Your own model](own-model.md) shows how to write a model, which takes those of the first
part alone; `examples/embed` is a program that carries out a job by itself. A function that can fail returns a `ulam_status`
and fills in the caller's `ulam_error`. `docs/make_reference.py` makes this page from the headers.
"""
PARTS = (
    ("Writing a model", ("model", "rng", "math", "lanes", "chain", "metropolis", "gsl", "status")),
    ("Carrying out a job", ("job", "execute", "mpi", "state", "models", "open_model", "isolate", "trial", "until")),
    ("Statistics, and the rest", None),
)
SCAFFOLD = re.compile(r'#ifdef __cplusplus\n.*?#endif\n|#ifndef ULAM_\w+_H\n#define ULAM_\w+_H\n|#include [^\n]*\n|#endif\s*$', re.S)
COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
NAME = re.compile(r"(`[^`]*`|<[\w/]+\.h>|\b(?:ulam|ULAM|gsl)_\w+(?:\([\w, ]*\))?)")
SPECIAL = re.compile(r"([*\[\]]|<(?=[A-Za-z/])|(?<!\w)_|_(?!\w))")


def prose(comment):
    """A comment as Markdown; lines that are set in stay as they are."""
    lines = [re.sub(r"^ ?\* ?", "", line.strip(" ")).rstrip() for line in comment.split("\n")]
    return "\n".join(line if line.startswith("    ") else marked(line) for line in lines).strip("\n")


def marked(line):
    parts = NAME.split(line.strip())
    parts[1::2] = [name if name.startswith("`") else f"`{name}`" for name in parts[1::2]]
    parts[::2] = [SPECIAL.sub(r"\\\1", text) for text in parts[::2]]
    return "".join(parts)


def split(text):
    """[(comment, code)]: cut at blank lines outside braces, and before a comment that begins a line."""
    entries, depth, begun = [], 0, False
    for line in text.split("\n"):
        top = depth == 0
        if top and not line.strip():
            begun = False
            continue
        if not begun or (top and line.startswith("/*")):
            entries.append("")
            begun = True
        entries[-1] += line + "\n"
        code = COMMENT.sub("", line)
        depth += code.count("{") - code.count("}")
    return [cut(entry) for entry in entries]


def cut(entry):
    comment = COMMENT.match(entry)
    return (prose(comment[1]), entry[comment.end():].lstrip("\n")) if comment else ("", entry)


def declared(code):
    """The code without bodies, conditions and attributes."""
    code = re.sub(r"^#define \w+( *__attribute__| +\\\n).*?(?<!\\)\n|^#define ULAM_EXPORT\n", "", code, flags=re.M | re.S)
    code = re.sub(r"^(#define \w+\([^)]*\)).*?(?<!\\)\n", r"\1\n", code, flags=re.M | re.S)
    code = re.sub(r"^#(if|else|elif|endif|undef).*\n", "", code, flags=re.M)
    code = re.sub(r"(?:^ULAM_EXPORT | ULAM_PRINTF\(\d, \d\))", "", code, flags=re.M)
    code = re.sub(r"^static inline ([^;{]*?)\s*\{ .* \}$", r"\1;", code, flags=re.M)
    code = re.sub(r"^static inline ([^;{]*?)\s*\n\{\n.*?^\}$", r"\1;", code, flags=re.M | re.S)
    return "".join(dict.fromkeys(code.splitlines(True))) if code.startswith("#define") else code


def section(header):
    """What a header declares."""
    opening, rest = cut(header.read_text())
    page = [f"### `<ulam/{header.name}>`", opening]
    for comment, code in split(SCAFFOLD.sub("", rest)):
        code = declared(code).rstrip()
        if code and (comment or not code.startswith("#define")):
            page += [comment] * bool(comment) + [f"```c\n{code}\n```"]
    return "\n\n".join(page)


def reference():
    left = {header.stem: header for folder in FOLDERS for header in sorted((ROOT / folder).glob("*.h"))}
    page = [INTRODUCTION.strip()]
    for title, names in PARTS:
        page += [f"## {title}"]
        page += [section(left.pop(name)) for name in (names or sorted(left))]
    return "\n\n".join(page) + "\n"


if __name__ == "__main__":
    print(reference(), end="")
