"""Conversion of archives, from and to files or memory."""

import ctypes
import json
import os
from typing import Any, BinaryIO, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ._library import LIBRARY

Report = Dict[str, Any]
"""A ConversionReport: what proto/conversion.proto describes, as a dict. Fields that hold nothing
(no warnings, no states) are left out; integers of 64 bits are strings, as in protobuf's JSON."""

Model = Union[str, "os.PathLike[str]", bytes, BinaryIO]
DynamicAxes = Union[str, Mapping[str, Mapping[int, str]], Mapping[str, Sequence[int]]]


class ConversionError(Exception):
    """A model that was not converted.

    Attributes:
      causes: a line each, with its place in the archive.
      warnings: what may be behind it.
      report: the same as a report, under "refusals".
    """

    def __init__(self, causes: List[str], warnings: List[str], report: Report) -> None:
        super().__init__("\n".join(causes))
        self.causes = causes
        self.warnings = warnings
        self.report = report


def version() -> str:
    """The version of the converter, "1.0.0"."""
    return str(LIBRARY.pt2nnef_version().decode())


def convert(model: Model, out: Union[str, "os.PathLike[str]"], **options: Any) -> Report:
    """Converts an archive that torch.jit.save or torch.export.save wrote.

    Args:
      model: its path, its bytes, or a binary file open for reading.
      out: a folder, NAME.nnef.tar or NAME.nnef.tgz. On failure nothing changes there.
      **options: any flag of the command that is about the conversion (`pt2nnef --help=all`), under
        its name: inputs="f32[B,3,224,224]", input_names=["image"], state="drop", strict=True.
        `assertions` is the flag --assert. Lists may be lists, dynamic_axes a dict
        {"image": {0: "B"}}; None is as if not given.

    Returns:
      The report.

    Raises:
      ConversionError: the model is refused, or a path cannot be read or written.
      ValueError: an option does not exist or cannot have that value.
    """
    return _run(model, os.fspath(out), options)[1]


def convert_to_bytes(model: Model, **options: Any) -> Tuple[bytes, Report]:
    """As convert, but the model comes back: a .nnef.tar, or with compression_level=1 to 9 a .nnef.tgz."""
    return _run(model, None, options)


def _axes_as_text(axes: DynamicAxes) -> str:
    if isinstance(axes, str):
        return axes
    entries = []
    for name, of in axes.items():
        # The list of axes that torch.onnx.export takes, too: their sizes get names.
        pairs = of.items() if isinstance(of, Mapping) else [(a, f"{name}_{a}") for a in of]
        entries += [f"{name}:{axis}={size}" for axis, size in pairs]
    return ",".join(entries)


def _as_text(name: str, value: Any) -> str:
    if name == "dynamic_axes":
        return _axes_as_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(str(v) for v in value)
    return str(value)


def _set(request: int, name: str, value: Any) -> None:
    flag = "assert" if name == "assertions" else name
    wrong = LIBRARY.pt2nnef_request_set(request, flag.encode(), _as_text(name, value).encode())
    if wrong:
        raise ValueError(wrong.decode())


def _run(model: Model, out: Optional[str], options: Mapping[str, Any]) -> Tuple[bytes, Report]:
    request = LIBRARY.pt2nnef_request_new()
    result = None
    try:
        if isinstance(model, (str, os.PathLike)):
            _set(request, "model", os.fspath(model))
        else:
            archive = model if isinstance(model, (bytes, bytearray)) else model.read()
            archive = bytes(archive)
            LIBRARY.pt2nnef_request_set_archive(request, archive, len(archive))
        if out is not None:
            _set(request, "out", out)
        for name, value in options.items():
            if value is not None:
                _set(request, name, value)
        result = LIBRARY.pt2nnef_convert(request)
        if not result:
            raise MemoryError("pt2nnef: no memory to convert")
        return _take(result)
    finally:
        LIBRARY.pt2nnef_result_free(result)
        LIBRARY.pt2nnef_request_free(request)


def _take(result: int) -> Tuple[bytes, Report]:
    report = json.loads(LIBRARY.pt2nnef_result_report(result))
    if LIBRARY.pt2nnef_result_ok(result):
        size = ctypes.c_size_t()
        data = LIBRARY.pt2nnef_result_model(result, ctypes.byref(size))
        return (ctypes.string_at(data, size.value) if data else b""), report
    causes = [LIBRARY.pt2nnef_result_cause(result, i).decode()
              for i in range(LIBRARY.pt2nnef_result_causes(result))]
    warnings = [LIBRARY.pt2nnef_result_warning(result, i).decode()
                for i in range(LIBRARY.pt2nnef_result_warnings(result))]
    raise ConversionError(causes, warnings, report)
