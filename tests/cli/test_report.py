#!/usr/bin/python3
"""The report page, looked at by a browser: test_report.py BUILD."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent),
                str(pathlib.Path(__file__).parent.parent / "fault")]
import command
import damage
import h5py
import numpy

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
SWEPT = "{model: european, sweep: {strike: [90, 110, 100], kind: [put, call], volatility: [0.1, 0.2]}, runs: 200}"
HEAT = """
model: european
sweep: {strike: {from: 80, to: 120, steps: 9}, volatility: {from: 0.1, to: 0.5, steps: 9}}
runs: 100
"""

KEPT = """
model: european
sweep: {strike: [90, 110, 100]}
runs: 9000
quantiles: {price: [0.05, 0.5]}
histogram: {price: {low: 0, high: 50, bins: 20}}
"""

CHAINS = """
model: ar1
params: {start: 30}
sweep: {coefficient: [0.9, 0.99, 0.5]}
runs: 8
thermalize: 0
sweeps: 3000
"""

# Runs in the page, behind its own script, and leaves what it saw in the title.
PROBE = """
<script>
const seen = {width: document.documentElement.scrollWidth, window: innerWidth};
const column = name => Array.from(document.querySelectorAll("thead th")).find(th => th.textContent.startsWith(name));
const cells = name => Array.from(document.querySelectorAll("table tbody")[0].rows)
  .map(row => row.cells[column(swept).cellIndex].textContent);
const swept = document.querySelector("thead").textContent.includes("coefficient") ? "coefficient" : "strike";
seen.before = cells(swept);
column(swept).querySelector("button").click();
seen.up = cells(swept);
column(swept).querySelector("button").click();
seen.down = cells(swept);
seen.sorted = column(swept).getAttribute("aria-sort");
const mark = document.querySelector(".mark"), box = document.getElementById("tip");
seen.hidden = box.hidden;
mark.dispatchEvent(new PointerEvent("pointerenter"));
seen.tip = box.hidden ? "" : box.textContent;
mark.dispatchEvent(new PointerEvent("pointerleave"));
seen.gone = box.hidden;
seen.resources = performance.getEntriesByType("resource").map(entry => entry.name);
document.title = JSON.stringify(seen);
</script>
"""


class Report(command.Case):
    def page(self, job, name="x"):
        self.write(f"{name}.yaml", job)
        self.succeeds("run", "-q", f"{name}.yaml")
        self.succeeds("report", f"{name}.h5")
        return (self.folder / f"{name}.html").read_text()

    def browse(self, text, width):
        """What the probe saw, and what the page said on its console."""
        page = self.write("probed.html", text.replace("</body>", PROBE + "</body>"))
        done = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--window-size={width},900",
             f"--user-data-dir={self.folder / 'browser'}", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(self.folder)})
        title = re.search(r"<title>(\{.*?)</title>", done.stdout).group(1)
        for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            title = title.replace(entity, letter)
        return json.loads(title), [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    @command.unittest.skipUnless(BROWSER, "needs chromium")
    def test_in_a_browser(self):
        for job in (SWEPT, HEAT, KEPT, CHAINS):
            text = self.page(job)
            for width in (360, 1600):
                with self.subTest(width=width):
                    seen, console = self.browse(text, width)
                    self.assertEqual(console, [])
                    self.assertEqual(seen["resources"], [])
                    self.assertLessEqual(seen["width"], seen["window"])
                    self.assertEqual(list(map(float, seen["up"])), sorted(map(float, seen["before"])))
                    self.assertEqual(seen["down"], seen["up"][::-1])
                    self.assertEqual(seen["sorted"], "descending")
                    self.assertTrue(seen["hidden"] and seen["gone"])
                    self.assertRegex(seen["tip"], r"\n[0-9.e-]+ \[[0-9.e-]+, [0-9.e-]+\]")
            (self.folder / "x.h5").unlink()

    def test_nothing_is_fetched(self):
        text = self.page(SWEPT)
        self.assertIsNone(re.search(r"""(src|href|url)\s*[=(]\s*(?!["']?(data:|#))""", text))
        self.assertNotIn("@import", text)
        self.assertIn("default-src 'none'", text)

    def test_it_says_what_was_run(self):
        text = self.page(SWEPT)
        for words in ("complete", "20261121", "strike", "volatility", "model: european", "ulam run -q x.yaml", "dashed: exact"):
            self.assertIn(words, text)

    def test_what_the_file_keeps_has_its_pictures(self):
        text = self.page(KEPT)
        for words in ("<h2>Quantiles</h2>", "<h2>Histograms</h2>", "<h2>Convergence</h2>", "mean and 95 % interval",
                      "mean and 95 % interval (Student)", "quantile and 95 % interval", "price = 2.5 to 5"):
            self.assertIn(words, text)
        self.assertEqual(text.count("class=\"bin\""), 3 * 20)
        self.assertNotRegex(text, "[\" ]-?(nan|inf)\\b")
        self.write("y.yaml", SWEPT)
        self.succeeds("run", "-q", "y.yaml")
        text = self.succeeds("report", "-o", "-", "y.h5").stdout
        for words in ("Quantiles", "Histograms", "Convergence"):
            self.assertNotIn(f"<h2>{words}</h2>", text)

    def test_chains_have_their_table_and_warnings(self):
        text = self.page(CHAINS)
        self.assertIn("<dt>chains</dt><dd>24</dd>", text)
        self.assertIn("<dt>sweeps</dt><dd>3000 of each chain, behind 0 that thermalise</dd>", text)
        self.assertRegex(text, r'<p class="warning">point \d, x2: .*thermalize longer</p>')
        table = text.split("<h2>Chains</h2>")[1].split("</table>")[0]
        heads = re.findall(r"<button>(.*?)</button>", table)
        self.assertEqual(heads, ["point", "coefficient", "observable", "τ (sweeps)", "eff. samples", "R̂", "drift"])
        rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
        self.assertEqual([row[:3] for row in rows], [[str(p), a, x] for p, a in enumerate(("0.9", "0.99", "0.5")) for x in ("x", "x2")])
        with h5py.File(self.folder / "x.h5") as h5:
            rhat = [f"{h5[f'results/{x}_rhat'][p]:.4f}" for p in range(3) for x in ("x", "x2")]
        self.assertEqual([row[5] for row in rows], rhat)
        self.assertNotIn("<h2>Chains</h2>", self.page(SWEPT, "y"))

    def test_one_rung_alone_can_be_drawn(self):
        text = self.page("{model: european, runs: 5000}")
        self.assertIn("<h2>Convergence</h2>", text)
        self.assertNotRegex(text, "[\" ]-?(nan|inf)\\b")

    def test_thousands_of_points_are_a_band(self):
        text = self.page("{model: european, sweep: {strike: {from: 50, to: 150, steps: 6000}}, runs: 2}")
        self.assertIn("class=\"band\"", text)
        self.assertNotIn("class=\"mark\"", text)

    def test_partial_and_failed(self):
        self.write("x.yaml", "{model: european, runs: 2000000000, block: 1, checkpoint: 0.2}")
        self.assertEqual(self.ulam("run", "-q", "--time-limit", "1", "x.yaml").returncode, 3)
        self.assertIn("goes on from here", self.succeeds("report", "-o", "-", "x.h5").stdout)
        self.program = command.ULAM_WITH_TEST_MODELS
        self.write("y.yaml", "{model: faulty, params: {fail_at: 3}, runs: 10, on_failure: record, max_failed: 9}")
        self.succeeds("run", "-q", "y.yaml")
        text = self.succeeds("report", "-o", "-", "y.h5").stdout
        self.assertIn("means given success", text)
        self.assertRegex(text, "ulam replay y.h5 --point 0 --run 3")
        (self.folder / "y.h5").rename(self.folder / "a b.h5")
        self.assertIn("ulam replay &#39;a b.h5&#39; --point 0", self.succeeds("report", "-o", "-", "a b.h5").stdout)

    def test_hostile_texts_stay_texts(self):
        self.page(SWEPT)
        scratch = self.write("scratch.h5", (self.folder / "x.h5").read_bytes()[:-damage.TRAILER])
        hostile = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x1b\x01"
        with h5py.File(scratch, "r+") as h5:
            h5.attrs["model"] = numpy.array(hostile.encode())
            h5.attrs["job"] = numpy.array(hostile.encode())
            for name in ("results/price", "points/strike"):
                for attribute in ("units", "long_name"):
                    h5[name].attrs[attribute] = numpy.array(hostile.encode())
        self.write("<b>.h5", damage.seal(scratch.read_bytes()))
        text = self.succeeds("report", "-o", "-", "<b>.h5").stdout
        self.assertNotIn("<script>alert", text)
        self.assertNotIn("<img", text)
        self.assertNotIn("<b>", text)
        self.assertEqual(text.count("<script>"), 1)
        self.assertIsNone(re.search("[\x00-\x08\x0b-\x1f\x7f]", text))

    def test_hostile_warnings_and_words_of_chains_stay_texts(self):
        self.page(CHAINS.replace("start: 30", "start: 300"))
        scratch = self.write("scratch.h5", (self.folder / "x.h5").read_bytes()[:-damage.TRAILER])
        hostile = "<script>alert(1)</script>\"'&\x1b"
        with h5py.File(scratch, "r+") as h5:
            warnings = h5["results"].attrs["warnings"]
            h5["results"].attrs["warnings"] = numpy.array([hostile.encode()] * len(warnings))
            h5["results/x"].attrs["units"] = h5["results/x_tau"].attrs["long_name"] = numpy.array(hostile.encode())
        self.write("x.h5", damage.seal(scratch.read_bytes()))
        text = self.succeeds("report", "-o", "-", "x.h5").stdout
        self.assertIn('<p class="warning">&lt;script&gt;alert(1)', text)
        self.assertEqual(text.count("<script>"), 1)
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\x1b", self.succeeds("show", "x.h5").stdout)

    def test_bad_requests(self):
        self.refused(1, "report", "absent.h5", says="absent.h5")
        self.page("{model: buffon, runs: 5}")
        self.refused(1, "report", "-o", "no/such.html", "x.h5", says="no/such.html")
        self.refused(2, "report", "--ouput", "x.html", "x.h5", says="did you mean '--output'?")


if __name__ == "__main__":
    command.main()
