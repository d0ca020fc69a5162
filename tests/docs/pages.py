"""The fenced blocks of the manual's Markdown pages."""

import dataclasses
import re


@dataclasses.dataclass
class Block:
    place: str       # file:line of its first line
    language: str    # the first word behind the fence
    words: list      # the others
    text: str


FENCE = re.compile(r"^( *)```(.*)$")
BEFORE = re.compile(r"<!-- before: (.*?) -->")


def blocks(path, root):
    """Every fenced block in order. A comment <!-- before: COMMAND --> is a block of language "before"."""
    found, opened = [], None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        place = f"{path.relative_to(root)}:{number}"
        fence = FENCE.match(line)
        if fence and opened is None:
            language, *words = fence[2].split() or [""]
            opened = Block(place, language, words, "")
            indent = len(fence[1])
        elif fence:
            found.append(opened)
            opened = None
        elif opened is not None:
            opened.text += line[indent:] + "\n"
        elif before := BEFORE.search(line):
            found.append(Block(place, "before", [], f"$ {before[1]}\n"))
    if opened is not None:
        raise ValueError(f"{opened.place}: the fence is never closed")
    return found


def commands(text):
    """[(command, expected output)] of a session: lines that begin with "$ ", continued after a backslash by "> "."""
    session = []
    for line in text.splitlines():
        if line.startswith("$ "):
            session.append([line[2:], ""])
        elif line.startswith("> ") and session and not session[-1][1]:
            session[-1][0] += "\n" + line[2:]
        elif session:
            session[-1][1] += line + "\n"
        else:
            raise ValueError(f"output before the first '$ ': {line}")
    return session


UNFENCED = re.compile(r"^(?: {4}|\t)(?:\$ |(?:ulam|mpirun|srun|sbatch|cmake|gcc|cc|mpicc|python3|pip|ctest|bench/run|\./\w+) .*)", re.M)


def unfenced_commands(path):
    return UNFENCED.findall(re.sub(r"```.*?```", "", path.read_text(), flags=re.S))


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


def links(path):
    return [link for link in LINK.findall(CODE.sub("", path.read_text())) if "://" not in link]


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
