"""Recurrent layers with quantized weights: packed sequences, cells, layers of several kinds."""

import fixture
import torch
from fixture_quantized import dynamic, steps
from torch import nn
from torch.nn.utils import rnn

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)


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
