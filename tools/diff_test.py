"""What changed between two models, by diff.

    diff_test.py PT2NNEF
"""

import re
import shutil
import sys
import unittest

sys.path.insert(0, "tools/judge")
import command_case  # noqa: E402

_RESIDUAL, run = command_case.RESIDUAL, command_case.run


class DiffTest(command_case.CommandCase):
    def test_diff(self):
        other = self.tmp / "other.nnef.tgz"
        self.convert()
        self.convert(out=other)
        same = run("diff", self.out, other)
        self.assertEqual((same.returncode, same.stdout), (0, ""))
        self.convert("--output_names", "scores", out=other)
        done = run("diff", self.out, other)
        self.assertEqual(done.returncode, 3)
        self.assertIn("+ interface = (input) -> (scores)", done.stdout)
        self.assertRegex(done.stdout, r"\n= 1 tensor renamed: output -> scores\n$")
        weight = next(self.out.glob("*.dat"))
        data = bytearray(weight.read_bytes())
        data[-1] ^= 1
        weight.write_bytes(data)
        self.assertIn(f"* weights {weight.name}", run("diff", self.out, other).stdout)
        self.assertEqual(run("diff", self.out, self.tmp).returncode, 1)

    def test_diff_tells_operations_by_their_modules(self):
        for scheme in ("raw", "numeric", "natural_verbose"):
            with self.subTest(scheme):
                flags = ("--renaming_scheme", scheme)
                graph = self.out / "graph.nnef"
                text = self.convert(*flags)
                other = self.tmp / scheme
                shutil.copytree(self.out, other)
                # One operation more, from which on numbers are others.
                act = next(re.finditer(r"    (\S+) = max\((\w+), (.*)\);\n", text))
                more = text.replace(act[0], f"    more = sin({act[2]});\n    {act[1]} = max(more, {act[3]});\n")
                (other / "graph.nnef").write_text(more)
                told = run("diff", self.out, other).stdout.splitlines()
                changed = [line for line in told if line[0] in "+-"]
                self.assertEqual(changed, [f"+ more = sin({act[2]});", f"- {act[0].strip()}",
                                           f"+ {act[1]} = max(more, {act[3]});"])  # fmt: skip
                stride = text.replace("stride = [1, 1]", "stride = [2, 2]", 1)
                (other / "graph.nnef").write_text(stride)
                told = run("diff", self.out, other).stdout.splitlines()
                self.assertEqual([line[0] for line in told], ["0", "-", "+"])
                self.assertEqual(told[0], "0.conv1:")
        self.convert("--renaming_scheme", "numeric")
        renamed = self.tmp / "renamed"
        self.convert("--renaming_scheme", "raw", out=renamed)
        told = run("diff", self.out, renamed).stdout.splitlines()
        self.assertRegex(told[0], r"^= \d+ tensors renamed: v\d+ -> ")
        self.assertEqual({line[:9] for line in told[1:]}, {"= weights"})


if __name__ == "__main__":
    unittest.main()
