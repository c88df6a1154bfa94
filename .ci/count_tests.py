"""Counts the test cases of bazel's last runs and exits as the first did that failed.

    count_tests.py STATUS [LINT STATUS LOGS TARGETS]

STATUS: bazel's exit status of `bazel test //...`, and of a run whose logs lie in the folder LOGS and
whose targets stand in the file TARGETS, a line each. LINT: that of tools/lint.sh, one case.

Prints `N passed, N failed`. Exits non-zero when a STATUS is, or when a case failed. A run that failed
without a failed case (the build broke, say) counts as one failure.
"""

import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ET


def all_targets():
    """The targets that `bazel test //...` runs."""
    query = "tests(//...) except attr(tags, manual, tests(//...))"
    return subprocess.run(["bazel", "query", query], capture_output=True, text=True).stdout.split()


def targets_in(path):
    lines = pathlib.Path(path).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


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


def count_run(status, logs, targets):
    """(passed, failed) of the targets' logs below the folder `logs`."""
    passed = failed = 0
    if os.path.isdir(logs):
        for label in targets():
            folder = pathlib.Path(logs, label.lstrip("/").replace(":", "/"))
            for xml_file in folder.rglob("test.xml"):
                good, bad = count(xml_file)
                passed += good
                failed += bad
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed


def main():
    statuses = [int(sys.argv[1])]
    passed, failed = count_run(statuses[0], "bazel-testlogs", all_targets)
    if len(sys.argv) > 2:
        lint, sanitized = int(sys.argv[2]), int(sys.argv[3])
        logs, targets = sys.argv[4:]
        more = count_run(sanitized, logs, lambda: targets_in(targets))
        statuses += [sanitized, lint]
        passed += more[0] + (lint == 0)
        failed += more[1] + (lint != 0)
    print(f"{passed} passed, {failed} failed")
    return next((status for status in statuses if status), int(failed > 0))


if __name__ == "__main__":
    sys.exit(main())
