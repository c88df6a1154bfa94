"""Scripted programs: the language of functions, one small program a construct."""

import warnings
from typing import Any, Dict, List, Optional, Union

import fixture
import torch
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
scripted = fixture_of("scripted")


def helper(x: torch.Tensor, scale: float = 2.0, bias: Optional[float] = None) -> torch.Tensor:
    if bias is None:
        return x * scale
    return x * scale + bias


def first_positive(values: List[int]) -> int:
    for i, v in enumerate(values):
        if v > 0:
            return i
    return -1


@scripted
def return_in_loop():
    class Model(nn.Module):
        def pick(self, x, limit: int):
            for i in range(10):
                x = x + i
                if i == limit:
                    return x
                for j in range(3):
                    if j == 1:
                        continue
                    if i * j > 4:
                        return x - 100
            return -x

        def forward(self, x):
            return self.pick(x, 2), self.pick(x, 7), x * first_positive([-1, 0, 4])

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--args count=2")
def function_without_module():
    def program(x: torch.Tensor, y: torch.Tensor, count: int = 2):
        for _ in range(count):
            x = x + helper(y, bias=1.0)
        return x

    return program, (torch.randn(2, 3), torch.randn(3), 2)


@scripted
def exceptions_not_reached():
    class Model(nn.Module):
        def check(self, x, mode: str) -> int:
            if x.dim() != 2:
                raise ValueError(f"expected 2 axes, got {x.dim()}")
            elif mode not in ["a", "b"]:
                raise RuntimeError("mode " + mode)
            if mode == "a":
                n = 3
            else:
                raise NotImplementedError("b")
            return n

        def forward(self, x):
            assert x.size(1) == 3, "three columns"
            torch._assert(x.size(0) > 0, "no rows")
            return x * self.check(x, "a")

    return Model(), (torch.randn(2, 3),)


@scripted
def messages_without_effect():
    class Model(nn.Module):
        def forward(self, x):
            text = "size {} of {}".format(x.size(0), x.dim())
            warnings.warn("careful: " + text)
            print(text, x.shape, "%d" % 3)
            name = f"{x.size(1)}-{1.5}-{True}"
            return x * len(text) + len(name)

    return Model(), (torch.randn(2, 3),)


@scripted
def fork_and_wait():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(3, 3)

        def branch(self, x, k: int):
            return self.inner(x) * k

        def forward(self, x):
            a = torch.jit.fork(self.branch, x, 2)
            b = torch.jit.fork(helper, x, 0.5)
            c = torch.jit.fork(self.inner, x)
            y = x + 1
            return torch.jit.wait(a) + torch.jit.wait(b) + c.wait() + y

    return Model(), (torch.randn(2, 3),)


@scripted
def annotations():
    class Model(nn.Module):
        def forward(self, x):
            items = torch.jit.annotate(List[torch.Tensor], [])
            nothing = torch.jit.annotate(Optional[torch.Tensor], None)
            items.append(x)
            if nothing is None:
                nothing = x + 1
            table = torch.jit.annotate(Dict[str, int], {})
            table["a"] = 4
            return items[0] + nothing + table["a"]

    return Model(), (torch.randn(2, 3),)


@scripted
def optional_values():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.bias: Optional[torch.Tensor] = None
            self.norm: Optional[nn.Module] = None
            self.act = None

        def inner(self, x, mask: Optional[torch.Tensor], scale: Optional[float] = None):
            if mask is not None and scale is not None:
                return x.masked_fill(mask, scale)
            elif mask is None and scale is not None:
                return x * scale
            return x if mask is None else x - mask.float()

        def forward(self, x, mask: Optional[torch.Tensor] = None):
            if self.bias is not None:
                x = x + self.bias
            if self.norm is not None:
                x = self.norm(x)
            y = self.inner(x, mask) + self.inner(x, None, 2.0)
            if mask is None:
                mask = x > 0
            return y, self.inner(x, mask, 0.5), self.inner(x, mask)

    return Model(), (torch.randn(2, 3),)


@scripted
def while_loops():
    class Model(nn.Module):
        def forward(self, x):
            n = 0
            while True:
                n += 1
                if n % 2 == 0:
                    continue
                x = x + n
                if n > 6:
                    break
            k = 100
            while k > x.size(0) and n < 20:
                k = k // 3
                n += 2
            for i in range(5):
                if i == 3:
                    break
                x = x * 2
            return x, x * k + n

    return Model(), (torch.randn(2, 3),)


@scripted
def types_asked():
    class Model(nn.Module):
        def kind(self, v: Any) -> int:
            if isinstance(v, int):
                return 1
            if isinstance(v, (float, str)):
                return 2
            if isinstance(v, torch.Tensor):
                return v.dim() * 10
            if torch.jit.isinstance(v, List[int]):
                return 100 + v[0]
            if torch.jit.isinstance(v, Dict[str, float]):
                return 200
            return 1000

        def twice(self, v: Union[int, torch.Tensor, List[int]]) -> torch.Tensor:
            if isinstance(v, int):
                return torch.tensor(v * 2)
            elif isinstance(v, torch.Tensor):
                return v * 2
            else:
                return torch.tensor(v[0] * 2)

        def forward(self, x):
            n = self.kind(3) + self.kind("a") + self.kind(x) + self.kind([5]) + self.kind(None)
            return x * n, self.twice(x) + self.twice(4) + self.twice([6])

    return Model(), (torch.randn(2, 3),)


@scripted
def default_arguments():
    class Model(nn.Module):
        def inner(self, x, scale: float = 1.5, names: Optional[List[str]] = None, k: int = 2):
            n = 0 if names is None else len(names)
            return x * scale + n * k

        def forward(self, x):
            return (
                self.inner(x),
                self.inner(x, k=5, names=["a"]),
                helper(x, bias=0.5),
                helper(scale=3.0, x=x),
            )

    return Model(), (torch.randn(2, 3),)


@scripted
def logic():
    class Model(nn.Module):
        def forward(self, x):
            n = x.size(0)
            v = 0
            if 1 < n <= 2 and not (n == 3 or n is None):
                v += 1
            if n in [1, 2] and "a" not in {"b": 1} and 2 in {2: 3}:
                v += 10
            v |= 4
            v ^= 1
            v = (v & 0xFF) << 2 >> 1
            v += 5 if n > 1 else 7
            v += (0 or 3) if False else 2
            flag = True
            flag &= n > 0
            w = -(v**2) if flag else 3.0
            return x * v + w, (x > 0) & (x < 1) | ~(x > -1)

    return Model(), (torch.randn(2, 3),)
