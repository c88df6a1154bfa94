"""Feeds the tool damaged and hostile archives: it must convert or refuse, and leave OUT whole or
absent.

    bazel run //tools:hostile -- [flags] ARCHIVE...

Each ARCHIVE is truncated, has single bytes flipped, and has bytes of its entries changed with the
checksums made right again. Programs of hostile_programs.py go into a copy of --host. A conversion
that ends by a signal, with another status than 0 or 1, past --timeout, or that leaves something at
OUT when it fails, is a failure; so is a sanitizer's report, if the tool was built with one.
"""

import argparse
import collections
import copy
import io
import json
import multiprocessing
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass

import hostile_programs
import invocation


@dataclass
class Case:
    """One archive to convert."""

    name: str
    make: object  # () -> bytes
    flags: tuple


def truncations(data, count):
    for i in range(count):
        size = i * len(data) // count
        yield f"first {size} bytes", lambda size=size: data[:size]


def flips(data, count, rng):
    for _ in range(count):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        yield f"byte {at} ^ {bit}", lambda at=at, bit=bit: _flip(data, at, bit)


def _flip(data, at, bit):
    changed = bytearray(data)
    changed[at] ^= bit
    return bytes(changed)


def rezip(data, replaced):
    """The archive with entries {name: bytes} in the place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, replaced.get(name, old.read(name)))
    return out.getvalue()


# What stands in the place of a few bytes: numbers at the edges, opcodes, pieces of syntax.
_PIECES = [
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00", b"\x80\x00\x00\x00", b".", b"(", b")", b"[",
    b"]", b"t", b"R", b"b", b"0", b"-1", b"9223372036854775807", b"None", b"Tensor", b"self", b"\n",
    b"    ", b"int", b"{", b"1e999", b'"',
]  # fmt: skip


# What stands in the place of a JSON value.
_VALUES = [None, True, -1, 0, 1, 2**31, 2**63 - 1, 1e308, float("nan"), "", "x", "s0", [], {}]


def rearranged(text, rng):
    """JSON with some of its values replaced, left out, doubled or exchanged for others of it."""
    root = json.loads(text)
    for _ in range(rng.choice((1, 1, 2, 5))):
        places, pending = [], [root]
        while pending:
            value = pending.pop()
            if isinstance(value, (dict, list)):
                keys = list(value) if isinstance(value, dict) else range(len(value))
                places += [(value, key) for key in keys]
                pending += [value[key] for key in keys]
        if not places:
            break
        (holder, key), (other, other_key) = rng.choice(places), rng.choice(places)
        kind = rng.randrange(4)
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder[key] = copy.deepcopy(rng.choice(_VALUES))
        elif kind == 2 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[key] = copy.deepcopy(other[other_key])
    return json.dumps(root).encode()


def mutations(data, count, rng):
    """Changes inside entries that a conversion reads, each with right checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {
            name: archive.read(name)
            for name in archive.namelist()
            if re.search(r"\.(pkl|py|json)$|version$", name) and archive.getinfo(name).file_size
        }
    for i in range(count):
        name = rng.choice(sorted(entries))
        if entries[name].startswith(b"{") and i % 2:
            content = rearranged(entries[name], rng)
            yield f"rearranged {i} of {name}", lambda n=name, c=content: rezip(data, {n: c})
            continue
        content = bytearray(entries[name])
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            at = rng.randrange(len(content))
            kind = rng.randrange(4)
            if kind == 0:
                content[at] ^= 1 << rng.randrange(8)
            elif kind == 1:
                piece = rng.choice(_PIECES)
                content[at : at + len(piece)] = piece
            elif kind == 2:
                content[at:at] = rng.choice(_PIECES)
            else:
                source = rng.randrange(len(content))
                content[at : at + 16] = content[source : source + rng.randrange(1, 17)]
            if not content:
                content = bytearray(b"\x00")
        yield f"mutation {i} of {name}", lambda n=name, c=bytes(content): rezip(data, {n: c})


def programs(host, bodies):
    """Programs in an archive of one class with one method."""
    with zipfile.ZipFile(io.BytesIO(host)) as archive:
        [entry] = [n for n in archive.namelist() if n.endswith(".py")]
        text = archive.read(entry).decode()
    head, class_name = re.match(
        r"(.*?def forward\(self: (\S+),\n    x: Tensor\))", text, re.S
    ).groups()
    for name, body in bodies.items():
        code = (head + body.replace("CLASS", class_name)).encode()
        yield name, lambda code=code: rezip(host, {entry: code})


def cases_of(options):
    rng = random.Random(options.seed)
    for path in map(pathlib.Path, options.archives):
        data = path.read_bytes()
        own = path.with_suffix(".flags")
        flags = tuple(shlex.split(own.read_text(), comments=True)) if own.exists() else ()
        for made in (
            truncations(data, options.truncations),
            flips(data, options.flips, rng),
            mutations(data, options.mutations, rng),
        ):
            for name, make in made:
                yield Case(f"{path.stem}: {name}", make, flags)
    if options.host:
        host = pathlib.Path(options.host).read_bytes()
        for inputs, bodies in (
            ("f32[2,3]", hostile_programs.PROGRAMS),
            ("f32[S,T]", hostile_programs.OPEN_PROGRAMS),
        ):
            for name, make in programs(host, bodies):
                yield Case(name, make, ("--inputs", inputs))


def _limit_memory(limit):
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def problem_of(case, tool, timeout, memory):
    """What is wrong with how the tool answers, or ""; and the exit status."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        archive, out = pathlib.Path(folder, "model.pt"), pathlib.Path(folder, "out")
        archive.write_bytes(case.make())
        command = [tool, "convert", *case.flags, str(archive), str(out)]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                encoding="utf-8", errors="replace", preexec_fn=lambda: _limit_memory(memory),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"no end in {timeout:g} s", -1
        status, told = done.returncode, done.stderr.strip()
        if status not in (0, 1) or "Sanitizer" in told or "runtime error" in told:
            return f"exit status {status}: {told[-3000:]}", status
        if status == 1 and (not told or len(told) > 20000):
            return f"a refusal of {len(told)} characters", status
        if out.exists() != (status == 0) or (status == 0 and not (out / "graph.nnef").exists()):
            return f"exit status {status}, OUT {'is there' if out.exists() else 'is not'}", status
        left = sorted(p.name for p in pathlib.Path(folder).iterdir() if p not in (archive, out))
        return (f"left beside OUT: {left}" if left else ""), status


def _task(number):
    case = _CASES[number]
    options = _OPTIONS
    return problem_of(case, options.pt2nnef, options.timeout, options.memory << 20)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archives", nargs="*", metavar="ARCHIVE")
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    parser.add_argument("--host", help="archive of one class, for the hostile programs")
    parser.add_argument("--truncations", type=int, default=200, help="per archive")
    parser.add_argument("--flips", type=int, default=500, help="per archive")
    parser.add_argument("--mutations", type=int, default=500, help="per archive")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds a conversion")
    parser.add_argument("--memory", type=int, default=0, help="MiB a conversion; 0: no limit")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", metavar="FOLDER", help="write the archives that fail there")
    return parser.parse_args()


def main():
    global _CASES, _OPTIONS
    _OPTIONS = options = parse_arguments()
    options.pt2nnef = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()
    _CASES = list(cases_of(options))
    statuses = collections.Counter()
    failed = 0
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for case, (problem, status) in zip(_CASES, pool.imap(_task, range(len(_CASES)))):
            statuses[status] += 1
            if not problem:
                continue
            failed += 1
            print(f"FAILED {case.name}: {problem}", flush=True)
            if options.keep:
                kept = pathlib.Path(options.keep, re.sub(r"\W+", "_", case.name)[:80] + ".pt")
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(case.make())
    print(
        f"{len(_CASES)} archives: {statuses[0]} converted, {statuses[1]} refused, {failed} failed"
    )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
