"""What a conversion may take: past a limit it is refused by name, and OUT is as it was.

    limits_test.py PT2NNEF
"""

import array
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, "tools/judge")
import torch_archive  # noqa: E402

_TOOL = os.path.abspath(sys.argv[1])
_RESIDUAL = os.path.abspath("testdata/models/residual.pt")

# One operation on constants that takes many seconds.
_SLOW = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
  image : Tensor
  filter : Tensor
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    y = torch.conv2d(self.image, self.filter, None, [1, 1], [250, 250])
    return torch.add(x, y)
"""


def run(*arguments):
    return subprocess.run(
        [_TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=100,
    )  # fmt: skip


def write_slow(path):
    """Writes an archive whose only operation on constants takes many seconds."""

    def ones(side):
        return torch_archive.Tensor((1, 1, side, side), array.array("f", [1] * side**2).tobytes())

    root = torch_archive.Module("__torch__.Net", {"image": ones(1500), "filter": ones(501)})
    torch_archive.write(path, root, {"__torch__.py": _SLOW})


class LimitsTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        self.out = self.tmp / "out"

    def refused(self, *flags, archive=_RESIDUAL):
        """The last line of a conversion that must be refused and leave nothing."""
        before = sorted(self.tmp.iterdir())
        done = run(*flags, archive, self.out)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(sorted(self.tmp.iterdir()), before)
        return done.stderr.splitlines()[-1]

    def test_output_is_counted_before_it_is_written(self):
        self.assertEqual(run(_RESIDUAL, self.out).returncode, 0)
        files = {f: f.stat() for f in self.out.iterdir()}
        size = sum(s.st_size for s in files.values())
        last = self.refused("--max_output_bytes", size - 1)
        self.assertIn(f"have {size} bytes, more than --max_output_bytes {size - 1}", last)
        self.assertEqual({f: f.stat().st_ino for f in self.out.iterdir()},
                         {f: s.st_ino for f, s in files.items()})  # fmt: skip
        self.assertEqual(run("--max_output_bytes", size, _RESIDUAL, self.out).returncode, 0)

    def test_time_is_looked_at_between_operations(self):
        last = self.refused("--max_seconds", "1e-6")
        self.assertIn("takes longer than --max_seconds 1e-06 while evaluating", last)

    def test_an_operation_without_end_is_ended(self):
        slow = self.tmp / "slow.pt"
        write_slow(slow)
        last = self.refused("--max_seconds", "0.2", "--inputs", "f32[1,1,1500,1500]", archive=slow)
        self.assertIn("takes longer than --max_seconds 0.2 while evaluating", last)

    def test_memory_ends_by_name(self):
        for most in ("1k", "1M"):
            self.assertIn("needs more memory than --max_memory 1000", self.refused("--max_memory", most))
        self.assertEqual(run("--max_memory", "500M", _RESIDUAL, self.out).returncode, 0)

    def test_values_that_are_no_limits_are_usage(self):
        for flag, value in (("max_seconds", "0"), ("max_seconds", "nan"), ("max_memory", "0"),
                            ("max_memory", "2T"), ("max_memory", "99999999999G"),
                            ("max_output_bytes", "-1")):  # fmt: skip
            done = run(f"--{flag}={value}", _RESIDUAL, self.out)
            self.assertEqual(done.returncode, 2, (flag, value))
            self.assertIn(f"--{flag}", done.stderr)

    def test_a_spec_file_has_them_too(self):
        spec = self.tmp / "spec.json"
        spec.write_text('{"max_output_bytes": 10}')
        self.assertIn("more than --max_output_bytes 10", self.refused("--spec", spec))


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main()
