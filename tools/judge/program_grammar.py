"""The grammar of random TorchScript programs (script_programs.py): classes, patterns of statements by
the types they take and give, and a writer that keeps the statements that run.
"""

import copy
import re
import signal

import torch

HEAD = '''import torch
from typing import Dict, List, Optional, Tuple
from torch import Tensor


class Box:
    def __init__(self, value: Tensor, count: int):
        self.value = value
        self.count = count

    def put(self, x: Tensor) -> int:
        self.value = self.value + x.sum()
        self.count += 1
        return self.count

    def get(self, times: int) -> Tensor:
        y = self.value
        for _ in range(times):
            y = y * 0.5
        return y


class Part(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(3))
        self.calls = 0

    def forward(self, x: Tensor, n: int) -> Tensor:
        self.calls += 1
        self.seen[n % 3] += 1
        if self.calls > 1 or n < 0:
            return x + self.seen.sum()
        return x * self.seen[0]


class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
        self.register_buffer("kept", torch.arange(6.0).reshape(2, 3))
        self.count = 0
        self.names: List[str] = ["a", "b"]

    def pick(self, x: Tensor, n: int, flag: bool = True) -> Tensor:
        if flag and n > 1:
            return x.flatten()[: n % 7]
        elif n < 0:
            x = x.clone()
            x.mul_(2)
        return x

    def both(self, x: Tensor, y: Optional[Tensor]) -> Tuple[Tensor, int]:
        if y is not None:
            return y.sum() + x, y.dim()
        return x, -1

'''

_SECONDS = 2  # of a statement
_INTS = [0, 1, 2, 3, -1, -2, 5, 7, 2**31 - 1, 2**31, -(2**31), 2**63 - 1, -(2**63) + 1]
_FLOATS = ["0.0", "-0.0", "1.0", "-1.5", "0.3", "1e30", "1e-30", 'float("inf")', '-float("inf")',
           'float("nan")', "2.5"]  # fmt: skip
_DTYPES = ["torch.float32", "torch.int64", "torch.int32", "torch.bool", "torch.uint8", "torch.float64"]

# What makes a value of a type; {t} is a tensor, {i} an int, {f} a float, {b} a bool, {s} a string,
# {l} a list of ints, {ts} a list of tensors, {d} a dict, {k} a small int, {a} an axis, {y} a type.
_MAKERS = {
    "t": """{t}.relu() | -{t} | {t}.abs() | {t}.sigmoid() | {t}.sum({a}) | {t}.sum() | {t}.cumsum({a})
        | {t}.flip([{a}]) | {t}.roll({k}, {a}) | {t}.transpose({a}, {a}) | {t}.unsqueeze({a}) | {t}.squeeze()
        | {t}.reshape(-1) | {t}.flatten({a}) | {t}[{k}] | {t}[{k}:] | {t}[:{k}] | {t}[{k}:{k}] | {t}[::{p}]
        | {t}[..., {k}] | {t}[None] | {t}.narrow({a}, {k}, {k}) | {t}.select({a}, {k}) | {t} + {t} | {t} - {n}
        | {t} * {n} | {n} - {t} | {t} / {n} | {t} // {n} | {t} % {n} | {t}.fmod({n}) | {t} ** 2
        | {t}.remainder({t}) | {t}.to({y}) | {t}.clamp({n}, {n}) | {t}.clamp(min={n}) | {t} > {n} | {t} == {t}
        | ~({t} > 0) | torch.where({t} > {n}, {t}, {t}) | {t}.masked_fill({t} > {n}, {n}) | {t}.softmax({a})
        | {t}.argmax({a}) | {t}.sort({a})[0] | {t}.topk({k}, {a})[0] | {t}.max({a})[1] | {t}.amax() | {t}.mean()
        | {t}.clone() | {t}.contiguous() | {t}.t() | {t}.expand({k}, -1) | {t}.repeat({k}, {k}) | {t}.permute(1, 0)
        | {t}.unfold({a}, {p}, {p}) | {t}.diagonal() | {t}.tril({k}) | {t}.view(-1, {p}) | {t}.chunk(2, {a})[0]
        | {t}.split({p}, {a})[-1] | {t}.index_select({a}, torch.tensor({l})) | {t}[torch.tensor({l})]
        | {t}.gather({a}, {t}.argmax({a}, True)) | torch.cat([{t}, {t}], {a}) | torch.stack({ts}, {a})
        | torch.cat({ts}) | torch.tensor({l}) | torch.tensor({n}) | torch.zeros({l}) | torch.full([{k}, 2], {n})
        | torch.arange({k}) | torch.arange({k}, {k}, {p}) | torch.ones_like({t}) | torch.einsum("i,j->ij", {t}, {t})
        | torch.outer({t}, {t}) | torch.matmul({t}, {t}) | torch.floor({t}) | torch.round({t}) | torch.trunc({t})
        | torch.div({t}, {n}, rounding_mode="floor") | torch.div({t}, {n}, rounding_mode="trunc") | {d}["a"]
        | torch.nn.functional.pad({t}, [{k}, {k}]) | self.kept | self.part({t}, {i}) | self.pick({t}, {i}, {b})
        | self.both({t}, None)[0] | self.both({t}, {t})[0] | box.get({k}) | {ts}[{k}] | {t}.new_zeros([{k}])
        | {t}.bool().int() | {t} & {t} | {t}.logical_xor({t}) | {t}.long() >> {k} | {t}.long() << {k}""",
    "i": """{t}.dim() | {t}.numel() | {t}.size({a}) | {t}.shape[-1] | len({l}) | len({ts}) | {i} + {k} | {i} - {i}
        | {i} * {k} | {i} // {p} | {i} % {p} | {i} // {i} | -{i} | abs({i}) | int({f}) | int({b}) | min({i}, {i})
        | max({l}) | sum({l}) | {l}[{k}] | self.count | box.count | box.put({t}) | {i} & {i} | {i} | {i} ^ {k}
        | len({s}) | ord({s}[0]) | int({t}.sum()) | {i} if {b} else {k} | {i} << {k} | {i} >> {k} | {l}.count({k})""",
    "f": """{f} + {n} | {f} * {n} | float({i}) | {i} / {p} | abs({f}) | {f} // 1.0 | {f} % 2.0 | min({f}, 1.0)
        | float({b}) | max({f}, {f}) | {f} ** 2 | round({f}) * 1.0 | -{f}""",
    "b": """{i} > {k} | {i} == {i} | {f} < {n} | not {b} | {b} and {b} | {b} or {i} > 0 | {k} in {l} | "a" in {d}
        | {s} == "a" | len({l}) > {k} | {t}.dim() > {p} | {l} == {l} | self.training | {s} in self.names""",
    "s": """{s} + {s} | {s} * {p} | str({i}) | {s}.upper() | {s}[{k}:] | "%d" % {i} | "{{}}".format({i}) | self.names[{k}]
        | {s}.strip() | {s}.replace("a", "b")""",
    "l": """[{i}, {k}] | {l} + {l} | {l}[{k}:] | {l}[::-1] | {l} * 2 | [{i}] * {p} | [v * 2 for v in {l}]
        | list(range({k})) | sorted({l}) | {t}.shape | list({t}.size())""",
    "ts": """[{t}, {t}] | {ts} + [{t}] | {ts}[{k}:] | list({t}.unbind({a})) | list({t}.chunk(2, {a})) | list({d}.values())""",
    "d": """{{"a": {t}, "b": {t}}} | dict({d})""",
}
_WRITES = """{t}.add_({n}) | {t}.mul_({t}) | {t}[{k}] = {n} | {t}[{k}:] = {t} | {t}[..., {k}] += {n} | {t}.zero_()
    | {t}.fill_({n}) | {t}[{t} > 0] = {n} | {t}.copy_({t}) | {t}.t()[0] = {n} | {t}.transpose(0, 1)[{k}] *= 2
    | {t}[torch.tensor({l})] = {n} | {t}.masked_fill_({t} > {n}, {n}) | {t}.clamp_(max={n}) | {t}.select({a}, {k}).neg_()
    | {t}.view(-1)[{k}] = {n} | {t}.squeeze_() | {t}.unsqueeze_({a}) | {t}.relu_() | {t}.index_fill_({a}, torch.tensor({l}), 1)
    | {l}.append({i}) | {l}.insert({k}, {i}) | {l}.pop() | {l}.reverse() | {l}.sort() | {l}.extend({l}) | {l}[{k}] = {i}
    | del {l}[{k}] | {l}.clear() | {ts}.append({t}) | {ts}[{k}] = {t} | {ts}.pop({k}) | {d}["a"] = {t} | {d}["c"] = {t}
    | {d}.update({d}) | self.count += {k} | self.count = {i} | self.kept += {n} | self.kept = self.kept * {n}
    | self.kept[{k}] = {n} | self.names[{k}] = {s} | box.value = {t}.sum() | box.count -= {k} | assert {b}
    | print({t}.dim(), {s})"""


def _choices(text):
    return [re.sub(r"\s+", " ", choice.strip()) for choice in re.split(r"\s\|\s(?!\{i\} \^)", text)]


_MAKERS = {kind: _choices(text) for kind, text in _MAKERS.items()}
_WRITES = _choices(_WRITES)


class Writer:
    """Writes statements that run. `scope` holds the values of the names."""

    def __init__(self, rng, scope, kinds):
        self.rng, self.scope, self.kinds, self.made = rng, scope, dict(kinds), 0

    def fill(self, pattern, depth=0):
        """The pattern with names or numbers, now and then an expression, in its holes."""
        rng = self.rng

        def hole(match):
            kind = match[1]
            if kind == "k":
                return str(rng.choice((0, 1, 2, 3, -1, -2) if rng.random() < 0.95 else _INTS))
            if kind == "p":
                return str(rng.choice((1, 2, 3)))
            if kind == "a":
                return str(rng.choice((0, 0, 1, -1, -2, 2)))
            if kind == "y":
                return rng.choice(_DTYPES)
            if kind == "n":
                kind = rng.choice("iif")
            if depth < 1 and rng.random() < 0.1:
                return f"({self.fill(rng.choice(_MAKERS[kind]), depth + 1)})"
            names = [name for name, of in self.kinds.items() if of == kind]
            if kind in "if" and rng.random() < 0.4 or not names:
                return str(rng.choice(_INTS)) if kind == "i" else rng.choice(_FLOATS)
            return rng.choice(names)

        return re.sub(r"\{(\w+)\}", hole, pattern).replace("{{", "{").replace("}}", "}")

    def statement(self):
        rng = self.rng
        if rng.random() < 0.35:
            return [self.fill(rng.choice(_WRITES))]
        kind = rng.choices(list(_MAKERS), (10, 4, 2, 2, 1, 2, 2, 1))[0]
        same = [name for name, of in self.kinds.items() if of == kind]
        name = rng.choice(same) if same and rng.random() < 0.4 else f"{kind}{self.made}"
        self.made += 1
        self.new = (name, kind)
        return [f"{name} = {self.fill(rng.choice(_MAKERS[kind]))}"]

    def block(self, depth):
        """A loop or a branch around statements on names that are there before."""
        rng = self.rng
        inner = []
        for _ in range(rng.randint(1, 3)):
            line = self.statement() if depth > 1 or rng.random() < 0.8 else self.block(depth + 1)
            name = line[0].split(" = ")[0]
            if name.isidentifier() and name not in self.kinds:
                continue
            inner += line
        inner = ["    " + line for line in inner or ["pass"]]
        form = rng.choices(range(5), (3, 3, 3, 3, 1))[0]
        if form == 0:
            return [self.fill("if {b}:"), *inner, "else:", *("    " + s for s in self.simple())]
        if form == 1:
            return [self.fill("for j in range({p}):"), *inner]
        if form == 2:
            stop = rng.choice(("break", "continue"))
            return [self.fill("for j in {l}:"), *inner, self.fill(f"    if j > {{k}}: {stop}")]
        if form == 3:
            return ["w = 0", self.fill("while w < {p}:"), *inner, "    w += 1"]
        return [self.fill("if {t}.sum() > {n}:"), *inner]

    def simple(self):
        line = self.statement()
        name = line[0].split(" = ")[0]
        return line if not name.isidentifier() or name in self.kinds else ["pass"]

    def grow(self, count):
        """Yields up to `count` statements, lists of lines, each of which has run."""
        for _ in range(count):
            self.new = None
            lines = self.block(0) if self.rng.random() < 0.25 else self.statement()
            trial = copy.deepcopy({k: v for k, v in self.scope.items() if k not in ("torch", "__builtins__")})
            trial["torch"] = self.scope["torch"]
            if not _runs(lines, trial) or not all(_is_of(trial.get(n), k) for n, k in self.kinds.items()):
                continue
            if self.new and lines[0].startswith(self.new[0] + " = "):
                if not _is_of(trial.get(self.new[0]), self.new[1]):
                    continue
                self.kinds[self.new[0]] = self.new[1]
            self.scope = trial
            yield lines


def _is_of(value, kind):
    if kind == "t":
        return isinstance(value, torch.Tensor) and value.numel() < 4000 and value.dim() < 6
    if kind in ("i", "f", "b", "s"):
        number = type(value) is {"i": int, "f": float, "b": bool, "s": str}[kind]
        return number and (kind != "i" or -(2**63) <= value < 2**63) and (kind != "s" or len(value) < 99)
    if kind == "d":
        return isinstance(value, dict) and all(_is_of(v, "t") for v in value.values())
    item = "i" if kind == "l" else "t"
    return isinstance(value, list) and len(value) < 40 and all(_is_of(v, item) for v in value)


def _too_long(*_):
    raise TimeoutError


def _runs(lines, scope):
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        exec("\n".join(lines), scope)  # pylint: disable=exec-used
    except Exception:  # whatever it is, the statement is left out
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return True
