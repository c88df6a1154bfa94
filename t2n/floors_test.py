"""Includes go to floors above alone, as t2n/floors.bzl has them.

    floors_test.py                    reads every include
    floors_test.py --build            builds wrong includes with a Bazel of its own, and sees each fail
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent


def Floors():
    """The floors from the top: [[package or "folder/..."]]."""
    names = {}
    exec((_ROOT / "t2n/floors.bzl").read_text(), names)
    return [[p[2:] for p in packages] for _, packages in names["_FLOORS"]]


def FloorOf(package, floors):
    for i, packages in enumerate(floors):
        for p in packages:
            below = p[:-4] if p.endswith("/...") else None
            if package == p or (below and (package + "/").startswith(below + "/")):
                return i
    return None


def Allowed(user, used, floors):
    i, j = FloorOf(user, floors), FloorOf(used, floors)
    if user == used or j is None or i is None:
        return True
    return j < i or (i == j and any(p.endswith("/...") for p in floors[i]))


class IncludesTest(unittest.TestCase):

    def test_every_folder_has_a_floor(self):
        floors = Floors()
        for top in ("t2n", "parsers", "emit"):
            for file in (_ROOT / top).rglob("*.cc"):
                package = str(file.parent.relative_to(_ROOT))
                self.assertIsNotNone(FloorOf(package, floors), package)

    def test_includes_go_to_floors_above(self):
        floors, seen, wrong = Floors(), 0, []
        for top in ("t2n", "parsers", "emit"):
            for file in (_ROOT / top).rglob("*"):
                if file.suffix not in (".cc", ".h"):
                    continue
                user = str(file.parent.relative_to(_ROOT))
                for include in re.findall(r'^#include "([^"]+)/[^"/]+"', file.read_text(), re.M):
                    seen += 1
                    if not Allowed(user, include, floors):
                        wrong.append(f"{file.relative_to(_ROOT)} includes {include}")
        self.assertGreater(seen, 1000)
        self.assertEqual(wrong, [])


# A folder, what it includes, the dependency it writes for that, and what Bazel says.
_WRONG = [
    ("t2n/ir", "t2n/kernels/kernel.h", "//t2n/kernels", "not visible"),
    ("t2n/aten/math", "t2n/aten/nn/ops.h", "//t2n/aten/nn", "not visible"),
    ("t2n/torchscript", "t2n/exported/program.h", "//t2n/exported:program", "not visible"),
    ("t2n/aten/math", "t2n/aten/nn/ops.h", None, "undeclared inclusion"),
]


class BuildTest(unittest.TestCase):

    def test_wrong_includes_do_not_build(self):
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder) / "tree"
            tree.mkdir()
            archive = subprocess.run(["git", "archive", "HEAD"], cwd=_ROOT, check=True,
                                     stdout=subprocess.PIPE).stdout
            subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
            for i, (user, include, label, message) in enumerate(_WRONG):
                with self.subTest(user=user, include=include, label=label):
                    self.Build(tree, folder, user, f"wrong{i}", include, label, message)
            self.Bazel(tree, folder, "shutdown")

    def Build(self, tree, folder, user, name, include, label, message):
        build = tree / user / "BUILD.bazel"
        before = build.read_text()
        (tree / user / f"{name}.cc").write_text(f'#include "{include}"\n')
        deps = f'    deps = ["{label}"],\n' if label else ""
        build.write_text(f'{before}\nt2n_library(\n    name = "{name}",\n'
                         f'    srcs = ["{name}.cc"],\n{deps})\n')
        try:
            done = self.Bazel(tree, folder, "build", f"//{user}:{name}")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(message, done.stderr)
        finally:
            build.write_text(before)
            (tree / user / f"{name}.cc").unlink()

    def Bazel(self, tree, folder, *args):
        return subprocess.run(["bazel", f"--output_user_root={folder}/bazel", *args], cwd=tree,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", action="store_true")
    flags = parser.parse_args()
    unittest.main(argv=sys.argv[:1], defaultTest="BuildTest" if flags.build else "IncludesTest")
