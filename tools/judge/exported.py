"""What lies beside an archive of torch.export, NAME.pt2, in the form that the runners take.

NAME.npz, or NAME.0.npz, NAME.1.npz, ...: calls in a row. They hold every number among the arguments
and results as an array of rank 0, those too that are part of the program; a model has no inputs for
them. NAME_core.pt2, the same program decomposed, shares the files of NAME. With an entry `random` the
values mean nothing.
"""

import json
import pathlib
import zipfile

import numpy as np
import tract_runner

_CONSTANTS = ("as_int", "as_float", "as_bool", "as_string", "as_none")
_NUMBERS = ("as_int", "as_float", "as_bool", "as_sym_int", "as_sym_float", "as_sym_bool")


def recordings(archive):
    """The files with the calls of an archive, in order."""
    archive = pathlib.Path(archive)
    stems = [archive.with_suffix("")]
    if stems[0].name.endswith("_core"):
        stems.append(stems[0].with_name(stems[0].name[: -len("_core")]))
    for stem in stems:
        calls = sorted(
            stem.parent.glob(f"{_escaped(stem.name)}.[0-9]*.npz"),
            key=lambda path: int(path.suffixes[-2][1:]),
        )
        if calls:
            return calls
        whole = stem.with_name(stem.name + ".npz")
        if whole.exists():
            return [whole]
    return []


def _escaped(text):
    return "".join(f"[{c}]" if c in "[]*?" else c for c in text)


def _program(archive):
    with zipfile.ZipFile(archive) as file:
        name = next(
            n for n in file.namelist()
            if n == "serialized_exported_program.json" or n.endswith("models/model.json")
        )  # fmt: skip
        return json.loads(file.read(name))


def _kind(argument):
    return next(key for key, value in argument.items() if value is not None or len(argument) == 1)


def _signature(program):
    """(kinds of the user's inputs, kinds of the user's outputs): as_tensor, as_int, ..."""
    graph, signature = program["graph_module"]["graph"], program["graph_module"]["signature"]
    if "input_specs" not in signature:  # torch 2.1
        inputs = [
            _kind(a) for a in graph["inputs"]
            if a["as_tensor"]["name"] in signature["user_inputs"]
        ]  # fmt: skip
        mutations = signature["buffers_to_mutate"]
        outputs = [
            _kind(a) for a in graph["outputs"]
            if not a["as_tensor"] or a["as_tensor"]["name"] not in mutations
        ]  # fmt: skip
        return inputs, outputs
    inputs = []
    for spec in signature["input_specs"]:
        if "user_input" in spec:
            inputs.append(_kind(spec["user_input"]["arg"]))
        elif "constant_input" in spec:
            inputs.append(_kind(spec["constant_input"]["value"]))
    outputs = [
        _kind(spec["user_output"]["arg"])
        for spec in signature["output_specs"] if "user_output" in spec
    ]  # fmt: skip
    return inputs, outputs


def prepare(archive, target):
    """Writes the calls of an archive to the .npz `target`; flags of the conversion that leave out
    the outputs that were not recorded. None without recordings."""
    files = recordings(archive)
    if not files:
        return None
    inputs, outputs = _signature(_program(archive))
    told = [kind for kind in inputs if kind not in ("as_none", "as_string")]
    given = [kind for kind in outputs if kind not in ("as_none", "as_string")]
    calls = [call for file in files for call in tract_runner.load_calls(file)]
    merged, flags = {}, []
    for step, (arrays, results, _) in enumerate(calls):
        prefix = f"next{step}_" if step else ""
        if len(arrays) == len(told):
            arrays = [a for a, kind in zip(arrays, told) if kind not in _CONSTANTS]
        merged |= {f"{prefix}in{i}": a for i, a in enumerate(arrays)}
        merged |= {f"{prefix}out{i}": a for i, a in enumerate(results)}
    kept = [kind not in _NUMBERS for kind in given]
    if len(calls[0][1]) == sum(kept) < len(kept):
        names = [f"out{i}" if keep else "_" for i, keep in enumerate(kept)]
        flags = ["--output_names=" + ",".join(names)]
    if tract_runner.is_random(files[0]):
        merged["random"] = np.array(1)
    np.savez(target, **merged)
    return flags
