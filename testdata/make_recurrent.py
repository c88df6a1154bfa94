"""Writes the cross of the options of recurrent layers as archives, for //tools:score.

    python make_recurrent.py OUT      (needs torch)

NAME.pt and NAME.npz are as make_models.py makes them. A traced and a scripted archive of each; the
scripted ones take open sizes (NAME.flags) and record several lengths and batches.
"""

import itertools
import pathlib
import sys
import warnings

import make_models
import torch
from fixture import Fixture
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

KINDS = ("lstm", "gru", "tanh", "relu")
INPUTS, HIDDEN = 5, 6
SIZES = ((3, 4), (1, 7), (2, 1))  # batch, steps


def layer(kind, **options):
    if kind == "lstm":
        return nn.LSTM(INPUTS, HIDDEN, **options)
    if kind == "gru":
        return nn.GRU(INPUTS, HIDDEN, **options)
    return nn.RNN(INPUTS, HIDDEN, nonlinearity=kind, **options)


class Whole(nn.Module):
    """A layer with all its results (alone it is no scripted module with a forward)."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


class Given(Whole):
    """A layer whose first state is an input."""

    def forward(self, x, h):
        return self.inner(x, h)


class GivenPair(Whole):
    def forward(self, x, h, c):
        return self.inner(x, (h, c))


class Packed(nn.Module):
    """A layer over sequences of several lengths."""

    def __init__(self, inner, batch_first: bool, sort: bool):
        super().__init__()
        self.inner = inner
        self.batch_first = batch_first
        self.sort = sort

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, self.batch_first, not self.sort)
        y, h = self.inner(packed)
        steps = x.size(1 if self.batch_first else 0)
        return pad_packed_sequence(y, self.batch_first, 0.5, steps), h


def signal(batch, steps, batch_first):
    return torch.randn(*((batch, steps) if batch_first else (steps, batch)), INPUTS)


def plain_layers():
    """(name, module, [inputs of a call], --inputs)"""
    options = itertools.product(KINDS, (1, 2), (False, True), (False, True), (False, True))
    for kind, layers, both_ways, batch_first, bias in options:
        inner = layer(
            kind, num_layers=layers, bidirectional=both_ways, batch_first=batch_first, bias=bias
        )
        x = "f32[B,S,5]" if batch_first else "f32[S,B,5]"
        name = f"{kind}_{layers}{'_both' * both_ways}{'_bf' * batch_first}{'_biased' * bias}"
        yield name, Whole(inner), [(signal(*size, batch_first),) for size in SIZES], x
        states, count = layers * (1 + both_ways), 2 if kind == "lstm" else 1
        calls = [
            (signal(b, s, batch_first), *torch.randn(count, states, b, HIDDEN).unbind())
            for b, s in SIZES
        ]
        given = GivenPair(inner) if kind == "lstm" else Given(inner)
        yield f"{name}_given", given, calls, x + f";f32[{states},B,6]" * count


def projected_layers():
    for layers, both_ways, bias in itertools.product((1, 2), (False, True), (False, True)):
        options = {"num_layers": layers, "bidirectional": both_ways, "bias": bias}
        module = Whole(layer("lstm", proj_size=3, **options))
        name = f"projected_{layers}{'_both' * both_ways}{'_biased' * bias}"
        yield name, module, [(signal(*size, False),) for size in SIZES], "f32[S,B,5]"


def unbatched_layers():
    for kind, both_ways in itertools.product(KINDS, (False, True)):
        module = Whole(layer(kind, num_layers=2, bidirectional=both_ways))
        calls = [(torch.randn(steps, INPUTS),) for _, steps in SIZES]
        yield f"unbatched_{kind}{'_both' * both_ways}", module, calls, "f32[S,5]"


def packed_layers():
    options = itertools.product(KINDS, (False, True), (False, True), (False, True))
    for kind, both_ways, batch_first, sort in options:
        inner = layer(kind, bidirectional=both_ways, batch_first=batch_first)
        lengths = ([2, 4, 3], [7], [1, 1]) if sort else ([4, 3, 1], [6], [1, 1])
        calls = [
            (signal(*size, batch_first), torch.tensor(n)) for size, n in zip(SIZES, lengths)
        ]
        name = f"packed_{kind}{'_both' * both_ways}{'_bf' * batch_first}{'_sort' * sort}"
        x = "f32[B,S,5]" if batch_first else "f32[S,B,5]"
        yield name, Packed(inner, batch_first, sort), calls, f"{x};i64[B]"


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for family in (plain_layers, projected_layers, unbatched_layers, packed_layers):
        for name, module, calls, inputs in family():
            flags = f"--inputs '{inputs}'"
            make_models.write(folder, Fixture(name, lambda: (module, calls[0])))
            scripted = Fixture(f"{name}_open", lambda: (module, calls), "scripted", flags=flags)
            make_models.write(folder, scripted)


if __name__ == "__main__":
    main()
