"""How it is measured: wall time of whole commands, one after the other in turn, medians with spreads."""

import statistics
import time


def seconds_of(*commands):
    """From the start of the first to the end of the last; they run at once."""
    start = time.perf_counter()
    processes = [command.start() for command in commands]
    for command, process in zip(commands, processes):
        command.wait(process)
    return time.perf_counter() - start


def runs_for(make, seconds, fewest=1000):
    """About how many runs take so many seconds beyond the start; make(runs) is the command."""
    seconds_of(make(fewest))  # whatever is slow the first time
    start, runs = seconds_of(make(fewest)), fewest
    while True:
        runs *= 4
        work = seconds_of(make(runs)) - start
        if work >= 0.25 * seconds:
            return int(runs * seconds / work)


def in_turn(contenders, repeat):
    """The seconds of each contender, a list of commands that run at once, in each of so many rounds."""
    times = {name: [] for name in contenders}
    for _ in range(repeat):
        for name, commands in contenders.items():
            times[name].append(seconds_of(*commands))
    return times


class Figure:
    """A median and how far the measurements spread."""

    def __init__(self, values):
        self.median, self.low, self.high = statistics.median(values), min(values), max(values)

    def text(self, digits):
        def number(x):
            return f"{x:.0f}" if x >= 10**(digits - 1) else f"{x:#.{digits}g}"
        if self.low == self.high:
            return number(self.median)
        return f"{number(self.median)} ({number(self.low)} to {number(self.high)})"


def ratio(of, to):
    """Of pairs of measurements of the same round."""
    return Figure([a / b for a, b in zip(of, to)])
