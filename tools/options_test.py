"""Every option that says how a model is written or told of, through the real command.

    options_test.py PT2NNEF
"""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import numpy as np

sys.path.insert(0, "tools/judge")
import command_case  # noqa: E402
import isolated  # noqa: E402
import tract_runner  # noqa: E402

_DATA, _RESIDUAL, run = command_case.DATA, command_case.RESIDUAL, command_case.run


def _last_is_nan(model, inputs):
    """Whether the last output is NaN everywhere."""
    outputs = tract_runner.runnable(model).run(inputs)
    return bool(np.isnan(outputs[-1].to_numpy()).all())


class OptionsTest(command_case.CommandCase):
    def tensors(self, text):
        """The names that graph.nnef gives, in order."""
        body = text[text.index("\ngraph ") :]
        lines = re.findall(r"^    (.*?) = ", body, re.MULTILINE)
        return [name for line in lines for name in line.split(", ")]

    def test_help_lists_every_flag_and_topics_explain(self):
        everything = run("--help=all").stdout
        common = run("--help").stdout
        proto = pathlib.Path("proto/conversion.proto").read_text()
        fields = re.findall(r"^  (?:repeated |optional )?\w+ (\w+) = \d+ \[\(flag\)", proto, re.M)
        self.assertGreater(len(fields), 20)
        names = {"assertions": "assert", "nnef_spec_strict": "strict", "model_name": "model",
                 "check_same_io_as_tract": "check"}  # fmt: skip
        for field in set(fields) - {"model", "out", "test_fault"}:
            flag = names.get(field, field)
            self.assertIn(f"--{flag}", everything)
        self.assertLess(len(common), len(everything))
        self.assertLess(max(map(len, everything.splitlines())), 101)
        for topic in ("inputs", "open_sizes", "state", "quantized", "extend", "targets"):
            self.assertIn(topic, common)
            text = run("help", topic).stdout
            self.assertGreater(len(text), 200)
            self.assertEqual(run("help", *topic.split("_")).stdout, text)
        for words in (["open-sizes"], ["--io"], ["check_same_io_as_tract"], ["diff"], ["inspect"]):
            self.assertEqual(run("help", *words).returncode, 0, words)
        self.assertEqual(run("help", "nosuch").returncode, 2)
        self.assertRegex(run("--version").stdout, r"^pt2nnef \d+\.\d+\.\d+\n$")
        self.assertIn("--inputs", run("help", "inputs").stdout)

    def test_completion_scripts_and_the_man_page_are_wellformed(self):
        for shell in ("bash", "zsh", "fish"):
            script = run("completion", shell).stdout
            self.assertIn("renaming_scheme", script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n", "/dev/stdin"], input=script, text=True)
                self.assertEqual(done.returncode, 0, shell)
        page = run("help", "man").stdout
        self.assertTrue(page.startswith(".TH PT2NNEF 1"))
        self.assertIn("\n.SH NAME\npt2nnef \\- ", page)
        self.assertIn("\\-\\-assert", page)
        if shutil.which("mandoc"):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=page, text=True,
                                  capture_output=True)  # fmt: skip
            told = [line for line in done.stdout.splitlines() if "missing date" not in line]
            self.assertEqual(told, [])

    def completed(self, line):
        """What bash offers for the last word of a line."""
        script = run("completion", "bash").stdout
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
        ask = (
            f"COMP_WORDS=({shlex.join(words)}) COMP_CWORD={len(words) - 1}; _pt2nnef; "
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, cwd=self.tmp)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_what_bash_completes(self):
        self.assertEqual(self.completed("pt2nnef --renaming_scheme na"), ["natural_verbose", "natural_verbose_camel"])
        self.assertEqual(self.completed("pt2nnef --renaming_scheme=ra"), ["raw"])
        self.assertEqual(len(self.completed("pt2nnef --renaming_scheme=")), 4)
        self.assertEqual(self.completed("pt2nnef --check_same"), ["--check_same_io_as_tract"])
        self.assertEqual(self.completed("pt2nnef ins"), ["inspect"])
        self.assertEqual(self.completed("pt2nnef help open_"), ["open_sizes"])
        self.assertEqual(self.completed("pt2nnef completion z"), ["zsh"])
        (self.tmp / "model.pt2").touch()
        self.assertEqual(self.completed("pt2nnef --report r.json mod"), ["model.pt2"])

    def test_names_of_every_scheme_are_distinct_and_stable(self):
        forms = {
            "raw": r"x\d*", "numeric": r"v\d+", "natural_verbose": r"qkv_\w+",
            "natural_verbose_camel": r"qkv_\w+",
        }  # fmt: skip
        archive = str(_DATA / "models/attention_block.pt")
        for scheme, form in forms.items():
            with self.subTest(scheme):
                text = self.convert("--renaming_scheme", scheme, archive=archive)
                names = self.tensors(text)
                self.assertEqual(len(names), len(set(names)))
                self.assertIn("graph network(x) -> (output)", text)
                self.assertTrue(any(re.fullmatch(form, name) for name in names), names)
                self.assertEqual(text, self.convert("--renaming_scheme", scheme, archive=archive))
                io = str(_DATA / "models/attention_block.npz")
                self.assertEqual(tract_runner.judge(self.out, io).status, "ok")
        numeric = self.tensors(self.convert("--renaming_scheme", "numeric", archive=archive))
        inner = [name for name in numeric if name not in ("x", "output")]
        self.assertEqual(inner, [f"v{i}" for i in range(len(inner))])

    def test_numbers_in_a_quantized_model(self):
        archive = str(_DATA / "models/quantized_convnet.pt")
        self.convert("--renaming_scheme", "numeric", archive=archive)
        quant = self.out / "graph.quant"
        names = self.tensors((self.out / "graph.nnef").read_text())
        if quant.exists():
            for name in re.findall(r'^"(.*?)":', quant.read_text(), re.MULTILINE):
                self.assertIn(name, names)

    def test_properties_are_read_by_tract(self):
        self.convert("--specific_properties", "author=me", "--specific_properties", 'note=a "b"')
        model = tract_runner.load(str(self.out))
        self.assertLessEqual({"author", "note", "pt2nnef_version", "source_sha256"},
                             set(model.property_keys()))  # fmt: skip
        text = (self.out / "graph.nnef").read_text()
        self.assertRegex(text, r'\("source_sha256", "[0-9a-f]{64}"\)')
        self.assertNotIn("properties", self.convert("--specific_properties", "a=b", "--strict"))

    def test_extensions(self):
        text = self.convert("--custom_extensions", "tract_registry tract_extra")
        self.assertIn("extension tract_registry tract_extra;\n", text)

    def test_loops_that_would_go_on_give_no_results(self):
        archive = str(_DATA / "models/exported/search.pt2")
        inputs = [np.zeros((4, 3), np.float32), np.array(4)]
        for names, most, status, left in (
            ("i,rows", 2, "ok", False), ("i,rows", 1, "", True),
            ("_,rows", 2, "ok", False), ("_,rows", 1, "ok", True),
        ):  # fmt: skip
            with self.subTest(names, most=most):
                flags = ("--max_iterations", str(most), "--output_names", names)
                self.convert(*flags, archive=archive)
                outcome = isolated.call(_last_is_nan, str(self.out), inputs)
                if status:
                    self.assertEqual(outcome.status, status, outcome.detail)
                    self.assertEqual(outcome.value, left)
                else:
                    self.assertIn(outcome.status, ("error", "crash"))

    def test_loops_without_a_bound_are_bounded_with_a_warning_or_refused(self):
        archive = str(_DATA / "models/exported/unbounded.pt2")
        for flags, code, told in (
            ((), 0, "it runs at most 64 times"),
            (("--max_iterations", "6"), 0, ""),
            (("--max_iterations", "0"), 1, "after 64 passes it still may go on"),
            (("--strict",), 1, "NNEF 1.0.5 has nothing that fails where it would go on"),
        ):  # fmt: skip
            with self.subTest(flags=flags):
                done = run(*flags, archive, self.out)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(told, done.stderr)
                self.assertEqual("how often" in done.stderr, bool(told))

    def test_rows_that_values_decide_are_padded(self):
        archive = str(_DATA / "models/nms_without_bound.pt")
        for flags, code, told in (
            (("--max_detections", "8"), 0, "says how many these are"),
            ((), 1, "--max_detections N"),
            (("--max_detections", "8", "--strict"), 1, "neither sorts nor loops"),
            (("--max_detections", "0"), 2, "--max_detections"),
        ):  # fmt: skip
            with self.subTest(flags=flags):
                done = run(*flags, archive, self.out)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(told, done.stderr)
        done = run("--max_detections", "8", _RESIDUAL, self.out)
        self.assertIn("nothing is padded", done.stderr)

    def test_compression_level_says_the_container(self):
        self.convert("--compression_level", "0", out=self.out)
        self.assertTrue((self.tmp / "out.nnef.tar").exists())
        sizes = []
        for level in ("1", "9"):
            self.convert("--compression_level", level, out=self.tmp / f"l{level}")
            sizes.append((self.tmp / f"l{level}.nnef.tgz").stat().st_size)
        self.assertLessEqual(sizes[1], sizes[0])

    def test_fewer_or_more_names(self):
        done = run("--input_names", "a,b", _RESIDUAL, self.out)
        self.assertEqual(done.returncode, 1)
        text = self.convert("--check_io_names_qte_match=false", "--input_names", "a,b")
        self.assertIn("graph network(a) -> (output)", text)

    def test_an_output_that_is_an_input_may_have_its_name(self):
        archive = str(_DATA / "models/nested_outputs.pt")
        names = ("--output_names", "a,x,b,c")
        text = self.convert(*names, archive=archive)
        self.assertIn("graph network(x, y) -> (a, x_1, b, c)", text)
        text = self.convert(*names, "--allow_same_io_names", archive=archive)
        self.assertIn("graph network(x, y) -> (a, x, b, c)", text)
        self.assertNotIn("copy(x)", text)

    def test_the_engine_decides_how_layers_round(self):
        archive = str(_DATA / "models/quantized_convnet.pt")
        texts = {e: self.convert("--quantized_engine", e, archive=archive)
                 for e in ("fbgemm", "onednn", "qnnpack")}  # fmt: skip
        self.assertNotEqual(texts["fbgemm"], texts["qnnpack"])
        self.assertEqual(texts["fbgemm"], self.convert(archive=archive))

    def test_state_and_training_are_as_asked(self):
        archive = str(_DATA / "models/state_dropped.pt")
        inputs = ("--inputs", "f32[2,3]")
        self.convert(*inputs, archive=archive)
        self.assertTrue(list(self.out.glob("*.initial.dat")))
        self.convert(*inputs, "--state", "drop", archive=archive)
        self.assertFalse(list(self.out.glob("*.initial.dat")))
        archive = str(_DATA / "models/refused_training_kept.pt")
        done = run("--training", "keep", *inputs, archive, self.out)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.convert("--training", "eval", *inputs, archive=archive)

    def test_the_graph_as_text(self):
        for stage in ("evaluated", "closed", "lowered"):
            done = run("--print_graph", stage, _RESIDUAL)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"f32\[1,4,16,16\] = Conv\(")
        self.assertEqual(run("--print_graph", "other", _RESIDUAL).returncode, 2)

    def test_levels_of_messages(self):
        self.convert("--log_level", "error")
        self.assertEqual(self.messages, "")
        self.convert("-q")
        self.assertEqual(self.messages, "")
        self.convert("--quiet")
        self.assertEqual(self.messages, "")
        self.convert("--log_level", "debug")
        self.assertRegex(self.messages, r"^evaluate: \d+\.\d+ s, .*\nwrite: .*\nwrote ")

    def test_report(self):
        path = self.tmp / "r.json"
        self.convert("--report", path, "--dynamic_axes", "input:0=B")
        report = json.loads(path.read_text())
        self.assertEqual(report["inputs"][0]["shape"][0], "B")
        self.assertEqual(report["symbols"][0]["axes"], ["input:0"])
        lines = (self.out / "graph.nnef").read_text().splitlines()
        for operation in report["operation_list"]:
            line = lines[operation["line"] - 1]
            self.assertTrue(line.startswith("    " + ", ".join(operation["results"]) + " = "))
        convolution = next(o for o in report["operation_list"] if o["operation"] == "conv")
        self.assertTrue(convolution["module"])
        self.assertIn("__torch__", convolution["source"])
        self.assertIn("__torch__", convolution["places"][0]["file"])
        self.assertEqual(convolution["operands"][0], "input")
        self.assertEqual(convolution["types"], ["f32[B,4,16,16]"])
        files = {path.name for path in self.out.glob("*.dat")}
        self.assertEqual({v["file"] for v in report["variable_list"]}, files)
        text = self.tmp / "r.textproto"
        self.convert("--report", text)
        self.assertIn('operation: "conv"', text.read_text())

    def test_folded_weights_are_told_from_the_archives(self):
        path = self.tmp / "r.json"
        self.convert("--report", path)
        report = json.loads(path.read_text())
        weights = report["variable_list"]
        folded = [v for v in weights if v.get("folded")]
        self.assertTrue(0 < len(folded) < len(weights))
        self.assertEqual(int(report["folded_bytes"]), sum(int(v["bytes"]) for v in folded))
        carried = sum(int(v["bytes"]) for v in weights if not v.get("folded"))
        self.assertLessEqual(carried, int(report["archive_bytes"]))
        self.assertIn("4.weight.dat", [v["file"] for v in weights if not v.get("folded")])
        # Its channels' scales, those of a batch norm, are in it.
        self.assertIn("0.conv1.weight.dat", [v["file"] for v in folded])

    def test_report_says_which_parameter_a_weight_is(self):
        path = self.tmp / "r.json"
        for archive in ("attention_block.pt", "recurrent_layers.pt", "embedding_lookup.pt",
                        "shared_weights.pt", "exported/weights.pt2", "exported/ao_int8.pt2"):  # fmt: skip
            for flags in ([], ["--float_precision", "f16"], ["--compress", "q4_0"]):
                with self.subTest(archive, flags=flags):
                    own = (_DATA / "models" / archive).with_suffix(".flags")
                    own = shlex.split(own.read_text()) if own.exists() else []
                    self.convert("--report", path, *own, *flags, archive=_DATA / "models" / archive)
                    listed = run("inspect", "--json", _DATA / "models" / archive)
                    known = {weight["path"] for weight in json.loads(listed.stdout)["weights"]}
                    for weight in json.loads(path.read_text())["variable_list"]:
                        if weight.get("folded"):
                            self.assertNotIn("parameter", weight)
                        else:
                            self.assertIn(weight.get("parameter"), known, weight)

    def test_report_as_text_says_the_same(self):
        self.convert("--report", self.tmp / "r.json")
        self.convert("--report", self.tmp / "r.textproto")
        as_json = json.loads((self.tmp / "r.json").read_text())
        text = (self.tmp / "r.textproto").read_text()
        for name in as_json:
            self.assertRegex(text, rf"(?m)^{name}[: ]")
        operation = as_json["operation_list"][0]
        for name in [*operation, *as_json["variable_list"][0]]:
            self.assertRegex(text, rf"(?m)^  {name}[: ]")

    def test_a_refusal_has_a_report(self):
        path = self.tmp / "r.json"
        self.assertEqual(run("--report", path, "--method", "no", _RESIDUAL, self.out).returncode, 1)
        self.assertIn("no method 'no'", json.loads(path.read_text())["refusals"][0])

    def graph(self, stage, archive, *flags):
        """What --print_graph says, of an archive of testdata/models."""
        done = run("--print_graph", stage, *flags, _DATA / "models" / archive)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_graph_is_printed_with_places_and_no_model_is_written(self):
        conv = r"%\d+ f32\[1,4,16,16\] = Conv\(%\d+, %\d+\) \{.*\}  # input0, at code/\S+:\d+:\d+ "
        text = self.graph("evaluated", "residual.pt")
        self.assertRegex(text, conv + r"\(module 0\.conv1\)\n")
        self.assertRegex(text, r"\nreturn %\d+\n$")
        report = self.tmp / "report.json"
        done = run("--print_graph", "evaluated", "--report", report, _RESIDUAL, self.out)
        self.assertFalse(self.out.exists())
        self.assertEqual(json.loads(report.read_text())["graph"], text)
        self.assertEqual((done.stdout, done.stderr), (text, ""))

    def test_the_graph_is_printed_before_and_behind_what_is_done_to_it(self):
        self.assertIn(" c64[", self.graph("evaluated", "spectral_gain.pt"))
        self.assertIn(" c64[", self.graph("closed", "spectral_gain.pt"))
        self.assertNotIn(" c64[", self.graph("lowered", "spectral_gain.pt"))
        names = ("--input_names", "image")
        self.assertNotIn("# image", self.graph("evaluated", "residual.pt", *names))
        self.assertIn("# image", self.graph("closed", "residual.pt", *names))
        selected = "masked_statistics_scripted.pt"
        flags = shlex.split((_DATA / "models" / selected).with_suffix(".flags").read_text())
        self.assertIn("TopK(", self.graph("evaluated", selected, *flags))
        self.assertNotIn("TopK(", self.graph("closed", selected, *flags))

    def test_what_would_write_a_model_does_not_print_its_graph(self):
        for flags in (["--check"], ["--jobs", "2"]):
            done = run("--print_graph", "closed", *flags, _RESIDUAL, self.out)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--print_graph is of convert alone", done.stderr)
        self.assertEqual(run("--print_graph", "all", _RESIDUAL).returncode, 2)

    def test_many_at_once(self):
        models = [_RESIDUAL, str(_DATA / "models/attention_block.pt"), str(self.tmp / "none.pt")]
        done = run("--jobs", "2", *models, self.tmp / "models")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none.pt: not converted", done.stderr)
        self.assertIn("2 of 3 converted", done.stderr.splitlines()[-1])
        for name in ("residual", "attention_block"):
            self.assertTrue((self.tmp / "models" / name / "graph.nnef").exists())
            report = json.loads((self.tmp / "models" / f"{name}.report.json").read_text())
            self.assertGreater(int(report["operations"]), 3)
        refused = json.loads((self.tmp / "models" / "none.report.json").read_text())
        self.assertTrue(refused["refusals"])


if __name__ == "__main__":
    unittest.main()
