"""Converts every NAME.pt and NAME.pt2 below the given folders, runs each in tract and compares with NAME.npz.

    bazel run //tools:score -- [flags] DIR...

Prints how many archives are ok, refused, wrong ..., a list for every class but ok, and what the
refusals are about. See archive_judge.py for the files that may lie beside an archive.
"""

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import re
import sys
import tempfile

import archive_judge
import compare
import invocation

CLASSES = (
    "ok", "accepted", "converted", "refused", "usage", "wrong", "tract_error", "tract_crash",
    "rejected", "crash", "timeout",
)  # fmt: skip
_OPERATOR = re.compile(r"\b[a-z_]\w*::\w+")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dirs", nargs="+", metavar="DIR", help="folder (or single archive)")
    parser.add_argument("--only", default="", metavar="REGEX", help="archives whose name matches")
    parser.add_argument("--flags", default="", help="conversion flags for every archive")
    parser.add_argument("--strict", action="store_true",
                        help="convert with --strict; Khronos' tools judge instead of tract")  # fmt: skip
    parser.add_argument("--inputs_from_npz", action="store_true", help="--inputs from NAME.npz")
    parser.add_argument("--reference", action="store_true", help="run the reference evaluator too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rtol", type=float, default=compare.Tolerance.rtol)
    parser.add_argument("--atol", type=float, default=compare.Tolerance.atol)
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds, each step")
    parser.add_argument("--json", metavar="FILE", help="write all results")
    parser.add_argument("--baseline", metavar="FILE", help="show what changed since that --json")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the converted models there")
    parser.add_argument("--verbose", action="store_true", help="a line an archive, with times")
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    return parser.parse_args()


def find_archives(folders, pattern):
    """[(path, name)] sorted; names are relative to the folder, led by it when there are several."""
    found = []
    for folder in map(pathlib.Path, folders):
        if folder.is_file():
            found.append((folder, folder.stem))
            continue
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".pt", ".pt2")):
            name = str(path.relative_to(folder)).removesuffix(".pt")
            found.append((path, f"{folder.name}/{name}" if len(folders) > 1 else name))
    return sorted((f for f in found if re.search(pattern, f[1])), key=lambda f: f[1])


def judge_all(archives, settings, jobs, report=lambda result: None):
    """Results of [(path, name)], in that order."""
    tasks = [(path, name, settings) for path, name in archives]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        results = []
        for result in pool.imap(_judge_task, tasks):
            report(result)
            results.append(result)
    return results


def _judge_task(task):
    return archive_judge.judge(*task)


def reasons(result):
    """What a refusal is about: operators by name, other causes with their particulars removed."""
    found = set()
    for line in result.causes or [result.detail]:
        operators = _OPERATOR.findall(line)
        if operators:
            found.add(operators[0])
        else:
            text = re.sub(r"\S+\.py:\d+(:\d+)?|'[^']*'|\"[^\"]*\"", "..", line)
            found.add(re.sub(r"\d+", "N", text)[:100])
    return found


def print_table(title, counts, order):
    print(title)
    total = sum(counts.values())
    for key in order:
        if counts[key]:
            print(f"  {key:<12}{counts[key]:>5}{100 * counts[key] / total:>7.1f} %")


def print_report(results, reference):
    counts = collections.Counter(r.status for r in results)
    print_table(f"{len(results)} archives", counts, CLASSES)
    if reference:
        told = collections.Counter(r.reference for r in results if r.reference)
        print_table("reference evaluator", told, sorted(told))
    for status in CLASSES[1:]:
        listed = [r for r in results if r.status == status]
        if listed:
            print(f"\n{status}:")
            for r in listed:
                print(f"  {r.name}: {_one_line(r.detail)}")
    listed = [r for r in results if r.reference not in ("", "ok")]
    if listed:
        print("\nreference evaluator:")
        for r in listed:
            print(f"  {r.name}: {r.reference} {_one_line(r.reference_detail)}")
    histogram = collections.Counter(
        reason for r in results if r.status == "refused" for reason in reasons(r)
    )
    if histogram:
        print("\nrefusals by reason:")
        for reason, count in sorted(histogram.items(), key=lambda item: (-item[1], item[0])):
            print(f"  {count:>4}  {reason}")


def _one_line(text):
    return " | ".join(line.strip() for line in text.splitlines() if line.strip())[:300]


def print_changes(results, baseline_file):
    with open(baseline_file, encoding="utf-8") as file:
        before = json.load(file)
    print(f"\nchanges since {baseline_file}:")
    for r in results:
        was = before.get(r.name)
        if was is None:
            print(f"  {r.name}: new, {r.status}")
            continue
        for kind, old, new, detail in (
            ("", was["status"], r.status, r.detail),
            ("reference ", was.get("reference", ""), r.reference, r.reference_detail),
        ):
            if old and new and old != new:
                print(f"  {r.name}: {kind}{old} -> {new} {_one_line(detail)}")


def main():
    options = parse_arguments()
    tool = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()
    archives = find_archives(options.dirs, options.only)
    if not archives:
        print("no archives there", file=sys.stderr)
        return 2

    def show(result):
        if options.verbose:
            times = f"{result.convert_seconds:.2f} s, {result.run_seconds:.2f} s"
            print(f"{result.name}: {result.status} {result.reference} ({times})", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        settings = archive_judge.Settings(
            tool=tool,
            folder=options.keep or scratch,
            judge="khronos" if options.strict else "tract",
            flags=options.flags.split() + ["--strict"] * options.strict,
            inputs_from_npz=options.inputs_from_npz,
            reference=options.reference,
            keep=bool(options.keep),
            tolerance=compare.Tolerance(options.rtol, options.atol),
            convert_timeout=options.timeout,
            run_timeout=options.timeout,
        )
        results = judge_all(archives, settings, options.jobs, show)
    print_report(results, options.reference)
    if options.baseline:
        print_changes(results, options.baseline)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            told = {r.name: archive_judge.as_dict(r) for r in results}
            json.dump(told, file, indent=1, sort_keys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
