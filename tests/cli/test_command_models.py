#!/usr/bin/python3
"""Models that are programs: the line protocol, and programs that are started for each run."""

import itertools
import json
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py
import numpy

WORKER = """
import json, os, random, sys, time
{start}
for line in sys.stdin:
    ask = json.loads(line)
    if "ulam" in ask:
        answer = {{"ulam": 1}}
    else:
        run, rng = ask["run"], random.Random(int(ask["seed"]))
        answer = {{"run": run, "x": rng.random() * ask["parameters"]["scale"]}}
        {each}
    print(json.dumps(answer), flush=True)
"""

JOB = """
model:
  command: [python3, sim.py]
  parameters: {scale: {type: real, default: 1}}
  observables: [x]
"""


def processes(folder):
    """Command lines of processes that work in the folder or below it, or whose command speaks of it."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in os.readlink(entry / "cwd") and words:
                found.append(words)
        except OSError:
            continue
    return found


class Programs(command.Case):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        # Debian's Python, which has numpy, whatever stands in front of it
        self.environment = {"TMPDIR": str(self.temporary), "PATH": "/usr/bin:" + os.environ["PATH"]}

    def left(self):
        return processes(self.folder) + [path.name for path in self.temporary.glob("ulam-*")]

    def tearDown(self):
        """What clears up behind a job that was killed is not at once begun, and takes a moment."""
        for _ in range(50):
            if not self.left():
                break
            time.sleep(0.1)
        self.assertEqual(self.left(), [])

    def ulam(self, *arguments, env=None, **options):
        return super().ulam(*arguments, env={**self.environment, **(env or {})}, **options)

    def worker(self, each="", start="", name="sim.py"):
        self.write(name, WORKER.format(each=each, start=start))

    def job(self, text, model=JOB, name="job.yaml"):
        self.write(name, model + text)

    def failures(self, path="job.h5"):
        with h5py.File(self.folder / path) as file:
            return {int(run): cause.decode() for run, cause in zip(file["failures/run"], file["failures/cause"])}

    def results(self, path="job.h5"):
        with h5py.File(self.folder / path) as file:
            return {name: data[()] for name, data in file["results"].items()}


class Lines(Programs):
    def test_values_arrive_as_they_were_sent(self):
        self.worker(each='open("values", "a").write(repr(answer["x"]) + " ")')
        self.job("runs: 64\nblock: 16\n")
        self.succeeds("run", "-q", "job.yaml")
        values = numpy.sort([float(value) for value in (self.folder / "values").read_text().split()])
        results = self.results()
        self.assertEqual(len(values), 64)
        self.assertEqual((results["x_min"], results["x_max"]), (values[0], values[-1]))
        self.assertAlmostEqual(results["x"], values.mean(), delta=1e-15)

    def test_same_bits_on_any_ranks(self):
        self.worker()
        self.job("sweep: {scale: [1, 0.1, 1e-300, 3]}\nruns: 500\nblock: 7\n")
        for ranks in ("1", "2", "3"):
            self.succeeds("run", "-q", "-n", ranks, "-o", f"{ranks}.h5", "job.yaml")
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "3.h5")

    def test_what_is_asked(self):
        self.write("data.csv", "1,2\n")
        self.write("sim.py", """
import json, sys
for line in sys.stdin:
    open("asked", "a").write(line)
    ask = json.loads(line)
    answer = {"ulam": 1} if "ulam" in ask else {"run": ask["run"], "x": 1, "y": [True, 2, None]}
    print(json.dumps(answer), flush=True)
""")
        self.job("params: {r: 0.1, i: -7, b: yes, c: two, s: 'a \"b\" \\u00e4', f: data.csv, l: [1e-300, inf]}\nruns: 2\n",
                 """
model:
  command: [python3, sim.py]
  name: odd
  summary: asks for everything
  parameters: {r: real, i: integer, b: boolean, c: [one, two], s: string, f: file, l: {type: reals, length: "[1, 9]", bounds: "[0, inf]"}}
  observables: {x: {kind: count, unit: m, help: one}, y: {length: 3, may_be_nan: true, dimension: place}}
""")
        self.succeeds("run", "-q", "job.yaml")
        hello, *asks = [json.loads(line) for line in (self.folder / "asked").read_text().splitlines()]
        self.assertEqual(hello, {"ulam": 1, "model": "odd", "parameters": list("ribcsfl"), "observables": ["x", "y"]})
        self.assertEqual([ask["run"] for ask in asks], [0, 1])
        for ask in asks:
            self.assertEqual(ask["point"], 0)
            self.assertEqual(ask["parameters"], {"r": 0.1, "i": -7, "b": True, "c": "two", "s": 'a "b" \\u00e4',
                                                 "f": "data.csv", "l": [1e-300, float("inf")]})
            self.assertTrue(0 <= int(ask["seed"]) < 2**64 and 0 <= ask["seed31"] < 2**31)
        self.assertNotEqual(asks[0]["seed"], asks[1]["seed"])
        results = self.results()
        self.assertEqual(results["x"], 1)
        numpy.testing.assert_array_equal(results["y"], [1, 2, numpy.nan])
        with h5py.File(self.folder / "job.h5") as file:
            self.assertEqual(file["results/x"].attrs["units"].decode(), "m")

    BAD = {3: 'raise ValueError("no luck")', 7: 'print("garbage")', 12: "time.sleep(100)", 13: "os.kill(os.getpid(), 9)",
           20: 'answer = {"run": run, "error": "no root\\nfound"}', 21: "sys.exit(0)", 22: 'del answer["x"]',
           23: 'answer["y"] = 2', 24: 'answer["x"] = [1]', 25: 'answer["x"] = None', 26: 'answer["x"] = "1"', 27: 'answer = {"run": 5, "x": 1}', 28: "os.close(1); time.sleep(100)",
           29: 'answer["x"] = float("nan")', 30: 'answer["x"] = float("inf")', 31: 'answer = 5', 32: 'del answer["run"]'}
    SAYS = {3: "exited with status 1; last message: ValueError: no luck", 7: "wrote 'garbage', which is no JSON",
            12: "took longer than 0.5 s", 13: "killed by signal 9 (Killed)", 20: "no root found",
            21: "exited with status 0", 22: "lacks the observable 'x'", 23: "holds 'y', which is not declared",
            24: "'x' holds a list, expected a number", 25: "'x' has no value", 26: "holds a text",
            27: 'the answer is to another run, expected "run": 27', 28: "closed its standard output", 29: "'x' has no value",
            30: "no JSON", 31: "is no JSON",
            32: "does not say which run it is of"}

    def bad_worker(self):
        self.worker(each="exec({}.get(run, ''))".format(self.BAD))

    def test_bad_runs_are_recorded_and_the_others_count(self):
        self.bad_worker()
        self.job("runs: 40\nblock: 8\non_failure: record\nmax_failed: 30\nrun_timeout: 0.5s\n")
        for ranks in ("1", "3"):
            self.succeeds("run", "-q", "-n", ranks, "-o", f"{ranks}.h5", "job.yaml")
        self.same_results("1.h5", "3.h5")
        failures = self.failures("1.h5")
        self.assertEqual(sorted(failures), sorted(self.BAD))
        for run, says in self.SAYS.items():
            self.assertIn(says, failures[run])
        with h5py.File(self.folder / "1.h5") as file:
            self.assertEqual((file["points/runs"][0], file["points/failed"][0]), (40, len(self.BAD)))
        # The others are what they are without those: block for block.
        self.worker(each="answer = {'run': run, 'error': 'left out'} if run in %s else answer" % list(self.BAD))
        self.job("runs: 40\nblock: 8\non_failure: record\nmax_failed: 30\n")
        self.succeeds("run", "-q", "-o", "good.h5", "job.yaml")
        one, other = self.results("1.h5"), self.results("good.h5")
        self.assertEqual({name: value.tobytes() for name, value in one.items()},
                         {name: value.tobytes() for name, value in other.items()})

    def test_a_failed_run_stops_the_job_and_fails_again_alone(self):
        self.worker(each='if run == 5: raise ValueError("no luck")')
        self.job("runs: 40\nblock: 8\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("model 'sim', point 0, run 5: exited with status 1; last message: ValueError: no luck", done.stderr)
        self.assertIn("'ulam replay job.h5 --point 0 --run 5' performs it alone", done.stderr)
        self.job("runs: 40\nblock: 8\non_failure: record\nmax_failed: 1\n")
        self.succeeds("run", "-q", "job.yaml")
        again = self.ulam("replay", "job.h5", "--point", "0", "--run", "5")
        self.assertEqual(again.returncode, 1)
        self.assertIn("no luck", again.stderr)

    def test_replay_gives_the_same_value(self):
        self.worker(each='open("values", "a").write(repr(answer["x"]) + " ")')
        self.job("runs: 30\nblock: 10\n")
        self.succeeds("run", "-q", "job.yaml")
        before = (self.folder / "values").read_text().split()
        shown = self.succeeds("replay", "job.h5", "--run", "17").stdout
        after = (self.folder / "values").read_text().split()[len(before):]
        self.assertEqual(after, [before[17]])
        self.assertIn(f"x {after[0]}", shown)

    def test_what_happened_before_does_not_fail_a_run(self):
        """A program that ends after each answer, or loses answers that it has not written out, is asked again."""
        self.worker(each='print(json.dumps(answer), flush=True); sys.exit()')
        self.job("runs: 10\nblock: 5\n")
        self.succeeds("run", "-q", "-o", "one.h5", "job.yaml")
        self.worker()
        self.succeeds("run", "-q", "-o", "two.h5", "job.yaml")
        self.assertEqual(self.results("one.h5")["x"], self.results("two.h5")["x"])

    def test_a_line_too_many_is_no_other_runs_answer(self):
        self.worker()
        self.job("runs: 60\nblock: 20\n")
        self.succeeds("run", "-q", "-o", "one.h5", "job.yaml")
        self.worker(each='print(json.dumps(answer), flush=True)')
        self.succeeds("run", "-q", "-o", "two.h5", "job.yaml")
        self.assertEqual(self.results("one.h5")["x"], self.results("two.h5")["x"])

    def test_much_on_standard_error_and_long_lines(self):
        self.worker(each='sys.stderr.write("x" * 100000 + "\\n"); answer["y"] = [1.5] * 20000')
        self.job("runs: 50\nblock: 25\n", JOB.replace("[x]", "{x: , y: {length: 20000}}"))
        self.succeeds("run", "-q", "job.yaml")
        self.assertTrue((self.results()["y"] == 1.5).all())

    def test_programs_that_cannot_be_started(self):
        self.job("runs: 1\n", JOB.replace("python3, sim.py", "absent_program"))
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the program absent_program cannot be started: No such file or directory", done.stderr)
        self.job("runs: 1\n", JOB.replace("sim.py", "absent.py"))
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("can't open file", done.stderr)
        self.write("sim.py", "print('hello')\n")
        self.job("runs: 1\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertIn("wrote 'hello', which is no JSON", done.stderr)
        self.write("sim.py", "print('{\"error\": \"no such model\"}')\n")
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such model", done.stderr)

    def test_a_changed_script_is_another_job(self):
        self.worker()
        self.job("runs: 10\n")
        self.succeeds("run", "-q", "job.yaml")
        self.assertIn("random.Random", self.succeeds("show", "--source", "job.h5").stdout)
        self.write("sim.py", (self.folder / "sim.py").read_text().replace("rng", "gen"))
        self.refused(2, "run", "--runs", "20", "job.yaml", says=("another job", "model fingerprint"))
        self.refused(2, "replay", "job.h5", "--run", "1", says="sim.py is not what it was")
        self.succeeds("run", "-q", "--runs", "20", "--accept-model", "job.yaml")
        self.job("runs: 30\n", JOB.replace("python3,", "python3, -u,"))
        self.refused(2, "run", "job.yaml", says="another job")

    def test_goes_on_and_extends(self):
        self.worker()
        self.job("runs: 100\nblock: 10\n")
        self.succeeds("run", "-q", "--runs", "35", "job.yaml")
        self.succeeds("run", "-q", "job.yaml")
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        self.same_results("job.h5", "whole.h5")

    def test_nothing_is_left_of_a_killed_job(self):
        self.worker(start='import subprocess; subprocess.Popen(["sleep", "4711"])', each="time.sleep(0.01)")
        self.job("runs: 1e6\n")
        for ranks, how in ((1, signal.SIGKILL), (1, signal.SIGTERM), (2, signal.SIGKILL)):
            (self.folder / "job.h5").unlink(missing_ok=True)
            words = [command.ULAM, "run", "-q", "-n", str(ranks), "job.yaml"]
            job = subprocess.Popen(words, cwd=self.folder, stderr=subprocess.DEVNULL, env={**os.environ, **self.environment},
                                   start_new_session=True)
            for _ in range(100):
                time.sleep(0.1)
                if sum("sleep 4711" in words for words in processes(self.folder)) >= ranks:
                    break
            os.killpg(job.pid, how)
            job.wait(timeout=30)
            self.tearDown()

    def test_two_jobs_at_once(self):
        self.worker()
        self.job("runs: 2000\nblock: 50\n")
        jobs = [subprocess.Popen([command.ULAM, "run", "-q", "-n", "2", "-o", f"{k}.h5", "job.yaml"], cwd=self.folder)
                for k in range(2)]
        self.assertEqual([job.wait(timeout=100) for job in jobs], [0, 0])
        self.same_results("0.h5", "1.h5")

    def test_no_descriptor_leaks_into_the_program(self):
        self.worker(each='answer["x"] = len(os.listdir("/proc/self/fd"))')
        self.job("runs: 4\n")
        self.succeeds("run", "-q", "-n", "2", "job.yaml")
        self.assertEqual(self.results()["x_max"], 4)  # three streams, and the folder that is being listed

    def test_overhead(self):
        """Below 30 us a run of processor time, beside what the program itself needs for its lines."""
        runs = 30000
        self.write("sim.py", """
import json, sys
for line in sys.stdin:
    ask = json.loads(line)
    print('{"ulam": 1}' if "ulam" in ask else json.dumps({"run": ask["run"], "x": ask["seed31"]}), flush=True)
""")
        ask = {"point": 0, "run": 17, "seed": str(2**64 - 1), "seed31": 2**31 - 1, "parameters": {"scale": 1}}
        self.write("asks", (json.dumps(ask) + "\n") * runs)
        self.job(f"runs: {runs}\nblock: 100\n")

        def seconds(words, **options):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(words, cwd=self.folder, check=True, **options)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        alone, together = [], []
        for _ in range(3):
            (self.folder / "job.h5").unlink(missing_ok=True)
            together.append(seconds([command.ULAM, "run", "-q", "job.yaml"]))
            with open(self.folder / "asks") as asks:
                alone.append(seconds(["python3", "sim.py"], stdin=asks, stdout=subprocess.DEVNULL))
        overhead = (min(together) - min(alone)) / runs * 1e6
        print(f"the line protocol: {overhead:.1f} us a run")
        self.assertLess(overhead, 30)


ONCE = """
model:
  command: [sh, once.sh, "{scale}", "{seed31}", "{{scale}}"]
  mode: once
  parameters: {scale: real}
  observables:
    x: {pattern: 'x = ([-+.0-9eE]+)'}
"""


class Once(Programs):
    def test_arguments_and_pattern(self):
        self.write("once.sh", 'echo "$3 $PWD $0" > seen; cp seen "%s"; echo "x = 5, first"; echo "x = $1 of $2 seeds"\n' %
                   (self.folder / "seen"))
        self.job("params: {scale: 0.1}\nruns: 3\n", ONCE)
        self.succeeds("run", "-q", "job.yaml")
        self.assertEqual(self.results()["x"], 0.1)
        own, folder, script = (self.folder / "seen").read_text().split()
        self.assertEqual(own, "{scale}")
        self.assertTrue(folder.startswith(str(self.temporary.resolve())))
        self.assertEqual(script, str(self.folder.resolve() / "once.sh"))

    def test_every_place(self):
        self.write("in.tmpl", 'scale {scale}\nseed {seed}\nseed31 {seed31}\nwhich {point} {run}\nbraces {} { scale } {{scale}} {"a"}\n')
        self.write("once.py", """
import json, sys
given = dict(line.split(None, 1) for line in open("in.dat"))
assert given["braces"] == '{} { scale } {scale} {"a"}\\n', given
assert 0 <= int(given["seed"]) < 2**64 and 0 <= int(given["seed31"]) < 2**31
x = float(given["scale"]) + int(given["which"].split()[1])
with open("out.txt", "w") as out:
    out.write("E: 1.5D+01\\nE: 2.5d0\\n1, 10\\n2, 20\\n3; %r\\n\\n" % x)
""")
        self.job("params: {scale: 0.5}\nruns: 2\n", """
model:
  command: [python3, once.py]
  mode: once
  input: {file: in.dat, template: in.tmpl}
  output: out.txt
  parameters: {scale: real}
  observables:
    energy: {pattern: '^E: (.*)$', length: 2}
    last: {column: 2}
    series: {column: 1, length: 3}
""")
        self.succeeds("run", "-q", "job.yaml")
        results = self.results()
        self.assertEqual(results["energy"].tolist(), [15, 2.5])
        self.assertEqual(results["last"], 1)
        self.assertEqual(results["series"].tolist(), [1, 2, 3])

    def test_json_and_standard_input(self):
        self.write("in.tmpl", "{scale}")
        self.write("once.sh", 'read x; echo "{\\"a\\": {\\"b\\": $x, \\"c\\": [1, NaN]}}"\n')
        self.job("params: {scale: 0.25}\nruns: 2\n", """
model:
  command: [sh, once.sh]
  mode: once
  input: {template: in.tmpl}
  parameters: {scale: real}
  observables: {b: {json: a.b}, c: {json: a.c, length: 2, may_be_nan: true}}
""")
        self.succeeds("run", "-q", "job.yaml")
        self.assertEqual(self.results()["b"], 0.25)
        numpy.testing.assert_array_equal(self.results()["c"], [1, numpy.nan])

    def test_same_bits_and_replay(self):
        self.write("once.sh", 'echo "x = 0.$2"\n')
        self.job("sweep: {scale: [1, 2]}\nruns: 20\n", ONCE)
        for ranks in ("1", "2", "3"):
            self.succeeds("run", "-q", "-n", ranks, "-o", f"{ranks}.h5", "job.yaml")
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "3.h5")
        again = [self.succeeds("replay", "1.h5", "--point", "1", "--run", "7").stdout for _ in range(2)]
        self.assertEqual(again[0], again[1])
        self.assertIn("x 0.", again[0])

    def test_bad_runs(self):
        self.write("once.sh", """
case $1 in
0) echo "x = 1" ;;
1) echo "x is not there" ;;
2) echo oh dear >&2; exit 3 ;;
3) sleep 4711 ;;
4) kill -9 $$ ;;
5) echo "x = 1e" ;;
6) mkdir -p a/b; touch a/b/c; chmod 500 a/b a .; sleep 4711 & echo "x = 2" ;;
7) head -c 3000000 /dev/zero >&2; echo "x = 3" ;;
esac
""")
        self.job("sweep: {scale: [0, 1, 2, 3, 4, 5, 6, 7]}\nruns: 2\nrun_timeout: 0.5s\non_failure: record\nmax_failed: 100\n",
                 ONCE)
        self.succeeds("run", "-q", "-n", "2", "job.yaml")
        with h5py.File(self.folder / "job.h5") as file:
            causes = {int(point): cause.decode() for point, cause in zip(file["failures/point"], file["failures/cause"])}
            self.assertEqual(file["points/failed"][()].tolist(), [0, 2, 2, 2, 2, 2, 0, 0])
        for point, says in ((1, "'x' stands 0 times in the output"), (2, "exited with status 3; last message: oh dear"),
                            (3, "took longer than 0.5 s"), (4, "killed by signal 9"), (5, "'x' is '1e' in the output")):
            self.assertIn(says, causes[point])
        self.tearDown()

    def test_nothing_is_left_of_a_killed_job(self):
        self.write("once.sh", "touch started; sleep 4711; echo x = 1\n")
        self.job("params: {scale: 1}\nruns: 10\n", ONCE)
        for how in (signal.SIGKILL, signal.SIGTERM):
            job = subprocess.Popen([command.ULAM, "run", "-q", "job.yaml"], cwd=self.folder,
                                   env={**os.environ, **self.environment}, stderr=subprocess.DEVNULL)
            for _ in range(100):
                time.sleep(0.05)
                if list(self.temporary.glob("ulam-*/run/started")):
                    break
            job.send_signal(how)
            if how == signal.SIGTERM:  # the run in hand is finished, unless asked twice
                time.sleep(0.2)
                job.kill()
            job.wait(timeout=30)
            self.tearDown()

    def test_a_program_that_was_told_to_stop_is_started_again(self):
        flag = self.folder / "flag"
        self.write("once.sh", f"if [ ! -e {flag} ]; then touch {flag}; kill -TERM $$; fi; echo x = 1\n")
        self.job("params: {scale: 1}\nruns: 3\n", ONCE)
        self.succeeds("run", "-q", "job.yaml")
        self.assertTrue(flag.exists())
        self.write("once.sh", "kill -TERM $$\n")
        self.assertIn("killed by signal 15", self.ulam("run", "-q", "-o", "other.h5", "job.yaml").stderr)

    def test_a_program_that_does_not_exist(self):
        self.job("params: {scale: 1}\nruns: 1\n", ONCE.replace("sh, once.sh", "./absent"))
        done = self.ulam("run", "-q", "job.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("./absent", done.stderr)

    def test_a_changed_template_is_another_job(self):
        self.write("once.sh", "cat; echo x = 1\n")
        self.write("in.tmpl", "{scale}")
        self.job("params: {scale: 1}\nruns: 1\n", ONCE + "  input: {template: in.tmpl}\n")
        self.succeeds("run", "-q", "job.yaml")
        self.write("in.tmpl", "{scale}\n\n {scal}\n")
        self.refused(2, "check", "job.yaml", says=("in.tmpl:3:2: '{scal}' is no parameter"))
        self.write("in.tmpl", "{scale}\n")
        self.refused(2, "run", "job.yaml", says="another job")


class Examples(Programs):
    def setUp(self):
        super().setUp()
        shutil.copytree(command.EXAMPLES / "programs", self.folder / "programs")

    def same_on_ranks(self, job, *options):
        for ranks in ("1", "2", "3"):
            self.succeeds("run", "-q", "-n", ranks, "-o", f"{ranks}.h5", *options, job)
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "3.h5")
        return self.results("1.h5")

    def agrees(self, results, name, exact):
        deviation = (results[name] - numpy.array(exact)) / results[name + "_stderr"]
        self.assertLess(numpy.abs(deviation).max(), 4, name)

    def test_a_simulation_in_python_that_nobody_changed(self):
        results = self.same_on_ranks("programs/ising.yaml", "--runs", "40")
        spins = numpy.array(list(itertools.product((-1, 1), repeat=4))).reshape(-1, 2, 2)
        energy = -(spins * (numpy.roll(spins, 1, 1) + numpy.roll(spins, 1, 2))).sum((1, 2)) / 4
        magnetisation = numpy.abs(spins.sum((1, 2))) / 4
        for name, values in (("energy", energy), ("magnetisation", magnetisation)):
            self.agrees(results, name, [numpy.average(values, weights=numpy.exp(-4 * energy / t)) for t in (2, 4)])

    def test_a_shell_script(self):
        results = self.same_on_ranks("programs/dice.yaml", "--runs", "60")
        self.agrees(results, "sum", [3.5, 7, 35])

    def test_bagging(self):
        results = self.same_on_ranks("programs/bagging.yaml")
        table = numpy.loadtxt(self.folder / "programs" / "flowers.csv", delimiter=",", skiprows=1)
        features, labels = numpy.column_stack([numpy.ones(len(table)), table[:, :2]]), table[:, 2]
        rng, accuracy = numpy.random.default_rng(1), []
        for _ in range(400):  # gradient ascent, by another formula and another seed
            drawn, weights = rng.integers(len(labels), size=len(labels)), numpy.zeros(3)
            for _ in range(300):
                p = 1 / (1 + numpy.exp(-features[drawn] @ weights))
                weights += 0.03 * (features[drawn].T @ (labels[drawn] - p) - 10 * weights)
            out = numpy.setdiff1d(numpy.arange(len(labels)), drawn)
            accuracy.append(((features[out] @ weights > 0) == labels[out]).mean())
        error = math.hypot(numpy.std(accuracy) / 20, results["accuracy_stderr"][1])
        self.assertLess(abs(numpy.mean(accuracy) - results["accuracy"][1]) / error, 4)
        self.assertTrue((numpy.diff(results["decision"][1]) > 0).all())

    def test_new(self):
        out = self.succeeds("new", "--command", "darts").stdout
        self.assertIn("To run it: ulam run darts.yaml && ulam show darts.h5", out)
        self.succeeds("run", "-q", "darts.yaml")
        self.agrees(self.results("darts.h5"), "pi", math.pi)
        self.refused(2, "new", "--command", "darts", says="darts.py exists")

    def test_the_manuals_program(self):
        manual = (command.ROOT / "docs" / "programs.md").read_text()
        job, program = (re.search(f"```{language}\n(.*?)```", manual, re.S)[1] for language in ("yaml", "python"))
        self.write("needle.py", program)
        self.write("needle.yaml", job)
        self.succeeds("run", "-q", "needle.yaml")
        self.agrees(self.results("needle.h5"), "crossing", 1 / math.pi)


class Declarations(Programs):
    def test_mistakes(self):
        head = "{command: [python3, sim.py], "
        for text, says in (
                ("{observables: [x]}", "1:8: model has no key 'command', expected a list of the program"),
                ("{command: python3 sim.py, observables: [x]}", "1:18: command is 'python3 sim.py', expected a list"),
                ("{command: [], observables: [x]}", "1:18: command is an empty list"),
                ("{command: [[a]], observables: [x]}", "1:19: a word of the command is a list"),
                ("{command: [a]}", "1:8: model has no key 'observables'"),
                (head + "observables: x}", "1:50: observables is 'x', expected names"),
                (head + "observables: []}", "1:50: observables is empty"),
                (head + "observables: [x, x]}", "1:54: two observables are named 'x'"),
                (head + "observables: [run]}", "may not be named 'run'"),
                (head + "observables: [x_sd]}", "may not end in '_sd'"),
                (head + "observables: {x: numbr}}", "1:54: the kind is 'numbr', expected one of number, indicator, count; "
                 "did you mean 'number'?"),
                (head + "observables: {x: {lenght: 3}}}", "1:55: an observable has no key 'lenght', expected one of"),
                (head + "observables: {x: {length: 0}}}", "1:63: length is '0'"),
                (head + "observables: {x: {length: n}}}", "an integer parameter"),
                (head + "observables: {x: {may_be_nan: maybe}}}", "1:67: may_be_nan is 'maybe', expected one of false, true"),
                (head + "observables: {x: {json: x}}}", "1:55: json goes with `mode: once`"),
                (head + "observables: [x], output: o}", "1:55: output goes with `mode: once`"),
                (head + "observables: [x], mode: onc}", "1:61: mode is 'onc', expected lines or once; did you mean 'once'?"),
                (head + "observables: [x], mode: once}", "1:51: 'x' has no pattern, json or column"),
                (head + "mode: once, observables: {x: {pattern: 'x'}}}", "pattern has 0 groups, expected one"),
                (head + "mode: once, observables: {x: {pattern: '(x'}}}", "which is no extended regular expression"),
                (head + "mode: once, observables: {x: {column: 0}}}", "column is '0', expected an integer from 1"),
                (head + "mode: once, observables: {x: {column: 1, json: a}}}", "json and column, expected one of them"),
                ("{command: [a, '{b}'], mode: once, observables: {x: {column: 1}}}", "1:22: '{b}' in the command is no parameter"),
                (head + "mode: once, input: x, observables: {x: {column: 1}}}", "input is 'x', expected {template: PATH}"),
                (head + "mode: once, output: a/b, observables: {x: {column: 1}}}", "output is 'a/b', expected the name of a file"),
                (head + "observables: [x], parameters: [a]}", "1:67: parameters is a list, expected a mapping"),
                (head + "observables: [x], parameters: {a: rel}}", "1:71: the type is 'rel', expected one of real, integer"),
                (head + "observables: [x], parameters: {a: {default: 1}}}", "1:71: a parameter has no type"),
                (head + "observables: [x], parameters: {a: {type: real, bounds: '[1'}}}", "1:68: the bounds of a is '[1'"),
                (head + "observables: [x], parameters: {a: {type: real, default: x}}}", "1:68: the default: a is 'x'"),
                (head + "observables: [x], parameters: {x: real}}", "would have one name"),
                (head + "observables: [x], name: 1a}", "the name of a model is '1a'"),
                (head + "observables: [x], nam: a}", "1:55: model has no key 'nam', expected one of command, name")):
            self.write("job.yaml", f"model: {text}\nruns: 1\n")
            self.refused(2, "check", "job.yaml", says=("job.yaml:", says))
        self.write("job.yaml", "model: {command: [sh], observables: [x]}\nruns: 1\nisolate: false\n")
        self.refused(2, "check", "job.yaml", says="3:10: isolate is 'false', but the runs of a program are always apart")
        self.worker()
        self.job("params: {scal: 1}\nruns: 1\n")
        self.refused(2, "check", "job.yaml", says="did you mean 'scale'?")

    def test_check_and_merge(self):
        self.worker()
        self.job("runs: 100\nblock: 10\n")
        self.assertIn("model    sim", self.succeeds("check", "job.yaml").stdout)
        for part in ("1/2", "2/2"):
            self.succeeds("run", "-q", "--part", part, "-o", f"{part[0]}.h5", "job.yaml")
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")
        self.succeeds("merge", "-o", "merged.h5", "1.h5", "2.h5")
        self.same_results("merged.h5", "whole.h5")


if __name__ == "__main__":
    command.main()
