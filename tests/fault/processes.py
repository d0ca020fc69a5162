"""Processes of a session, from /proc: what a launcher started belongs to it even after the launcher has died."""

import os
import pathlib
import re
import signal
import time

STATE, SESSION = 0, 3  # fields of /proc/PID/stat behind the name


def of_session(session):
    """Those that still run; who has ended and is only not waited for does not."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[SESSION]) == session and fields[STATE] not in "ZX":
            found.append(int(entry.name))
    return found


def runs_program(pid, program):
    try:
        return os.path.realpath(f"/proc/{pid}/exe") == os.path.realpath(program)
    except OSError:
        return False


def shared_memory(pids):
    """What ranks of Open MPI leave in /dev/shm if nothing clears it, as patterns: now, or in the next moment."""
    jobs = set()
    for pid in pids:
        try:
            variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        jobs |= {int(value.partition(b"=")[2]) for value in variables if re.match(rb"PMIX_NAMESPACE=\d+$", value)}
    return {f"vader_segment.*.{job:x}.*" for job in jobs}


def left_in_shared_memory(patterns):
    return [name for pattern in patterns for name in pathlib.Path("/dev/shm").glob(pattern)]


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def end(session):
    """Nothing of the session is left behind."""
    while left := of_session(session):
        kill(left)
        time.sleep(0.01)


def wait_for(condition, seconds):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True
