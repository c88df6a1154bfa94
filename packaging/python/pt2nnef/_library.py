"""The C interface (pt2nnef/c_api.h) through ctypes."""

import ctypes
import pathlib

from ._libraries import NAMES

FOLDER = pathlib.Path(__file__).parent / "lib"

_pointer, _text, _size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t

_FUNCTIONS = {
    "version": (_text, []),
    "request_new": (_pointer, []),
    "request_free": (None, [_pointer]),
    "request_set": (_text, [_pointer, _text, _text]),
    "request_set_archive": (None, [_pointer, _text, _size]),
    "convert": (_pointer, [_pointer]),
    "result_free": (None, [_pointer]),
    "result_ok": (ctypes.c_int, [_pointer]),
    "result_causes": (_size, [_pointer]),
    "result_cause": (_text, [_pointer, _size]),
    "result_warnings": (_size, [_pointer]),
    "result_warning": (_text, [_pointer, _size]),
    "result_report": (_text, [_pointer]),
    "result_model": (_pointer, [_pointer, ctypes.POINTER(_size)]),
}


def _load() -> ctypes.CDLL:
    # Libraries that are loaded are found by name by those that need them.
    for name in NAMES:
        ctypes.CDLL(str(FOLDER / name))
    library = ctypes.CDLL(str(FOLDER / "libpt2nnef.so.1"))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, "pt2nnef_" + name)
        function.restype, function.argtypes = result, arguments
    return library


LIBRARY = _load()
