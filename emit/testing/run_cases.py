"""Emits small models with known outputs and runs them in tract.

    run_cases.py WRITE_CASES [TARGET [NAME_PART]]

WRITE_CASES is the program that writes the cases. Exit status 1 if any differs or does not run. For
the target khronos Khronos' tools judge (khronos_runner.py), and what the standard lacks is refused.
"""

import pathlib
import subprocess
import sys
import tempfile

import compare
import isolated
import numpy as np
import tract_runner

_BATCH = 50

def _tolerance(case):
    """These graphs are a few operations deep; half precision has 11 bits."""
    return compare.Tolerance(rtol=5e-3 if "f16" in case.name else 2e-4, atol=2e-5)


def _judge(case):
    verdict = tract_runner.judge(case / "model", case / "io.npz", _tolerance(case), 60)
    if verdict.status == "ok" and not verdict.notes:
        return ""
    return "; ".join([verdict.status, verdict.detail, *verdict.notes])


def _complaints(cases):
    """What is wrong with each case, in one child process."""
    found = {}
    for case in cases:
        try:
            wrong, notes = tract_runner.run_and_compare(
                str(case / "model"), str(case / "io.npz"), _tolerance(case)
            )
            found[case.name] = "; ".join([*wrong, *notes])
        except Exception as error:  # what tract says, whatever its type
            found[case.name] = str(error).split("Stack backtrace")[0]
    return found


def _judge_all(cases):
    """(case, complaint) of those that have one; after a crash, one process a case."""
    for start in range(0, len(cases), _BATCH):
        batch = cases[start : start + _BATCH]
        outcome = isolated.call(_complaints, batch, timeout=300)
        for case in batch:
            known = outcome.status == "ok"
            complaint = outcome.value[case.name] if known else _judge(case)
            if complaint:
                yield case, complaint


def _judge_strictly(cases):
    """The same by Khronos' tools."""
    import khronos_runner

    for case in cases:
        verdict = khronos_runner.judge(case / "model", case / "io.npz", _tolerance(case), 60)
        if verdict.status not in ("ok", "accepted"):
            yield case, f"{verdict.status}: {verdict.detail}"


def main():
    program, options = sys.argv[1], sys.argv[2:]
    strict = options[:1] == ["khronos"]
    with tempfile.TemporaryDirectory() as folder:
        stderr = subprocess.DEVNULL if strict else None
        written = subprocess.run([program, folder, *options], check=False, stderr=stderr)
        failed = 0 if strict else written.returncode
        cases = [p.parent for p in sorted(pathlib.Path(folder).glob("*/model"))]
        for case in cases:
            io = {p.stem: np.load(p) for p in sorted(case.glob("*.npy"))}
            np.savez(case / "io.npz", **io)
        for case, complaint in _judge_strictly(cases) if strict else _judge_all(cases):
            failed = 1
            print(f"{case.name}: {complaint}")
            print((case / "model" / "graph.nnef").read_text())
        print(f"{len(cases)} cases")
    return int(failed or not cases)


if __name__ == "__main__":
    sys.exit(main())
