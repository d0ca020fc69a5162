"""What a running job says on its standard error: a live line, and messages."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections import deque
from typing import Callable, Optional

_WIPE = "\r\033[K"  # stands before every live line, and before a message that follows one
_MOST_MESSAGES = 1000


def _notebook_line() -> Optional[Callable[[str], None]]:
    """What rewrites a line in the output of a notebook's cell; None outside of notebooks."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    def bundle(text: str) -> dict:
        return {"text/plain": text}

    handle = display(bundle(""), raw=True, display_id=True)
    return lambda text: handle.update(bundle(text), raw=True)


class Progress:
    """Shows how a job goes on where somebody may look: one line that is rewritten, in a notebook or on a terminal, and
    elsewhere a line now and then. Messages are kept."""

    def __init__(self, shown: bool) -> None:
        shown = shown and sys.stderr is not None
        self._notebook = _notebook_line() if shown else None
        self._terminal = shown and not self._notebook and sys.stderr.isatty()
        self._shown = shown
        self._rest = b""
        self._messages: deque[str] = deque(maxlen=_MOST_MESSAGES)

    @property
    def live(self) -> bool:
        """Whether the job is to write a live line."""
        return self._terminal or self._notebook is not None

    def take(self, data: bytes) -> None:
        """Takes what the job wrote, in pieces of any size."""
        wipe = _WIPE.encode()
        *lines, rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take_message(line.rpartition(wipe)[2].decode(errors="replace"))
        _, mark, text = rest.rpartition(wipe)
        self._rest = mark + text
        if mark:
            self._show_live(text.decode(errors="replace"))

    def finish(self) -> None:
        """Takes the end of what the job wrote."""
        if self._rest:
            self.take(b"\n")
        if self._terminal:
            self._show_live("")

    def message(self) -> str:
        """What was said and has not been shown: why the job failed, if it did."""
        return "\n".join(self._messages)

    def show_message(self) -> None:
        if self._shown and self._messages:
            print(self.message(), file=sys.stderr)

    def _take_message(self, text: str) -> None:
        warning = "ulam: warning: "
        if text.startswith(warning):
            warnings.warn(text[len(warning):], stacklevel=6)  # where run() was called
        elif text.startswith("ulam: "):
            self._show(text)
        elif text.strip():
            self._messages.append(text)

    def _show(self, text: str) -> None:
        if self._notebook:
            self._notebook(text)
        elif self._shown:
            print(f"{_WIPE if self._terminal else ''}{text}", file=sys.stderr, flush=True)

    def _show_live(self, text: str) -> None:
        if self._notebook and text:
            self._notebook(text)
        elif self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"{_WIPE}{text[:width]}", end="", file=sys.stderr, flush=True)
