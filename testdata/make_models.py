"""Writes testdata/models: small archives made by torch, with the inputs and outputs it recorded.

    PYTHONHASHSEED=0 python make_models.py OUT [NAME ...]      (needs torch; made with 2.15.0)

NAME.pt is the archive; NAME.npz holds in0, in1, ... and out0, out1, ..., and for calls in a row
next1_in0, ..., next1_out0, ..., next2_in0 and so on; step0, ... are the scales of outputs that were
quantized, 0 for others; NAME.flags holds the flags
of a conversion that needs some; NAME.refused a text of the refusal, for what cannot be converted;
NAME.pulse the symbol and the size of a pulse, for what can stream.
Every model is made from seed 0, and a second run writes the same bytes.
"""

import importlib
import io
import pathlib
import re
import sys
import warnings

import fixture_blocks
import numpy as np
import torch


def flat(value):
    """The tensors in a value, in order: what a converted model's outputs are."""
    if isinstance(value, torch.Tensor):
        return [value.int_repr() if value.is_quantized else value]
    if isinstance(value, (bool, int, float)):
        return [torch.tensor(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in flat(item)]
    return []


def tensors_of(inputs, constants=()):
    """The tensors among the arguments that a converted model has as inputs."""
    if isinstance(inputs, torch.Tensor):
        return [inputs]
    if isinstance(inputs, dict):
        inputs = list(inputs.values())
    if not isinstance(inputs, (list, tuple)):
        return []
    given = [x for i, x in enumerate(inputs) if i not in constants]
    return [tensor for x in given for tensor in tensors_of(x)]


def clone(value):
    return value.clone() if isinstance(value, torch.Tensor) else value


def inputs_flag(inputs):
    names = {torch.float32: "f32", torch.int64: "i64", torch.bool: "bool"}
    specs = (f"{names[x.dtype]}[{','.join(map(str, x.shape))}]" for x in inputs)
    return "--inputs '" + ";".join(specs) + "'"


def compile_archive(module, fixture):
    archive = torch.jit.script(module)
    if fixture.how == "frozen":
        return torch.jit.freeze(archive)
    if fixture.how == "preserved":
        return torch.jit.freeze(archive, preserved_attrs=[fixture.method])
    if fixture.how == "optimized":
        return torch.jit.optimize_for_inference(archive)
    return archive


def reloaded(archive):
    stored = io.BytesIO()
    torch.jit.save(archive, stored)
    stored.seek(0)
    return torch.jit.load(stored)


def kept(outputs, flags):
    """Without those that --output_names calls _."""
    names = re.search(r"--output_names (\S+)", flags)
    if not names:
        return outputs
    return [x for name, x in zip(names[1].split(","), outputs) if name != "_"]


def recorded_inside(module, sequence, inside):
    """What is computed inside at each call: by `inside`, which finds the buffers as the call has them."""
    outputs = []
    for inputs in sequence:
        module(*map(clone, inputs))
        outputs.append(flat(inside(module, *map(clone, inputs))))
    return outputs


def write(folder, fixture):
    torch.manual_seed(0)
    module, inputs = fixture.make()
    if isinstance(module, torch.nn.Module):
        module = module.train("--training keep" in fixture.flags).requires_grad_(False)
        fixture_blocks.randomise_statistics(module)
    stateful = isinstance(inputs, list)
    sequence = inputs if stateful else [inputs]
    inputs = sequence[0]
    tensors = tensors_of(inputs, fixture.constants)
    with torch.no_grad():
        if fixture.how == "traced":
            archive = torch.jit.trace(module, inputs, check_trace=False, strict=False)
        else:
            archive = compile_archive(module, fixture)
        # What a loaded archive gives: tracing keeps in mind which constants were numbers.
        loaded = archive if fixture.how == "mobile" else reloaded(archive)
        call = getattr(loaded, fixture.method) if fixture.method != "forward" else loaded
        stem = folder / fixture.name
        if stateful:  # saved as the first caller finds it
            archive.save(f"{stem}.pt")
        outputs = [
            kept(flat(call(*map(clone, inputs))), fixture.flags) for inputs in sequence
        ]
        if fixture.recorded:
            outputs = recorded_inside(module, sequence, fixture.recorded)
    if fixture.train:
        archive.train()
    if fixture.how == "mobile":
        archive._save_for_lite_interpreter(f"{stem}.pt")
    elif not stateful:
        archive.save(f"{stem}.pt")
    recorded = {}
    for step, (given, gave) in enumerate(zip(sequence, outputs)):
        prefix = f"next{step}_" if step else ""
        recorded |= {f"{prefix}in{i}": x.numpy() for i, x in enumerate(tensors_of(given, fixture.constants))}
        recorded |= {f"{prefix}out{i}": x.numpy() for i, x in enumerate(gave)}
    if fixture.steps:
        scales = fixture.steps(module, inputs)
        recorded |= {f"step{i}": np.float64(scale) for i, scale in enumerate(scales)}
    np.savez(f"{stem}.npz", **recorded)
    if fixture.how != "traced" or fixture.flags:
        flags = [fixture.flags] if fixture.flags else []
        if "--inputs" not in fixture.flags and fixture.how != "traced":
            flags.append(inputs_flag(tensors))
        if fixture.method != "forward":
            flags.append(f"--method {fixture.method}")
        stem.with_suffix(".flags").write_text(" ".join(flags) + "\n")
    if fixture.pulse:
        stem.with_suffix(".pulse").write_text(fixture.pulse + "\n")
    if fixture.refused:
        stem.with_suffix(".refused").write_text(fixture.refused + "\n")


def fixtures():
    """Those of every module fixture_*.py here."""
    modules = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("fixture_*.py"))
    modules = map(importlib.import_module, modules)  # make_exported.py has its own
    return [f for module in modules for f in getattr(module, "FIXTURES", [])]


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for fixture in fixtures():
        if not sys.argv[2:] or fixture.name in sys.argv[2:]:
            write(folder, fixture)


if __name__ == "__main__":
    main()
