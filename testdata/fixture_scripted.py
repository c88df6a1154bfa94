"""The language of scripted programs: one small program a construct."""

import math
import warnings
from enum import Enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import fixture
import torch
from torch import nn
from torch.nn import functional as F

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


@fixture_of("scripted", flags="--args count=2")
def function_without_module():
    def program(x: torch.Tensor, y: torch.Tensor, count: int = 2):
        for _ in range(count):
            x = x + helper(y, bias=1.0)
        return x

    return program, (torch.randn(2, 3), torch.randn(3), 2)


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
def complex_numbers():
    class Model(nn.Module):
        def forward(self, x):
            z = complex(1.0, 2.0) * (0.5 + 1j)
            size = abs(z)
            return x * size, x * abs(z * 2)

    return Model(), (torch.randn(2, 3),)


@scripted
def builtin_functions():
    class Model(nn.Module):
        def forward(self, x):
            a = [4, 2, 9]
            b = [0.5, 1.5, 2.5]
            total = 0.0
            for i, (p, q) in enumerate(zip(a, b)):
                total += i * p * q
            for i, v in enumerate(a, 1):
                total += i * v
            low = min(a) + max(a) + min(3, 1) + max(2.5, 1.5) + sum(a) + sum(b)
            flags = any([False, True]) and not all([True, False])
            r = round(2.5) + abs(-3) + pow(2, 3) + divmod(7, 2)[0] + 7 % 3 + -7 // 2
            for n in range(10, 0, -3):
                total += n
            return x * total + low + r, x * int(flags) + float(True) + bool(2)

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
def math_module():
    class Model(nn.Module):
        def forward(self, x):
            v = math.sqrt(x.size(0)) + math.pi * math.floor(2.7) - math.ceil(1.2)
            v += math.log(math.e) + math.exp(0.5) + math.cos(0.1) + math.pow(2.0, 0.5)
            v += math.atan2(1.0, 2.0) + math.log10(8.0) + math.fabs(-1.0) + math.gcd(12, 18)
            v += math.factorial(4) + math.fmod(7.0, 4.0) + math.radians(90.0)
            if math.isnan(v) or math.isinf(v):
                v = 0.0
            m, e = math.frexp(8.0)
            f, whole = math.modf(2.25)
            return x * v, x * m + e + f + whole, x.clamp(max=math.inf)

    return Model(), (torch.randn(2, 3),)


@scripted
def dtypes_and_devices():
    class Model(nn.Module):
        def forward(self, x):
            d = x.dtype
            device = x.device
            y = torch.zeros(2, 3, dtype=d, device=device)
            if device.type == "cpu" and d == torch.float32:
                y = y + 1
            if x.is_cuda or d == torch.float16 or not x.is_floating_point():
                y = y + 100
            z = torch.ones([3], dtype=torch.int64, device=torch.device("cpu"))
            fill = -1e9 if x.is_floating_point() else 0.0
            y = y.to(x.device).to(z.dtype).to(x) + z.type_as(x)
            return y * x, x.masked_fill(x > 0, fill), z.to(torch.float32, non_blocking=True)

    return Model(), (torch.randn(2, 3),)


@scripted
def size_arithmetic():
    class Model(nn.Module):
        def forward(self, x):
            b, c = x.shape[:2]
            rest = x.shape[2:]
            y = x.reshape([b * c] + list(rest))
            z = x.view(x.size()[:-1] + (2, -1))
            n = x.numel() // x.shape[-1]
            w = x.flatten(0, -2)
            k = 1
            for s in x.shape:
                k *= s
            if x.shape == y.shape or x.size(-1) != 4 or len(rest) != 2:
                k = 0
            return y, z, w * n + k, x.new_zeros((b, 1) + (3,)), x.ndim * x

    return Model(), (torch.randn(2, 3, 2, 4),)


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


@scripted
def constant_tensors_as_numbers():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.tensor(3))
            self.register_buffer("scales", torch.tensor([0.5, 2.0]))

        def forward(self, x):
            for _ in range(int(self.count)):
                x = x + 1
            if self.count > 2 and bool(self.scales[1] > self.scales[0]):
                x = x * self.scales[1].item()
            values: List[float] = self.scales.tolist()
            for s in self.scales:
                x = x - s
            return x * values[0] + float(self.count)

    return Model(), (torch.randn(2, 3),)


@scripted
def tensor_attributes():
    class Model(nn.Module):
        def forward(self, x):
            y = x.T + x.mT
            z = x.detach().data
            if x.requires_grad or x.is_sparse or x.is_quantized:
                z = z + 100
            return y, z * x.ndim, x.H

    return Model(), (torch.randn(3, 3),)


@scripted
def loops_over_tensors():
    class Model(nn.Module):
        def forward(self, x):
            out: List[torch.Tensor] = []
            for row in x:
                out.append(row * 2)
            state = torch.zeros_like(x[0])
            for t in range(x.size(0)):
                state = torch.tanh(state + x[t])
                out.append(state)
            for a, b in zip(x.unbind(0), [1.0, 2.0, 3.0]):
                state = state + a * b
            return torch.stack(out), state

    return Model(), (torch.randn(3, 4),)


@scripted
def assigned_elements():
    class Model(nn.Module):
        def forward(self, x):
            y = torch.zeros(3, 4)
            for i in range(3):
                y[i, i + 1] = x[i, i]
                y[i][0] = float(i)
            y[:, 3] += x[:, 0]
            y[1:, :2] *= 2
            out = [torch.empty(0)] * 3
            for i in range(3):
                out[i] = y[i]
            y[None, 0] = 5.0
            y[..., 1] -= 1
            return y, torch.stack(out)

    return Model(), (torch.randn(3, 4),)


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


@scripted
def branch_on_values():
    """A condition on the inputs' values: both sides, chosen by a select."""

    class Model(nn.Module):
        def forward(self, x):
            if x.sum() > 0:
                y = x * 2
                n = 1
            else:
                y = x - 1
                n = 2
            z = x + 3 if bool((x > 10).any()) else x * 0.5
            if x.mean() < 100:
                z = z + y
            elif x.mean() < 1000:
                z = z - y
            return y, z

    return Model(), (torch.randn(2, 3),)


@scripted
def branch_on_values_returns():
    class Model(nn.Module):
        def choose(self, x, limit: float):
            if x.abs().max() > limit:
                return x.clamp(-1.0, 1.0)
            y = x + 1
            if y.min() < -5.0:
                return -y
            return y

        def forward(self, x):
            return self.choose(x, 0.1), self.choose(x, 100.0)

    return Model(), (torch.randn(2, 3),)


@scripted
def branch_on_values_writes():
    """In-place writes and list items set on one side."""

    class Model(nn.Module):
        def forward(self, x):
            y = torch.zeros_like(x)
            view = y[0]
            items = [x, x * 2]
            if x[0, 0] > 0:
                y[:, 1] = 5.0
                items[0] = x + 7
            else:
                view.add_(x[1])
            return y, view, items[0]

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,3];h=f32[4]'")
def loop_over_open_size():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.Linear(7, 4)

        def forward(self, x, h):
            out: List[torch.Tensor] = []
            for t in range(x.size(0)):
                h = torch.tanh(self.cell(torch.cat([x[t], h])))
                out.append(h * 2)
            return torch.stack(out), h

    return Model(), (torch.randn(5, 3), torch.randn(4))


@fixture_of("scripted", train=True)
def training_mode():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3)
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return F.dropout(self.drop(self.norm(x)), 0.5, self.training)

    return Model(), (torch.randn(4, 3),)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 5)
        self.scale = 2.0

    def features(self, x):
        return F.relu(self.norm(self.conv(x))) * self.scale

    def forward(self, x):
        return self.head(F.dropout(self.features(x), 0.2, self.training).mean((2, 3)))


@fixture_of("frozen", "mobile")
def saved_for_inference():
    return Small(), (torch.randn(1, 3, 6, 6),)


@fixture_of("optimized", refused="optimize_for_inference() moves the weights")
def refused_lost_weights():
    return Small(), (torch.randn(1, 3, 6, 6),)


@fixture_of("preserved", method="embed")
def frozen_with_preserved_method():
    class Model(Small):
        @torch.jit.export
        def embed(self, x):
            return self.features(x).flatten(1)

    return Model(), (torch.randn(1, 3, 4, 4),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,4]'")
def loop_over_open_size_backwards():
    """A loop from the end, a first pass unlike the others, items set in place, a running count."""

    class Model(nn.Module):
        def forward(self, x):
            best: Optional[torch.Tensor] = None
            n = 0
            total = 0.0
            out = torch.zeros_like(x)
            rows: List[torch.Tensor] = []
            for t in range(x.size(0) - 1, -1, -1):
                row = x[t]
                if best is None:
                    best = row
                else:
                    best = torch.maximum(best, row)
                if row.sum() > 0:
                    total += 1.5
                n += 2
                out[t] = best * t
                rows.append(best)
            assert best is not None
            return best * n, out, torch.stack(rows[::-1], 1), x * total

    return Model(), (torch.randn(6, 4),)


@fixture_of("scripted", refused="how often a loop runs depends on the inputs' values")
def refused_loop_on_values():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(3, 3)

        def forward(self, x):
            while x.norm() > 1:
                x = self.inner(x) / 2
            return x

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", refused="a list has 2 or 1 items, as a condition on the inputs' values decides")
def refused_branch_with_effects():
    class Model(nn.Module):
        def forward(self, x):
            kept: List[torch.Tensor] = [x]
            if x.sum() > 0:
                kept.append(x * 2)
            return torch.stack(kept)

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", refused="'y' is f32[2,3] or f32[2,1]")
def refused_branch_of_other_shape():
    class Model(nn.Module):
        def forward(self, x):
            if x.sum() > 0:
                y = x * 2
            else:
                y = x.sum(1, keepdim=True)
            return y + 1

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,T]'")
def loop_in_a_loop_over_open_sizes():
    class Model(nn.Module):
        def forward(self, x):
            total = torch.zeros(1)
            out: List[torch.Tensor] = []
            for i in range(x.size(0)):
                h = torch.zeros(1)
                for j in range(x.size(1)):
                    h = torch.tanh(h + x[i, j])
                total = total + h
                out += [total]
            rows = torch.zeros(x.size(1))
            for row in x.unbind(0):
                rows = rows * 0.5 + row
            return torch.cat(out), rows

    return Model(), (torch.randn(3, 5),)


@scripted
def numbers_from_values():
    """Numbers that the inputs decide are tensors of rank 0 in the graph."""

    class Model(nn.Module):
        def forward(self, x):
            top = float(x.max())
            n = int(x.abs().sum())
            scale = top * 2 + 1
            if n > 2 and top < 100:
                scale = scale - n
            whole = math.floor(scale)
            ones = torch.ones(2, dtype=torch.int64)
            return x * scale, torch.tensor([top, scale]), x + (n // 2), ones * whole

    return Model(), (torch.randn(2, 3),)
