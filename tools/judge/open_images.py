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
import inspect
import io
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

_TRACED_AT = [(2, 128, 160), (2, 224, 224), (2, 256, 256)]  # the first that the model takes
_SIZES = [(1, 192, 128), (3, 117, 171), (3, 118, 170), (3, 124, 164), (3, 120, 168), (3, 112, 176),
          (3, 126, 168), (2, 128, 160), (3, 160, 192), (3, 64, 96), (1, 256, 192), (1, 224, 224),
          (3, 224, 224), (2, 224, 224), (1, 256, 256), (3, 256, 256), (2, 256, 256)]
_WANTED = 3
_TIME = 120  # seconds of processors for loading and all runs
_LIVELY = 0.1  # outputs of two images differ by this part of their largest magnitude


def _outputs(made, module):
    """Tensors; of a detector as --max_detections has them: padded, and how many rows count."""
    import torch.nn.functional as F

    found = [made] if hasattr(made, "shape") else [t for t in made if hasattr(t, "shape")]
    most = getattr(module, "detections", None)
    if most is None:
        return found
    rows = min(len(found[0]), most)
    padded = [F.pad(y[:most], [0, 0] * (y.dim() - 1) + [0, most - rows]) for y in found]
    return padded + [found[0].new_tensor(rows)]


def _images(size, module, channels, count):
    """Random images of that size, each of a colour and shade of its own; of latents a quarter."""
    import torch

    batch, height, width = size
    batch = getattr(module, "batch", batch)
    part = getattr(module, "part", 1)
    height, width = height // part, width // part
    shade = torch.linspace(-1, 1, height)[:, None] + torch.linspace(-1, 1, width)
    return tuple(torch.randn(batch, channels, height, width) + torch.randn(batch, channels, 1, 1)
                 + torch.randn(batch, 1, 1, 1) * shade for _ in range(count))


def _size_to_trace(module, channels, images):
    for size in _TRACED_AT[:-1]:
        try:
            module(*_images(size, module, channels, images))
            return size
        except Exception:  # whatever torch says: no size of this model
            continue
    return _TRACED_AT[-1]


def _spread(module, size, channels, images):
    """How much the outputs change from image to image, relative to their largest magnitude."""
    first, second = (_outputs(module(*_images(size, module, channels, images)), module) for _ in range(2))
    spreads = [float((a - b).abs().max() / b.abs().max().clamp(min=1e-30))
               for a, b in zip(first, second)]
    return spreads[1] if hasattr(module, "detections") else min(spreads)


def _enliven(module, size, channels, images, strongly):
    """First weights as if trained a little: norms fit what they see, and no scale is near zero;
    `strongly`: no bias hides what is added to it."""
    import torch

    for part in module.modules():
        if strongly and isinstance(part, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
            if part.bias is not None:
                part.bias.mul_(0.1)
    norms = [part for part in module.modules() if hasattr(part, "running_mean")]
    for parameter in module.parameters():
        if parameter.abs().max() < 1e-3:  # a layer scale, or a residual that begins as nothing
            parameter.add_(torch.randn_like(parameter) * 0.5)
    for norm in norms:
        norm.train()
        norm.momentum = 0.5
        if norm.weight is not None:
            norm.weight.copy_(1 + 0.2 * torch.randn_like(norm.weight))
    for _ in range(6):
        module(*_images(size, module, channels, images))
    for norm in norms:
        norm.eval()


def _build(name):
    """The module of a name, with weights by which outputs tell of images; facts about it."""
    import torch

    import open_image_models

    module, channels, images = open_image_models.build(name)
    with torch.no_grad():
        size = _size_to_trace(module, channels, images)
        spread = _spread(module, size, channels, images)
        livelier = () if hasattr(module, "detections") else (False, True)  # those are made lively
        for strongly in livelier:
            if not spread >= _LIVELY / (10 if strongly else 1):
                _enliven(module, size, channels, images, strongly)
                spread = _spread(module, size, channels, images)
    if not spread >= _LIVELY / 10:
        raise ValueError(f"random weights give nothing to compare: {spread:.1e}")
    return module, {"channels": channels, "images": images, "traced": size, "spread": spread}


def _record(module, saved_as, facts, stem):
    """Saves what torch gives at the sizes it takes; which they are, and at which the archive that
    is saved does otherwise."""
    import numpy as np
    import torch

    sizes, frozen = [], []
    for size in _SIZES:
        inputs = _images(size, module, facts["channels"], facts["images"])
        try:
            wanted = _outputs(module(*inputs), module)
        except Exception:  # whatever torch says: no size of this model
            continue
        if not all(torch.isfinite(y).all() for y in wanted):
            raise ValueError("random weights give no numbers")
        try:
            again = _outputs(saved_as(*inputs), module)
            same = all(a.shape == b.shape and torch.allclose(a, b, rtol=1e-3, atol=1e-3)
                       for a, b in zip(again, wanted))
        except Exception:
            same = False
        shown = "x".join(map(str, inputs[0].shape[2:]))
        if not same:  # the trace froze something of its size
            frozen.append(shown)
            continue
        arrays = {f"in{i}": x.numpy() for i, x in enumerate(inputs)}
        arrays |= {f"out{i}": y.numpy() for i, y in enumerate(wanted)}
        np.savez(f"{stem}.{len(sizes)}.npz", **arrays)
        sizes.append(shown)
        if len(sizes) == _WANTED:
            break
    return sizes, list(dict.fromkeys(frozen))


def _traced(module, example):
    import torch

    return torch.jit.trace(module, example, check_trace=False), "pt"


def _scripted(module, example):
    import torch

    del example
    scripted = torch.jit.script(module)
    try:
        torch.jit.save(scripted, io.BytesIO())
    except RuntimeError:  # a way that is never gone is no script: without it
        scripted = torch.jit.freeze(scripted)
    return scripted, "pt"


def _exported(module, example, strict=False):
    import torch

    auto, dim = torch.export.Dim.AUTO, torch.export.Dim
    batch = dim("batch", min=1)  # AUTO says that there are two or more
    axes = tuple({0: batch, 2: auto, 3: auto} for _ in example)
    parameters = inspect.signature(module.forward).parameters.values()
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        axes = (axes,)
    return torch.export.export(module, example, dynamic_shapes=axes, strict=strict), "pt2"


def _exported_strictly(module, example):
    """By torch's compiler, which keeps a size that a program makes an int; _exported fixes it."""
    return _exported(module, example, strict=True)


def make(options):
    import torch

    stem = pathlib.Path(options.folder) / options.name.replace("/", "_")
    module, facts = _build(options.name)
    example = _images(facts["traced"], module, facts["channels"], facts["images"])
    ways = (_traced, _scripted, _exported, _exported_strictly)
    best = None
    for way in ways:  # the first that is for other sizes, too
        try:
            with torch.no_grad():
                made, suffix = way(module, example)
                run = made.module() if suffix == "pt2" else made
                sizes, frozen = _record(module, run, facts, stem)
        except Exception as error:  # what this way of torch does not take
            if way is _traced:
                raise
            print(f"{options.name}: not {way.__name__[1:]}: {error}", file=sys.stderr)
            continue
        if best is None or (len(sizes), -len(frozen)) > (len(best[0]), -len(best[1])):
            best = sizes, frozen, run, made, suffix, way
        if len(sizes) == _WANTED:
            break
    sizes, frozen, run, made, suffix, way = best
    with torch.no_grad():
        _record(module, run, facts, stem)
    if suffix == "pt2":
        torch.export.save(made, f"{stem}.pt2")
    else:
        made.save(f"{stem}.pt")
    shown = way.__name__[1:].replace("_", " ")
    facts |= {"sizes": sizes, "frozen": frozen, "way": shown, "archive": suffix,
              "batch": getattr(module, "batch", "B"), "detections": getattr(module, "detections", 0)}
    pathlib.Path(f"{stem}.json").write_text(json.dumps(facts))


def _load_and_run(model, recorded):
    """The largest error of all sizes, relative to the largest magnitude, and seconds of
    processors."""
    import numpy as np
    import tract
    import tract_runner

    resource.setrlimit(resource.RLIMIT_CPU, (_TIME, _TIME + 5))
    begin, worst = time.process_time(), 0.0
    runnable = tract_runner.load(model).into_runnable()
    loaded = time.process_time() - begin
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
            scale = max(float(np.abs(want).max(initial=0)), 1e-30)
            worst = max(worst, float(np.nan_to_num(np.abs(got - want), nan=np.inf).max(initial=0)) / scale)
    return [worst, loaded, time.process_time() - begin]


def _convert(options, name, folder):
    """The paths of the model and of what is recorded; or (kind, why not)."""
    stem = folder / name.replace("/", "_")
    if not stem.with_suffix(".json").exists():
        command = [options.torch, __file__, "make", str(folder), name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return "not made", (done.stderr.strip().splitlines() or ["?"])[-1]
    facts = json.loads(stem.with_suffix(".json").read_text())
    open_size = "H,W" if len(set(facts["sizes"])) > 1 else facts["sizes"][0].replace("x", ",")
    one = f"f32[{facts.get('batch', 'B')},{facts['channels']},{open_size}]"
    command = [options.pt2nnef, "--inputs", ";".join([one] * facts["images"]), f"{stem}.{facts.get('archive', 'pt')}",
               f"{stem}"]
    if facts.get("detections"):
        command[1:1] = ["--max_detections", str(facts["detections"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if not line.startswith("wrote")]
    if facts["frozen"]:
        told.append(f"the trace is not for {', '.join(facts['frozen'])}")
    if facts.get("way", "traced") != "traced":
        told.append(facts["way"])
    if "H" not in one:
        told.append(f"torch takes {facts['sizes'][0]} only: its batch is open")
    if done.returncode:
        return "refused", " | ".join(told)[-600:]
    return stem, told


def _judge_one(options, name, folder):
    """(kind, seconds, detail): right, narrow (for fewer sizes than torch), refused, wrong, tract,
    slow, not made."""
    import isolated

    import size_programs

    stem, told = _convert(options, name, folder)
    if isinstance(stem, str):
        return stem, 0.0, told
    note = " | ".join(told)
    every = [str(path) for path in sorted(folder.glob(stem.name + ".*.npz"))]
    recorded = [path for path in every if size_programs.is_for(note, stem, path)]
    if not recorded:
        return "no size", 0.0, note
    run = isolated.call(_load_and_run, str(stem), recorded, timeout=20 * _TIME)
    if run.status != "ok":
        kind = "slow" if run.status == "timeout" or run.detail.startswith("SIGXCPU") else "tract"
        return kind, run.seconds, " ".join(f"{run.detail} {note}".split())[:600]
    worst, loaded, seconds = run.value
    if isinstance(worst, str):
        return "wrong", seconds, f"{worst} {note}"
    told = f"{len(recorded)} of {len(every)} sizes, {worst:.1e}, load {loaded:.1f} s {note}"
    if worst >= 1e-3:
        return "wrong", seconds, told
    return ("right" if len(recorded) == len(every) else "narrow"), seconds, told


def run(options):
    import open_image_models

    counts, table = collections.Counter(), {}
    for name in options.only or open_image_models.ALL:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(options.keep or temporary)
            folder.mkdir(parents=True, exist_ok=True)
            kind, seconds, detail = _judge_one(options, name, folder)
            made = folder / (name.replace("/", "_") + ".json")
            sizes = json.loads(made.read_text())["sizes"] if made.exists() else []
        counts[kind] += 1
        table[name] = {"kind": kind, "seconds": seconds, "detail": detail, "sizes": sizes}
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
