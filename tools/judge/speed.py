"""Compares in tract the models that several roads give of the same network: CPU time, operations.

    bazel run //tools:speed -- [flags] OURS OTHER... [--only NAME...]

Each is a folder with NAME.pt2 or NAME.pt, converted here, or NAME.nnef.tgz or NAME.onnx, which
another converter wrote (testdata/make_peers.py makes some); NAME.npz beside those of OURS holds in0,
in1, ..., what all are run on, and out0, out1, ..., what torch gave: a model that gives something
else is told and not measured. Without --only all names of OURS that some OTHER has.

All models of a network run in one process, in turns, a few calls of each; then again in others, so
that each is loaded first once: the first one is slower, be it the same model, by up to 7 %. A line
says how many operations each has, the medians of the CPU time of a call, of loading, and the ratio
of OURS to the best of the others: the median of the turns' ratios, for what is measured wanders with
the machine, the ratio less. --table writes the same as a page of Markdown, with the nodes that
tract's optimised model has, the bytes of the files, and the most memory that a process has which
loads the model and runs it once.
"""

import argparse
import collections
import datetime
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

os.environ["TRACT_FLASH_SDPA_ST"] = "1"  # one thread: tract's attention would take all cores

import compare
import invocation
import isolated
import numpy as np
import tract_runner

_ARCHIVES, _MODELS = (".pt2", ".pt"), (".nnef.tgz", ".onnx")


def found(folder, name):
    """What the folder has of a network, an archive or a model; None if nothing."""
    paths = (pathlib.Path(folder, name + ending) for ending in _ARCHIVES + _MODELS)
    return next((path for path in paths if path.exists()), None)


def names_of(folder):
    endings = _ARCHIVES + _MODELS
    files = (path.name for path in pathlib.Path(folder).iterdir())
    return sorted({f.removesuffix(e) for f in files for e in endings if f.endswith(e)})


def convert(tool, archive, out, flags):
    """Why it is refused, or ""."""
    own = archive.with_suffix(".flags")
    own = shlex.split(own.read_text(), comments=True) if own.exists() else []
    command = [tool, "convert", *flags, *own, str(archive), str(out)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def graph_of(model):
    """graph.nnef of a folder or of a .tgz; "" of another format."""
    if os.path.isdir(model):
        return pathlib.Path(model, "graph.nnef").read_text()
    if not model.endswith(".nnef.tgz"):
        return ""
    with tarfile.open(model) as tar:
        member = next(m for m in tar if os.path.basename(m.name) == "graph.nnef")
        return tar.extractfile(member).read().decode()


def operations(model):
    """How often each operation stands in the graph, but for inputs and weights."""
    text = graph_of(model)
    body = text[text.rfind("\ngraph ") :]
    counts = collections.Counter(re.findall(r"^ +[^=]+ = (\w+)", body, re.MULTILINE))
    return counts - collections.Counter({name: counts[name] for name in ("variable", "external")})


def file_bytes(model):
    """Of a folder or of one file; of what a .tgz holds."""
    if os.path.isdir(model):
        return sum(path.stat().st_size for path in pathlib.Path(model).iterdir())
    if not model.endswith(".nnef.tgz"):
        return os.path.getsize(model)
    with tarfile.open(model) as tar:
        return sum(member.size for member in tar)


def runnable(model, inputs):
    """The model, optimised, for inputs of these types."""
    if not model.endswith(".onnx"):
        return tract_runner.runnable(model)
    read = tract_runner.tract.onnx().load(model)
    for i, array in enumerate(inputs):
        kind = {"f": "f", "i": "i", "u": "u", "b": "bool"}[array.dtype.kind]
        width = "" if kind == "bool" else 8 * array.dtype.itemsize
        read.set_input_fact(i, ",".join(map(str, array.shape)) + f",{kind}{width}")
    return read.into_model().into_runnable()


def read_inputs(npz):
    """(inputs, outputs) of the first call."""
    inputs, want = tract_runner.load_io(npz)
    return [compare.as_real(array) for array in inputs], want


def footprint(model, npz):
    """How many nodes tract's optimised model has, and the most bytes that this process had while it
    was loaded and run once, beyond what it had before."""
    inputs, _ = read_inputs(npz)
    before = _resident_bytes()
    ready = runnable(model, inputs)
    ready.run(inputs)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    nodes = json.loads(ready.profile_json(inputs))["nodes"]
    return sum(node["op_name"] not in ("Const", "Source") for node in nodes), most


def _resident_bytes():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def cause_of(error):
    """The last of the causes that one of tract's errors lists."""
    return str(error).split("Stack backtrace")[0].strip().splitlines()[-1].strip()[:200]


def tolerance_for(want):
    """Of elements near 0 so much is allowed as the others are large: weights are random, and some
    networks give numbers of 10,000."""
    floats = [np.square(x, dtype=np.float64).mean() for x in want if x.dtype.kind == "f" and x.size]
    return compare.Tolerance(atol=1e-4 * max([1.0, *map(math.sqrt, floats)]))


def measure(models, npz, rounds):
    """For each model what it gives wrong or why it does not run, the seconds that loading it took,
    and those of a call, a value a round."""
    inputs, want = read_inputs(npz)
    results = [{"problem": "", "loads": [], "times": []} for _ in models]
    loaded = []

    def seconds(model, calls):
        start = time.process_time()
        for _ in range(calls):
            model.run(inputs)
        return (time.process_time() - start) / calls

    for model, result in zip(models, results):
        start = time.process_time()
        try:
            ready = runnable(model, inputs)
            result["loads"] = [time.process_time() - start]
            got = [output.to_numpy() for output in ready.run(inputs)]
        except Exception as error:
            result["problem"] = f"does not run: {cause_of(error)}"
            continue
        result["problem"] = "; ".join(compare.differences(got, want, tolerance_for(want)))
        if not result["problem"]:
            loaded.append((ready, result))
    once = max((seconds(model, 1) for model, _ in loaded for _ in range(2)), default=1.0)
    calls = max(1, min(1000, int(0.01 / max(once, 1e-6))))
    for turn in range(rounds if len(loaded) > 1 else 5):
        for model, result in loaded if turn % 2 else reversed(loaded):
            result["times"].append(seconds(model, calls))
    return results


def joined(before, result):
    """What one more process gave of a model."""
    if before is None:
        return result
    times = before["times"] + result["times"]
    problem = before["problem"] or result["problem"]
    return {"problem": problem, "loads": before["loads"] + result["loads"], "times": times}


def ratio_of(results):
    """(quarter, median, three quarters) of OURS to the best other road; None if there is none."""
    ours, *others = (result["times"] for result in results)
    others = [times for times in others if times]
    if not ours or not others:
        return None
    best = min(others, key=statistics.median)
    return statistics.quantiles((a / b for a, b in zip(ours, best)), n=4)


def milliseconds(result):
    if result is None:
        return "-"
    if not result["times"]:
        return "wrong" if result["problem"] and "run" not in result["problem"] else "fails"
    return f"{statistics.median(result['times']) * 1e3:.3f}"


class Comparison:
    """One network on all roads. `results`: a value a road, None where it has no model."""

    def __init__(self, name, options):
        self.name = name
        self.counts, self.bytes, self.problems = [], [], []
        self.results = [None] * len(options.folders)
        self.footprints = [None] * len(options.folders)
        with tempfile.TemporaryDirectory() as scratch:
            self._run(options, scratch)
        present = [result for result in self.results if result]
        self.ratio = ratio_of(present) if self.results[0] and len(present) > 1 else None

    def _run(self, options, scratch):
        models = []
        for i, folder in enumerate(options.folders):
            source = found(folder, self.name)
            model = str(source)
            if source is not None and source.suffix in _ARCHIVES:
                model = os.path.join(scratch, str(i))
                refused = convert(options.pt2nnef, source, model, shlex.split(options.flags))
                if refused:
                    self.problems.append(f"{pathlib.Path(folder).name}: {refused}")
                    source = None
            models.append(model if source is not None else None)
        here = [i for i, model in enumerate(models) if model]
        npz = pathlib.Path(options.folders[0], f"{self.name}.npz")
        for first in range(len(here)):
            order = here[first:] + here[:first]
            outcome = isolated.call(
                measure, [models[i] for i in order], str(npz), -(-options.rounds // len(here)),
                timeout=options.timeout,
            )  # fmt: skip
            if outcome.status != "ok":
                self.problems.append(f"{outcome.status}: {outcome.detail.strip()[-300:]}")
                self.results = [None] * len(models)
                return
            for i, result in zip(order, outcome.value):
                self.results[i] = joined(self.results[i], result)
        self.counts = [operations(model) if model else None for model in models]
        self.bytes = [file_bytes(model) if model else None for model in models]
        for i in here:
            result = self.results[i]
            if result["problem"]:
                road = pathlib.Path(options.folders[i]).name
                self.problems.append(f"{road}: {result['problem']}")
            elif options.table:
                seen = isolated.call(footprint, models[i], str(npz), timeout=options.timeout)
                self.footprints[i] = seen.value

    def cells(self):
        """Name, operations, milliseconds of a call and of loading, ratio, quartiles."""
        loads = [
            f"{statistics.median(r['loads']) * 1e3:.0f}" if r and r["times"] else "-"
            for r in self.results
        ]
        calls = [milliseconds(result) for result in self.results]
        ratio = f"{self.ratio[1]:.3f}" if self.ratio else "-"
        spread = f"{self.ratio[0]:.3f} to {self.ratio[2]:.3f}" if self.ratio else ""
        rows = (self._column(self.counts, lambda c: str(c.total())), calls, loads)
        return [self.name, *(", ".join(part) for part in rows), ratio, spread]

    def wide_cells(self):
        """The same, with nodes and bytes before the times."""
        name, sizes, calls, loads, ratio, spread = self.cells()
        nodes = self._column(self.footprints, lambda pair: str(pair[0]))
        memory = self._column(self.footprints, lambda pair: f"{pair[1] / 1e6:.0f}")
        files = self._column(self.bytes, lambda count: f"{count / 1e6:.3g}")
        told = (", ".join(part) for part in (nodes, files, memory))
        return [name, sizes, *told, loads, calls, ratio, spread]

    def _column(self, values, text):
        return [text(value) if value else "-" for value in values or self.results]

    def show(self):
        name, sizes, calls, loads, ratio, spread = self.cells()
        print(f"{name:<28}{sizes:>18}{calls:>28}{loads:>18}{ratio:>8}  {spread}", flush=True)
        for problem in self.problems:
            print(f"    {problem}", flush=True)
        if len(self.counts) == 2 and all(self.counts):
            for operation in sorted(self.counts[0] | self.counts[1]):
                pair = [counts[operation] for counts in self.counts]
                if pair[0] != pair[1]:
                    print(f"    {operation}: {pair[0]} and {pair[1]}", flush=True)


def summary(comparisons, most):
    ratios = {c.name: c.ratio[1] for c in comparisons if c.ratio}
    if not ratios:
        return "nothing to compare", []
    slow = [name for name, ratio in ratios.items() if ratio > most]
    mean = math.exp(statistics.fmean(map(math.log, ratios.values())))
    middle = statistics.median(ratios.values())
    text = f"{len(ratios)} networks, geometric mean of the ratios {mean:.3f}, median {middle:.3f}"
    return f"{text}; above {most}: {', '.join(slow) or 'none'}", slow


def processor():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


_PREFACE = """# Speed

What the same networks cost in tract as models of several roads: converted by pt2nnef from what
`torch.export.save` or `torch.jit.save` wrote, or by other converters from the live module. Weights
are random. A model that gives something else than torch is called wrong and not measured; one that
tract does not load or run fails.

CPU time of one thread (TRACT_FLASH_SDPA_ST=1): medians of the models' turns. The ratio is that of
pt2nnef's model to the best other one, the median of the turns' ratios; where 1 lies between the
quartiles there is no difference. Operations: in graph.nnef, but for inputs and weights. Nodes: of
tract's optimised model, but for inputs and constants. Files: what they hold, unpacked. Memory: the
most that loading and one call add to a process. `bazel run //tools:speed -- --help` says how to make this page.
"""


def page(comparisons, options, told):
    """The table in Markdown."""
    roads = ", ".join(pathlib.Path(folder).name for folder in options.folders)
    versions = [f"tract {importlib.metadata.version('tract')}", *options.versions]
    made = f"{datetime.date.today()}, {processor()}, {', '.join(versions)}."
    flags = f" Flags of the conversions: `{options.flags}`." if options.flags else ""
    lines = [
        _PREFACE, f"{made} In a column of several: {roads}.{flags}", "", told + ".", "",
        "| network | operations | nodes | MB of files | MB of memory | ms to load | ms a call "
        "| ratio | quartiles |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += ["| " + " | ".join(comparison.wide_cells()) + " |" for comparison in comparisons]
    problems = [f"- {c.name}, {problem}" for c in comparisons for problem in c.problems]
    lines += ["", "What was not measured:", "", *problems] if problems else []
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", metavar="FOLDER", help="OURS, then the others")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=201)
    parser.add_argument("--most", type=float, default=1.03, help="the ratio that is too much above")
    parser.add_argument("--flags", default="", help="flags of the conversions")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds a network")
    parser.add_argument("--table", metavar="FILE", help="write a page of Markdown")
    parser.add_argument("--versions", nargs="*", default=[], metavar="TEXT", help="for that page")
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    options = parser.parse_args()
    options.pt2nnef = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()
    first, *others = options.folders
    shared = [n for n in names_of(first) if any(found(folder, n) for folder in others)]
    print(f"{'':<28}{'operations':>18}{'ms a call':>28}{'ms to load':>18}{'ratio':>8}")
    comparisons, told, slow = [], "nothing to compare", []
    for name in options.only or shared:
        comparisons.append(Comparison(name, options))
        comparisons[-1].show()
        told, slow = summary(comparisons, options.most)
        if options.table:  # whole at any time: all of them take an hour
            pathlib.Path(options.table).write_text(page(comparisons, options, told))
    print(told)
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
