"""Writes archives of torch.export, one a layout that a torch version has, for
testdata/models/versions.

    python make_exported.py OUT     (torch 2.1 or later; writes OUT/torch-VERSION/exported_NAME.pt2)
    python make_exported.py FOLDER --record      (writes the .npz of archives that are there)
    python make_exported.py OUT --fixtures [NAME ...]    (those of fixture_exported.py, for testdata/models/exported)

As make_models.py: NAME.npz holds inputs and outputs, of several calls for models with state. Torch
exports strictly by default up to 2.7, and not so from 2.8 on, as in users' files.
"""

import copy
import io
import pathlib
import sys
import warnings
import zipfile

import numpy as np
import torch
from hide_folders import hide_makers
from torch import nn

RELEASE = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


class Names(nn.Module):
    """Nested arguments and results, an argument by keyword, one left out."""

    def forward(self, x, pair, *, scale, opt=None):
        return {"sum": x + pair[0], "rest": [pair[1] * scale, x.mean()]}


class State(nn.Module):
    """Buffers that a call changes, and one that is not persistent."""

    def __init__(self):
        super().__init__()
        self.register_buffer("n", torch.zeros((), dtype=torch.int64))
        self.register_buffer("cache", torch.zeros(4, 3))
        self.register_buffer("tmp", torch.arange(3.0), persistent=False)

    def forward(self, x):
        self.n.add_(1)
        self.cache.copy_(torch.cat([self.cache[1:], x], 0))
        return self.cache.mean(0) * self.n + self.tmp


class Consts(nn.Module):
    """Literals, a plain tensor attribute, floats that JSON has not."""

    def __init__(self):
        super().__init__()
        self.t = torch.tensor([1.0, 2.0, 3.0])
        self.register_buffer("np_", torch.ones(3), persistent=False)

    def forward(self, x):
        return (
            torch.where(x > 0, x, torch.tensor(-0.5)) + self.t * self.np_,
            x.masked_fill(x < 0, float("-inf")).clamp(min=-1e30),
            torch.full((2,), float("nan")).isnan().to(torch.int32),
        )


class Strides(nn.Module):
    """Weights that are views, of every element type."""

    def __init__(self):
        super().__init__()
        base = torch.arange(24.0)
        self.register_buffer("t", base.view(4, 6).t())
        self.register_buffer("v", base[5:11])
        self.register_buffer("e", torch.ones(1, 3).expand(4, 3))
        image = torch.rand(1, 2, 3, 3)
        self.register_buffer("cl", image.to(memory_format=torch.channels_last))
        self.h = nn.Parameter(torch.rand(3).half())
        self.bf = nn.Parameter(torch.rand(3).bfloat16())
        self.register_buffer("z", torch.tensor([1 + 2j, 3 - 1j]))
        self.register_buffer("i8", torch.tensor([-3, 4], dtype=torch.int8))
        self.register_buffer("m", torch.tensor([True, False]))
        self.register_buffer("empty", torch.zeros(0, 3))

    def forward(self, x):
        return (
            self.t @ x,
            self.v * 2,
            self.e + 1,
            self.cl.sum(),
            self.h.float() + self.bf.float(),
            torch.view_as_real(self.z) * self.i8[0],
            self.m.logical_not(),
            torch.cat([self.empty, self.e]),
        )


class Cond(nn.Module):
    """A branch over values, with weights that it closes over."""

    def __init__(self):
        super().__init__()
        self.l = nn.Linear(3, 3)

    def forward(self, x):
        def yes(x):
            return self.l(x)

        def no(x):
            return x * 2

        if hasattr(torch, "cond"):
            return torch.cond(x.sum() > 0, yes, no, [x])
        from functorch.experimental import control_flow

        return control_flow.cond(x.sum() > 0, yes, no, [x])


class Mlp(nn.Module):
    """An open batch."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, x):
        return self.b(nn.functional.gelu(self.a(x)))


def open_batch(x):
    if RELEASE < (2, 2):
        return {"constraints": [torch.export.dynamic_dim(x, 0)]}
    return {"dynamic_shapes": {"x": {0: torch.export.Dim("batch", min=2, max=64)}}}


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value.detach()]
    if isinstance(value, dict):
        value = list(value.values())
    return [x for item in value for x in tensors(item)] if isinstance(value, (list, tuple)) else []


def models():
    """name: (module, [(args, kwargs) of each call], further arguments of export)"""
    r = torch.randn
    batch = r(3, 4)
    return {
        "names": (Names(), [((r(2, 3), (r(2, 3), r(2, 3))), {"scale": r(1)})], {}),
        "state": (State(), [((r(1, 3),), {}) for _ in range(3)], {}),
        "consts": (Consts(), [((r(3),), {})], {}),
        "strides": (Strides(), [((r(4, 2),), {})], {}),
        "cond": (Cond(), [((torch.ones(2, 3),), {})], {}),
        "mlp_dyn": (Mlp(), [((batch,), {})], open_batch(batch)),
    }


def recorded(module, calls, inside=None):
    """The arrays of a .npz; what a module writes to its inputs follows its results. `inside`: what is
    recorded instead of these, computed with the buffers as a call leaves them."""
    arrays = {}
    for step, (args, kwargs) in enumerate(calls):
        prefix = f"next{step}_" if step else ""
        given = [x.clone() for x in tensors([args, kwargs])]
        gave = tensors([module(*args, **kwargs)])
        after = tensors([args, kwargs])
        gave += [b for a, b in zip(given, after) if not a.equal(b)]
        gave = tensors([inside(module, *args, **kwargs)]) if inside else gave
        arrays |= {f"{prefix}in{i}": x.numpy() for i, x in enumerate(given)}
        arrays |= {f"{prefix}out{i}": x.numpy() for i, x in enumerate(gave)}
    return arrays


def write(stem, module, calls, options):
    core, train = options.pop("core", False), options.pop("train", False)
    refused, flags = options.pop("refused", None), options.pop("flags", None)
    inside = options.pop("recorded", None)
    module = module.train(train).requires_grad_(False)
    args, kwargs = copy.deepcopy(options.pop("example", calls[0]))
    program = torch.export.export(copy.deepcopy(module), args, kwargs, **options)
    arrays = recorded(module, calls, inside)
    torch.export.save(program, f"{stem}.pt2")
    hide_makers(f"{stem}.pt2")
    np.savez(f"{stem}.npz", **arrays)
    if refused:
        pathlib.Path(f"{stem}.refused").write_text(refused + "\n")
    if flags:
        pathlib.Path(f"{stem}.flags").write_text(flags + "\n")
    if core:
        torch.export.save(program.run_decompositions(), f"{stem}_core.pt2")
        hide_makers(f"{stem}_core.pt2")
        np.savez(f"{stem}_core.npz", **arrays)


def stored(archive):
    """{name: tensor} of an archive's weights."""
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        if not any(n.endswith("models/model.json") for n in names):
            [entry] = [n for n in names if n.startswith("serialized_state_dict")]
            return torch.load(io.BytesIO(file.read(entry)), weights_only=False)
        if any(n.endswith("data/weights/model.pt") for n in names):
            [entry] = [n for n in names if n.endswith("data/weights/model.pt")]
            return torch.load(io.BytesIO(file.read(entry)), weights_only=False)
    return torch.export.load(str(archive)).state_dict


def record(archive):
    """Writes the .npz of an archive of another torch: its weights in this torch's module."""
    torch.manual_seed(1)
    module, calls, _ = models()[archive.stem.removeprefix("exported_")]
    weights, own = stored(archive), module.state_dict()
    for name in own:
        own[name] = weights.get(name, weights.get(f"L__s___{name.replace('.', '_')}"))
    module.load_state_dict(own, assign=True)
    np.savez(archive.with_suffix(".npz"), **recorded(module.eval().requires_grad_(False), calls))


def main():
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    out = pathlib.Path(sys.argv[1])
    if "--record" in sys.argv:
        for archive in sorted(out.rglob("exported_*.pt2")):
            record(archive)
        return
    if "--fixtures" in sys.argv:
        import fixture_exported

        out.mkdir(parents=True, exist_ok=True)
        for name, fixture in fixture_exported.fixtures().items():
            if len(sys.argv) == 3 or name in sys.argv:
                write(out / name, *fixture)
        return
    folder = out / f"torch-{torch.__version__.split('+')[0]}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, model in models().items():
        write(folder / f"exported_{name}", *model)


if __name__ == "__main__":
    main()
