"""Calls archives at several sizes of an axis and records what torch gives, for score.py.

    resize.py ARCHIVES OUT B 0:1,2,5 [NAME ...]     (needs torch, one that loads the archives)
    resize.py --eager make_zoo.py ARCHIVES OUT S 1:5,12,31 hf_bert hf_gpt2

ARCHIVES holds NAME.pt with one recorded call in NAME.npz (in0, in1, ...). Every tensor argument
that has the axis gets the sizes, one a call: random elements, or integers repeated. OUT/NAME.npz
holds the calls as make_models.py names them, OUT/NAME.flags the open sizes. What torch fails at is
left out.
With --eager FILE the outputs are those of the Python module, whose archive is its trace: FILE is a
module with a dict Z, name -> () -> (nn.Module, inputs); it gets the archive's parameters. Where the
archive in torch gives something else than its module, a line says so.
"""

import argparse
import importlib.util
import pathlib
import warnings
import zipfile

import numpy as np
import torch


_TYPES = {
    torch.float32: "f32",
    torch.float64: "f64",
    torch.float16: "f16",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.uint8: "u8",
    torch.int8: "i8",
    torch.bool: "bool",
    torch.complex64: "c64",
}


def flat(value):
    if isinstance(value, torch.Tensor):
        return [value.resolve_conj().resolve_neg()]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for item in value for t in flat(item)] if isinstance(value, (list, tuple)) else []


def resized(example, axis, size):
    if example.dim() <= axis:
        return example.clone()
    shape = [*example.shape]
    shape[axis] = size
    if example.is_floating_point():
        return torch.rand(shape, dtype=example.dtype)
    return example.index_select(axis, torch.arange(size) % example.shape[axis])


def eager_module(path, name, archive):
    """The module that `name` is a trace of, with the archive's parameters and buffers."""
    spec = importlib.util.spec_from_file_location("eager", path)
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    module = source.Z[name]()[0].eval()
    state = archive.state_dict()
    with torch.no_grad():
        for key, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if key in state:
                tensor.copy_(state[key])
    return module


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:150]


def same(a, b):
    return [x.shape for x in a] == [y.shape for y in b] and all(
        torch.allclose(x.double(), y.double(), 1e-3, 1e-4, equal_nan=True) for x, y in zip(a, b)
    )


def record(name, options, archive):
    """(recorded arrays, notes, flags) of one archive."""
    axis, sizes = options.axis
    io = np.load(options.archives / f"{name}.npz")
    count = sum(name.startswith("in") for name in io.files)
    examples = [torch.from_numpy(io[f"in{i}"]) for i in range(count)]
    parameters = [p.debugName().split(".")[0] for p in [*archive.graph.inputs()][1:]]
    module = eager_module(options.eager, name, archive) if options.eager else archive
    recorded, notes, calls = {}, [], 0
    for size in sizes:
        inputs = [resized(x, axis, size) for x in examples]
        try:
            outputs = flat(module(*inputs))
        except Exception as error:
            notes.append(f"torch fails at {size}: {first_line(error)}")
            continue
        if options.eager:
            try:
                frozen = not same(flat(archive(*inputs)), outputs)
            except Exception as error:
                frozen = first_line(error)
            if frozen:
                notes.append(f"the archive differs from its module at {size}")
        prefix = f"next{calls}_" if calls else ""
        calls += 1
        recorded |= {f"{prefix}in{i}": x.numpy() for i, x in enumerate(inputs)}
        recorded |= {f"{prefix}out{i}": x.numpy() for i, x in enumerate(outputs)}
    return recorded, [f"{calls} calls", *notes], flags(name, options, parameters, examples)


def flags(name, options, parameters, examples):
    """--dynamic_axes for a trace, which holds the other sizes; --inputs for others."""
    axis, symbol = options.axis[0], options.symbol
    with zipfile.ZipFile(options.archives / f"{name}.pt") as archive:
        if any(entry.endswith("/traced_inputs.pkl") for entry in archive.namelist()):
            having = [p for p, x in zip(parameters, examples) if x.dim() > axis]
            return f"--dynamic_axes '{','.join(f'{p}:{axis}={symbol}' for p in having)}'"
    sizes = [[symbol if i == axis else str(n) for i, n in enumerate(x.shape)] for x in examples]
    specs = (f"{_TYPES[x.dtype]}[{','.join(s)}]" for x, s in zip(examples, sizes))
    return f"--inputs '{';'.join(specs)}'"


def axis_and_sizes(text):
    axis, sizes = text.split(":")
    return int(axis), [int(s) for s in sizes.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archives", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("symbol")
    parser.add_argument("axis", type=axis_and_sizes)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--eager", type=pathlib.Path)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or sorted(p.stem for p in options.archives.glob("*.npz")):
        torch.manual_seed(1)
        source, stem = options.archives / f"{name}.pt", options.out / name
        try:
            archive = torch.jit.load(source).eval()
        except Exception as error:
            print(f"{name}: not loaded: {first_line(error)}", flush=True)
            continue
        with torch.no_grad():
            recorded, notes, text = record(name, options, archive)
        print(f"{name}: " + "; ".join(notes), flush=True)
        if not recorded:
            continue
        link = stem.with_suffix(".pt")
        link.unlink(missing_ok=True)
        link.symlink_to(source.resolve())
        np.savez(stem.with_suffix(".npz"), **recorded)
        stem.with_suffix(".flags").write_text(text + "\n")


if __name__ == "__main__":
    main()
