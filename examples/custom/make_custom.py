"""Writes models/: each model of pkg.py traced, scripted and as .pt2, with what torch gave.

    python make_custom.py      (needs torch; made with 2.15.0)
"""

import pathlib
import sys
import warnings

import numpy as np
import torch

_HERE = pathlib.Path(__file__).parent
sys.path += [str(_HERE), str(_HERE.parent.parent / "testdata")]

import pkg  # noqa: E402
from hide_folders import hide_makers  # noqa: E402

# name: (module, input, flags)
_EXTEND = "--extend examples/custom/{}.textproto"
MODELS = {
    "fused_norm": (pkg.FusedNorm, (2, 3, 8), _EXTEND.format("fused_norm")),
    "attention": (pkg.Transformer, (1, 5, 16), _EXTEND.format("attention")),
    "ssm": (pkg.Ssm, (1, 7, 6), ""),
}


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


if __name__ == "__main__":
    main()
