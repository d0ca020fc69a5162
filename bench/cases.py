"""The comparisons. Each function measures one and returns (lines of times, lines of ratios)."""

import subprocess

import timing

AIMS = {  # at least; from ulam's own list of what it promises
    ("buffon", "gsl"): 6, ("european", "gsl"): 7, ("asian", "gsl"): 5,
    ("buffon", "numpy"): 4, ("european", "numpy"): 4, ("asian", "numpy"): 5,
    ("buffon", "scalar"): 1.0, ("european", "scalar"): 0.9, ("asian", "scalar"): 1.3,
}

NAMES = {"ulam": "ulam", "scalar": "ulam, scalar runs", "avx2": "ulam, AVX2", "avx512": "ulam, AVX-512",
         "gsl": "C + GSL + MPI", "numpy": "numpy in chunks", "multiprocessing": "Python multiprocessing"}

SHORT_STARTS = 20  # repetitions of what takes a fraction of a second


def has_avx512():
    try:
        with open("/proc/cpuinfo") as info:
            return "avx512dq" in info.read()
    except OSError:
        return False


def contenders_of(programs, job, against, core):
    """Each a function from a number of runs to a command, on one core."""
    of = {"ulam": lambda runs: programs.ulam(job, runs, core=core)}
    builds = ["scalar", "avx2"] + (["avx512"] if has_avx512() else [])
    for build in builds if programs.chooses_lanes else []:
        of[build] = lambda runs, build=build: programs.ulam(job, runs, lanes=build, core=core)
    for peer in against:
        of[peer] = lambda runs, peer=peer: getattr(programs, peer)(job, runs, core=core)
    return of


def one_core(programs, job, options):
    """ulam, its builds of the lanes and its peers on one core."""
    makers = contenders_of(programs, job, options.against, programs.core)
    runs = {name: timing.runs_for(make, options.seconds) for name, make in makers.items()}
    seconds = timing.in_turn({name: [make(runs[name])] for name, make in makers.items()}, options.repeat)
    each = {name: [1e9 * s / runs[name] for s in seconds[name]] for name in makers}
    times = [(job, NAMES[name], timing.Figure(each[name]).text(3) + " ns a run") for name in makers]
    ratios = [(job, f"ulam against {NAMES[peer]}", timing.ratio(each[peer], each["ulam"]), AIMS.get((job, peer)))
              for peer in options.against]
    if "scalar" in each and "gsl" in each:
        ratios.append((job, f"{NAMES['scalar']}, against {NAMES['gsl']}", timing.ratio(each["gsl"], each["scalar"]),
                       AIMS[job, "scalar"]))
    if "avx512" in each:
        ratios.append((job, "speed of AVX2 against AVX-512", timing.ratio(each["avx512"], each["avx2"]), 0.45))
    return times, ratios


def two_ranks(programs, job, options):
    """Two ranks against two processes that know nothing of each other, and against the peers in two processes."""
    seconds = 5 * options.seconds  # so that starting does not count
    runs = 2 * timing.runs_for(lambda n: programs.ulam(job, n, core=0), seconds)
    makers = {"gsl": lambda n: programs.gsl(job, n, ranks=2),
              "multiprocessing": lambda n: programs.multiprocessing(job, n, processes=2)}
    makers = {peer: make for peer, make in makers.items() if peer in options.against}
    done = {peer: timing.runs_for(make, options.seconds) for peer, make in makers.items()}
    done["ulam"] = done["apart"] = runs
    contenders = {"ulam": [programs.ulam(job, runs, ranks=2)],
                  "apart": [programs.ulam(job, runs // 2, core=core, name=f"apart{core}") for core in (0, 1)]}
    contenders.update({peer: [make(done[peer])] for peer, make in makers.items()})
    taken = timing.in_turn(contenders, options.repeat)
    each = {name: [1e9 * s / done[name] for s in taken[name]] for name in taken}
    names = {**NAMES, "apart": "two processes of ulam apart"}
    case = f"{job}, 2 ranks"
    times = [(case, names[name], timing.Figure(each[name]).text(3) + " ns a run") for name in each]
    ratios = [(case, f"ulam against {names[name]}", timing.ratio(each[name], each["ulam"]),
               0.98 if name == "apart" else None) for name in each if name != "ulam"]
    return times, ratios


def start_up(programs, options):
    """A job of ten runs: what it costs to start."""
    contenders = {"ulam run": [programs.ulam("buffon", 10)], "ulam run -n 2": [programs.ulam("buffon", 10, ranks=2)],
                  "mpirun -n 2, C + GSL + MPI": [programs.gsl("buffon", 10, ranks=2)]}
    taken = timing.in_turn(contenders, max(options.repeat, SHORT_STARTS if options.seconds >= 1 else 1))
    aims = {"ulam run": " (aim: below 50)", "ulam run -n 2": " (aim: below 200)"}
    return [("start-up", name, timing.Figure([1e3 * s for s in taken[name]]).text(3) + " ms" + aims.get(name, ""))
            for name in taken], []


def checkpoints(programs, options):
    """What writing the file costs, from writing it far more often than by default."""
    often, default, points = 0.5, 30.0, 1000
    job = ("model: european\nsweep: {{strike: {{from: 50, to: 150, steps: %d}}}}\ncheckpoint: {}\n" % points).format
    seconds = max(options.seconds, 4 * often)
    runs = timing.runs_for(lambda n: programs.ulam(job("1000h"), n, core=programs.core), seconds, fewest=100)
    contenders = {name: [programs.ulam(job(interval), runs, core=programs.core, name=f"checkpoint_{interval}")]
                  for name, interval in (("never", "1000h"), ("often", f"{often}s"))}
    taken = timing.in_turn(contenders, options.repeat)
    cost = timing.Figure([100 * (a / b - 1) * often / default for a, b in zip(taken["often"], taken["never"])])
    text = f"{cost.median:.3f} % ({cost.low:.3f} to {cost.high:.3f}) of the time (aim: below 1 %)"
    return [("checkpoints", f"every {default:.0f} s, {points} points", text)], []


def schedule(programs, options):
    """Sleeping runs of log-normal lengths on many more ranks than cores, against the ideal list schedule."""
    program = programs.ulam_program.parent / "tests" / "mpi_list_schedule"
    if not program.exists():
        return [("schedule", "64 ranks", "skipped: the tests are not built")], []
    values = []
    for seed in range(1, options.repeat + 1):
        command = ["mpirun", "-n", "64", program, "4", "1600", "60", "1.5", str(seed), "0"]
        done = subprocess.run(command, capture_output=True, text=True, env=programs.gsl("buffon", 2).environment)
        fields = dict(part.split("=") for part in done.stdout.split() if "=" in part)
        if done.returncode != 0 or "efficiency" not in fields:
            return [("schedule", "64 ranks", f"failed: {(done.stdout + done.stderr).strip()}")], []
        values.append(float(fields["efficiency"]))
    return [], [("schedule", "64 ranks, sleeping runs, against the ideal list schedule", timing.Figure(values), 0.95)]
