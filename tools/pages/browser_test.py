"""The pages of inspect --html in a real browser.

    browser_test.py PT2NNEF

Needs chromium and chromium-driver; pictures go to $TEST_UNDECLARED_OUTPUTS_DIR.
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

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
_MODELS = pathlib.Path("testdata/models").absolute()
_EVIL = '</script><img src=x onerror="window.evil=1"><b>'
_DATA = re.compile(r'(<script id="data" type="application/json">)(.*?)(</script>)', re.S)
_ENTER, _ESCAPE = "\ue007", "\ue00c"


def with_data(page, data):
    """The page with something else to show."""
    text = json.dumps(data).replace("<", "\\u003c")
    return _DATA.sub(lambda found: found[1] + text + found[3], page)


def large(blocks):
    """A preview of a chain of blocks, ten operations each with one branch, and as many weights."""
    operations = [{"results": ["x"], "operation": "external<scalar>", "types": ["f32[1,64]"], "line": 1}]
    nodes, weights, lines, last = [{"operations": [0]}], [], ["x = external();"], "x"
    for b in range(blocks):
        box = f"encoder.stage{b // 50}.{b % 50}"
        for i in range(10):
            name = f"t{b}_{i}"
            operands = [last] + ([f"t{b}_0"] if i == 9 else [f"w{b}"] if i == 4 else [])
            place = {"file": "code/net.py", "line": b * 10 + i + 1, "module": box}
            nodes.append({"operations": [len(operations)], "box": box})
            lines.append(f"{name} = relu({', '.join(operands)});")
            operations.append({
                "results": [name], "operation": "relu", "operands": operands, "line": len(lines),
                "types": ["f32[1,64]"], "module": box, "places": [place] * 4,
            })  # fmt: skip
            last = name
        weights.append({"name": f"w{b}", "file": f"w{b}.dat", "dtype": "f32", "shape": ["64", "64"]})
    report = {"operation_list": operations, "variable_list": weights, "model": "large.pt"}
    source = {"name": "code/net.py", "runs": [{"lines": [f"y = relu(x)  # {i}" for i in range(blocks * 10)]}]}
    return {"conversion": report, "nnef": "\n".join(lines), "nodes": nodes, "sources": [source]}


@unittest.skipUnless(shutil.which("chromedriver"), "chromium-driver is not installed")
class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        cls.pictures = pathlib.Path(os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", cls.tmp))
        cls.browser = browser.Browser().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        shutil.rmtree(cls.tmp)

    def tearDown(self):
        self.browser.screenshot(self.pictures / f"{self.id().split('.')[-1]}.png")
        self.assertEqual(self.browser.log(), [])

    def page(self, archive, *flags, status=0):
        path = self.tmp / "page.html"
        done = subprocess.run(
            [_TOOL, "inspect", "--html", path, *flags, archive], stderr=subprocess.PIPE, text=True
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return path

    def open(self, path):
        self.browser.open(path)
        return int(self.browser.wait("return document.body.dataset.ready"))

    def marked(self, pane, kind):
        """Texts of the rows of a pane that are marked and in sight."""
        return self.browser.run(
            "return [...document.querySelectorAll(`#${arguments[0]} .row.${arguments[1]}`)]"
            ".map((row) => row.textContent)", pane, kind)  # fmt: skip

    def place_of(self, operation):
        """Where the graph shows the first operation of that name."""
        return self.browser.run(
            "return page.graph.locate(page.model.operations.find((o) => o.name === arguments[0]))",
            operation)  # fmt: skip

    def test_pointing_at_the_graph_marks_program_nnef_and_weights(self):
        self.open(self.page(_MODELS / "residual.pt"))
        place = self.place_of("conv")
        self.browser.point(place["x"], place["y"])
        self.assertTrue(self.marked("nnef", "hover"))
        self.browser.point(place["x"], place["y"], click=True)
        self.assertIn("torch._convolution(", self.marked("source", "kept")[0])
        self.assertTrue(any("= conv(" in row for row in self.marked("nnef", "kept")))
        self.assertIn("0.conv1.weight", self.marked("weights", "kept")[0])
        self.browser.screenshot(self.pictures / "marked.png")
        self.browser.type(_ESCAPE)
        self.assertEqual(self.marked("nnef", "kept"), [])

    def test_a_line_of_the_program_marks_what_it_became(self):
        self.open(self.page(_MODELS / "versions/torch-2.15.0/exported_mlp_dyn.pt2"))
        place = self.browser.run(
            "const row = document.querySelector('#source .row.active').getBoundingClientRect();"
            "return {x: row.left + 90, y: row.top + 9}")  # fmt: skip
        self.browser.point(place["x"], place["y"], click=True)
        self.assertTrue(self.marked("nnef", "kept"))

    def test_search_finds_names_and_goes_there(self):
        self.open(self.page(_MODELS / "residual.pt"))
        self.browser.type("/1.conv2.weight")
        found = self.browser.run(
            "return [...document.querySelectorAll('#found li')].map((li) => li.textContent)")
        self.assertTrue(any("1.conv2.weight" in row for row in found), found)
        self.browser.type(_ENTER)
        self.assertTrue(any("1.conv2.weight" in row for row in self.marked("weights", "kept")))
        self.assertTrue(self.marked("source", "kept"))

    def test_boxes_open_and_close(self):
        self.open(self.page(_MODELS / "residual.pt"))
        before = self.browser.run("return page.graph.picture.things.length")
        self.browser.run("document.getElementById('close-all').click()")
        self.assertLess(self.browser.run("return page.graph.picture.things.length"), before)
        place = self.place_of("conv")
        self.browser.point(place["x"], place["y"], click=True)
        self.assertTrue(self.browser.run("return page.graph.root.items.some((i) => i.isBox && i.open)"))

    def test_a_refusal_stands_at_its_line(self):
        self.open(self.page(_MODELS / "eigen_vectors.pt", status=1))
        text = self.browser.run("return document.getElementById('messages').textContent")
        self.assertIn("whose signs no rule decides", text)
        self.assertIn("return torch.add(_1, ", self.marked("source", "refusal")[0])
        note = self.browser.run("return document.getElementById('graph-note').textContent")
        self.assertEqual(note, "as far as it went")

    def test_hostile_names_stay_text(self):
        page = self.page(_MODELS / "residual.pt")
        text = page.read_text()
        data = json.loads(_DATA.search(text)[2])
        data["nnef"] = f"{_EVIL}\n" * 50
        report = data["conversion"]
        report["model"] = report["target"] = _EVIL
        report["refusals"] = report["warnings"] = [f"{_EVIL} at {_EVIL}.py:3:4", "javascript:1 x:1"]
        for file in data["sources"]:
            file["name"] = _EVIL
            for run in file["runs"]:
                run["lines"] = [_EVIL] * 9
        for o in report["operation_list"]:
            o["operation"] = o["module"] = _EVIL
            o["results"] = [result + _EVIL for result in o["results"]]
            o["types"] = [_EVIL] * len(o["results"])
        for weight in report["variable_list"]:
            weight.update(file=_EVIL, dtype=_EVIL, shape=[_EVIL])
        for node in data["nodes"]:
            node["box"] = _EVIL + "." + _EVIL
        page.write_text(with_data(text, data))
        self.open(page)
        self.browser.type("/img\n")
        self.browser.point(300, 300)
        self.assertIn(_EVIL, self.browser.run("return document.body.innerText"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('img, b b').length"), 0)
        self.assertIsNone(self.browser.run("return window.evil"))

    def test_a_model_of_5000_operations_opens_at_once(self):
        page = self.page(_MODELS / "residual.pt")
        page.write_text(with_data(page.read_text(), large(500)))
        took = self.open(page)
        load = self.browser.run(
            "return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        print(f"5000 operations, {page.stat().st_size / 1e6:.1f} MB: {load:.0f} ms, {took} of it the page's own")
        rows = self.browser.run("return document.querySelectorAll('.row').length")
        self.assertLess(rows, 400)
        self.browser.type("/t321_4" + _ENTER)
        self.assertTrue(any("t321_4 = " in row for row in self.marked("nnef", "kept")))
        opened = self.browser.run(
            "const begin = performance.now(); page.graph.openAll(true); page.graph.draw();"
            "return performance.now() - begin")  # fmt: skip
        print(f"all modules opened: {opened:.0f} ms")


if __name__ == "__main__":
    unittest.main(verbosity=2)
