"""Scripted programs: lists, tuples, dicts and strings."""

from typing import Dict, List, Tuple

import fixture
import torch
from torch import nn

FIXTURES = []
scripted = fixture.collector(FIXTURES)("scripted")


@scripted
def tensor_lists():
    class Model(nn.Module):
        def forward(self, x):
            a: List[torch.Tensor] = []
            for i in range(5):
                a.append(x + i)
            last = a.pop()
            second = a.pop(1)
            a.insert(1, last * 2)
            a.extend([second, last])
            a[0] = a[-1] - 1
            b = a[1:4]
            b.reverse()
            del a[2]
            c = a + b
            c += [x]
            return torch.stack(c), torch.cat(b, 1), torch.stack(a[::2]), len(c) * x

    return Model(), (torch.randn(2, 3),)


@scripted
def unpacked_lists():
    class Model(nn.Module):
        def forward(self, x):
            a, b = x.chunk(2, 1)
            c, d, e = torch.unbind(x[:, :3], 1)
            first, second = x.split([1, 3], dim=1)
            (m, i), n = x.max(1), x.sum()
            parts = torch.split(x, 2, 1)
            return a + b, c * d - e, first * second, m + n, i, parts[-1]

    return Model(), (torch.randn(2, 4),)


@scripted
def dict_methods():
    class Model(nn.Module):
        def forward(self, x):
            d = {"a": x, "b": x * 2}
            d["c"] = d["a"] + d["b"]
            d.update({"b": x - 1})
            popped = d.pop("a")
            other = d.setdefault("e", popped)
            got = d.get("zzz", x * 5)
            maybe = d.get("c")
            if maybe is not None:
                got = got + maybe
            total = torch.zeros_like(x)
            for key in d.keys():
                total = total + d[key] * len(key)
            for key, value in d.items():
                if key != "c":
                    total = total - value
            numbers: Dict[int, float] = {3: 0.5, 1: 2.0}
            for n, f in numbers.items():
                total = total + n * f
            copy = d.copy()
            del d["c"]
            copy.clear()
            return total, other, got, torch.stack(list(d.values())), x * len(copy) + len(d)

    return Model(), (torch.randn(2, 3),)


@scripted
def list_methods():
    class Model(nn.Module):
        def forward(self, x):
            a = [3, 1, 2]
            a.sort()
            b = sorted([2.5, -1.0, 0.0])
            a.append(7)
            a.remove(2)
            names = ["x", "y"] * 2
            c = [0] * 3 + a
            copy = a.copy()
            copy[0] = 100
            nested = [[1, 2], [3, 4]]
            nested[0].append(9)
            index = names.index("y") + names.count("x")
            rev = a[::-1]
            w = torch.tensor([a[0], rev[0], index], dtype=torch.float32)
            same = a == [1, 3, 7]
            return x * w, x + len(nested[0]) + b[0] + c[2], torch.tensor(nested[1]), x * same

    return Model(), (torch.randn(2, 3),)


@scripted
def string_methods():
    class Model(nn.Module):
        def forward(self, x):
            s = " Hello World "
            t = s.strip().lower().replace("world", "there")
            parts = t.split(" ")
            n = len(parts) + t.find("there") + s.count("o")
            if t.startswith("hello") and t.endswith("re") and "there" in t:
                n += 10
            if s.upper() == " HELLO WORLD " and t[0] == "h" and t[1:3] == "el":
                n += 100
            joined = "-".join(parts)
            for c in joined:
                if c == "-":
                    n += 1000
            n += ord("a") + int("12")
            if "12".isdigit() and not "ab".isdigit():
                n += 1
            if "b" > "a" and str(3) == "3" and str(1.5) == "1.5":
                n += 5
            return x * n + float("0.5")

    return Model(), (torch.randn(2, 3),)


@scripted
def comprehensions():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

        def forward(self, x):
            scaled = [x * i for i in range(3)]
            outs = [layer(x) for layer in self.layers]
            sizes = [s * 2 for s in x.shape]
            table = {str(i): i * i for i in range(4)}
            return torch.stack(scaled), torch.cat(outs), x.new_ones(sizes) * table["3"]

    return Model(), (torch.randn(2, 3),)


@scripted
def tuples():
    class Model(nn.Module):
        def pair(self, x) -> Tuple[torch.Tensor, Tuple[int, torch.Tensor]]:
            return x + 1, (2, x * 3)

        def forward(self, x):
            a, (n, b) = self.pair(x)
            t = self.pair(b)
            u = (a, n) + (b, 4)
            x, y = t[0], x
            x, y = y, x
            return a * n, t[1][1] - u[3], u[-2], x - y, len(u) * x

    return Model(), (torch.randn(2, 3),)
