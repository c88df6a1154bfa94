"""inspect --json, --graph and --html, through the real command.

    inspect_test.py PT2NNEF
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

_TOOL = os.path.abspath(sys.argv.pop(1))
_MODELS = pathlib.Path("testdata/models").absolute()
_RESIDUAL = str(_MODELS / "residual.pt")
_EXPORTED = str(_MODELS / "versions/torch-2.15.0/exported_mlp_dyn.pt2")
_REFUSED = str(_MODELS / "eigen_vectors.pt")


def run(*arguments, **options):
    return subprocess.run(
        [_TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=120, **options,
    )  # fmt: skip


def data_of(page):
    """What a page has to show."""
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)
    return json.loads(found[1])


class InspectTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        self.page = self.tmp / "page.html"

    def test_json_has_what_the_listing_has(self):
        for archive, layout in (_RESIDUAL, "torchscript"), (_EXPORTED, "exported"):
            told = json.loads(run("inspect", "--json", archive).stdout)
            listing = run("inspect", archive).stdout
            self.assertEqual(told["layout"], layout)
            for weight in told["weights"]:
                self.assertIn(weight["path"], listing)
            for operator in told["operators"]:
                self.assertIn(operator["name"], listing)
            self.assertEqual(told["methods"][0]["name"], "forward")
            self.assertEqual(told["obstacles"], [])

    def test_draws_the_graph(self):
        dot = self.tmp / "g.dot"
        self.assertEqual(run("inspect", "--graph", dot, _RESIDUAL).returncode, 0)
        text = dot.read_text()
        self.assertIn('label="downsample"', text)
        self.assertIn("1×4×16×16", text)

    @unittest.skipUnless(shutil.which("dot"), "Graphviz is not installed")
    def test_draws_an_svg(self):
        svg = self.tmp / "g.svg"
        done = run("inspect", "--graph", svg, _RESIDUAL)
        self.assertEqual((done.returncode, done.stderr), (0, f"wrote {svg}\n"))
        root = xml.etree.ElementTree.parse(svg).getroot()
        self.assertTrue(root.tag.endswith("svg"))
        self.assertEqual(list(self.tmp.iterdir()), [svg])

    def test_without_graphviz_it_says_what_is_missing(self):
        done = run("inspect", "--graph", self.tmp / "g.svg", _RESIDUAL, env={"PATH": str(self.tmp)})
        self.assertEqual(done.returncode, 1)
        self.assertIn("Debian's package graphviz", done.stderr)
        self.assertEqual(list(self.tmp.iterdir()), [])

    def test_the_page_has_the_model_that_a_conversion_writes(self):
        out = self.tmp / "out"
        done = run("inspect", "--html", self.page, _RESIDUAL)
        self.assertEqual((done.returncode, done.stderr), (0, f"wrote {self.page}\n"))
        self.assertEqual(run(_RESIDUAL, out).returncode, 0)
        data = data_of(self.page.read_text())
        self.assertEqual(data["nnef"], (out / "graph.nnef").read_text())

    def test_the_page_is_the_same_every_time(self):
        pages = []
        for _ in range(2):
            run("inspect", "--html", self.page, _EXPORTED)
            pages.append(self.page.read_bytes())
        self.assertEqual(*pages)

    def test_a_refusal_has_a_page_and_a_picture(self):
        dot = self.tmp / "g.dot"
        done = run("inspect", "--html", self.page, "--graph", dot, _REFUSED)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not converted: ", done.stderr.splitlines()[-1])
        data = data_of(self.page.read_text())
        self.assertTrue(data["conversion"]["refusals"])
        self.assertTrue(data["conversion"]["refusal_places"][0]["line"])
        self.assertTrue(data["sources"])
        self.assertIn("digraph", dot.read_text())

    def test_what_is_no_archive_has_a_page_that_says_so(self):
        done = run("inspect", "--html", self.page, __file__)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(data_of(self.page.read_text())["conversion"]["refusals"])

    def test_flags_of_the_conversion_count(self):
        run("inspect", "--html", self.page, "--dynamic_axes", "input:0=B", _RESIDUAL)
        data = data_of(self.page.read_text())
        self.assertEqual(data["conversion"]["inputs"][0]["shape"][0], "B")


if __name__ == "__main__":
    unittest.main()
