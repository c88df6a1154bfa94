"""Judges strict NNEF by Khronos' own tools and compares with recorded outputs.

The parser of the package `nnef` must accept the model and infer the recorded shapes; its sample
interpreter, and the one of `nnef_tools` where that and torch are installed, must give the recorded
values. Neither runs every operation of the standard: the other one is asked then.

The parser and the sample interpreter are C++: every run is a child process of its own.
"""

import importlib
import importlib.util
import pathlib
import re
from dataclasses import dataclass, field

import compare
import isolated
import nnef
import numpy as np
import tract_runner

# What the interpreters say of operations that they do not run, and where they are known to run one
# otherwise than the specification says.
_UNSUPPORTED = re.compile(
    r"not implemented|cannot load|only implemented|[Uu]nsupported|not supported|map::at|out_of_range|"
    r"does not support|Reduction of multiple axes|must contain at most|Padding size|No torch"
)
_NUMPY = {"scalar": np.float32, "integer": np.int32, "logical": np.bool_}


@dataclass
class Verdict:
    """status: ok | accepted (by the parser; no interpreter runs it) | wrong | rejected (by the
    parser) | timeout; notes say which interpreter does not run it, and why."""

    status: str
    detail: str = ""
    notes: list = field(default_factory=list)
    seconds: float = 0.0


def judge(model, io, tolerance=compare.Tolerance(), timeout=120.0):
    """Verdict on a strict NNEF model folder against the .npz `io`."""
    parsed = isolated.call(shape_problems, str(model), str(io), timeout=timeout)
    seconds = parsed.seconds
    if parsed.status != "ok":
        status = "timeout" if parsed.status == "timeout" else "rejected"
        return Verdict(status, f"parser: {_last_line(parsed.detail)}", [], seconds)
    if parsed.value:
        return Verdict("wrong", "; ".join(parsed.value), [], seconds)
    verdicts, notes = [], []
    for name, run in _INTERPRETERS.items():
        outcome = isolated.call(_compare, run, str(model), str(io), tolerance, timeout=timeout)
        seconds += outcome.seconds
        told = "; ".join(outcome.value or []) if outcome.status == "ok" else outcome.detail
        if outcome.status == "ok":
            verdicts.append((name, told))
        elif outcome.status != "timeout" and _UNSUPPORTED.search(told):
            notes.append(f"{name}: {_last_line(told)}")
        else:
            verdicts.append((name, f"{outcome.status}: {_last_line(told)}"))
    wrong = [f"{name}: {told}" for name, told in verdicts if told]
    if wrong:
        return Verdict("wrong", "; ".join(wrong), notes, seconds)
    return Verdict("ok" if verdicts else "accepted", "; ".join(notes), notes, seconds)


def shape_problems(model, io):
    """Where the parser's shapes of inputs and outputs are not the recorded ones, and variables that
    nothing reads."""
    inputs, outputs = tract_runner.load_io(io)
    graph = nnef.load_graph(model, lowered=_own_fragments(model))
    nnef.infer_shapes(graph)
    read = {str(name) for op in graph.operations for name in _identifiers(op.inputs.values())}
    found = [
        f"variable {op.outputs['output']} is not read"
        for op in graph.operations
        if op.name == "variable" and op.outputs["output"] not in read | set(graph.outputs)
    ]
    for what, names, arrays in (("input", graph.inputs, inputs), ("output", graph.outputs, outputs)):
        if len(names) < len(arrays):
            found.append(f"{len(names)} {what}s, expected {len(arrays)}")
        for i, (name, array) in enumerate(zip(names, arrays)):
            shape = list(graph.tensors[name].shape)
            if shape != list(compare.as_real(array).shape):
                found.append(f"{what} {i}: parser says {shape}, expected {list(array.shape)}")
    return found


def _identifiers(operands):
    for operand in operands:
        if isinstance(operand, list):
            yield from _identifiers(operand)
        elif isinstance(operand, nnef.Identifier):
            yield operand


def _compare(run, model, io, tolerance):
    """What differs in the calls recorded; see tract_runner.run_and_compare."""
    calls = tract_runner.load_calls(io)
    graph = nnef.parse_file(f"{model}/graph.nnef", lowered=_own_fragments(model))
    given = len(calls[0][0])
    state = [tract_runner.initial_value(model, name) for name in graph.inputs[given:]]
    found = []
    for step, (inputs, want, scales) in enumerate(calls):
        fed = [
            _as_declared(array, graph.tensors[name].dtype)
            for name, array in zip(graph.inputs, [*map(compare.as_real, inputs), *state])
        ]
        got = run(model, graph, fed)
        told = compare.differences(got[: len(got) - len(state)], want, tolerance, scales)
        found += [f"call {step}: {text}" if step else text for text in told]
        state = got[len(got) - len(state) :]
    return found


def _as_declared(array, dtype):
    """The array as the parser's type of an input: float32, int32 or bool."""
    kind = "logical" if array.dtype == np.bool_ else "scalar" if array.dtype.kind == "f" else "integer"
    if kind != dtype:
        raise ValueError(f"an input is declared {dtype}, recorded as {array.dtype}")
    converted = array.astype(_NUMPY[dtype])
    if kind == "integer" and (converted != array).any():
        raise ValueError("unsupported: an integer beyond 32 bits")
    return np.array(converted, order="C")


def _run_sample(model, graph, inputs):
    """In the sample interpreter of the parser's package."""
    nnef.infer_shapes(graph)
    if pathlib.Path(model, "graph.quant").exists():
        raise ValueError("unsupported: quantized variables")  # it reads their bytes as floats
    for operation in graph.operations:
        fault = _sample_fault(graph, operation)
        if fault:
            raise ValueError(f"unsupported: {fault}")
    with nnef.Session(model, lowered=_own_fragments(model)) as session:
        return list(session(*inputs))


def _sample_fault(graph, operation):
    """What of an operation the sample interpreter is known to do wrong, or ""."""

    def tensor(parameter):
        return graph.tensors.get(operation.inputs[parameter])

    if operation.name == "copy" and tensor("x") and tensor("x").dtype != "scalar":
        return "copy of other types than scalar"  # it reads floats
    if operation.name == "matmul":
        batches = {tuple(tensor(side).shape[:-2]) for side in ("A", "B")}
        return "matmul that repeats along batch axes" if len(batches) > 1 else ""
    if operation.name == "select":
        result = graph.tensors[operation.outputs["output"]].shape
        operands = [tensor(name) for name in ("condition", "true_value", "false_value")]
        repeats = any(operand and list(operand.shape) != list(result) for operand in operands)
        numbers = any(operand is None or not operand.shape for operand in operands)
        return "select of numbers that repeats others" if numbers and repeats else ""
    return ""


def _run_tools(model, graph, inputs):
    """In the interpreter of nnef_tools."""
    from nnef_tools.interpreter.pytorch import Interpreter

    wide = [array.astype(np.int64) if array.dtype == np.int32 else array for array in inputs]
    loaded = nnef.load_graph(model, lowered=_own_fragments(model))
    for name, tensor in loaded.tensors.items():
        if tensor.quantization:
            loaded.tensors[name] = _dequantized(tensor)
    outputs = Interpreter(loaded, device="cpu")(wide)
    return [outputs[name] for name in graph.outputs]


def _dequantized(tensor):
    """The variable with the numbers that its integers stand for (nnef_tools makes doubles of them,
    which its operators do not take beside floats)."""
    how = tensor.quantization
    assert how["op-name"] == "zero_point_linear_quantize"
    steps = tensor.data.astype(np.float32) - np.float32(how["zero_point"])
    return tensor._replace(data=steps * np.float32(how["scale"]), quantization={})


_INTERPRETERS = {"nnef": _run_sample}
if all(importlib.util.find_spec(name) for name in ("nnef_tools", "torch")):
    importlib.import_module("nnef_tools.interpreter.pytorch")  # here once, not in every child
    _INTERPRETERS["nnef_tools"] = _run_tools


def _own_fragments(model):
    """The fragments that the document defines: readers replace those by their bodies."""
    text = pathlib.Path(model, "graph.nnef").read_text()
    return re.findall(r"^fragment (\w+)", text, re.MULTILINE)


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
