"""What is measured: ulam and its peers, each as the command that a user would type."""

import os
import pathlib
import subprocess

PEERS = pathlib.Path(__file__).resolve().parent / "peers"

# Open MPI asks for these where one is root, or has fewer cores than ranks. ob1 starts faster, for the peers' benefit.
MPI_ENVIRONMENT = {"OMPI_MCA_pml": "ob1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                   "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}

# Each job of the peers, as a job file.
JOBS = {
    "buffon": "model: buffon\n",
    "european": "model: european\n",
    "asian": "model: asian\nparams: {fixings: 64}\n",
}


class Failed(Exception):
    """A program of the benchmark could not be built or ended badly."""


def output_of(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Failed(f"cannot start {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def build_gsl_mpi(folder):
    """The hand-written program, made for this machine. Returns its path."""
    program = folder / "gsl_mpi"
    output_of(["mpicc", "-O3", "-march=native", PEERS / "gsl_mpi.c", "-o", program, "-lgsl", "-lgslcblas", "-lm"])
    return program


class Command:
    """A program with its arguments, on a core of its own or on all, beside what it finds in its environment."""

    def __init__(self, arguments, core=None, environment=None, removes=None):
        self.arguments = [*(["taskset", "-c", str(core)] if core is not None else []), *map(str, arguments)]
        self.environment = {**os.environ, **MPI_ENVIRONMENT, **(environment or {})}
        self.removes = removes  # a file that an earlier run left, and that would leave it nothing to do

    def start(self):
        if self.removes:
            self.removes.unlink(missing_ok=True)
        try:
            return subprocess.Popen(self.arguments, env=self.environment, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise Failed(f"cannot start {self.arguments[0]}: {error.strerror}") from error

    def wait(self, process):
        errors = process.communicate()[1]
        if process.returncode != 0:
            raise Failed(f"{' '.join(self.arguments)} ended with status {process.returncode}: {errors.strip()}")


class Programs:
    """Makes commands. `build` is ulam's build folder, `folder` a scratch folder."""

    def __init__(self, build, folder, core):
        self.ulam_program = build / "ulam"
        self.folder = folder
        self.core = core
        if not self.ulam_program.exists():
            raise Failed(f"{self.ulam_program} is not there: build ulam first, or name its build folder with --build")
        self.gsl_program = build_gsl_mpi(folder)
        self.models = output_of([self.ulam_program, "models"]).split()
        self.chooses_lanes = b"ULAM_LANES_BUILD" in self.ulam_program.read_bytes()

    def ulam(self, job, runs, ranks=1, lanes=None, core=None, name="bench"):
        """A job of this name, or the text of one; `lanes` forces a build of the lanes."""
        file, output = self.folder / f"{name}.yaml", self.folder / f"{name}.h5"
        file.write_text(JOBS.get(job, job))
        launcher = ["-n", ranks] if ranks > 1 else []
        return Command([self.ulam_program, "run", "-q", *launcher, "--runs", runs, "-o", output, file], core,
                       {"ULAM_LANES_BUILD": lanes} if lanes else None, removes=output)

    def gsl(self, job, runs, ranks=1, core=None):
        launcher = ["mpirun", "-n", ranks] if ranks > 1 else []
        return Command([*launcher, self.gsl_program, job, runs], core)

    def numpy(self, job, runs, core=None):
        return Command([PEERS / "numpy_chunks.py", job, runs], core)

    def multiprocessing(self, job, runs, processes=1, core=None):
        return Command([PEERS / "multiprocess.py", job, runs, 1, processes], core)
