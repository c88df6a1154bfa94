"""--check finds what is wrong: models that are written wrong on purpose, the node known.

    check_test.py PT2NNEF
"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

import numpy as np
import tract

_TOOL = os.path.abspath(sys.argv.pop(1))
_MODELS = pathlib.Path("testdata/models").absolute()
_TRACT = str(pathlib.Path(tract.__file__).parent)
_REAL = os.environ.get("PT2NNEF_TEST_TRACT")

# Each is broken at a few places.
_BROKEN = """
    attention_block attention_fused batch_norms channel_shuffle conv_1d_3d conv_transpose
    conv_variants convnext_block dense_block depthwise_separable embedding_lookup fire_module
    grouped_products in_place_writes inception_branches other_norms padded_sequences pixels pools
    recurrent_layers residual residual_scripted resized_maps running_reductions shared_weights
    squeeze_excite weight_norms
""".split()


# What tract-cli does of the arguments that it gets here, by the Python package.
_COMMAND = """#!{python}
import sys
import numpy as np
import tract

if sys.argv[1:] == ["--version"]:
    sys.exit(print("tract 0.99.1"))
path, (*how, given, dump) = sys.argv[1], sys.argv[2:]
assert how == ["--format", "nnef", "--opl", "-O", "run", "--input-from-npz"] and dump == "--dump", how
model = tract.nnef().with_tract_extra().with_tract_transformers().load(path)
arrays = np.load(given)
inputs = [arrays[model.input_name(i)] for i in range(model.input_count())]
outputs = [o.to_numpy() for o in model.into_runnable().run(inputs)]
for i, o in enumerate(outputs):
    kind = o.dtype.kind.upper() + str(8 * o.itemsize)
    print(f"output #{{i}}, turn #0\\n{{','.join(map(str, o.shape))}},{{kind}} {{', '.join(map(str, o.flat))}}\\n")
"""


def run(*arguments, **environment):
    return subprocess.run(
        [_TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=600, env={**os.environ, **environment},
    )  # fmt: skip


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)

    def check(self, archive, *flags, tract=_TRACT, own=None):
        """What a check does, and its report. `own`: in the place of the flags beside the archive."""
        beside = archive.with_suffix(".flags")
        if own is None:
            own = shlex.split(beside.read_text(), comments=True) if beside.exists() else []
        report = self.tmp / "report.json"
        report.unlink(missing_ok=True)
        done = run("--check", "--tract", tract, "--report", report, *own, *flags, archive,
                   self.tmp / "out")  # fmt: skip
        told = json.loads(report.read_text()) if report.exists() else {}
        return done, told

    def test_right_models_agree_at_two_sizes(self):
        done, report = self.check(_MODELS / "residual.pt", "--dynamic_axes", "input:0=B")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([check["sizes"] for check in report["checks"]], ["B=3", "B=6"])
        io = _MODELS / "residual.npz"
        done, report = self.check(_MODELS / "residual.pt", "--io", io)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([c["runtime"].split()[0] for c in report["checks"]], ["reference", "tract"])

    def test_sizes_to_check_at(self):
        flags = ["--dynamic_axes", "input:0=B", "--check_sizes", "B=4", "--check_sizes", "B=1"]
        done, report = self.check(_MODELS / "residual.pt", *flags)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([check["sizes"] for check in report["checks"]], ["B=4", "B=1"])
        for sizes, why in (
            ("S=3", "no value is given for B"),
            ("B=3,S=4", "the model has no open size S, it has B"),
            ("B=0", "the model takes B>=1"),
        ):
            with self.subTest(sizes):
                done, _ = self.check(_MODELS / "residual.pt", *flags[:2], "--check_sizes", sizes)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(f"--check_sizes {sizes}: {why}", done.stderr)

    def test_the_node_that_is_wrong_is_named(self):
        broken = 0
        for archive in (_MODELS / f"{name}.pt" for name in _BROKEN):
            found = 0
            for number in range(3, 60, 4):
                (self.tmp / "fault.txtpb").write_text(f"test_fault: {number}")
                done, report = self.check(archive, "--spec", self.tmp / "fault.txtpb")
                if done.returncode != 3:
                    continue  # what is wrong is not used, or makes no difference
                with self.subTest(f"{archive.stem} {number}"):
                    named = report["checks"][0].get("first_node", "")
                    self.assertEqual(named, report["test_fault"], done.stdout)
                found += 1
                if found == 2:
                    break
            broken += found > 0
        self.assertGreaterEqual(broken, 20)

    def test_the_bundle_shows_it_with_tract_alone(self):
        (self.tmp / "fault.txtpb").write_text("test_fault: 9")
        flags = ["--spec", self.tmp / "fault.txtpb", "--debug_bundle_path", self.tmp / "b.tgz"]
        done, report = self.check(_MODELS / "residual.pt", *flags)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("first node that differs: Conv at code/", done.stdout)
        with tarfile.open(self.tmp / "b.tgz") as bundle:
            bundle.extractall(self.tmp)
        shown = subprocess.run([sys.executable, "show.py"], cwd=self.tmp / "b",
                               capture_output=True, text=True, timeout=300)  # fmt: skip
        self.assertRegex(shown.stdout, r"output 0: largest difference (1|0\.9|1\.0)", shown.stderr)
        spec = (self.tmp / "b/spec.textproto").read_text()
        self.assertIn("test_fault: 9", spec)

    def test_no_bundle_if_nothing_differs(self):
        flags = ["--debug_bundle_path", self.tmp / "bundle"]
        done, _ = self.check(_MODELS / "residual.pt", *flags)
        self.assertEqual(done.returncode, 0)
        self.assertFalse((self.tmp / "bundle").exists())

    def test_tract_as_a_command(self):
        command = self.tmp / "bin/tract"
        command.parent.mkdir()
        command.write_text(_COMMAND.format(python=sys.executable))
        command.chmod(0o755)
        io = ["--io", _MODELS / "residual.npz"]
        for hint in (command, command.parent, self.tmp):
            done = run("--check", "--tract", hint, *io, _MODELS / "residual.pt", self.tmp / "out")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, r"tract 0\.99\.1: 1 outputs agree, largest error \d")
        on_path = {"PATH": f"{command.parent}:{os.environ['PATH']}"}
        done = run("--check", "--tract", "tract", *io, _MODELS / "residual.pt", self.tmp / "out.nnef.tgz", **on_path)
        self.assertIn("tract 0.99.1: 1 outputs agree", done.stdout)
        # What is wrong is found in the same way.
        (self.tmp / "fault.txtpb").write_text("test_fault: 9")
        done, report = self.check(_MODELS / "residual.pt", "--spec", self.tmp / "fault.txtpb", tract=command)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(report["checks"][0]["first_node"], report["test_fault"])
        command.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo tract-cli 0.1.2 && exit\necho no model >&2; exit 1\n")
        done = run("--check", "--tract", command, *io, _MODELS / "residual.pt", self.tmp / "out")
        self.assertEqual(done.returncode, 3)
        self.assertIn("tract: no model", done.stdout)
        done = run("--check", "--tract", "/bin/true", *io, _MODELS / "residual.pt", self.tmp / "out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not checked: /bin/true is not tract's command line", done.stderr)

    def test_states_are_passed_on(self):
        archive = _MODELS / "streaming_voice_activity.pt"
        done, report = self.check(archive)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([check["call"] for check in report["checks"]], [1, 2])
        self.assertIn(", call 2: 3 outputs agree", done.stdout)
        io = archive.with_suffix(".npz")
        arrays = dict(np.load(io))
        self.assertIn("next1_in0", arrays)
        done, report = self.check(archive, "--io", io)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        calls = [check["call"] for check in report["checks"]]
        self.assertEqual(calls, sorted([*range(1, calls[-1] + 1)] * 2))
        self.assertGreater(calls[-1], 1)
        arrays["next1_out0"] = arrays["next1_out0"] + 1
        np.savez(self.tmp / "io.npz", **arrays)
        done, report = self.check(archive, "--io", self.tmp / "io.npz")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stdout, r"tract \S+, call 1: 3 outputs agree")
        self.assertRegex(done.stdout, r"tract \S+, call 2 differs")

    def test_whole_numbers_that_are_indices_are_small_enough(self):
        for name in ("index_rules", "vision_regions", "vision_regions_of_one"):
            done, report = self.check(_MODELS / f"{name}.pt")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_short_floats_have_wide_tolerances(self):
        archive = _MODELS / "exported/autocast.pt2"
        for io in ([], ["--io", archive.with_suffix(".npz")]):
            done, _ = self.check(archive, *io)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.check(archive, "--rtol", "1e-3", "--atol", "1e-4", *io)[0].returncode, 3)

    def test_arrays_may_lie_in_any_order(self):
        archive = _MODELS / "nested_outputs.pt"
        arrays = dict(np.load(archive.with_suffix(".npz")))
        np.savez(self.tmp / "io.npz", **dict(reversed(arrays.items())))
        done, _ = self.check(archive, "--io", self.tmp / "io.npz")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_quantized_is_compared_by_steps(self):
        archive = _MODELS / "quantized_convnet.pt"
        io = archive.with_suffix(".npz")
        self.assertTrue([name for name in np.load(io).files if name.startswith("step")])
        done, _ = self.check(archive, "--io", io)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_node_that_tract_refuses_is_named(self):
        text = """fragments: "my.nnef"
op { schema: "mylib::twice(Tensor x) -> Tensor" fragment: "twice" body: "return torch.cat([x, x], 1)"
  result { dtype: "x" shape: "[x.shape[0], 2 * x.shape[1], x.shape[2]]" } }
"""
        (self.tmp / "my.textproto").write_text(text)
        (self.tmp / "my.nnef").write_text(
            "fragment twice(x: tensor<scalar>) -> (y: tensor<scalar>)\n{ y = reshape(x, shape = [5, 5]); }\n"
        )
        archive = pathlib.Path("examples/custom/models/twice_open.pt").absolute()
        done = run("--check", "--tract", _TRACT, "--extend", self.tmp / "my.textproto", "--inputs", "f32[2,3,4]",
                   "--debug_bundle_path", self.tmp / "b", archive, self.tmp / "out")  # fmt: skip
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stdout, r"first node that differs: fragment twice at code/\S+:\d+:\d+\n"
                                      r"    it does not run alone: ")  # fmt: skip
        shown = subprocess.run([sys.executable, "show.py"], cwd=self.tmp / "b", capture_output=True, text=True)
        self.assertNotEqual(shown.returncode, 0)
        self.assertIn("reshape", shown.stderr.lower())

    def test_the_first_node_that_tract_refuses_is_searched(self):
        """By a tract that has no mean_reduce."""
        command = self.tmp / "tract"
        refuses = 'if "mean_reduce" in open(path + "/graph.nnef").read():\n    sys.exit("no mean_reduce")\nmodel = '
        command.write_text(_COMMAND.format(python=sys.executable).replace("model = ", refuses, 1))
        command.chmod(0o755)
        done, report = self.check(_MODELS / "residual.pt", "--debug_bundle_path", self.tmp / "b", tract=command)
        self.assertEqual(done.returncode, 3, done.stderr)
        [check] = report["checks"]
        self.assertEqual(check["differences"], ["tract: no mean_reduce"])
        self.assertRegex(check["first_node"], r"^ReduceMean at code/\S+ \(module 2\)$")
        self.assertEqual(check["node_difference"], "tract: no mean_reduce")
        self.assertIn("mean_reduce", (self.tmp / "b/cut/graph.nnef").read_text().splitlines()[-2])

    def test_complex_inputs_have_a_last_axis_of_two(self):
        archive = _MODELS / "own_numbers.pt"
        inputs = "x=c64[3,4]"
        done, _ = self.check(archive, "--inputs", inputs)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_phases_have_the_check(self):
        done, report = self.check(_MODELS / "residual.pt", "--log_level", "debug")
        self.assertEqual([phase["name"] for phase in report["phases"]], ["evaluate", "write", "check"])
        self.assertRegex(done.stderr, r"(?m)^check: \d+\.\d+ s, ")

    def test_many_at_once(self):
        """A model that differs does not stop others, and has a status of its own."""
        (self.tmp / "fault.txtpb").write_text("test_fault: 9")
        models = [_MODELS / "residual.pt", _MODELS / "attention_block.pt"]
        flags = ["--check", "--tract", _TRACT, "--jobs", "2", "--debug_bundle_path", self.tmp / "b.tgz"]
        done = run(*flags, *models, self.tmp / "models")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for model in models:
            self.assertRegex(done.stdout, rf"(?m)^{model}:\ntract \S+: 1 outputs agree")
        done = run(*flags, "--spec", self.tmp / "fault.txtpb", *models, self.tmp / "models")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], r"2 of 2 converted into .*, \d of them differ in a check")
        self.assertTrue((self.tmp / "residual.b.tgz").exists())
        done = run(*flags, "--spec", self.tmp / "fault.txtpb", *models, self.tmp / "none.pt", self.tmp / "models")
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 of 3 converted", done.stderr.splitlines()[-1])

    @unittest.skipUnless(_REAL, "PT2NNEF_TEST_TRACT says where tract's command line is")
    def test_tracts_own_command(self):
        custom = pathlib.Path("examples/custom").absolute()
        extend = ["--extend", custom / "twice.textproto", "--inputs"]
        for archive, flags in (
            (_MODELS / "residual.pt", []),
            (_MODELS / "residual.pt", ["--dynamic_axes", "input:0=B"]),
            (_MODELS / "attention_block.pt", []),
            (_MODELS / "recurrent_layers.pt", []),
            (_MODELS / "streaming_voice_activity.pt", []),
            (_MODELS / "embedding_lookup.pt", []),
            (_MODELS / "language_int8_weights.pt", []),
            (_MODELS / "language_layer.pt", ["--float_precision", "f16"]),
            (_MODELS / "language_layer.pt", ["--compress", "q4_0"]),
            (_MODELS / "numbers_of_sizes.pt", []),
            (_MODELS / "quantized_convnet.pt", []),
            (_MODELS / "logic.pt", []),
            (_MODELS / "eigen_inverses.pt", []),
            (_MODELS / "complex_numbers.pt", []),
            (_MODELS / "exported/sizes.pt2", []),
            (custom / "models/twice_open.pt", [*extend, "f32[B,S,4]"]),
            (custom / "models/twice_half.pt", [*extend, "f16[2,3,4]"]),
            (custom / "models/attention_exported.pt2", ["--extend", custom / "attention.textproto"]),
        ):
            named = [] if "--extend" in flags else None
            with self.subTest(archive.name, flags=flags):
                done, report = self.check(archive, *flags, tract=_REAL, own=named)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertRegex(report["checks"][-1]["runtime"], r"^tract \d+\.\d+\.\d+$")
        (self.tmp / "fault.txtpb").write_text("test_fault: 9")
        done, report = self.check(_MODELS / "residual.pt", "--spec", self.tmp / "fault.txtpb", tract=_REAL)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(report["checks"][0]["first_node"], report["test_fault"])
        twice = (custom / "twice.nnef").read_text().replace("concat([x, x], axis = 1)", "reshape(x, shape = [5, 5])")
        (self.tmp / "my.nnef").write_text(twice)
        (self.tmp / "my.textproto").write_text((custom / "twice.textproto").read_text().replace("twice.nnef", "my.nnef"))
        flags = ["--extend", self.tmp / "my.textproto", "--inputs", "f32[2,3,4]"]
        done, report = self.check(custom / "models/twice_open.pt", *flags, tract=_REAL, own=[])
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"tract: ModelBuildingError; .*; 24 should be equal to 25\n")

    def test_what_cannot_be_checked_is_said(self):
        done = run("--check", "--tract", self.tmp, _MODELS / "residual.pt", self.tmp / "out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no library tract*.so there, and no command", done.stderr.splitlines()[-1])
        done = run("--debug_bundle_path", self.tmp / "b", _MODELS / "residual.pt", self.tmp / "out")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
