"""Where the program `ulam` is."""

from __future__ import annotations

import os
import pathlib
import shutil


def find_program() -> str:
    """The environment variable ULAM, else the program on PATH, else the build in the checkout that this package is used from."""
    named = os.environ.get("ULAM")
    if named:
        found = shutil.which(named)
        if not found:
            raise FileNotFoundError(f"the environment variable ULAM names '{named}', which is no program")
        return found
    built = pathlib.Path(__file__).resolve().parents[2] / "build" / "ulam"
    found = shutil.which("ulam") or shutil.which(str(built))
    if not found:
        raise FileNotFoundError("there is no program 'ulam' on PATH; build it, then extend PATH by its folder, or name "
                                "it in the environment variable ULAM")
    return found
