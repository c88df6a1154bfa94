"""--sandbox: the same model, from a process that may do next to nothing.

    sandbox_test.py PT2NNEF

//tools/sandbox:sandbox_test shows what such a process cannot do.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, "tools")
import limits_test  # noqa: E402

_TOOL = os.path.abspath(sys.argv[1])
_RESIDUAL = os.path.abspath("testdata/models/residual.pt")


def run(*arguments):
    return subprocess.run(
        [_TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=100,
    )  # fmt: skip


def children(process):
    """The numbers of a process' children."""
    listed = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def wait_for(condition):
    """What `condition` gives once it is true."""
    for _ in range(1000):
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it does not happen")


class SandboxTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)

    def names(self):
        return sorted(path.name for path in self.tmp.iterdir())

    def test_the_model_is_the_same(self):
        for name in ("out", "out.nnef.tar", "out.nnef.tgz"):
            alone, inside = self.tmp / name, self.tmp / f"inside_{name}"
            self.assertEqual(run(_RESIDUAL, alone).returncode, 0)
            for _ in range(2):  # the second replaces the first
                done = run("--sandbox", _RESIDUAL, inside)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stderr, "^wrote .*inside_out")
            if alone.is_file():
                self.assertEqual(alone.read_bytes(), inside.read_bytes())
                continue
            self.assertEqual(sorted(os.listdir(alone)), sorted(os.listdir(inside)))
            for file in alone.iterdir():
                self.assertEqual(file.read_bytes(), (inside / file.name).read_bytes())
        self.assertEqual(len(self.names()), 6)

    def test_reports_are_written(self):
        report = self.tmp / "r.json"
        done = run("--sandbox", "--report", report, _RESIDUAL, self.tmp / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"operations"', report.read_text())
        done = run("--sandbox", "--report", report, "--max_output_bytes", "9", _RESIDUAL,
                   self.tmp / "none")  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertIn('"refusals"', report.read_text())
        self.assertEqual(self.names(), ["out", "r.json"])

    def test_refusals_are_as_without(self):
        for archive in (self.tmp / "nothing.pt", self.tmp, os.path.abspath("tools/limits_test.py")):
            done = run("--sandbox", archive, self.tmp / "out")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("not converted: ", done.stderr.splitlines()[-1])
        self.assertEqual(self.names(), [])

    def test_files_of_extensions_are_read(self):
        custom = pathlib.Path("examples/custom")
        flags = ["--extend", custom / "fused_norm.textproto", custom / "models/fused_norm_traced.pt"]
        for name, sandbox in (("alone", []), ("inside", ["--sandbox"])):
            done = run(*sandbox, *flags, self.tmp / name)
            self.assertEqual(done.returncode, 0, done.stderr)
        texts = [(self.tmp / name / "graph.nnef").read_bytes() for name in self.names()]
        self.assertEqual(*texts)

    def test_several_at_once(self):
        done = run("--sandbox", "--jobs", 2, _RESIDUAL, _RESIDUAL, self.tmp / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(os.listdir(self.tmp / "out")), 4)

    def test_what_it_cannot_be_with_is_usage(self):
        for flags in (["--check"], ["check", "--io", "x.npz"]):
            done = run(*flags, "--sandbox", _RESIDUAL, self.tmp / "out")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--sandbox", done.stderr)

    def start_slow(self):
        """A conversion in a sandbox that goes on for long, and the process in it."""
        slow = self.tmp / "slow.pt"
        limits_test.write_slow(slow)
        self.assertEqual(self.names(), ["slow.pt"])
        process = subprocess.Popen(
            [_TOOL, "--sandbox", "--inputs", "f32[1,1,1500,1500]", slow, self.tmp / "out"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.addCleanup(process.kill)
        [inside] = wait_for(lambda: children(process.pid))
        status = pathlib.Path(f"/proc/{inside}/status")
        wait_for(lambda: "\nSeccomp:\t2\n" in status.read_text())
        return process, inside, status.read_text()

    def test_the_process_is_filtered_and_cannot_get_rights_back(self):
        process, inside, status = self.start_slow()
        self.assertIn("\nNoNewPrivs:\t1\n", status)
        os.kill(inside, signal.SIGKILL)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("the process in the sandbox ended by signal 9", said)
        self.assertEqual(self.names(), ["slow.pt"])

    def test_it_ends_with_whoever_started_it(self):
        process, inside, _ = self.start_slow()
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        wait_for(lambda: not pathlib.Path(f"/proc/{inside}/status").exists())
        self.assertEqual(self.names(), ["slow.pt"])

    def test_limits_hold_in_it(self):
        slow = self.tmp / "slow.pt"
        limits_test.write_slow(slow)
        done = run("--sandbox", "--max_seconds", "0.2", "--inputs", "f32[1,1,1500,1500]", slow,
                   self.tmp / "out")  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertIn("--max_seconds 0.2", done.stderr)
        self.assertEqual(self.names(), ["slow.pt"])


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main()
