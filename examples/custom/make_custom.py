"""Writes models/: each model of pkg.py traced, scripted and as .pt2, with what torch gave.

NAME_old is a traced archive as torch before 2 wrote it, NAME_kept a .pt2 that keeps the signature of
the module.

    python make_custom.py      (needs torch; made with 2.15.0)
"""

import pathlib
import sys
import warnings
import zipfile

import numpy as np
import torch

_HERE = pathlib.Path(__file__).parent
sys.path += [str(_HERE), str(_HERE.parent.parent / "testdata")]

import pkg  # noqa: E402
from hide_folders import hide_makers  # noqa: E402

_EXTEND = "--extend examples/custom/{}.textproto"
# name: (module, input, flags)
MODELS = {
    "fused_norm": (pkg.FusedNorm, (2, 3, 8), _EXTEND.format("fused_norm")),
    "attention": (pkg.Transformer, (1, 5, 16), _EXTEND.format("attention")),
    "ssm": (pkg.Ssm, (1, 7, 6), ""),
}


def without_examples(archive):
    """The archive as torch before 2 wrote it: with nothing that says that it was traced."""
    with zipfile.ZipFile(archive) as z:
        entries = [(name, z.read(name)) for name in z.namelist()]
    with zipfile.ZipFile(archive, "w") as z:
        for name, data in entries:
            if "/traced_inputs" not in name:
                z.writestr(zipfile.ZipInfo(name), data)
    hide_makers(archive)


def make_cells(folder):
    """Modules of several arguments and results."""
    x, h = torch.randn(2, 4), torch.randn(2, 4)
    inputs, shapes = (x, h), "--inputs 'f32[2,4];f32[2,4]'"
    extend = _EXTEND.format("cell")
    for name, make, kept in (("cell", pkg.Recurrent, "cell"), ("mix", pkg.Mixed, "mix")):
        torch.manual_seed(1)
        module = make().eval().requires_grad_(False)
        outputs = module(x, h)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        arrays = {f"in{i}": t.numpy() for i, t in enumerate(inputs)}
        arrays |= {f"out{i}": t.numpy() for i, t in enumerate(outputs)}

        def write(how, save, flags, refused=""):
            path = folder / f"{name}_{how}"
            save(str(path))
            np.savez(f"{path}.npz", **arrays)
            pathlib.Path(f"{path}.flags").write_text(f"{flags}\n".lstrip())
            if refused:
                pathlib.Path(f"{path}.refused").write_text(refused + "\n")

        def save_old(path):
            torch.jit.trace(module, inputs).save(path + ".pt")
            without_examples(path + ".pt")

        def save_exported(path, **how):
            torch.export.save(torch.export.export(module, inputs, **how), path + ".pt2")
            hide_makers(path + ".pt2")

        needs = "does not tell what forward was given for 'share'" if name == "mix" else ""
        write("scripted", lambda p: torch.jit.script(module).save(p + ".pt"), f"{shapes} {extend}")
        write("traced", lambda p: torch.jit.trace(module, inputs).save(p + ".pt"), extend, needs)
        write("old", save_old, f"{shapes} {extend}", needs)
        write("exported", save_exported, extend, needs)
        write("kept", lambda p: save_exported(p, preserve_module_call_signature=(kept,)), extend)


def make_twice(folder):
    """Sizes that follow from the argument's, and element types."""
    for name, make, spec, dtype in (
        ("open", pkg.Twice, "f32[B,S,4]", torch.float32),
        ("half", pkg.Twice, "f16[2,3,4]", torch.float16),
        ("quantized", pkg.TwiceQuantized, "f32[2,3,4]", torch.float32),
    ):
        path = folder / f"twice_{name}"
        x = torch.randn(2, 3, 4).to(dtype)
        torch.jit.script(make()).save(f"{path}.pt")
        np.savez(f"{path}.npz", in0=x.numpy(), out0=make()(x).numpy())
        flags = f"--inputs '{spec}' {_EXTEND.format('twice')}\n"
        pathlib.Path(f"{path}.flags").write_text(flags)
    (folder / "twice_quantized.refused").write_text("a fragment of one's own takes and gives no qu8\n")


def make_rows(folder):
    """A call in the body of a loop."""
    torch.manual_seed(0)
    module, x = pkg.Rows().eval().requires_grad_(False), torch.randn(2, 5, 8)
    path = folder / "fused_norm_in_a_loop"
    torch.jit.script(module).save(f"{path}.pt")
    without_examples(f"{path}.pt")  # stores all entries, so that folders can be hidden
    np.savez(f"{path}.npz", in0=x.numpy(), out0=module(x).numpy())
    pathlib.Path(f"{path}.flags").write_text(f"--inputs 'f32[2,S,8]' {_EXTEND.format('fused_norm')}\n")


def main():
    warnings.filterwarnings("ignore")
    folder = _HERE / "models"
    folder.mkdir(exist_ok=True)
    for name, (make, sizes, flags) in MODELS.items():
        torch.manual_seed(0)
        module, x = make().eval().requires_grad_(False), torch.randn(*sizes)
        spec = f"--inputs 'f32[{','.join(map(str, sizes))}]'"
        open_size = f"--inputs 'f32[{sizes[0]},S,{sizes[2]}]'"
        arrays = {"in0": x.numpy(), "out0": module(x).numpy()}
        torch.jit.trace(module, x).save(str(folder / f"{name}_traced.pt"))
        torch.jit.script(module).save(str(folder / f"{name}_scripted.pt"))
        torch.jit.script(module).save(str(folder / f"{name}_open.pt"))
        torch.export.save(torch.export.export(module, (x,)), folder / f"{name}_exported.pt2")
        hide_makers(str(folder / f"{name}_exported.pt2"))
        for how, own in (("traced", ""), ("scripted", spec), ("open", open_size), ("exported", "")):
            np.savez(folder / f"{name}_{how}.npz", **arrays)
            if own or flags:
                (folder / f"{name}_{how}.flags").write_text(f"{own} {flags}".strip() + "\n")
    make_cells(folder)
    make_twice(folder)
    make_rows(folder)


if __name__ == "__main__":
    main()
