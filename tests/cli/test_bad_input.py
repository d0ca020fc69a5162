#!/usr/bin/python3
"""A mistake costs one line that names it, the right exit status, and no file."""

import os
import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

GOOD = "model: buffon\nruns: 1000\n"


class JobFile(command.Case):
    def refused_job(self, text, *says):
        path = self.write("job.yaml", text)
        self.refused(2, "run", path.name, says=("job.yaml", *says))

    def test_unknown_model_names_the_nearest(self):
        self.refused_job("model: bufon\nruns: 10\n", "1:8", "bufon", "buffon")

    def test_unknown_parameter_names_the_nearest(self):
        self.refused_job("model: buffon\nparams: {lenght: 1}\nruns: 10\n", "2:10", "lenght", "'length'")

    def test_value_out_of_bounds(self):
        self.refused_job("model: buffon\nparams: {length: -1}\nruns: 10\n", "2:18", "length", "-1")

    def test_value_of_wrong_type(self):
        self.refused_job("model: buffon\nparams: {length: long}\nruns: 10\n", "2:18", "length", "long")

    def test_values_that_do_not_fit_together(self):
        self.refused_job("model: buffon\nparams: {length: 2, spacing: 1}\nruns: 10\n", "length")

    def test_empty_sweep(self):
        self.refused_job("model: buffon\nsweep: {length: []}\nruns: 10\n", "2:17", "length")

    def test_numbers_of_runs(self):
        for runs in ("0", "-5", "1e20", "100000000000000000000", "1.5", "many", "nan", "[1]", ""):
            self.refused_job(f"model: buffon\nruns: {runs}\n", "runs")

    def test_more_sweeps_than_can_be_counted(self):
        self.refused_job("model: ar1\nthermalize: 1\nsweeps: 281474976710656\nruns: 65536\n", "3:1", "1.84e+19 sweeps")

    def test_seed_out_of_range(self):
        for seed in ("-1", "18446744073709551616", "1e30", "x"):
            self.refused_job(GOOD + f"seed: {seed}\n", "seed")

    def test_unreadable_job_files(self):
        self.refused_job("", "empty")
        self.refused_job(bytes(range(256)) * 10)
        self.refused_job("[" * 5000)
        self.refused_job("model: buffon\nmodel: walk\nruns: 10\n", "2:1", "model")
        self.refused_job("- model: buffon\n")
        self.refused_job("model: buffon\nruns: 10\nrun: 5\n", "3:1", "runs")

    def test_missing_file_and_folder(self):
        done = self.ulam("run", "nowhere.yaml")
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("nowhere.yaml", done.stderr)
        (self.folder / "folder").mkdir()
        done = self.ulam("run", "folder")
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("folder", done.stderr)


class CommandLine(command.Case):
    def test_unknown_command_and_option(self):
        self.refused(2, "rum", says=("rum", "'run'"))
        self.write("job.yaml", GOOD)
        self.refused(2, "run", "--rnus", "10", "job.yaml", says=("--rnus", "'--runs'"))
        self.refused(2, "run", "-x", "job.yaml", says="-x")
        self.refused(2, "run", says="JOB")
        self.refused(2, "run", "job.yaml", "other.yaml", says="other.yaml")
        self.refused(2, "run", "job.yaml", "-o", says="-o")

    def test_replacements_are_judged(self):
        self.write("job.yaml", GOOD)
        self.refused(2, "run", "--set", "lenght=1", "job.yaml", says=("--set", "lenght", "'length'"))
        self.refused(2, "run", "--set", "length=x", "job.yaml", says=("--set", "length", "x"))
        self.refused(2, "run", "--set", "length", "job.yaml", says="--set")
        self.refused(2, "run", "--runs", "0", "job.yaml", says="--runs")
        self.refused(2, "run", "--seed", "-3", "job.yaml", says="--seed")
        for ranks in ("0", "-1", "two", "1e9", ""):
            self.refused(2, "run", "-n", ranks, "job.yaml", says="--ranks")

    def test_models(self):
        self.refused(2, "models", "europen", says=("europen", "'european'"))

    def test_a_launched_job_is_judged_once(self):
        self.write("job.yaml", "model: bufon\nruns: 10\n")
        self.refused(2, "run", "-n", "3", "job.yaml", says="bufon")
        done = self.ulam("run", "job.yaml", launcher=command.mpirun(3))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("bufon"), 1, done.stderr)

    def test_a_job_that_can_be_read_only_once_is_not_launched(self):
        self.refused(2, "run", "-n", "2", "-o", "x.h5", "/dev/stdin", says="the ranks read the job again",
                     launcher=["sh", "-c", 'printf "model: buffon\\nruns: 1000\\n" | "$@"', "sh"])


class Output(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", GOOD)

    def test_unwritable_paths(self):
        done = self.ulam("run", "-o", "no/such/folder/x.h5", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no/such/folder", done.stderr)
        (self.folder / "folder.h5").mkdir()
        done = self.ulam("run", "-o", "folder.h5", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("folder.h5", done.stderr)

    def test_a_full_device(self):
        done = self.ulam("run", "-o", "/dev/full", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))

    def test_a_file_of_another_job_stays(self):
        self.succeeds("run", "-o", "x.h5", "job.yaml")
        before = (self.folder / "x.h5").read_bytes()
        self.refused(2, "run", "-o", "x.h5", "--seed", "5", "job.yaml", says=("x.h5", "seed"))
        self.assertEqual((self.folder / "x.h5").read_bytes(), before)

    def test_a_foreign_file_stays(self):
        self.write("notes.h5", "my notes")
        done = self.ulam("run", "-o", "notes.h5", "job.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("notes.h5", done.stderr)
        self.assertEqual((self.folder / "notes.h5").read_bytes(), b"my notes")

    def test_show_refuses_what_is_not_a_result(self):
        self.write("notes.h5", "my notes")
        self.write("empty.h5", "")
        for name in ("notes.h5", "empty.h5", "none.h5"):
            self.refused(1, "show", name, says=name)
        self.refused(2, "show", says="FILE")


class LaneBuilds(command.Case):
    def test_a_wish_that_names_no_build(self):
        self.write("job.yaml", GOOD)
        for wish in ("avx", "AVX2", "no"):
            self.refused(2, "run", "job.yaml", says=("ULAM_LANES_BUILD", f"'{wish}'", "portable, avx2 or avx512"),
                         env={"ULAM_LANES_BUILD": wish})

    def test_every_machine_has_the_portable_build(self):
        self.write("job.yaml", GOOD)
        self.succeeds("run", "job.yaml", env={"ULAM_LANES_BUILD": "portable"})


class Launchers(command.Case):
    def test_mpirun_of_another_mpi(self):
        self.write("job.yaml", GOOD)
        other = pathlib.Path("/usr/bin/mpirun.mpich")
        if not other.exists():
            self.skipTest("no second MPI here")
        done = self.ulam("run", "job.yaml", launcher=[str(other), "-n", "2"])
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("launcher"), 1, done.stderr)
        self.assertFalse((self.folder / "job.h5").exists())

    def test_srun_without_pmix(self):
        self.write("job.yaml", GOOD)
        done = self.ulam("run", "job.yaml", env={"SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("srun --mpi=pmix", done.stderr)


command.main()
