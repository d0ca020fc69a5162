#!/usr/bin/python3
"""Python functions as models: test_serve.py BUILD."""

import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import checkout
import command
import numpy
import ulam

MANUAL = command.ROOT / "docs" / "python.md"
GREETING = {"ulam": 1, "model": "f", "parameters": ["a"], "observables": ["x"]}


def question(run=0, seed=1, **parameters):
    return {"point": 0, "run": run, "seed": str(seed), "seed31": 1, "parameters": parameters}


class Worker(checkout.Case):
    """The worker's side of the line protocol alone."""

    def converse(self, function, *questions, text=None):
        self.write("f.py", f"import os, sys\nimport numpy\nimport ulam\n{function}\nif __name__ == '__main__':\n    ulam.serve(f)\n")
        asked = text if text is not None else "".join(json.dumps(q) + "\n" for q in (GREETING, *questions))
        self.done = subprocess.run([sys.executable, "f.py"], input=asked, capture_output=True, text=True, timeout=60)
        return [json.loads(line) for line in self.done.stdout.splitlines()]

    def test_a_run_gets_its_parameters_and_its_own_random_numbers(self):
        seed = 2**64 - 1
        greeting, *answers = self.converse("def f(a, rng):\n    return {'x': a, 'u': rng.random(3)}",
                                           question(7, seed, a=0.1), question(8, 5, a=[1, 2.5]), question(9, seed, a=True))
        self.assertEqual(greeting, {"ulam": 1})
        self.assertEqual([answer["run"] for answer in answers], [7, 8, 9])
        self.assertEqual([answer["x"] for answer in answers], [0.1, [1, 2.5], True])
        self.assertEqual(answers[0]["u"], numpy.random.default_rng(seed).random(3).tolist())
        self.assertNotEqual(answers[1]["u"], answers[0]["u"])

    def test_values_become_json(self):
        for returned, expected in (("1.5", 1.5), ("numpy.float32(0.5)", 0.5), ("numpy.arange(3)", [0, 1, 2]), ("True", True),
                                   ("numpy.bool_(False)", False), ("numpy.nan", None), ("{'x': None}", None), ("{'x': (1, 2)}", [1, 2]),
                                   ("{'x': [1, numpy.nan]}", [1, None]), ("{'x': numpy.float64(0.1) + 0.2}", 0.1 + 0.2)):
            self.assertEqual(self.converse(f"f = lambda a, rng: {returned}", question(a=1))[1], {"run": 0, "x": expected})

    def test_what_goes_wrong_is_the_reason(self):
        for body, says in (("raise ValueError('too long')", "ValueError: too long"), ("return {'x': float('inf')}", "ValueError: x is inf"),
                           ("return {'x': -numpy.ones(2) / 0.}", "ValueError: x is -inf"), ("return {'x': 1j}", "TypeError: x is of type complex; expected a number or"),
                           ("return", "TypeError: the function returned a NoneType; expected a dict of x"), ("return {'x': 'word'}", "TypeError: x is of type str"),
                           ("return nothing", "NameError: name 'nothing'"), ("return f(a, rng)", "RecursionError")):
            answer = self.converse(f"def f(a, rng):\n    {body}", question(3, a=1), question(4, a=1))[1:]
            self.assertEqual([a["run"] for a in answer], [3, 4])
            self.assertTrue(answer[0]["error"].startswith(says), answer)
            self.assertIn("Traceback", self.done.stderr)

    def test_a_function_that_does_not_fit_is_said_before_the_first_run(self):
        for function, says in (("def f(b, rng): pass", "f() does not take the model's parameters and rng: "), ("def f(a): pass", "rng"),
                               ("def f(a, b, rng): pass", "missing a required argument: 'b'")):
            self.assertIn(says, self.converse(function)[0]["error"])
        self.assertEqual(self.converse("f = lambda rng, **parameters: 1", question(a=1))[1]["x"], 1)
        self.assertIn("version 1 of the line protocol, not 2", self.converse("f = None", text='{"ulam": 2, "parameters": []}\n')[0]["error"])

    def test_printing_and_reading_do_not_disturb(self):
        answers = self.converse("def f(a, rng):\n    print('printed')\n    os.system('echo from below; cat')\n    sys.stdout.flush()\n"
                                "    os.write(1, b'written')\n    return len(sys.stdin.read())", question(a=1), question(a=1))
        self.assertEqual(answers, [{"ulam": 1}, {"run": 0, "x": 0}, {"run": 0, "x": 0}])
        for word in ("printed", "from below", "written"):
            self.assertEqual(self.done.stderr.count(word), 2)

    def test_the_model_in_the_manual(self):
        block, = [block for block in re.findall(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL) if "serve" in block]
        self.write("needle.py", block)
        asked = {**GREETING, "parameters": ["radius"], "observables": ["pi"]}, *(question(i, i, radius=1) for i in range(2000))
        done = subprocess.run([sys.executable, "needle.py"], input="\n".join(map(json.dumps, asked)), capture_output=True, text=True)
        values = [json.loads(line)["pi"] for line in done.stdout.splitlines()[1:]]
        self.assertEqual((len(values), set(values)), (2000, {0, 4}))
        self.assertAlmostEqual(numpy.mean(values), numpy.pi, delta=4 * numpy.std(values) / 2000**0.5)

    def test_it_ends_with_its_input_and_when_nobody_listens(self):
        self.converse("f = lambda a, rng: 1")
        self.assertEqual((self.done.returncode, self.done.stderr), (0, ""))
        worker = subprocess.Popen([sys.executable, "f.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        worker.stdout.close()
        worker.stdin.write(json.dumps(GREETING).encode() + b"\n")
        worker.stdin.close()
        self.assertEqual((worker.stderr.read(), worker.wait(30)), (b"", 1))
        worker.stderr.close()

    def test_in_a_terminal_it_says_what_it_is(self):
        self.converse("f = lambda a, rng: 1")
        ours, theirs = pty.openpty()
        done = subprocess.run([sys.executable, "f.py"], stdin=theirs, capture_output=True, text=True, timeout=60)
        self.assertIn("f.py is a model: name it in a job", done.stderr)
        self.assertEqual(done.returncode, 1)


class Models(checkout.Case):
    """Functions that `ulam run` calls."""

    def setUp(self):
        super().setUp()
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        pathlib.Path("python3").symlink_to(sys.executable)
        os.environ["PATH"] = f"{self.folder}:{before}"

    def serve(self, function, ranks=1, output=None, options=(), **job):
        self.write("f.py", f"import os, sys, time\nimport numpy\nimport ulam\n{function}\nif __name__ == '__main__':\n    ulam.serve(f)\n")
        model = {"command": ["python3", "f.py"], "parameters": {"a": "real"}, "observables": ["x"]}
        return ulam.run({"model": model, "params": {"a": 0.1}, "runs": 40, **job}, ranks, output=output, options=options, progress=False)

    def test_a_new_model_prints_pi(self):
        self.succeeds("new", "--python", "needle")
        self.assertEqual(sorted(path.name for path in self.folder.glob("needle*")), ["needle.py", "needle.yaml"])
        pi = ulam.run("needle.yaml", 2, progress=False).pi
        results = ulam.open("needle.h5")
        self.assertLess(abs(pi - numpy.pi), 4 * results.pi_stderr)
        self.assertLess(results.pi_stderr, 0.03)

    def test_the_same_bits_on_any_ranks(self):
        for ranks in (1, 2, 3):
            self.serve("def f(a, rng):\n    return a + rng.random()", output=f"{ranks}.h5", ranks=ranks)
        self.same_results("1.h5", "2.h5")
        self.same_results("1.h5", "3.h5")

    def test_runs_that_raise_print_or_die_cost_themselves_alone(self):
        for body, says in (("raise ValueError('too long')", "ValueError: too long"), ("os._exit(3)", "3"), ("os.kill(os.getpid(), 9)", "9|KILL|[Kk]illed"),
                           ("return {'y': 1}", "observable"), ("return numpy.inf", "ValueError: x is inf"), ("return None", "TypeError"), ("time.sleep(100)", "1 s")):
            result = self.serve(f"def f(a, rng):\n    print('noise')\n    u = rng.random()\n    if u < 0.1:\n        {body}\n    return u",
                                on_failure="record", max_failed=20, run_timeout="1s", output="x.h5", options=["--force-new"])
            causes = ulam.failures("x.h5").cause.values
            self.assertEqual(result.failed.item(), len(causes))
            self.assertGreater(len(causes), 0)
            self.assertGreater(result.x_min.item(), 0.1)
            for cause in causes:
                self.assertRegex(cause, says)

    def test_a_function_that_does_not_fit_ends_the_job(self):
        with self.assertRaisesRegex((ulam.RunError, ulam.JobError), r"f\(\) does not take the model's parameters and rng"):
            self.serve("def f(b, rng):\n    return 1")

    def test_measurement_uncertainty(self):
        for name in ("gum.py", "gum.yaml"):
            shutil.copy(command.EXAMPLES / "python" / name, ".")
        results = ulam.run("gum.yaml", 2, progress=False)
        numpy.testing.assert_allclose(results.y, 0, atol=5 * results.y_stderr.max().item())
        numpy.testing.assert_allclose(results.y_sd, 2, rtol=0.03)
        numpy.testing.assert_allclose(results.covered, 0.95, atol=0.008)

    def test_files_of_new_models_are_not_overwritten_nor_hide_modules(self):
        self.write("needle.py", "")
        self.refused(2, "new", "--python", "needle", says="needle.py exists")
        for name in ("ulam", "numpy", "random", "json"):
            self.refused(2, "new", "--python", name, says=f"would hide Python's module '{name}'")
        self.refused(2, "new", "--pyton", "x", says="--python")


if __name__ == "__main__":
    command.main()
