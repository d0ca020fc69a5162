"""Monte Carlo jobs from Python: `run` carries one out, `open` reads its result file into an xarray.Dataset, `plot` draws
it, and `serve` makes a Python function a model. docs/python.md shows them at work."""

from .errors import DoubtfulChains, Interrupted, JobError, PartialResult, ResultError, RunError
from .launch import run
from .picture import plot
from .result import failures, open_result as open, points, samples, series, trace
from .worker import serve

__version__ = "0.1.0"
# Without `open`, which would hide Python's own after `from ulam import *`.
__all__ = ["run", "points", "failures", "trace", "series", "samples", "plot", "serve",
           "JobError", "RunError", "ResultError", "Interrupted", "PartialResult", "DoubtfulChains"]
