"""Recurrent layers: whole sequences, single steps, open sizes, packed sequences."""

import fixture
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


def kinds(size_in, size, **options):
    """An LSTM, a GRU and the two plain networks."""
    return nn.ModuleList(
        [
            nn.LSTM(size_in, size, **options),
            nn.GRU(size_in, size, **options),
            nn.RNN(size_in, size, nonlinearity="tanh", **options),
            nn.RNN(size_in, size, nonlinearity="relu", **options),
        ]
    )


class Each(nn.Module):
    """The results of several layers for one input."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        return tuple(layer(x) for layer in self.layers)


@fixture_of()
def recurrent_layers():
    return Each(kinds(3, 4, num_layers=2, bidirectional=True)), (torch.randn(5, 2, 3),)


@fixture_of()
def recurrent_without_bias():
    return Each(kinds(3, 4, bias=False, batch_first=True)), (torch.randn(2, 5, 3),)


@fixture_of()
def recurrent_unbatched():
    layers = kinds(3, 4)
    layers.append(nn.LSTM(3, 4, num_layers=2, proj_size=2, bidirectional=True))
    return Each(layers), (torch.randn(5, 3),)


@fixture_of()
def recurrent_cells():
    cells = [nn.LSTMCell(3, 4), nn.GRUCell(3, 4, bias=False), nn.RNNCell(3, 4)]
    return Each(nn.ModuleList(cells)), (torch.randn(2, 3),)


@fixture_of(flags="--inputs 'f32[1,B,3];f32[1,B,4];f32[1,B,4]'")
def recurrent_one_step():
    """One step of each kind, with the state as input and output: no loop."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = kinds(3, 4)

        def forward(self, x, h, c):
            lstm, gru, tanh, relu = self.layers
            return lstm(x, (h, c)), gru(x, h), tanh(x, h), relu(x, h)

    shapes = [(1, b, n) for b in (2, 1) for n in (3, 4, 4)]
    tensors = [torch.randn(*shape) for shape in shapes]
    return Model(), [tuple(tensors[:3]), tuple(tensors[3:])]


@fixture_of(flags="--dynamic_axes 'x:0=B,h:1=B,c:1=B,x:1=S'")
def recurrent_states_of_a_batch():
    """The batch is the first axis of the input and the second of the states."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4, batch_first=True)

        def forward(self, x, h, c):
            return self.lstm(x, (h, c))

    shapes = [[(b, s, 3), (1, b, 4), (1, b, 4)] for b, s in ((2, 5), (1, 3), (3, 1))]
    return Model(), [tuple(torch.randn(shape) for shape in call) for call in shapes]


@fixture_of("scripted", flags="--inputs 'f32[B,S,3]'")
def recurrent_open_sizes():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
            self.gru = nn.GRU(8, 3, batch_first=True)

        def forward(self, x):
            y, (h, _) = self.lstm(x)
            return self.gru(y), h

    return Model(), [(torch.randn(b, s, 3),) for b, s in ((2, 4), (1, 7), (3, 1))]


@fixture_of("traced", "scripted")
def packed_sequences():
    """Several lengths, sorted and not; a gap behind the longest; an operator on packed rows."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4, bidirectional=True, batch_first=True)
            self.gru = nn.GRU(8, 3, num_layers=2)
            self.rnn = nn.RNN(3, 2, bidirectional=True)

        def forward(self, x):
            lengths = torch.tensor([2, 4, 1])
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            y, h = self.lstm(packed)
            padded = pad_packed_sequence(y, batch_first=True, padding_value=-1.0, total_length=6)
            active = PackedSequence(
                torch.relu(y.data), y.batch_sizes, y.sorted_indices, y.unsorted_indices
            )
            z, g = self.gru(active)
            even = pack_padded_sequence(x.transpose(0, 1), torch.tensor([5, 5, 5]))
            return padded, h, pad_packed_sequence(z), g, pad_packed_sequence(self.rnn(even)[0])

    return Model(), (torch.randn(3, 5, 3),)


def batches_of_lengths(*batches):
    """A padded batch and the lengths in it, for each call."""
    longest = [max(lengths) + 1 for lengths in batches]
    return [
        (torch.randn(len(lengths), steps, 3), torch.tensor(lengths))
        for lengths, steps in zip(batches, longest)
    ]


@fixture_of("scripted", flags="--inputs 'f32[B,S,3];i64[B]'")
def packed_by_input():
    """Lengths that are an input: the state stays as it is behind the end of a sequence."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4, bidirectional=True, batch_first=True)
            self.gru = nn.GRU(8, 3, batch_first=True)

        def forward(self, x, lengths):
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            y, (h, _) = self.lstm(packed)
            y, g = self.gru(y)
            padded = pad_packed_sequence(y, True, padding_value=-1.0, total_length=x.size(1))
            return padded, h, g

    return Model(), batches_of_lengths([2, 5, 3], [4], [1, 1])


@fixture_of(refused="give total_length")
def refused_packed_without_total_length():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(3, 4, batch_first=True)

        def forward(self, x, lengths):
            y, _ = self.gru(pack_padded_sequence(x, lengths, batch_first=True))
            return pad_packed_sequence(y, batch_first=True)[0]

    return Model(), batches_of_lengths([4, 2])[0]


@fixture_of(refused="a size depends on the values of the inputs")
def refused_packed_rows():
    class Model(nn.Module):
        def forward(self, x, lengths):
            return pack_padded_sequence(x, lengths, batch_first=True).data.sum(0)

    return Model(), batches_of_lengths([4, 2])[0]
