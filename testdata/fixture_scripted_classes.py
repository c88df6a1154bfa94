"""Scripted programs: classes, modules and what hangs on them."""

from enum import Enum
from typing import Any, Dict, List, NamedTuple, Optional

import fixture
import torch
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
scripted = fixture_of("scripted")


class Color(Enum):
    RED = 1
    GREEN = 2


class Point(NamedTuple):
    x: torch.Tensor
    y: torch.Tensor
    weight: float


@torch.jit.interface
class Activation(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Doubling(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class Squaring(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * x


@torch.jit.script
class Accumulator:
    def __init__(self, start: float, step: int = 2):
        self.total = start
        self.step = step
        self.items: List[torch.Tensor] = []

    def add(self, x: torch.Tensor) -> int:
        self.items.append(x * self.total)
        self.total += self.step
        return len(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> torch.Tensor:
        return self.items[i]


@torch.jit.script
class Scaled:
    def __init__(self, factor: float):
        self.factor = factor

    def __add__(self, other: float) -> "Scaled":
        return Scaled(self.factor + other)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.factor

    @property
    def half(self) -> float:
        return self.factor / 2

    @staticmethod
    def offset() -> float:
        return 0.25


@torch.jit.script
class Counting:
    def __init__(self, log: List[int]):
        self.log = log

    def __enter__(self):
        self.log.append(1)

    def __exit__(self, kind: Any, value: Any, trace: Any):
        self.log.append(10)


@scripted
def hasattr_checks():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = 2.0

        def forward(self, x):
            if hasattr(self, "scale"):
                x = x * self.scale
            if hasattr(self, "shift"):
                x = x + self.shift
            return x

    return Model(), (torch.randn(2, 3),)


@scripted
def enum_values():
    class Model(nn.Module):
        def __init__(self, color: Color):
            super().__init__()
            self.color = color

        def factor(self, color: Color) -> int:
            if color == Color.RED:
                return 10
            return color.value

        def forward(self, x):
            if self.color == Color.GREEN:
                x = x + 1
            if self.color.name == "GREEN" and self.color != Color.RED:
                x = x * self.color.value
            return x * self.factor(Color.RED), x * self.factor(self.color)

    return Model(Color.GREEN), (torch.randn(2, 3),)


@scripted
def named_tuples():
    class Model(nn.Module):
        def swap(self, p: Point) -> Point:
            return Point(x=p.y, y=p.x, weight=p.weight * 2)

        def forward(self, x):
            p = Point(x, x + 1, 0.5)
            q = self.swap(p)
            a, b, w = q
            return q, a * w + b * p[2], p.x - q.y

    return Model(), (torch.randn(2, 3),)


@scripted
def module_interfaces():
    class Model(nn.Module):
        act: Activation

        def __init__(self):
            super().__init__()
            self.act = Doubling()
            self.acts = nn.ModuleList([Squaring(), Doubling()])

        def forward(self, x):
            for i in range(2):
                act: Activation = self.acts[i]
                x = act.forward(x)
            return self.act.forward(x)

    return Model(), (torch.randn(2, 3),)


@scripted
def unused_method():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.plain = True

        @torch.jit.unused
        def exotic(self, x: torch.Tensor) -> torch.Tensor:
            return x.to_sparse()

        def forward(self, x):
            if not self.plain:
                return self.exotic(x)
            if not torch.jit.is_scripting():
                x = x + 100
            return x + 1

    return Model(), (torch.randn(2, 3),)


@scripted
def module_lists_and_dicts():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
            self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b b": nn.Linear(4, 3)})
            self.stack = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

        def forward(self, x):
            for i, layer in enumerate(self.layers):
                x = layer(x) * (i + 1)
            x = self.layers[0](x) + self.layers[-1](x)
            x = self.stack(x) + self.stack[0](x)
            out: Dict[str, torch.Tensor] = {}
            for name, head in self.heads.items():
                out[name] = head(x)
            if "a" in self.heads:
                out["again"] = self.heads["a"](x)
            return out, len(self.layers) * x

    return Model(), (torch.randn(2, 4),)


@scripted
def class_instances():
    class Model(nn.Module):
        def forward(self, x):
            a = Accumulator(1.5)
            n = 0
            for i in range(3):
                n = a.add(x + i)
            b = a
            b.total = 3.0
            a.add(x)
            return torch.stack(a.items), x * n * a.step, a[3] * len(b)

    return Model(), (torch.randn(2, 3),)


@scripted
def class_operators():
    class Model(nn.Module):
        def forward(self, x):
            s = Scaled(1.5) + 0.25
            return s(x) + s.half + Scaled.offset()

    return Model(), (torch.randn(2, 3),)


@scripted
def context_managers():
    class Model(nn.Module):
        def forward(self, x):
            log: List[int] = []
            with torch.no_grad():
                y = x * 2
            with Counting(log):
                y = y + len(log)
            return y, x * log[0] + log[1]

    return Model(), (torch.randn(2, 3),)


@scripted
def attribute_set_in_forward():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = 1.0
            self.cache = [1, 2]
            self.last = torch.jit.Attribute(None, Optional[torch.Tensor])

        def forward(self, x):
            self.scale = 2.5
            self.cache = [3, 4]
            self.last = x + 1
            last = self.last
            assert last is not None
            return last * self.scale + self.cache[1]

    return Model(), (torch.randn(2, 3),)


@scripted
def final_constants():
    class Model(nn.Module):
        depth: torch.jit.Final[int]
        sizes: torch.jit.Final[List[int]]
        __constants__ = ["rate"]

        def __init__(self):
            super().__init__()
            self.depth = 3
            self.sizes = [1, 2]
            self.rate = 0.5
            self.names = {"a": [1.5, 2.5]}
            self.pair = (2, "x")

        def forward(self, x):
            for i in range(self.depth):
                x = x + self.sizes[i % 2] * self.rate
            if self.pair[1] == "x":
                x = x * self.names["a"][1]
            return x * self.pair[0]

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", method="encode", flags="--args count=3")
def other_method():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(3, 4)
            self.unused = nn.Linear(3, 100)

        @torch.jit.export
        def encode(self, x, count: int, scale: float = 2.0):
            for _ in range(count):
                x = x * scale
            return self.inner(x)

        def forward(self, x):
            return self.unused(x)

    return Model(), (torch.randn(2, 3), 3)
