"""Runs one NNEF model in tract on recorded inputs and compares its outputs.

    run_tract.py MODEL IO.npz      exit status: 0 they agree, 3 they do not, 1 tract failed
"""

import argparse
import sys

import compare
import tract_runner


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="NNEF model: folder, .tar or .tgz")
    parser.add_argument("io", help=".npz with in0.. and out0..")
    parser.add_argument("--rtol", type=float, default=compare.Tolerance.rtol)
    parser.add_argument("--atol", type=float, default=compare.Tolerance.atol)
    parser.add_argument("--timeout", type=float, default=120.0)
    options = parser.parse_args()
    tolerance = compare.Tolerance(options.rtol, options.atol)
    verdict = tract_runner.judge(options.model, options.io, tolerance, options.timeout)
    print(verdict.status, verdict.detail, *verdict.notes, sep="\n  ")
    return {"ok": 0, "wrong": 3}.get(verdict.status, 1)


if __name__ == "__main__":
    sys.exit(main())
