"""Runs an NNEF model in tract and compares with recorded outputs.

tract aborts the process on a panic, so every run is a child process of its own (isolated.call).
"""

import ctypes
import pathlib
import re
import struct
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


def load_calls(path):
    """[(inputs, outputs, steps)] of an .npz with in0, in1, ..., out0, out1, ..., and, where some
    output was quantized, step0, step1, ...: its scale, 0 for others; then, for calls in a row,
    next1_in0, ..., next1_out0, ..., next2_in0 and so on."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}

    def series(prefix):
        count = sum(name.startswith(prefix) for name in arrays)
        return [arrays[f"{prefix}{i}"] for i in range(count)]

    def call(prefix):
        outputs = series(f"{prefix}out")
        steps = [float(step) for step in series(f"{prefix}step")] or [0.0] * len(outputs)
        return series(f"{prefix}in"), outputs, steps

    calls = [call("")]
    while any(name.startswith(f"next{len(calls)}_") for name in arrays):
        calls.append(call(f"next{len(calls)}_"))
    return calls


def is_random(path):
    """Whether the recorded outputs were drawn at random: then only their shapes mean something."""
    with np.load(path, allow_pickle=False) as stored:
        return "random" in stored.files


def load_io(path):
    """(inputs, outputs) of the first call in an .npz."""
    return load_calls(path)[0][:2]


def input_names(model_path):
    """The inputs of a model folder, in order."""
    text = pathlib.Path(model_path, "graph.nnef").read_text()
    found = re.search(r"^graph \w+\(([^)]*)\)", text, re.MULTILINE)
    return [name.strip() for name in found.group(1).split(",")]


def initial_value(model_path, name):
    """The array in NAME.initial.dat of a model folder, or None."""
    path = pathlib.Path(model_path, f"{name}.initial.dat")
    if not path.exists():
        return None
    data = path.read_bytes()
    rank, *sizes = struct.unpack_from("<9I", data, 8)
    bits, kind = struct.unpack_from("<II", data, 44)
    letter = {0: "f", 1: "u", 4: "i", 5: "b"}[kind & 0xFFFF]
    shape = sizes[:rank]
    if bits == 1:
        flags = np.unpackbits(np.frombuffer(data, np.uint8, offset=128))
        return flags[: int(np.prod(shape))].astype(np.bool_).reshape(shape)
    dtype = np.dtype("bool") if letter == "b" else np.dtype(f"<{letter}{bits // 8}")
    value = np.frombuffer(data, dtype, offset=128).reshape(shape)
    text = pathlib.Path(model_path, "graph.nnef").read_text()
    logical = re.search(rf'^ *{name} = [^;]*"bool"', text, re.MULTILINE)  # bytes, for old tract
    return value.astype(np.bool_) if logical else value


def judge(model, io, tolerance=compare.Tolerance(), timeout=120.0):
    """Verdict on an NNEF model (folder, .tar or .tgz) against the .npz `io`."""
    return verdict_of(
        isolated.call(run_and_compare, str(model), str(io), tolerance, timeout=timeout)
    )


def verdict_of(outcome):
    """Verdict for the outcome of a function that gives what differs, and notes."""
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
    """The model, with the registries a host of tract switches on."""
    context = tract.nnef()
    for name in _REGISTRIES:
        enable = getattr(context, name, None)
        if enable is not None:
            context = enable()
    read = getattr(context, "load", None) or context.model_for_path  # the name before 0.23
    return read(model_path)


def runnable(model_path):
    """The model, optimised."""
    model = load(model_path)
    if hasattr(model, "into_optimized"):  # wheels before 0.22
        model = model.into_optimized()
    return model.into_runnable()


def run_and_compare(model_path, io_path, tolerance):
    """What differs, and notes. Inputs behind the recorded ones are state: they start from their
    initial values and then take the last outputs of the call before."""
    calls = load_calls(io_path)
    if is_random(io_path):
        tolerance = compare.Tolerance(shapes_only=True)
    model = runnable(model_path)
    given = len(calls[0][0])
    state = []
    count = model.input_count() if hasattr(model, "input_count") else model.inputs  # 0.19
    if count > given:
        state = [initial_value(model_path, name) for name in input_names(model_path)[given:]]
    if count != given + len(state) or any(value is None for value in state):
        return [f"{count} inputs, expected {given}"], []
    for number, (inputs, want, steps) in enumerate(calls):
        got, notes, problem = _run_once(model, inputs + state, want)
        outputs = got[: len(got) - len(state)]
        found = [problem] if problem else compare.differences(outputs, want, tolerance, steps)
        if found:
            return [f"call {number}: {text}" if number else text for text in found], notes
        state = got[len(got) - len(state) :]
    return [], notes


def _run_once(model, inputs, want):
    """(outputs, notes, why the inputs cannot be given)"""
    notes = []
    fed = []
    for i, array in enumerate(map(compare.as_real, inputs)):
        declared = _declared_type(model, i, array.dtype)
        if compare.kind(declared) != compare.kind(array.dtype):
            return [], [], f"input {i}: declared {declared}, expected {array.dtype}"
        if declared != array.dtype:
            notes.append(f"input {i}: {array.dtype} as {declared}")
        fed.append(array.astype(declared))
    got = [array_of(value) for value in model.run(list(map(_from_numpy, fed)))]
    for i, (a, b) in enumerate(zip(got, map(compare.as_real, want))):
        if a.dtype != b.dtype:
            notes.append(f"output {i}: {b.dtype} as {a.dtype}")
    return got, notes, ""


def _declared_type(model, index, given):
    """The numpy type of an input; `given` in wheels that do not tell (before 0.22)."""
    if not hasattr(model, "input_fact"):
        return given
    return _numpy_type(int(model.input_fact(index).datum_type()))


def _numpy_type(code):
    """tract's number of an element type."""
    if code == 0x01:
        return np.dtype(np.bool_)
    letter = {0x1: "u", 0x2: "i", 0x3: "f"}[code >> 4]
    return np.dtype(f"{letter}{code & 0xF}")


def _from_numpy(array):
    """What to give to run(): the array, or of rank 0 a value, which wheels before 0.23 make of
    rank 1."""
    old = getattr(tract, "Value", None)
    if array.ndim > 0 or not old or hasattr(old, "convert_to"):
        return array
    array, value = np.array(array, order="C"), ctypes.c_void_p()
    library = tract.bindings.lib
    create = getattr(library, "tract_value_from_bytes", None) or library.tract_value_create
    data = ctypes.c_void_p(array.ctypes.data)
    dtype = tract.value.dt_numpy_to_tract(array.dtype)
    shape = (ctypes.c_size_t * 0)()
    tract.bindings.check(create(dtype, ctypes.c_size_t(0), shape, data, ctypes.byref(value)))
    return old(value)


def array_of(value):
    """The value as an array. tract's own integers (TDim) have no numpy type: they become int64."""
    if not hasattr(value, "convert_to"):  # wheels before 0.23 read every type as f32
        return _typed_array(value)
    try:
        return value.to_numpy()
    except tract.TractError:
        return value.convert_to(tract.DatumType.I64).to_numpy()


def _typed_array(value):
    """The value's bytes as their own type, by the library's C interface."""
    code, rank = ctypes.c_uint32(), ctypes.c_size_t()
    shape, data = ctypes.POINTER(ctypes.c_size_t)(), ctypes.c_void_p()
    places = [ctypes.byref(place) for place in (code, rank, shape, data)]
    library = tract.bindings.lib
    read = getattr(library, "tract_value_as_bytes", None) or library.tract_value_inspect
    tract.bindings.check(read(value.ptr, *places))
    sizes, dtype = shape[: rank.value], _numpy_type(code.value)
    count = int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize
    return np.frombuffer(ctypes.string_at(data, count), dtype).reshape(sizes)
