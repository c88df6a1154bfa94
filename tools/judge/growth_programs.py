"""Programs of any size, for growth.py: each function makes one of `n` of something."""

import random
import struct
from dataclasses import dataclass

from torch_archive import Call, Exported, Module, Tensor

_INPUT = "f32[2,4]"


@dataclass
class Program:
    """What goes into an archive, and the types of the inputs to convert it with."""

    root: Module
    code: dict
    constants: tuple = ()
    inputs: str = _INPUT


def _weight(*sizes):
    tensor = Tensor(sizes, None)
    rng = random.Random(str(sizes))
    tensor.data = struct.pack(f"<{tensor.numel()}f", *(rng.random() for _ in range(tensor.numel())))
    return tensor


def _class(name, attributes, signature, body, parameters=()):
    """A class's text; `attributes` are declared types by name, `body` lines of its method."""
    listed = "".join(f'"{p}", ' for p in parameters)
    lines = [f"class {name}(Module):", f"  __parameters__ = [{listed}]", "  __buffers__ = []"]
    plain = {k: v for k, v in attributes.items() if k.isidentifier()}
    lines += [f"  {k} : {v}" for k, v in plain.items()]
    lines += [f'  __annotations__["{k}"] = {v}' for k, v in attributes.items() if k not in plain]
    lines += [f"  def forward(self: __torch__.{name},", f"    {signature}:"]
    lines += [f"    {line}" for line in body]
    return "\n".join(lines) + "\n"


def _net(body, attributes=None, types=None, signature="x: Tensor) -> Tensor", **fields):
    """A program of one class with one method."""
    attributes = attributes or {}
    types = types or {name: "Tensor" for name in attributes}
    code = {"__torch__.py": _class("Net", types, signature, body)}
    return Program(Module("__torch__.Net", attributes), code, **fields)


# Takes turns, so that nothing is merged with its neighbour.
_STEPS = ("torch.relu({})", "torch.add({}, x)", "torch.mul({}, x)", "torch.sigmoid({})")


def _chain(n, steps=_STEPS):
    body, value = [], "x"
    for i in range(n):
        body.append(f"v{i} = {steps[i % len(steps)].format(value)}")
        value = f"v{i}"
    return body + [f"return {value}"]


def operators(n):
    """A chain of n operators in one method."""
    return _net(_chain(n))


def open_operators(n):
    """The same with an open size."""
    return _net(_chain(n), inputs="f32[S,4]")


def nested_operators(n):
    """A chain of n operators, twenty of them in every expression, as traced code has them."""
    body, value = [], "x"
    for i in range(n // 20):
        expression = value
        for j in range(20):
            expression = _STEPS[j % len(_STEPS)].format(expression)
        body.append(f"v{i} = {expression}")
        value = f"v{i}"
    return _net(body + [f"return {value}"])


def long_names(n):
    """n operators whose names make 600 bytes of source each: 10 MB are 16,000."""
    names = [f"{'x' * 280}{i}" for i in range(n)]
    body = [f"{names[0]} = torch.relu(x)"]
    body += [f"{b} = torch.add({a}, x)" for a, b in zip(names, names[1:])]
    return _net(body + [f"return {names[-1]}"])


_LINEAR = dict(weight="Tensor", bias="Tensor", training="bool")
_LINEAR_BODY = ["bias = self.bias", "weight = self.weight", "return torch.linear(x, weight, bias)"]


def _linear(name):
    signature = "x: Tensor) -> Tensor"
    return _class(name, _LINEAR, signature, _LINEAR_BODY, ("weight", "bias"))


def _relu(name):
    return _class(name, {"training": "bool"}, "x: Tensor) -> Tensor", ["return torch.relu(x)"])


def _blocks(n, linear_class, relu_class):
    blocks = {}
    for i in range(n):
        if i % 2:
            blocks[str(i)] = Module(relu_class(i), {"training": False})
        else:
            state = {"weight": _weight(4, 4), "bias": _weight(4), "training": False}
            blocks[str(i)] = Module(linear_class(i), state)
    return blocks


def _sequence(blocks):
    body, value = [], "x"
    for i, name in enumerate(blocks):
        body += [f'_{i} = getattr(self, "{name}")', f"v{i} = (_{i}).forward({value}, )"]
        value = f"v{i}"
    types = {name: block.class_name for name, block in blocks.items()}
    return _class("Net", types, "x: Tensor) -> Tensor", body + [f"return {value}"])


def scripted_modules(n):
    """n modules, Linear and ReLU in turns, of two classes in one file."""
    blocks = _blocks(n, lambda i: "__torch__.Linear", lambda i: "__torch__.ReLU")
    text = _linear("Linear") + _relu("ReLU") + _sequence(blocks)
    return Program(Module("__torch__.Net", blocks), {"__torch__.py": text})


def traced_modules(n):
    """n modules, Linear and ReLU in turns, each of a class in a file of its own."""
    blocks = _blocks(
        n,
        lambda i: f"__torch__.nn.___torch_mangle_{i}.Linear",
        lambda i: f"__torch__.nn.___torch_mangle_{i}.ReLU",
    )
    code = {"__torch__.py": _sequence(blocks)}
    for i in range(n):
        text = _relu("ReLU") if i % 2 else _linear("Linear")
        name = f"nn.___torch_mangle_{i}"
        code[f"__torch__/nn/___torch_mangle_{i}.py"] = text.replace(
            "self: __torch__.", f"self: __torch__.{name}."
        )
    return Program(Module("__torch__.Net", blocks), code)


def deep_modules(n):
    """n modules in chains of 32, each inside the one before, all in a list."""
    depth = 32
    text = _relu("Level0")
    for level in range(1, depth):
        types = {"inner": f"__torch__.Level{level - 1}", "training": "bool"}
        body = ["inner = self.inner", "return torch.neg((inner).forward(x, ))"]
        text += _class(f"Level{level}", types, "x: Tensor) -> Tensor", body)
    blocks = {}
    for i in range(n // depth):
        module = Module("__torch__.Level0", {"training": False})
        for level in range(1, depth):
            module = Module(f"__torch__.Level{level}", {"inner": module, "training": False})
        blocks[str(i)] = module
    return Program(Module("__torch__.Net", blocks), {"__torch__.py": text + _sequence(blocks)})


def unused_classes(n):
    """n files with a class that nothing uses."""
    program = _net(_chain(4))
    for i in range(n):
        program.code[f"__torch__/nn/___torch_mangle_{i}.py"] = _relu("ReLU")
    return program


def inputs(n):
    """n inputs, joined."""
    names = [f"x{i}" for i in range(n)]
    parameters = ", ".join(f"{name}: Tensor" for name in names)
    body = [f"return torch.cat([{', '.join(names)}], 1)"]
    return _net(body, signature=f"{parameters}) -> Tensor", inputs=";".join([_INPUT] * n))


def outputs(n):
    """n outputs."""
    body = [f"v{i} = torch.add(x, {i})" for i in range(n)]
    body.append(f"return ({', '.join(f'v{i}' for i in range(n))})")
    return _net(body, signature=f"x: Tensor) -> Tuple[{', '.join(['Tensor'] * n)}]")


def concatenation(n):
    """n tensors joined at once."""
    body = [f"v{i} = torch.add(x, {i})" for i in range(n)]
    return _net(body + [f"return torch.cat([{', '.join(f'v{i}' for i in range(n))}], 1)"])


def constants(n):
    """n tensors of CONSTANTS."""
    steps = [f"torch.add({{}}, CONSTANTS.c{i})" for i in range(n)]
    return _net(_chain(n, steps), constants=tuple(_weight(2, 4) for _ in range(n)))


def weights(n):
    """n parameters of one module."""
    names = [f"w{i}" for i in range(n)]
    steps = [f"torch.add({{}}, self.{name})" for name in names]
    return _net(_chain(n, steps), {name: _weight(2, 4) for name in names})


def shared_weights(n):
    """n parameters that are pieces of one storage."""
    names = [f"w{i}" for i in range(n)]
    whole = _weight(2 * n, 4)
    pieces = [Tensor((2, 4), whole, offset=8 * i) for i in range(n)]
    steps = [f"torch.add({{}}, self.{name})" for name in names]
    return _net(_chain(n, steps), dict(zip(names, pieces)))


def writes(n):
    """n rows of one tensor written: x[i] = y."""
    body = [f"y = torch.zeros([{n}, 4])"]
    for i in range(n):
        body.append(f"_{i} = torch.copy_(torch.select(y, 0, {i}), torch.select(x, 0, {i % 2}))")
    return _net(body + ["return y"])


def accumulations(n):
    """n in-place operators on views of one tensor, each read again."""
    body = ["y = torch.clone(x)"]
    for i in range(n):
        here, there = (f"torch.slice(y, 1, {j % 3}, {j % 3 + 1})" for j in (i, i + 1))
        body.append(f"_{i} = torch.add_({here}, {there})")
    return _net(body + ["return y"])


def views(n):
    """A chain of n views, written through at its end."""
    body, value = ["y = torch.clone(x)"], "y"
    for i in range(n):
        body.append(f"v{i} = torch.transpose({value}, 0, 1)")
        value = f"v{i}"
    return _net(body + [f"_0 = torch.mul_({value}, 2)", "return y"])


def branches(n):
    """n conditions on values, one behind the other."""
    body, value = [], "x"
    for i in range(n):
        body += [
            f"if bool(torch.gt(torch.sum({value}), {i})):",
            f"  v{i} = torch.add({value}, x)",
            "else:",
            f"  v{i} = torch.mul({value}, x)",
        ]
        value = f"v{i}"
    return _net(body + [f"return {value}"])


def known_branches(n):
    """n conditions on numbers that are known."""
    body, value = ["k = torch.size(x, 0)"], "x"
    for i in range(n):
        body += [
            f"if torch.eq(k, {2 + i % 2}):",
            f"  v{i} = torch.add({value}, x)",
            "else:",
            f"  v{i} = torch.mul({value}, x)",
        ]
        value = f"v{i}"
    return _net(body + [f"return {value}"])


def loop(n):
    """A loop of n rounds."""
    return _net(
        [
            "y = x",
            f"for i in range({n}):",
            "  y0 = torch.add(y, x, alpha=torch.add(i, 1))",
            "  y1 = torch.relu(y0)",
            "  y = y1",
            "return y",
        ]
    )


def collected(n):
    """A list that n rounds of a loop make longer, stacked."""
    return _net(
        [
            "rows = annotate(List[Tensor], [])",
            "y = x",
            f"for i in range({n}):",
            "  y0 = torch.add(y, x)",
            "  _0 = torch.append(rows, y0)",
            "  y = y0",
            "return torch.stack(rows)",
        ]
    )


def numbers(n):
    """A list of n numbers that a loop makes and another adds up."""
    return _net(
        [
            "counts = annotate(List[int], [])",
            f"for i in range({n}):",
            "  _0 = torch.append(counts, torch.mul(i, i))",
            "total = 0",
            f"for j in range({n}):",
            "  total0 = torch.add(total, torch.remainder(counts[j], 7))",
            "  total = total0",
            "return torch.add(x, total)",
        ]
    )


def steps(n):
    """A recurrence over the n rows of the input."""
    return _net(
        [
            "rows = annotate(List[Tensor], [])",
            "state = torch.select(x, 0, 0)",
            "for i in range(torch.len(x)):",
            "  state0 = torch.tanh(torch.add(state, torch.select(x, 0, i)))",
            "  _0 = torch.append(rows, state0)",
            "  state = state0",
            "return torch.stack(rows)",
        ],
        inputs=f"f32[{n},4]",
    )


def pieces(n):
    """The input cut into n rows, each used."""
    body = [f"rows = torch.unbind(x)", "y = rows[0]"]
    body += [f"y{i} = torch.add({'y' if i == 0 else f'y{i - 1}'}, rows[{i}])" for i in range(n)]
    return _net(body + [f"return y{n - 1}"], inputs=f"f32[{n},4]")


def states(n):
    """n tensors kept between calls."""
    names = [f"s{i}" for i in range(n)]
    body, value = [], "x"
    for i, name in enumerate(names):
        body.append(f"v{i} = torch.add({value}, self.{name})")
        body.append(f"_{i} = torch.copy_(self.{name}, v{i})")
        value = f"v{i}"
    return _net(body + [f"return {value}"], {name: _weight(2, 4) for name in names})


def open_slices(n):
    """n pieces cut off the front of an open axis."""
    return _net(_chain(n, ("torch.relu(torch.slice({}, 0, 1))",)), inputs="f32[S,4]")


def open_joins(n):
    """An open axis that grows n times."""
    return _net(
        _chain(n, ("torch.cat([{}, torch.slice(x, 0, 0, 1)])",)), inputs="f32[S,4]"
    )


def open_reshapes(n):
    """Reshapes by n sizes that are read and computed with, as traced code does."""
    body, value = [], "x"
    for i in range(n):
        body += [
            f"n{i} = ops.prim.NumToTensor(torch.size({value}, 0))",
            f"m{i} = int(torch.mul(n{i}, CONSTANTS.c0))",
            f"v{i} = torch.relu(torch.reshape({value}, [m{i}, 2]))",
            f"w{i} = torch.add(torch.reshape(v{i}, [-1, 4]), x)",
        ]
        value = f"w{i}"
    two = Tensor((), struct.pack("<q", 2), "q")
    return _net(
        body + [f"return {value}"], constants=(two,), inputs="f32[S,4]"
    )


def dictionary(n):
    """A dict of n tensors, read in turn."""
    body = ["d = annotate(Dict[str, Tensor], {})"]
    body += [f'_{i} = torch._set_item(d, "k{i}", torch.add(x, {i}))' for i in range(n)]
    steps = [f'torch.add({{}}, d["k{i}"])' for i in range(n)]
    return _net(body + _chain(n, steps))


def text(n):
    """A string that n rounds make longer."""
    return _net(
        [
            's = ""',
            f"for i in range({n}):",
            '  s0 = torch.add(s, "a")',
            "  s = s0",
            "return torch.add(x, torch.len(s))",
        ]
    )


def calls(n):
    """n calls of one function with a branch in it."""
    program = _net(
        _chain(n, ("__torch__.functional.step({}, x)",)),
    )
    program.code["__torch__/functional.py"] = (
        "def step(a: Tensor,\n    b: Tensor) -> Tensor:\n"
        "  if torch.eq(torch.dim(a), 2):\n    c = torch.add(a, b)\n  else:\n    c = a\n"
        "  return torch.relu(c)\n"
    )
    return program


_SIZES = (2, 4)
_TARGETS = (
    ("aten.relu.default", False), ("aten.add.Tensor", True), ("aten.mul.Tensor", True),
    ("aten.sigmoid.default", False),
)  # fmt: skip


def _exported_chain(others):
    """A chain of calls, each with the next of `others` where it takes a second tensor."""
    calls, value = [], "x"
    for i, other in enumerate(others):
        target, two = _TARGETS[i % len(_TARGETS)]
        arguments = {"self": value, "other": other} if two else {"self": value}
        value = f"v{i}"
        calls.append(Call(value, target, arguments, _SIZES))
    return calls, [value]


def exported_operators(n):
    """A chain of n nodes of a .pt2."""
    return Exported({}, {"x": _SIZES}, *_exported_chain(["x"] * n))


def exported_weights(n):
    """n parameters of a .pt2."""
    weights = {f"w{i}": _weight(*_SIZES) for i in range(n)}
    calls = [
        Call(f"v{i}", "aten.add.Tensor", {"self": f"v{i - 1}" if i else "x", "other": name}, _SIZES)
        for i, name in enumerate(weights)
    ]
    return Exported(weights, {"x": _SIZES}, calls, [f"v{n - 1}"])


def exported_inputs(n):
    """n inputs of a .pt2, added up."""
    inputs = {f"x{i}": _SIZES for i in range(n)}
    calls = [
        Call(f"v{i}", "aten.add.Tensor", {"self": f"v{i - 1}" if i else "x0", "other": name}, _SIZES)
        for i, name in enumerate(inputs)
    ]
    return Exported({}, inputs, calls, [f"v{n - 1}"])


def _zeros(megabytes):
    return Tensor((megabytes << 18,), megabytes << 20)


def megabytes(n):
    """Weights of n MiB in all, of 20 MiB each; they take no room on the disk before."""
    count = max(n // 20, 1)
    weights = {f"w{i}": _zeros(n // count) for i in range(count)}
    steps = [f"torch.add({{}}, self.w{i})" for i in range(count)]
    return _net(_chain(count, steps), weights, inputs=f"f32[{(n // count) << 18}]")


def exported_megabytes(n):
    """The same in a .pt2."""
    count = max(n // 20, 1)
    weights = {f"w{i}": _zeros(n // count) for i in range(count)}
    sizes = ((n // count) << 18,)
    calls = [
        Call(f"v{i}", "aten.add.Tensor", {"self": f"v{i - 1}" if i else "x", "other": name}, sizes)
        for i, name in enumerate(weights)
    ]
    return Exported(weights, {"x": sizes}, calls, [f"v{count - 1}"])


def one_weight(n):
    """One weight of n MiB."""
    body = ["return torch.add(x, self.w)"]
    tensor = Tensor((n << 10, 256), n << 20)
    return _net(body, {"w": tensor}, inputs=f"f32[{n << 10},256]")
