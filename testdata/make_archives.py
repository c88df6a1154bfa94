"""Makes testdata/archives: small archives that hold every kind of value the readers know.

usage: make_archives.py OUT_FOLDER

Run once with each torch named in the files' names (1.0.1, 1.1.0, 1.2.0, 1.3.1, 2.x); it makes those
that its torch can. The layouts of 1.0 to 1.3 all differ. The debug entries, which hold paths of the
machine, are taken out.
"""
import os
import sys
import zipfile
from typing import Dict, List

import torch

VERSION = torch.__version__.split("+")[0]
RELEASE = tuple(int(part) for part in VERSION.split(".")[:2])
OUT = sys.argv[1]


def save(module, name):
    path = os.path.join(OUT, "%s-torch%s.pt" % (name, VERSION))
    module.save(path)
    drop_debug_entries(path)


def drop_debug_entries(path):
    with zipfile.ZipFile(path) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    debug = [e for e in entries if e[0].filename.endswith(".debug_pkl") or "/debug/" in e[0].filename]
    if not debug:
        return
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries:
            if (info, data) not in debug:
                archive.writestr(zipfile.ZipInfo(info.filename), data, info.compress_type)


class Block(torch.nn.Module):
    def __init__(self):
        super(Block, self).__init__()
        self.conv = torch.nn.Conv2d(1, 2, 3)
        self.norm = torch.nn.BatchNorm2d(2)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Net(torch.nn.Module):
    """Submodules, a transposed weight and a tensor constant."""

    def __init__(self):
        super(Net, self).__init__()
        self.block = Block()
        self.linear = torch.nn.Linear(2, 3)
        self.linear.weight.data = torch.arange(6.0).view(2, 3).t()

    def forward(self, x):
        y = self.block(x).mean(3).mean(2)
        return self.linear(y) * torch.tensor([1.0, 2.0, 3.0])


class Looped(torch.jit.ScriptModule):
    """Methods, a buffer and, from 1.1 on, attributes of several types."""

    __constants__ = ["steps"]

    def __init__(self):
        super(Looped, self).__init__()
        self.steps = 3
        self.linear = torch.nn.Linear(4, 2)
        self.register_buffer("offset", torch.arange(4).float())
        if RELEASE >= (1, 1):
            self.counts = torch.jit.Attribute({"a": 1, "b": 2}, Dict[str, int])
            self.ints = torch.jit.Attribute([1, 2, 3], List[int])
            self.scale = torch.jit.Attribute(0.5, float)
        if RELEASE >= (1, 2):
            self.label = torch.jit.Attribute("hello", str)
            self.tensors = torch.jit.Attribute([torch.ones(2)], List[torch.Tensor])

    @torch.jit.script_method
    def shift(self, x):
        return x + self.offset

    @torch.jit.script_method
    def forward(self, x):
        for i in range(self.steps):
            x = self.shift(x)
        return self.linear(x)


def make_old():
    torch.manual_seed(0)
    save(torch.jit.trace(Net().eval(), torch.ones(1, 1, 6, 6)), "net")
    save(Looped(), "looped")


def make_class():
    @torch.jit.script
    class Doubler(object):
        def __init__(self, x):
            # type: (torch.Tensor) -> None
            self.x = x

        def get(self):
            return self.x * 2

    class UsesClass(torch.nn.Module):
        def __init__(self):
            super(UsesClass, self).__init__()
            self.linear = torch.nn.Linear(4, 2)

        def forward(self, x):
            d = Doubler(x)
            return self.linear(d.get())

    save(torch.jit.script(UsesClass()), "class")


def make_state():
    class Stateful(torch.jit.ScriptModule):
        def __init__(self):
            super(Stateful, self).__init__()
            self.w = torch.jit.Attribute(torch.ones(2), torch.Tensor)

        @torch.jit.script_method
        def __getstate__(self):
            return (self.w, 3)

        @torch.jit.script_method
        def __setstate__(self, state):
            # type: (Tuple[Tensor, int]) -> None
            self.w = state[0]

        @torch.jit.script_method
        def forward(self, x):
            return x + self.w

    class Outer(torch.jit.ScriptModule):
        def __init__(self):
            super(Outer, self).__init__()
            self.inner = Stateful()

        @torch.jit.script_method
        def forward(self, x):
            return self.inner(x)

    save(Outer(), "state")


def make_values():
    import enum

    class Color(enum.Enum):
        RED = 1
        GREEN = 2

    class Values(torch.nn.Module):
        color: Color

        def __init__(self):
            super().__init__()
            self.color = Color.GREEN
            self.complex_number = 1 + 2j
            self.device = torch.device("cpu")
            self.big = 2**40
            self.tensors = {"a": torch.ones(2), "b": torch.zeros(2)}
            self.ints, self.floats, self.bools = [1, 2], [1.5], [True, False]
            self.strings, self.tensor_list = ["a", "b"], [torch.ones(1)]
            base = torch.arange(12.0).reshape(3, 4)
            views = {
                "base": base,
                "row": base[1],
                "transposed": base.t(),
                "expanded": torch.ones(1, 3).expand(5, 3),
                "empty": torch.zeros(0, 3),
                "scalar": torch.tensor(7),
                "conjugated": (torch.ones(2) + 1j).conj(),
                "per_tensor": torch.quantize_per_tensor(base, 0.125, 3, torch.quint8),
                "per_channel": torch.quantize_per_channel(
                    base, torch.tensor([0.5, 0.25, 1.0]), torch.tensor([0, 1, 2]), 0, torch.qint8
                ),
            }
            for dtype in (
                "uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128 bool "
                "bfloat16 uint16 float8_e4m3fn"
            ).split():
                views[dtype] = torch.ones(2).to(getattr(torch, dtype))
            for name, tensor in views.items():
                self.register_buffer("as_" + name, tensor)

        def forward(self, x):
            if self.color == Color.RED:
                return x
            return x + self.as_base.sum() + self.ints[0] + torch.tensor([1.0, 2.0])[0]

    save(torch.jit.script(Values()), "values")


def make_sparse():
    class Sparse(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.sparse = torch.eye(3).to_sparse()

        def forward(self, x):
            return x

    save(torch.jit.script(Sparse()), "sparse")


def make_quantized():
    class Quantizable(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.quant = torch.ao.quantization.QuantStub()
            self.linear = torch.nn.Linear(4, 2)
            self.dequant = torch.ao.quantization.DeQuantStub()

        def forward(self, x):
            return self.dequant(self.linear(self.quant(x)))

    for engine in ("fbgemm", "qnnpack"):
        torch.manual_seed(0)
        torch.backends.quantized.engine = engine
        model = Quantizable().eval()
        model.qconfig = torch.ao.quantization.get_default_qconfig(engine)
        prepared = torch.ao.quantization.prepare(model)
        prepared(torch.randn(3, 4))
        converted = torch.ao.quantization.convert(prepared)
        save(torch.jit.trace(converted, torch.randn(3, 4)), "quantized-" + engine)
        save(torch.jit.freeze(torch.jit.script(converted)), "frozen-" + engine)


def make_mobile():
    mobile = torch.jit.script(torch.nn.Linear(2, 3).eval())
    path = os.path.join(OUT, "mobile-torch%s.ptl" % VERSION)
    mobile._save_for_lite_interpreter(path)
    drop_debug_entries(path)


if RELEASE < (2, 0):
    make_old()
    if RELEASE >= (1, 2):
        make_class()
        make_state()
else:
    make_values()
    make_sparse()
    make_quantized()
    make_mobile()
