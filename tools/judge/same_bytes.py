"""Converts archives with two binaries and compares every byte they write, and what they say.

    bazel run //tools:same_bytes -- --before OLD_PT2NNEF [flags] DIR...

For changes that mean to change nothing. An archive that both refuse with the same messages is the
same, too. Prints what differs; the exit status is 3 then. Flags of NAME.flags are given, as by
score.py.
"""

import argparse
import collections
import multiprocessing
import os
import pathlib
import re
import shutil
import sys
import tempfile

import archive_judge
import invocation
import score

# "wrote OUT: 20 variables, ...; 0.05 s"
_SECONDS = re.compile(r"; [0-9.]+ s\b")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dirs", nargs="+", metavar="DIR", help="folder (or single archive)")
    parser.add_argument("--before", required=True, metavar="BINARY", help="what to compare with")
    parser.add_argument("--after", metavar="BINARY", help="the one Bazel built if not given")
    parser.add_argument("--only", default="", metavar="REGEX", help="archives whose name matches")
    parser.add_argument("--flags", default="", help="conversion flags for every archive")
    parser.add_argument("--inputs_from_npz", action="store_true", help="--inputs from NAME.npz")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds, each conversion")
    return parser.parse_args()


def contents(folder):
    """{relative path: bytes} of a folder, {} if there is none."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.is_file()
    }


def convert(tool, archive, flags, out, timeout):
    """(status, what was said, files) of one conversion; the folder `out` is removed again."""
    try:
        command = [tool, "convert", *flags, str(archive), str(out)]
        done = archive_judge.execute(command, timeout)
        said = _SECONDS.sub("", done.stderr.replace(tool, "pt2nnef"))
        return done.status, said, contents(out)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def difference(before, after):
    """What differs between two conversions, a line; "" if nothing does."""
    if before[0] != after[0]:
        return f"{before[0]} before, {after[0]} now: {after[1].strip().splitlines()[-1:]}"
    files = [n for n in sorted({*before[2], *after[2]}) if before[2].get(n) != after[2].get(n)]
    if files:
        return f"{len(files)} files differ: {' '.join(files[:4])}"
    if before[1] != after[1]:
        lines = zip(before[1].splitlines() + [""], after[1].splitlines() + [""])
        told = next(((a, b) for a, b in lines if a != b), ("", "more lines"))
        return f"said {told[0]!r} before, {told[1]!r} now"
    return ""


def compare_archive(task):
    """(name, status, bytes written, difference) of one archive."""
    archive, name, settings, before, after = task
    flags = archive_judge.flags_of(archive, settings)
    # One name, as messages tell it.
    out = pathlib.Path(settings.folder, f"{os.getpid()}", "out")
    out.parent.mkdir(parents=True, exist_ok=True)
    results = [convert(t, archive, flags, out, settings.convert_timeout) for t in (before, after)]
    written = sum(len(data) for data in results[1][2].values())
    return name, results[1][0], written, difference(*results)


def compare_all(archives, settings, before, after, jobs):
    """Results of compare_archive for [(path, name)], in that order."""
    tasks = [(path, name, settings, before, after) for path, name in archives]
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return pool.map(compare_archive, tasks, chunksize=1)


def main():
    args = parse_arguments()
    after = os.path.abspath(args.after) if args.after else invocation.built_tool()
    invocation.enter_callers_folder()
    archives = score.find_archives(args.dirs, args.only)
    if not archives:
        sys.exit("no archives")
    with tempfile.TemporaryDirectory() as folder:
        settings = archive_judge.Settings(
            tool=after, folder=folder, flags=args.flags.split(),
            inputs_from_npz=args.inputs_from_npz, convert_timeout=args.timeout,
        )  # fmt: skip
        results = compare_all(archives, settings, os.path.abspath(args.before), after, args.jobs)
    told = [(name, what) for name, _, _, what in results if what]
    counts = collections.Counter(status for _, status, _, _ in results)
    print(
        f"{len(results)} archives ({', '.join(f'{n} {s}' for s, n in sorted(counts.items()))}), "
        f"{sum(r[2] for r in results) / 1e6:.1f} MB: {len(told)} differ"
    )
    for name, what in told:
        print(f"  {name}: {what}")
    sys.exit(3 if told else 0)


if __name__ == "__main__":
    main()
