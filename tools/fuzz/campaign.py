"""Runs all fuzz targets under libFuzzer, and counts.

    campaign.py FOLDER [--seconds N] [--jobs N] [--only NAME...]     (bazel run //tools:fuzz -- ...)
    campaign.py FOLDER --keep
    campaign.py FOLDER --coverage
    campaign.py --list | --begin FOLDER

FOLDER gets a folder of inputs for each target, which the next run begins with, one of inputs that did
harm, and counts.json: executions, hours and covered edges of all runs so far. `--keep` puts the fewest
inputs that reach all that FOLDER's do, of at most 2,000 bytes each and 100 a target, to those in
testdata/fuzz. `--coverage` prints how many edges of the code of each folder all inputs reach (of a
function, the most of one target; needs llvm-symbolizer). `--list` prints the targets' labels; `--begin`
writes, for others who run them, NAME_seed_corpus.zip and NAME.dict. Needs clang; programs are built by
bazel with --config=fuzz. Exit status 1 if an input did harm.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

_ROOT = pathlib.Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", pathlib.Path(__file__).resolve().parents[2]))
_KEPT = _ROOT / "testdata" / "fuzz"
_MOST_BYTES = 2000
_MOST_FILES = 100
_WORDS = pathlib.Path(__file__).resolve().parent / "dictionaries"

# What some begin with.
_BUILT = ("//testdata:exported_programs", "//testdata:pickles")
# Target: (label, dictionary, files to begin with, longest input).
TARGETS = {
    "archive_fuzz": ("//parsers", None, "testdata/archives/*.pt", 60000),
    "pickle_fuzz": ("//parsers/pickle", None, "bazel-bin/testdata/*.pkl", 4096),
    "source_fuzz": ("//parsers/torchscript", "source", "testdata/torchscript/*/*.py", 4096),
    "expression_fuzz": ("//parsers/exported", "expression", "parsers/exported/testdata/expressions.txt", 256),
    "program_fuzz": ("//parsers/exported", "program", "bazel-bin/testdata/*.json", 20000),
    "npz_fuzz": ("//t2n/reference", "npz", "", 4096),
    "operators_fuzz": ("//t2n/aten", None, "", 256),
    "emission_fuzz": ("//tools/fuzz", None, "", 512),
    "spec_fuzz": ("//tools/fuzz", "spec", "", 2048),
    "convert_fuzz": ("//tools/fuzz", "source", "testdata/models/**/*.pt*", 30000),
}  # fmt: skip

# Short stacks of allocations and a small quarantine: they cost time at each allocation, and whoever
# runs an input that did harm again has them in full.
_ASAN = "allocator_may_return_null=1:detect_leaks=0:malloc_context_size=2:quarantine_size_mb=16"


def _number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def _program(name, binaries):
    return binaries / TARGETS[name][0].lstrip("/") / name


def _seeds(name, folder, binaries):
    """The files to begin with, in a folder of their own."""
    _, _, pattern, most = TARGETS[name]
    root = binaries if pattern.startswith("bazel-bin/") else _ROOT
    pattern = pattern.removeprefix("bazel-bin/")
    for path in sorted(root.glob(pattern)) if pattern else []:
        if path.stat().st_size <= most:
            shutil.copyfile(path, folder / path.relative_to(root).as_posix().replace("/", "_"))
    return folder


def run(name, options):
    """(name, counts, seconds, what libFuzzer said at the end, status)."""
    _, words, _, most = TARGETS[name]
    corpus, harm = options.folder / name, options.folder / "harm" / name
    corpus.mkdir(parents=True, exist_ok=True)
    harm.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds:
        _seeds(name, pathlib.Path(seeds), options.binaries)
        command = [_program(name, options.binaries), corpus, seeds, _KEPT / name, f"-max_len={most}",
                   f"-max_total_time={options.seconds}", "-print_final_stats=1", "-timeout=30",
                   "-rss_limit_mb=3000", f"-artifact_prefix={harm}/", "-use_value_profile=0",
                   f"-seed={options.seed}"]  # fmt: skip
        command += [f"-dict={_WORDS / words}.dict"] if words else []
        environment = os.environ | {"ASAN_OPTIONS": _ASAN}
        done = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)  # fmt: skip
    told = done.stderr.decode("utf-8", "replace")
    counts = {
        "executions": _number(r"stat::number_of_executed_units: (\d+)", told),
        "edges": _number(r"cov: (\d+)", told),
        "inputs": len(list(corpus.iterdir())),
    }
    seconds = _number(r"Done \d+ runs in (\d+) second", told) or options.seconds
    return name, counts, seconds, told[-3000:], done.returncode


def keep(name, options):
    """Adds to what is kept of a target the fewest small inputs that reach something more."""
    kept = _KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    room = _MOST_FILES - len(list(kept.iterdir()))
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as least:
        for path in (options.folder / name).iterdir():
            if path.stat().st_size <= _MOST_BYTES:
                shutil.copy(path, small)
        command = [_program(name, options.binaries), "-merge=1", least, small]
        subprocess.run(list(map(str, command)), stderr=subprocess.DEVNULL, check=False)
        paths = sorted(pathlib.Path(least).iterdir(), key=lambda path: path.stat().st_size)
        # Small and large ones alike.
        for path in paths[:: max(1, -(-len(paths) // max(room, 1)))][:room]:
            shutil.copyfile(path, kept / path.name[:12])


_FUNCTION = re.compile(r"^(?:UN)?COVERED_FUNC: hits: \d+ edges: (\d+)/(\d+) (.*) (\S+):\d+(?::\d+)?$")


def _covered(name, options):
    """{(file, function): (edges reached, edges)} of the functions that are ours."""
    command = [_program(name, options.binaries), "-runs=0", "-print_coverage=1"]
    command += [folder for folder in (options.folder / name, _KEPT / name) if folder.exists()]
    done = subprocess.run(list(map(str, command)), env=os.environ | {"ASAN_OPTIONS": _ASAN},
                          stderr=subprocess.PIPE, check=False)  # fmt: skip
    told = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        sys.exit(f"{name}: an input does harm; run it without --coverage")
    functions = {}
    for match in filter(None, map(_FUNCTION.match, told.splitlines())):
        reached, edges, function, path = match.groups()
        found = re.search(r"(?:^|/)((?:t2n|parsers|emit|tools)/[^ ]*\.(?:cc|h))$", path)
        if found:
            functions[found[1], function] = (int(reached), int(edges))
    return functions


def coverage(options):
    functions, folders = {}, {}
    for name in options.only:
        for key, (reached, edges) in _covered(name, options).items():
            before = functions.get(key, (0, 0))
            functions[key] = (max(reached, before[0]), max(edges, before[1]))
    for (path, _), (reached, edges) in functions.items():
        row = folders.setdefault(path.rpartition("/")[0], [0, 0])
        row[0] += reached
        row[1] += edges
    for folder, (reached, edges) in sorted(folders.items()):
        print(f"{folder:28}{reached:>8} of {edges:>6} edges, {100 * reached / max(edges, 1):3.0f} %")


def begin(folder):
    for name, (_, words, *_) in TARGETS.items():
        if words:
            shutil.copyfile(_WORDS / f"{words}.dict", folder / f"{name}.dict")
        with tempfile.TemporaryDirectory() as seeds:
            paths = sorted(_seeds(name, pathlib.Path(seeds), _ROOT / "bazel-bin").iterdir())
            paths += sorted((_KEPT / name).glob("*"))
            if not paths:
                continue
            with zipfile.ZipFile(folder / f"{name}_seed_corpus.zip", "w", zipfile.ZIP_DEFLATED) as corpus:
                for path in paths:
                    corpus.write(path, path.name)


def _add(path, name, counts, seconds):
    told = json.loads(path.read_text()) if path.exists() else {}
    row = told.setdefault(name, {"executions": 0, "seconds": 0})
    row["executions"] += counts["executions"]
    row["seconds"] += seconds
    row["edges"], row["inputs"] = max(counts["edges"], row.get("edges", 0)), counts["inputs"]
    path.write_text(json.dumps(told, indent=1))
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--begin", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--only", nargs="+", default=list(TARGETS), choices=list(TARGETS), metavar="NAME")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--binaries", type=pathlib.Path, help="bazel-bin; built if not given")
    options = parser.parse_args()
    if options.list:
        print("\n".join([f"{label}:{name}" for name, (label, *_) in TARGETS.items()]))
        return 0
    if options.begin:
        begin(options.begin)
        return 0
    if options.folder is None:
        parser.error("no FOLDER")
    options.folder = options.folder.resolve()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.binaries is None:
        labels = [f"{TARGETS[name][0]}:{name}" for name in options.only] + list(_BUILT)
        subprocess.run(["bazel", "build", "--config=fuzz", *labels], cwd=_ROOT, check=True)
        options.binaries = _ROOT / "bazel-bin"
    if options.coverage:
        coverage(options)
        return 0
    if options.keep:
        for name in options.only:
            keep(name, options)
        return 0
    harmed, told = [], {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, counts, seconds, text, status in pool.map(lambda name: run(name, options), options.only):
            told = _add(options.folder / "counts.json", name, counts, seconds)
            print(f"{name:16} {counts['executions']:>12,} executions, {counts['edges']:>7,} edges,"
                  f" {counts['inputs']:>6,} inputs", flush=True)  # fmt: skip
            if status:
                harmed.append(name)
                print(text, flush=True)
    print(f"all runs: {sum(row['executions'] for row in told.values()):,} executions,"
          f" {sum(row['seconds'] for row in told.values()) / 3600:.1f} hours")  # fmt: skip
    return 1 if harmed else 0


if __name__ == "__main__":
    sys.exit(main())
