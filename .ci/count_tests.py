"""Counts the test cases of the last `bazel test //...` and exits as it did.

    count_tests.py STATUS      STATUS: bazel's exit status

Prints `N passed, N failed`. Exits non-zero when STATUS is, or when a case failed. A run that failed
without a failed case (the build broke, say) counts as one failure.
"""

import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET


def test_logs():
    """The log folders of the targets that `bazel test //...` runs."""
    query = "tests(//...) except attr(tags, manual, tests(//...))"
    listed = subprocess.run(["bazel", "query", query], capture_output=True, text=True)
    for label in listed.stdout.split():
        yield pathlib.Path("bazel-testlogs", label.lstrip("/").replace(":", "/"))


def count(xml_file):
    """(passed, failed) of one test.xml; one that cannot be read is a failure."""
    try:
        cases = list(ET.parse(xml_file).getroot().iter("testcase"))
    except ET.ParseError:
        return 0, 1
    bad = sum(any(child.tag in ("failure", "error") for child in case) for case in cases)
    skipped = sum(
        case.get("status") == "notrun" or case.find("skipped") is not None for case in cases
    )
    return len(cases) - bad - skipped, bad


def main():
    status = int(sys.argv[1])
    passed = failed = 0
    if os.path.isdir("bazel-testlogs"):
        for folder in test_logs():
            for xml_file in folder.rglob("test.xml"):
                good, bad = count(xml_file)
                passed += good
                failed += bad
    if status != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return status if status != 0 else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
