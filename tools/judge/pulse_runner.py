"""Runs an NNEF model pulse by pulse in tract and compares with the output for the whole signal.

NAME.pulse beside an archive holds the symbol of the streaming axis and the size of a pulse: `S 4`.
"""

import compare
import isolated
import numpy as np
import tract
import tract_runner


def available():
    """Whether this wheel of tract streams (since 0.23)."""
    return hasattr(tract, "transform")


def judge(model, io, pulse_file, tolerance=compare.Tolerance(), timeout=120.0):
    """Verdict on an NNEF model whose one input streams, against the first call in the .npz `io`."""
    symbol, size = pulse_file.read_text().split()
    outcome = isolated.call(
        run_and_compare, str(model), str(io), symbol, int(size), tolerance, timeout=timeout
    )
    return tract_runner.verdict_of(outcome)


def run_and_compare(model_path, io_path, symbol, size, tolerance):
    """What differs, and notes."""
    inputs, want = tract_runner.load_io(io_path)
    model = tract_runner.load(model_path)
    model.transform(tract.transform.Pulse(size, symbol=symbol))
    delays, axes, input_axes = (
        model.property(f"pulse.{name}").to_numpy().tolist()
        for name in ("delay", "output_axes", "input_axes")
    )
    if len(inputs) != 1 or len(want) != len(axes) or -1 in axes:
        return ["one input and all outputs must stream"], []
    frames = int(model.input_fact(0).dim(input_axes[0]))  # where frames are stacked, of them
    wanted = [delay + array.shape[axis] for delay, array, axis in zip(delays, want, axes)]
    state = model.into_runnable().spawn_state()
    got = _stream(state, inputs[0], input_axes[0], frames, list(zip(axes, wanted)))
    whole = [
        array.take(range(delay, array.shape[axis]), axis)
        for array, axis, delay in zip(got, axes, delays)
    ]
    return compare.differences(whole, want, tolerance), []


def _stream(state, signal, axis, size, outputs):
    """What the pulses give, joined: of `outputs`, (axis, elements) each, as many as wanted.
    Zeros follow the signal."""
    length = signal.shape[axis]
    padding = [(0, 0)] * signal.ndim
    padding[axis] = (0, -length % size)
    pulses = np.split(np.pad(signal, padding), -(-length // size), axis)
    silence = np.zeros_like(pulses[0])
    got = [[] for _ in outputs]
    while any(
        sum(piece.shape[axis] for piece in pieces) < count
        for pieces, (axis, count) in zip(got, outputs)
    ):
        pulse = np.ascontiguousarray(pulses.pop(0)) if pulses else silence
        for pieces, value in zip(got, state.run([pulse])):
            pieces.append(value.to_numpy())
    return [
        np.concatenate(pieces, axis).take(range(count), axis)
        for pieces, (axis, count) in zip(got, outputs)
    ]
