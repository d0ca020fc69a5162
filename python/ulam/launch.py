"""Carries a job out by the program `ulam`."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from .errors import DoubtfulChains, Interrupted, JobError, PartialResult, RunError
from .job import job_file, plain, show_place
from .program import find_program
from .progress import Progress
from .result import open_result

if TYPE_CHECKING:
    import xarray

Job = Union[Mapping[str, Any], str, "os.PathLike[str]"]

_MOST_RANKS = 4  # that are started unasked: a login node belongs to others too
_BAD_INPUT, _STOPPED_EARLY = 2, 3  # exit statuses of `ulam run`


def run(job: Job, ranks: Optional[int] = None, *, output: Union[str, "os.PathLike[str]", None] = None,
        progress: bool = True, params: Optional[Mapping[str, Any]] = None, runs: Optional[float] = None,
        seed: Optional[int] = None, time_limit: Union[str, float, None] = None,
        options: Sequence[str] = ()) -> "xarray.Dataset":
    """Carries a job out, and returns its result as `open` does.

    job: a mapping with the keys of a job file, numpy's numbers and arrays among its values, or the path of a job file.
        Relative paths in a mapping start at the current directory.
    ranks: processes, by default one a processor, but at most 4. The result does not depend on it.
    output: the result file, as `-o`. What it holds of the job already is not done again. Without it, and without
        `output` in the job, a mapping's file lasts until Python ends, and a job file's is where `ulam run` puts it.
    progress: whether to show progress and messages: in a notebook, on a terminal, or as lines of a log.
    params, runs, seed: replace those of the job, as `--set`, `--runs` and `--seed` do.
    time_limit: as `--time-limit`, "10m" or a number of seconds. A job that it ends warns PartialResult.
    options: further options of `ulam run`, such as ["--force-new"].

    Raises JobError for what is wrong with the job, RunError for what went wrong later; both with the program's own
    message. KeyboardInterrupt, from Ctrl-C or a notebook's stop button, stops the job in time for the runs in hand to
    count, and raises Interrupted; a second one ends it at once. What chains are to be doubted for warns DoubtfulChains."""
    program = find_program()
    replacements = _replacements(params, runs, seed)
    arguments = [*replacements, *_ranks_option(ranks), *_limit_option(time_limit), *options]
    if not isinstance(job, Mapping):
        file = _output_of(program, replacements, job) if output is None else output
        return _carry_out(program, arguments, os.fspath(job), os.fspath(file), progress)
    with job_file(job) as path, _output_for(job.get("output") if output is None else output) as file:
        try:
            return _carry_out(program, arguments, path, file, progress)
        except (JobError, RunError) as error:
            error.args = (show_place(str(error), path, job),)
            raise


def _replacements(params: Optional[Mapping[str, Any]], runs: Optional[float], seed: Optional[int]) -> list[str]:
    options = []
    for name, value in (params or {}).items():
        value = plain(value, name)
        options.append(f"--set={name}={value if isinstance(value, str) else json.dumps(value)}")
    if runs is not None:
        options.append(f"--runs={plain(runs, 'runs')}")
    if seed is not None:
        options.append(f"--seed={plain(seed, 'seed')}")
    return options


def _ranks_option(ranks: Optional[int]) -> list[str]:
    """One rank needs no launcher, which takes a moment to start."""
    if ranks is None:
        ranks = min(len(os.sched_getaffinity(0)), _MOST_RANKS)
    return [] if ranks == 1 else [f"--ranks={ranks}"]


def _limit_option(limit: Union[str, float, None]) -> list[str]:
    if limit is None:
        return []
    return [f"--time-limit={limit if isinstance(limit, str) else f'{limit:f}s'}"]


def _output_of(program: str, replacements: list[str], path: Union[str, "os.PathLike[str]"]) -> str:
    """Where `ulam run` would write the result of a job file."""
    done = subprocess.run([program, "check", *replacements, "--", path], capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise _failure("check", done.returncode, os.fsdecode(done.stderr).strip())
    label = b"output"
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(label):
            return os.fsdecode(line[len(label):].strip())
    raise RunError(f"'{program} check' names no output; is it of another version?")


@contextlib.contextmanager
def _output_for(named: Any) -> Iterator[str]:
    """The result file of a job; where none is named, one that is removed when Python ends. After a failure that stands,
    for `ulam replay`, and to go on."""
    if named is not None:
        if not isinstance(named, (str, os.PathLike)):
            raise JobError(f"output is {named!r}; expected a path")
        yield os.fspath(named)
        return
    folder = tempfile.mkdtemp(prefix="ulam-")
    output = os.path.join(folder, "result.h5")
    try:
        yield output
    except BaseException:
        if not os.path.exists(output):
            shutil.rmtree(folder, ignore_errors=True)  # a killed job leaves its lock
        raise
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _carry_out(program: str, options: list[str], path: str, output: str, shown: bool) -> "xarray.Dataset":
    progress = Progress(shown)
    status, interrupted = _wait_for([program, "run", *options, f"--output={output}", "--", path], progress)
    message = progress.message()
    if status not in (0, _STOPPED_EARLY):
        if interrupted:
            raise Interrupted(message or f"ended at once; what {output} holds stands", None, output)
        raise _failure("run", status, message)
    progress.show_message()
    result = open_result(output) if status == 0 or os.path.exists(output) else None
    if interrupted:
        raise Interrupted(_outcome(result, output), result, output)
    if result is None:
        raise RunError(f"stopped before a run was finished; {output} was not written")
    if status == _STOPPED_EARLY:
        warnings.warn(_outcome(result, output), PartialResult, stacklevel=3)
    doubts = result.attrs.get("warnings")
    if doubts:
        warnings.warn("\n".join(doubts), DoubtfulChains, stacklevel=3)
    return result


def _outcome(result: Optional["xarray.Dataset"], output: str) -> str:
    if result is None:
        return "stopped before a run was finished"
    done = f"{output} is {result.attrs['status']}, with {_work(result)}"
    return done if result.attrs["status"] == "complete" else f"stopped early: {done}; the same job goes on"


def _work(result: "xarray.Dataset") -> str:
    runs = int(result.runs.sum())
    if "warnings" not in result.attrs:
        return f"{runs} runs"
    fewest, most = int(result.sweeps.min()), int(result.sweeps.max())
    return f"{fewest if fewest == most else f'{fewest} to {most}'} sweeps of each of {runs} chains"


def _wait_for(command: list[str], progress: Progress) -> tuple[int, bool]:
    """The program's exit status, and whether it was interrupted. Ctrl-C reaches it through here alone: its session is its
    own. It stops when this process dies, where the system knows how to tell it."""
    messenger = shutil.which("setpriv")
    if messenger:
        command = [messenger, "--pdeathsig", "TERM", "--", *command]
    environment = {**os.environ, "ULAM_TERMINAL": "1"} if progress.live else None
    status, interrupted = None, False
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          start_new_session=True, env=environment) as process:
        while status is None:
            try:
                data = os.read(process.stderr.fileno(), 65536)
                progress.take(data)
                if not data:
                    status = process.wait()
            except KeyboardInterrupt:
                interrupted = True
                process.send_signal(signal.SIGINT)
            except BaseException:
                process.terminate()
                raise
    progress.finish()
    return status, interrupted


def _failure(subcommand: str, status: int, message: str) -> Exception:
    """The exception for an exit status; the message without the command in front of it."""
    message = message.replace(f"ulam {subcommand}: ", "")
    if status < 0:
        message = f"{message}\nulam was ended by {signal.Signals(-status).name}".lstrip()
    return (JobError if status == _BAD_INPUT else RunError)(message)
