"""Writes promotion.tsv: the dtypes that torch gives to results of operands of two kinds.

    python make_promotion.py OUT      (needs torch; made with 2.15.0)

A row is the operator, its operands (`u8[2]`, `f16[]`; `i64[]c` is a constant of the program, as
frozen modules have them; `int`, `float`, `bool`, `complex` are numbers) and the result's dtype.
Constants are run by TorchScript, as an archive that is loaded again; all else is run directly.
"""

import io
import itertools
import random
import sys
import warnings

import torch

DTYPES = {
    "bool": torch.bool,
    "u8": torch.uint8,
    "i8": torch.int8,
    "i32": torch.int32,
    "i64": torch.int64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "c64": torch.complex64,
    "c128": torch.complex128,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
NUMBERS = {"bool": True, "int": 2, "float": 2.5, "complex": 1 + 2j}
# Operators of two operands by the name in TorchScript.
OPERATORS = (
    "add sub mul div true_divide floor_divide remainder fmod pow float_power rsub maximum minimum fmax "
    "atan2 hypot copysign xlogy logaddexp eq lt logical_and bitwise_and __and__ __lshift__ where "
    "clamp_min nextafter gcd"
).split()
ROWS, ROWS_WITH_CONSTANTS = 36, 18  # of an operator


def tensor(kind):
    dtype, shape = kind.rstrip("c").split("[")
    return torch.ones([2] if shape == "2]" else [], dtype=DTYPES[dtype])


def apply(name, a, b):
    if name == "where":
        return torch.where(torch.tensor([True]), a, b)
    if name.startswith("__"):
        return getattr(a, name)(b)
    return getattr(torch, name)(a, b)


def scripted(name, x, constant, first):
    """The operator on a constant of the program, as the first or the second operand."""

    class Holder(torch.jit.ScriptModule):  # one a program: a method is defined once in a class
        def __init__(self):
            super().__init__()
            self.register_buffer("constant", constant)

    module = Holder()
    operands = ("self.constant", "x") if first else ("x", "self.constant")
    form = f"torch.{name}({{}}, {{}})"
    if name == "where":
        form = "torch.where(torch.tensor([True]), {}, {})"
    module.define(f"def forward(self, x):\n  return {form.format(*operands)}\n")
    stored = io.BytesIO()
    torch.jit.save(torch.jit.freeze(module.eval()), stored)
    stored.seek(0)
    with torch.no_grad():
        return torch.jit.load(stored)(x)


def result(name, first, second):
    constants = [kind for kind in (first, second) if kind.endswith("c")]
    if constants:
        if name.startswith("__"):
            return None
        kind = second if first.endswith("c") else first
        return scripted(name, tensor(kind), tensor(constants[0]), first.endswith("c"))
    operands = [NUMBERS[k] if k in NUMBERS else tensor(k) for k in (first, second)]
    return apply(name, *operands)


def results(name, pairs, count):
    for first, second in random.Random(name).sample(pairs, len(pairs)):
        if count == 0:
            return
        try:
            given = result(name, first, second)
        except (RuntimeError, TypeError, NotImplementedError):
            continue
        if given is not None and given.dtype in NAMES:
            count -= 1
            yield f"aten::{name}\t{first}\t{second}\t{NAMES[given.dtype]}"


def rows():
    tensors = [f"{d}[{n}]" for d in DTYPES for n in ("2", "")]
    constants = [f"{d}[]c" for d in DTYPES if d != "bool"]  # torch's executor fails on bool
    plain = list(itertools.product(tensors, tensors + list(NUMBERS)))
    with_constants = list(itertools.product(tensors, constants))
    with_constants += list(itertools.product(constants, tensors))
    for name in OPERATORS:
        yield from results(name, plain, ROWS)
        yield from results(name, with_constants, ROWS_WITH_CONSTANTS)


def main():
    warnings.filterwarnings("ignore")
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        out.write("operator\tfirst\tsecond\tresult\n")
        out.writelines(row + "\n" for row in rows())


if __name__ == "__main__":
    main()
