"""Writes archives without torch: a module tree, its code and its tensors; or an exported program.

The entries, the opcodes of the pickles and the layout of the zip are what torch.jit.save makes of
such a module (torch 1.4 and later), and torch.export.save of such a program (torch 2.15); only the
debug information is left out. Tensors of zeros take no room on the disk.
"""

import json
import os
import struct
import zipfile
from dataclasses import dataclass, field

_ALIGNMENT = 64  # of tensors' bytes
_LOCAL_HEADER = 30  # bytes before a zip entry's name
_ZEROS = bytes(1 << 20)
_STORAGES = {"f": "FloatStorage", "q": "LongStorage"}  # by struct's letters


@dataclass
class Tensor:
    """A dense tensor: its bytes, a number of zero bytes, or the tensor it is a piece of."""

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


class _Sparse:
    """A file in which zeros are holes."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, data):
        if data is not _ZEROS:
            return self._file.write(data)
        self._file.seek(len(data), os.SEEK_CUR)
        return len(data)


def _zip(file):
    return zipfile.ZipFile(_Sparse(file), "w", zipfile.ZIP_STORED)


def _add(archive, name, data):
    """A stored entry, its bytes aligned by a field of padding in its header."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    start = archive.fp.tell() + _LOCAL_HEADER + len(name) + 4
    padding = -start % _ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    if not isinstance(data, int):
        archive.writestr(info, data)
        return
    with archive.open(info, "w", force_zip64=data >= 1 << 31) as entry:
        for _ in range(data // len(_ZEROS)):
            entry.write(_ZEROS)
        entry.write(bytes(data % len(_ZEROS)))


def write(path, root, code, constants=()):
    """Writes the archive. `code`: text by entry, {"__torch__.py": "class Net(Module): ..."}."""
    with open(path, "wb") as file, _zip(file) as archive:
        for folder, value in (("data", root), ("constants", tuple(constants))):
            storages = []
            _add(archive, f"model/{folder}.pkl", _Pickler(storages).dump(value))
            for key, data in enumerate(storages):
                _add(archive, f"model/{folder}/{key}", data)
        for entry, text in code.items():
            archive.writestr(f"model/code/{entry}", text, zipfile.ZIP_DEFLATED, 1)
        _add(archive, "model/version", b"3\n")


_FLOAT = 7  # torch.export's number of torch.float32


def _meta(sizes):
    strides, stride = [], 1
    for size in reversed(sizes):
        strides.insert(0, {"as_int": stride})
        stride *= size
    return {
        "dtype": _FLOAT, "sizes": [{"as_int": size} for size in sizes], "requires_grad": False,
        "device": {"type": "cpu", "index": None}, "strides": strides,
        "storage_offset": {"as_int": 0}, "layout": 7,
    }  # fmt: skip


def _tensor(name):
    return {"as_tensor": {"name": name}}


@dataclass
class Call:
    """A node: `target` of tensors by its parameters' names, {"self": "x", "other": "w"}."""

    name: str
    target: str  # "aten.add.Tensor"
    arguments: dict
    sizes: tuple  # of its result

    def node(self):
        inputs = [
            {"name": name, "arg": _tensor(value), "kind": 1}
            for name, value in self.arguments.items()
        ]
        return {
            "target": f"torch.ops.{self.target}", "inputs": inputs, "outputs": [_tensor(self.name)],
            "metadata": {}, "is_hop_single_tensor_return": None, "name": self.name,
        }  # fmt: skip


@dataclass
class Exported:
    """A program of torch.export: weights are Tensors by name, inputs are sizes by name."""

    weights: dict
    inputs: dict
    calls: list
    outputs: list  # names of results

    def graph(self):
        values = {name: _meta(t.sizes) for name, t in self.weights.items()}
        values |= {name: _meta(sizes) for name, sizes in self.inputs.items()}
        values |= {call.name: _meta(call.sizes) for call in self.calls}
        return {
            "inputs": [_tensor(name) for name in (*self.weights, *self.inputs)],
            "outputs": [_tensor(name) for name in self.outputs],
            "nodes": [call.node() for call in self.calls],
            "tensor_values": values, "sym_int_values": {}, "sym_bool_values": {},
            "sym_float_values": {}, "custom_obj_values": {}, "is_single_tensor_return": False,
        }  # fmt: skip

    def signature(self):
        inputs = [
            {"parameter": {"arg": {"name": name}, "parameter_name": name}} for name in self.weights
        ]
        inputs += [{"user_input": {"arg": _tensor(name)}} for name in self.inputs]
        outputs = [{"user_output": {"arg": _tensor(name)}} for name in self.outputs]
        return {"input_specs": inputs, "output_specs": outputs}

    def call_signature(self):
        keywords = {"type": "builtins.dict", "context": "[]", "children_spec": []}
        arguments = {**_spec("tuple", 0), "children_spec": [_spec("tuple", len(self.inputs)), keywords]}
        return {
            "inputs": [], "outputs": [], "in_spec": json.dumps([1, arguments]),
            "out_spec": json.dumps([1, _spec("tuple", len(self.outputs))]),
            "forward_arg_names": list(self.inputs),
        }  # fmt: skip

    def program(self):
        return {
            "graph_module": {
                "graph": self.graph(), "signature": self.signature(),
                "module_call_graph": [{"fqn": "", "signature": self.call_signature()}],
                "metadata": {}, "treespec_namedtuple_fields": {},
            },
            "opset_version": {"aten": 10}, "range_constraints": {}, "verifiers": ["TRAINING"],
            "schema_version": {"major": 8, "minor": 20}, "torch_version": "2.15.0",
            "guards_code": [],
        }  # fmt: skip


def _spec(kind, count):
    leaf = {"type": None, "context": None, "children_spec": []}
    return {"type": f"builtins.{kind}", "context": "null", "children_spec": [leaf] * count}


def write_exported(path, exported):
    """Writes the archive of an Exported."""
    config = {
        name: {"path_name": f"weight_{i}", "is_param": True, "use_pickle": False,
               "tensor_meta": _meta(t.sizes)}
        for i, (name, t) in enumerate(exported.weights.items())
    }  # fmt: skip
    texts = {
        "data/weights/model_weights_config.json": json.dumps({"config": config}),
        "data/constants/model_constants_config.json": json.dumps({"config": {}}),
        "models/model.json": json.dumps(exported.program()),
        "archive_format": "pt2", "archive_version": "0", ".data/version": "6\n",
        "byteorder": "little",
    }  # fmt: skip
    with open(path, "wb") as file, _zip(file) as archive:
        for i, t in enumerate(exported.weights.values()):
            _add(archive, f"model/data/weights/weight_{i}", t.data)
        for name, text in texts.items():
            _add(archive, f"model/{name}", text.encode())
