"""What tests of the command share: it, the models of testdata, a folder that goes with the test.

The command's path is the first argument of the program; importing this takes it.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.abspath(sys.argv.pop(1))
DATA = pathlib.Path("testdata").absolute()
RESIDUAL = str(DATA / "models/residual.pt")


def run(*arguments, **options):
    return subprocess.run(
        [TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, **options,
    )  # fmt: skip


class CommandCase(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        self.out = self.tmp / "out"

    def convert(self, *flags, archive=RESIDUAL, out=None):
        """graph.nnef of a conversion that must succeed."""
        done = run(*flags, archive, out or self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.messages = done.stderr
        return (self.out / "graph.nnef").read_text() if out is None else ""
