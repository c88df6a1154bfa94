"""The command as its users meet it: exit statuses, messages, what is left at OUT.

    cli_test.py PT2NNEF
"""

import contextlib
import hashlib
import os
import pathlib
import pty
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np

_TOOL = os.path.abspath(sys.argv.pop(1))
_DATA = pathlib.Path("testdata").absolute()
_RESIDUAL = str(_DATA / "models/residual.pt")
_SCRIPTED = str(_DATA / "models/residual_scripted.pt")
_EXPORTED = str(_DATA / "models/versions/torch-2.15.0/exported_mlp_dyn.pt2")

# Arguments, exit status, text of the last line of stderr. {tmp} is an empty folder of the case's own
# that has the folder `filled` with a file in it.
_MESSAGES = [
    ("", 2, "pt2nnef --help"),
    ("{residual}", 2, "pt2nnef --help"),
    ("--nosuch=1 {residual} {tmp}/out", 2, "pt2nnef --help"),
    ("{residual} {tmp}/out --inputs", 2, "pt2nnef --help"),
    ("--inputs x=f32[1,3 {residual} {tmp}/out", 2, "pt2nnef --help"),
    ("check {residual} {tmp}/out", 2, "pt2nnef --help"),
    ("{tmp}/none.pt {tmp}/out", 1, "none.pt: cannot be opened: No such file"),
    ("{tmp} {tmp}/out", 1, "not a regular file; give the .pt file itself"),
    ("{data}/models/residual_scripted.flags {tmp}/out", 1, "not a zip archive"),
    ("inspect {tmp}/none.pt", 1, "none.pt: cannot be opened: No such file"),
    ("{residual} {tmp}/none/out", 1, "{tmp}/none: No such file or directory: create this folder"),
    ("{residual} {tmp}/filled/a/out", 1, "{tmp}/filled/a is no folder"),
    ("{residual} /proc/out", 1, "/proc/out"),
    ("{residual} {tmp}/filled", 1, "filled exists and is not an NNEF model"),
    ("{residual} {tmp}/filled/a", 1, "filled/a exists and is not an NNEF model"),
    ("--inputs y=f32[1,3,8,8] {residual} {tmp}/out", 1,
     "--inputs 'y' fits no argument of forward(input)"),
    ("--inputs f32[1,3,8,8];f32[2] {residual} {tmp}/out", 1,
     "--inputs 'f32[2]' fits no argument of forward(input)"),
    ("--inputs f32[1,4,8,8] {residual} {tmp}/out", 1, "(module 0.conv1)"),
    ("--args sr=3 {residual} {tmp}/out", 1, "--args 'sr' fits no argument of forward(input)"),
    ("--dynamic_axes y:0=B {residual} {tmp}/out", 1,
     "--dynamic_axes 'y' fits no argument of forward(input)"),
    ("--model net {residual} {tmp}/out", 1, "leave out --model"),
    ("--model net {exported} {tmp}/out", 1, "has no model 'net'; it has: model"),
    ("--method other {exported} {tmp}/out", 1, "no method 'other', only forward"),
    ("--input_names y --dynamic_axes y:0=B {residual} {tmp}/out", 1,
     "--dynamic_axes 'y' (a name that --input_names gives; say the argument's own) fits no argument"),
    ("--inputs y=f32[3,4] {exported} {tmp}/out", 1, "fits no argument of the program (x)"),
    ("--inputs x=i64[3,4] {exported} {tmp}/out", 1, "input x is f32 in the program"),
    ("--inputs x=f32[3,5] {exported} {tmp}/out", 1, "the program was exported for 4 there"),
    ("--inputs x=f32[99,4] {exported} {tmp}/out", 1, "at least 2 and at most 64 there (s77)"),
    ("--dynamic_axes x:1=S {exported} {tmp}/out", 1, "axis 1 of input x cannot be S"),
    ("--args x=[1.0] {exported} {tmp}/out", 1, "it has 2 axes in the program"),
    ("--method nosuch {residual} {tmp}/out", 1, "the model has no method 'nosuch'"),
    ("--output_names a,b {residual} {tmp}/out", 1, "--output_names has 2 names"),
    ("--output_names _ {residual} {tmp}/out", 1, "leaves out every output"),
    ("--input_names a,b {residual} {tmp}/out", 1, "--input_names has 2 names"),
    ("--strict --inputs f32[B,3,8,8] {scripted} {tmp}/out", 1, "no open sizes: give numbers"),
    ("{scripted} {tmp}/out", 1, 'add --inputs "input=f32['),
    ("--inputs input=f32[...] {scripted} {tmp}/out", 1, "they go where --inputs has dots"),
    ("--inputs input.0=f32[2] {scripted} {tmp}/out", 1,
     "--inputs 'input.0' fits no argument of forward(input)"),
]  # fmt: skip

# Of usage errors, the line in front.
_USAGE = [
    ("{residual}", "convert takes MODEL and OUT, 1 given"),
    ("inspect", "inspect takes MODEL, 0 given"),
    ("--nosuch=1 {residual} o", "unknown flag --nosuch"),
    ("{residual} o --target", "--target needs a value"),
    ("--target onnx {residual} o", "unknown target `onnx`: use tract, khronos"),
    ("--strict --target tract {residual} o", "--strict is --target khronos, but --target is tract"),
    ("--compression_level 11 {residual} o", "--compression_level: '11' is not 0 to 9"),
    ("--rtol x {residual} o", "--rtol: 'x' is no number"),
    ("--inputs x=f33[1] {residual} o", "'f33' is no type; types are f32"),
    ("--inputs x=f32[-1] {residual} o", "a size is negative"),
    ("--inputs x=f32[1.5] {residual} o", "sizes are numbers, names"),
    ("--inputs x.=f32[1] {residual} o", "is no path; paths are x, pair.0"),
    ("--inputs x['a=f32[1] {residual} o", "'x['a=f32[1]'"),
    ("--args sr {residual} o", "expected NAME=VALUE"),
    ("--args a[b]=1 {residual} o", "--args 'a[b]': is no path"),
    ("--dynamic_axes x=B {residual} o", "expected INPUT:AXIS=SYMBOL"),
    ("--assert S {residual} o", "expected a bound of sizes or a divisor"),
    ("--assert S>=2 {residual} o", "no size of --inputs or --dynamic_axes is called S"),
    ("--dynamic_axes x:0=S --assert S<=T {residual} o", "--dynamic_axes is called T"),
    ("--assert 2*S==3*T {residual} o", "gives no size by the others"),
    ("--assert 2>=1 {residual} o", "says nothing of an open size"),
    ("--assert S%4==1 --assert S%2==0 {residual} o", "has these remainders"),
    ("--assert S%4!=2 {residual} o", "expected a bound of sizes or a divisor"),
    ("--dynamic_axes x:0=S --assert 8<=S<=4 {residual} o", "no size S is as the facts"),
    ("--dynamic_axes {{0:\"B\"}} {residual} o", "a name for every axis"),
    ("--spec {tmp}/none {residual} o", "none: cannot be read"),
    ("--spec {tmp}/filled/a {residual} o", "a: 1:2: "),
    ("--dynamic_axes input:0=S --assert S<S {residual} o", "no size is as the facts say"),
    ("--output_names 1a {residual} o", "'1a' is no NNEF identifier"),
    ("--output_names a,a {residual} o", "'a' is there twice"),
    ("--training foo {residual} o", "--training: 'foo' is not one of eval, keep"),
    ("--quantized_engine foo {residual} o", "is not one of fbgemm, x86, onednn, qnnpack"),
    ("--inptus x {residual} o", "unknown flag --inptus; did you mean --inputs?"),
    ("--state foo {residual} o", "--state: 'foo' is not one of input, drop"),
    ("--renaming_scheme short {residual} o", "'short' is not one of raw, numeric"),
    ("--strict=maybe {residual} o", "--strict"),
    ("--compression_level 0 {residual} o.tgz", "makes a .nnef.tar, but OUT is o.tgz"),
    ("--specific_properties author {residual} o", "'author': expected NAME=VALUE"),
    ("--custom_extensions a;b {residual} o", "'a;b': expected NAME"),
    ("--input_names a --output_names a {residual} o", "--allow_same_io_names"),
    ("diff {residual}", "diff takes A and B, 1 given"),
    ("completion csh", "no completion for 'csh'"),
    ("help nothing", "no topic is called 'nothing'"),
]


def run(*arguments, **options):
    return subprocess.run(
        [_TOOL, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, **options,
    )  # fmt: skip


def digest(path):
    """{name: hash} of a folder's files, or the hash of a file."""
    path = pathlib.Path(path)
    if path.is_dir():
        return {file.name: digest(file) for file in path.iterdir()}
    return hashlib.sha256(path.read_bytes()).hexdigest()


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        (self.tmp / "filled").mkdir()
        (self.tmp / "filled/a").write_text("a")

    def split(self, text):
        names = {"tmp": self.tmp, "data": _DATA, "residual": _RESIDUAL, "scripted": _SCRIPTED,
                 "exported": _EXPORTED}  # fmt: skip
        return [word.format(**names) for word in text.split()]

    def test_refusals(self):
        for arguments, status, message in _MESSAGES:
            with self.subTest(arguments):
                done = run(*self.split(arguments))
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(message.format(tmp=self.tmp), done.stderr.splitlines()[-1])
                self.assertEqual(done.stdout, "")
                self.assertEqual(sorted(p.name for p in self.tmp.iterdir()), ["filled"])

    def test_usage(self):
        for arguments, message in _USAGE:
            with self.subTest(arguments):
                done = run(*self.split(arguments))
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(message, done.stderr.splitlines()[0])

    def test_help(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("--inputs", done.stdout)

    def test_help_is_in_colours_on_a_terminal(self):
        def shown(*arguments, **env):
            master, terminal = pty.openpty()
            env = {**os.environ, "TERM": "xterm", **env}
            env.pop("NO_COLOR") if not env.get("NO_COLOR") else None
            with subprocess.Popen([_TOOL, *arguments], stdout=terminal, env=env) as process:
                os.close(terminal)
                text = b""
                with contextlib.suppress(OSError):  # the terminal's end
                    while piece := os.read(master, 4096):
                        text += piece
            os.close(master)
            self.assertEqual(process.returncode, 0)
            return text.decode().replace("\r", "")

        for arguments in (["--help"], ["help", "open_sizes"]):
            colored, plain = shown(*arguments, NO_COLOR=""), run(*arguments).stdout
            self.assertIn("\033[36m--", colored)
            self.assertIn("\033[1m", colored)
            self.assertEqual(re.sub(r"\033\[\d*m", "", colored), plain)
            self.assertEqual(shown(*arguments, NO_COLOR="1"), plain)
            self.assertEqual(shown(*arguments, NO_COLOR="", TERM="dumb"), plain)
        self.assertNotIn("\033", shown("help", "man", NO_COLOR=""))

    def test_sizes_of_an_exported_program(self):
        for flags, shape in (
            ("", "[s77, 4]"),
            ("--dynamic_axes x:0=B --assert B<=8", "[B, 4]"),
            ("--assert s77<=8", "[s77, 4]"),
            ("--inputs x=f32[2*B,4]", "[2*B, 4]"),
            ("--inputs x=f32[3,4]", "[3, 4]"),
        ):
            with self.subTest(flags):
                out = self.tmp / "out"
                done = run(*flags.split(), _EXPORTED, str(out))
                self.assertEqual(done.returncode, 0, done.stderr)
                graph = (out / "graph.nnef").read_text()
                self.assertIn(f"shape = {shape}", graph)
                self.assertEqual("<= 8;" in graph, "<=8" in flags)

    def test_spec_files(self):
        files = {
            "json": '{"dynamic_axes": {"input": {"0": "B"}}, "assertions": ["B>=2"]}',
            "bare": '{"dynamic_axes": {"input": {0: "B"}}, "assertions": ["B>=2"]}',
            "text": 'dynamic_axes: "input:0=B" assertions: "B>=2"',
        }
        for name, text in files.items():
            with self.subTest(name):
                (self.tmp / name).write_text(text)
                out = self.tmp / f"{name}_out"
                done = run("--spec", str(self.tmp / name), _RESIDUAL, str(out))
                self.assertEqual(done.returncode, 0, done.stderr)
                graph = (out / "graph.nnef").read_text()
                self.assertIn("shape = [B, 3, 16, 16]", graph)
                self.assertIn("tract_assert B >= 2", graph)
        done = run("--spec", str(self.tmp / "text"), "--assert", "B>=3", _RESIDUAL, str(out))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("tract_assert B >= 3", (out / "graph.nnef").read_text())

    def test_axes_as_a_dict_and_divisors(self):
        axes = '{"input": {2: "H", 3: "W"}}'
        out = self.tmp / "out"
        facts = ["--assert", "H%4==0", "--assert", "4<=W<=64"]
        done = run("--dynamic_axes", axes, *facts, _RESIDUAL, str(out))
        self.assertEqual(done.returncode, 0, done.stderr)
        graph = (out / "graph.nnef").read_text()
        self.assertIn("shape = [1, 3, 4*H_by_4, W]", graph)
        for text in ("symbol H_by_4", "symbol W", "assert W >= 4", "assert W <= 64"):
            self.assertIn(f"extension tract_{text};", graph)

    def test_a_cause_a_line_and_a_summary(self):
        archive = str(_DATA / "archives/sparse-torch2.15.0.pt")
        done = run("--inputs", "f32[2]", "--method", "none", archive, str(self.tmp / "out"))
        causes, summary = done.stderr.splitlines()[:-1], done.stderr.splitlines()[-1]
        self.assertEqual(causes, ["the model has no method 'none'; see pt2nnef inspect"])
        self.assertTrue(summary.startswith(f"pt2nnef: {archive}: not converted: "), summary)

    def test_the_flag_that_a_message_asks_for_is_right(self):
        for version in ("1.1.0", "1.4.0", "1.8.1", "1.12.1", "1.13.1"):
            with self.subTest(version):
                archive = str(_DATA / f"models/versions/torch-{version}/net.pt")
                refused = run(archive, str(self.tmp / "out"))
                self.assertEqual(refused.returncode, 1)
                flag = re.search(r'--inputs "(.*?)"', refused.stderr)
                self.assertRegex(flag[1], r"^(x|input)=f32\[1,3,H,W\]$")
                done = run("--inputs", flag[1], archive, str(self.tmp / version))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_hint_is_a_form_that_is_taken(self):
        hint = re.compile(r"""--(assert|inputs|args|dynamic_axes) "((?:[^"\\]|\\.)*)"|"""
                          r"--(state|training|quantized_engine) ([a-z0-9]+)")  # fmt: skip
        hints = set()
        for archive in sorted((_DATA / "models").glob("*.pt")):
            flags = archive.with_suffix(".flags")
            flags = shlex.split(flags.read_text()) if flags.exists() else []
            ways = [flags] if archive.with_suffix(".refused").exists() else []
            if "--args" in flags:
                at = flags.index("--args")
                ways.append(flags[:at] + flags[at + 2 :])
            if "--inputs" in flags:  # what it says without, and of sizes that are all open
                at = flags.index("--inputs")
                sizes = iter(range(100))
                opened = re.sub(r"(?<=[\[,])\d+(?=[\],])", lambda _: f"N{next(sizes)}", flags[at + 1])
                ways += [flags[:at] + flags[at + 2 :], [*flags, "--inputs", opened]]
            for way in ways:
                done = run(*way, str(archive), str(self.tmp / "out"))
                for found in hint.findall(done.stderr):
                    flag, value = [part for part in found if part]
                    hints.add((archive.stem, flag, value))
                    with self.subTest(archive.stem, flag=flag, value=value):
                        again = run(*way, f"--{flag}", value, str(archive), str(self.tmp / "out"))
                        self.assertNotEqual(again.returncode, 2, again.stderr)
        for flag in ("assert", "inputs", "args", "state"):
            self.assertTrue([h for h in hints if h[1] == flag], flag)

    def test_every_container(self):
        for name in ("out", "out.nnef.tar", "out.nnef.tgz"):
            with self.subTest(name):
                done = run(_RESIDUAL, name, cwd=self.tmp)
                self.assertEqual((done.returncode, done.stdout), (0, ""))
                self.assertRegex(done.stderr, rf"^wrote {name}: \d+ variables, .* -> output f32")
                self.assertTrue((self.tmp / name).exists())

    def test_paths_are_the_callers_under_bazel_run(self):
        done = run(_RESIDUAL, "out", env={**os.environ, "BUILD_WORKING_DIRECTORY": str(self.tmp)})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.tmp / "out/graph.nnef").exists())

    def test_a_model_is_replaced(self):
        out = str(self.tmp / "out")
        self.assertEqual(run(_RESIDUAL, out).returncode, 0)
        before = digest(out)
        other = str(_DATA / "models/linear_ranks.pt")
        self.assertEqual(run(other, out).returncode, 0)
        self.assertNotEqual(digest(out), before)
        self.assertEqual(run(_RESIDUAL, out + "/").returncode, 0)
        self.assertEqual(digest(out), before)

    def test_a_failure_leaves_the_model_that_was_there(self):
        out = str(self.tmp / "out")
        self.assertEqual(run(_RESIDUAL, out).returncode, 0)
        before = digest(out)
        self.assertEqual(run("--inputs", "f32[1,9,8,8]", _RESIDUAL, out).returncode, 1)
        self.assertEqual(digest(out), before)

    def test_conversions_are_byte_identical(self):
        copy = self.tmp / "elsewhere" / "other_name.pt"
        copy.parent.mkdir()
        for model in ("residual", "attention_block", "shared_weights"):
            archive = _DATA / f"models/{model}.pt"
            for name in ("out", "out.nnef.tar", "out.nnef.tgz"):
                with self.subTest(f"{model} {name}"):
                    shutil.copy(archive, copy)
                    first, second = self.tmp / name, copy.parent / name
                    self.assertEqual(run(str(archive), str(first)).returncode, 0)
                    time.sleep(1.1)  # time stamps of a second's resolution would differ
                    self.assertEqual(run(copy.name, name, cwd=copy.parent).returncode, 0)
                    self.assertEqual(digest(first), digest(second))

    def test_state_and_the_weights_of_the_branch_that_an_argument_picks(self):
        archive = str(_DATA / "models/streaming_voice_activity.pt")
        for sr, branch, other in ((16000, "wide", "narrow"), (8000, "narrow", "wide")):
            with self.subTest(sr):
                out = self.tmp / branch
                inputs = f"f32[1,{sr // 62}]"  # 256 or 128 samples and a bit: refused
                done = run("--args", f"sr={sr}", "--inputs", inputs, archive, str(out))
                self.assertEqual(done.returncode, 1)
                self.assertIn("the model raises: provided", done.stderr)
                inputs = f"f32[1,{256 if sr == 16000 else 128}]"
                done = run("--args", f"sr={sr}", "--inputs", inputs, archive, str(out))
                self.assertEqual(done.returncode, 0, done.stderr)
                files = {path.name for path in out.iterdir()}
                self.assertLessEqual({"_state.initial.dat", "_context.initial.dat"}, files)
                self.assertIn(f"{branch}.encoder.0.weight.dat", files)
                self.assertFalse([name for name in files if name.startswith(other)])
                self.assertIn(
                    "graph network(x, _state, _context) -> (output, _state_next, _context_next)",
                    (out / "graph.nnef").read_text(),
                )

    def test_check(self):
        io = str(_DATA / "models/residual.npz")
        out = self.tmp / "out"
        done = run("check", "--io", io, _RESIDUAL, str(out))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 outputs agree", done.stdout)
        self.assertTrue((out / "graph.nnef").exists())
        arrays = dict(np.load(io))
        arrays["out0"][0, 1] += 1
        np.savez(self.tmp / "other.npz", **arrays)
        done = run("check", "--io", str(self.tmp / "other.npz"), _RESIDUAL, str(out))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("output 0 (output): 1 of 5 elements", done.stdout)
        done = run("check", "--io", str(out), _RESIDUAL, str(out))
        self.assertEqual(done.returncode, 1)
        self.assertIn("not checked", done.stderr.splitlines()[-1])

    def test_tolerances_of_checks(self):
        arrays = dict(np.load(_DATA / "models/residual.npz"))
        arrays["out0"] = arrays["out0"] * np.float32(1 + 4e-4)
        io = str(self.tmp / "io.npz")
        np.savez(io, **arrays)
        for flags, status in (
            ("", 0), ("--check_io_tolerance approximate", 0), ("--check_io_tolerance ultra", 0),
            ("--check_io_tolerance close", 3), ("--check_io_tolerance exact", 3),
            ("--rtol 1e-6 --atol 0", 3), ("--rtol 0 --atol 1e-7", 3), ("--rtol 0 --atol 1", 0),
            ("--check_io_tolerance exact --rtol 1e-3", 0),
        ):  # fmt: skip
            with self.subTest(flags):
                done = run("check", *flags.split(), "--io", io, _RESIDUAL, str(self.tmp / "out"))
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def test_inspect(self):
        done = run("inspect", _SCRIPTED)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("aten::conv2d", done.stdout)


if __name__ == "__main__":
    unittest.main()
