"""Bazel test: every archive below the folders gives, in tract or in the reference evaluator, what
torch recorded; or is refused with the text of its NAME.refused.

    fixture_test.py --pt2nnef BINARY {--tract | --reference | --strict} DIR...

--strict: converted with --strict, each is accepted by Khronos' tools and gives what torch recorded
(khronos_runner.py), or is refused because the standard lacks something.

Each archive is a test case of the JUnit file $XML_OUTPUT_FILE.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as ET

import archive_judge
import score


def tract_problem(archive, result):
    """Why this archive fails, or "" when it does not."""
    if archive.with_suffix(".refused").exists():
        return archive_judge.refusal_problem(archive, result)
    if result.status == "ok":
        return ""
    return "\n".join([result.status, *result.causes, result.detail])


def reference_problem(archive, result):
    """The same for the reference evaluator, which has nothing to say on refusals."""
    if archive.with_suffix(".refused").exists() or result.reference == "ok":
        return ""
    return f"{result.reference or result.status}\n{result.reference_detail or result.detail}"


def strict_problem(archive, result):
    """The same for strict output: a refusal names what the standard lacks, and where."""
    if archive.with_suffix(".refused").exists():
        return archive_judge.refusal_problem(archive, result)
    if result.status in ("ok", "accepted"):
        return ""
    told = [*result.causes, result.detail]
    if result.status == "refused" and all("(target khronos; " in line for line in told):
        return ""
    return "\n".join([result.status, *told])


def write_junit(path, suite, cases):
    """cases: [(name, seconds, problem)]."""
    root = ET.Element("testsuites")
    failed = sum(bool(problem) for _, _, problem in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed)}
    element = ET.SubElement(root, "testsuite", name=suite, **counts)
    for name, seconds, problem in cases:
        case = ET.SubElement(
            element, "testcase", classname=suite, name=name, time=f"{seconds:.3f}"
        )
        if problem:
            ET.SubElement(case, "failure", message=problem.splitlines()[0]).text = problem
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pt2nnef", required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--tract", action="store_const", const="tract", dest="suite")
    which.add_argument("--reference", action="store_const", const="reference", dest="suite")
    which.add_argument("--strict", action="store_const", const="strict", dest="suite")
    parser.add_argument("dirs", nargs="+", metavar="DIR")
    options = parser.parse_args()
    problem_of = globals()[f"{options.suite}_problem"]

    archives = score.find_archives(options.dirs, "")
    cases = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as scratch:
        settings = archive_judge.Settings(
            tool=os.path.abspath(options.pt2nnef),
            folder=scratch,
            judge="khronos" if options.suite == "strict" else "tract",
            flags=["--strict"] if options.suite == "strict" else [],
            reference=options.suite == "reference",
        )
        results = score.judge_all(archives, settings, jobs=2)
    for (path, name), result in zip(archives, results):
        problem = problem_of(pathlib.Path(path), result)
        cases.append((name, result.convert_seconds + result.run_seconds, problem))
        if problem:
            print(f"{name}: {problem}\n")
    if "XML_OUTPUT_FILE" in os.environ:
        write_junit(os.environ["XML_OUTPUT_FILE"], options.suite, cases)
    failed = sum(bool(problem) for _, _, problem in cases)
    print(f"{len(cases) - failed} of {len(cases)} archives as recorded")
    return int(failed > 0 or not cases)


if __name__ == "__main__":
    sys.exit(main())
