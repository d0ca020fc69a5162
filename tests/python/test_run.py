#!/usr/bin/python3
"""Jobs carried out from Python: test_run.py BUILD."""

import contextlib
import io
import os
import pathlib
import pty
import signal
import subprocess
import sys
import threading
import time
import types
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import checkout
import command
import numpy
import ulam

OPTION = {"model": "european", "params": {"spot": 100, "strike": 105.0}, "runs": 1e4}
ENDLESS = {**OPTION, "runs": 1e13, "checkpoint": "1s"}

FAILS = """
#include <ulam/model.h>
static void run(const void *point, ulam_rng *rng, double *out)
{
    out[0] = ulam_uniform(rng);
    if (((const ulam_value *)point)[0].boolean) ulam_run_fail(rng, "it would not");
}
static const ulam_parameter parameters[] = {{.name = "fails", .type = ULAM_BOOLEAN, .default_value = "false"}};
static const ulam_observable observables[] = {{.name = "u"}};
static const ulam_model model = {.interface = ULAM_MODEL_INTERFACE, .name = "fails", .summary = "fails",
    .parameters = parameters, .n_parameters = 1, .observables = observables, .n_observables = 1, .run = run};
ULAM_MODEL(model)
"""


def quietly(job, **options):
    return ulam.run(job, **{"ranks": 1, "progress": False, **options})


class Jobs(checkout.Case):
    def test_a_dict_of_numpy_values_is_the_job_that_the_file_is(self):
        self.write("job.yaml", "model: european\nseed: 18446744073709551615\nparams: {spot: 100, maturity: 0.25}\n"
                   "sweep:\n  strike: [90, 100, 110]\n  kind: [call, put]\n  volatility: {from: 0.1, to: 0.3, steps: 2}\nruns: 1e4\n")
        self.succeeds("run", "-q", "job.yaml")
        quietly({"model": "european", "seed": numpy.uint64(2**64 - 1),
                 "params": {"spot": numpy.int32(100), "maturity": numpy.float32(0.25)},
                 "sweep": {"strike": range(90, 111, 10), "kind": numpy.array(["call", "put"]),
                           "volatility": {"from": 0.1, "to": numpy.float64(0.3), "steps": numpy.int8(2)}},
                 "runs": numpy.float64(1e4), "output": self.folder / "dict.h5"}, ranks=2)
        self.same_results("job.h5", "dict.h5")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["dict.h5", "job.h5", "job.yaml"])

    def test_ranks_do_not_change_the_result(self):
        for ranks in (1, 2, None):
            quietly(OPTION, ranks=ranks, output=f"{ranks}.h5")
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "None.h5")

    def test_a_job_file_and_replacements(self):
        self.write("job.yaml", "model: buffon\nsweep: {length: [0.5, 1]}\nruns: 1e3\noutput: needles, all.h5\n")
        result = quietly("job.yaml")
        self.assertEqual(result.attrs["path"], "needles, all.h5")
        self.assertEqual(result.crossing.dims, ("length",))
        self.assertEqual(result.runs.values.tolist(), [1000, 1000])
        one = quietly(pathlib.Path("job.yaml"), params={"length": numpy.float64(0.25)}, runs=500, seed=2**64 - 1, output="one.h5")
        self.assertEqual((one.length.item(), one.runs.item(), one.attrs["seed"]), (0.25, 500, 2**64 - 1))

    def test_a_result_without_output_lasts_until_python_ends(self):
        program = "import ulam\nprint(ulam.run({'model': 'buffon', 'runs': 10}, 1, progress=False).attrs['path'])"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        path = pathlib.Path(done.stdout.strip())
        self.assertEqual(path.name, "result.h5")
        self.assertFalse(path.parent.exists())
        self.assertTrue(os.path.exists(quietly({"model": "buffon", "runs": 10}).attrs["path"]))
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_more_runs_extend_a_file(self):
        quietly(OPTION, output="x.h5")
        self.assertEqual(quietly(OPTION, runs=3e4, output="x.h5").runs.item(), 30000)
        self.assertEqual(len(self.succeeds("show", "x.h5").stdout.split("sessions")), 2)
        with self.assertRaisesRegex(ulam.JobError, "belongs to another job"):
            quietly(OPTION, seed=1, output="x.h5")
        self.assertEqual(quietly(OPTION, seed=1, output="x.h5", options=["--force-new"]).attrs["seed"], 1)

    def test_paths_in_a_dict_start_at_the_current_directory(self):
        self.write("fails.c", FAILS)
        self.assertAlmostEqual(quietly({"model": "./fails.c", "runs": 1e4}).u.item(), 0.5, delta=0.02)


class Errors(checkout.Case):
    def test_a_job_file_is_refused_in_the_words_of_ulam_run(self):
        for name, text in (("bad.yaml", "model: european\nparams:\n  strik: 3\n  spot: 100\nruns: 1\n"), ("empty.yaml", ""),
                           ("c.yaml", "model: buffon\nruns: [\n"), ("runs.yaml", "model: buffon\nruns: 0\n")):
            self.write(name, text)
            said = self.refused(2, "run", name).stderr
            for output in (None, "x.h5"):
                with self.assertRaises(ulam.JobError) as caught:
                    quietly(name, output=output)
                self.assertEqual(f"ulam run: {caught.exception}\n", said)
        with self.assertRaisesRegex(ulam.JobError, "no.yaml"):
            quietly("no.yaml")

    def test_a_dict_is_refused_with_the_line_in_question(self):
        for job, says in (({"model": "bufon", "runs": 1}, "job:2:12: there is no model 'bufon'.*'buffon'?.*\n    \"model\": \"bufon\","),
                          ({**OPTION, "sweep": {"volatility": [0.1, -1]}}, r'job:9:25: volatility is -1, expected.*\n    "volatility": \[0.1, -1\]'),
                          ({**OPTION, "params": {"spot": float("nan")}}, "spot is 'nan'"),
                          ({**OPTION, "runs": None}, "runs"), ({}, "job"), ({"model": "buffon"}, "runs"),
                          ({**OPTION, "runs": {1}}, "job\\['runs'\\] is of type set; expected"),
                          ({**OPTION, "params": {"spot": [1, b"x"]}}, "job\\['params'\\]\\['spot'\\]\\[1\\] is of type bytes"),
                          ({**OPTION, "params": {"spot": 1j}}, "of type complex"),
                          ({"model": "\ud800", "runs": 1}, "not Unicode"), ({**OPTION, "output": 7}, "output is 7"),
                          ({**OPTION, "output": ""}, "")):
            with self.subTest(job=job), self.assertRaisesRegex(ulam.JobError, f"(?s){says}"):
                quietly(job)
            self.assertEqual(list(self.folder.iterdir()), [])
        with self.assertRaisesRegex(ulam.JobError, "--set"):
            quietly(OPTION, params={"spot": -1})

    def test_options_are_refused(self):
        for options in ({"ranks": 0}, {"ranks": -1}, {"time_limit": "soon"}, {"time_limit": -1}, {"options": ["--fast"]},
                        {"runs": 1.5}, {"seed": -1}):
            with self.subTest(**options), self.assertRaises(ulam.JobError):
                quietly(OPTION, **options)

    def test_a_failed_run_can_be_replayed_as_the_message_says(self):
        self.write("fails.c", FAILS)
        with self.assertRaisesRegex(ulam.RunError, "it would not") as caught:
            quietly({"model": "./fails.c", "params": {"fails": True}, "runs": 5, "output": "f.h5"})
        self.assertNotIsInstance(caught.exception, ulam.JobError)
        recorded = quietly({"model": "./fails.c", "sweep": {"fails": [False, True]}, "runs": 5, "on_failure": "record", "max_failed": 5})
        self.assertEqual(recorded.failed.values.tolist(), [0, 5])
        self.assertEqual(ulam.failures(recorded.attrs["path"]).cause.values[0], "it would not")

    def test_what_a_compiler_says_is_in_the_exception(self):
        self.write("fails.c", "int main(\n")
        with self.assertRaisesRegex(ulam.JobError, r"(?s)fails.c:.*error: "):
            quietly({"model": "./fails.c", "runs": 5})

    def test_without_the_program(self):
        with self.environment(ULAM="/no/such/program"), self.assertRaisesRegex(FileNotFoundError, "/no/such/program"):
            quietly(OPTION)
        with self.environment(ULAM="", PATH=str(command.BUILD)):
            self.assertEqual(quietly(OPTION).runs.item(), 10000)

    @contextlib.contextmanager
    def environment(self, **variables):
        before = {name: os.environ[name] for name in variables}
        os.environ.update(variables)
        try:
            yield
        finally:
            os.environ.update(before)


class Stopping(checkout.Case):
    def interrupt_once(self, file, times=1):
        """Presses Ctrl-C once the file has something in it."""
        def press():
            while not os.path.exists(file):
                time.sleep(0.05)
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.3)
        thread = threading.Thread(target=press)
        thread.start()
        self.addCleanup(thread.join)

    def test_an_interrupt_stops_in_time_and_the_job_goes_on(self):
        for ranks in (1, 2):
            output = f"{ranks}.h5"
            self.interrupt_once(output)
            with self.assertRaises(ulam.Interrupted) as caught:
                quietly(ENDLESS, ranks=ranks, output=output)
            self.assertIsInstance(caught.exception, KeyboardInterrupt)
            self.assertRegex(str(caught.exception), f"stopped early: {output} is partial, with [0-9]+ runs")
            before = caught.exception.result
            self.assertEqual((before.attrs["status"], caught.exception.path), ("partial", output))
            with self.assertWarnsRegex(ulam.PartialResult, "stopped early"):
                after = quietly(ENDLESS, ranks=ranks, output=output, time_limit=1)
            self.assertGreater(after.runs.item(), before.runs.item())
            self.assertEqual([p.name for p in self.folder.iterdir() if not p.name.endswith(".h5")], [])

    def test_a_second_interrupt_ends_it_at_once(self):
        self.write("long.c", FAILS.replace("out[0] =", "for (volatile long i = 0; i < 1L << 36; i++); out[0] ="))
        self.write("x.h5", "")
        for ranks in (1, 2):
            began = time.monotonic()
            timer = threading.Timer(3, self.interrupt_once, ("x.h5", 2))
            timer.start()
            with self.assertRaises(ulam.Interrupted) as caught:
                quietly({"model": "./long.c", "runs": 4}, ranks=ranks)
            timer.join()
            self.assertLess(time.monotonic() - began, 15)
            self.assertIsNone(caught.exception.result)
            self.assertFalse(os.path.exists(os.path.dirname(caught.exception.path)), "a folder without a result is left")

    def test_a_time_limit_gives_a_partial_result(self):
        with self.assertWarnsRegex(ulam.PartialResult, "x.h5 is partial, with [0-9]+ runs; the same job goes on"):
            self.assertGreater(quietly(ENDLESS, time_limit="1s", output="x.h5").runs.item(), 0)

    def test_chains_that_a_time_limit_ends(self):
        job = {"model": "ar1", "runs": 4, "thermalize": 100, "sweeps": 1e10, "checkpoint": "1s"}
        with self.assertWarnsRegex(ulam.PartialResult, "is partial, with [0-9]+ sweeps of each of 4 chains; the same"):
            self.assertGreater(quietly(job, time_limit="1s", output="x.h5").sweeps.item(), 0)

    def test_doubts_of_chains_are_warned(self):
        job = {"model": "ar1", "params": {"coefficient": 0.99, "start": 30}, "runs": 8, "thermalize": 0, "sweeps": 4000}
        with self.assertWarnsRegex(ulam.DoubtfulChains, "x2: .*thermalize longer"):
            doubtful = quietly(job)
        self.assertIn("thermalize longer", doubtful.attrs["warnings"][-1])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            quietly({**job, "thermalize": 4000, "sweeps": 40000})

    def test_the_job_ends_with_python(self):
        for ranks in (1, 2):
            output = self.folder / f"{ranks}.h5"
            program = f"import ulam\nulam.run({ENDLESS!r}, {ranks}, output={str(output)!r})"
            python = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
            while not output.exists():
                time.sleep(0.05)
            python.kill()
            python.wait()
            for _ in range(200):
                if not self.alive(str(output)):
                    break
                time.sleep(0.1)
            self.assertEqual(self.alive(str(output)), [])

    def alive(self, word):
        lines = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return [line for line in lines if word in line]


class Showing(checkout.Case):
    def test_a_terminal_shows_a_live_line(self):
        ours, theirs = pty.openpty()
        program = f"import ulam, warnings\nwarnings.simplefilter('ignore')\nulam.run({ENDLESS!r}, 2, time_limit=2)"
        done = subprocess.Popen([sys.executable, "-c", program], stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while data := os.read(ours, 4096):
                shown += data
        os.close(ours)
        self.assertEqual(done.wait(), 0)
        self.assertRegex(shown.decode(), r"\r\033\[K0 of 1 points, \d+ %, [0-9.e+]+ runs/s, [^\r\n]*left")
        self.assertRegex(shown.decode(), r"\r\033\[Kulam: .*stopped early: the same command goes on")

    def test_a_log_has_the_closing_line_and_quiet_has_nothing(self):
        for shown in (True, False):
            with contextlib.redirect_stderr(io.StringIO()) as log:
                quietly(OPTION, progress=shown)
            self.assertRegex(log.getvalue(), r"^ulam: .*1 point, 10000 runs in [^\n]*\n$" if shown else "^$")

    def test_a_notebook_rewrites_one_line(self):
        class Handle:
            lines = []

            def update(self, bundle, raw):
                self.lines.append(bundle["text/plain"])

        module = types.ModuleType("IPython")
        module.get_ipython = lambda: types.SimpleNamespace(kernel=True)
        module.display = types.ModuleType("IPython.display")
        module.display.display = lambda bundle, raw, display_id: Handle()
        sys.modules.update({"IPython": module, "IPython.display": module.display})
        self.addCleanup(sys.modules.pop, "IPython")
        self.addCleanup(sys.modules.pop, "IPython.display")
        with self.assertWarns(ulam.PartialResult), contextlib.redirect_stderr(io.StringIO()) as log:
            quietly(ENDLESS, progress=True, time_limit=2)
        self.assertEqual(log.getvalue(), "")
        self.assertRegex(Handle.lines[0], "^0 of 1 points, ")
        self.assertRegex(Handle.lines[-1], "^ulam: .*stopped early")

    def test_warnings_are_warned(self):
        many = 2 * len(os.sched_getaffinity(0)) + os.cpu_count()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            quietly(OPTION, ranks=many)
        self.assertRegex(str(caught[0].message), f"^{many} ranks share")


if __name__ == "__main__":
    command.main()
