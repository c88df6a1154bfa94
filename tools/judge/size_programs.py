"""Random programs over images of open height and width: made by torch, converted once, run at
several sizes.

    size_programs.py make FOLDER [--count=N] [--seed=N]     (needs torch)
    size_programs.py judge PT2NNEF FOLDER [--resume]        (needs tract)

Each program is a chain of convolutions, pools, paddings, interpolations, concatenations, reshapes
and windows with random parameters. What torch raises for a size is no size of the program; sizes
that a conversion says it is not for are not run. Of each program FOLDER/judged.jsonl has what came
of it, and the processor's seconds for conversion and for loading. Exit status 1 if a result is
wrong, or tract fails where the conversion was done.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

_SIZES = 4
_LOADS = 3  # what tract makes of a size can be a matter of chance


def _steps(rng):
    """The source of a program: lines that change `x`, of shape [1, 4, h, w]."""
    k, s, d = rng.choice([1, 2, 3, 3, 5]), rng.choice([1, 1, 2, 2, 3]), rng.choice([1, 1, 1, 2])
    p, n = rng.randint(0, k // 2), rng.choice([2, 2, 3, 4, 8])
    h, w = "x.shape[2]", "x.shape[3]"
    mode = rng.choice(["nearest", "bilinear"])
    yield [f"x = F.conv2d(x, self.w{k}, stride={s}, padding={p * d}, dilation={d})"]
    yield [f"x = F.conv_transpose2d(x, self.w{k}, stride={s}, padding={p})"]
    pool = rng.choice(["max", "avg"])
    ceil = rng.choice([True, False])
    yield [f"x = F.{pool}_pool2d(x, {max(k, 2)}, {s}, {p}, ceil_mode={ceil})"]
    way = rng.choice(["constant", "reflect", "replicate"])
    amounts = [rng.randint(0, 3) for _ in range(4)]
    yield [f"x = F.pad(x, {amounts}, mode='{way}')"]
    yield [f"x = F.pad(x, [0, ({n} - {w} % {n}) % {n}, 0, ({n} - {h} % {n}) % {n}])"]
    yield [
        f"a, b = ({8 * n} - {w}) // 2, ({8 * n} - {h}) // 2",
        f"x = F.pad(x, [a, {8 * n} - {w} - a, b, {8 * n} - {h} - b])",
    ]
    yield [f"x = F.interpolate(x, scale_factor={rng.choice([2, 2, 3])}, mode='{mode}')"]
    yield [
        "y = F.max_pool2d(x, 2, 2)",
        f"y = F.interpolate(y, size=x.shape[2:], mode='{mode}')",
        "x = x + y",
    ]
    yield [
        "y = F.conv2d(x, self.w3, stride=2, padding=1)",
        "y = F.interpolate(y, scale_factor=2, mode='nearest')",
        "x = torch.cat([x, y], 1)[:, 2:6]",
    ]
    yield [
        f"y = F.{pool}_pool2d(x, 2, 2, ceil_mode={ceil})",
        "x = F.conv2d(x, self.w3, stride=2, padding=1) + y",
    ]
    yield [
        "y = F.conv_transpose2d(F.conv2d(x, self.w2, stride=2), self.w2, stride=2)",
        "a, b = x.shape[2] - y.shape[2], x.shape[3] - y.shape[3]",
        "x = x + F.pad(y, [b // 2, b - b // 2, a // 2, a - a // 2])",
    ]
    yield [
        "b, c, h, w = x.shape",
        f"x = x.view(b, c, h // {n}, {n}, w // {n}, {n}).permute(0, 2, 4, 1, 3, 5)",
        f"x = x.reshape(-1, c, {n}, {n}) * 2",
        f"x = x.view(b, h // {n}, w // {n}, c, {n}, {n}).permute(0, 3, 1, 4, 2, 5)",
        "x = x.reshape(b, c, h, w)",
    ]
    yield [
        "b, c, h, w = x.shape",
        "x = x.flatten(2).softmax(2).transpose(1, 2).transpose(1, 2).view(b, c, h, w)",
    ]
    yield ["x = F.pixel_unshuffle(x, 2)[:, :4]"]
    yield ["x = F.pixel_shuffle(x, 2).repeat(1, 4, 1, 1)"]
    yield [f"x = x[:, :, {rng.randint(0, 2)}:, :{w} - {rng.randint(0, 2)}]"]
    yield [f"x = x[:, :, {h} // 2:, :{w} // 2]"]
    yield [f"x = x[:, :, ::{n}]"]
    yield ["y, x = x.chunk(2, 3)", "x = torch.cat([x, y], 3)"]
    yield [f"x = x * (1.0 / {w}) + x.mean([2, 3], keepdim=True)"]
    yield [f"x = F.adaptive_avg_pool2d(x, ({rng.randint(1, 3)}, None))" if rng.random() < 0.3
           else f"x = torch.roll(x, ({n}, {-n}), (2, 3))"]
    yield [f"x = x + torch.arange({w}, dtype=torch.float32)"]


def source(seed):
    rng = random.Random(seed)
    lines = []
    for _ in range(rng.randint(2, 6)):
        lines += rng.choice(list(_steps(rng)))
    body = "\n".join("        " + line for line in lines)
    return f"class Program(Base):\n    def forward(self, x):\n{body}\n        return x\n"


def _make_one(seed, folder):
    import numpy as np
    import torch
    import torch.nn.functional as functional

    class Base(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(seed)
            for k in (1, 2, 3, 5):
                self.register_buffer(f"w{k}", torch.randn(4, 4, k, k) / (2 * k))

    text = source(seed)
    names = {"Base": Base, "torch": torch, "F": functional}
    exec(text, names)  # pylint: disable=exec-used
    module = names["Program"]().eval()
    rng = random.Random(seed)
    made = []
    with torch.no_grad():
        for height, width in [(32, 48)] + [
            (rng.randint(9, 64), rng.randint(9, 64)) if i % 2 else
            (8 * rng.randint(2, 9), 8 * rng.randint(2, 9)) for i in range(5 * _SIZES)
        ]:
            x = torch.randn(1, 4, height, width)
            try:
                y = module(x)
            except (RuntimeError, IndexError):
                continue
            if 0 in y.shape or y.numel() > 1 << 22:
                continue
            if not made:
                traced = torch.jit.trace(module, x, check_trace=False)
            elif not torch.allclose(traced(x) if _runs(traced, x) else y, y, atol=1e-4):
                continue  # the trace itself froze something
            made.append((x.numpy(), y.numpy()))
            if len(made) == _SIZES:
                break
    if len(made) < 2:
        return False
    name = folder / f"p{seed:05}"
    traced.save(str(name) + ".pt")
    for i, (x, y) in enumerate(made):
        np.savez(f"{name}.{i}.npz", in0=x, out0=y)
    name.with_suffix(".py").write_text(text)
    return True


def _runs(traced, x):
    try:
        traced(x)
    except RuntimeError:
        return False
    return True


def make(options):
    """Goes on where it was stopped."""
    folder = pathlib.Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / f"made.{options.seed}"
    made, seed = 0, options.seed * 100000
    if state.exists():
        made, seed = map(int, state.read_text().split())
    while made < options.count:
        made += _make_one(seed, folder)
        seed += 1
        state.write_text(f"{made} {seed}")


def is_for(stderr, model, io):
    """Whether what the conversion says of the sizes allows those of the recorded image."""
    import numpy as np

    with np.load(io) as stored:
        batch, _, height, width = stored["in0"].shape
    sizes = {"B": batch, "H": height, "W": width}
    for name, divisor, rest in re.findall(r"converted for ([BHW])%(\d+)==(\d+)", stderr):
        if sizes[name] % int(divisor) != int(rest):
            return False
    text = (pathlib.Path(model) / "graph.nnef").read_text()
    least = re.findall(r"converted for ([BHW])>=(\d+)", stderr)
    if not all(sizes[name] >= int(bound) for name, bound in least):
        return False
    for name, divisor, bound in re.findall(r"tract_assert ([BHW])(?:_by_(\d+))? >= (\d+);", text):
        if sizes[name] // int(divisor or 1) < int(bound):
            return False
    return True


def _run(model, paths):
    """[seconds to load, what is wrong at the first size at which something is]"""
    import compare
    import tract_runner

    start = time.process_time()
    for _ in range(_LOADS):
        runnable = tract_runner.runnable(model)
    seconds = (time.process_time() - start) / _LOADS
    for path in paths:
        (inputs, want, _), = tract_runner.load_calls(path)
        got = [tract_runner.array_of(value) for value in runnable.run(inputs)]
        found = compare.differences(got, want, compare.Tolerance(rtol=1e-3, atol=1e-4))
        if found:
            return [seconds, f"{inputs[0].shape}: {'; '.join(found)}"]
    return [seconds, ""]


def _cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _judge_one(pt2nnef, archive, folder):
    """{kind: ok | refused | not run | wrong | error | crash | timeout, detail, convert, load}"""
    import isolated

    model = folder + "/model"
    command = [pt2nnef, "--inputs", "x=f32[1,4,H,W]", str(archive), model]
    before = _cpu_of_children()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    result = {"name": archive.stem, "convert": round(_cpu_of_children() - before, 3)}
    result["detail"] = done.stderr.strip() or f"exit status {done.returncode}"
    if done.returncode:
        return {**result, "kind": "refused"}
    calls = sorted(archive.parent.glob(archive.stem + ".*.npz"))
    paths = [str(path) for path in calls if is_for(done.stderr, model, path)]
    result["skipped"] = len(calls) - len(paths)
    if not paths:
        return {**result, "kind": "not run"}
    outcome = isolated.call(_run, model, paths, timeout=60)
    if outcome.status != "ok":
        return {**result, "kind": outcome.status, "detail": outcome.detail}
    seconds, found = outcome.value
    result["load"] = round(seconds, 3)
    return {**result, "kind": "wrong", "detail": found} if found else {**result, "kind": "ok"}


def judge(options):
    log = pathlib.Path(options.folder) / "judged.jsonl"
    results = []
    if options.resume and log.exists():
        results = [json.loads(line) for line in log.read_text().splitlines()]
    have = {result["name"] for result in results}
    with open(log, "a" if have else "w", encoding="utf-8") as stream:
        for archive in sorted(pathlib.Path(options.folder).glob("*.pt")):
            if archive.stem in have:
                continue
            with tempfile.TemporaryDirectory() as folder:
                result = _judge_one(options.pt2nnef, archive, folder)
            results.append(result)
            print(json.dumps(result), file=stream, flush=True)
            if result["kind"] != "ok":
                last = (result["detail"].splitlines() or [""])[-1]
                print(f"{archive.stem} {result['kind']}: {last[:400]}", flush=True)
    counts = collections.Counter(result["kind"] for result in results)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    for what in "convert", "load":
        seconds = sorted(result[what] for result in results if what in result)
        if seconds:
            print(f"{what}: median {seconds[len(seconds) // 2]:.3f} s, longest {seconds[-1]:.3f} s,"
                  f" {sum(s > 1 for s in seconds)} longer than 1 s")
    return 1 if counts.keys() - {"ok", "refused", "not run"} else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make")
    maker.add_argument("folder")
    maker.add_argument("--count", type=int, default=2000)
    maker.add_argument("--seed", type=int, default=1)
    judging = commands.add_parser("judge")
    judging.add_argument("pt2nnef")
    judging.add_argument("folder")
    judging.add_argument("--resume", action="store_true", help="after what is judged")
    options = parser.parse_args()
    if options.command == "make":
        return make(options)
    return judge(options)


if __name__ == "__main__":
    sys.exit(main())
