"""Models that compute in f16 (--float_precision), through the real command and in tract.

    precision_test.py PT2NNEF
"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import tract

sys.path.insert(0, "tools/judge")
import compare  # noqa: E402
import tract_runner  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
_TRACT = str(pathlib.Path(tract.__file__).parent)
_MODELS = pathlib.Path("testdata/models").absolute()
_HALF = compare.Tolerance(rtol=1e-2, atol=1e-2)


class PrecisionTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        self.out = self.tmp / "out"

    def run_tool(self, archive, *flags):
        own = (_MODELS / archive).with_suffix(".flags")
        own = shlex.split(own.read_text(), comments=True) if own.exists() else []
        command = [_TOOL, *own, *flags, str(_MODELS / archive), str(self.out)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def convert(self, archive, *flags):
        done = self.run_tool(archive, "--report", str(self.tmp / "report.json"), *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads((self.tmp / "report.json").read_text())

    def types(self, report):
        return {v["name"]: v["dtype"] for v in report["variable_list"]}

    def test_computes_what_torch_does_to_three_digits(self):
        models = ("residual.pt", "language_layer.pt", "recurrent_layers.pt", "shared_weights.pt",
                  "activations_mlp.pt", "exported/residual.pt2")  # fmt: skip
        for archive in models:
            with self.subTest(archive):
                before = int(self.convert(archive)["variable_bytes"])
                report = self.convert(archive, "--float_precision", "f16")
                self.assertLess(int(report["variable_bytes"]), before)
                self.assertEqual({v["dtype"] for v in report["outputs"]}, {"f32"})
                npz = (_MODELS / archive).with_suffix(".npz")
                verdict = tract_runner.judge(self.out, npz, _HALF)
                self.assertEqual(verdict.status, "ok", verdict.detail)

    def test_products_are_halves_and_norms_are_not(self):
        report = self.convert("language_layer.pt", "--float_precision", "f16")
        types = self.types(report)
        self.assertEqual(types["layer_q_weight"], "f16")
        self.assertEqual(types["tokens_weight"], "f16")
        text = (self.out / "graph.nnef").read_text()
        self.assertIn("tract_core_cast", text)

    def test_modules_that_are_excepted(self):
        report = self.convert(
            "language_layer.pt", "--float_precision", "f16", "--float_precision_except", "out,gat*"
        )
        types = self.types(report)
        self.assertEqual((types["out_weight"], types["gate_weight"]), ("f32", "f32"))
        self.assertEqual(types["layer_q_weight"], "f16")
        done = self.run_tool(
            "language_layer.pt", "--float_precision", "f16", "--float_precision_except", "nothing"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("no module matches nothing; there are", done.stderr)

    def test_check_judges_halves_as_halves(self):
        self.convert("language_layer.pt", "--float_precision", "f16", "--check", "--tract", _TRACT,
                     "--io", str(_MODELS / "language_layer.npz"))  # fmt: skip
        self.convert("residual.pt", "--float_precision", "f16", "--check", "--tract", _TRACT)

    def test_with_blocks(self):
        report = self.convert("language_layer.pt", "--float_precision", "f16", "--compress", "q4_0")
        blocks = [v["name"] for v in report["variable_list"] if v.get("blocks")]
        self.assertIn("layer_q_weight", blocks)
        self.assertEqual(self.types(report)["out_weight"], "f16")

    def test_f32_changes_nothing(self):
        self.convert("residual.pt")
        before = (self.out / "graph.nnef").read_text()
        self.convert("residual.pt", "--float_precision", "f32")
        self.assertEqual((self.out / "graph.nnef").read_text(), before)

    def test_what_cannot_be(self):
        for flags, said in (
            (("--float_precision", "f8"), "--float_precision"),
            (("--float_precision_except", "x"), "add that"),
        ):
            done = self.run_tool("residual.pt", *flags)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)
        done = self.run_tool("residual.pt", "--float_precision", "f16", "--strict")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("one type, scalar", done.stderr)


if __name__ == "__main__":
    unittest.main()
