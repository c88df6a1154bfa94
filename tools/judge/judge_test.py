"""Every class of result, with a stand-in converter that does what an archive's name says."""

import os
import pathlib
import stat
import tempfile
import unittest

import archive_judge
import compare
import isolated
import numpy as np
import pulse_runner
import same_bytes
import score
import tract_runner

_STAND_IN = """#!/bin/sh
for last; do out=$last; done
graph() {
  mkdir "$out"
  printf '%s\\n' 'version 1.0;' 'extension tract_registry tract_core;' \\
    'graph g(x) -> (z) { x = tract_core_external(shape=[2], datum_type="f32");' "$1 }" \\
    > "$out/graph.nnef"
}
case "$1 $out" in
  check*/wrong) echo "output 0 differs"; exit 3 ;;
  check*) exit 0 ;;
  */right) graph 'z = x + 1.0;' ;;
  */wrong) graph 'z = x + 2.0;' ;;
  */unloadable) graph 'z = no_such_operator(x);' ;;
  */refused) printf '%s\\n' 'aten::foo at a.py:3:1' 'aten::bar at a.py:4:1' 'refused' >&2; exit 1 ;;
  */leftover) mkdir "$out"; exit 1 ;;
  */killed) kill -SEGV $$ ;;
  */slow) sleep 60 ;;
  */usage) exit 2 ;;
esac
"""

_EXPECTED = {
    "right": "ok",
    "wrong": "wrong",
    "unloadable": "tract_error",
    "refused": "refused",
    "leftover": "crash",
    "killed": "crash",
    "slow": "timeout",
    "usage": "usage",
}


class StepTest(unittest.TestCase):
    """Quantized outputs: 99 % equal, the others one step apart."""

    def test_steps(self):
        want = np.ones(200, np.float32)
        got = want.copy()
        got[[3, 7]] = 1.5, 0.5
        self.assertEqual(compare.difference(got, want, compare.Tolerance(), step=0.5), "")
        got[9] = 1.5
        told = compare.difference(got, want, compare.Tolerance(), step=0.5)
        self.assertIn("98.5 % of 200 elements equal", told)
        got[[7, 9]], got[3] = 1, 2
        told = compare.difference(got, want, compare.Tolerance(), step=0.5)
        self.assertIn("largest error 2 steps", told)


class ArchiveJudgeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        tool = self.folder / "stand_in"
        tool.write_text(_STAND_IN)
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
        x = np.array([1, 2], np.float32)
        for name in _EXPECTED:
            (self.folder / f"{name}.pt").write_bytes(b"")
            np.savez(self.folder / f"{name}.npz", in0=x, out0=x + 1)
        self.settings = archive_judge.Settings(
            tool=str(tool), folder=str(self.folder / "out"), reference=True, convert_timeout=2.0
        )

    def test_every_class_is_told_apart(self):
        archives = score.find_archives([str(self.folder)], "")
        results = score.judge_all(archives, self.settings, jobs=2)
        self.assertEqual({r.name: r.status for r in results}, _EXPECTED)
        reference = {r.name: r.reference for r in results}
        self.assertEqual((reference["right"], reference["wrong"]), ("ok", "differs"))

    def test_refusals_are_counted_by_operator(self):
        result = archive_judge.judge(self.folder / "refused.pt", "refused", self.settings)
        self.assertEqual(score.reasons(result), {"aten::foo", "aten::bar"})

    def test_an_expected_refusal_must_be_one_and_say_the_text(self):
        (self.folder / "refused.refused").write_text("aten::foo\n")
        (self.folder / "right.refused").write_text("aten::foo\n")
        refused = archive_judge.judge(self.folder / "refused.pt", "refused", self.settings)
        right = archive_judge.judge(self.folder / "right.pt", "right", self.settings)
        self.assertEqual(archive_judge.refusal_problem(self.folder / "refused.pt", refused), "")
        self.assertIn("should be", archive_judge.refusal_problem(self.folder / "right.pt", right))

    def test_inputs_flag_lists_types_and_sizes_in_order(self):
        npz = self.folder / "io.npz"
        np.savez(npz, in1=np.zeros((), np.int64), in0=np.zeros((1, 3), np.float32), out0=0)
        self.assertEqual(archive_judge.inputs_flag(npz), "--inputs=f32[1,3];i64[]")

    def test_flags_beside_the_archive_win_over_recorded_inputs(self):
        (self.folder / "right.flags").write_text("--inputs 'x=f32[N]'  # open\n--method f\n")
        self.settings.inputs_from_npz = True
        flags = archive_judge.flags_of(self.folder / "right.pt", self.settings)
        self.assertEqual(flags, ["--inputs", "x=f32[N]", "--method", "f"])


class SameBytesTest(unittest.TestCase):
    def difference(self, name, before, after):
        """Between what two shell scripts do in the place of the tool; $out is where to."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / f"{name}.pt").write_bytes(b"")
            tools = []
            for said, script in (("before", before), ("after", after)):
                tool = folder / said
                tool.write_text(f"#!/bin/sh\nfor last; do out=$last; done\n{script}\n")
                tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
                tools.append(str(tool))
            settings = archive_judge.Settings(tool=tools[1], folder=str(folder / "out"))
            archives = [(folder / f"{name}.pt", name)]
            return same_bytes.compare_all(archives, settings, *tools, jobs=1)[0][3]

    def test_the_same_files_and_words_are_the_same_whatever_time_they_took(self):
        before = 'mkdir "$out"; echo 1 > "$out/w.dat"; echo "wrote out: 1 MB; 0.05 s" >&2'
        self.assertEqual(self.difference("x", before, before.replace("0.05", "1.25")), "")

    def test_a_byte_a_file_and_a_word_are_told(self):
        before = 'mkdir "$out"; echo 1 > "$out/w.dat"; echo hello >&2'
        for after, told in (
            (before.replace("echo 1", "echo 2"), "1 files differ: w.dat"),
            (before + '; touch "$out/more"', "1 files differ: more"),
            (before.replace("hello", "bye"), "said 'hello' before, 'bye' now"),
            ("echo no >&2; exit 1", "ok before, refused now: ['no']"),
        ):
            self.assertEqual(self.difference("x", before, after), told)


class CompareTest(unittest.TestCase):
    def check(self, got, want, part):
        told = compare.difference(np.asarray(got), np.asarray(want), compare.Tolerance())
        self.assertTrue(part in told if part else told == "", told)

    def test_nan_and_infinities_equal_themselves_only(self):
        self.check([np.nan, np.inf, -np.inf], [np.nan, np.inf, -np.inf], "")
        self.check([np.nan], [1.0], "1 of 1")
        self.check([1.0], [np.nan], "1 of 1")
        self.check([-np.inf], [np.inf], "1 of 1")
        self.check([3e38], [np.inf], "1 of 1")

    def test_floats_agree_within_the_tolerance(self):
        self.check([100.09], [100.0], "")
        self.check([100.2], [100.0], "largest error 0.2")

    def test_integers_must_be_equal(self):
        self.check([10000], [10001], "1 of 1")

    def test_shape_and_type_count(self):
        self.check([[1.0]], [1.0], "shape [1, 1], expected [1]")
        self.check([1.0], [1], "type float64, expected int64")
        self.check([1], [True], "type int64, expected bool")

    def test_complex_is_a_last_axis_of_two(self):
        self.check([[1.0, 2.0]], np.array([1 + 2j], np.complex64), "")
        self.check([1.0, 2.0], np.array(1 + 2j, np.complex64), "")

    def test_empty_arrays_agree(self):
        self.check(np.zeros((0, 3)), np.zeros((0, 3)), "")


class IsolatedTest(unittest.TestCase):
    def test_a_crash_stays_in_the_child(self):
        outcome = isolated.call(os.abort, timeout=10)
        self.assertEqual((outcome.status, outcome.detail), ("crash", "SIGABRT"))

    def test_an_exception_is_an_error(self):
        self.assertEqual(isolated.call(int, "x").status, "error")

    def test_a_large_answer_comes_through(self):
        self.assertEqual(len(isolated.call("x".__mul__, 1 << 20).value), 1 << 20)


class TractRunnerTest(unittest.TestCase):
    def test_number_of_inputs_must_be_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "graph.nnef").write_text(
                "version 1.0;\ngraph g(x) -> (z) { x = external(shape=[2]); z = relu(x); }\n"
            )
            x = np.zeros(2, np.float32)
            np.savez(f"{folder}/io.npz", in0=x, in1=x, out0=x)
            verdict = tract_runner.judge(folder, f"{folder}/io.npz")
        self.assertEqual((verdict.status, verdict.detail), ("wrong", "1 inputs, expected 2"))


class PulseRunnerTest(unittest.TestCase):
    def test_pulses_are_joined_behind_the_delay(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "graph.nnef").write_text(
                "version 1.0;\nextension tract_registry tract_core;\nextension tract_symbol S;\n"
                "graph g(x) -> (z) {\n"
                "x = external(shape=[1, 1, S]);\n"
                'z = box(x, size=[1, 1, 3], border="constant", padding=[(0, 0), (0, 0), (0, 0)]);\n'
                "}\n"
            )
            io, pulse = pathlib.Path(folder, "io.npz"), pathlib.Path(folder, "io.pulse")
            pulse.write_text("S 4\n")
            x = np.arange(10, dtype=np.float32).reshape(1, 1, 10)
            sums = x[:, :, 2:] + x[:, :, 1:-1] + x[:, :, :-2]
            np.savez(io, in0=x, out0=sums)
            self.assertEqual(pulse_runner.judge(folder, io, pulse).status, "ok")
            np.savez(io, in0=x, out0=sums + 1)
            self.assertEqual(pulse_runner.judge(folder, io, pulse).status, "wrong")


if __name__ == "__main__":
    unittest.main()
