"""Compares tensors with the ones torch recorded."""

from dataclasses import dataclass

import numpy as np

_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float"}


@dataclass
class Tolerance:
    """Floats agree when |got - want| <= atol + rtol * |want|; integers and bools when equal."""

    rtol: float = 1e-3
    atol: float = 1e-4


def kind(dtype):
    return _KINDS.get(np.dtype(dtype).kind, str(dtype))


def as_real(array):
    """A complex array as floats with a last axis of size 2 (real, imaginary); others unchanged."""
    if array.dtype.kind != "c":
        return array
    part = np.float32 if array.dtype == np.complex64 else np.float64
    return np.ascontiguousarray(array).view(part).reshape(*array.shape, 2)


def difference(got, want, tolerance):
    """What differs first, in words, or "" when the arrays agree (NaN equals NaN)."""
    want = as_real(want)
    if got.shape != want.shape:
        return f"shape {list(got.shape)}, expected {list(want.shape)}"
    if kind(got.dtype) != kind(want.dtype):
        return f"type {got.dtype}, expected {want.dtype}"
    if kind(want.dtype) == "float":
        got, want = got.astype(np.float64), want.astype(np.float64)
        with np.errstate(all="ignore"):
            error = np.abs(got - want)
            agree = error <= tolerance.atol + tolerance.rtol * np.abs(want)
        agree &= np.isfinite(want)
        agree |= (got == want) | (np.isnan(got) & np.isnan(want))
    else:
        agree = got == want
        error = np.abs(got.astype(np.float64) - want.astype(np.float64))
    if agree.all():
        return ""
    bad = np.argwhere(~agree)
    first = tuple(int(i) for i in bad[0])
    finite = error[np.isfinite(error)]
    largest = f"{finite.max():.3g}" if finite.size else "not finite"
    return (
        f"{len(bad)} of {agree.size} elements, largest error {largest}, "
        f"first at {list(first)}: {got[first]} expected {want[first]}"
    )


def differences(got, want, tolerance):
    """One line for each output that differs; both lists hold arrays, in order."""
    if len(got) != len(want):
        return [f"{len(got)} outputs, expected {len(want)}"]
    found = []
    for i, (a, b) in enumerate(zip(got, want)):
        told = difference(a, b, tolerance)
        if told:
            found.append(f"output {i}: {told}")
    return found
