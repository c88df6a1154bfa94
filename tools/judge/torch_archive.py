"""Writes TorchScript archives without torch: a module tree, its code and its tensors.

The entries, the opcodes of the pickles and the layout of the zip are what torch.jit.save makes of
such a module (torch 1.4 and later); only the debug information is left out.
"""

import struct
import zipfile
from dataclasses import dataclass, field

_ALIGNMENT = 64  # of tensors' bytes
_LOCAL_HEADER = 30  # bytes before a zip entry's name
_STORAGES = {"f": "FloatStorage", "q": "LongStorage"}  # by struct's letters


@dataclass
class Tensor:
    """A dense tensor: its bytes, or the tensor whose storage it is a piece of."""

    sizes: tuple
    data: object
    kind: str = "f"
    offset: int = 0  # in that storage

    def numel(self):
        count = 1
        for size in self.sizes:
            count *= size
        return count


@dataclass
class Module:
    """An instance of a class of the archive's code, e.g. `__torch__.Net`."""

    class_name: str
    attributes: dict = field(default_factory=dict)


class _Pickler:
    """Pickles one value; the storages of its tensors go to `storages`, a key each."""

    def __init__(self, storages):
        self._out = [b"\x80\x02"]
        self._storages = storages
        self._keys = {}  # of storages, by the tensor that owns them

    def dump(self, value):
        self._value(value)
        return b"".join(self._out) + b"."

    def _value(self, value):
        put = self._out.append
        if value is None:
            put(b"N")
        elif isinstance(value, bool):
            put(b"\x88" if value else b"\x89")
        elif isinstance(value, int):
            put(b"J" + struct.pack("<i", value))
        elif isinstance(value, float):
            put(b"G" + struct.pack(">d", value))
        elif isinstance(value, str):
            text = value.encode()
            put(b"X" + struct.pack("<I", len(text)) + text)
        elif isinstance(value, (tuple, list)):
            put(b"(" if isinstance(value, tuple) else b"](")
            for item in value:
                self._value(item)
            put(b"t" if isinstance(value, tuple) else b"e")
        elif isinstance(value, dict):
            put(b"}(")
            for key, item in value.items():
                self._value(key)
                self._value(item)
            put(b"u")
        elif isinstance(value, Module):
            self._global(*value.class_name.rsplit(".", 1))
            put(b")\x81")
            self._value(value.attributes)
            put(b"b")
        else:
            self._tensor(value)

    def _global(self, module, name):
        self._out.append(f"c{module}\n{name}\n".encode())

    def _tensor(self, tensor):
        put = self._out.append
        strides, stride = [], 1
        for size in reversed(tensor.sizes):
            strides.insert(0, stride)
            stride *= size
        self._global("torch._utils", "_rebuild_tensor_v2")
        put(b"((")
        self._value("storage")
        owner = tensor.data if isinstance(tensor.data, Tensor) else tensor
        key = self._keys.setdefault(id(owner), len(self._storages))
        if key == len(self._storages):
            self._storages.append(owner.data)
        self._global("torch", _STORAGES[tensor.kind])
        self._value(str(key))
        self._value("cpu")
        self._value(owner.numel())
        put(b"tQ")
        for item in (tensor.offset, tuple(tensor.sizes), tuple(strides), False):
            self._value(item)
        self._global("collections", "OrderedDict")
        put(b")RtR")


def _add(archive, name, data):
    """A stored entry, its bytes aligned by a field of padding in its header."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    start = archive.fp.tell() + _LOCAL_HEADER + len(name) + 4
    padding = -start % _ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    archive.writestr(info, data)


def write(path, root, code, constants=()):
    """Writes the archive. `code`: text by entry, {"__torch__.py": "class Net(Module): ..."}."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for folder, value in (("data", root), ("constants", tuple(constants))):
            storages = []
            _add(archive, f"model/{folder}.pkl", _Pickler(storages).dump(value))
            for key, data in enumerate(storages):
                _add(archive, f"model/{folder}/{key}", data)
        for entry, text in code.items():
            archive.writestr(f"model/code/{entry}", text, zipfile.ZIP_DEFLATED, 1)
        _add(archive, "model/version", b"3\n")
