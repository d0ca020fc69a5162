"""Python functions as models: the worker's side of the line protocol (docs/programs.md)."""

from __future__ import annotations

import inspect
import json
import math
import os
import random
import sys
import traceback
from collections.abc import Mapping
from typing import Any, BinaryIO, Callable, Union

_PROTOCOL = 1

Observables = Union[Mapping[str, Any], float]


def serve(function: Callable[..., Observables]) -> None:
    """Performs runs by calling the function, as long as `ulam run` asks for them. A model's file ends with this call.

    The function gets the job's parameters by their names, and `rng`, a numpy.random.Generator (without numpy a
    random.Random) that is seeded from the run's own stream: what draws from it alone is the same run on any machine. It
    returns a dict of the observables, numbers or arrays of them, or the number itself if there is only one. None or NaN
    mean "no value", which the job must declare possible. An exception is a failed run, with its last line as the reason.
    What the function prints goes to standard error."""
    if sys.stdin.isatty():
        sys.exit(f"{sys.argv[0]} is a model: name it in a job, model: {{command: [python3, {sys.argv[0]}], ...}}, and "
                 "'ulam run' starts it")
    questions, answers = _take_over()
    try:
        _converse(function, questions, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)  # the job has ended; nobody reads what could be said


def _take_over() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to `ulam`, out of the reach of what the function reads and prints, in Python or below it."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return questions, answers


def _converse(function: Callable[..., Observables], questions: BinaryIO, answers: BinaryIO) -> None:
    observables: list[str] = []
    generator = _generator()
    for line in questions:
        asked = json.loads(line)
        if "ulam" in asked:
            answer = _greet(function, asked)
            observables = asked.get("observables", [])
        else:
            answer = _perform(function, asked, observables, generator)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _greet(function: Callable[..., Observables], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Agrees to serve a model whose parameters the function takes."""
    if asked["ulam"] != _PROTOCOL:
        return {"error": f"the package ulam speaks version {_PROTOCOL} of the line protocol, not {asked['ulam']}"}
    try:
        inspect.signature(function).bind(rng=None, **dict.fromkeys(asked["parameters"]))
    except TypeError as error:
        name = getattr(function, "__name__", "the function")
        return {"error": f"{name}() does not take the model's parameters and rng: {error}"}
    return {"ulam": _PROTOCOL}


def _generator() -> Callable[[int], Any]:
    try:
        from numpy.random import default_rng
    except ImportError:
        return random.Random
    return default_rng


def _perform(function: Callable[..., Observables], asked: Mapping[str, Any], observables: list[str],
             generator: Callable[[int], Any]) -> dict[str, Any]:
    try:
        values = function(**asked["parameters"], rng=generator(int(asked["seed"])))
        if not isinstance(values, Mapping):
            values = _only(values, observables)
        return {"run": asked["run"], **{name: _plain(value, name) for name, value in values.items()}}
    except Exception as error:
        traceback.print_exc()
        return {"run": asked["run"], "error": traceback.format_exception_only(type(error), error)[-1].strip()}


def _only(value: Any, observables: list[str]) -> dict[str, Any]:
    if len(observables) == 1 and value is not None:
        return {observables[0]: value}
    raise TypeError(f"the function returned a {type(value).__name__}; expected a dict of {', '.join(observables)}")


def _plain(value: Any, name: str) -> Any:
    """A value in JSON's types."""
    if hasattr(value, "tolist"):  # of numpy
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return None
        raise ValueError(f"{name} is {value}")
    if isinstance(value, (list, tuple)):
        return [_plain(item, name) for item in value]
    if value is None or isinstance(value, (int, float)):
        return value
    raise TypeError(f"{name} is of type {type(value).__name__}; expected a number or an array of numbers")
