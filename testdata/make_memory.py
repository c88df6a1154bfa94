"""Writes memory.tsv: how torch lays out what operators give, and what they share.

    python make_memory.py OUT t2n/aten      (needs torch; made with 2.15.0)

A row is the operator, its tensor operands as sizes@strides (`2,3@3,1 3@1`) and the first result
likewise, or `shared` if it is in the memory of an operand. Operands lie in rows, reversed, channels
last, or with gaps; an operator is called with the plainest arguments that it takes.
"""

import itertools
import pathlib
import random
import re
import sys
import warnings

import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

_SHAPES = [(2, 3, 4, 5), (3, 4, 5), (4, 5)]
_ROWS_AN_OPERATOR = 4

# What is given for an argument of that name.
_PLAIN = {
    "dim": [1],
    "kernel_size": [2, 2],
    "output_size": [3, 3],
    "normalized_shape": [5],
}


def laid_out(t, kind):
    """The same values in memory of that kind."""
    axes = list(range(t.dim()))
    gaps = 1
    if kind in ("reversed", "reversed gaps"):
        axes.reverse()
    if kind == "channels" and t.dim() > 2:
        axes = [0, *axes[2:], 1]
    if kind.endswith("gaps"):
        gaps = 2
    memory = torch.empty([t.shape[a] * gaps for a in axes], dtype=t.dtype)
    view = memory[(slice(None, None, gaps),) * t.dim()] if t.dim() else memory
    view = view.permute([axes.index(a) for a in range(t.dim())])
    return view.copy_(t)


def kinds(count):
    every = ["reversed", "channels", "gaps", "reversed gaps"]
    yield ("rows",) * count
    yield from ((kind,) * count for kind in every)
    if count > 1:
        yield from ((kind,) + ("rows",) * (count - 1) for kind in every[:2])
        yield ("rows", "reversed") + ("rows",) * (count - 2)


def argument(formal, shape, dtype):
    kind, name = str(formal.type), formal.name
    if kind == "Tensor":
        if "ind" in name:
            return torch.zeros(shape, dtype=torch.long)
        if name in ("mask", "condition"):
            return torch.ones(shape, dtype=torch.bool)
        t = torch.arange(float(torch.Size(shape).numel())).reshape(shape) % 7 / 8 + 0.1
        return t.to(dtype)
    if kind == "List[Tensor]":
        t = torch.ones(shape)
        return [t, t.clone()]
    plain = {"int": 1, "SymInt": 1, "float": 0.5, "number": 2, "bool": False, "str": "sum"}
    if kind in plain:
        return plain[kind]
    if kind in ("List[int]", "List[SymInt]", "Optional[List[int]]", "Optional[List[SymInt]]"):
        return list(shape) if name in ("size", "shape") else _PLAIN.get(name, [1, 1])
    if kind.startswith("Optional"):
        return None
    raise TypeError(kind)


def calls(operator):
    """(operator, arguments) that torch takes."""
    for shape, dtype in itertools.product(
        _SHAPES, (torch.float32, torch.long, torch.bool, torch.complex64)
    ):
        arguments = []
        try:
            for formal in operator._schema.arguments:
                if formal.kwarg_only or formal.has_default_value():
                    break
                arguments.append(argument(formal, shape, dtype))
            operator(*arguments)
        except Exception:  # noqa: S112
            continue
        yield arguments


def written(t):
    return ",".join(map(str, t.shape)) + "@" + ",".join(map(str, t.stride()))


def rows_of(name, operator):
    rows = []
    for arguments in calls(operator):
        flat, tree = tree_flatten(arguments)
        at = [i for i, a in enumerate(flat) if isinstance(a, torch.Tensor)]
        if not at or max(flat[i].dim() for i in at) < 2:
            continue
        for kind in kinds(len(at)):
            given = list(flat)
            for i, k in zip(at, kind):
                given[i] = laid_out(flat[i], k)
            try:
                result = tree_flatten(operator(*tree_unflatten(given, tree)))[0][0]
            except Exception:  # noqa: S112
                continue
            if not isinstance(result, torch.Tensor) or result.numel() == 0:
                continue
            memory = result.untyped_storage().data_ptr()
            shared = memory in [given[i].untyped_storage().data_ptr() for i in at]
            if shared or result.dim() > 1:
                operands = " ".join(written(given[i]) for i in at)
                rows.append((name, operands, "shared" if shared else written(result)))
    return rows


def operators(folder):
    """Those that the tables have, by the names in their schemas."""
    names = set()
    for path in sorted(folder.glob("*.cc")):
        text = re.sub(r'"\s*\n\s*"', "", path.read_text())
        names |= set(re.findall(r'\{"aten::([A-Za-z0-9_.]+)\(', text))
    return sorted(names)


def main():
    out, tables = map(pathlib.Path, sys.argv[1:])
    warnings.simplefilter("ignore")
    rng = random.Random(0)
    lines = ["operator\toperands\tresult"]
    for name in operators(tables):
        base, _, overload = name.partition(".")
        try:
            operator = getattr(getattr(torch.ops.aten, base), overload or "default")
        except AttributeError:
            continue
        if any(a.alias_info and a.alias_info.is_write for a in operator._schema.arguments):
            continue
        rows = sorted(set(rows_of(name, operator)))
        rng.shuffle(rows)
        lines += ["\t".join(row) for row in sorted(rows[:_ROWS_AN_OPERATOR])]
    (out / "memory.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
