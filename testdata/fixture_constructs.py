"""Constructs that torch does not fold away: strings, numbers and containers that attributes and sizes
decide; loops that values end; windows in loops over open sizes."""

import math
from typing import Dict, List, Tuple

import fixture
import torch
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
scripted = fixture_of("scripted")


@torch.jit.script
class Ranked:
    def __init__(self, rank: float, x: torch.Tensor):
        self.rank = rank
        self.x = x

    def __lt__(self, other: "Ranked") -> bool:
        return self.rank < other.rank


@scripted
def strings_of_attributes():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.name = "Conv2d.weight.0"
            self.digits = "123"
            self.text = " a b  cd_EF,x1 \n"

        def forward(self, x):
            n, d, s = self.name, self.digits, self.text
            sizes: List[int] = [
                len(s.strip()), len(s.lstrip()), len(s.rstrip()), len(s.strip(" \n1")),
                s.find("d"), s.rfind(" "), s.count(" "), n.index("w"), n.rindex("."),
                len(s.split()), len(s.split(" ")), len(n.rsplit(".", 1)), len(n.split(".", 1)),
                len(n.partition(".")[2]), len(n.rpartition(".")[0]), len(s.splitlines()),
                len(d.zfill(6)), len(d.center(8)), len(d.ljust(9)), len(d.rjust(10)),
                len(n[2:5]), len(n[-3:]), n.find("e", 12), n.find("zz"), ord(n[0]), int(d),
            ]  # fmt: skip
            facts: List[bool] = [
                n.isalnum(), d.isdigit(), d.isalpha(), d.isnumeric(), d.isdecimal(), s.isspace(),
                n.lower().islower(), d.isupper(), n.startswith("Conv"), n.endswith(".0"),
                n.istitle(), n.isprintable(), d > "1", "weight" in n, s.upper() == s,
                n.title() == "Conv2D.Weight.0", n.swapcase() == "cONV2D.WEIGHT.0",
                n.capitalize() == "Conv2d.weight.0", d.center(6, "*") == "*123**",
                d.center(9, "*") == "***123***", n[::2] == "Cn2.egt0",
            ]  # fmt: skip
            code = 0
            for i, fact in enumerate(facts):
                if fact:
                    code += 1 << i
            backwards = ""
            for c in n:
                if c != ".":
                    backwards = c + backwards
            parts = n.split(".")
            joined = ".".join(parts[1:]) + "{}-{}".format(d, len(parts)) + "%s_%d" % ("q", 3)
            return torch.tensor(sizes), x * len(joined), code, int(backwards[0]) + x

    return Model(), (torch.randn(2, 3),)


@scripted
def numbers_of_sizes():
    class Model(nn.Module):
        def forward(self, x, at):
            a, b = x.size(0), x.size(1)
            c = -b
            ints = [a + b, a - b, a * b, c // a, c % a, a % c, a & b, a | b, a ^ b, a << b, abs(c)]
            quotient, rest = divmod(c, a)
            u, v = a / 7.0, b * -0.37
            mantissa, exponent = math.frexp(u)
            part, whole = math.modf(v)
            floats = [
                a / b, float(c) % a, 2.5**a, round(c / 2.0), math.fabs(v), math.remainder(v, u),
                math.ldexp(u, 3), math.copysign(u, v), math.fmod(v, u), mantissa, part, whole,
                math.erf(u), math.lgamma(u), math.degrees(u), math.atan2(u, v), math.asinh(v),
            ]  # fmt: skip
            ints += [math.factorial(b), math.gcd(b * 4, 18), math.floor(v), math.ceil(v), exponent]
            ints += [quotient, rest, min(a, c), max(b, a)]
            return torch.tensor(ints), torch.tensor(floats), at * a**2, at * (b // a)

    return Model(), (torch.randn(2, 3), torch.arange(4))


@scripted
def containers_of_attributes():
    class Model(nn.Module):
        nested: List[List[int]]
        table: Dict[str, int]

        def __init__(self):
            super().__init__()
            self.items: List[int] = [5, 3, 9, 1]
            self.nested = [[1, 2, 3], [4], []]
            self.table = {"x": 1, "y": 2}
            self.pair = (3, (1.5, "q"))

        def forward(self, x):
            a = list(self.items)
            a.sort(reverse=True)
            a.extend([7, 8])
            a.insert(2, 100)
            a.insert(-1, 50)
            out = [a.pop(), a.pop(0), a.index(50), a.count(7), sum(a), max(a), min(a), len(a)]
            for inner in self.nested:
                for v in inner:
                    out.append(v * len(inner))
            words: List[Tuple[int, str]] = [(2, "b"), (1, "z"), (1, "a")]
            words.sort()
            table = self.table.copy()
            table["z"] = 5
            table["x"] += 10
            out += [table.pop("y"), table.get("q", 7), table.setdefault("s", 9), len(words[0][1])]
            for i, (key, value) in enumerate(table.items()):
                out.append((i + 1) * value * len(key))
            k, (f, name) = self.pair
            if words[0][1] == "a" and name == "q" and "s" in table and self.items[-1] == 1:
                x = x * k + f
            return torch.tensor(out), x, any([v > 5 for v in out]), all([v > 5 for v in out])

    return Model(), (torch.randn(2, 3),)


@scripted
def sorted_instances():
    class Model(nn.Module):
        def forward(self, x):
            ranked = [Ranked(2.0, x), Ranked(0.5, x + 1), Ranked(1.0, x * 2)]
            ranked.sort()
            return torch.stack([r.x for r in ranked])

    return Model(), (torch.randn(2, 3),)


@scripted
def loops_that_values_end():
    """A bound that is known ends the loop; before it, selects keep what a real loop would."""

    class Model(nn.Module):
        def first_large(self, x):
            for i in range(3):
                x = x * 2
                if x.sum() > 10:
                    return x + i
            return -x

        def forward(self, x):
            y = x
            for _ in range(4):
                y = torch.tanh(y) * 1.5
                if bool(y.abs().max() < 0.5):
                    break
            n = 0
            z = x
            while n < 5 and bool(z.norm() > 1.0):
                z = z * 0.5
                n += 1
            return self.first_large(x), self.first_large(x.abs()), y, z, n

    return Model(), (torch.randn(2, 3),)


@scripted
def numbers_that_values_decide():
    class Model(nn.Module):
        def forward(self, x):
            mean, spread, at = x.mean().item(), float(x.std()), int(x.argmax())
            sign = 1.0 if mean > 0 and spread < 2 or at == 3 else -1.0
            y = x * sign + min(mean, spread) * max(at, 2)
            if not mean > spread:
                y = y + abs(mean) + round(spread)
            return y, at // 2, at % 2, mean / (spread + 1), -at, at**2, max(mean, 0.5)

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,3]'")
def windows_in_a_loop_over_an_open_size():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(3, 4)

        def forward(self, x):
            h = torch.zeros(1, 4)
            out: List[torch.Tensor] = []
            rows = torch.zeros(x.size(0), 3)
            for t in range(x.shape[0]):
                h = self.cell(x[t : t + 1], h)
                out.append(h)
                if t == 0:
                    rows[t] = x[t]
                else:
                    rows[t] = rows[t - 1] * 0.9 + x[t]
            return torch.cat(out, 0), rows

    return Model(), (torch.randn(5, 3),)


@fixture_of(
    "scripted",
    flags="--inputs 'x=f32[1,S]'",
    refused="a while loop goes on as long as 1<S",
)
def refused_while_over_open_size():
    class Model(nn.Module):
        def forward(self, x):
            i = 0
            total = torch.zeros(1)
            while i < x.size(1):
                total = total + x[:, i]
                i += 1
            return total

    return Model(), (torch.randn(1, 5),)
