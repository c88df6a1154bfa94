"""Writes testdata/models: small archives made by torch, with the inputs and outputs it recorded.

    PYTHONHASHSEED=0 python make_models.py OUT [NAME ...]      (needs torch; made with 2.15.0)

NAME.pt is the archive; NAME.npz holds in0, in1, ... and out0, out1, ...; NAME.flags holds the flags
of a conversion that needs some; NAME.refused a text of the refusal, for what cannot be converted.
Every model is made from seed 0, and a second run writes the same bytes.
"""

import pathlib
import sys
import warnings

import fixture_blocks as blocks
import fixture_programs as programs
import numpy as np
import torch


def flat(value):
    """The tensors in a value, in order: what a converted model's outputs are."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in flat(item)]
    return []


def inputs_flag(inputs):
    names = {torch.float32: "f32", torch.int64: "i64", torch.bool: "bool"}
    specs = (f"{names[x.dtype]}[{','.join(map(str, x.shape))}]" for x in inputs)
    return "--inputs '" + ";".join(specs) + "'\n"


def write(folder, fixture):
    torch.manual_seed(0)
    module, inputs = fixture.make()
    module = module.eval().requires_grad_(False)
    blocks.randomise_statistics(module)
    with torch.no_grad():
        if fixture.how == "traced":
            archive = torch.jit.trace(module, inputs, check_trace=False, strict=False)
        else:
            archive = torch.jit.script(module)
            if fixture.how == "frozen":
                archive = torch.jit.freeze(archive)
        outputs = flat(archive(*[x.clone() for x in inputs]))
    stem = folder / fixture.name
    archive.save(f"{stem}.pt")
    recorded = {f"in{i}": x.numpy() for i, x in enumerate(inputs)}
    recorded |= {f"out{i}": x.numpy() for i, x in enumerate(outputs)}
    np.savez(f"{stem}.npz", **recorded)
    if fixture.how != "traced":
        stem.with_suffix(".flags").write_text(inputs_flag(inputs))
    if fixture.refused:
        stem.with_suffix(".refused").write_text(fixture.refused + "\n")


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for fixture in blocks.FIXTURES + programs.FIXTURES:
        if not sys.argv[2:] or fixture.name in sys.argv[2:]:
            write(folder, fixture)


if __name__ == "__main__":
    main()
