"""Writes script.tsv: what TorchScript's own numbers, strings, lists and dicts give.

    python make_script_table.py OUT [SEED]     (needs torch, on x86; made with 2.15.0)

A row is a function's parameters, its body as torch prints it into archives, arguments, and the
result, both as literals (`raises` where torch raises, or dies). Values are arguments, never part of
the body: torch folds constants. Line ends are `\\n`, the indent of the body is left out.
"""

import copy
import math  # scripts see it by this name
import os
import random
import signal
import sys

import torch
from script_expressions import GROUPS

_INDENT = "  "
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f"}


def literal(value):
    if isinstance(value, str):
        return '"' + "".join(_ESCAPES.get(c, c) for c in value) + '"'
    if isinstance(value, complex):
        return f"complex({value.real!r}, {value.imag!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({''.join(literal(v) + ', ' for v in value).rstrip()})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    return repr(value)


def compiled(parameters, source):
    """The function, or None if TorchScript refuses it."""
    *lines, last = source.split("; ")
    lines = [*lines, last if last.startswith("return ") else f"return {last}"]
    text = f"def f({parameters}):\n" + "".join(f"    {line}\n" for line in lines) + "\n"
    try:
        return torch.jit.CompilationUnit(text).f
    except RuntimeError as error:
        print(f"refused: {source} of {parameters}: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return None


def body(function):
    """What torch prints below the signature."""
    lines = function.code.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.endswith(":") and ") -> " in line) + 1
    return "\\n".join(line[len(_INDENT) :] for line in lines[begin:] if line.strip())


def results(function, calls):
    """A text a call. Calls are made in a child: some end the process."""
    texts = []
    while len(texts) < len(calls):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(write, "w", buffering=1) as out:
                for call in calls[len(texts) :]:
                    # center() of a negative width does not end: two seconds of work each.
                    signal.setitimer(signal.ITIMER_PROF, 2)
                    out.write(outcome(function, call) + "\n")
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as given:
            texts += [line.rstrip("\n") for line in given]
        if os.waitpid(child, 0)[1] != 0:
            texts.append("raises")
    return texts


def outcome(function, call):
    try:
        return literal(function(*copy.deepcopy(call)))  # functions may change lists
    except Exception:
        return "raises"


def rows(seed):
    rng = random.Random(seed)
    for parameters, expressions, calls, most in GROUPS:
        for source in expressions:
            function = compiled(parameters, source)
            if function is None:
                continue
            chosen = rng.sample(calls, min(most // 2 + 1, len(calls)))
            text = body(function)
            for call, result in zip(chosen, results(function, chosen)):
                yield parameters, text, literal(call), result


def main():
    torch.set_num_threads(1)
    with open(sys.argv[1], "w") as out:
        out.write("parameters\tbody\targuments\tresult\n")
        for row in rows(int(sys.argv[2]) if len(sys.argv) > 2 else 7):
            out.write("\t".join(row) + "\n")


if __name__ == "__main__":
    main()
