"""Compares what a session printed with what the manual shows: figures that follow from seed and job must agree, times,
dates and blanks may differ, and "…" stands for anything: within a line, or alone on one for any number of lines."""

import re

MASKS = (
    (r"(Traceback \(most recent call last\):\n)(?:  .*\n)+", r"\1"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?", "<date>"),
    (r"(\d+h)?(\d+m)?\d+(\.\d+)?(e-?\d+)? ?(ns|µs|ms|s|min|h)\b", "<duration>"),
    (r"[\d.,]+(e\+?\d+)? ?([kMG] )?runs/s", "<rate>"),
    (r"─+", "─"),
    (r"[ \t]+", " "),
)


def masked(text):
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return "\n".join(line.strip() for line in text.strip().splitlines())


def pattern(expected):
    lines = []
    for line in masked(expected).splitlines():
        if line in ("…", "..."):
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(".*".join(map(re.escape, line.split("…"))) + r"\n")
    return "".join(lines)


def agree(expected, actual):
    printed = masked(actual)
    return re.fullmatch(pattern(expected), printed + "\n" if printed else "") is not None
