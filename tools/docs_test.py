"""What the documents say is so: their commands run, their links lead somewhere, limits are listed.

    docs_test.py PT2NNEF

A block that begins with ```sh holds commands (`$ ...`, going on after a backslash) and below each
what it prints, standard error too. `...` stands for anything: in a line for a part of it, alone for
any number of lines; a number stands for any number. All blocks of a document run in one folder, in
order, with the tool as `pt2nnef` and testdata/ beside. A block ```sh needs=torch is not run: it
needs what a test has not. A block with a file's name behind its language (```python run.py) is
written to that file.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import refusals_doc  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
# The checkout: links lead to files that are no part of this test's data. The tool is, so the test
# runs again when a source changes.
_ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent
_NEEDS = {"torch", "network", "bazel", "cargo"}
# Flags of other programs: bazel, systemd-run, score, a golden's test.
_OTHER_FLAGS = {
    "--action_env", "--baseline", "--config", "--disk_cache", "--flags", "--json", "--pipe", "--remote_cache",
    "--remote_executor", "--repo_env", "--update", "--wait",
    "--allow", "--dump", "--features", "--format", "--input", "--locked", "--opl", "--root", "--save",  # of tract and cargo
}  # fmt: skip

_FENCE = re.compile(r"^```(\w*)[ ]?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:\\?\.\d+)?(?:e\\?-?\d+)?")
# `--compress_...` stands for several.
_FLAG = re.compile(r"--[a-z][a-z_]*[a-z]\b")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_LIMIT = re.compile(r"\b(kMax[A-Z]\w*|kMost[A-Z]\w*)\s*=[^=]")


def documents():
    names = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
    return [_ROOT / name for name in names] + sorted((_ROOT / "docs").glob("*.md"))


def commands(block):
    """[(command, lines it prints)] of a block of shell."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and not found[-1][1] and found[-1][0].endswith("\\"):
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"output before a command: {line}")
    return found


def form_of(line):
    """What a line must look like, as a regular expression."""
    parts = (re.escape(part) for part in line.rstrip().split("..."))
    return ".*".join(_NUMBER.sub(lambda _: r"\d+(?:\.\d+)?(?:e-?\d+)?", part) for part in parts)


def agrees(wanted, printed):
    """Whether the lines are what is wanted, with `...` for anything."""
    if not wanted:
        return not printed
    head, rest = wanted[0], wanted[1:]
    if head.strip() == "...":
        return any(agrees(rest, printed[i:]) for i in range(len(printed) + 1))
    if not printed:
        return False
    same = re.fullmatch(form_of(head), printed[0].rstrip()) is not None
    return same and agrees(rest, printed[1:])


class DocumentTest(unittest.TestCase):
    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.tmp)
        programs, self.folder = self.tmp / "bin", self.tmp / "here"
        programs.mkdir()
        self.folder.mkdir()
        (programs / "pt2nnef").symlink_to(_TOOL)
        # Not a link: the interpreter of a virtual environment knows itself by its path.
        python = programs / "python3"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        for data in ("testdata", "examples"):
            (self.folder / data).symlink_to(_ROOT / data)
        self.environment = os.environ | {
            "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
            "PT2NNEF_TRACT": self.tract(),
        }  # fmt: skip

    def tract(self):
        import tract

        return str(pathlib.Path(tract.__file__).parent)

    def run_block(self, block):
        for command, wanted in commands(block):
            with self.subTest(command):
                done = subprocess.run(
                    ["bash", "-c", command], cwd=self.folder, env=self.environment, text=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    timeout=60,
                )  # fmt: skip
                printed = done.stdout.rstrip("\n").splitlines()
                self.assertTrue(agrees(wanted, printed), f"{command}\nprints\n{done.stdout}")
                self.assertEqual(done.returncode, 0, done.stdout)

    def run_document(self, path):
        for language, rest, block in _FENCE.findall(path.read_text()):
            if rest.startswith("needs="):
                self.assertIn(rest.removeprefix("needs="), _NEEDS, path.name)
            elif language == "sh":
                self.run_block(block)
            elif rest:
                (self.folder / rest).write_text(block)

    def test_links(self):
        for path in documents():
            for link in _LINK.findall(path.read_text()):
                file = link.split("#")[0]
                if file and "://" not in file:
                    self.assertTrue((path.parent / file).exists(), f"{path.name}: {link}")

    def test_every_limit_is_in_the_list(self):
        listed = (_ROOT / "docs/limits.md").read_text()
        for folder in ("parsers", "t2n", "emit"):
            for path in sorted((_ROOT / folder).rglob("*")):
                if path.suffix not in (".h", ".cc") or "_test" in path.name:
                    continue
                for name in _LIMIT.findall(path.read_text()):
                    self.assertIn(
                        f"`{name}`", listed,
                        f"{path.relative_to(_ROOT)}: a row for it belongs in docs/limits.md",
                    )  # fmt: skip


    def test_the_tests_that_hold_threats_are_there(self):
        threats = (_ROOT / "docs/threats.md").read_text()
        code = "".join(path.read_text() for path in sorted(_ROOT.glob("[pte]*/**/*_test.cc")))
        builds = "".join(path.read_text() for path in sorted(_ROOT.glob("[pte]*/**/BUILD.bazel")))
        cases = re.findall(r"`(\w+)\.(\w+)`", threats)
        targets = re.findall(r"`(?://\S+:)?(\w+_(?:test|fuzz))`", threats)
        programs = re.findall(r"hostile_programs\.py`: ((?:`\w+`(?:, )?)+)", threats)
        self.assertGreater(len(cases) + len(targets) + len(programs), 20)
        for suite, case in cases:
            if case != "py":
                self.assertRegex(code, rf"\bTEST\w*\({suite}, {case}\)")
        for target in targets:
            self.assertTrue(f'name = "{target}"' in builds or f'"{target[:-5]}",' in builds, target)
        hostile = (_ROOT / "tools/judge/hostile_programs.py").read_text()
        for name in re.findall(r"`(\w+)`", "".join(programs)):
            self.assertIn(f'"{name}"', hostile)

    def test_flags_are_there(self):
        pages = (_ROOT / "docs").glob("*.md")
        told = set(_FLAG.findall("".join(path.read_text() for path in pages)))
        helped = ""
        for how in (["--help=all"], ["help", "markdown"]):  # the page has other names of flags too
            helped += subprocess.run([_TOOL, *how], capture_output=True, text=True).stdout
        flags = set(_FLAG.findall(helped))
        self.assertGreater(len(flags), 20)
        self.assertLessEqual(told, flags | _OTHER_FLAGS)

    def test_usual_refusals_are_messages(self):
        said = [message for _, _, message in refusals_doc.messages()]
        said += [why for _, why in refusals_doc.operators_without_form()]
        for piece, _, _ in refusals_doc.USUAL:
            self.assertTrue(any(piece in message for message in said), piece)

    def test_messages_of_refusals_are_listed(self):
        listed = (_ROOT / "docs/refusals.md").read_text()
        said = {message for _, _, message in refusals_doc.messages()}
        missing = sorted(message for message in said if message not in listed)
        self.assertGreater(len(said), 500)
        self.assertLess(
            len(missing), len(said) / 20,
            "write it anew (tools/refusals_doc.py); it lacks\n" + "\n".join(missing),
        )  # fmt: skip


def add_documents():
    for path in documents():
        name = re.sub(r"\W", "_", path.stem.lower())
        setattr(DocumentTest, f"test_runs_{name}", lambda self, path=path: self.run_document(path))


if __name__ == "__main__":
    add_documents()
    unittest.main()
