"""What inspect tells, and where --cut ends a model.

    inspect_test.py PT2NNEF
"""

import json
import pathlib
import re
import shlex
import sys
import unittest

sys.path.insert(0, "tools/judge")
import command_case  # noqa: E402

_DATA, _RESIDUAL, run = command_case.DATA, command_case.RESIDUAL, command_case.run


class InspectTest(command_case.CommandCase):
    def test_pages_and_pictures_are_those_of_inspect(self):
        for flag in ("--json", "--graph=a.dot", "--html=a.html", "--tensors", "--open"):
            done = run(flag, _RESIDUAL, self.out)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is of inspect alone", done.stderr)
        done = run("inspect", "--graph", "a.png", _RESIDUAL)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--graph writes a .dot or an .svg", done.stderr)

    def interface(self, *flags, archive):
        """Names and types of the outputs of a conversion that must succeed."""
        report = self.tmp / "cut.json"
        done = run(*flags, "--report", report, archive, self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        outputs = json.loads(report.read_text())["outputs"]
        return [f"{x['name']} {x['dtype']}[{','.join(x['shape'])}]" for x in outputs]

    def test_a_cut_ends_the_model_before_what_is_refused(self):
        detector = _DATA / "models/cut_detector.pt"
        refused = run(detector, self.out)
        self.assertEqual(refused.returncode, 1)
        self.assertEqual(
            self.interface("--cut", "head,backbone.first.norm", archive=detector),
            ["head f32[1,12,2]", "backbone_first_norm f32[1,4,8,6]"],
        )
        self.assertEqual(
            self.interface("--cut", "head", "--output_names", "scores", archive=detector),
            ["scores f32[1,12,2]"],
        )
        exported = _DATA / "models/exported/cut_detector.pt2"
        self.assertEqual(
            self.interface("--cut", "backbone.second", "--dynamic_axes", "x:0=B", archive=exported),
            ["backbone_second_0 f32[B,5,4,3]", "backbone_second_1 f32[B,5,4,3]"],
        )

    def test_a_cut_that_is_nowhere_is_refused_with_what_is_near(self):
        repeated = str(_DATA / "models/cut_at_later_calls.pt")
        for archive, flags in (
            (_RESIDUAL, ()), (str(_DATA / "models/exported/residual.pt2"), ()),
            (str(_DATA / "models/cut_detector.pt"), ()), (repeated, ("--inputs", "f32[3,4]")),
        ):  # fmt: skip
            with self.subTest(archive):
                done = run("--cut", "0.comv1,layrr,hed", *flags, archive, self.out)
                self.assertEqual(done.returncode, 1)
                near = {"residual": "0.conv1", "cut_detector": "head"}.get(pathlib.Path(archive).stem, "layer")
                self.assertRegex(done.stderr, f"--cut: no.* called '.*near it: .*{near}")
                self.assertFalse(self.out.exists())
        # What fails before is told, and that the name was not met by then.
        early = run("--cut", "later", "--inputs", "f32[3,4]", repeated, self.out)
        self.assertEqual(early.returncode, 1)
        self.assertIn("--cut: nothing called 'later' was computed by then; near it: late, late0, layer", early.stderr)
        self.assertRegex(early.stderr.splitlines()[-1], "not converted: aten::_unique2: .* at code/")
        branches = _DATA / "models/branch_on_values.pt"
        inside = run("--cut", "z1", "--inputs", "f32[2,3]", branches, self.out)
        self.assertIn("'z1' is computed in a loop, in a branch", inside.stderr)
        self.assertEqual(
            self.interface("--cut", "z0,y", "--inputs", "f32[2,3]", archive=branches),
            ["z0 f32[2,3]", "y f32[2,3]"],
        )
        twice = run("--cut", "head,head", _DATA / "models/cut_detector.pt", self.out)
        self.assertIn("--cut: 'head' is there twice", twice.stderr)

    def test_inspect_lists_the_tensors_that_a_cut_can_name(self):
        for archive, name, flags in (
            ("cut_detector.pt", "backbone.first.norm", ()),
            ("exported/cut_detector.pt2", "backbone.first.norm", ()),
            ("cut_at_script_variables.pt", "backbone.first.middle", ("--inputs", "f32[1,3,8,6]")),
        ):
            archive = _DATA / "models" / archive
            with self.subTest(archive.name):
                text = run("inspect", "--tensors", *flags, archive).stdout
                self.assertRegex(text, rf"\n  {re.escape(name)} +\w+ +f32\[")
                self.assertIn("what comes then is refused (1)", text)
                told = json.loads(run("inspect", "--json", "--tensors", *flags, archive).stdout)
                names = [tensor["name"] for tensor in told["tensors"]["tensors"]]
                self.assertEqual(len(names), len(set(names)))
                self.assertEqual(len(told["tensors"]["refusals"]), 1)
                names = [t["name"] for t in told["tensors"]["tensors"] if "nonzero" not in t["types"][0]]
                done = run("--cut", ",".join(names), *flags, archive, self.out)
                self.assertEqual(done.returncode, 0, done.stderr)

    def trials(self, archive, *flags):
        """What --open tells of an archive of testdata/models: the trials by their axes, and the flags."""
        done = run("inspect", "--json", "--open", *flags, _DATA / "models" / archive)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)["open_sizes"]
        return {",".join(t["axes"]): t for t in told["trials"]}, told["flags"]

    def test_inspect_tries_which_sizes_can_be_open(self):
        for archive, axes, facts, why in (
            ("residual.pt", "input:0=B,input:2=H,input:3=W", {}, {}),
            ("sizes_and_views.pt", "x:0=B,x:2=H,x:3=W", {"x:3=W": "W%2==0"}, {}),
            ("dynamic_causal_attention.pt", "x:0=B,x:1=S", {}, {"x:2=T": "do not broadcast"}),
            ("recurrent_states_of_a_batch.pt", "x:0=B,h:1=B,c:1=B,x:1=S", {}, {}),
            ("dynamic_frozen_parts.pt", "", {"x:1=S": "looks frozen"}, {"x:1=S": "do not agree"}),
        ):
            with self.subTest(archive):
                trials, flags = self.trials(archive)
                for at, fact in facts.items():
                    self.assertTrue(any(fact in f for f in trials[at]["facts"]), trials[at])
                for at, reason in why.items():
                    self.assertIn(reason, trials[at]["refusal"])
                    self.assertRegex(trials[at]["place"], r"^code/.*:\d+:\d+$")
                self.assertEqual(flags, f'--dynamic_axes "{axes}"' if axes else "")
                if axes:
                    self.assertEqual(trials[axes]["refusal"], "")
                    done = run(*shlex.split(flags), _DATA / "models" / archive, self.out)
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_sizes_that_are_open_already_are_told(self):
        trials, flags = self.trials("exported/residual.pt2")
        self.assertEqual([t["flags"] for t in trials.values()][0], "")
        self.assertIn("the program was exported for 16 there", trials["input:2=H"]["refusal"])
        self.assertEqual(flags, "")
        trials, flags = self.trials("dynamic_pyramid.pt", "--inputs", "f32[1,2,B,W]")
        self.assertIn("x:2=B,x:3=W", trials)
        self.assertEqual(flags, '--dynamic_axes "x:0=B2"')
        self.assertEqual(list(trials), ["x:2=B,x:3=W", "x:0=B2"])

    def test_trials_end_in_time_and_tell_what_is_refused_as_it_is(self):
        text = run("inspect", "--open", "--max_seconds", "1e-9", _RESIDUAL).stdout
        self.assertIn("refused as it is, with no size open: ", text)
        text = run("inspect", "--open", _DATA / "models/dynamic_pyramid.pt").stdout
        self.assertIn('add --inputs "x=f32[1,2,H,W]"', text)


if __name__ == "__main__":
    unittest.main()
