"""Weights in blocks (--compress), through the real command and in tract.

    compress_test.py PT2NNEF
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import tract

sys.path.insert(0, "tools/judge")
import tract_runner  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
_TRACT = str(pathlib.Path(tract.__file__).parent)
_MODELS = pathlib.Path("testdata/models").absolute()
_LANGUAGE = str(_MODELS / "language_layer.pt")
_OPEN = ("--dynamic_axes", "ids:1=S,keys:2=P,values:2=P")


class CompressTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        self.out = self.tmp / "out"

    def run_tool(self, *flags, archive=_LANGUAGE):
        report = self.tmp / "report.json"
        command = [_TOOL, *_OPEN, "--report", str(report), *flags, archive, str(self.out)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done, json.loads(report.read_text()) if report.exists() else {}

    def convert(self, *flags):
        done, report = self.run_tool(*flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr, report

    def in_blocks(self, report):
        return sorted(v["name"] for v in report["variable_list"] if v.get("blocks"))

    def test_matrices_and_tied_embeddings_are_stored_in_blocks(self):
        messages, report = self.convert("--compress", "q4_0")
        self.assertEqual(
            self.in_blocks(report),
            ["gate_weight", "layer_k_weight", "layer_mixed", "layer_o_weight", "layer_q_weight",
             "layer_v_weight", "tokens_weight"],
        )  # fmt: skip
        self.assertIn("--compress: out.weight stays as it is", messages)
        self.assertIn("40 is no multiple of it", messages)
        self.assertNotIn("looks frozen", messages)
        for variable in report["variable_list"]:
            stored = (self.out / variable["file"]).stat().st_size - 128
            self.assertEqual(stored, int(variable["bytes"]))
            if variable.get("blocks"):
                self.assertEqual(int(variable["bytes_before"]) * 18, stored * 128)
                self.assertGreater(variable["relative_error"], 0.02)
                self.assertLess(variable["relative_error"], 0.2)
        self.assertLess(int(report["variable_bytes"]), int(report["bytes_before"]) / 2)

    def test_tract_computes_with_the_numbers_of_the_blocks(self):
        for scale in ("minmax", "mse"):
            done, report = self.run_tool(
                "--compress", "q4_0", "--compress_scale", scale, "--check", "--tract", _TRACT,
                "--io", str(_MODELS / "language_layer.npz"),
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            runs = {check["runtime"].split()[0]: check for check in report["checks"]}
            self.assertIn("tract", runs)
            self.assertNotIn("differences", runs["tract"])
            self.assertGreater(runs["reference,"]["max_abs_error"], 1e-3)

    def test_least_squares_lose_less(self):
        errors = {}
        for scale in ("minmax", "mse"):
            report = self.convert("--compress", "q4_0", "--compress_scale", scale)[1]
            errors[scale] = report["block_error"]
        self.assertLess(errors["mse"], 0.98 * errors["minmax"])

    def test_patterns_choose_by_name(self):
        only = self.convert("--compress", "q4_0", "--compress_only", "layer.?.weight")[1]
        self.assertEqual(len(self.in_blocks(only)), 4)
        rest = self.convert("--compress", "q4_0", "--compress_except", "*.weight")[1]
        self.assertEqual(self.in_blocks(rest), ["layer_mixed"])
        done, _ = self.run_tool("--compress", "q4_0", "--compress_only", "layers.*")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no weight matches layers.*; there are", done.stderr)

    def test_older_tract_has_matrices_only_and_the_standard_nothing(self):
        self.convert("--compress", "q4_0", "--target", "tract:0.21.19")
        for target in ("khronos", "tract:0.20.22"):
            done, _ = self.run_tool("--compress", "q4_0", "--target", target)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("q4_0 is read by tract since 0.21", done.stderr)
        done, _ = self.run_tool("--compress_scale", "mse")
        self.assertIn("are about --compress q4_0", done.stderr)

    def test_steps_of_one_token_follow_a_prefill(self):
        self.convert("--compress", "q4_0")
        model = tract_runner.load(str(self.out)).into_runnable()
        calls = tract_runner.load_calls(_MODELS / "language_layer.npz")
        errors = []
        for inputs, outputs, _ in calls:
            got = model.run([tract.Tensor.from_numpy(x) for x in inputs])
            errors.append(np.abs(got[0].to_numpy() - outputs[0]).max() / np.abs(outputs[0]).max())
        self.assertLess(max(errors), 0.3)


if __name__ == "__main__":
    unittest.main()
