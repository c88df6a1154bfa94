"""Compares tensors with the ones torch recorded."""

from dataclasses import dataclass

import numpy as np

_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float"}


@dataclass
class Tolerance:
    """Floats agree when |got - want| <= atol + rtol * |want|; integers and bools when equal. With
    `shapes_only` values always agree."""

    rtol: float = 1e-3
    atol: float = 1e-4
    shapes_only: bool = False


def kind(dtype):
    return _KINDS.get(np.dtype(dtype).kind, str(dtype))


def as_real(array):
    """A complex array as floats with a last axis of size 2 (real, imaginary); others unchanged."""
    if array.dtype.kind != "c":
        return array
    part = np.float32 if array.dtype == np.complex64 else np.float64
    return np.ascontiguousarray(array).view(part).reshape(*array.shape, 2)


# Of a quantized output's elements so many must be equal, the others a step apart at most: kernels
# of one torch already differ that much from each other, for they round sums of another order.
EQUAL_SHARE = 0.99


def step_difference(got, want, step):
    """The same for outputs that were quantized with the scale `step`."""
    error = np.abs(got.astype(np.float64) - want.astype(np.float64)) / step
    equal = np.mean(error < 0.01) if error.size else 1.0
    largest = error.max() if error.size else 0.0
    if equal >= EQUAL_SHARE and largest < 1.01:
        return ""
    return f"{100 * equal:.4g} % of {error.size} elements equal, largest error {largest:.3g} steps"


def difference(got, want, tolerance, step=0.0):
    """What differs first, in words, or "" when the arrays agree (NaN equals NaN)."""
    want = as_real(want)
    if got.shape != want.shape:
        return f"shape {list(got.shape)}, expected {list(want.shape)}"
    if kind(got.dtype) != kind(want.dtype):
        return f"type {got.dtype}, expected {want.dtype}"
    if tolerance.shapes_only:
        return ""
    if step:
        return step_difference(got, want, step)
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


def differences(got, want, tolerance, steps=None):
    """One line for each output that differs; both lists hold arrays, in order. `steps`: the scales
    of quantized outputs, 0 for others."""
    if len(got) != len(want):
        return [f"{len(got)} outputs, expected {len(want)}"]
    found = []
    for i, (a, b, step) in enumerate(zip(got, want, steps or [0.0] * len(want))):
        told = difference(a, b, tolerance, step)
        if told:
            found.append(f"output {i}: {told}")
    return found
