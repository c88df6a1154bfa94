"""Dynamically quantized layers, above all recurrent ones: packed sequences, cells, halves."""

import fixture
import torch
import torch.ao.quantization as quantization
from fixture_quantized import Stubs, static, steps
from torch import nn
from torch.nn.utils import rnn

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)


def dynamic(model, inputs, dtype=torch.qint8, engine="fbgemm"):
    torch.backends.quantized.engine = engine
    kinds = {nn.Linear, nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell, nn.RNNCell}
    return quantization.quantize_dynamic(model.eval(), kinds, dtype=dtype), inputs


class Feed(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(6, 16)
        self.down = nn.Linear(16, 6, bias=False)

    def forward(self, x):
        return self.down(torch.relu(self.up(x))) + x


@fixture_of("traced", "scripted", "frozen", steps=steps)
def quantized_linear_dynamic():
    return dynamic(Feed(), (torch.randn(2, 3, 6),))


@fixture_of("traced", "frozen", steps=steps)
def quantized_linear_fp16():
    return dynamic(Feed(), (torch.randn(2, 3, 6),), torch.float16)


@fixture_of("traced", "scripted", steps=steps)
def quantized_lstm_dynamic():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(5, 6, 2, bidirectional=True, batch_first=True)

        def forward(self, x):
            y, (h, c) = self.lstm(x)
            return y, h, c

    return dynamic(Model(), (torch.randn(2, 4, 5),))


@fixture_of(steps=steps)
def quantized_lstm_fp16():
    return dynamic(nn.LSTM(5, 6), (torch.randn(4, 2, 5),), torch.float16)


@fixture_of(steps=steps)
def quantized_gru_dynamic():
    return dynamic(nn.GRU(5, 6, 2), (torch.randn(4, 2, 5), torch.randn(2, 2, 6)))


@fixture_of(steps=steps)
def quantized_cells_dynamic():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.gru = nn.LSTMCell(5, 6), nn.GRUCell(5, 6)
            self.tanh, self.relu = nn.RNNCell(5, 6), nn.RNNCell(5, 6, nonlinearity="relu")

        def forward(self, x, h):
            return self.lstm(x, (h, h)), self.gru(x, h), self.tanh(x, h), self.relu(x, h)

    return dynamic(Model(), (torch.randn(3, 5), torch.randn(3, 6)))


@fixture_of(steps=steps)
def quantized_lstm_static():
    class Model(Stubs):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(5, 6)

        def forward(self, x):
            y, _ = self.lstm(self.quant(x))
            return self.dequant(y)

    return static(Model(), (torch.randn(3, 2, 5),), "fbgemm")


class OfPacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 4, bidirectional=True)
        self.gru = nn.GRU(8, 4, 2)

    def forward(self, x):
        packed = rnn.pack_padded_sequence(x, torch.tensor([5, 3, 2]))
        y, (h, c) = self.lstm(packed)
        z, n = self.gru(y)
        return rnn.pad_packed_sequence(y)[0], h, c, rnn.pad_packed_sequence(z)[0], n


@fixture_of(steps=steps)
def quantized_packed_sequence():
    return dynamic(OfPacked(), (torch.randn(5, 3, 5),))


@fixture_of(steps=steps)
def quantized_packed_sequence_fp16():
    return dynamic(OfPacked(), (torch.randn(5, 3, 5),), torch.float16)


@fixture_of("traced", "scripted", steps=steps)
def quantized_tagger():
    """Dynamically quantized with qnnpack, which takes the whole range of the activations."""

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.words = nn.Embedding(20, 6)
            self.lstm = nn.LSTM(6, 5, bidirectional=True, batch_first=True)
            self.tags = nn.Linear(10, 4)

        def forward(self, words):
            return self.tags(self.lstm(self.words(words))[0])

    return dynamic(Tagger(), (torch.randint(20, (2, 6)),))
