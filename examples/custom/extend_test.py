"""What --extend refuses, and what it writes, through the real command.

    extend_test.py PT2NNEF
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

import tract

sys.path.insert(0, "tools/judge")
import tract_runner  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
_HERE = pathlib.Path("examples/custom").absolute()
_MODELS = _HERE / "models"
_TRACT = str(pathlib.Path(tract.__file__).parent)

_FRAGMENT = """fragment norm(x: tensor<scalar>, w: tensor<scalar>, eps: scalar) -> (y: tensor<scalar>)
{ y = x * unsqueeze(w, axes = [0, 1]) * eps; }
"""
_OP = """fragments: "my.nnef"
op {
  schema: "mylib::fused_norm(Tensor x, Tensor weight, float eps=1e-5) -> Tensor"
  fragment: "norm"
  bind { parameter: "w" value: "weight" }
  result { like: "x" }
}
"""


class ExtendTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)

    def run_tool(self, *arguments, status=0):
        done = subprocess.run(
            [_TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            cwd=self.tmp,
        )  # fmt: skip
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.printed = done.stdout
        return done.stderr

    def extend(self, extension, fragments=_FRAGMENT, status=2, model="fused_norm_traced.pt", flags=()):
        (self.tmp / "my.nnef").write_text(fragments)
        (self.tmp / "my.textproto").write_text(extension)
        out = self.tmp / "out"
        return self.run_tool(
            "--extend", "my.textproto", *flags, _MODELS / model, out, status=status
        )

    def test_an_unknown_operator_is_refused_with_what_to_begin_with(self):
        told = self.run_tool(_MODELS / "fused_norm_traced.pt", "out", status=1)
        self.assertIn('schema: "mylib::fused_norm(Tensor x0, Tensor x1, float x2) -> Tensor"', told)
        self.assertIn("x0 = Tensor f32[2,3,8]", told)
        self.assertIn("operator mylib::fused_norm is not known: 2 calls, first at code/", told)
        self.assertIn("not converted: operator mylib::fused_norm is not known", told.splitlines()[-1])
        told = self.run_tool(_MODELS / "fused_norm_exported.pt2", "out", status=1)
        self.assertIn("fused_norm(Tensor x, Tensor weight, float eps) -> Tensor", told)
        begin = told[told.index("fragments: ") : told.index("\n}\n") + 3]
        begin = begin.replace("Tensor weight, float eps)", "Tensor weight, float eps=1e-5)")
        fragment = "fragment fused_norm(x: tensor<scalar>) -> (y: tensor<scalar>) { y = copy(x); }\n"
        begin = begin.replace("  result", '  ignore: "weight" ignore: "eps"\n  result')
        self.extend(begin, fragment, status=0)
        self.assertIn(fragment.strip(), (self.tmp / "out/graph.nnef").read_text())

    def test_places_of_faults(self):
        told = self.extend(_OP, _FRAGMENT.replace("unsqueeze(w", "unsqueeze(v"))
        self.assertIn("my.nnef:2:21: `v` is no parameter, and nothing before gives it", told)
        told = self.extend(_OP.replace("schema", "shema"))
        self.assertRegex(told, r"my.textproto: 3:\d+: .*shema")
        told = self.extend(_OP.replace('value: "weight"', 'value: "weight["'))
        self.assertRegex(told, r"my.textproto, mylib::fused_norm, bind w:\d+:\d+: ")

    def test_lines_of_a_body_count_from_its_first(self):
        body = '  body: "y = x * 2.0\\n" "return y +"\n  result'
        self.assertIn("my.textproto, mylib::fused_norm, body:2:11: expected", self.extend(_OP.replace("  result", body)))
        body = '  body: "y = x.nosuch\\n" "return y"\n  result'
        told = self.extend(_OP.replace("  result", body), status=1)
        self.assertRegex(told, r"my.textproto, mylib::fused_norm, body:1:\d+")
        value = _OP.replace('value: "weight"', 'value: "weight +"')
        self.assertIn("bind w:1:9: expected", self.extend(value))

    def test_calls_between_fragments(self):
        inner = _FRAGMENT.replace("norm(", "inner(")
        for call, wanted in (
            ("inner(x, w, eps)", ""),
            ("inner(x, w)", "my.nnef:4:7: inner is given its parameter `eps` not"),
            ("inner(x, w, eps, eps)", "inner has 3 parameters, 4 are given"),
            ("inner(x, w, epsilon = eps)", "inner has no parameter `epsilon` left"),
            ("norm(x, w, eps)", "norm calls itself: NNEF has no recursion"),
        ):
            with self.subTest(call):
                outer = _FRAGMENT[: _FRAGMENT.index("{")] + "{ y = " + call + "; }\n"
                told = self.extend(_OP, inner + outer, status=2 if wanted else 0)
                self.assertIn(wanted, told)

    def test_what_no_call_meets_is_told(self):
        module = """module { schema: "*.Nothing(Tensor x) -> Tensor" fragment: "norm" result { like: "x" }
  bind { parameter: "w" value: "x" } bind { parameter: "eps" value: "1.0" } }
"""
        other = _OP[_OP.index("op {") :].replace("fused_norm", "other")
        told = self.extend(_OP + module + other, status=0)
        self.assertIn("warning: --extend my.textproto: module *.Nothing is met by no call", told)
        self.assertIn("warning: --extend my.textproto: operator mylib::other is met by no call", told)
        self.assertNotIn("fused_norm is met", told)

    def test_without_a_body_tract_alone_is_checked(self):
        io = ["--check", "--tract", _TRACT, "--io", _MODELS / "fused_norm_traced.npz"]
        right = (_HERE / "fused_norm.textproto").read_text().replace("fused_norm.nnef", "my.nnef")
        right = re.sub(r"\n *body: .*", "", right)
        fragment = (_HERE / "fused_norm.nnef").read_text()
        self.extend(right, fragment, status=0, flags=io)
        self.assertRegex(
            self.printed,
            r"reference: not compared: it cannot follow: the fragment fused_norm has no body, at code/"
            r".*\ntract \S+: 1 outputs agree, largest error",
        )
        self.extend(right, fragment.replace("square + eps", "square + eps + 0.1"), status=3, flags=io)
        self.assertIn("first node that differs: not found: the fragment fused_norm has no", self.printed)
        self.extend(right, fragment, status=0, flags=io[:3])
        self.assertRegex(self.printed, r"tract \S+: not compared: it runs and gives the types that are")
        told = self.run_tool("check", "--extend", "my.textproto", *io[3:],
                             _MODELS / "fused_norm_traced.pt", "out2", status=1)  # fmt: skip
        self.assertIn("convert --check --io FILE.npz", told)

    def check_declared(self, model, extension, fragments, flags=(), status=3):
        """The last check in the report of an --extend file that has no body."""
        flags = ["--check", "--tract", _TRACT, "--report", self.tmp / "r.json", *flags]
        self.extend(extension, fragments, status=status, model=model, flags=flags)
        return json.loads((self.tmp / "r.json").read_text())["checks"][-1]

    def test_types_that_are_declared_are_tried(self):
        """Where nothing behind the call shows them, too: types are cast, sizes of 1 broadcast."""
        for name, model, flags, fragment in (
            ("fused_norm", "fused_norm_traced.pt", [], "f32[2,3,8]"),
            ("fused_norm", "fused_norm_scripted.pt", ["--inputs", "f32[2,3,8]"], "f32[2,3,8]"),
            ("fused_norm", "fused_norm_in_a_loop.pt", ["--inputs", "f32[2,S,8]"], "f32[2,8]"),
            ("twice", "twice_open.pt", ["--inputs", "f32[B,S,4]", "--check_sizes", "B=2,S=3"], "f32[2,6,4]"),
        ):
            text = re.sub(r"\n *(body|result): .*|\n *result .*", "", (_HERE / f"{name}.textproto").read_text())
            text = text.replace(f"{name}.nnef", "my.nnef")
            fragments = (_HERE / f"{name}.nnef").read_text()
            shapes = {
                "x.shape": fragment[3:],
                "x.shape[:-1] + [1]": fragment[3:-2] + "1]",
            } if name == "fused_norm" else {
                "[x.shape[0], 2 * x.shape[1], x.shape[2]]": "[2,6,4]",
                "[x.shape[0], 3 * x.shape[1], x.shape[2]]": "[2,9,4]",
                "[x.shape[0], 2 * x.shape[1]]": "[2,6]",
                "[2, 7, 4]": "[2,7,4]",
            }  # fmt: skip
            for dtype in ("f16", "i64", "bool", "f64", "x"):
                for shape, sizes in shapes.items():
                    declared = f"{dtype}{sizes}".replace("x[", "f32[")
                    result = f'\n  result {{ dtype: "{dtype}" shape: "{shape}" }}\n}}'
                    own = text.rstrip().removesuffix("}").rstrip() + result
                    wrong = declared != fragment
                    with self.subTest(model, declared=declared):
                        check = self.check_declared(model, own, fragments, flags, 3 if wrong else 0)
                        if not wrong:
                            self.assertNotIn("first_node", check)
                            continue
                        difference = f"result 0: {fragment}, declared {declared}"
                        self.assertRegex(check["first_node"], rf"^fragment {name} at \S+:\d+")
                        self.assertIn(check["source"], check["first_node"])
                        self.assertEqual(check["node_difference"], difference)
                        self.assertIn(f"{check['first_node']}: {difference}", self.printed)

    def test_a_pt2_tells_types_itself(self):
        text = (_HERE / "fused_norm.textproto").read_text().replace("fused_norm.nnef", "my.nnef")
        text = re.sub(r"\n *body: .*", "", text).replace('like: "x"', 'dtype: "f16" shape: "x.shape"')
        told = self.extend(text, (_HERE / "fused_norm.nnef").read_text(), 1, "fused_norm_exported.pt2")
        self.assertIn("is f32[2,3,8] in the program, but f16[2,3,8] as --extend declares it, at", told)

    def test_types_of_several_results_are_tried(self):
        text = re.sub(r'\n +("|body).*', "", (_HERE / "cell.textproto").read_text())
        text = text.replace("cell.nnef", "my.nnef")
        text = text.replace('result { like: "h" }', 'result { dtype: "f16" shape: "h.shape" }')
        check = self.check_declared("cell_traced.pt", text, (_HERE / "cell.nnef").read_text())
        self.assertIn("result 1: f32[2,4], declared f16[2,4]", check["node_difference"])
        self.assertIn("(module cell)", check["first_node"])

    def test_types_that_a_body_confirms_are_tried(self):
        text = (_HERE / "twice.textproto").read_text().replace("twice.nnef", "my.nnef")
        half = (_HERE / "twice.nnef").read_text().replace("[x, x]", '[tract_core_cast(x, to = "f16"), tract_core_cast(x, to = "f16")]')
        check = self.check_declared("twice_open.pt", text, half, ["--inputs", "f32[2,3,4]"])
        self.assertIn("result 0: f16[2,6,4], declared f32[2,6,4]", check["node_difference"])

    def test_a_bundle_shows_what_is_declared_otherwise(self):
        text = re.sub(r"\n *body: .*", "", (_HERE / "fused_norm.textproto").read_text())
        text = text.replace("fused_norm.nnef", "my.nnef")
        text = text.replace('like: "x"', 'dtype: "f16" shape: "x.shape"')
        flags = ["--debug_bundle_path", self.tmp / "b"]
        self.check_declared("fused_norm_traced.pt", text, (_HERE / "fused_norm.nnef").read_text(), flags)
        shown = subprocess.run([sys.executable, "show.py"], cwd=self.tmp / "b", capture_output=True, text=True)
        self.assertIn("result 0: float32[2, 3, 8], declared f16[2,3,8]", shown.stdout, shown.stderr)

    def test_results_of_modules(self):
        text = (_HERE / "cell.textproto").read_text().replace("cell.nnef", "my.nnef")
        fragments = (_HERE / "cell.nnef").read_text()
        untold = re.sub(r"\n *made: .*", "", text)
        told = self.extend(untold, fragments, status=1, model="cell_traced.pt")
        self.assertIn("traced code has the results of forward in an order of its own (2 of 2", told)
        told = self.extend(untold, fragments, status=1, model="cell_exported.pt2")
        self.assertIn('gives 2 tensors (tanh, mul_1), and the program does not tell', told)
        self.assertIn('preserve_module_call_signature=("cell",)', told)
        self.extend(untold, fragments, status=0, model="cell_kept.pt2")
        self.extend(untold, fragments, status=0, model="cell_scripted.pt", flags=["--inputs", "f32[2,4];f32[2,4]"])
        told = self.extend(text.replace("made: 0", "made: 2"), fragments)
        self.assertIn("made: of the 2 results of pkg.Cell each has to stand there once", told)

    def test_arguments_of_modules_are_known_or_refused(self):
        text = (_HERE / "cell.textproto").read_text().replace("cell.nnef", "my.nnef")
        fragments = (_HERE / "cell.nnef").read_text()
        flags = ["--inputs", "f32[2,4];f32[2,4]"]
        told = self.extend(text.replace("Tensor x, Tensor h, float", "Tensor h, Tensor x, float"),
                           fragments, status=1, model="mix_scripted.pt", flags=flags)  # fmt: skip
        self.assertIn("does not have the arguments of forward(x, h, share)", told)
        ordered = re.sub(r"\n *used: .*", "", text)
        told = self.extend(ordered, fragments, status=1, model="cell_old.pt", flags=flags)
        self.assertIn("in the order in which it uses them first (Tensor f32[2,4], Tensor f32[2,4])", told)
        told = self.extend(text.replace("self.u.weight", "self.v.weight"), fragments, status=1,
                           model="cell_kept.pt2")  # fmt: skip
        self.assertRegex(told, r"\bv\b")

    def test_what_does_not_fit(self):
        for wanted, extension in {
            "nothing is given for parameter 'w' of fragment norm": _OP.replace("  bind", "  # "),
            "has the fragment 'rms'": _OP.replace('"norm"', '"rms"'),
            "fragment norm has no parameter 'scale'": _OP.replace('"w"', '"w" value: "weight" } bind { parameter: "scale"'),
            "'y' is no argument": _OP.replace('like: "x"', 'like: "y"'),
            "0 result { }, but the schema returns 1": _OP.replace('  result { like: "x" }', ""),
            "is no operator's name": _OP.replace("mylib::", ""),
            "is there twice": _OP + _OP[_OP.index("op {") :],
        }.items():
            with self.subTest(wanted):
                self.assertIn(wanted, self.extend(extension))

    def test_an_argument_that_nothing_gets_is_refused(self):
        fragment = _FRAGMENT.replace(", eps: scalar", "").replace("* eps", "")
        told = self.extend(_OP, fragment, status=1)
        self.assertIn("mylib::fused_norm: argument 'eps' = 0.001 is not supported", told)

    def test_a_body_of_another_type_is_refused(self):
        told = self.extend(_OP.replace("  result", '  body: "return torch.select(x, 0, 0)"\n  result'), status=1)
        self.assertIn("its body gives f32[3,8] for result 0, but f32[2,3,8] is declared", told)

    def test_names_and_operators_of_targets(self):
        told = self.extend(_OP.replace('"norm"', '"relu"'), _FRAGMENT.replace("norm", "relu"), status=1)
        self.assertIn("my.nnef:1:10: an operator has the name relu", told)
        unknown = _FRAGMENT.replace("unsqueeze(", "expand(")
        self.assertIn("my.nnef:2:11: expand is no operator of the target", self.extend(_OP, unknown, status=1))
        tracts = _FRAGMENT.replace("unsqueeze(w, axes = [0, 1])", "tract_core_cast(w, to = \"f32\")")
        self.assertIn("is no operator of the target (target khronos",
                      self.extend(_OP, tracts, status=1, flags=["--strict"]))
        self.extend(_OP, status=0, flags=["--strict"])

    def test_a_module_of_several_tensors_needs_their_order(self):
        module = """fragments: "my.nnef"
module {
  schema: "pkg.Attention(Tensor x, Tensor mask) -> Tensor"
  fragment: "both"
  result { like: "x" }
}
"""
        fragment = "fragment both(x: tensor<scalar>, mask: tensor<scalar>) -> (y: tensor<scalar>) { y = x; }"
        told = self.extend(module, fragment, status=1, model="attention_traced.pt")
        self.assertIn("argument 'mask' is missing", told)

    def test_check_runs_the_body_in_the_place_of_the_fragment(self):
        told = self.run_tool(
            "check", "--extend", _HERE / "fused_norm.textproto", "--io",
            _MODELS / "fused_norm_traced.npz", _MODELS / "fused_norm_traced.pt", "out",
        )  # fmt: skip
        self.assertEqual(told.count("differ"), 0, told)

    def test_in_a_build(self):
        with tarfile.open(_HERE / "fused_norm.nnef.tgz") as model:
            text = model.extractfile("graph.nnef").read().decode()
        self.assertIn("fragment fused_norm(", text)

    def test_the_module_is_one_call(self):
        self.run_tool("--extend", _HERE / "attention.textproto", _MODELS / "attention_traced.pt", "out")
        text = (self.tmp / "out/graph.nnef").read_text()
        self.assertEqual(len(re.findall(r"= attention\(", text)), 2)
        self.assertIn("extension tract_registry tract_transformers;", text)
        self.assertNotIn("softmax", text)
        self.assertIsNotNone(tract_runner.load(self.tmp / "out"))


if __name__ == "__main__":
    unittest.main()
