#!/usr/bin/python3
"""A job in a notebook's kernel, as Jupyter runs one: test_notebook.py BUILD."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import checkout
import command
from jupyter_client.manager import start_new_kernel

CELL = """
import ulam
results = ulam.run({"model": "european", "params": {"spot": 100, "strike": 105}, "runs": RUNS, "checkpoint": "1s"}, RANKS, output="x.h5")
"""


class Notebook(checkout.Case):
    def setUp(self):
        super().setUp()
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(self.folder), startup_timeout=60)
        self.addCleanup(self.manager.shutdown_kernel, now=True)
        self.addCleanup(self.client.stop_channels)

    def execute(self, cell, on_progress=lambda: None):
        """What a cell showed: the texts of its one rewritten line, everything else, and the exception's name."""
        asked, line, rest, error = self.client.execute(cell, stop_on_error=False), [], [], None
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != asked:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return line, rest, error
            if kind == "update_display_data":
                line.append(content["data"]["text/plain"])
                on_progress()
            elif kind == "error":
                error = (content["ename"], content["evalue"])
            elif kind in ("stream", "display_data", "execute_result"):
                rest.append(content.get("text") or content["data"]["text/plain"])

    def test_progress_is_one_line_that_is_rewritten(self):
        line, rest, error = self.execute(CELL.replace("RUNS", "3e7").replace("RANKS", "2") + "print(results.runs.item())")
        self.assertEqual((rest, error), (["", "30000000\n"], None))
        self.assertRegex(line[-1], "^ulam: x.h5: 1 point, 30000000 runs in ")

    def test_the_stop_button_stops_the_job_in_time(self):
        presses = []

        def press():
            if not presses and pathlib.Path("x.h5").exists():
                presses.append(time.monotonic())
                self.manager.interrupt_kernel()

        for ranks in ("1", "2"):
            presses.clear()
            line, rest, error = self.execute(CELL.replace("RUNS", "1e13").replace("RANKS", ranks), press)
            self.assertRegex(line[0], r"^0 of 1 points, 0 %, .* runs/s, .* left")
            self.assertLess(time.monotonic() - presses[0], 20)
            self.assertEqual(error[0], "Interrupted")
            self.assertRegex(error[1], "stopped early: x.h5 is partial")
        self.assertEqual(self.execute("print(ulam.open('x.h5').attrs['status'])")[1], ["partial\n"])


if __name__ == "__main__":
    command.main()
