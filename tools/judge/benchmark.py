"""Measures conversions to a folder against `cp` of the same archive.

    bazel run //tools:benchmark -- [flags] ARCHIVE...

Each round copies the archive once and converts it once, in turns, whole processes, with the archive
in the page cache. Prints the medians of both, the median of the rounds' ratios, and the largest
resident memory a conversion had (mapped pages of the archive count too).

Outputs are written to memory (/dev/shm) unless --tmp names another folder: on a disk the numbers
are its file system's too. One without a journal, for example, looks for each new file at all inodes
that were deleted in the last minutes.
"""

import argparse
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import invocation


def run(command):
    """(wall seconds, peak resident bytes) of a process; SystemExit with its stderr if it fails."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{shlex.join(command)}\n{errors.read().decode(errors='replace')}")
    return seconds, usage.ru_maxrss * 1024


def clear(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def measure(tool, archive, flags, rounds, scratch):
    """([cp seconds], [conversion seconds], peak bytes), a value a round."""
    copy, out = scratch / "copy.pt", scratch / "out"
    copies, conversions, peak = [], [], 0
    for i in range(rounds + 1):
        clear(copy)
        copied, _ = run(["cp", str(archive), str(copy)])
        clear(copy)
        converted, memory = run([tool, "convert", *flags, str(archive), str(out)])
        clear(out)
        if i > 0:  # the first round only warms the cache
            copies.append(copied)
            conversions.append(converted)
            peak = max(peak, memory)
    return copies, conversions, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archives", nargs="+", metavar="ARCHIVE")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--flags", default="", help="flags of the conversions")
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    parser.add_argument("--tmp", default=memory, help="where outputs are written")
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    options = parser.parse_args()
    tool = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()

    print(f"{'archive':<28}{'MB':>8}{'cp ms':>9}{'pt2nnef ms':>12}{'ratio':>8}{'peak MB':>9}")
    for archive in map(pathlib.Path, options.archives):
        own = archive.with_suffix(".flags")
        flags = shlex.split(options.flags)
        flags += shlex.split(own.read_text(), comments=True) if own.exists() else []
        with tempfile.TemporaryDirectory(dir=options.tmp) as scratch:
            copies, conversions, peak = measure(
                tool, archive, flags, options.rounds, pathlib.Path(scratch)
            )
        ratio = statistics.median(b / a for a, b in zip(copies, conversions))
        print(
            f"{archive.stem:<28}{archive.stat().st_size / 1e6:>8.1f}"
            f"{statistics.median(copies) * 1e3:>9.1f}{statistics.median(conversions) * 1e3:>12.1f}"
            f"{ratio:>8.2f}{peak / 1e6:>9.1f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
