"""Measures how the cost of conversions grows with what an archive holds.

    bazel run //tools:growth -- [flags] [NAME...]

Archives of programs of growing size (growth_programs.py; no torch is needed) are converted, one
process each. Prints the processor's time, the largest resident memory, and the ratios of both to
those of the size before: four times as much must not cost more than --ratio times as much. Ratios
of runs below --least seconds, mostly start, do not count.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time

import growth_programs
import invocation
import torch_archive

_SMALL = (250, 1000, 4000)
_MIDDLE = (1000, 4000, 16000)
_LARGE = (1000, 4000, 16000, 64000)
_MEGABYTES = (50, 200, 800)
# Sizes by program; those of the module chains and of the operator chains are what is promised.
PROGRAMS = {
    "operators": _LARGE, "open_operators": _LARGE, "nested_operators": _LARGE,
    "scripted_modules": _MIDDLE, "traced_modules": _MIDDLE, "deep_modules": _MIDDLE,
    "long_names": _MIDDLE, "unused_classes": _MIDDLE, "calls": _MIDDLE, "inputs": _SMALL,
    "outputs": _SMALL, "concatenation": _MIDDLE, "constants": _MIDDLE, "weights": _MIDDLE,
    "shared_weights": _MIDDLE, "states": _SMALL, "writes": _MIDDLE, "accumulations": _MIDDLE,
    "views": _SMALL, "branches": _MIDDLE, "known_branches": _MIDDLE, "loop": _MIDDLE,
    "collected": _MIDDLE, "numbers": _MIDDLE, "text": _MIDDLE, "dictionary": _MIDDLE,
    "steps": _SMALL, "pieces": _MIDDLE, "open_slices": _SMALL, "open_joins": _MIDDLE,
    "open_reshapes": _MIDDLE, "exported_operators": _LARGE, "exported_weights": _MIDDLE,
    "exported_inputs": _SMALL, "megabytes": _MEGABYTES, "exported_megabytes": _MEGABYTES,
    "one_weight": _MEGABYTES,
}  # fmt: skip

# Of these the weights grow and nothing else does: they are never held.
_STREAMED = ("megabytes", "exported_megabytes", "one_weight")
_MOST_STREAMED = 64e6  # bytes of memory


def convert(tool, archive, flags, limit, folder):
    """(processor seconds, wall seconds, peak bytes, why it failed or "") of a conversion."""
    flags = [*flags, "--log_level", "debug"]
    command = [tool, "convert", *flags, str(archive), str(folder / "out.nnef.tar")]
    with open(folder / "errors", "w+", encoding="utf-8") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=errors,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().strip()
    lines = text.splitlines() or [f"ended by status {process.returncode}"]
    told = "" if process.returncode == 0 else lines[0]
    # The system's count has what the process was before it became the tool, this script.
    peaks = [float(peak) for peak in re.findall(r", ([\d.]+) MB at most so far", text)]
    peak = max(peaks, default=usage.ru_maxrss / 1e3) * 1e6
    return usage.ru_utime + usage.ru_stime, wall, int(peak), told


def measure(tool, name, sizes, options):
    """Rows of the table: dicts."""
    rows = []
    for size in sizes:
        program = getattr(growth_programs, name)(size)
        with tempfile.TemporaryDirectory(dir=options.tmp) as folder:
            folder = pathlib.Path(folder)
            archive, spec = folder / "model.pt", folder / "spec.json"
            told = {}
            if isinstance(program, torch_archive.Exported):
                torch_archive.write_exported(archive, program)
            else:
                torch_archive.write(archive, program.root, program.code, program.constants)
                told["inputs"] = program.inputs
            spec.write_text(json.dumps(told), encoding="utf-8")
            del program
            cpu, wall, peak, told = convert(
                tool, archive, ["--spec", str(spec)], options.timeout, folder
            )
            row = {"name": name, "size": size, "archive": archive.stat().st_size, "cpu": cpu}
            row |= {"wall": wall, "peak": peak, "told": told, "bad": bool(told)}
        if rows and size > rows[-1]["size"]:
            steps = size / rows[-1]["size"] / 4
            row["time_ratio"] = cpu / rows[-1]["cpu"] / steps
            row["memory_ratio"] = row["peak"] / rows[-1]["peak"] / steps
            counts = cpu >= options.least
            row["bad"] |= counts and row["time_ratio"] > options.ratio
            row["bad"] |= row["memory_ratio"] > options.ratio
        row["bad"] |= name in _STREAMED and peak > _MOST_STREAMED
        rows.append(row)
        if told:
            break
    return rows


_COLUMNS = ("program", "n", "archive MB", "seconds", "peak MB", "time x", "memory x")


def cells(row):
    ratios = (f"{row[k]:.1f}" if k in row else "" for k in ("time_ratio", "memory_ratio"))
    numbers = (f"{row['archive'] / 1e6:.2f}", f"{row['cpu']:.2f}", f"{row['peak'] / 1e6:.0f}")
    return (row["name"], f"{row['size']:,}", *numbers, *ratios)


def markdown(rows):
    date = datetime.date.today().isoformat()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    lines = [
        "# How the cost grows",
        "",
        f"By `bazel run //tools:growth -- --markdown docs/growth.md` on {date} ({machine}).",
        "Generated archives of n of something (`tools/judge/growth_programs.py` says of what);",
        "processor's time and largest resident memory of a whole conversion. The ratios are to the",
        "row above, for four times as much.",
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|---" + "|--:" * (len(_COLUMNS) - 1) + "|",
    ]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs; all if none is named")
    parser.add_argument("--sizes", type=int, nargs="+", help="in the place of each program's own")
    parser.add_argument("--ratio", type=float, default=4.4)
    parser.add_argument("--least", type=float, default=0.2, help="seconds")
    parser.add_argument("--timeout", type=int, default=600, help="seconds of the processor")
    parser.add_argument("--markdown", metavar="FILE", help="write the table there")
    parser.add_argument("--tmp", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    options = parser.parse_args()
    tool = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()

    print("{:<18}{:>9}{:>12}{:>9}{:>9}{:>8}{:>10}".format(*_COLUMNS))
    rows = []
    for name in options.names or PROGRAMS:
        for row in measure(tool, name, options.sizes or PROGRAMS[name], options):
            mark = "  <-- " + (row["told"] or "grows too fast") if row["bad"] else ""
            print("{:<18}{:>9}{:>12}{:>9}{:>9}{:>8}{:>10}".format(*cells(row)) + mark, flush=True)
            rows.append(row)
    if options.markdown:
        pathlib.Path(options.markdown).write_text(markdown(rows), encoding="utf-8")
    return int(any(row["bad"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
