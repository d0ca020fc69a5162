"""What can go wrong, as exceptions."""

from __future__ import annotations

from typing import Any


class JobError(ValueError):
    """The job is wrong: nothing was run, nothing was written. The text is that of `ulam run`."""


class RunError(RuntimeError):
    """The job failed: a run failed, a file could not be written, a rank died. What its result file holds stands."""


class ResultError(ValueError):
    """A file is no result of ulam, or has not what was asked for."""


class PartialResult(UserWarning):
    """The job stopped early; its result is valid, and running it again goes on."""


class DoubtfulChains(UserWarning):
    """Chains of the job were not thermalised, or too short, for what they say to be relied on."""


class Interrupted(KeyboardInterrupt):
    """The job was stopped by Ctrl-C or the notebook's stop button, in time for the runs in hand to count.

    result: what was done until then, as `ulam.open` gives it; None if no run was finished.
    path: the result file, from which the same job goes on."""

    def __init__(self, message: str, result: Any, path: str) -> None:
        super().__init__(message)
        self.result = result
        self.path = path
