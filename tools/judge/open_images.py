"""Models of images with batch, height and width open: converted once each, run at three sizes.

    open_images.py run PT2NNEF [--torch PYTHON] [--json FILE] [--keep FOLDER] [--only NAME...]
    open_images.py make FOLDER NAME       (what `run` calls with the Python of --torch)

Runs where tract is; PYTHON has torch, and timm, torchvision, transformers for the models of those
(open_image_models.py lists all). A model is traced at one size and told what torch gives at three,
one of them no multiple of 32 where torch takes it. Prints a line a model, then a table; exit status
1 if a result is wrong, or tract fails where the conversion was done.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

_TRACED_AT = (2, 128, 160)
_SIZES = [(1, 192, 128), (3, 117, 171), (3, 118, 170), (3, 124, 164), (3, 120, 168), (3, 112, 176),
          (3, 126, 168), (2, 128, 160), (3, 160, 192), (3, 64, 96), (1, 256, 192), (1, 224, 224)]
_WANTED = 3
_TIME = 120.0  # seconds for loading and for all runs, each


def _outputs(made):
    return [made] if hasattr(made, "shape") else [t for t in made if hasattr(t, "shape")]


def _images(size, module, channels, count):
    """Random images of that size; of latents a quarter of it."""
    import torch

    batch, height, width = size
    part = getattr(module, "part", 1)
    return tuple(torch.randn(batch, channels, height // part, width // part) for _ in range(count))


def _record(module, traced, channels, images, folder, name):
    """Saves what torch gives at the sizes it takes; how many of them, and what was left out."""
    import numpy as np
    import torch

    saved, frozen = 0, []
    for size in _SIZES:
        inputs = _images(size, module, channels, images)
        try:
            wanted = _outputs(module(*inputs))
        except Exception:  # whatever torch says: no size of this model
            continue
        if not all(torch.isfinite(y).all() and y.abs().max() > 0 for y in wanted):
            raise ValueError("random weights give nothing to compare")
        try:
            again = _outputs(traced(*inputs))
            same = all(a.shape == b.shape and torch.allclose(a, b, rtol=1e-3, atol=1e-3)
                       for a, b in zip(again, wanted))
        except Exception:
            same = False
        if not same:  # the trace froze something of its size
            frozen.append("x".join(map(str, inputs[0].shape[2:])))
            continue
        arrays = {f"in{i}": x.numpy() for i, x in enumerate(inputs)}
        arrays |= {f"out{i}": y.numpy() for i, y in enumerate(wanted)}
        np.savez(folder / f"{name}.{saved}.npz", **arrays)
        saved += 1
        if saved == _WANTED:
            break
    return saved, frozen


def make(options):
    import torch

    import open_image_models

    folder, name = pathlib.Path(options.folder), options.name.replace("/", "_")
    module, channels, images = open_image_models.build(options.name)
    example = _images(_TRACED_AT, module, channels, images)
    with torch.no_grad():
        traced = torch.jit.trace(module, example, check_trace=False)
        saved, frozen = _record(module, traced, channels, images, folder, name)
    traced.save(str(folder / f"{name}.pt"))
    facts = {"channels": channels, "images": images, "sizes": saved, "frozen": frozen}
    (folder / f"{name}.json").write_text(json.dumps(facts))


def _load_and_run(model, recorded):
    """The largest error of all sizes, relative to the largest magnitude, and seconds."""
    import numpy as np
    import tract
    import tract_runner

    begin, worst = time.monotonic(), 0.0
    runnable = tract_runner.load(model).into_runnable()
    loaded = time.monotonic() - begin
    for path in recorded:
        with np.load(path) as stored:
            arrays = dict(stored)
        inputs = [arrays[f"in{i}"] for i in range(sum(n.startswith("in") for n in arrays))]
        outputs = [t.to_numpy() for t in runnable.run([tract.Tensor.from_numpy(x) for x in inputs])]
        for i, got in enumerate(outputs):
            want = arrays[f"out{i}"]
            if got.shape != want.shape:
                return [f"{path}: output {i} is {got.shape}, torch's {want.shape}", loaded, 0.0]
            known = np.isfinite(want)
            if not np.array_equal(got[~known], want[~known], equal_nan=True):
                return [f"{path}: output {i} differs where it is no number", loaded, 0.0]
            got, want = got[known], want[known]
            scale = max(float(np.abs(want).max(initial=0)), 1e-6)
            worst = max(worst, float(np.nan_to_num(np.abs(got - want), nan=np.inf).max(initial=0)) / scale)
    return [worst, loaded, time.monotonic() - begin]


def _convert(options, name, folder):
    """The paths of the model and of what is recorded; or (kind, why not)."""
    stem = folder / name.replace("/", "_")
    command = [options.torch, __file__, "make", str(folder), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return "not made", (done.stderr.strip().splitlines() or ["?"])[-1]
    facts = json.loads(stem.with_suffix(".json").read_text())
    one = f"f32[B,{facts['channels']},H,W]"
    command = [options.pt2nnef, "--inputs", ";".join([one] * facts["images"]), f"{stem}.pt", f"{stem}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if not line.startswith("wrote")]
    if facts["frozen"]:
        told.append(f"the trace is not for {', '.join(facts['frozen'])}")
    if done.returncode:
        return "refused", " | ".join(told)[-600:]
    return stem, told


def _judge_one(options, name, folder):
    """(kind, seconds, detail): right, refused, wrong, tract, slow, not made."""
    import isolated

    import size_programs

    stem, told = _convert(options, name, folder)
    if isinstance(stem, str):
        return stem, 0.0, told
    recorded, note = [], " | ".join(told)
    for path in sorted(folder.glob(stem.name + ".*.npz")):
        if size_programs.is_for(note, stem, path):
            recorded.append(str(path))
    if not recorded:
        return "no size", 0.0, note
    run = isolated.call(_load_and_run, str(stem), recorded, timeout=_TIME)
    if run.status != "ok":
        kind = "slow" if run.status == "timeout" else "tract"
        return kind, run.seconds, " ".join(f"{run.detail} {note}".split())[:600]
    worst, loaded, seconds = run.value
    if isinstance(worst, str):
        return "wrong", seconds, f"{worst} {note}"
    told = f"{len(recorded)} sizes, {worst:.1e}, load {loaded:.1f} s {note}"
    return ("right" if worst < 1e-3 else "wrong"), seconds, told


def run(options):
    import open_image_models

    counts, table = collections.Counter(), {}
    for name in options.only or open_image_models.ALL:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(options.keep or temporary)
            folder.mkdir(parents=True, exist_ok=True)
            kind, seconds, detail = _judge_one(options, name, folder)
        counts[kind] += 1
        table[name] = {"kind": kind, "seconds": seconds, "detail": detail}
        print(f"{name:32} {kind:8} {seconds:6.1f} s  {detail[:400]}", flush=True)
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(table, indent=1))
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    return 1 if counts["wrong"] or counts["tract"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("pt2nnef")
    running.add_argument("--only", nargs="+", metavar="NAME")
    running.add_argument("--torch", default=sys.executable, metavar="PYTHON")
    running.add_argument("--json", metavar="FILE")
    running.add_argument("--keep", metavar="FOLDER")
    making = commands.add_parser("make")
    making.add_argument("folder")
    making.add_argument("name")
    options = parser.parse_args()
    return make(options) if options.command == "make" else run(options)


if __name__ == "__main__":
    sys.exit(main())
