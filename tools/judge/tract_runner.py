"""Runs an NNEF model in tract and compares with recorded outputs.

tract aborts the process on a panic, so every run is a child process of its own (isolated.call).
"""

import re
from dataclasses import dataclass, field

import compare
import isolated
import numpy as np
import tract

_REGISTRIES = ("with_tract_core", "with_tract_extra", "with_tract_transformers")


@dataclass
class Verdict:
    """status: ok | wrong | tract_error | tract_crash | timeout; notes hold harmless oddities."""

    status: str
    detail: str = ""
    notes: list = field(default_factory=list)
    seconds: float = 0.0


def load_io(path):
    """(inputs, outputs) of an .npz with in0, in1, ... and out0, out1, ..."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}

    def series(prefix):
        count = sum(name.startswith(prefix) for name in arrays)
        return [arrays[f"{prefix}{i}"] for i in range(count)]

    return series("in"), series("out")


def judge(model, io, tolerance=compare.Tolerance(), timeout=120.0):
    """Verdict on an NNEF model (folder, .tar or .tgz) against the .npz `io`."""
    outcome = isolated.call(_run_and_compare, str(model), str(io), tolerance, timeout=timeout)
    if outcome.status == "ok":
        found, notes = outcome.value
        status = "wrong" if found else "ok"
        return Verdict(status, "; ".join(found), notes, outcome.seconds)
    status = {"error": "tract_error", "crash": "tract_crash"}.get(outcome.status, outcome.status)
    return Verdict(status, _causes(outcome.detail), [], outcome.seconds)


def _causes(error):
    """The lines of one of tract's errors that say something, numbers and headings left out."""
    lines = (re.sub(r"^\s*(\d+:\s)?\s*", "", line).rstrip() for line in error.splitlines())
    heading = re.compile(r'$|Caused by:$|opening file "|In ModelBuilder::translate$')
    return "\n".join(line for line in lines if not heading.match(line)) or error


def load(model_path):
    """(runnable, [numpy type of each input]), with the registries a host of tract switches on."""
    context = tract.nnef()
    for name in _REGISTRIES:
        enable = getattr(context, name, None)
        if enable is not None:
            context = enable()
    if hasattr(context, "load"):
        model = context.load(model_path)
    else:  # wheels before 0.23
        model = context.model_for_path(model_path).into_optimized()
    types = [_numpy_type(model.input_fact(i)) for i in range(model.input_count())]
    return model.into_runnable(), types


def _numpy_type(fact):
    """Of a fact such as 1,3,f32."""
    name = str(fact).lower().split(",")[-1]
    return np.dtype(re.sub(r"^([uif])(\d+)$", lambda m: f"{m[1]}{int(m[2]) // 8}", name))


def _run_and_compare(model_path, io_path, tolerance):
    inputs, want = load_io(io_path)
    model, types = load(model_path)
    if len(types) != len(inputs):
        return [f"{len(types)} inputs, expected {len(inputs)}"], []
    notes = []
    fed = []
    for i, (array, declared) in enumerate(zip(map(compare.as_real, inputs), types)):
        if compare.kind(declared) != compare.kind(array.dtype):
            return [f"input {i}: declared {declared}, expected {array.dtype}"], []
        if declared != array.dtype:
            notes.append(f"input {i}: {array.dtype} as {declared}")
        fed.append(array.astype(declared))
    got = [_to_numpy(value) for value in model.run(fed)]
    for i, (a, b) in enumerate(zip(got, map(compare.as_real, want))):
        if a.dtype != b.dtype:
            notes.append(f"output {i}: {b.dtype} as {a.dtype}")
    return compare.differences(got, want, tolerance), notes


def _to_numpy(value):
    """The value as an array. tract's own integers (TDim) have no numpy type: they become int64."""
    try:
        return value.to_numpy()
    except tract.TractError:
        return value.convert_to(tract.DatumType.I64).to_numpy()
