"""Jobs as dictionaries, written as the JSON that `ulam run` reads."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import JobError

_SHOWN = "job"  # what messages call a job that is no file of the user's


def plain(value: Any, where: str = _SHOWN) -> Any:
    """A value in JSON's types: numpy's scalars and arrays, ranges and paths become numbers, lists and texts."""
    if hasattr(value, "tolist"):  # of numpy, or of pandas
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # inf, -inf, nan: the job file's words
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item, f"{where}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    raise JobError(f"{where} is of type {type(value).__name__}; expected a number, a text, or a list or mapping of these")


def job_text(job: Mapping[str, Any]) -> str:
    """The job file, a line for each entry of its mappings, so that messages name useful lines."""
    return _written(plain(job), "") + "\n"


def _written(value: Any, indent: str) -> str:
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {_written(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


@contextlib.contextmanager
def job_file(job: Mapping[str, Any]) -> Iterator[str]:
    """The job in a file, for as long as it is carried out. It lies in the current directory, from which the paths in it
    start, a model's say."""
    try:
        text = job_text(job).encode()
    except UnicodeEncodeError as error:
        raise JobError(f"{_SHOWN}: a text in it is not Unicode: {error}") from None
    handle, path = tempfile.mkstemp(prefix=".ulam-", suffix=".json", dir=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        yield path
    finally:
        os.unlink(path)


def show_place(message: str, path: str, job: Mapping[str, Any]) -> str:
    """The message about the job in the file `path`, which the user never saw: with the line that it speaks of."""
    shown = message.replace(path, _SHOWN)
    place = re.search(re.escape(path) + r":(\d+):\d+: ", message)
    lines = job_text(job).splitlines()
    if not place or int(place[1]) > len(lines):
        return shown
    return f"{shown}\n    {lines[int(place[1]) - 1].strip()}"
