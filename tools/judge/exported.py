"""What lies beside an archive of torch.export, NAME.pt2, in the form that the runners take.

NAME.npz, or NAME.0.npz, NAME.1.npz, ...: calls in a row. They hold every number among the arguments
and results as an array of rank 0, those too that are part of the program; a model has no inputs for
them. NAME_core.pt2, the same program decomposed, shares the files of NAME. With an entry `random` the
values mean nothing. A call may be of the module alone, of sizes that the program was not exported
for. What a program leaves in its inputs need not be recorded.
"""

import json
import pathlib
import re
import zipfile

import numpy as np
import tract_runner

_CONSTANTS = ("as_int", "as_float", "as_bool", "as_string", "as_none")
_VIEWS = ("alias", "detach", "expand", "permute", "select", "slice", "squeeze", "t", "transpose",
          "unsqueeze", "view", "getitem", "unbind", "split", "chunk", "detach_")  # fmt: skip
_BFLOAT16 = 13
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


def read_program(archive):
    """The JSON of an archive's program; None if there is none."""
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            if name == "serialized_exported_program.json" or re.search(r"models/\w+\.json$", name):
                return json.loads(file.read(name))
    return None


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


def _metas(program):
    """{name: TensorMeta} of the program's own graph."""
    values = program["graph_module"]["graph"]["tensor_values"]
    return {name: value.get("meta", value) for name, value in values.items()}


def uses_bfloat16(value):
    """Whether some tensor is one, in the program or a graph in it: torch rounds its elements to 8
    bits, a model of f32 does not."""
    if isinstance(value, list):
        return any(map(uses_bfloat16, value))
    if not isinstance(value, dict):
        return False
    return value.get("dtype") == _BFLOAT16 or any(map(uses_bfloat16, value.values()))


def _user_tensors(program):
    """Names of the user's inputs that are tensors."""
    signature = program["graph_module"]["signature"]
    if "input_specs" not in signature:
        return signature["user_inputs"]
    arguments = [s["user_input"]["arg"] for s in signature["input_specs"] if "user_input" in s]
    return [a["as_tensor"]["name"] for a in arguments if a.get("as_tensor")]


def _fits(program, arrays):
    """Whether the program takes inputs of these sizes."""
    metas, names = _metas(program), _user_tensors(program)
    arrays = [a for a in arrays if len(arrays) == len(names) or a.ndim > 0]
    if len(arrays) != len(names):
        return True
    return all(
        size.get("as_int") in (None, given)
        for name, array in zip(names, arrays)
        for size, given in zip(metas[name]["sizes"], array.shape)
    )


def _mutated_inputs(program):
    """Names of the user's inputs that the program writes, as far as names of operators tell."""
    graph, signature = program["graph_module"]["graph"], program["graph_module"]["signature"]
    mutated = {
        s["user_input_mutation"]["user_input_name"]
        for s in signature.get("output_specs", []) if "user_input_mutation" in s
    }  # fmt: skip
    users = set(_user_tensors(program))
    base = {}
    for node in graph["nodes"]:
        name = node["target"].split(".")[-2]
        given = {i["name"]: i["arg"].get("as_tensor") for i in node["inputs"]}
        first = next(iter(given.values()), None)
        for result in node["outputs"] if first else []:
            for tensor in [result["as_tensor"]] if result.get("as_tensor") else result.get("as_tensors") or []:
                if name in _VIEWS or name.endswith("_"):
                    base[tensor["name"]] = base.get(first["name"], first["name"])
        written = [first] if name.endswith("_") and first else []
        if "norm" in name and any(i["arg"].get("as_bool") for i in node["inputs"]):
            written = [given.get("running_mean"), given.get("running_var")]
        mutated |= {base.get(w["name"], w["name"]) for w in written if w} & users
    return mutated


def prepare(archive, target, program=None):
    """Writes the calls of an archive to the .npz `target`; flags of the conversion that leave out
    the outputs that were not recorded. None without recordings."""
    files = recordings(archive)
    program = program or read_program(archive)
    if not files or not program:
        return None
    inputs, outputs = _signature(program)
    told = [kind for kind in inputs if kind not in ("as_none", "as_string")]
    given = [kind for kind in outputs if kind not in ("as_none", "as_string")]
    calls = [call for file in files for call in tract_runner.load_calls(file)]
    calls = calls[:1] + [call for call in calls[1:] if _fits(program, call[0])]
    merged, flags = {}, []
    for step, (arrays, results, _) in enumerate(calls):
        prefix = f"next{step}_" if step else ""
        if len(arrays) == len(told):
            arrays = [a for a, kind in zip(arrays, told) if kind not in _CONSTANTS]
        merged |= {f"{prefix}in{i}": a for i, a in enumerate(arrays)}
        merged |= {f"{prefix}out{i}": a for i, a in enumerate(results)}
    kept = [kind not in _NUMBERS for kind in given]
    recorded, after = len(calls[0][1]), len(_mutated_inputs(program))
    if recorded not in (sum(kept), sum(kept) + after):
        kept = [True] * len(kept)
    spare = after if recorded == sum(kept) else 0
    if spare or not all(kept):
        names = [f"out{i}" if keep else "_" for i, keep in enumerate(kept)] + ["_"] * spare
        names += [f"after{i}" for i in range(after - spare)]
        flags = ["--output_names=" + ",".join(names)]
    if tract_runner.is_random(files[0]):
        merged["random"] = np.array(1)
    np.savez(target, **merged)
    return flags
