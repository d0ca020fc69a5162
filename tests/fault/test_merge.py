#!/usr/bin/python3
"""Parts of one job, merged, are that job; what is asked for anew extends it; what is another job is refused."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import command

JOB = "model: european\nsweep: {strike: [90, 100, 110]}\nruns: 1003\nblock: 10\n"


class Merge(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.succeeds("run", "-q", "-o", "whole.h5", "job.yaml")

    def parts(self, n):
        for k in range(1, n + 1):
            self.succeeds("run", "-q", "--part", f"{k}/{n}", "job.yaml")
        return [f"job.part{k}of{n}.h5" for k in range(1, n + 1)]

    def test_ten_parts_are_the_whole_in_any_order(self):
        parts = self.parts(10)
        self.succeeds("merge", "-o", "merged.h5", *parts)
        self.same_results("merged.h5", "whole.h5")
        self.succeeds("merge", "-o", "backwards.h5", *reversed(parts))
        self.same_results("backwards.h5", "whole.h5")
        self.assertIn("complete already", self.succeeds("run", "-o", "merged.h5", "job.yaml").stderr)

    def test_a_gap_is_named_and_can_be_filled(self):
        parts = self.parts(4)
        del parts[2]
        done = self.ulam("merge", "-o", "merged.h5", *parts)
        self.assertEqual(done.returncode, 3)
        self.assertIn("500", done.stderr)
        self.succeeds("run", "-q", "-o", "merged.h5", "job.yaml")
        self.same_results("merged.h5", "whole.h5")

    def test_overlap_and_other_jobs_are_refused(self):
        parts = self.parts(2)
        self.refused(2, "merge", "-o", "m.h5", parts[0], parts[0], says=parts[0])
        self.refused(2, "merge", "-o", "m.h5", parts[0], "whole.h5", says=("whole.h5", "point 0"))
        self.succeeds("run", "-q", "--set", "spot=101", "-o", "other.h5", "job.yaml")
        self.refused(2, "merge", "-o", "m.h5", parts[0], "other.h5", says=("spot", "100", "101"))
        self.refused(2, "merge", parts[0], says="-o")
        self.refused(2, "merge", "-o", "m.h5", says="which files")

    def test_parts_that_make_no_sense(self):
        for part in ("0/3", "4/3", "1", "a/b", "1/0", "-1/3", "slurm"):
            self.refused(2, "run", "--part", part, "job.yaml", says="--part")

    def test_a_slurm_array_task_takes_its_part(self):
        task = {"SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "4"}
        self.succeeds("run", "-q", "--part", "slurm", "job.yaml", env=task)
        self.assertTrue((self.folder / "job.part3of4.h5").exists())


class Extend(command.Case):
    def setUp(self):
        super().setUp()
        self.write("job.yaml", JOB)
        self.succeeds("run", "-q", "job.yaml")

    def test_added_points_and_runs(self):
        self.write("more.yaml", JOB.replace("[90, 100, 110]", "[80, 90, 100, 110]").replace("1003", "2005"))
        self.succeeds("run", "-q", "-o", "job.h5", "more.yaml")
        self.succeeds("run", "-q", "-o", "fresh.h5", "more.yaml")
        self.same_results("job.h5", "fresh.h5")

    def test_another_job_is_refused_with_the_difference_and_kept_aside_on_demand(self):
        before = (self.folder / "job.h5").read_bytes()
        self.refused(2, "run", "--set", "rate=0.07", "job.yaml", says=("rate", "0.05", "0.07"))
        self.refused(2, "run", "--seed", "9", "job.yaml", says="seed")
        self.write("fewer.yaml", JOB.replace("[90, 100, 110]", "[90, 100]"))
        self.refused(2, "run", "-o", "job.h5", "fewer.yaml", says="110")
        self.succeeds("run", "-q", "--force-new", "--seed", "9", "job.yaml")
        aside = [path for path in self.folder.glob("job*h5*") if path.name != "job.h5"]
        self.assertEqual([path.read_bytes() for path in aside], [before])


command.main()
