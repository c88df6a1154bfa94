"""Compares in tract the models that two archives of the same network become: operations, CPU time.

    bazel run //tools:speed -- [flags] FIRST SECOND [NAME...]

FIRST and SECOND are folders with NAME.pt or NAME.pt2 and NAME.npz (its in0, in1, ... are what both
are run on); without names, all archives that both have. Each pair is converted and run in a process
of its own, in turns, a few calls of one and then of the other. A line says how many operations both
have, the medians of the CPU time of a call, and the median of the turns' ratios (second to first)
with what lies between the quarters: what is measured wanders with the machine, the ratio less.
Operations whose number differs stand below the line.
"""

import argparse
import collections
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import compare
import invocation
import isolated
import tract_runner


def archive_of(folder, name):
    """NAME.pt2 or NAME.pt in the folder; None if neither is there."""
    found = (pathlib.Path(folder, name + ending) for ending in (".pt2", ".pt"))
    return next((path for path in found if path.exists()), None)


def names_in_both(first, second):
    stems = [{p.stem for p in pathlib.Path(f).iterdir() if p.suffix in (".pt", ".pt2")}
             for f in (first, second)]  # fmt: skip
    return sorted(stems[0] & stems[1])


def convert(tool, archive, out, flags):
    """Why it is refused, or ""."""
    own = archive.with_suffix(".flags")
    own = shlex.split(own.read_text(), comments=True) if own.exists() else []
    command = [tool, "convert", *flags, *own, str(archive), str(out)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def operations(model):
    """How often each operation stands in graph.nnef, but for inputs and weights."""
    text = pathlib.Path(model, "graph.nnef").read_text()
    body = text[text.rindex("\ngraph ") :]
    counts = collections.Counter(re.findall(r"^ +[^=]+ = (\w+)", body, re.MULTILINE))
    return counts - collections.Counter({name: counts[name] for name in ("variable", "external")})


def cpu_times(models, npz, rounds):
    """[seconds of a call] of each model, a value a round."""
    inputs = [compare.as_real(array) for array in tract_runner.load_io(npz)[0]]
    loaded = [tract_runner.runnable(model) for model in models]

    def seconds(model, calls):
        start = time.process_time()
        for _ in range(calls):
            model.run(inputs)
        return (time.process_time() - start) / calls

    once = max(seconds(model, 1) for model in loaded + loaded)
    calls = max(1, min(1000, int(0.01 / max(once, 1e-6))))
    times = [[], []]
    for turn in range(rounds):
        for i in (0, 1) if turn % 2 else (1, 0):
            times[i].append(seconds(loaded[i], calls))
    return times


def line_of(name, counts, times):
    ratios = [b / a for a, b in zip(*times)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    first, second = (statistics.median(t) * 1e3 for t in times)
    return (
        f"{name:<32}{counts[0].total():>7}{counts[1].total():>7}{first:>11.3f}{second:>11.3f}"
        f"{middle:>8.3f}  ({low:.3f} to {high:.3f})"
    )


def compare_pair(name, options, flags, npz, scratch):
    """Prints its lines; the ratio, or None if there is none."""
    models = [os.path.join(scratch, side) for side in ("first", "second")]
    for folder, model in zip((options.first, options.second), models):
        refused = convert(options.pt2nnef, archive_of(folder, name), model, flags)
        if refused:
            print(f"{name:<32}{refused}", flush=True)
            return None
    outcome = isolated.call(cpu_times, models, str(npz), options.rounds, timeout=options.timeout)
    if outcome.status != "ok":
        print(f"{name:<32}{outcome.status}: {outcome.detail.strip()[-300:]}", flush=True)
        return None
    counts = [operations(model) for model in models]
    print(line_of(name, counts, outcome.value), flush=True)
    for operation in sorted(counts[0] | counts[1]):
        if counts[0][operation] != counts[1][operation]:
            print(f"    {operation}: {counts[0][operation]} and {counts[1][operation]}", flush=True)
    return statistics.median(b / a for a, b in zip(*outcome.value))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", metavar="FIRST")
    parser.add_argument("second", metavar="SECOND")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=201)
    parser.add_argument("--most", type=float, default=1.03, help="the ratio that is too much above")
    parser.add_argument("--flags", default="", help="flags of the conversions")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds a pair")
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    options = parser.parse_args()
    options.pt2nnef = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()
    print(f"{'':<32}{'operations':>14}{'ms':>11}{'ms':>11}{'ratio':>8}")
    ratios = {}
    for name in options.names or names_in_both(options.first, options.second):
        npz = archive_of(options.first, name).with_suffix(".npz")
        with tempfile.TemporaryDirectory() as scratch:
            ratio = compare_pair(name, options, shlex.split(options.flags), npz, scratch)
        if ratio is not None:
            ratios[name] = ratio
    slow = [name for name, ratio in ratios.items() if ratio > options.most]
    middle = statistics.median(ratios.values()) if ratios else 0.0
    print(f"{len(ratios)} pairs, median ratio {middle:.3f}; above {options.most}: {slow or 'none'}")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
