"""Writes docs/operators.tsv from two runs of the score tool over PyTorch's operator samples.

    score.py --json tract.json DIR; score.py --flags=--target=khronos --json strict.json DIR
    measure_operators.py DIR tract.json strict.json > docs/operators.tsv

A line an operator: name, ok/all for tract, ok/all for strict NNEF, the first refusal.
"""

import json
import pathlib
import re
import sys
import zipfile
from collections import defaultdict


def operators(archive):
    """Names of the operators that the archive's program calls."""
    found = set()
    with zipfile.ZipFile(archive) as z:
        for entry in z.namelist():
            if entry.endswith(".py"):
                text = z.read(entry).decode()
                found.update("aten::" + n for n in re.findall(r"\btorch\.(\w+)\(", text))
                found.update("::".join(n) for n in re.findall(r"\bops\.(\w+)\.(\w+)\(", text))
    return found


def reason(result):
    """The refusal without file and place, short enough for a table."""
    text = result.get("detail", "").split("not converted: ")[-1]
    text = re.sub(r",? (first )?at code/\S+( \(.*?\))?", "", text)
    return re.sub(r"\s+", " ", text).replace("|", "/")[:120]


def main():
    folder, tract, strict = sys.argv[1:4]
    results = [json.loads(pathlib.Path(p).read_text()) for p in (tract, strict)]
    counts = defaultdict(lambda: [[0, 0], [0, 0]])
    limits = {}
    for archive in sorted(pathlib.Path(folder).glob("*.pt")):
        for name in operators(archive):
            for target, outcome in enumerate(r.get(archive.stem) for r in results):
                if not outcome or outcome["status"] == "converted":
                    continue
                counts[name][target][1] += 1
                counts[name][target][0] += outcome["status"] == "ok"
                if target == 0 and outcome["status"] == "refused":
                    limits.setdefault(name, reason(outcome))
    for name in sorted(counts):
        cells = [f"{ok}/{n}" for ok, n in counts[name]]
        print("\t".join([name, *cells, limits.get(name, "")]))


if __name__ == "__main__":
    main()
