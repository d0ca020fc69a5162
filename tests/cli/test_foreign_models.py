#!/usr/bin/python3
"""Models in files of their own: compiled, cached, loaded, kept in the result file."""

import math
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command
import h5py

HEADERS = command.ROOT / "sim" / "include"
JOB = "model: ./needle.c\nruns: 1e5\nseed: 7\n"
SHARED = ("cc", "-std=gnu17", "-O2", "-ffp-contract=off", "-fPIC", "-shared", "-I", HEADERS)

CPLUSPLUS = """
#include <cmath>
#include <vector>
#include <ulam/rng.h>
#include <ulam/model.h>
#include <ulam/math.h>

static const ulam_observable observables[] = {{"maximum", ULAM_NUMBER, nullptr, "of ten uniform numbers", 0, nullptr,
                                               nullptr, nullptr, nullptr, nullptr, false}};

static void run(const void *, ulam_rng *rng, double *out)
{
    std::vector<double> values(10);
    ulam_uniform_fill(rng, values.data(), values.size());
    *out = 0;
    for (const double value : values) *out = std::fmax(*out, value);
}

static ulam_model make()
{
    ulam_model model{};
    model.interface = ULAM_MODEL_INTERFACE;
    model.name = "maximum";
    model.summary = "the largest of ten";
    model.observables = observables;
    model.n_observables = 1;
    model.run = run;
    return model;
}

static const ulam_model maximum = make();

ULAM_MODEL(maximum)
"""


class Foreign(command.Case):
    """`needle.c` and `needle.yaml` as `ulam new` writes them, and a cache that is this test's own."""

    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.cache.mkdir()
        self.environment = {"XDG_CACHE_HOME": str(self.cache)}
        self.succeeds("new", "needle")
        self.source = (self.folder / "needle.c").read_text()
        self.write("needle.yaml", JOB)

    def ulam(self, *arguments, env=None, **options):
        return super().ulam(*arguments, env={**self.environment, **(env or {})}, **options)

    def cached(self):
        return sorted(path.name for path in (self.cache / "ulam").glob("*"))

    def without_compiler(self):
        """A PATH on which there is nothing but ulam's launcher."""
        (self.folder / "bin").mkdir(exist_ok=True)
        return {"PATH": str(self.folder / "bin"), "CC": "", "CXX": ""}

    def counting_compiler(self):
        """A compiler that notes each call for a compilation."""
        path = self.write("counting-cc", "#!/bin/sh\ncase $* in *--version*) ;; *) echo call >>%s/calls ;; esac\n"
                          "exec cc \"$@\"\n" % self.folder)
        path.chmod(0o755)
        return {"CC": str(path)}

    def calls(self):
        path = self.folder / "calls"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def build(self, name, *options, source="needle.c"):
        subprocess.run([*SHARED, *options, "-o", self.folder / name, self.folder / source], check=True)


class New(command.Case):
    def test_a_new_model_prints_pi(self):
        done = self.succeeds("new", "needle")
        self.assertIn("ulam run needle.yaml && ulam show needle.h5", done.stdout)
        self.succeeds("run", "needle.yaml")
        self.assertRegex(self.succeeds("show", "needle.h5").stdout, r"pi +exact(.|\n)*3\.14\d* ± 0\.00\d+")

    def test_nothing_is_overwritten(self):
        for name in ("needle.c", "needle.yaml"):
            path = self.write(name, "mine")
            self.refused(2, "new", "needle", says=f"{name} exists")
            self.assertEqual(path.read_text(), "mine")
            path.unlink()

    def test_odd_names_are_refused(self):
        for name in ("3d", "", "a b", "a/b", "../x", "-", "x" * 65, "é"):
            self.refused(2, "new", "--", name, says="letter")
        self.refused(2, "new", says="NAME is missing")
        self.refused(2, "new", "one", "two", says="one NAME at a time")

    def test_a_new_chain_runs_at_once(self):
        done = self.succeeds("new", "--chain", "trap")
        self.assertIn("ulam run trap.yaml && ulam show trap.h5", done.stdout)
        self.succeeds("run", "trap.yaml")
        with h5py.File(self.folder / "trap.h5") as file:
            results = {name: file["results"][name][()] for name in file["results"]}
            self.assertNotIn("warnings", file["results"].attrs)
        for name, exact in (("x", 0), ("x2", 1)):
            self.assertLess(abs(results[name] - exact), 4 * results[f"{name}_stderr"])
            self.assertGreater(results[f"{name}_tau"], 2)
        shown = self.succeeds("show", "trap.h5", "--observable", "x2").stdout
        self.assertIn("slowest   x: autocorrelation time", shown)
        self.assertRegex(shown, r"τ \(sweeps\) +eff\. samples +R̂ +drift\n")

    def test_names_of_new_chains(self):
        self.write("trap.yaml", "mine")
        self.refused(2, "new", "--chain", "trap", says="trap.yaml exists")
        self.succeeds("new", "--chain", "json")  # which hides no module: the model is in C

    def test_a_new_model_compiles_without_a_warning(self):
        for option in ((), ("--chain",)):
            self.succeeds("new", *option, f"model{len(option)}")
            subprocess.run(["cc", "-std=gnu17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Wvla",
                            "-Werror", f"-I{command.ROOT}/sim/include", "-fsyntax-only", f"model{len(option)}.c"],
                           cwd=self.folder, check=True)

    def test_a_folder_that_cannot_be_written(self):
        os.chmod(self.folder, 0o555)
        nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        self.refused(1, "new", "x", launcher=nobody, says="cannot write x.c: Permission denied")


class Manual(Foreign):
    def test_the_smallest_model_of_the_manual(self):
        text = (command.ROOT / "docs" / "own-model.md").read_text()
        for ending, language in ((".c", "c"), (".yaml", "yaml")):
            block = re.search(f"```{language}( needle.{language})?\n(.*?)```", text, re.DOTALL).group(2)
            self.write("needle" + ending, block)
        self.succeeds("run", "-q", "needle.yaml")
        with h5py.File(self.folder / "needle.h5") as file:
            results = file["results"]
            deviation = (results["crossing"][()] - [0.5 / math.pi, 1 / math.pi, 2 / math.pi]) / results["crossing_stderr"]
            self.assertLess(abs(deviation).max(), 4)


class Compiled(Foreign):
    def test_errors_are_shown_as_the_compiler_wrote_them(self):
        self.write("needle.c", self.source.replace("return 4096;", "return 4096 +;"))
        done = self.ulam("run", "needle.yaml")
        self.assertEqual(done.returncode, 2)
        line = self.source[:self.source.index("return 4096;")].count("\n") + 1
        self.assertRegex(done.stderr, rf"\./needle\.c:{line}:\d+: error: expected expression")
        self.assertEqual(done.stderr.splitlines()[-1],
                         "ulam run: needle.yaml:1:8: ./needle.c does not compile: cc says why above")
        self.assertFalse((self.folder / "needle.h5").exists())
        self.assertEqual(self.cached(), [])

    def test_the_path_is_seen_from_the_job_file(self):
        (self.folder / "jobs").mkdir()
        for name in ("needle.c", "needle.yaml"):
            shutil.move(self.folder / name, self.folder / "jobs" / name)
        self.succeeds("run", "-q", "jobs/needle.yaml")
        self.write("jobs/needle.c", "no C\n")
        done = self.ulam("check", "jobs/needle.yaml")
        self.assertIn("jobs/needle.c:1:1: error: ", done.stderr)
        self.assertIn("jobs/needle.yaml:1:8: jobs/needle.c does not compile", done.stderr)

    def test_the_cache_is_used_until_something_changes(self):
        cc = self.counting_compiler()
        for _ in range(2):
            self.succeeds("check", "needle.yaml", env=cc)
        self.succeeds("run", "-q", "-n", "2", "needle.yaml", env=cc)
        self.assertEqual(self.calls(), 1)
        self.write("needle.c", self.source.replace("4 / area", "3 / area"))
        self.succeeds("check", "needle.yaml", env=cc)
        self.assertEqual(self.calls(), 2)
        self.succeeds("check", "needle.yaml", env={"CC": cc["CC"] + " -g"})
        self.assertEqual(self.calls(), 3)
        self.write("needle.c", self.source)
        self.succeeds("check", "needle.yaml", env=cc)
        self.assertEqual(self.calls(), 3)
        self.assertEqual(len(self.cached()), 3)

    def test_a_damaged_object_in_the_cache_is_made_anew(self):
        self.succeeds("run", "-q", "needle.yaml")
        name, = self.cached()
        path = self.cache / "ulam" / name
        whole = path.read_bytes()
        for damaged in (b"", whole[:1000], whole[:5000] + b"\xff" + whole[5001:], whole[:-1]):
            path.write_bytes(damaged)
            self.succeeds("check", "needle.yaml")
            self.assertEqual(path.read_bytes(), whole)

    def test_two_processes_at_once(self):
        environment = {**os.environ, **self.environment}
        both = [subprocess.Popen([command.ULAM, "check", "needle.yaml"], cwd=self.folder, env=environment,
                                 stdout=subprocess.DEVNULL) for _ in range(6)]
        self.assertEqual([one.wait() for one in both], [0] * 6)
        self.assertEqual(len(self.cached()), 1)

    def test_without_a_compiler_the_cache_serves(self):
        nothing = self.without_compiler()
        self.refused(2, "check", "needle.yaml", env=nothing,
                     says=("needle.yaml:1:8: ./needle.c cannot be compiled: there is no C compiler 'cc' here", "CC"))
        self.succeeds("check", "needle.yaml")
        self.succeeds("run", "-q", "needle.yaml", env=nothing)
        self.refused(2, "check", "needle.yaml", env={"CC": "no-such-cc", "XDG_CACHE_HOME": "/nonexistent"},
                     says="'no-such-cc'")

    def test_a_cache_that_cannot_be_written(self):
        (self.cache / "ulam").write_text("a file where the folder should be")
        temporary = self.folder / "temporary"
        temporary.mkdir()
        self.succeeds("run", "-q", "needle.yaml", env={"TMPDIR": str(temporary)})
        self.assertEqual(list(temporary.iterdir()), [])
        self.succeeds("run", "-q", "-n", "2", "-o", "two.h5", "needle.yaml", env={"TMPDIR": str(temporary)})
        self.same_results("needle.h5", "two.h5")
        self.refused(1, "check", "needle.yaml", env={"TMPDIR": "/nonexistent"}, says="/nonexistent/ulam.")

    def test_no_home(self):
        self.succeeds("check", "needle.yaml", env={"XDG_CACHE_HOME": "", "HOME": ""})

    def test_a_rank_without_a_compiler_gets_the_object(self):
        nothing = {**self.without_compiler(), "XDG_CACHE_HOME": "/nonexistent", "CC": "no-such-cc"}
        self.succeeds("run", "-q", "-o", "one.h5", "needle.yaml")
        shutil.rmtree(self.cache / "ulam")
        hide = [word for name, value in nothing.items() if name != "PATH" for word in (f"{name}={value}",)]
        done = subprocess.run(["mpirun", "-n", "1", command.ULAM, "run", "-q", "-o", "two.h5", "needle.yaml", ":",
                               "-n", "1", "env", *hide, command.ULAM, "run", "-q", "-o", "two.h5", "needle.yaml"],
                              cwd=self.folder, env={**os.environ, **self.environment}, capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same_results("one.h5", "two.h5")

    def test_what_it_includes_must_not_stand_beside_it(self):
        self.write("lattice.h", "enum { SIDE = 4 };\n")
        self.write("needle.c", '#include "lattice.h"\n' + self.source)
        self.refused(2, "check", "needle.yaml", says=('./needle.c includes "lattice.h"', "one file"))
        self.assertEqual(self.cached(), [])

    def test_a_symbol_that_nobody_has(self):
        self.write("needle.c", "double absent(void);\n" + self.source.replace("= M_PI;", "= absent();"))
        self.refused(2, "models", "./needle.c", says=("./needle.c cannot be loaded", "undefined symbol: absent"))

    def test_a_file_without_a_model(self):
        self.write("needle.c", self.source.replace("ULAM_MODEL(needle_model)", ""))
        self.refused(2, "models", "./needle.c", says="names no model: expected ULAM_MODEL(...)")
        self.write("needle.c", "")
        self.refused(2, "models", "./needle.c", says="names no model")
        self.write("needle.c", self.source.replace('.name = "radius"', '.name = "runs"'))
        self.refused(2, "models", "./needle.c", says="a parameter may not be named 'runs'")

    def test_it_is_described_like_a_built_in_one(self):
        text = self.succeeds("models", "./needle.c").stdout
        for word in ("needle: darts", "radius", "(0, 1]", "real", "pi"):
            self.assertIn(word, text)

    def test_functions_of_gsl_are_there(self):
        self.write("needle.c", "#include <gsl/gsl_randist.h>\n#include <ulam/gsl.h>\n" + self.source.replace(
            "out[0] = ", "const gsl_rng gsl = ulam_as_gsl(rng);\n    out[0] = 0 * gsl_ran_poisson(&gsl, 2) + "))
        self.succeeds("run", "-q", "needle.yaml")

    def test_a_model_in_cplusplus(self):
        self.write("maximum.cc", CPLUSPLUS)
        for compiler in ("c++", "clang++"):
            self.write("job.yaml", "model: maximum.cc\nruns: 1e5\nblock: 512\n")
            self.succeeds("run", "-q", "-o", f"{compiler}.h5", "job.yaml", env={"CXX": compiler})
        with h5py.File(self.folder / "c++.h5") as file:
            mean, error = (file["results"][name][()] for name in ("maximum", "maximum_stderr"))
            self.assertLess(abs(mean - 10 / 11) / error, 4)
        self.same_results("c++.h5", "clang++.h5")

    def test_what_is_no_compiler(self):
        self.refused(1, "check", "needle.yaml", env={"CC": "/bin/true"}, says="/bin/true made nothing of ./needle.c")
        self.refused(2, "check", "needle.yaml", env={"CC": "/bin/false"}, says="./needle.c does not compile")
        self.refused(2, "check", "needle.yaml", env={"CC": "cc" + " -g" * 20}, says="CC has more than 15 words")
        self.assertEqual(self.cached(), [])

    def test_a_compiler_may_speak_any_language(self):
        """The cache knows a compiler by its version, which stands in the first line of what it says."""
        for language in ("C", "German"):
            path = self.write("cc", f"#!/bin/sh\ncase $* in *--version*) echo cc 1; echo {language} ;; *) exec cc \"$@\" ;; "
                              "esac\n")
            path.chmod(0o755)
            self.succeeds("check", "needle.yaml", env={"CC": str(path)})
        self.assertEqual(len(self.cached()), 1)

    def test_odd_paths_stay_on_one_line(self):
        (self.folder / 'a\n"b\\ c').mkdir()
        shutil.copy(self.folder / "needle.c", self.folder / 'a\n"b\\ c' / "needle.c")
        self.write("job.yaml", 'model: "./a\\n\\"b\\\\ c/needle.c"\nruns: 100\n')
        self.succeeds("run", "-q", "job.yaml")
        self.write('a\n"b\\ c/needle.c', "")
        self.refused(2, "check", "job.yaml", says='a?"b\\ c/needle.c names no model')
        self.refused(2, "models", "a\nb/c.d", says="'a?b/c.d'")

    def test_lanes_give_the_bits_of_the_run(self):
        self.succeeds("run", "-q", "-o", "lanes.h5", "needle.yaml")
        lines = [line for line in self.source.splitlines(keepends=True) if ".run_lanes" not in line]
        self.write("needle.c", "".join(lines))
        self.succeeds("run", "-q", "-o", "runs.h5", "needle.yaml")
        self.assertLess(len(lines), len(self.source.splitlines()))
        self.same_results("lanes.h5", "runs.h5")

    def test_a_large_source(self):
        self.write("needle.c", self.source + "/* " + "long " * 40000 + "*/\n")
        self.succeeds("run", "-q", "needle.yaml")
        self.assertEqual(self.succeeds("show", "--source", "needle.h5").stdout, (self.folder / "needle.c").read_text())


class Kept(Foreign):
    """What the result file keeps of its model."""

    def test_the_source_stands_in_the_result_file(self):
        self.succeeds("run", "-q", "needle.yaml")
        self.assertEqual(self.succeeds("show", "--source", "needle.h5").stdout, self.source)
        with h5py.File(self.folder / "needle.h5") as file:
            self.assertEqual(file.attrs["model_source"].decode(), self.source)
        self.write("b.yaml", "model: buffon\nruns: 1\n")
        self.succeeds("run", "-q", "b.yaml")
        self.refused(2, "show", "--source", "b.h5", says="built in")

    def test_replay_takes_the_source_from_the_file(self):
        self.succeeds("run", "-q", "needle.yaml")
        first = self.succeeds("replay", "needle.h5", "--run", "17").stdout
        self.write("needle.c", self.source.replace("4 / area : 0", "5 : 6"))
        self.assertEqual(self.succeeds("replay", "needle.h5", "--run", "17").stdout, first)
        (self.folder / "needle.c").unlink()
        (self.folder / "needle.yaml").unlink()
        shutil.rmtree(self.cache)
        self.assertEqual(self.succeeds("replay", "needle.h5", "--run", "17").stdout, first)

    def test_merge_takes_it_too(self):
        for part in ("1/2", "2/2"):
            self.succeeds("run", "-q", "--part", part, "-o", f"{part[0]}.h5", "needle.yaml")
        self.succeeds("run", "-q", "-o", "whole.h5", "needle.yaml")
        (self.folder / "needle.c").unlink()
        self.succeeds("merge", "-o", "merged.h5", "1.h5", "2.h5")
        with h5py.File(self.folder / "merged.h5") as one, h5py.File(self.folder / "whole.h5") as other:
            for name in ("runs", "pi", "pi_stderr", "pi_excess_kurtosis"):
                self.assertEqual(one["results"][name][()], other["results"][name][()])
            self.assertEqual(one.attrs["model_source"], other.attrs["model_source"])

    def test_a_changed_source_is_another_job(self):
        self.succeeds("run", "-q", "--runs", "5e4", "needle.yaml")
        self.write("needle.c", self.source + "/* a remark */\n")
        self.refused(2, "run", "needle.yaml", says=("needle.h5 belongs to another job", "model fingerprint: "))
        self.succeeds("run", "-q", "--accept-model", "needle.yaml")
        self.assertIn("a remark", self.succeeds("show", "--source", "needle.h5").stdout)
        self.write("needle.c", self.source)
        self.succeeds("run", "-q", "-o", "other.h5", "needle.yaml")
        with h5py.File(self.folder / "needle.h5") as one, h5py.File(self.folder / "other.h5") as other:
            self.assertEqual(one["results/pi"][()], other["results/pi"][()])


class Shared(Foreign):
    """Shared objects, loaded as they are."""

    def setUp(self):
        super().setUp()
        self.write("needle.yaml", JOB.replace(".c", ".so"))

    def test_it_gives_what_the_source_gives(self):
        self.build("needle.so")
        self.write("c.yaml", JOB)
        self.succeeds("run", "-q", "c.yaml")
        self.succeeds("run", "-q", "needle.yaml", env=self.without_compiler())
        self.succeeds("run", "-q", "-n", "2", "-o", "two.h5", "needle.yaml")
        self.same_results("needle.h5", "two.h5")
        with h5py.File(self.folder / "needle.h5") as one, h5py.File(self.folder / "c.h5") as other:
            self.assertEqual(one["results/pi"][()], other["results/pi"][()])
        first = self.succeeds("replay", "needle.h5", "--run", "17").stdout
        (self.folder / "needle.so").unlink()
        self.assertEqual(self.succeeds("replay", "needle.h5", "--run", "17").stdout, first)

    def test_another_object_is_another_job(self):
        self.build("needle.so")
        self.succeeds("run", "-q", "--runs", "5e4", "needle.yaml")
        self.build("needle.so", "-O1", "-DOTHER")
        data = (self.folder / "needle.so").read_bytes()
        (self.folder / "needle.so").write_bytes(data + b"\0")
        self.refused(2, "run", "needle.yaml", says="model fingerprint: ")

    def refuses(self, *says):
        self.refused(2, "check", "needle.yaml", says=("needle.yaml:1:8: ", *says))

    def test_another_interface(self):
        self.write("needle.c", self.source.replace("ULAM_MODEL_INTERFACE,", "99,"))
        self.build("needle.so")
        self.refuses("./needle.so is for version 99 of the interface of models, and this program has version")

    def test_no_model_and_no_symbol(self):
        self.write("needle.c", "int x;\n")
        self.build("needle.so")
        self.refuses("./needle.so names no model")
        self.write("needle.c", self.source + "double absent(void);\ndouble (*here)(void) = absent;\n")
        self.build("needle.so")
        self.refuses("./needle.so cannot be loaded: ", "undefined symbol: absent")

    def test_what_is_no_shared_object(self):
        path = self.folder / "needle.so"
        for content in (b"", b"hello\n", b"\x7fELF"):
            path.write_bytes(content)
            self.refuses("./needle.so is no shared object")
        subprocess.run(["cc", "-c", "-I", HEADERS, "-o", path, self.folder / "needle.c"], check=True)
        self.refuses("link it with -shared")
        self.build("needle.so")
        data = bytearray(path.read_bytes())
        path.write_bytes(data[:18] + (183).to_bytes(2, "little") + data[20:])
        self.refuses("compiled for machines of ARM (64 bits), and this one is of x86-64")
        for size in (70, 200, 2000, 6000, len(data) * 2 // 3):
            path.write_bytes(data[:size])
            self.refuses("./needle.so is cut short or damaged")
        path.unlink()
        self.refuses("cannot read the file ./needle.so: No such file")
        path.mkdir()
        self.refuses("Is a directory")

    def test_other_things_behind_model(self):
        for text, says in (("./needle.f90", "ends in .c, .cc"), ("./", "ends in .c, .cc"), ("[a, b]", "a list"),
                           ("needle", "or a path such as ./needle.c"), ("''", "an empty text"),
                           ("./absent.c", "No such file"), ("./" + "x" * 5000 + ".c", "File name too long")):
            self.write("job.yaml", f"model: {text}\nruns: 1\n")
            self.refused(2, "check", "job.yaml", says=("job.yaml:1:8: ", says))


if __name__ == "__main__":
    command.main()
