"""Writes programs of views, copies and writes in place over tensors of every memory order.

    python stride_programs.py OUT [--seed 0] [--count 600] [--together 1] [--prefix strides]

Each archive NAME.pt holds `together` programs in a row, every other one traced, and NAME.npz what
torch gives: one output a program, with the elements of all its tensors one after another. What an
operator copies and what it shares shows in them. Needs torch; the same arguments write the same
bytes with PYTHONHASHSEED=0.
"""

import argparse
import io
import pathlib
import random
import warnings
import zipfile

import numpy as np
import torch

_MAX_ELEMENTS = 400


class Program:
    """A program as it is being made: its lines, and its tensors as torch has them."""

    def __init__(self, rng, shape):
        self.rng = rng
        self.lines = []
        self.tensors = {}
        self.x = torch.arange(float(np.prod(shape))).reshape(shape) - 4
        self.scope = {"torch": torch, "x": self.x.clone()}
        self.tensors["x"] = self.scope["x"]

    def pick(self):
        """The name of a tensor, a late one rather than an early one."""
        names = list(self.tensors)
        return names[max(self.rng.randrange(len(names)), self.rng.randrange(len(names)))]

    def run(self, line):
        """Adds the line if torch takes it."""
        before = {name: t.clone() for name, t in self.tensors.items()}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                exec(line, self.scope)  # noqa: S102
        except (RuntimeError, IndexError, Warning):
            for name, t in self.tensors.items():
                if not torch.equal(t, before[name]):
                    raise  # torch wrote before it failed
            return False
        self.lines.append(line)
        return True

    def define(self, expression):
        name = f"v{len(self.tensors)}"
        if not self.run(f"{name} = {expression}"):
            return
        value = self.scope[name]
        if 0 < value.numel() <= _MAX_ELEMENTS and value.dim() <= 6:
            self.tensors[name] = value
        else:
            self.lines.pop()

    def places(self, name):
        """Where the elements lie in memory."""
        t = self.tensors[name]
        begin = t.data_ptr() // t.element_size()
        return [begin + sum(map(int.__mul__, at, t.stride())) for at in np.ndindex(*t.shape)]

    def overlaps(self, name):
        """Whether several elements are one in memory: torch does not define writes there."""
        places = self.places(name)
        return len(set(places)) < len(places)

    def apart(self, name):
        """A tensor that shares nothing with that one: torch does not define writing one into the
        other."""
        mine = set(self.places(name))
        others = [n for n in self.tensors if not mine & set(self.places(n))]
        return self.rng.choice(others) if others else "torch.ones(1)"


def axis(rng, t):
    return rng.randrange(-t.dim(), t.dim())


def sizes(rng, t):
    """Some shape of as many elements."""
    left, shape = t.numel(), []
    while left > 1 and len(shape) < 4:
        divisors = [d for d in range(2, left + 1) if left % d == 0]
        shape.append(rng.choice(divisors))
        left //= shape[-1]
    shape += [left] if left > 1 else []
    if rng.random() < 0.3:
        shape.insert(rng.randrange(len(shape) + 1), 1)
    if shape and rng.random() < 0.2:
        shape[rng.randrange(len(shape))] = -1
    return shape or [1]


def grouped(rng, t):
    """A shape that cuts or joins axes of `t` which are neighbours."""
    shape = list(t.shape)
    i = rng.randrange(len(shape))
    if rng.random() < 0.6 and i + 1 < len(shape):
        shape[i : i + 2] = [shape[i] * shape[i + 1]]
    elif shape[i] % 2 == 0:
        shape[i : i + 1] = [2, shape[i] // 2]
    else:
        shape[i : i + 1] = [1, shape[i]]
    return shape


def order(rng, t):
    axes = list(range(t.dim()))
    rng.shuffle(axes)
    return axes


def format_of(rng, t):
    formats = ["torch.contiguous_format", "torch.preserve_format"]
    if t.dim() == 4:
        formats += ["torch.channels_last"] * 4
    return rng.choice(formats)


def cut(rng, t, a):
    begin = rng.randrange(t.shape[a])
    end = rng.randrange(begin + 1, t.shape[a] + 1)
    step = rng.choice([1, 1, 1, 2])
    return f"{begin}:{end}:{step}" if step > 1 else f"{begin}:{end}"


def index(rng, t):
    items = []
    for a in range(t.dim()):
        items.append(rng.choice([":", ":", cut(rng, t, a), str(rng.randrange(t.shape[a]))]))
    return ", ".join(items)


def strided(rng, t):
    """as_strided of a dense tensor: rows of its storage from somewhere."""
    rank = rng.randrange(1, 4)
    size = [rng.randrange(1, 4) for _ in range(rank)]
    stride = [rng.randrange(1, 7) for _ in range(rank)]
    return size, stride, rng.choice(["", f", {rng.randrange(4)}"])


def view(rng, n, t):
    a, b = (axis(rng, t), axis(rng, t)) if t.dim() else (0, 0)
    size, stride, offset = strided(rng, t)
    i = a % t.dim() if t.dim() else 0
    forms = [f"{n}.unsqueeze({a})", f"{n}.view({sizes(rng, t)})", f"{n}.detach()"]
    if t.dim():
        forms += [
            f"{n}.transpose({a}, {b})",
            f"{n}.permute({order(rng, t)})",
            f"{n}.permute({order(rng, t)})",
            f"{n}.select({a}, {rng.randrange(t.shape[a])})",
            f"{n}[{index(rng, t)}]",
            f"{n}.narrow({a}, 0, {rng.randrange(1, t.shape[a] + 1)})",
            f"{n}.expand({[-1] * t.dim() if rng.random() < 0.5 else [2, *t.shape]})",
            f"{n}.squeeze({a})",
            f"{n}.squeeze()",
            f"{n}.movedim({a}, {b})",
            f"{n}.unfold({a}, {rng.randrange(1, t.shape[a] + 1)}, {rng.randrange(1, 3)})",
            f"{n}.chunk(2, {a})[0]",
            f"{n}.split({rng.randrange(1, t.shape[a] + 1)}, {a})[0]",
            f"{n}.unbind({a})[{t.shape[a] - 1}]",
            f"{n}.view({grouped(rng, t)})",
            f"{n}.unflatten({i}, [1, {t.shape[i]}])",
            f"{n}.as_strided({size}, {stride}{offset})",
            f"torch.as_strided({n}, {list(t.shape)}, {list(t.stride())})",
            f"{n}.view_as({n})",
        ]
    if t.dim() == 2:
        forms += [f"{n}.t()"] * 3
    if t.dim() >= 2:
        forms += [f"{n}.diagonal({rng.randrange(-1, 2)}, {a}, {b})", f"{n}.mT", f"{n}.swapaxes(0, {b})"]
    return rng.choice(forms)


def maybe(rng, n, t):
    """What is a view or a copy as the strides decide."""
    forms = [
        f"{n}.reshape({sizes(rng, t)})",
        f"{n}.reshape({sizes(rng, t)})",
        f"{n}.contiguous()",
        f"{n}.contiguous(memory_format={format_of(rng, t)})",
        f"{n}.ravel()",
        f"{n}.flatten()",
        f"{n}.to({rng.choice(['torch.float32', 'torch.float64'])})",
        f"{n}.to(torch.float32, copy={rng.choice([True, False])})",
        f"{n}.to(torch.float32, memory_format={format_of(rng, t)})",
        f"{n}.type_as({n})",
    ]
    if t.dim():
        i = rng.randrange(t.dim())
        j = rng.randrange(i, t.dim())
        forms += [f"{n}.flatten({i}, {j})"] * 4
        forms += [f"{n}.reshape({grouped(rng, t)})"] * 3
        forms += [f"{n}.reshape_as({n})", f"torch.nn.functional.dropout({n}, 0.5, False)"]
    return rng.choice(forms)


def copy(rng, n, t, other):
    forms = [
        f"{n}.clone()",
        f"{n}.clone()",
        f"{n} + 1",
        f"{n} * 2",
        f"torch.relu({n})",
        f"{n} - {other}",
        f"{other} + {n}",
        f"{n}.abs()",
        f"-{n}",
        f"torch.zeros_like({n})",
        f"torch.ones_like({n})",
        f"torch.empty_like({n}).copy_({n})",
        f"torch.empty_like({n}).fill_(3)",
        f"torch.full_like({n}, 2)",
        f"torch.where({n} > 2, {n}, {other})",
        f"torch.maximum({n}, {other})",
        f"{n}.masked_fill({n} > 5, 0)",
        f"{n}.clone(memory_format={format_of(rng, t)})",
        f"torch.zeros_like({n}, memory_format={format_of(rng, t)})",
        f"{n}.to(torch.float64) * 2",
    ]
    if t.dim():
        a = axis(rng, t)
        forms += [
            f"torch.cat([{n}, {n}], {a})",
            f"torch.stack([{n}, {n}], {a})",
            f"{n}.flip([{a}])",
            f"{n}.sum([{a}], keepdim={rng.choice([True, False])})",
            f"{n}.cumsum({a})",
            f"{n}.index_select({a}, torch.tensor([0]))",
            f"{n}.softmax({a}).round()",
            f"{n}.repeat({[1] * t.dim()})",
            f"torch.roll({n}, 1, {a})",
            f"{n}.new_zeros({list(t.shape)})",
        ]
    return rng.choice(forms)


def write(rng, n, t, other):
    forms = [
        f"{n}.add_({rng.randrange(1, 5)})",
        f"{n}.mul_(2)",
        f"{n}.sub_({other})",
        f"{n}.fill_({rng.randrange(10, 20)})",
        f"{n}.zero_()",
        f"{n}.copy_({other})",
        f"{n}.masked_fill_({n} > 3, {rng.randrange(20, 30)})",
        f"{n}.relu_()",
        f"{n}.neg_()",
        f"{n}.clamp_(-2, 40)",
    ]
    if t.dim():
        at = index(rng, t)
        forms += [f"{n}[{at}] = {rng.randrange(30, 40)}", f"{n}[{at}] += 1"] * 2
        forms += [f"{n}[{at}] = {n}[{at}] * 3", f"{n}[0] = {n}[-1] * 2", f"{n}[{at}] = {other}"]
    return rng.choice(forms)


def make_program(rng):
    """(lines, x, result)"""
    rank = rng.choice([1, 2, 2, 3, 3, 3, 4, 4, 4, 5])
    shape = [rng.choice([1, 2, 2, 3, 3, 4]) for _ in range(rank)]
    p = Program(rng, shape)
    first = f"x.permute({order(rng, p.x)})"
    p.define(rng.choice([f"{first}.clone()", f"{first} + 1", f"{first} * 3", first]))
    if rank == 4 and rng.random() < 0.5:
        p.define(f"x.contiguous(memory_format=torch.channels_last)")
    kinds = [view, view, view, maybe, maybe, maybe, copy, copy, write, write]
    steps = rng.randrange(4, 11)
    for step in range(steps * 3):
        n = p.pick()
        t, other = p.tensors[n], p.pick()
        kind = write if step >= steps * 3 - 4 else rng.choice(kinds)
        if kind in (view, maybe):
            p.define(kind(rng, n, t))
        elif kind is copy:
            p.define(copy(rng, n, t, other))
        elif not p.overlaps(n):
            p.run(write(rng, n, t, p.apart(n)))
    names = list(p.tensors)
    values = ", ".join(f"{n}.reshape(-1).to(torch.float32)" for n in names)
    p.run(f"out = torch.cat([{values}])")
    return p.lines, p.x, p.scope["out"]


def as_function(name, lines, folder):
    """The program as a function of a file, where torch.jit finds its source."""
    body = "".join(f"    {line}\n" for line in lines)
    text = f"import torch\nfrom torch import Tensor\n\n\ndef {name}(x: Tensor) -> Tensor:\n{body}"
    path = folder / f"{name}.py"
    path.write_text(f"{text}    return out\n")
    scope = {"__name__": name}
    exec(compile(path.read_text(), str(path), "exec"), scope)  # noqa: S102
    return scope[name]


class Together(torch.nn.Module):
    """Programs in a row: one input holds the inputs of all, one output the outputs."""

    def __init__(self, functions, inputs):
        super().__init__()
        self.functions = functions
        self.shapes = [x.shape for x in inputs]

    def forward(self, x):
        outputs, begin = [], 0
        for f, shape in zip(self.functions, self.shapes):
            end = begin + shape.numel()
            outputs.append(f(x[begin:end].reshape(shape).clone()))
            begin = end
        return torch.cat(outputs)


def save(module, path):
    """Without what only debuggers read."""
    stored = io.BytesIO()
    torch.jit.save(module, stored)
    with zipfile.ZipFile(stored) as given, zipfile.ZipFile(path, "w") as kept:
        for entry in given.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                entry.extra = b""
                kept.writestr(entry, given.read(entry), entry.compress_type, 9)


def compiled(name, lines, x, result, traced, folder):
    """The program, traced or scripted; None if that gives other than torch itself."""
    function = as_function(name, lines, folder)
    try:
        if traced:
            function = torch.jit.trace(function, (x.clone(),), check_trace=False)
        else:
            function = torch.jit.script(function)
        return function if torch.equal(function(x.clone()), result) else None
    except (RuntimeError, torch.jit.frontend.FrontendError) as e:
        print(f"{name}: left out: {str(e).strip().splitlines()[-1]}")
        return None


def make_programs(rng, first, count, traced, folder):
    """[(function, input, output)]"""
    programs = []
    while len(programs) < count:
        lines, x, result = make_program(rng)
        function = compiled(f"p{first + len(programs)}", lines, x, result, traced, folder)
        if function:
            programs.append((function, x, result))
    return programs


def write_archives(out, seed, count, together, prefix):
    sources = out / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    for number, first in enumerate(range(0, count, together)):
        programs = make_programs(
            rng, first, min(together, count - first), number % 2 == 1, sources
        )
        functions, inputs, outputs = zip(*programs)
        program, x, result = functions[0], inputs[0], outputs[0]
        if together > 1:
            x = torch.cat([x.reshape(-1) for x in inputs])
            result = torch.cat(outputs)
            module = Together(functions, inputs)
            program = torch.jit.trace(module, (x.clone(),), check_trace=False)
        stem = out / f"{prefix}_{number:03d}"
        save(program, stem.with_suffix(".pt"))
        np.savez_compressed(stem.with_suffix(".npz"), in0=x.numpy(), out0=result.numpy())
        shape = ",".join(map(str, x.shape))
        stem.with_suffix(".flags").write_text(f"--inputs 'f32[{shape}]'\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--prefix", default="strides")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    write_archives(args.out, args.seed, args.count, args.together, args.prefix)


if __name__ == "__main__":
    main()
