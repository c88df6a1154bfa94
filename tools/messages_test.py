"""What messages name exists: flags, commands, topics of help, files, variables.

    messages_test.py PT2NNEF

Messages are all texts in the sources of the command, and the page of refusals.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, "tools")
import refusals_doc  # noqa: E402

_TOOL = os.path.abspath(sys.argv.pop(1))
_ROOT = pathlib.Path(refusals_doc.__file__).resolve().parent.parent
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# What tract's own command is given.
_TRACTS = {"--format", "--opl", "--input-from-npz", "--dump", "--allow-float-casts"}


def help_of(*arguments):
    done = subprocess.run([_TOOL, *arguments], capture_output=True, text=True, timeout=60)
    return done.stdout if done.returncode == 0 else ""


def joined(text):
    """The texts of a source; parts that stand side by side are one, other code between is `…`."""
    text = re.sub(r"^\s*(//.*|#include.*)$|  // .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r'R"\((.*?)\)"', lambda m: '"' + re.sub(r'["\n]', " ", m[1]) + '"', text, flags=re.DOTALL)
    text = re.sub(r'"\s*\n\s*"', "", text)
    return [m[1].replace('\\"', '"').replace("\\n", " ") for m in _LITERAL.finditer(text)]


def all_texts():
    """[(place, text)]"""
    for path in refusals_doc.sources():
        place = str(path.relative_to(_ROOT))
        if not place.startswith("tools/fuzz/"):
            for text in joined(path.read_text()):
                yield place, text
    proto = _ROOT / "proto/conversion.proto"
    for text in joined(re.sub("^import .*$", "", proto.read_text(), flags=re.MULTILINE)):
        yield "proto/conversion.proto", text
    page = _ROOT / "docs/refusals.md"
    for line in page.read_text().splitlines():
        yield "docs/refusals.md", line


class MessagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = list(all_texts())
        everything = help_of("--help=all")
        cls.flags = set(re.findall(r"(?<![\w-])--([a-z][a-z_]*)", everything))
        cls.flags |= set(re.findall(r"complete -c pt2nnef -l (\w+)", help_of("completion", "fish")))
        cls.commands = set(re.findall(r"^  pt2nnef (?:\[)?(\w+)", everything, re.MULTILINE))

    def each(self, pattern):
        """(place, text, what the pattern's group found), for each that there is."""
        found = 0
        for place, text in self.texts:
            for match in re.finditer(pattern, text):
                found += 1
                yield place, text, match[1]
        self.assertGreater(found, 1, pattern)

    def test_flags(self):
        for place, text, flag in self.each(r"(?<![\w-])--([a-z][a-z_]+)"):
            if flag not in self.flags and text not in _TRACTS:
                with self.subTest(place=place, flag=flag):
                    self.fail(text)

    def test_every_flag_is_in_a_test_of_the_command(self):
        tests = [*_ROOT.glob("tools/*_test.py"), _ROOT / "examples/custom/extend_test.py"]
        code = "".join(path.read_text() for path in tests if path.name != "messages_test.py")
        missing = {flag for flag in self.flags if not re.search(rf"--{flag}\b", code)}
        self.assertEqual(missing - {"name", "version"}, set())

    def test_commands_and_topics(self):
        topics = {}
        for place, text, topic in self.each(r"(?:pt2nnef |`|\()help ([a-z_]+)"):
            topics.setdefault(topic, (place, text))
        for topic, (place, text) in topics.items():
            with self.subTest(place=place, topic=topic):
                self.assertTrue(help_of("help", topic), text)
        for place, text, command in self.each(r"pt2nnef ([a-z]+)\b(?! -)"):
            if command not in self.commands:
                with self.subTest(place=place, command=command):
                    self.fail(text)

    def test_files(self):
        for place, text, name in self.each(r"(?<![\w./*-])([a-z_0-9-]+(?:/[\w-]+)*\.(?:md|proto|h|bzl|sh))\b"):
            folders = (_ROOT, _ROOT / "docs")
            if not any((folder / name).exists() for folder in folders):
                with self.subTest(place=place, name=name):
                    self.fail(text)

    def test_variables(self):
        sources = "".join(path.read_text() for path in refusals_doc.sources())
        self.assertIn("getenv(", sources)
        read = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', sources))
        for place, text, name in self.each(r"\$([A-Z][A-Z0-9_]+)"):
            if name not in read:
                with self.subTest(place=place, variable=name):
                    self.fail(text)


if __name__ == "__main__":
    unittest.main()
