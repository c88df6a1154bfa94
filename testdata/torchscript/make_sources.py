"""Writes the TorchScript sources of this folder: python make_sources.py OUT

Scripts programs that together use the whole language that torch's printer writes, saves them with
the torch at hand and keeps the code entries: OUT/torch-<version>/<program>.<entry>. Programs that
this torch cannot script are named on stderr and left out. Runs on torch 1.2 and later.
"""

import enum
import io
import os
import sys
import zipfile
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import nn, Tensor


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.tail = nn.Sequential(nn.ReLU(), nn.Flatten(1) if hasattr(nn, "Flatten") else nn.ReLU())

    def forward(self, x):
        return self.tail(self.norm(self.conv(x)))


class Control(nn.Module):
    def forward(self, x: Tensor, n: int, flag: bool = True, scale: Optional[float] = None):
        y = x
        k = 0
        for i in range(n):
            if flag and i % 2 == 0:
                y = y + x * i
            elif i > 5:
                y = y - 1
            else:
                y = y * 2
            k += 1
        while k > 0 and bool(y.sum() > 0):
            k = k // 2
            y = y - 0.5
        if scale is not None:
            y = y * scale
        return y, k


class EarlyReturn(nn.Module):
    def forward(self, x: Tensor, mode: str) -> Tensor:
        if mode == "a":
            return x
        elif mode == "b":
            return x * 2
        for i in range(10):
            if i == 3:
                continue
            if int(x.sum()) > i:
                break
            x = x + i
        if mode not in ["c", 'quote\'s "x"', "tab\t\n\\"]:
            raise RuntimeError("unknown mode {}".format(mode))
        return -x


class Numbers(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        a = x * float("inf") + float("-inf")
        b = x * 1e-5 + 1e20 - 0.1 + 1e-300
        c = x + 9223372036854775807 + (-9223372036854775807 - 1)
        return a + b + c + x * float("nan") + 3.0


class Containers(nn.Module):
    def forward(self, x: Tensor, d: Dict[str, Tensor]):
        names: List[str] = []
        empty: Dict[int, List[Tensor]] = {}
        pairs: List[Tuple[int, Tensor]] = [(1, x), (2, x)]
        for k, v in d.items():
            names.append(k)
            x = x + v
        e: Dict[str, int] = {"one": 1, "two": 2}
        t = (x, names)
        first, second = t
        shape = x.shape
        o: List[Optional[Tensor]] = [x, None]
        u: Optional[Tensor] = o[0]
        if u is not None:
            x = u
        z = [i * 2 for i in shape]
        return first[0], second[-1:], pairs[0][1], empty, e["one"], (x,), z, t[0:1]


class Indexing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x[:, 1:, ..., None]
        y[0] = 1.0
        y[:, 0] += 2
        return y[y > 0]


class State(nn.Module):
    steps: int
    names: List[str]

    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(2))
        self.weight = nn.Parameter(torch.ones(2))
        self.steps = 0
        self.names = ["a"]
        self.maybe = None

    def forward(self, x: Tensor) -> Tensor:
        self.steps = self.steps + 1
        self.total = self.total + x
        return self.total * self.weight


class ListOfModules(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        self.named = nn.ModuleDict({"p": nn.ReLU()})

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        for name, m in self.named.items():
            x = m(x)
        return x


class Point(NamedTuple):
    x: Tensor
    y: Optional[int]


class Single(NamedTuple):
    value: Tensor


class Tuples(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Point, Single, Tuple[Tensor, int]]:
        p = Point(x, 1)
        return Point(p.x + 1, p.y), Single(x), (p.x, 3)


PROGRAMS = [Blocks, Control, EarlyReturn, Numbers, Containers, Indexing, State]
PROGRAMS += [ListOfModules, Tuples]


def program(kind):
    PROGRAMS.append(kind)
    return kind



try:

    @torch.jit.interface
    class Op(nn.Module):
        def forward(self, x: Tensor, n: int) -> Tensor:
            pass

    class AddOp(nn.Module):
        def forward(self, x: Tensor, n: int) -> Tensor:
            return x + n

    @program
    class Interfaces(nn.Module):
        op: Op

        def __init__(self):
            super().__init__()
            self.op = AddOp()

        def forward(self, x: Tensor) -> Tensor:
            return self.op.forward(x, 3)

except Exception as error:
    print("Interfaces: %s" % str(error).split("\n")[0], file=sys.stderr)


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Mode(enum.Enum):
    FAST = "fast"
    EXACT = "it's exact"


@program
class Enums(nn.Module):
    def forward(self, x: Tensor, c: Color, m: Mode) -> Tensor:
        if c == Color.RED:
            return x + c.value
        if m == Mode.FAST:
            return x
        return x * len(m.value) * len(c.name)


class Counter(object):
    def __init__(self, start: int):
        self.n = start

    def add(self, k: int) -> int:
        self.n += k
        return self.n


@program
class Objects(nn.Module):
    def forward(self, x: Tensor, k: int) -> Tensor:
        c = Counter(3)
        for _ in range(k):
            c.add(k)
        return x * c.n


class Guard(object):
    def __init__(self, n: int):
        self.n = n

    def __enter__(self) -> int:
        return self.n

    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        self.n = 0


@program
class With(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        with Guard(2) as n:
            x = x * n
        with Guard(3):
            pass
        with torch.no_grad():
            x = x + 1
        return x


fork = getattr(torch.jit, "fork", None) or torch.jit._fork
wait = getattr(torch.jit, "wait", None) or torch.jit._wait


def forked(x: Tensor, n: int) -> Tensor:
    return x * n


@program
class Fork(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        f = fork(forked, x, 2)
        g = fork(forked, x, 3)
        return wait(f) + wait(g)


@program
class Complex(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        z = torch.mul(x, 1 - 2.5j)
        return z + complex(0.0, 1.0) + 3j


@program
class Strings(nn.Module):
    def forward(self, x: Tensor, name: str) -> str:
        print("shape", x.shape, x.dtype)
        text = f"{name} has {x.dim()} axes"
        return text + "\u00e9 caf\u00e9"[0:1] + name[1:3] + "a\x01\x7f" + "%s" % name


@program
class Refine(nn.Module):
    def forward(self, x: Any, u: Union[int, str, List[int]]) -> int:
        if isinstance(x, Tensor):
            return x.dim()
        if isinstance(x, (int, float)):
            return 1
        if isinstance(u, int):
            return u
        elif isinstance(u, str):
            return len(u)
        assert isinstance(u, List[int])
        return u[0]


@program
class Devices(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        d = torch.device("cpu")
        y = torch.zeros([2, 3], dtype=torch.float64, device=d)
        if x.device == y.device and x.is_cuda:
            y = y.to(x.dtype, non_blocking=True)
        return y.to(torch.int64).to(x)


@program
class Hooks(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)

        def pre(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
            return (input[0] + 1,)

        def post(self, input: Tuple[Tensor], output: Tensor) -> Tensor:
            return output * 2

        self.inner.register_forward_pre_hook(pre)
        self.inner.register_forward_hook(post)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)


@program
class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(2, 3, bidirectional=True)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        return self.rnn(x)


@program
class Kept(nn.Module):
    """Own state, constants, several methods."""

    __constants__ = ["sizes", "ratio", "label", "nothing"]

    def __init__(self):
        super().__init__()
        self.sizes = [1, 2]
        self.ratio = 0.5
        self.label = "plain"
        self.nothing = None
        self.flags = (True, None, 3)

    @torch.jit.export
    def __getstate__(self):
        return self.ratio_text(), self.training

    @torch.jit.export
    def __setstate__(self, state: Tuple[str, bool]):
        self.training = state[1]

    @torch.jit.export
    def ratio_text(self) -> str:
        return str(self.ratio) + self.label

    def forward(self, x: Tensor) -> Tensor:
        return x * self.ratio + self.sizes[1]


def sources(module):
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    with zipfile.ZipFile(io.BytesIO(buffer.getvalue())) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                yield name.partition("/")[2], archive.read(name)


def main(out):
    version = torch.__version__.partition("+")[0]
    folder = os.path.join(out, "torch-" + version)
    os.makedirs(folder, exist_ok=True)
    for kind in PROGRAMS:
        try:
            entries = list(sources(kind()))
        except Exception as error:
            print("%s: %s" % (kind.__name__, str(error).strip().split("\n")[0]), file=sys.stderr)
            continue
        for name, text in entries:
            leaf = name.replace("code/", "").replace("__torch__/", "").replace("/", ".")
            with open(os.path.join(folder, kind.__name__ + "." + leaf), "wb") as f:
                f.write(text)


if __name__ == "__main__":
    main(sys.argv[1])
