"""Emits small models with known outputs and runs them in tract.

    run_cases.py WRITE_CASES [TARGET [NAME_PART]]

WRITE_CASES is the program that writes the cases. Exit status 1 if any differs or does not run.
"""

import pathlib
import subprocess
import sys
import tempfile

import compare
import numpy as np
import tract_runner

# These graphs are a few operations deep; half precision has 11 bits.
_TOLERANCE = compare.Tolerance(rtol=1e-3, atol=2e-5)


def _judge(case):
    io = {p.stem: np.load(p) for p in sorted(case.glob("*.npy"))}
    np.savez(case / "io.npz", **io)
    verdict = tract_runner.judge(case / "model", case / "io.npz", _TOLERANCE, 60)
    if verdict.status == "ok" and not verdict.notes:
        return ""
    return "; ".join([verdict.status, verdict.detail, *verdict.notes])


def main():
    program, options = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        written = subprocess.run([program, folder, *options], check=False)
        failed = written.returncode
        cases = sorted(pathlib.Path(folder).iterdir())
        for case in cases:
            complaint = _judge(case) if (case / "model").is_dir() else ""
            if complaint:
                failed = 1
                print(f"{case.name}: {complaint}")
                print((case / "model" / "graph.nnef").read_text())
        print(f"{len(cases)} cases")
    return failed


if __name__ == "__main__":
    sys.exit(main())
